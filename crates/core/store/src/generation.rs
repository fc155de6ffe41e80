//! Moves the machine from one generation to the next.
//!
//! Never edits a generation in place: a reader that holds `current` sees the old set or the new
//! set, never a mixture. The new generation is built aside, made durable, renamed to its number,
//! and only then is the link `current` replaced by one rename.

use std::time::Duration;

use release::ToolchainId;
use serde::{Deserialize, Serialize};
use sys::EntryKind;

use crate::staging::to_json;
use crate::{Layout, Store, StoreError};

/// A generation's record is no longer than this.
const RECORD_BYTES_MAX: u64 = 1 << 20;

/// A numbered set in use: which toolchain is the default, and how that came about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Generation {
    /// Its number; they only grow.
    pub number: u64,
    /// The generation that was in use before, to which an undo goes back.
    pub parent: Option<u64>,
    /// The default toolchain.
    pub toolchain: ToolchainId,
    /// When it was made, in seconds since 1970.
    pub made_unix_seconds: u64,
    /// Who made it.
    pub author: Author,
}

/// Who makes a change, from where, and with which words.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Author {
    /// The user's name, where the environment tells it.
    pub user: Option<String>,
    /// The machine's name, where the environment tells it.
    pub host: Option<String>,
    /// The command line, as it was typed.
    pub command: Vec<String>,
}

impl Store {
    /// The generation in use, if there is one.
    ///
    /// # Errors
    /// When the link or the record it leads to cannot be read.
    pub fn current(&self) -> Result<Option<Generation>, StoreError> {
        let fs = self.sys.fs();
        let link = self.layout().current();
        match fs.look(&link).map_err(StoreError::io("look at", &link))? {
            Some(meta) if meta.kind == EntryKind::Link => {}
            _ => return Ok(None),
        }
        let path = link.join("generation.json");
        let bytes = fs.read(&path, RECORD_BYTES_MAX).map_err(StoreError::io("read the generation", &path))?;
        serde_json::from_slice(&bytes).map(Some).map_err(|cause| StoreError::Record { path, cause })
    }

    /// Makes a toolchain the default: builds the next generation and moves `current` to it.
    ///
    /// Returns the generation in use afterwards; where the toolchain is the default already, that one.
    ///
    /// # Errors
    /// `NotInstalled`, `Busy`, or what the system says; then the generation that was in use still is.
    pub fn switch(&self, id: &ToolchainId, author: Author, wait_max: Duration) -> Result<Generation, StoreError> {
        let _lock = self.lock(self.layout().store_lock(), &format!("switch to {id}"), wait_max, &mut |_| {})?;
        if self.find(id)?.is_none() {
            return Err(StoreError::NotInstalled { id: id.clone() });
        }
        let before = self.current()?;
        if let Some(current) = before.as_ref().filter(|current| current.toolchain == *id) {
            return Ok(current.clone());
        }
        let generation = Generation {
            number: self.last_number()? + 1,
            parent: before.map(|before| before.number),
            toolchain: id.clone(),
            made_unix_seconds: self.sys.clock().unix_seconds(),
            author,
        };
        self.build(&generation)?;
        let (link, target) = (self.layout().current(), Layout::current_target(generation.number));
        self.sys.fs().replace_link(&target, &link).map_err(StoreError::io("move the link", &link))?;
        Ok(generation)
    }

    fn last_number(&self) -> Result<u64, StoreError> {
        let folder = self.layout().generations();
        let names = self.sys.fs().names_if_there(&folder).map_err(StoreError::io("list", &folder))?;
        Ok(names.iter().filter_map(|name| name.to_str()?.parse().ok()).max().unwrap_or(0))
    }

    fn build(&self, generation: &Generation) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        let folder = self.layout().generations();
        let built = folder.join(format!("{}.new", generation.number));
        fs.create_dirs(&folder).map_err(StoreError::io("make the folder", &folder))?;
        // Only the holder of the store's lock builds here: what stands there was left by a dead one.
        fs.remove_tree(&built).map_err(StoreError::io("remove", &built))?;
        fs.create_dir(&built).map_err(StoreError::io("make the folder", &built))?;
        let (target, link) = (Layout::toolchain_target(&generation.toolchain), built.join("go"));
        fs.symlink_dir(&target, &link).map_err(StoreError::io("make the link", &link))?;
        let record = built.join("generation.json");
        fs.replace(&record, &to_json(generation)).map_err(StoreError::io("write", &record))?;
        let place = self.layout().generation(generation.number);
        fs.rename(&built, &place).map_err(StoreError::io("move the generation to", &place))?;
        fs.sync_dir(&folder).map_err(StoreError::io("make durable", &folder))
    }
}
