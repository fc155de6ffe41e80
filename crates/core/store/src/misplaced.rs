//! Names of the store that are of another kind than goward makes them: a file in place of a folder, a folder or a
//! dangling link in place of a file.
//!
//! goward cannot use such a name and does not delete it, since it may be the user's: a repair moves it to `set-aside/`,
//! and goward makes what belongs there when it next needs it. A link to something of the right kind is in order, so a
//! folder of the store may be on another disk. Only names that goward looks for are checked.

use std::path::{Path, PathBuf};

use release::ToolchainId;
use sys::EntryKind;

use crate::entries::Form;
use crate::{Store, StoreError};

/// A name of another kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misplaced {
    /// Where.
    pub path: PathBuf,
    /// What is there, in words.
    pub found: &'static str,
    /// What goward needs there, in words.
    pub wanted: &'static str,
}

/// How many names of one folder are checked: a store has at most thousands of shims.
const NAMES_MAX: usize = 20_000;

impl Store {
    /// Every name of another kind, in the order in which they are to be moved away.
    pub fn misplaced(&self) -> Vec<Misplaced> {
        let (layout, fs) = (self.layout(), self.sys.fs());
        let mut wanted: Vec<(PathBuf, EntryKind)> =
            layout.entries().filter_map(|(entry, path)| Some((path, entry.kind()?))).collect();
        for (_, folder) in layout.entries().filter(|(entry, _)| entry.form == Form::Files) {
            wanted.extend(self.inside(&folder).into_iter().map(|path| (path, EntryKind::File)));
        }
        let pointer = layout.shims_goward();
        wanted.retain(|(path, _)| *path != pointer);
        if fs.pointers_are_links() {
            wanted.push((pointer, EntryKind::Link));
        }
        let is_tree = |path: &PathBuf| {
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.parse::<ToolchainId>().is_ok())
        };
        let trees = self.inside(&layout.toolchains()).into_iter().filter(is_tree);
        wanted.extend(trees.map(|path| (path, EntryKind::Dir)));
        let misplaced = wanted.into_iter().filter_map(|(path, kind)| {
            let found = self.other_kind(&path, kind)?;
            Some(Misplaced { path, found, wanted: kind.noun() })
        });
        misplaced.collect()
    }

    /// Moves a name of another kind to `set-aside/`, if it is still there; returns its new path.
    ///
    /// # Errors
    /// What the system says.
    pub fn move_aside(&self, misplaced: &Misplaced) -> Result<Option<PathBuf>, StoreError> {
        let fs = self.sys.fs();
        match fs.look(&misplaced.path).map_err(StoreError::io("look at", &misplaced.path))? {
            Some(_) => self.set_path_aside(&misplaced.path).map(Some),
            None => Ok(None),
        }
    }

    /// Moves aside a folder, or something that is neither file nor link, at a path where a file is to be written.
    ///
    /// # Errors
    /// What the system says.
    pub fn clear_way_for_file(&self, path: &Path) -> Result<(), StoreError> {
        let found = self.sys.fs().look(path).map_err(StoreError::io("look at", path))?;
        match found.map(|meta| meta.kind) {
            Some(EntryKind::Dir | EntryKind::Other) => self.set_path_aside(path).map(drop),
            _ => Ok(()),
        }
    }

    /// Moves aside what is at a path, if it is of another kind than this.
    pub(crate) fn clear_way(&self, path: &Path, kind: EntryKind) -> Result<(), StoreError> {
        match self.other_kind(path, kind) {
            Some(_) => self.set_path_aside(path).map(drop),
            None => Ok(()),
        }
    }

    /// Moves a name of the store to `set-aside/NAME.NANOS`; returns its new path.
    pub(crate) fn set_path_aside(&self, path: &Path) -> Result<PathBuf, StoreError> {
        let (fs, home) = (self.sys.fs(), self.layout().home());
        let folder = self.layout().set_aside();
        // Something else in the place of the folder itself goes beside it.
        if path != folder {
            self.clear_way(&folder, EntryKind::Dir)?;
        }
        let below = path.strip_prefix(home).unwrap_or(path).to_string_lossy().replace(['/', '\\'], ".");
        let name = format!("{below}.{}", self.sys.clock().unix_nanos());
        let to = if path == folder { home.join(name) } else { folder.join(name) };
        if path != folder {
            fs.create_dirs_durably(&folder).map_err(StoreError::io("make the folder", &folder))?;
        }
        fs.rename(path, &to).map_err(StoreError::io("move aside", path))?;
        Ok(to)
    }

    /// The numbers of generations that were moved aside.
    pub(crate) fn numbers_set_aside(&self) -> Vec<u64> {
        let names = self.sys.fs().names_if_there(&self.layout().set_aside()).unwrap_or_default();
        let number = |name: &std::ffi::OsString| {
            let rest = name.to_str()?.strip_prefix("generations.")?;
            rest.split('.').next()?.parse().ok()
        };
        names.iter().filter_map(number).collect()
    }

    /// Whether something is at a path that is of another kind than this.
    pub(crate) fn is_of_other_kind(&self, path: &Path, kind: EntryKind) -> bool {
        self.other_kind(path, kind).is_some()
    }

    /// What is at a path, if that is of another kind than this. A link counts as what it leads to.
    fn other_kind(&self, path: &Path, kind: EntryKind) -> Option<&'static str> {
        let fs = self.sys.fs();
        let found = fs.look(path).ok()??.kind;
        if found == kind {
            return None;
        }
        if found != EntryKind::Link {
            return Some(found.noun());
        }
        match fs.follow(path) {
            Ok(Some(meta)) if meta.kind == kind => None,
            Ok(Some(_)) => Some("a link to something else"),
            _ => Some("a link to nothing"),
        }
    }

    fn inside(&self, folder: &Path) -> Vec<PathBuf> {
        let names = self.sys.fs().names_if_there(folder).unwrap_or_default();
        names.into_iter().take(NAMES_MAX).map(|name| folder.join(name)).collect()
    }
}
