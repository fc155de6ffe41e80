//! The guard, which checks every entry of every format.
//!
//! It checks names, kinds and announced sizes, touches no disk, and records what it admitted, so that no two entries
//! collide on any file system. The readers enforce the sizes that were announced here.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use crate::error::{ArchiveError, Refusal, printable};
use crate::layout::{Layout, Placed, Placing, is_executable};
use crate::limits::Limits;
use crate::name;

/// The declared kind of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic or hard link.
    Link,
    /// A device, a pipe, a socket.
    Device,
    /// Any other kind, as it is written in the archive.
    Unknown(String),
}

/// Where an admitted entry goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admitted {
    /// A file, into the tree.
    File {
        /// Its path below the tree's root.
        path: String,
        /// Whether the rule for toolchains makes it executable.
        executable: bool,
    },
    /// Nowhere: a folder (folders are made for the files in them), or something that is not part of the tree.
    Dropped,
}

/// The guard and its record of admitted names. One for each archive.
pub struct Guard {
    placing: Placing,
    limits: Limits,
    entries: u64,
    bytes_total: u64,
    /// Every admitted name and every folder above it, by its folded spelling.
    seen: HashMap<String, Seen>,
    /// The folder of the last file: most files are in the folder of the one before.
    last_folder: String,
}

struct Seen {
    kind: SeenKind,
    /// The spelling, if it is not the folded one.
    exact: Option<Box<str>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SeenKind {
    File,
    /// A folder that contains a file.
    FolderMeant,
    /// A folder with an entry of its own.
    FolderNamed,
}

impl Guard {
    /// A guard for an archive of this layout; `None` for [`Layout::Wheel`], whose tree must be found first.
    pub fn new(layout: &Layout, limits: Limits) -> Option<Guard> {
        Placing::of(layout).map(|placing| Guard::with(placing, limits))
    }

    pub(crate) fn with(placing: Placing, limits: Limits) -> Guard {
        Guard { placing, limits, entries: 0, bytes_total: 0, seen: HashMap::new(), last_folder: String::new() }
    }

    /// Admits an entry or refuses it. `raw` is its name as the archive has it, a folder's with or without the slash at
    /// its end; `bytes` is the size it announces.
    ///
    /// # Errors
    /// [`ArchiveError::Refused`] with the entry's name.
    pub fn admit(&mut self, raw: &[u8], kind: &EntryKind, bytes: u64) -> Result<Admitted, ArchiveError> {
        self.decide(raw, kind, bytes).map_err(|refusal| ArchiveError::refused(raw, refusal))
    }

    /// Counts an extension header, which is not an entry of the tree and can be repeated without end.
    pub(crate) fn count(&mut self) -> Result<(), Refusal> {
        self.entries += 1;
        if self.entries > self.limits.entries_max {
            return Err(Refusal::TooManyEntries { max: self.limits.entries_max });
        }
        Ok(())
    }

    /// Checks the ratio of unpacked to packed bytes.
    pub(crate) fn check_ratio(&self, bytes_packed: u64, bytes_unpacked: u64) -> Result<(), Refusal> {
        let allowed = bytes_packed.saturating_mul(self.limits.ratio_max).max(self.limits.ratio_floor_bytes);
        if bytes_unpacked > allowed {
            return Err(Refusal::Bomb { max: self.limits.ratio_max });
        }
        Ok(())
    }

    /// The bytes that all entries so far have announced.
    pub(crate) fn bytes_total(&self) -> u64 {
        self.bytes_total
    }

    fn decide(&mut self, raw: &[u8], kind: &EntryKind, bytes: u64) -> Result<Admitted, Refusal> {
        self.count()?;
        let folder = match kind {
            EntryKind::File => false,
            EntryKind::Folder => true,
            EntryKind::Link => return Err(Refusal::Link),
            EntryKind::Device => return Err(Refusal::Device),
            EntryKind::Unknown(what) => return Err(Refusal::UnknownKind(what.clone())),
        };
        let raw = if folder { raw.strip_suffix(b"/").unwrap_or(raw) } else { raw };
        let name = name::check(raw, &self.limits)?;
        if folder && bytes > 0 {
            return Err(Refusal::FolderWithBytes { bytes });
        }
        if bytes > self.limits.file_bytes_max {
            return Err(Refusal::FileTooLarge { bytes, max: self.limits.file_bytes_max });
        }
        // Both are at most the bounds, which leave room.
        self.bytes_total = self.bytes_total.saturating_add(bytes);
        if self.bytes_total > self.limits.bytes_total_max {
            return Err(Refusal::TotalTooLarge { max: self.limits.bytes_total_max });
        }
        let placed = self.placing.place(name, folder)?;
        if folder {
            self.remember_folder(name, SeenKind::FolderNamed)?;
            return Ok(Admitted::Dropped);
        }
        match placed {
            Placed::Drop => {
                self.remember_file(name)?;
                Ok(Admitted::Dropped)
            }
            Placed::Keep(path) => {
                // The layout may rename two names to one, so the guard records the new name.
                let unchanged = name.strip_suffix(path.as_str()).is_some_and(|before| before.ends_with('/'));
                if unchanged {
                    self.remember_file(name)?
                } else {
                    self.remember_file(&renamed(name, &path))?
                }
                let executable = is_executable(&path);
                Ok(Admitted::File { path, executable })
            }
        }
    }

