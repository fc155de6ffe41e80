//! The pointer `current`: replace it by one rename, remove it, and the paths that go through it.

use std::path::PathBuf;

use sys::EntryKind;

use crate::{Layout, Store, StoreError};

impl Store {
    /// Moves the default as part of a larger change: to a generation that exists, or to none.
    pub(crate) fn move_default(&self, to: Option<u64>) -> Result<(), StoreError> {
        let Some(number) = to else {
            let (fs, link) = (self.sys.fs(), self.layout().current());
            fs.remove_file_if_there(&link).map_err(StoreError::io("remove", &link))?;
            let home = self.layout().home();
            fs.sync_dir(home).map_err(StoreError::io("make durable", home))?;
            if !fs.pointers_are_links() {
                // The junction is for other programs, and code that reports it reads it first.
                let _ = fs.remove_tree(&self.layout().default_junction());
            }
            self.rewrite_table();
            return Ok(());
        };
        self.point_at(number)?;
        // As after a plain switch: the next one makes its own spare if this cannot be made now.
        let _ = self.make_spare();
        Ok(())
    }

    /// Replaces the pointer `current` by one rename: the instant of a switch.
    ///
    /// # Errors
    /// When it cannot be replaced; then it points where it did.
    pub(crate) fn point_at(&self, number: u64) -> Result<(), StoreError> {
        let link = self.layout().current();
        let kind = if self.sys.fs().pointers_are_links() { EntryKind::Link } else { EntryKind::File };
        self.clear_way(&link, kind)?;
        let moved = self.sys.fs().point(&Layout::current_target(number), &link);
        moved.map_err(StoreError::io("move the link", &link))?;
        if !self.sys.fs().pointers_are_links() {
            // The switch is done. The junction is for other programs, and code that reports it reads it first.
            let _ = self.link_default(number);
        }
        self.rewrite_table();
        Ok(())
    }

    fn link_default(&self, number: u64) -> Result<(), StoreError> {
        let (tree, path) = (self.layout().tree(&self.generation(number)?.toolchain), self.layout().default_junction());
        let leads = self.sys.fs().make_folder_link(&tree, &path).map_err(StoreError::io("make the junction", &path))?;
        if !leads {
            // A path to nothing, or to another place, is worse than none.
            self.sys.fs().remove_tree(&path).map_err(StoreError::io("remove", &path))?;
        }
        Ok(())
    }

    /// A constant path to the default's tree, whichever that is, for programs that need one (an editor's setting): a
    /// link, on Windows a junction. `None` if it does not exist; this function reads it and does not assume it.
    ///
    /// # Errors
    /// When the generation in use cannot be read.
    pub fn default_path(&self) -> Result<Option<PathBuf>, StoreError> {
        let (fs, layout) = (self.sys.fs(), self.layout());
        let Some(current) = self.current()? else { return Ok(None) };
        let path = if fs.pointers_are_links() { layout.current().join("go") } else { layout.default_junction() };
        let leads =
            matches!((fs.resolve(&path), fs.resolve(&layout.tree(&current.toolchain))), (Ok(a), Ok(b)) if a == b);
        Ok(leads.then_some(path))
    }

    /// The folder for `PATH`: that of the default's `go` and `gofmt` if a path goes there, else that of the shims.
    pub fn path_folder(&self) -> PathBuf {
        if self.sys.fs().pointers_are_links() { self.layout().default_bin() } else { self.layout().shims() }
    }
}
