//! Checks the `go` programs on PATH.

use std::path::{Path, PathBuf};

use sys::registry::{MACHINE_ENVIRONMENT, PathList, Root, USER_ENVIRONMENT, place};

use crate::finding::{Finding, Severity};
use crate::inputs::Inputs;

/// Parts of paths that identify other managers, and their names.
const MANAGERS: [(&str, &str); 14] = [
    (".goenv", "goenv"),
    (".gvm", "gvm"),
    (".asdf", "asdf"),
    ("mise", "mise"),
    (".gobrew", "gobrew"),
    (".goup", "goup"),
    (".proto", "proto"),
    (".vfox", "vfox"),
    (".g/", "g"),
    (".sdkman", "sdkman"),
    ("homebrew", "Homebrew"),
    ("scoop", "Scoop"),
    ("chocolatey", "Chocolatey"),
    ("snap", "snap"),
];

/// A folder of PATH that has a `go`.
struct Entry {
    folder: PathBuf,
    /// Its place in PATH, counted from 1.
    number: usize,
    /// Whether its `go` is goward's: a shim, or the default's.
    is_ours: bool,
    /// The manager that its path names.
    manager: Option<&'static str>,
    /// The program, with links resolved.
    real: PathBuf,
}

pub(super) fn run(context: &Inputs) -> Vec<Finding> {
    let mut findings = Vec::new();
    let entries = entries(context);
    let ours = entries.iter().position(|entry| entry.is_ours);
    let list = entries.iter().map(told).collect::<Vec<_>>().join(", ");
    match (ours, entries.first()) {
        (Some(0), _) => {}
        (Some(_), Some(first)) => {
            let what = format!("{} comes before goward on PATH; in order: {list}", told(first));
            let why = "the first one runs, and your choice with goward has no effect on `go`";
            let fix = of_machine(context, &first.folder).unwrap_or_else(|| fix(context));
            findings.push(Finding::problem("path-shadowed", what, why, fix).at(&first.folder, None));
        }
        _ => {
            let there = if list.is_empty() { "no go is there".to_owned() } else { format!("in order: {list}") };
            let what = format!("neither goward's shims nor its default are on PATH; {there}");
            let why = "`goward run` still works, but a bare `go` is not goward's";
            let fix = fix(context);
            let finding = Finding::note("path-without-goward", what, why, fix);
            // Where setup was run, it is not what the user wants: this shell was open before, or something resets PATH.
            let severity = if is_set_up(context) { Severity::Problem } else { Severity::Note };
            findings.push(Finding { severity, ..finding });
        }
    }
    let mut different: Vec<&Path> =
        entries.iter().filter(|entry| !entry.is_ours).map(|entry| entry.real.as_path()).collect();
    different.sort_unstable();
    different.dedup();
    if ours == Some(0) && !different.is_empty() || different.len() > 1 {
        let what = format!("{} go commands are on PATH; in order: {list}", entries.len());
        let why = "a program with its own PATH, or a shell that resets it, may find another one";
        let fix = "remove those that you do not need";
        findings.push(Finding::note("path-several", what, why, fix));
    }
    findings.extend(super::path_entries::run(context));
    findings
}

/// Whether `goward setup` has put goward into a profile, or on Windows into the user's Path.
fn is_set_up(context: &Inputs) -> bool {
    let sys = &context.ctx.sys;
    let shims = context.ctx.store.layout().shims();
    let in_registry = || {
        let value = sys.registry()?.read(Root::User, USER_ENVIRONMENT, "Path").ok()??;
        Some(PathList::of(&value)?.has(shims.to_str()?, sys.env()))
    };
    in_registry().unwrap_or(false) || shell::is_set_up(sys)
}

fn fix(context: &Inputs) -> String {
    let shims = context.ctx.store.layout().shims();
    match context.ctx.sys.registry() {
        Some(_) => {
            format!("`goward setup` puts `{}` first in the user's Path; then open a new terminal", shims.display())
        }
        None => format!("`goward setup` puts `{}` first in PATH for your shells; then open a new one", shims.display()),
    }
}

/// What to do about a folder of the machine's `Path` on Windows, which the user's comes after.
fn of_machine(context: &Inputs, folder: &Path) -> Option<String> {
    let value = context.ctx.sys.registry()?.read(Root::Machine, MACHINE_ENVIRONMENT, "Path").ok()??;
    let stands_there = PathList::of(&value)?.has(folder.to_str()?, context.ctx.sys.env());
    let place = place(Root::Machine, MACHINE_ENVIRONMENT, "Path");
    stands_there.then(|| {
        let (place, folder) = (place.display(), folder.display());
        format!("as an administrator take `{folder}` out of `{place}`, which comes before the user's Path")
    })
}

fn told(entry: &Entry) -> String {
    let what = match (entry.is_ours, entry.manager) {
        (true, _) => ", goward's".to_owned(),
        (false, Some(manager)) => format!(", {manager}'s"),
        (false, None) => String::new(),
    };
    format!("`{}` (entry {}{what})", entry.folder.display(), entry.number)
}

fn entries(context: &Inputs) -> Vec<Entry> {
    let fs = context.ctx.sys.fs();
    let layout = context.ctx.store.layout();
    let ours = [layout.shims(), layout.default_bin()];
    let real_ours: Vec<PathBuf> = ours.iter().filter_map(|folder| fs.resolve(folder).ok()).collect();
    let name = sys::program_file_name("go");
    let folders = context.ctx.sys.env().search_path();
    let mut found: Vec<Entry> = Vec::new();
    for (index, folder) in folders.into_iter().enumerate() {
        let go = folder.join(&name);
        // A repeated folder is reported once.
        if !fs.is_program(&go) || found.iter().any(|entry| entry.folder == folder) {
            continue;
        }
        let real_folder = fs.resolve(&folder).ok();
        let is_ours = ours.contains(&folder)
            || real_folder.is_some_and(|real| real_ours.contains(&real) || real.starts_with(layout.toolchains()));
        let text = folder.to_string_lossy().to_lowercase().replace('\\', "/");
        let manager = MANAGERS.iter().find(|(part, _)| text.contains(part)).map(|(_, name)| *name);
        let real = fs.resolve(&go).unwrap_or(go);
        found.push(Entry { folder, number: index + 1, is_ours, manager: manager.filter(|_| !is_ours), real });
    }
    found
}
