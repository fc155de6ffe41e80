//! The versions that no command may choose: who blocked each, why, since when, until when.
//!
//! One small file, `blocked.json`, which a change replaces whole by one rename. The change is a [`crate::Transaction`]
//! of that file, so the history has it and `undo` takes it back. Blocks in the administrator's store count for all
//! users, who only read them. A block that has run out counts no longer; a later change drops it.
//!
//! A list that cannot be read could block anything. So nothing is chosen then, every such command names the file, and
//! `doctor --repair` moves it aside.
//!
//! The shims' table has no row for a blocked toolchain, so a shim asks goward about it. The table is removed, durably,
//! before the list changes: a process that dies in between leaves shims that ask goward about everything.
//!
//! Tested by the tests below, `bins/goward/tests/it/blocked.rs`, and `dev/sim/tests/crash.rs`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use release::Version;
use serde::{Deserialize, Serialize};

use crate::author::Author;
use crate::block::Block;
use crate::change::{FileChange, Links};
use crate::format::{check_format, is_of_later_goward};
use crate::json::to_json;
use crate::shared_store::SharedStore;
use crate::{Layout, Store, StoreError};

/// The largest list that goward reads or writes, in bytes: some thousand blocks.
const BYTES_MAX: u64 = 1 << 20;
/// The format of the list that this version writes. A reader refuses a higher one.
const FORMAT: u32 = 1;
/// How often a change is planned again because another goward has changed the list meanwhile. Each time that process
/// has made progress, so more than a few mean that it runs in a loop.
const OVERTAKEN_MAX: usize = 16;
/// How long a block that has run out stays in the list, in seconds, so that `block --list` shows it: 30 days.
const EXPIRED_KEPT_SECONDS: u64 = 30 * 86_400;

/// The blocks that count now.
#[derive(Debug, Clone, Default)]
pub struct Blocks {
    counting: Vec<Block>,
}

impl Blocks {
    /// The block of a version, if there is one.
    pub fn of(&self, version: &Version) -> Option<&Block> {
        self.counting.iter().find(|block| block.version.same_as(version))
    }

    /// Whether a version may be chosen.
    pub fn allows(&self, version: &Version) -> bool {
        self.of(version).is_none()
    }