    fn remember_file(&mut self, name: &str) -> Result<(), Refusal> {
        if let Some((folder, _)) = name.rsplit_once('/')
            && folder != self.last_folder
        {
            self.remember_folder(folder, SeenKind::FolderMeant)?;
            self.last_folder.clear();
            self.last_folder.push_str(folder);
        }
        self.remember(name, SeenKind::File)
    }

    /// Records a folder and those above it.
    fn remember_folder(&mut self, folder: &str, kind: SeenKind) -> Result<(), Refusal> {
        for (at, _) in folder.match_indices('/') {
            self.remember(&folder[..at], SeenKind::FolderMeant)?;
        }
        self.remember(folder, kind)
    }

    fn remember(&mut self, name: &str, kind: SeenKind) -> Result<(), Refusal> {
        let key = name::folded(name);
        let exact = (key != name).then(|| Box::from(name));
        match self.seen.entry(key) {
            Slot::Vacant(slot) => {
                slot.insert(Seen { kind, exact });
                Ok(())
            }
            Slot::Occupied(mut slot) => {
                let spelt = slot.get().exact.as_deref().unwrap_or(slot.key());
                if spelt != name {
                    return Err(Refusal::CaseCollision { other: printable(spelt.as_bytes()) });
                }
                match (slot.get().kind, kind) {
                    (SeenKind::File, SeenKind::File) | (SeenKind::FolderNamed, SeenKind::FolderNamed) => {
                        Err(Refusal::Duplicate)
                    }
                    (SeenKind::File, _) | (_, SeenKind::File) => {
                        Err(Refusal::FileAndFolder { other: printable(name.as_bytes()) })
                    }
                    (_, SeenKind::FolderMeant) => Ok(()),
                    (_, SeenKind::FolderNamed) => {
                        slot.get_mut().kind = SeenKind::FolderNamed;
                        Ok(())
                    }
                }
            }
        }
    }
}

/// The name with the last part that `path` has.
fn renamed(name: &str, path: &str) -> String {
    let base = path.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{base}"),
        None => base.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn guard() -> Guard {
        Guard::new(&Layout::Archive, Limits::default()).unwrap()
    }

    fn file(guard: &mut Guard, name: &str) -> Result<Admitted, Refusal> {
        guard.decide(name.as_bytes(), &EntryKind::File, 1)
    }

    fn folder(guard: &mut Guard, name: &str) -> Result<Admitted, Refusal> {
        guard.decide(name.as_bytes(), &EntryKind::Folder, 0)
    }

    #[test]
    fn only_files_and_folders_pass() {
        let mut guard = guard();
        assert!(guard.admit(b"go/a", &EntryKind::File, 1).is_ok());
        assert_eq!(guard.decide(b"go/b", &EntryKind::Link, 0), Err(Refusal::Link));
        assert_eq!(guard.decide(b"go/b", &EntryKind::Device, 0), Err(Refusal::Device));
        assert!(matches!(guard.decide(b"go/b", &EntryKind::Unknown("S".into()), 0), Err(Refusal::UnknownKind(_))));
        assert_eq!(guard.decide(b"go/d", &EntryKind::Folder, 7), Err(Refusal::FolderWithBytes { bytes: 7 }));
    }

    #[test]
    fn two_entries_never_meet_on_any_file_system() {
        let mut guard = guard();
        file(&mut guard, "go/src/a").unwrap();
        assert_eq!(file(&mut guard, "go/src/a"), Err(Refusal::Duplicate));
        assert_eq!(file(&mut guard, "go/src/A"), Err(Refusal::CaseCollision { other: "go/src/a".into() }));
        assert_eq!(file(&mut guard, "go/SRC/b"), Err(Refusal::CaseCollision { other: "go/src".into() }));
        assert_eq!(file(&mut guard, "go/src/a/b"), Err(Refusal::FileAndFolder { other: "go/src/a".into() }));
        assert_eq!(file(&mut guard, "go/src"), Err(Refusal::FileAndFolder { other: "go/src".into() }));
        assert_eq!(folder(&mut guard, "go/src/a"), Err(Refusal::FileAndFolder { other: "go/src/a".into() }));
        assert_eq!(folder(&mut guard, "go/Src"), Err(Refusal::CaseCollision { other: "go/src".into() }));
        folder(&mut guard, "go/src/").unwrap();
        assert_eq!(folder(&mut guard, "go/src"), Err(Refusal::Duplicate));
        file(&mut guard, "go/src/b").unwrap();
    }

    #[test]
    fn a_renamed_go_mod_still_collides() {
        let mut guard = Guard::new(&Layout::Module { prefix: "m@v/".into() }, Limits::default()).unwrap();
        file(&mut guard, "m@v/src/_go.mod").unwrap();
        assert_eq!(file(&mut guard, "m@v/src/_go.mod"), Err(Refusal::Duplicate));
        assert!(matches!(file(&mut guard, "m@v/src/go.mod/x"), Err(Refusal::FileAndFolder { .. })));
        file(&mut guard, "m@v/_go.mod").unwrap();
        assert!(matches!(file(&mut guard, "m@v/go.mod/x"), Err(Refusal::FileAndFolder { .. })));
    }

    #[test]
    fn counts_and_sizes_are_held_to_their_bounds() {
        let limits = Limits { entries_max: 3, bytes_total_max: 10, file_bytes_max: 6, ..Limits::default() };
        let mut guard = Guard::new(&Layout::Archive, limits.clone()).unwrap();
        assert_eq!(guard.decide(b"go/a", &EntryKind::File, 7), Err(Refusal::FileTooLarge { bytes: 7, max: 6 }));
        guard.decide(b"go/b", &EntryKind::File, 6).unwrap();
        assert_eq!(guard.decide(b"go/c", &EntryKind::File, 5), Err(Refusal::TotalTooLarge { max: 10 }));
        assert_eq!(guard.decide(b"go/d", &EntryKind::File, 0), Err(Refusal::TooManyEntries { max: 3 }));
        let mut guard = Guard::new(&Layout::Archive, Limits { file_bytes_max: u64::MAX, ..limits }).unwrap();
        assert_eq!(guard.decide(b"go/a", &EntryKind::File, u64::MAX), Err(Refusal::TotalTooLarge { max: 10 }));
        assert_eq!(guard.decide(b"go/b", &EntryKind::File, u64::MAX), Err(Refusal::TotalTooLarge { max: 10 }));
    }

    #[test]
    fn the_ratio_counts_only_above_its_floor() {
        let limits = Limits { ratio_max: 10, ratio_floor_bytes: 1000, ..Limits::default() };
        let guard = Guard::new(&Layout::Archive, limits).unwrap();
        assert!(guard.check_ratio(1, 1000).is_ok());
        assert_eq!(guard.check_ratio(1, 1001), Err(Refusal::Bomb { max: 10 }));
        assert!(guard.check_ratio(200, 2000).is_ok());
        assert!(guard.check_ratio(200, 2001).is_err());
    }

    proptest! {
        // Goal: every admitted name stays below the tree and means the same on every system. Method: names drawn from
        // troublesome pieces; a check that is written differently from the guard's.
        #[test]
        fn what_is_admitted_stays_inside_and_is_portable(
            pieces in proptest::collection::vec(
                prop_oneof![
                    Just("go/".to_owned()), Just("..".to_owned()), Just("/".to_owned()), Just("\\".to_owned()),
                    Just("C:".to_owned()), Just("nul".to_owned()), Just(".".to_owned()), Just(" ".to_owned()),
                    Just("\0".to_owned()), "[a-zA-Z.]{1,4}", "\\PC{1,2}", any::<char>().prop_map(String::from),
                ], 0..8),
        ) {
            let name = format!("go/{}", pieces.concat());
            if let Ok(Admitted::File { path, .. }) = guard().admit(name.as_bytes(), &EntryKind::File, 0) {
                let mut inside = std::path::PathBuf::from("/tree");
                for component in std::path::Path::new(&path).components() {
                    prop_assert!(matches!(component, std::path::Component::Normal(_)), "{path:?}");
                    inside.push(component);
                }
                prop_assert!(inside.starts_with("/tree") && inside != std::path::Path::new("/tree"));
                let separator = std::path::MAIN_SEPARATOR_STR;
                prop_assert_eq!(inside.to_str().unwrap().replace(separator, "/"), format!("/tree/{path}"));
                prop_assert!(!path.contains(['\\', ':', '\0', '\n', '"', '*', '?', '<', '>', '|']));
                for part in path.split('/') {
                    prop_assert!(!part.ends_with(['.', ' ']) && !part.is_empty());
                    let stem = part.split('.').next().unwrap().to_ascii_lowercase();
                    prop_assert!(!["con", "prn", "aux", "nul"].contains(&stem.trim_end()));
                }
            }
        }

        #[test]
        fn bytes_of_any_kind_are_judged_without_a_panic(raw in proptest::collection::vec(any::<u8>(), 0..700)) {
            crate::fuzz::fuzz_guard(&raw);
        }
    }
}
