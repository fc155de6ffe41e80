//! Lists the files of a folder and of those below it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// Every source file below a folder, in order.
pub fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    below(folder, "rs")
}

/// Every file with this extension below a folder, sorted.
pub fn below(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let (files, folders) = entries(folder)?;
    let mut found = of_ending(files, ending);
    for folder in folders {
        found.extend(below(&folder, ending)?);
    }
    found.sort();
    Ok(found)
}

/// Every file with this extension directly in a folder, sorted.
pub fn within(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    Ok(of_ending(entries(folder)?.0, ending))
}

/// The folders directly in a folder, sorted.
pub fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(folder)?.1)
}

/// The entries directly in a folder: the files and the folders, each sorted.
fn entries(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    paths.sort();
    Ok(paths.into_iter().partition(|path| !path.is_dir()))
}

fn of_ending(files: Vec<PathBuf>, ending: &str) -> Vec<PathBuf> {
    files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect()
}