    /// Refuses a blocked version.
    ///
    /// # Errors
    /// `Blocked`.
    pub fn check(&self, version: &Version) -> Result<(), StoreError> {
        match self.of(version) {
            Some(block) => Err(StoreError::Blocked { block: Box::new(block.clone()), can_force: false }),
            None => Ok(()),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct BlockList {
    format: u32,
    #[serde(default)]
    blocks: Vec<Block>,
}

/// What became of a block.
#[derive(Debug, Clone)]
pub struct BlockChange {
    /// The block that counts now, or that was lifted.
    pub block: Block,
    /// The block of that version before.
    pub before: Option<Block>,
}

impl Store {
    /// The same store, whose switches and rollbacks also go to blocked versions: for `--force`.
    #[must_use]
    pub fn ignoring_blocks(self) -> Store {
        Store { ignores_blocks: true, ..self }
    }

    /// The blocks that count now: this store's, then the administrator's.
    ///
    /// # Errors
    /// `BlockList` if a list cannot be read or understood.
    pub fn blocks(&self) -> Result<Blocks, StoreError> {
        let now = self.sys.clock().unix_seconds();
        let counting = self.all_blocks()?.into_iter().filter(|block| block.counts_at(now)).collect();
        Ok(Blocks { counting })
    }

    /// Every block, also those that have run out: this store's, then the administrator's, each sorted by version.
    ///
    /// # Errors
    /// As for [`Store::blocks`].
    pub fn all_blocks(&self) -> Result<Vec<Block>, StoreError> {
        let mut blocks = self.blocks_in(&self.layout)?.1;
        if let (Some(layout), SharedStore::Trusted(_)) = (&self.shared, self.shared_store()) {
            let path = layout.blocked();
            let trusted = self.sys.fs().trust_entries(std::slice::from_ref(&path));
            trusted.map_err(|cause| StoreError::BlockList { path, reason: cause.to_string() })?;
            let of_system = self.blocks_in(layout)?.1;
            blocks.extend(of_system.into_iter().map(|block| Block { is_of_system: true, ..block }));
        }
        Ok(blocks)
    }

    /// The bytes of a store's list, and its blocks.
    fn blocks_in(&self, layout: &Layout) -> Result<(Option<Vec<u8>>, Vec<Block>), StoreError> {
        let path = layout.blocked();
        let damaged = |reason: String| StoreError::BlockList { path: path.clone(), reason };
        let read = self.sys.fs().read_if_there(&path, BYTES_MAX);
        let Some(bytes) = read.map_err(|error| damaged(error.to_string()))? else {
            // A link to nothing could have led to any list.
            return match self.sys.fs().look(&path) {
                Ok(None) => Ok((None, Vec::new())),
                Ok(Some(_)) => Err(damaged("it is a link to nothing".to_owned())),
                Err(error) => Err(damaged(error.to_string())),
            };
        };
        let list = serde_json::from_slice::<BlockList>(&bytes)
            .and_then(|list| check_format(list.format).map(|()| list))
            .map_err(|error| damaged(error.to_string()))?;
        Ok((Some(bytes), list.blocks))
    }

    /// The path of a list of this store that is damaged, and what is wrong with it. The list of a later goward is not
    /// damaged.
    pub(crate) fn damaged_block_list(&self) -> Option<(PathBuf, String)> {
        match self.blocks_in(&self.layout) {
            Err(StoreError::BlockList { path, reason }) => {
                let bytes = self.sys.fs().read(&path, BYTES_MAX).unwrap_or_default();
                (!is_of_later_goward(&bytes)).then_some((path, reason))
            }
            _ => None,
        }
    }

    /// Refuses a blocked version, unless this store ignores blocks.
    ///
    /// # Errors
    /// `Blocked`, or `BlockList`.
    pub fn check_not_blocked(&self, version: &Version) -> Result<(), StoreError> {
        if self.ignores_blocks { Ok(()) } else { self.blocks()?.check(version) }
    }

    /// Blocks a version; a block that it has already is replaced. The author has the reason.
    ///
    /// # Errors
    /// When the list is damaged or cannot be changed; then it is unchanged.
    pub fn block(
        &self,
        version: &Version,
        until_unix_seconds: Option<u64>,
        author: Author,
        wait_max: Duration,
    ) -> Result<BlockChange, StoreError> {
        let block = Block {
            version: version.clone(),
            author: author.clone(),
            since_unix_seconds: self.sys.clock().unix_seconds(),
            until_unix_seconds,
            is_of_system: false,
        };
        let mut before = None;
        self.change_blocks(&format!("block {}", version.tag()), author, wait_max, |blocks| {
            before = take(blocks, version);
            blocks.push(block.clone());
            true
        })?;
        Ok(BlockChange { block, before })
    }

    /// Lifts a block. Returns it; `None` if this store's list has none of that version.
    ///
    /// # Errors
    /// When the list is damaged or cannot be changed; then it is unchanged.
    pub fn unblock(
        &self,
        version: &Version,
        author: Author,
        wait_max: Duration,
    ) -> Result<Option<BlockChange>, StoreError> {
        let mut before = None;
        self.change_blocks(&format!("unblock {}", version.tag()), author, wait_max, |blocks| {
            before = take(blocks, version);
            before.is_some()
        })?;
        Ok(before.map(|block| BlockChange { before: Some(block.clone()), block }))
    }

    /// Changes the list as one change that `undo` takes back. The function says whether there is anything to change; it
    /// is called again where another process has changed the list meanwhile.
    fn change_blocks(
        &self,
        purpose: &str,
        author: Author,
        wait_max: Duration,
        mut change: impl FnMut(&mut Vec<Block>) -> bool,
    ) -> Result<(), StoreError> {
        let path = self.layout.blocked();
        for _ in 1..OVERTAKEN_MAX {
            match self.change_blocks_once(purpose, author.clone(), wait_max, &mut change) {
                Err(StoreError::ChangedMeanwhile { path: changed }) if changed == path => {}
                done => return done,
            }
        }
        self.change_blocks_once(purpose, author, wait_max, &mut change)
    }

    fn change_blocks_once(
        &self,
        purpose: &str,
        author: Author,
        wait_max: Duration,
        change: &mut impl FnMut(&mut Vec<Block>) -> bool,
    ) -> Result<(), StoreError> {
        let (bytes, mut blocks) = self.blocks_in(&self.layout)?;
        let now = self.sys.clock().unix_seconds();
        if !change(&mut blocks) {
            return Ok(());
        }
        blocks.retain(|block| block.counts_at(now.saturating_sub(EXPIRED_KEPT_SECONDS)));
        blocks.sort_by(|a, b| a.version.cmp(&b.version));
        let path = self.layout.blocked();
        let after = to_json(&BlockList { format: FORMAT, blocks });
        if u64::try_from(after.len()).is_ok_and(|bytes| bytes > BYTES_MAX) {
            return Err(StoreError::io("write", &path)(std::io::ErrorKind::FileTooLarge.into()));
        }
        self.make_home()?;
        if self.read_only_in_trees() == archive::ReadOnly::FilesAndFolders {
            // Users read the administrator's store from the first block on, also if it has no toolchain yet.
            let folder = self.layout.toolchains();
            let made = self.sys.fs().create_dirs_durably(&folder);
            made.map_err(StoreError::io("make the folder", &folder))?;
        }
        let change = FileChange { path, before: bytes, after: Some(after), links: Links::Follow };
        self.transaction(purpose).by(author).change(change).commit(wait_max).map(drop)
    }

    /// Whether a path is this store's list, by whatever name the home was called when a change was planned.
    pub(crate) fn is_block_list(&self, path: &Path) -> bool {
        let (fs, own) = (self.sys.fs(), self.layout.blocked());
        let resolved = |path: &Path| path.parent().and_then(|folder| fs.resolve(folder).ok());
        path == own
            || path.file_name() == own.file_name() && resolved(path).is_some_and(|one| Some(one) == resolved(&own))
    }

    /// Replaces the list. The store's lock is held. No shim that reads a table from before the change may decide after
    /// it, so the table is gone first, durably.
    pub(crate) fn set_block_list(&self, image: Option<&Vec<u8>>) -> Result<(), StoreError> {
        let (fs, path, home) = (self.sys.fs(), self.layout.blocked(), self.layout.home());
        let table = self.layout.shim_table();
        fs.remove_file_if_there(&table).map_err(StoreError::io("remove", &table))?;
        fs.sync_dir(home).map_err(StoreError::io("make durable", home))?;
        match image {
            Some(bytes) => fs.replace(&path, bytes).map_err(StoreError::io("write", &path))?,
            None => {
                fs.remove_file_if_there(&path).map_err(StoreError::io("remove", &path))?;
                fs.sync_dir(home).map_err(StoreError::io("make durable", home))?;
            }
        }
        self.rewrite_table();
        Ok(())
    }
}

/// Takes the block of a version out of a list.
fn take(blocks: &mut Vec<Block>, version: &Version) -> Option<Block> {
    let at = blocks.iter().position(|block| block.version.same_as(version))?;
    Some(blocks.remove(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sys::{Clock, Env, Fs, Sys};

    const WAIT: Duration = Duration::from_secs(5);

    fn store_at(home: &Path, unix_seconds: u64) -> Store {
        let nothing: [(&str, &str); 0] = [];
        let clock = Clock::manual(unix_seconds);
        let sys = Sys::new(Fs::real(), clock, Env::of(nothing, home.to_owned(), None));
        Store::at(&sys, crate::TrustedHome::of(&sys, home.join("store")).unwrap())
    }

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    fn author(reason: &str) -> Author {
        Author { user: Some("ann".into()), host: Some("build7".into()), command: vec![], reason: Some(reason.into()) }
    }

    #[test]
    fn a_block_counts_until_its_end_and_is_listed_after_it_until_a_later_change() {
        let home = tempfile::tempdir().unwrap();
        let store = store_at(home.path(), 1_000_000);
        store.block(&version("1.27.4"), Some(1_000_100), author("tests hang"), WAIT).unwrap();
        assert!(!store.blocks().unwrap().allows(&version("1.27.4")));
        assert!(store.blocks().unwrap().allows(&version("1.27.3")));
        assert!(!store_at(home.path(), 1_000_099).blocks().unwrap().allows(&version("1.27.4")));
        let later = store_at(home.path(), 1_000_100);
        assert!(later.blocks().unwrap().allows(&version("1.27.4")));
        assert_eq!(later.all_blocks().unwrap().len(), 1);
        let month_later = store_at(home.path(), 1_000_100 + EXPIRED_KEPT_SECONDS);
        month_later.block(&version("1.27.5"), None, author("too"), WAIT).unwrap();
        let left: Vec<String> = month_later.all_blocks().unwrap().iter().map(|block| block.version.tag()).collect();
        assert_eq!(left, ["go1.27.5"]);
    }

    #[test]
    fn a_second_block_replaces_the_first_and_undo_brings_it_back() {
        let home = tempfile::tempdir().unwrap();
        let store = store_at(home.path(), 1_000_000);
        let go = version("1.27.4");
        store.block(&go, None, author("first"), WAIT).unwrap();
        let store = store_at(home.path(), 1_000_001);
        let second = store.block(&go, Some(2_000_000), author("second"), WAIT).unwrap();
        assert_eq!(second.before.unwrap().author.reason.as_deref(), Some("first"));
        let change = store.past_changes().unwrap().pop().unwrap();
        assert_eq!(change.purpose, "block go1.27.4");
        let store = store_at(home.path(), 1_000_002);
        store.undo_transaction(&change.name, Author::default(), WAIT).unwrap();
        let blocks = store.blocks().unwrap();
        let told = blocks.of(&go).unwrap().told();
        assert_eq!(told, "ann on build7 blocked it on 1970-01-12: first");
    }

    #[test]
    fn what_is_not_blocked_cannot_be_unblocked_and_changes_nothing() {
        let home = tempfile::tempdir().unwrap();
        let store = store_at(home.path(), 1_000_000);
        assert!(store.unblock(&version("1.27.4"), Author::default(), WAIT).unwrap().is_none());
        assert!(store.past_changes().unwrap().is_empty());
        store.block(&version("1.27.4"), None, author("x"), WAIT).unwrap();
        let store = store_at(home.path(), 1_000_001);
        assert!(store.unblock(&version("1.27.4"), Author::default(), WAIT).unwrap().is_some());
        assert!(store.blocks().unwrap().allows(&version("1.27.4")));
    }

    #[test]
    fn a_list_that_cannot_be_read_allows_nothing_and_is_not_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let store = store_at(home.path(), 1_000_000);
        store.block(&version("1.27.4"), None, author("x"), WAIT).unwrap();
        let path = store.layout().blocked();
        for (bytes, is_damaged) in [
            (&b""[..], true),
            (b"{\"format\": 1, \"blocks\": [", true),
            (b"{\"blocks\": []}", true),
            (b"{\"format\": 9, \"blocks\": [], \"rules\": [1]}", false),
        ] {
            Fs::real().replace(&path, bytes).unwrap();
            assert!(matches!(store.blocks(), Err(StoreError::BlockList { .. })));
            assert!(store.check_not_blocked(&version("1.27.3")).is_err());
            assert!(store.block(&version("1.27.5"), None, author("x"), WAIT).is_err());
            assert_eq!(store.damaged_block_list().is_some(), is_damaged);
            assert_eq!(Fs::real().read(&path, 100).unwrap(), bytes);
        }
    }
}
