//! The shells of this machine.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::path::{Path, PathBuf};

/// A shell of this machine; prints the reason if there is none.
pub fn program(name: &str) -> Option<PathBuf> {
    let found = testkit::on_path(name).or_else(|| if name == "nu" { cached_nu() } else { None });
    if found.is_none() {
        eprintln!("skipped: no {name} on PATH; `.ci/setup` installs it");
    }
    found
}

/// Where `.ci/setup` puts nushell, which no Debian release has.
fn cached_nu() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cache")))?;
    let versions = std::fs::read_dir(cache.join("goward-tests")).ok()?.flatten();
    let packages = versions.flat_map(|version| std::fs::read_dir(version.path().join("node_modules/@nushell")));
    packages.flat_map(|folder| folder.flatten()).map(|package| package.path().join("bin/nu")).find(|nu| nu.is_file())
}
