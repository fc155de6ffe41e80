//! Finds leftovers of other Go installers in the registry of Windows: entries that come before goward, or change the go
//! command.
//!
//! `goward setup` and `goward doctor` share this list; this module writes nothing.

use std::path::{Path, PathBuf};

use release::escaped;
use sys::registry::{MACHINE_ENVIRONMENT, PathList, Registry, RegistryValue, Root, USER_ENVIRONMENT, is_same, place};
use sys::{EntryKind, Sys};

use crate::managers::{is_go_folder, manager_in};
use crate::windows_path_words::BY_HAND;

/// The key by which the system looks up a program's bare name, for its menus and `Start-Process`.
const APP_PATHS: &str = r"Software\Microsoft\Windows\CurrentVersion\App Paths\go.exe";
/// The key that the official .msi leaves (golang/build, installer.wxs).
const INSTALLER: (&str, &str) = (r"Software\GoProgrammingLanguage", "installLocation");
/// How much of a foreign text is printed, in characters: the usual limit of a path (`MAX_PATH`).
const TOLD_CHARS_MAX: usize = 260;
/// The key with the command that `cmd` runs at each start.
const COMMAND_PROCESSOR: (&str, &str) = (r"Software\Microsoft\Command Processor", "AutoRun");

/// A leftover, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Its word, for scripts; stable.
    pub word: &'static str,
    /// Its place: key and name.
    pub place: PathBuf,
    /// What it is.
    pub what: String,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub fix: String,
    /// Whether it overrides goward, and is not only information.
    pub is_problem: bool,
}

/// Every word of a [`Leftover`].
pub const LEFTOVER_WORDS: &[&str] = &[
    "registry-path",
    "registry-goroot",
    "registry-gotoolchain",
    "registry-gopath",
    "registry-app-paths",
    "registry-go-installer",
    "registry-autorun",
];

/// The leftovers in the registry; none if there is no registry. Ignores unreadable keys. Text from it is cut and
/// escaped, since anybody may have written it. `will_be_first`: whether the shims are about to be put first in the
/// user's `Path`.
pub fn leftovers(sys: &Sys, shims: &str, will_be_first: bool) -> Vec<Leftover> {
    let Some(registry) = sys.registry() else { return Vec::new() };
    let mut found = Vec::new();
    for (root, key) in [(Root::Machine, MACHINE_ENVIRONMENT), (Root::User, USER_ENVIRONMENT)] {
        let is_first = will_be_first && root == Root::User;
        paths(sys, registry, (root, key), shims, is_first, &mut found);
        variables(registry, root, key, &mut found);
    }
    for root in [Root::Machine, Root::User] {
        command_processor(registry, root, &mut found);
        if let Some(value) = read(registry, root, APP_PATHS, "") {
            found.push(Leftover {
                word: "registry-app-paths",
                place: place(root, APP_PATHS, ""),
                what: format!("`go.exe` is `{}`", told(&value.shown())),
                why: "menus and `Start-Process go` find that one; a terminal does not",
                fix: format!("remove the key, `reg delete {}`", at(root, APP_PATHS)),
                is_problem: false,
            });
        }
    }
    if let Some(value) = read(registry, Root::User, INSTALLER.0, INSTALLER.1) {
        found.push(Leftover {
            word: "registry-go-installer",
            place: place(Root::User, INSTALLER.0, INSTALLER.1),
            what: format!("Go's own installer has put one into `{}`", told(&value.shown())),
            why: "it is in the machine's Path, which comes before the user's",
            fix: "`goward import` imports it; uninstall it in Settings, Apps, if no other user needs it".to_owned(),
            is_problem: false,
        });
    }
    found
}

