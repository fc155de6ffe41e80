//! Replaces wrong bytes by right ones, and changes nothing else.
//!
//! It replaces only damaged or missing files: from another file on this machine with the right SHA-256 (in the same
//! tree, another toolchain of the store, `~/sdk`, the module cache), or else from the archive, which it fetches once
//! more. It hashes every byte, so the origin does not matter.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use acquire::{Sources, refetch};
use archive::{FileRecord, Manifest};
use context::settings::keys;
use context::{Ctx, go_setting_of};
use release::{Digest, ToolchainId};
use store::{Toolchain, ToolchainRecord};

use crate::compare::{Comparison, FaultKind};
use crate::error::VerifyError;
use crate::limits::READ_BYTES;

/// The result of a repair.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Files that were replaced or restored, by the origin of their bytes.
    pub replaced: BTreeMap<String, Vec<String>>,
    /// Files whose permission bits were corrected.
    pub modes: Vec<String>,
    /// Files that did not belong, and their new paths.
    pub set_aside: BTreeMap<String, PathBuf>,
}

impl Repaired {
    /// How many names were repaired.
    pub fn count(&self) -> usize {
        self.replaced.values().map(Vec::len).sum::<usize>() + self.modes.len() + self.set_aside.len()
    }
}

/// Repairs a tree. Does not touch undamaged files.
pub(crate) fn repair(
    sources: &Sources,
    toolchain: &Toolchain,
    record: &ToolchainRecord,
    manifest: &Manifest,
    comparison: &Comparison,
) -> Result<Repaired, VerifyError> {
    let ctx = sources.ctx();
    let id = &toolchain.id;
    let mut wanted: Vec<&FileRecord> = Vec::new();
    let (mut modes, mut aside) = (Vec::new(), Vec::new());
    for fault in &comparison.faults {
        let file = manifest.find(&fault.path);
        match (&fault.kind, file) {
            (FaultKind::Mode { .. }, Some(file)) => modes.push(file),
            // goward must not delete the file in the way.
            (FaultKind::NotAFile { .. } | FaultKind::Extra { .. }, None) => aside.push(fault.path.as_str()),
            (FaultKind::NotAFile { .. }, Some(file)) => {
                aside.push(fault.path.as_str());
                wanted.push(file);
            }
            (_, Some(file)) => wanted.push(file),
            (_, None) => {}
        }
    }
    let staging = ctx.store.stage(id)?;
    let scratch = staging.tree();
    let outcome = (|| {
        let fs = ctx.sys.fs();
        fs.create_dir(&scratch).map_err(|cause| VerifyError::Scratch { path: scratch.clone(), cause })?;
        let mut collector =
            Collector { sources, ctx, scratch: &scratch, copies: BTreeMap::new(), buffer: vec![0; READ_BYTES] };
        collector.search_local(toolchain, manifest, comparison, &wanted)?;
        if collector.lacks(&wanted) {
            collector.ask_sources(id, &wanted)?;
        }
        // Sync all of it before any of it is visible.
        fs.sync_tree(&scratch).map_err(|cause| VerifyError::Scratch { path: scratch.clone(), cause })?;
        // Only now the locks: they are not held during a fetch.
        let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
        let mut tree_repair = ctx.store.repair_tree(id, &record.manifest_sha256, wait_max)?;
        let mut repaired = Repaired::default();
        for path in aside {
            repaired.set_aside.insert(path.to_owned(), tree_repair.set_aside(path)?);
        }
        for file in &wanted {
            let Some(copy) = collector.copies.remove(&file.path) else { continue };
            tree_repair.put(&copy.staged, &file.path)?;
            repaired.replaced.entry(copy.from).or_default().push(file.path.clone());
        }
        for file in modes {
            tree_repair.set_executable(&file.path, file.executable)?;
            repaired.modes.push(file.path.clone());
        }
        tree_repair.finish()?;
        Ok(repaired)
    })();
    ctx.store.discard(staging);
    outcome
}

/// A file's right bytes, staged.
struct GoodCopy {
    staged: PathBuf,
    from: String,
}

struct Collector<'a> {
    sources: &'a Sources<'a>,
    ctx: &'a Ctx,
    scratch: &'a Path,
    copies: BTreeMap<String, GoodCopy>,
    buffer: Vec<u8>,
}

