//! What a supervisor watches: every file that may change which toolchain is chosen in its folder.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use context::{Ctx, FOLDERS_MAX};
use project::FileName;

/// The files by folder. A folder without names counts with all that is in it.
pub(crate) fn watched(ctx: &Ctx) -> BTreeMap<PathBuf, BTreeSet<OsString>> {
    let mut wanted: BTreeMap<PathBuf, BTreeSet<OsString>> = BTreeMap::new();
    let layout = ctx.store.layout();
    for path in [layout.current(), layout.blocked(), layout.external_gos()] {
        add(&mut wanted, &path);
    }
    // An install may be the newest of a minor that is pinned.
    wanted.insert(layout.toolchains(), BTreeSet::new());
    for folder in ctx.sys.env().folder().ancestors().take(FOLDERS_MAX) {
        for name in FileName::ALL.iter().map(|name| name.as_str()).chain(["goward.lock"]) {
            let path = name.split('/').fold(folder.to_owned(), |path, part| path.join(part));
            // A folder such as `.config/mise` is watched where it is.
            if path.parent().is_some_and(|parent| parent == folder || is_there(ctx, parent)) {
                add(&mut wanted, &path);
            }
        }
    }
    wanted
}

fn is_there(ctx: &Ctx, folder: &Path) -> bool {
    ctx.sys.fs().follow(folder).ok().flatten().is_some()
}

fn add(wanted: &mut BTreeMap<PathBuf, BTreeSet<OsString>>, path: &Path) {
    if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
        wanted.entry(folder.to_owned()).or_default().insert(name.to_owned());
    }
}
