//! goward's own folder: owner, modes, the store's rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use store::{Fault, Misplaced, StoreError, Toolchain};
use sys::{EntryKind, Meta};

use super::shims;
use crate::finding::{Finding, Repair};
use crate::inputs::Inputs;
use crate::limits::NAMES_MAX;

/// Bits of a mode by which others than the owner may write.
pub(super) const WRITABLE_BY_OTHERS: u32 = 0o022;

pub(super) fn run(context: &Inputs) -> Vec<Finding> {
    let mut findings = Vec::new();
    // `home.rs` has checked the owner of the folder itself.
    misplaced(context, &mut findings);
    contents(context, &mut findings);
    state(context, &mut findings);
    registered(context, &mut findings);
    shims::run(context, &mut findings);
    findings
}

/// Names of another kind than goward makes them.
fn misplaced(context: &Inputs, findings: &mut Vec<Finding>) {
    let misplaced = context.ctx.store.misplaced();
    let Some(first) = misplaced.first() else { return };
    let others = match misplaced.len() {
        1 => String::new(),
        count => format!(", and {} more names are of the wrong kind", count - 1),
    };
    let what =
        format!("`{}` is {}, and goward needs {} there{others}", first.path.display(), first.found, first.wanted);
    let why = "goward cannot use what is there";
    let aside = context.ctx.store.layout().set_aside();
    let fix = format!("`goward doctor --repair` moves it to `{}`", aside.display());
    let finding = Finding::problem("store-misplaced", what, why, fix).at(&first.path, None);
    findings.push(finding.repaired_by(Repair::MoveAside(misplaced)));
}

/// Every name that goward makes in its home, without those in the trees.
fn own_paths(context: &Inputs) -> Vec<(PathBuf, Meta)> {
    let layout = context.ctx.store.layout();
    // The go command fills the isolated folders, and `private.rs` checks them. What is set aside is the user's.
    let not_own = [layout.isolated(), layout.set_aside(), layout.staging(), layout.trash()];
    let trees = layout.toolchains();
    let mut to_go = context.inside(layout.home());
    let mut paths = Vec::new();
    while let Some(path) = to_go.pop() {
        let Ok(Some(meta)) = context.ctx.sys.fs().look(&path) else { continue };
        let is_in_trees = path.parent() == Some(&trees);
        if meta.kind == EntryKind::Dir && !not_own.contains(&path) && !is_in_trees {
            to_go.extend(context.inside(&path));
        }
        // `trees` checks a tree with its contents.
        if !is_in_trees {
            paths.push((path, meta));
        }
        if paths.len() > NAMES_MAX {
            break;
        }
    }
    paths.sort_by(|(one, _), (other, _)| one.cmp(other));
    paths
}

/// Every name of a tree: its root, its folders and its files; its root and its go command if no more is wanted.
fn tree_paths(context: &Inputs, toolchain: &Toolchain) -> Vec<(PathBuf, Meta)> {
    let manifest = if context.roots_only { None } else { context.ctx.store.manifest(&toolchain.id).ok() };
    let files = manifest.map(|manifest| manifest.files).unwrap_or_default();
    let mut below: BTreeSet<&Path> = BTreeSet::from([Path::new("")]);
    for file in &files {
        let path = Path::new(&file.path);
        below.extend(path.ancestors());
    }
    if files.is_empty() {
        below.extend(["bin", "bin/go"].map(Path::new));
    }
    let look = |below: &&Path| {
        let path = if below.as_os_str().is_empty() { toolchain.tree.clone() } else { toolchain.tree.join(below) };
        let meta = context.ctx.sys.fs().look(&path).ok()??;
        Some((path, meta))
    };
    below.iter().filter_map(look).collect()
}

/// Only the owner may write to what goward and the user's shells read or run. In a store that was made under a umask
/// that lets all users write, each path is closed. Its owner must be able to read it.
fn contents(context: &Inputs, findings: &mut Vec<Finding>) {
    if !cfg!(unix) {
        return;
    }
    let home = context.ctx.store.layout().home();
    let paths = own_paths(context);
    foreign(context, &paths, findings);
    let open = writable(context, &paths);
    if let Some((first, _)) = open.first() {
        let what =
            format!("others may write to {} files and folders of the store, `{}` first", open.len(), first.display());
        let why = "a user who can write there chooses the programs that you run";
        let fix = format!("`chmod -R go-w {}`", home.display());
        let finding = Finding::problem("store-writable", what, why, fix).at(home, None);
        findings.push(finding.repaired_by(Repair::Modes(open)));
    }
    let closed = closed(context, &paths);
    if let Some((first, _)) = closed.first() {
        let what =
            format!("you cannot use {} files and folders of the store, `{}` first", closed.len(), first.display());
        let why = "goward cannot read or change what its mode forbids";
        let fix = format!("`chmod -R u+rwX {}`", home.display());
        let finding = Finding::problem("store-closed", what, why, fix).at(first.clone(), None);
        findings.push(finding.repaired_by(Repair::Modes(closed)));
    }
    for toolchain in context.ctx.store.toolchains().unwrap_or_default() {
        tree(context, &toolchain, findings);
    }
}

