//! Lists everything below a folder.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

/// Every name below a folder with its kind, sorted by path. Links are not followed.
///
/// # Errors
/// When a folder cannot be read.
pub fn walk(folder: &Path) -> io::Result<Vec<(PathBuf, Metadata)>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let meta = std::fs::symlink_metadata(&path)?;
            if meta.is_dir() {
                folders.push(path.clone());
            }
            found.push((path, meta));
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}
