//! Private folders: GOPATH, and those of `isolate.*`.

use std::path::{Path, PathBuf};

use super::store::WRITABLE_BY_OTHERS;
use crate::finding::{Finding, Repair, Severity};
use crate::inputs::Inputs;

/// Bits of a mode by which others than the owner may do anything.
const OPEN_TO_OTHERS: u32 = 0o077;
/// The owner alone.
const PRIVATE_MODE: u32 = 0o700;

pub(super) fn run(context: &Inputs) -> Vec<Finding> {
    let mut findings = Vec::new();
    whereabouts(context, &mut findings);
    if cfg!(unix) {
        gopath(context, &mut findings);
        isolated_modes(context, &mut findings);
    }
    orphans(context, &mut findings);
    findings
}

/// The folders of GOPATH under the chosen toolchain; without one, those of the environment alone.
fn gopaths(context: &Inputs) -> Vec<PathBuf> {
    let value = match &context.env {
        Some(env) => env.variable("GOPATH").and_then(|variable| variable.value.clone()),
        None => context.ctx.sys.env().var("GOPATH").map(str::to_owned),
    };
    let value = value.unwrap_or_default();
    let folders = value.split(if cfg!(windows) { ';' } else { ':' }).map(PathBuf::from);
    folders.filter(|folder| folder.is_absolute()).collect()
}

/// The trees of Go installations that are not goward's: of the variable GOROOT, and of each `go` on PATH. Those of
/// goward are `env-gopath-goroot`'s.
fn other_goroots(context: &Inputs) -> Vec<PathBuf> {
    let (fs, env) = (context.ctx.sys.fs(), context.ctx.sys.env());
    let of_program = |folder: PathBuf| {
        let real = fs.resolve(&folder.join(sys::program_file_name("go"))).ok()?;
        Some(real.parent()?.parent()?.to_owned())
    };
    let of_path = env.search_path().into_iter().take(crate::limits::PATH_ENTRIES_MAX).filter_map(of_program);
    let trees = env.path_var("GOROOT").into_iter().chain(of_path);
    let own = context.ctx.store.layout().toolchains();
    // A folder with a `go` in its `bin` is a GOROOT only if it says so.
    let is_tree = |tree: &PathBuf| fs.look(&tree.join("VERSION")).is_ok_and(|meta| meta.is_some());
    trees.filter(|tree| !tree.starts_with(&own) && is_tree(tree)).collect()
}

/// A GOPATH that the user has set and that is not there, or is inside of the chosen toolchain.
fn whereabouts(context: &Inputs, findings: &mut Vec<Finding>) {
    let trees = other_goroots(context);
    let set = context.env.as_ref().and_then(|env| env.variable("GOPATH"));
    let is_set = set.is_some_and(|variable| matches!(variable.rule.word(), "environment" | "user-file"));
    for folder in gopaths(context) {
        if let Some(tree) = trees.iter().find(|tree| folder.starts_with(tree)) {
            let what = format!("GOPATH is `{}`, inside of GOROOT `{}`", folder.display(), tree.display());
            let why = "modules and programs then go into the toolchain's tree: it no longer is what was verified, and they go with it";
            let fix = "`go env -u GOPATH`, or unset the variable: its default is `go` in the home folder";
            findings.push(Finding::problem("gopath-in-goroot", what, why, fix).at(&folder, None));
            continue;
        }
        let is_missing = context.ctx.sys.fs().look(&folder).is_ok_and(|meta| meta.is_none());
        if is_set && is_missing {
            let what = format!("GOPATH is `{}`, and there is no such folder", folder.display());
            let why = "the go command makes it at the first download, with the modes of that moment; where it may not, each download fails";
            let fix = format!("make the folder `{}`", folder.display());
            let finding = Finding::note("gopath-missing", what, why, fix).at(&folder, None);
            findings.push(Finding { only_if_named: true, ..finding.repaired_by(Repair::MakeFolder(folder)) });
        }
    }
}

