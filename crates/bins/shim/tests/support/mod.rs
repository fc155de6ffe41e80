//! A folder that is removed after its test, for files and small scripts.

use std::fs;
use std::path::PathBuf;

use testkit::program::write_program;

/// The folder.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// An empty one.
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    /// Its path, links followed.
    pub fn root(&self) -> PathBuf {
        fs::canonicalize(self.0.path()).unwrap()
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// Writes a file, and makes its folders.
    pub fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    /// Writes a program that can be run at once.
    pub fn script(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_program(&path, text.as_bytes());
    }
}
