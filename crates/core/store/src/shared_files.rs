//! Which installed toolchains may share their files with a new one.

use archive::{LinkMode, SharedFiles};
use release::ToolchainId;

use crate::{Store, StoreError};

/// How many siblings are read: further ones share little that the nearest do not have.
const SIBLINGS_MAX: usize = 2;

impl Store {
    /// The files of the installed toolchains nearest to this one: those of its own minor first, the
    /// newest first. A sibling whose record or manifest cannot be read shares nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn shared_files_for(&self, id: &ToolchainId, mode: LinkMode) -> Result<SharedFiles, StoreError> {
        let mut shared = SharedFiles::new(mode);
        if mode == LinkMode::Copy {
            return Ok(shared);
        }
        let mut siblings = self.toolchains()?;
        siblings.retain(|sibling| sibling.id.platform() == id.platform() && sibling.id != *id);
        siblings.sort_by_key(|sibling| {
            let own_minor = sibling.id.version().minor() == id.version().minor();
            std::cmp::Reverse((own_minor, sibling.id.version().clone()))
        });
        for sibling in siblings.into_iter().take(SIBLINGS_MAX) {
            let Ok(manifest) = self.manifest(&sibling.id) else { continue };
            for file in manifest.files {
                let path = sibling.tree.join(&file.path);
                shared.add(file.sha256, file.executable, path, file.bytes);
            }
        }
        Ok(shared)
    }
}
