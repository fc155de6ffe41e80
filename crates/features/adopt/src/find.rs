//! Finds Go installations: one row for each manager that makes them.
//!
//! A row is a folder and its expected contents. The search believes no contents: a candidate is a folder that might be
//! a GOROOT, and [`crate::inspect`] checks it.

use std::path::{Path, PathBuf};

use context::Ctx;
use sys::{EntryKind, Env, Sys};

/// How many names of a manager's folder are read: no user has more toolchains.
const NAMES_MAX: usize = 1000;

/// Who makes Go installations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Manager {
    /// `golang.org/dl/go1.X.Y`, and editors: `~/sdk`.
    Sdk,
    /// goenv, of any age.
    Goenv,
    /// gvm.
    Gvm,
    /// asdf's plug-in `golang`.
    Asdf,
    /// mise.
    Mise,
    /// The programs of the name goup.
    Goup,
    /// The programs of the name g.
    G,
    /// proto.
    Proto,
    /// gobrew.
    Gobrew,
    /// The go command itself, in the module cache.
    ModuleCache,
    /// The machine's own: an installer, a package, an administrator.
    System,
    /// Found on `PATH`, of unknown origin.
    Path,
    /// The user, who named the folder.
    Named,
}

impl Manager {
    /// Every manager that `--from` knows.
    pub const NAMED: [Manager; 8] = [
        Manager::Mise,
        Manager::Asdf,
        Manager::Goenv,
        Manager::Gvm,
        Manager::Goup,
        Manager::G,
        Manager::Proto,
        Manager::Gobrew,
    ];

    /// Its name, as users type it.
    pub fn word(self) -> &'static str {
        match self {
            Manager::Sdk => "sdk",
            Manager::Goenv => "goenv",
            Manager::Gvm => "gvm",
            Manager::Asdf => "asdf",
            Manager::Mise => "mise",
            Manager::Goup => "goup",
            Manager::G => "g",
            Manager::Proto => "proto",
            Manager::Gobrew => "gobrew",
            Manager::ModuleCache => "module-cache",
            Manager::System => "system",
            Manager::Path => "path",
            Manager::Named => "named",
        }
    }
}

/// A folder that might be a GOROOT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The folder, as it was found.
    pub path: PathBuf,
    /// Its manager, guessed from its folder.
    pub manager: Manager,
}

/// Where is looked.
#[derive(Debug, Clone)]
pub struct Where {
    /// The root of the machine's own folders: `/`, except in tests.
    pub root: PathBuf,
    /// This manager alone.
    pub only: Option<Manager>,
}

impl Default for Where {
    fn default() -> Where {
        Where { root: PathBuf::from("/"), only: None }
    }
}

/// Everything that might be a Go installation, each folder once: of two paths to one folder, the manager's own counts.
///
/// Ignores unreadable folders: they cannot be imported either.
pub fn candidates(ctx: &Ctx, place: &Where) -> Vec<Candidate> {
    let sys = &ctx.sys;
    let mut found = Vec::new();
    for (manager, folder) in folders(sys.env()) {
        for child in children(sys, &folder) {
            found.extend(root_of(sys, &child).map(|path| Candidate { path, manager }));
        }
    }
    for cache in module_caches(sys.env()) {
        let toolchains = children(sys, &cache.join("golang.org"));
        let named = |path: &PathBuf| path.file_name().is_some_and(|name| is_toolchain_module(&name.to_string_lossy()));
        found
            .extend(toolchains.into_iter().filter(named).map(|path| Candidate { path, manager: Manager::ModuleCache }));
    }
    for folder in machine_folders(sys, &place.root) {
        found.extend(root_of(sys, &folder).map(|path| Candidate { path, manager: Manager::System }));
    }
    for folder in sys.env().search_path() {
        found.extend(root_of_program(sys, &folder).map(|path| Candidate { path, manager: Manager::Path }));
    }
    found.retain(|candidate| place.only.is_none_or(|only| candidate.manager == only));
    once_each(ctx, found)
}

/// The folders whose children are installations, by manager.
fn folders(env: &Env) -> Vec<(Manager, PathBuf)> {
    let home = env.home();
    let below = |path: &str| home.as_ref().map(|home| home.join(path));
    let data = env.xdg_data_folder();
    let set = |name: &str| env.path_var(name);
    let rows: [(Manager, Option<PathBuf>, &str); 17] = [
        (Manager::Sdk, below("sdk"), ""),
        (Manager::Goenv, set("GOENV_ROOT").or_else(|| below(".goenv")), "versions"),
        (Manager::Gvm, set("GVM_ROOT").or_else(|| below(".gvm")), "gos"),
        (Manager::Asdf, set("ASDF_DATA_DIR").or_else(|| below(".asdf")), "installs/golang"),
        (Manager::Asdf, set("ASDF_DIR"), "installs/golang"),
        (Manager::Mise, set("MISE_DATA_DIR").or_else(|| data.map(|data| data.join("mise"))), "installs/go"),
        (Manager::Mise, set("LOCALAPPDATA").map(|data| data.join("mise")), "installs/go"),
        // Three programs have the name goup, each with its own folder.
        (Manager::Goup, set("GOUP_HOME").or_else(|| below(".goup")), ""),
        (Manager::Goup, set("GOUP_HOME").or_else(|| below(".goup")), "versions"),
        (Manager::Goup, below(".go"), ""),
        (Manager::Goup, below(".local/goup"), "versions"),
        (Manager::Goup, below(".local/share/goup"), "versions"),
        (Manager::G, set("G_HOME").or_else(|| below(".g")), "versions"),
        (Manager::G, below(".go"), ".versions"),
        (Manager::Proto, set("PROTO_HOME").or_else(|| below(".proto")), "tools/go"),
        (Manager::Gobrew, set("GOBREW_ROOT").or_else(|| home.clone()), ".gobrew/versions"),
        (Manager::Gobrew, below(".gobrew"), "versions"),
    ];
    let place = |(manager, base, below): (Manager, Option<PathBuf>, &str)| {
        base.map(|base| (manager, if below.is_empty() { base } else { base.join(below) }))
    };
    rows.into_iter().filter_map(place).collect()
}