/// Only the owner may write to a tree and its files, and the owner must be able to run them.
fn tree(context: &Inputs, toolchain: &Toolchain, findings: &mut Vec<Finding>) {
    let paths = tree_paths(context, toolchain);
    let open: Vec<(PathBuf, u32)> = paths
        .iter()
        .filter(|(_, meta)| meta.kind != EntryKind::Link && meta.mode & WRITABLE_BY_OTHERS != 0)
        .map(|(path, meta)| (path.clone(), meta.mode & !WRITABLE_BY_OTHERS))
        .collect();
    if let Some((first, _)) = open.first() {
        let what =
            format!("others may write to {} of {}'s files, `{}` first", open.len(), toolchain.id, first.display());
        let why = "a toolchain that another user can change is no longer proven";
        let fix = format!("`chmod -R go-w {}`", toolchain.tree.display());
        let finding = Finding::problem("tree-writable", what, why, fix).at(&toolchain.tree, None);
        findings.push(finding.repaired_by(Repair::Modes(open)));
    }
    let closed: Vec<(PathBuf, u32)> = paths
        .iter()
        .filter_map(|(path, meta)| {
            let wanted = match meta.kind {
                EntryKind::Dir => 0o500,
                EntryKind::File => 0o400,
                EntryKind::Link | EntryKind::Other => return None,
            };
            (is_own(context, meta) && meta.mode & wanted != wanted).then(|| (path.clone(), meta.mode | wanted))
        })
        .collect();
    let Some((first, _)) = closed.first() else { return };
    let what = format!("you cannot read {} of {}'s files, `{}` first", closed.len(), toolchain.id, first.display());
    let why = "you cannot run what you cannot read";
    let fix = format!("`chmod -R u+rX {}`", toolchain.tree.display());
    let finding = Finding::problem("tree-closed", what, why, fix).at(&toolchain.tree, None);
    findings.push(finding.repaired_by(Repair::Modes(closed)));
}

fn is_own(context: &Inputs, meta: &Meta) -> bool {
    context.user.is_some() && meta.owner == context.user
}

/// The paths that others may write to, with the modes that close them.
fn writable(context: &Inputs, paths: &[(PathBuf, Meta)]) -> Vec<(PathBuf, u32)> {
    let is_open = |(path, meta): &&(PathBuf, Meta)| {
        let is_kind = matches!(meta.kind, EntryKind::File | EntryKind::Dir);
        // A group without another member does not count. Another user's file is a finding of its own.
        is_kind
            && is_own(context, meta)
            && meta.mode & WRITABLE_BY_OTHERS != 0
            && context.ctx.sys.fs().trust_entries(std::slice::from_ref(path)).is_err()
    };
    let open = paths.iter().filter(is_open);
    open.map(|(path, meta)| (path.clone(), meta.mode & !WRITABLE_BY_OTHERS)).collect()
}

/// The paths that their owner cannot use, with the modes that help.
fn closed(context: &Inputs, paths: &[(PathBuf, Meta)]) -> Vec<(PathBuf, u32)> {
    // Kept copies have whatever mode the user's file had, and are only read.
    let plans = context.ctx.store.layout().transactions();
    let usable = |(path, meta): &(PathBuf, Meta)| {
        let wanted = match meta.kind {
            EntryKind::Dir => 0o700,
            EntryKind::File => 0o600,
            EntryKind::Link | EntryKind::Other => return None,
        };
        let is_closed = is_own(context, meta) && meta.mode & wanted != wanted && !path.starts_with(&plans);
        is_closed.then(|| (path.clone(), meta.mode | wanted))
    };
    paths.iter().filter_map(usable).collect()
}