impl Collector<'_> {
    fn lacks(&self, wanted: &[&FileRecord]) -> bool {
        wanted.iter().any(|file| !self.copies.contains_key(&file.path))
    }

    /// Stages a copy of `from` for `file` if it has the right bytes.
    fn take(&mut self, file: &FileRecord, from: &Path, whose: &str) -> bool {
        let fs = self.ctx.sys.fs();
        let staged = self.scratch.join(format!("file-{}", self.copies.len()));
        let Ok((input, meta)) = fs.open_regular(from) else { return false };
        if meta.bytes != file.bytes {
            return false;
        }
        let copied = (|| {
            let mut output = fs.create_new(&staged, 0o644)?;
            // One byte more than there should be is as wrong as any number.
            let mut input = input.take(file.bytes + 1);
            let interrupt = self.ctx.sys.interrupt();
            let hashed =
                archive::hash_reader(&mut input, interrupt, &mut self.buffer, |piece| output.write_all(piece))?;
            Ok::<_, std::io::Error>(hashed.sha256 == file.sha256)
        })();
        if copied.is_ok_and(|right| right) && fs.set_mode(&staged, store::mode_of(file.executable)).is_ok() {
            self.copies.insert(file.path.clone(), GoodCopy { staged, from: whose.to_owned() });
            return true;
        }
        // An incomplete or wrong file would be in the way of the next try.
        let _ = fs.remove_file_if_there(&staged);
        false
    }

    fn search_local(
        &mut self,
        toolchain: &Toolchain,
        manifest: &Manifest,
        comparison: &Comparison,
        wanted: &[&FileRecord],
    ) -> Result<(), VerifyError> {
        let mut by_content: HashMap<Digest, Vec<(PathBuf, String)>> =
            wanted.iter().map(|file| (file.sha256, Vec::new())).collect();
        let mut offer = |tree: &Path, files: &Manifest, whose: &str| {
            for file in &files.files {
                if let Some(places) = by_content.get_mut(&file.sha256) {
                    places.push((tree.join(&file.path), whose.to_owned()));
                }
            }
        };
        let mut good = manifest.clone();
        good.files.retain(|file| comparison.faults.binary_search_by(|fault| fault.path.cmp(&file.path)).is_err());
        offer(&toolchain.tree, &good, "the same tree");
        for sibling in self.ctx.store.toolchains()?.into_iter().filter(|sibling| sibling.id != toolchain.id) {
            // A sibling whose manifest cannot be trusted shares nothing.
            if let Ok(files) = self.ctx.store.manifest(&sibling.id) {
                offer(&sibling.tree, &files, &sibling.id.to_string());
            }
        }
        let copies = copies(self.ctx, &toolchain.id);
        for file in wanted {
            self.ctx
                .sys
                .interrupt()
                .check()
                .map_err(|cause| VerifyError::Stopped { id: toolchain.id.clone(), cause })?;
            let places = by_content.remove(&file.sha256).unwrap_or_default();
            let found = places.iter().any(|(path, whose)| self.take(file, path, whose));
            // Two files with equal content are both needed.
            by_content.insert(file.sha256, places);
            if found {
                continue;
            }
            copies.iter().any(|copy| {
                let whose = copy.display().to_string();
                let in_module = file.path.strip_suffix("go.mod").map(|folder| format!("{folder}_go.mod"));
                self.take(file, &copy.join(&file.path), &whose)
                    || in_module.is_some_and(|path| self.take(file, &copy.join(path), &whose))
            });
        }
        Ok(())
    }

    fn ask_sources(&mut self, id: &ToolchainId, wanted: &[&FileRecord]) -> Result<(), VerifyError> {
        let scratch = self.scratch.to_path_buf();
        refetch(self.sources, id, &scratch, &mut |tree, source| {
            for file in wanted {
                if !self.copies.contains_key(&file.path) {
                    self.take(file, &tree.join(&file.path), source);
                }
            }
            !self.lacks(wanted)
        })
        .map_err(|cause| VerifyError::Refetch { id: id.clone(), cause: Box::new(cause) })
    }
}

/// Other copies of this toolchain that may be on this machine: in the folders of editors and the go command itself.
fn copies(ctx: &Ctx, id: &ToolchainId) -> Vec<PathBuf> {
    let mut copies = Vec::new();
    let home = ctx.sys.env().home();
    if *id.platform() == ctx.platform {
        copies.extend(home.iter().map(|home| home.join("sdk").join(id.version().tag())));
    }
    let gopath = go_setting_of(ctx, "GOPATH").map(PathBuf::from).or_else(|| home.map(|home| home.join("go")));
    let cache =
        go_setting_of(ctx, "GOMODCACHE").map(PathBuf::from).or_else(|| gopath.map(|path| path.join("pkg").join("mod")));
    copies.extend(cache.map(|cache| cache.join("golang.org").join(format!("toolchain@{}", id.module_version()))));
    copies
}