fn gopath(context: &Inputs, findings: &mut Vec<Finding>) {
    for folder in gopaths(context) {
        let Some(meta) = context.folder(&folder) else { continue };
        if let (Some(owner), Some(user)) = (meta.owner, context.user)
            && owner != user
        {
            let what = format!("GOPATH belongs to user {owner}, and you are user {user}");
            let why =
                "the go command then cannot keep modules and programs there; a run with `sudo` often leaves it so";
            let fix = format!("`sudo chown -R {user} {}`", folder.display());
            findings.push(Finding::problem("gopath-foreign", what, why, fix).at(&folder, None));
            continue;
        }
        let closed = |word, severity, what: String, why, mode: u32| {
            let fix = format!("`chmod {mode:o} {}`", folder.display());
            let repair = Repair::Modes(vec![(folder.clone(), mode)]);
            let finding = Finding::problem(word, what, why, fix).at(&folder, None).repaired_by(repair);
            Finding { severity, only_if_named: severity == Severity::Note, ..finding }
        };
        if meta.mode & WRITABLE_BY_OTHERS != 0 {
            let what = format!("others may write to GOPATH (mode {:o})", meta.mode);
            let why = "a user who can write there can change the programs that you run and the modules that you build";
            // On a shared machine one repair closes it completely.
            let mode = if context.is_shared() { PRIVATE_MODE } else { meta.mode & !WRITABLE_BY_OTHERS };
            findings.push(closed("gopath-writable", Severity::Problem, what, why, mode));
        } else if meta.mode & OPEN_TO_OTHERS != 0 {
            let severity = if context.is_shared() { Severity::Problem } else { Severity::Note };
            let what = format!("others may look into GOPATH (mode {:o})", meta.mode);
            let why = "on a shared machine all users can read the sources of private modules";
            findings.push(closed("gopath-open", severity, what, why, PRIVATE_MODE));
        }
    }
}

fn isolated_modes(context: &Inputs, findings: &mut Vec<Finding>) {
    let root = context.ctx.store.layout().isolated();
    if context.folder(&root).is_none() {
        return;
    }
    let first = context.inside(&root);
    let second = first.iter().flat_map(|folder| context.inside(folder)).collect::<Vec<_>>();
    let open: Vec<(PathBuf, u32)> = std::iter::once(root.clone())
        .chain(first)
        .chain(second)
        .filter(|path| context.folder(path).is_some_and(|meta| meta.mode & OPEN_TO_OTHERS != 0))
        .map(|path| (path, PRIVATE_MODE))
        .collect();
    let Some((path, _)) = open.first() else { return };
    let what = format!("others may look into {} of the isolated folders, `{}` first", open.len(), path.display());
    let why = "the separate folders of a version or a project should be private";
    let fix = format!("`chmod -R go= {}`", root.display());
    let finding = Finding::problem("isolated-open", what, why, fix).at(&root, None);
    findings.push(finding.repaired_by(Repair::Modes(open)));
}

/// Folders of versions that are no longer installed, and of projects that are gone.
fn orphans(context: &Inputs, findings: &mut Vec<Finding>) {
    let layout = context.ctx.store.layout();
    let installed = context.ctx.store.installed().unwrap_or_default();
    let is_of = |folder: &Path| {
        let name = folder.file_name().unwrap_or_default();
        name == "projects" || installed.iter().any(|toolchain| name == toolchain.id.version().tag().as_str())
    };
    for folder in context.inside(&layout.isolated()).into_iter().filter(|folder| !is_of(folder)) {
        let what = format!("`{}` belongs to a version that is not installed", folder.display());
        let why = "it takes space and is unused until that version is installed again";
        // The module cache has read-only folders.
        let fix = format!("`chmod -R u+w {0} && rm -r {0}`, if you want nothing of it", folder.display());
        findings.push(Finding::note("isolated-orphan", what, why, fix).at(&folder, None));
    }
}
