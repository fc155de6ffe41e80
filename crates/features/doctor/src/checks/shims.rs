//! The shims: each is the program that this goward writes, and can be run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use context::SHIM_BYTES_MAX;
use sys::{EntryKind, Meta};

use crate::finding::{Finding, Repair};
use crate::inputs::Inputs;

pub(super) fn run(context: &Inputs, findings: &mut Vec<Finding>) {
    let layout = context.ctx.store.layout();
    for folder in [layout.shims(), layout.releases()] {
        let files = files(context, &folder);
        not_executable(&folder, &files, findings);
        if let Some(shim) = context.ctx.shim {
            changed(context, shim, &folder, &files, findings);
        }
    }
    if context.ctx.shim.is_some() {
        missing(context, &layout.shims(), findings);
    }
}

/// What a folder of shims holds, besides the pointer to goward.
fn files(context: &Inputs, folder: &Path) -> Vec<(PathBuf, Meta)> {
    let fs = context.ctx.sys.fs();
    let pointer = context.ctx.store.layout().shims_goward();
    let paths = context.inside(folder).into_iter().filter(|path| *path != pointer);
    paths.filter_map(|path| Some((path.clone(), fs.look(&path).ok()??))).collect()
}

fn not_executable(folder: &Path, files: &[(PathBuf, Meta)], findings: &mut Vec<Finding>) {
    let is_dull = |meta: &Meta| cfg!(unix) && meta.kind == EntryKind::File && meta.mode & 0o100 == 0;
    let dull: Vec<(PathBuf, u32)> =
        files.iter().filter(|(_, meta)| is_dull(meta)).map(|(path, _)| (path.clone(), 0o755)).collect();
    let Some((first, _)) = dull.first() else { return };
    let what = format!("{} of the shims cannot be run, `{}` first", dull.len(), first.display());
    let why = "the shell then silently runs the next go of PATH";
    let fix = format!("`chmod 755 {}/*`", folder.display());
    let finding = Finding::problem("shim-not-executable", what, why, fix).at(folder, None);
    findings.push(finding.repaired_by(Repair::Modes(dull)));
}

/// Files with a shim's name that have other bytes. All shims are one file under many names, which is read once.
fn changed(context: &Inputs, shim: &[u8], folder: &Path, files: &[(PathBuf, Meta)], findings: &mut Vec<Finding>) {
    let fs = context.ctx.sys.fs();
    let mut known: BTreeMap<(u64, u64), bool> = BTreeMap::new();
    let mut changed: Vec<&Path> = Vec::new();
    for (path, meta) in files {
        if !engine::is_shim_name(path) || meta.kind != EntryKind::File {
            continue;
        }
        let read = || fs.read(path, SHIM_BYTES_MAX).is_ok_and(|bytes| bytes == shim);
        let is_own = match meta.identity {
            Some(identity) => *known.entry(identity).or_insert_with(read),
            None => read(),
        };
        if !is_own {
            changed.push(path);
        }
    }
    let Some(first) = changed.first() else { return };
    let what =
        format!("{} of the shims are not the program that goward writes, `{}` first", changed.len(), first.display());
    let why = "another program runs as `go`, or the shims are those of another goward";
    let finding = Finding::problem("shim-changed", what, why, "`goward shims --write`").at(folder, None);
    findings.push(finding.repaired_by(Repair::Shims));
}

/// Names of the installed toolchains, `go` and `gofmt` without a shim, where any shim has been written.
fn missing(context: &Inputs, folder: &Path, findings: &mut Vec<Finding>) {
    let Ok(missing) = engine::missing_shims(context.ctx) else { return };
    let Some(first) = missing.first() else { return };
    let what = format!("{} of the shims are missing, `{}` first", missing.len(), folder.join(first).display());
    let why = "the shell then silently runs the next go of PATH";
    let finding = Finding::problem("shim-missing", what, why, "`goward shims --write`").at(folder, None);
    findings.push(finding.repaired_by(Repair::Shims));
}