fn module_caches(env: &Env) -> Vec<PathBuf> {
    if let Some(cache) = env.path_var("GOMODCACHE") {
        return vec![cache];
    }
    let gopath = env.path_var("GOPATH").or_else(|| env.home().map(|home| home.join("go")));
    gopath.into_iter().map(|gopath| gopath.join("pkg").join("mod")).collect()
}

fn is_toolchain_module(name: &str) -> bool {
    name.strip_prefix("toolchain@").is_some_and(|version| version.starts_with("v0.0.1-go"))
}

/// Folders that installers and packages use.
fn machine_folders(sys: &Sys, root: &Path) -> Vec<PathBuf> {
    let fixed = [
        "usr/local/go",
        "usr/lib/go",
        "usr/lib64/go",
        "usr/lib/golang",
        "usr/share/go",
        "usr/lib64/golang",
        "opt/go",
        "opt/homebrew/opt/go/libexec",
        "usr/local/opt/go/libexec",
        "home/linuxbrew/.linuxbrew/opt/go/libexec",
        "opt/local/lib/go",
        "snap/go/current",
        "Program Files/Go",
        "Go",
    ];
    let mut found: Vec<PathBuf> = fixed.iter().map(|below| root.join(below)).collect();
    for cellar in ["opt/homebrew/Cellar/go", "usr/local/Cellar/go", "home/linuxbrew/.linuxbrew/Cellar/go"] {
        found.extend(children(sys, &root.join(cellar)).into_iter().map(|version| version.join("libexec")));
    }
    for (folder, start) in [("usr/lib", "go-"), ("usr/local", "go1"), ("usr/local", "go-"), ("opt", "go1")] {
        let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start));
        found.extend(children(sys, &root.join(folder)).into_iter().filter(named));
    }
    found.extend(sys.env().path_var("ProgramFiles").map(|programs| programs.join("Go")));
    found
}

fn children(sys: &Sys, folder: &Path) -> Vec<PathBuf> {
    let names = sys.fs().names_if_there(folder).unwrap_or_default();
    names.into_iter().take(NAMES_MAX).map(|name| folder.join(name)).collect()
}

/// The GOROOT in an installation's folder: the folder itself, or the folder from the archive in it. Ignores a link: it
/// is another name of a folder that is found elsewhere (`current`, `latest`, `1.27`).
pub(crate) fn root_of(sys: &Sys, folder: &Path) -> Option<PathBuf> {
    let looks_like_one = |path: &Path| {
        let there = |below: &str| matches!(sys.fs().follow(&path.join(below)), Ok(Some(_)));
        there("bin/go") || there("bin/go.exe") || (there("VERSION") && there("src"))
    };
    [folder.to_owned(), folder.join("go"), folder.join("sdk")].into_iter().find(|path| looks_like_one(path))
}

/// The GOROOT of the `go` in a folder of `PATH`, if that is a go command and not a manager's shim.
pub(crate) fn root_of_program(sys: &Sys, folder: &Path) -> Option<PathBuf> {
    let program = ["go", "go.exe"]
        .iter()
        .map(|name| folder.join(name))
        .find(|path| matches!(sys.fs().follow(path), Ok(Some(meta)) if meta.kind == EntryKind::File))?;
    let real = sys.fs().resolve(&program).ok()?;
    let bin = real.parent().filter(|bin| bin.file_name().is_some_and(|name| name == "bin"))?;
    let root = bin.parent()?;
    // A shim is in some `bin` too, but not in a tree.
    let there = |below: &str| matches!(sys.fs().follow(&root.join(below)), Ok(Some(_)));
    (there("src") && there("pkg")).then(|| root.to_owned())
}

/// Each folder once, without goward's own.
fn once_each(ctx: &Ctx, found: Vec<Candidate>) -> Vec<Candidate> {
    let fs = ctx.sys.fs();
    let own = fs.resolve(ctx.store.layout().home()).ok();
    let mut seen = Vec::new();
    let mut kept = Vec::new();
    for candidate in found {
        let Ok(real) = fs.resolve(&candidate.path) else { continue };
        if own.as_ref().is_some_and(|own| real.starts_with(own)) || seen.contains(&real) {
            continue;
        }
        seen.push(real.clone());
        kept.push(Candidate { path: real, ..candidate });
    }
    kept
}