/// What another user owns in the store: `sudo goward` leaves root's files, which the user cannot change.
fn foreign(context: &Inputs, paths: &[(PathBuf, Meta)], findings: &mut Vec<Finding>) {
    // The administrator's store is that of root, and `shared_store.rs` checks it.
    let Some(user) = context.user.filter(|_| !context.system.is_own) else { return };
    let home = context.ctx.store.layout().home();
    let trees = context.ctx.store.toolchains().unwrap_or_default();
    let trees = trees.iter().flat_map(|toolchain| tree_paths(context, toolchain)).collect::<Vec<_>>();
    let owner_of = |(path, meta): &(PathBuf, Meta)| Some((path.clone(), meta.owner.filter(|owner| *owner != user)?));
    let mut foreign = paths.iter().chain(&trees).filter_map(owner_of);
    let Some((first, owner)) = foreign.next() else { return };
    let what = format!(
        "{} files and folders of the store are not yours, `{}` (user {owner}) first",
        foreign.count() + 1,
        first.display()
    );
    let why = "goward cannot change them; a run with `sudo` leaves root's files";
    let fix = format!("`sudo chown -R -h {user} {}`", sys::quoted(home));
    findings.push(Finding::problem("store-foreign", what, why, fix).at(first, None));
}

fn state(context: &Inputs, findings: &mut Vec<Finding>) {
    let store = &context.ctx.store;
    let home = store.layout().home();
    match store.all_faults() {
        Ok(faults) => findings.extend(told(faults, home)),
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
        let finding = Finding::note("store-unfinished", what, why, fix).at(home, None);
        findings.push(finding.repaired_by(Repair::Recover));
    }
}

/// How many faults of one toolchain are printed.
const FAULTS_TOLD_MAX: usize = 5;

/// The findings of violated rules. Of a toolchain with many, only the first are printed.
fn told(faults: Vec<Fault>, home: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut of_trees: BTreeMap<String, usize> = BTreeMap::new();
    let changed = "a visible toolchain is complete unless another program has changed it";
    for fault in faults {
        let what = fault.what().to_owned();
        findings.push(match fault {
            Fault::Record { id, .. } => {
                let fix = format!("`goward install {}` fetches it again", id.version());
                Finding::problem("store-fault", what, changed, fix).at(home, None)
            }
            Fault::Tree { id, .. } => {
                let count = of_trees.entry(id.to_string()).or_default();
                *count += 1;
                if *count > FAULTS_TOLD_MAX {
                    continue;
                }
                let fix = format!("`goward verify {} --repair`", id.version());
                Finding::problem("store-fault", what, changed, fix).at(home, None)
            }
            Fault::Snapshot { .. } => {
                let why = "a snapshot is whole from the rename on that shows it; another program has changed it";
                let fix = "`goward doctor --repair` finds its manifest again, or moves it to `set-aside`";
                Finding::problem("store-fault", what, why, fix).repaired_by(Repair::Snapshots)
            }
            Fault::Uninstalled { id, .. } => {
                let fix = format!("`goward install {}`, or `goward use VERSION` for another default", id.version());
                Finding::problem("store-fault", what, "nothing runs where the default counts", fix).at(home, None)
            }
            Fault::BlockList { path, .. } => {
                let why = "goward chooses no version while it does not know which are blocked";
                let fix = "`goward doctor --repair` moves it aside; then block again what must stay blocked";
                let misplaced = Misplaced { path: path.clone(), found: "damaged", wanted: "a list of versions" };
                let finding = Finding::problem("block-list-damaged", what, why, fix).at(path, None);
                finding.repaired_by(Repair::MoveAside(vec![misplaced]))
            }
            Fault::Running { path, .. } => {
                let why = "`goward ps` does not show that program";
                let fix = "`goward doctor --repair` moves it aside; the program runs on";
                let misplaced = Misplaced { path: path.clone(), found: "damaged", wanted: "the record of a program" };
                let finding = Finding::problem("running-record-damaged", what, why, fix).at(path, None);
                finding.repaired_by(Repair::MoveAside(vec![misplaced]))
            }
            Fault::Default { .. } => {
                let why = "without it goward does not know which toolchain runs where nothing asks for one";
                let fix = "`goward doctor --repair`, or `goward use VERSION`";
                Finding::problem("default-damaged", what, why, fix).at(home, None).repaired_by(Repair::Default)
            }
        });
    }
    findings
}

/// The file of the Go installations that run in place.
fn registered(context: &Inputs, findings: &mut Vec<Finding>) {
    let store = &context.ctx.store;
    let Err(StoreError::Record { path, cause }) = store.external_gos() else { return };
    let what = format!("`{}` is damaged: {cause}", path.display());
    let why = "goward does not know the Go installations that run in place";
    let fix = "`goward doctor --repair` moves it aside; `goward import` registers them again";
    let misplaced = Misplaced { path: path.clone(), found: "damaged", wanted: "a list of installations" };
    let finding = Finding::problem("store-record", what, why, fix).at(path, None);
    findings.push(finding.repaired_by(Repair::MoveAside(vec![misplaced])));
}
