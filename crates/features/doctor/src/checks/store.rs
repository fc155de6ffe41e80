//! goward's own folder: owner, modes, the store's rules.

use std::path::PathBuf;

use crate::finding::{Finding, Repair};
use crate::inputs::Inputs;

/// Bits of a mode by which others than the owner may write.
pub(super) const WRITABLE_BY_OTHERS: u32 = 0o022;

pub(super) fn run(context: &Inputs) -> Vec<Finding> {
    let mut findings = Vec::new();
    // `home.rs` has checked the owner of the folder itself.
    contents(context, &mut findings);
    trees(context, &mut findings);
    state(context, &mut findings);
    shims(context, &mut findings);
    findings
}

/// Only the owner may write to what goward and the user's shells read or run besides the trees. In a store that was
/// made under a umask that lets all users write, each path is closed.
fn contents(context: &Inputs, findings: &mut Vec<Finding>) {
    if !cfg!(unix) {
        return;
    }
    let layout = context.ctx.store.layout();
    let mut paths = context.inside(layout.home());
    let folders = [layout.shims(), layout.manifests(), layout.generations(), layout.shell(), layout.transactions()];
    for path in folders.iter().flat_map(|folder| context.inside(folder)) {
        paths.extend(context.inside(&path));
        paths.push(path);
    }
    let open: Vec<(PathBuf, u32)> = paths
        .into_iter()
        .filter_map(|path| {
            let meta = context.ctx.sys.fs().look(&path).ok()??;
            let is_kind = matches!(meta.kind, sys::EntryKind::File | sys::EntryKind::Dir);
            let is_open = is_kind && meta.mode & WRITABLE_BY_OTHERS != 0;
            // A group without another member does not count.
            let is_open = is_open && context.ctx.sys.fs().trust_entries(std::slice::from_ref(&path)).is_err();
            is_open.then_some((path, meta.mode & !WRITABLE_BY_OTHERS))
        })
        .collect();
    let Some((first, _)) = open.first() else { return };
    let what =
        format!("others may write to {} files and folders of the store, `{}` first", open.len(), first.display());
    let why = "a user who can write there chooses the programs that you run";
    let fix = format!("`chmod -R go-w {}`", layout.home().display());
    let finding = Finding::problem("store-writable", what, why, fix).at(layout.home(), None);
    findings.push(finding.repaired_by(Repair::Modes(open)));
}

/// Only the owner may write to trees and the files in them.
fn trees(context: &Inputs, findings: &mut Vec<Finding>) {
    if !cfg!(unix) {
        return;
    }
    let store = &context.ctx.store;
    let fs = context.ctx.sys.fs();
    for toolchain in store.toolchains().unwrap_or_default() {
        let files = store.manifest(&toolchain.id).map(|manifest| manifest.files).unwrap_or_default();
        let files = files.iter().map(|file| toolchain.tree.join(&file.path));
        let open: Vec<(PathBuf, u32)> = std::iter::once(toolchain.tree.clone())
            .chain(files)
            .filter_map(|path| {
                let meta = fs.look(&path).ok()??;
                let is_open = meta.kind != sys::EntryKind::Link && meta.mode & WRITABLE_BY_OTHERS != 0;
                is_open.then_some((path, meta.mode & !WRITABLE_BY_OTHERS))
            })
            .collect();
        let Some((first, _)) = open.first() else { continue };
        let what =
            format!("others may write to {} of {}'s files, `{}` first", open.len(), toolchain.id, first.display());
        let why = "a toolchain that another user can change is no longer proven";
        let fix = format!("`chmod -R go-w {}`", toolchain.tree.display());
        let finding = Finding::problem("tree-writable", what, why, fix).at(&toolchain.tree, None);
        findings.push(finding.repaired_by(Repair::Modes(open)));
    }
}

fn state(context: &Inputs, findings: &mut Vec<Finding>) {
    let store = &context.ctx.store;
    let home = store.layout().home();
    match store.faults() {
        Ok(faults) => {
            let why = "a visible toolchain is complete unless another program has changed it";
            let fix = "`goward uninstall` and `goward install` reinstall a toolchain; `goward use` sets the default";
            findings.extend(
                faults.into_iter().map(|fault| Finding::problem("store-fault", fault, why, fix).at(home, None)),
            );
        }
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            let why = "without it goward does not know what is installed";
            let fix = "check the file's owner and mode";
            findings.push(
                Finding::problem("store-unreadable", format!("could not {error}{cause}"), why, fix).at(home, None),
            );
        }
    }
    if store.is_clean().is_ok_and(|clean| !clean) {
        let what = "an operation is unfinished: a run is in progress or was interrupted";
        let why = "it is not visible, and blocks nothing";
        let fix = "the next change removes or finishes it; `goward status` shows it";
        findings.push(Finding::note("store-unfinished", what, why, fix).at(home, None));
    }
}

fn shims(context: &Inputs, findings: &mut Vec<Finding>) {
    if !cfg!(unix) {
        return;
    }
    let fs = context.ctx.sys.fs();
    let folder = context.ctx.store.layout().shims();
    let dull: Vec<(PathBuf, u32)> = context
        .inside(&folder)
        .into_iter()
        .filter_map(|path| {
            let meta = fs.look(&path).ok()??;
            let is_dull = meta.kind == sys::EntryKind::File && meta.mode & 0o100 == 0;
            is_dull.then_some((path, 0o755))
        })
        .collect();
    let Some((first, _)) = dull.first() else { return };
    let what = format!("{} of the shims cannot be run, `{}` first", dull.len(), first.display());
    let why = "the shell then silently runs the next go of PATH";
    let fix = format!("`chmod 755 {}/*`", folder.display());
    let finding = Finding::problem("shim-not-executable", what, why, fix).at(&folder, None);
    findings.push(finding.repaired_by(Repair::Modes(dull)));
}