fn paths(
    sys: &Sys,
    registry: &Registry,
    (root, key): (Root, &str),
    shims: &str,
    is_first: bool,
    found: &mut Vec<Leftover>,
) {
    let Some(list) = read(registry, root, key, "Path").as_ref().and_then(PathList::of) else { return };
    let is_machine = root == Root::Machine;
    let mut behind_ours = is_first;
    for (entry, plain) in list.shown_entries(sys.env()) {
        if is_same(&plain, shims) {
            behind_ours = true;
            continue;
        }
        let folder = PathBuf::from(plain);
        // The default's own folder is goward's, too.
        if Path::new(shims).parent().is_some_and(|own| folder.starts_with(own)) {
            continue;
        }
        let has_go = is_file(sys, &folder.join("go.exe"));
        // A folder for tools (`%USERPROFILE%\go\bin`) looks like a GOROOT's, but is not one without a `go` in it.
        let is_gone = is_go_folder(&entry) && folder.is_absolute() && !matches!(sys.fs().follow(&folder), Ok(Some(_)));
        if !has_go && !is_gone {
            continue;
        }
        let why = match (has_go, is_machine, behind_ours) {
            (false, ..) => "the folder does not exist; a Go that is installed there later would be found",
            (true, true, _) => "the machine's Path comes before the user's, and so this go before goward's",
            (true, false, false) => "it comes before goward's shims, where those are in this list",
            (true, false, true) => "it comes after goward's shims, and is found where those are not",
        };
        let entry = told(&entry);
        let who = if is_machine { "as an administrator take it out of" } else { "take it out of" };
        let whose = if is_machine { "the machine's Path" } else { "the user's Path" };
        let meanwhile = if is_machine && has_go {
            "; in a PowerShell that runs profiles `goward setup --shell pwsh` comes before it"
        } else {
            ""
        };
        found.push(Leftover {
            word: "registry-path",
            place: place(root, key, "Path"),
            what: if has_go { format!("`{entry}` has a go") } else { format!("`{entry}` is not there") },
            why,
            fix: format!("{who} {whose} (`{BY_HAND}`){meanwhile}"),
            is_problem: has_go && (is_machine || !behind_ours),
        });
    }
}

fn variables(registry: &Registry, root: Root, key: &str, found: &mut Vec<Leftover>) {
    let mut tell = |word, name: &str, value: &RegistryValue, why, is_problem| {
        found.push(Leftover {
            word,
            place: place(root, key, name),
            what: format!("the variable {name} is `{}` for every new program", told(&value.shown())),
            why,
            fix: match root {
                Root::User => format!("`reg delete {} /v {name}`, then a new terminal", at(root, key)),
                Root::Machine => format!("as an administrator `reg delete {} /v {name}`", at(root, key)),
            },
            is_problem,
        });
    };
    let value = |name| read(registry, root, key, name).filter(|value| !value.shown().is_empty());
    if let Some(value) = value("GOROOT") {
        let why = "a go command with the tree of another release fails; no Go since 1.9 needs it";
        tell("registry-goroot", "GOROOT", &value, why, true);
    }
    if let Some(value) = value("GOTOOLCHAIN").filter(|value| !matches!(value.shown().as_str(), "auto" | "path")) {
        let why = "it counts as a pin for every folder";
        tell("registry-gotoolchain", "GOTOOLCHAIN", &value, why, false);
    }
    for name in ["GOPATH", "GOBIN"] {
        // The user chose the user's own.
        if let Some(value) = value(name).filter(|_| root == Root::Machine) {
            let why = "all users of this machine then share one folder of modules and tools";
            tell("registry-gopath", name, &value, why, false);
        }
    }
}

/// `AutoRun` has many uses; only one that mentions PATH, Go or a manager is reported.
fn command_processor(registry: &Registry, root: Root, found: &mut Vec<Leftover>) {
    let (key, name) = COMMAND_PROCESSOR;
    let Some(value) = read(registry, root, key, name) else { return };
    let text = value.shown();
    let lower = text.to_lowercase();
    let speaks = ["path=", "%path%", "setx path", "goroot"].iter().any(|mark| lower.contains(mark));
    if speaks || manager_in(&text).is_some() {
        found.push(Leftover {
            word: "registry-autorun",
            place: place(root, key, name),
            what: format!("`cmd` runs `{}` at each start", told(&text)),
            why: "it can put another Go before goward's shims, and batch files run it, too",
            fix: format!("check it, and remove what concerns Go: `reg query {} /v {name}`", at(root, key)),
            is_problem: true,
        });
    }
}

/// Foreign text in printable form.
fn told(text: &str) -> String {
    match text.char_indices().nth(TOLD_CHARS_MAX) {
        Some((end, _)) => format!("{}…", escaped(text.get(..end).unwrap_or(text))),
        None => escaped(text),
    }
}

fn is_file(sys: &Sys, path: &Path) -> bool {
    path.is_absolute() && matches!(sys.fs().follow(path), Ok(Some(meta)) if meta.kind == EntryKind::File)
}

fn read(registry: &Registry, root: Root, key: &str, name: &str) -> Option<RegistryValue> {
    registry.read(root, key, name).ok().flatten()
}

/// A key in the spelling of the system's own tools.
fn at(root: Root, key: &str) -> String {
    let root = if root == Root::User { "HKCU" } else { "HKLM" };
    let quote = if key.contains(' ') { "\"" } else { "" };
    format!(r"{quote}{root}\{key}{quote}")
}
