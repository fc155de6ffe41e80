//! The administrator's store for all users.

use std::path::{Path, PathBuf};

use store::{Layout, SharedStore};

use super::store::WRITABLE_BY_OTHERS;
use crate::finding::{Finding, Repair};
use crate::inputs::Inputs;

/// All users may read and enter.
const READABLE: u32 = 0o055;
/// The administrator's number.
const ADMINISTRATOR: u32 = 0;

pub(super) fn run(context: &Inputs) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let SharedStore::PassedOver { home, reason } = context.ctx.store.shared_store() {
        let what = format!("goward ignores the system store: {reason}");
        let why = "a user who can write there chooses what all users run";
        let fix = format!("as root: `chown -R root {0}` and `goward system init`", home.display());
        findings.push(Finding::problem("system-passed-over", what, why, fix).at(&home, None));
    }
    if cfg!(unix) {
        modes(context, &mut findings);
    }
    findings
}

/// Users must be able to read the store, and not to write to it; only the administrator can repair it.
fn modes(context: &Inputs, findings: &mut Vec<Finding>) {
    let Some(home) = context.system.home.clone().filter(|home| context.folder(home).is_some()) else { return };
    let layout = Layout::new(home.clone());
    let mut paths = vec![home.clone(), layout.toolchains(), layout.manifests()];
    for tree in context.inside(&layout.toolchains()) {
        paths.extend(context.inside(&tree.join("bin")));
        paths.extend([tree.join("bin"), tree.clone()]);
    }
    paths.extend(context.inside(&layout.manifests()));
    foreign(context, &home, &paths, findings);
    let mut closed: Vec<(PathBuf, u32)> = Vec::new();
    let mut open = Vec::new();
    for path in paths {
        let Ok(Some(meta)) = context.ctx.sys.fs().look(&path) else { continue };
        let wanted = match meta.kind {
            sys::EntryKind::Dir => READABLE,
            sys::EntryKind::File => 0o044,
            _ => continue,
        };
        if meta.mode & wanted != wanted {
            closed.push((path.clone(), (meta.mode | wanted) & !WRITABLE_BY_OTHERS));
        }
        if meta.mode & WRITABLE_BY_OTHERS != 0 {
            open.push((path, (meta.mode | wanted) & !WRITABLE_BY_OTHERS));
        }
    }
    let by_whom = if context.user == Some(ADMINISTRATOR) { "" } else { "as root: " };
    let mut tell = |word, paths: Vec<(PathBuf, u32)>, what: &str, why, fix: &str| {
        let Some((first, _)) = paths.first() else { return };
        let what =
            format!("{what} {} of the system store's files and folders, `{}` first", paths.len(), first.display());
        let fix = format!("{by_whom}`{fix} {}`", home.display());
        let finding = Finding::problem(word, what, why, fix).at(&home, None);
        // Only the administrator may set modes here: other users get a message.
        let can = context.user == Some(ADMINISTRATOR);
        findings.push(if can { finding.repaired_by(Repair::Modes(paths)) } else { finding });
    };
    // The writable ones first: after that no other user can replace a path by a link.
    let why = "a user who can write there chooses what all users run";
    tell("system-writable", open, "others than the administrator may write to", why, "chmod -R go-w");
    let why = "users cannot run what they cannot read";
    tell("system-closed", closed, "users cannot read", why, "chmod -R go+rX");
}

/// The administrator must own what all users run: the owner of a tree can change it.
fn foreign(context: &Inputs, home: &Path, paths: &[PathBuf], findings: &mut Vec<Finding>) {
    let fs = context.ctx.sys.fs();
    let owner_of = |path: &PathBuf| Some((path.clone(), fs.look(path).ok()??.owner?));
    let foreign: Vec<(PathBuf, u32)> = paths
        .iter()
        .filter_map(owner_of)
        .filter(|(_, owner)| *owner != ADMINISTRATOR && Some(*owner) != context.user)
        .collect();
    let Some((first, owner)) = foreign.first() else { return };
    let what = format!(
        "{} of the system store's files and folders are not the administrator's, `{}` (user {owner}) first",
        foreign.len(),
        first.display()
    );
    let why = "the owner of a toolchain chooses what all users run; goward ignores such a toolchain";
    let fix = format!("as root, after you have checked it: `chown -R root {}`", home.display());
    findings.push(Finding::problem("system-foreign", what, why, fix).at(home, None));
}
