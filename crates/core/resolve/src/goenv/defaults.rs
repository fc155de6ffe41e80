//! The go command's defaults, and the project files around a folder.
//!
//! Sources: cmd/go/internal/cfg (`gopath`, `GOMODCACHE`), cmd/go/internal/cache (`DefaultDir`),
//! cmd/go/internal/envcmd (`ExtraEnvVars`), cmd/go/internal/modload (`findModuleRoot`, `FindGoWork`), and
//! `os.UserCacheDir`.

use std::path::{Component, Path, PathBuf};

use context::{Ctx, FOLDERS_MAX};
use store::Toolchain;
use sys::EntryKind;

use super::isolate::{Isolated, asked_for};
use super::precedence::{GoEnvSources, Rule};
use super::{Shadowed, Variable};
use crate::choose::ChooseError;

/// The null device's name, which is the go command's GOMOD if modules are on and there is no go.mod.
const NULL_DEVICE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// Everything that a variable's value can depend on.
pub(crate) struct GoEnvContext<'a> {
    ctx: &'a Ctx,
    toolchain: &'a Toolchain,
    sources: &'a GoEnvSources<'a>,
    isolated: &'a [Isolated],
    /// The value of `GOTOOLCHAIN`, and what names the release.
    fixed: Option<(String, String)>,
    go_mod: Option<PathBuf>,
    go_work: Option<PathBuf>,
}

impl<'a> GoEnvContext<'a> {
    pub(crate) fn of(
        ctx: &'a Ctx,
        toolchain: &'a Toolchain,
        sources: &'a GoEnvSources<'a>,
        isolated: &'a [Isolated],
        fixed: Option<(String, String)>,
    ) -> Result<GoEnvContext<'a>, ChooseError> {
        let (go_mod, go_work) = (nearest(ctx, "go.mod", None)?, nearest(ctx, "go.work", Some(&toolchain.tree))?);
        Ok(GoEnvContext { ctx, toolchain, sources, isolated, fixed, go_mod, go_work })
    }

    pub(crate) fn variable(&self, name: &'static str) -> Variable {
        match name {
            "GOROOT" => self.goroot(),
            "GOENV" => self.goenv(),
            "GOMOD" => self.gomod(),
            "GOWORK" => self.gowork(),
            "GOTOOLCHAIN" => self.gotoolchain(),
            "GODEBUG" => self.godebug(),
            "CGO_ENABLED" => self.cgo_enabled(),
            _ => self.plain(name),
        }
    }

    /// A variable that is looked up in one place after the other.
    fn plain(&self, name: &'static str) -> Variable {
        let mut said = self.sources.all(name);
        let mut note = None;
        if let Some(isolated) = self.isolated.iter().find(|isolated| isolated.name == name) {
            // The environment's value is an isolated folder of goward's, set by an outer run.
            said.retain(|other| other.rule != Rule::Environment);
            let value = Some(isolated.path.display().to_string());
            return Variable { name, value, rule: isolated.rule.clone(), overruled: said, note };
        }
        if let Some(rule) = asked_for(self.ctx, name) {
            note = Some(if said.is_empty() {
                format!("{rule} has no effect here: this folder belongs to no project")
            } else {
                format!("{rule} has no effect: what you have set yourself stays")
            });
        }
        let (value, rule, overruled) = self.heard(name, said);
        Variable { name, value, rule, overruled, note }
    }

    /// The strongest value, or the default.
    fn heard(&self, name: &str, mut said: Vec<Shadowed>) -> (Option<String>, Rule, Vec<Shadowed>) {
        if said.is_empty() {
            let (value, why) = self.default_of(name);
            return (value, Rule::Default(why), said);
        }
        let first = said.remove(0);
        let value = match name {
            // A build cache that is not an absolute path is turned off, and builds fail.
            "GOCACHE" if !Path::new(&first.value).is_absolute() => "off".to_owned(),
            _ => first.value,
        };
        (Some(value), first.rule, said)
    }

    fn default_of(&self, name: &str) -> (Option<String>, String) {
        let text = |path: PathBuf| Some(cleaned(&path));
        match name {
            "GOPATH" => match self.default_gopath() {
                Some(path) => (text(path), "`go` in the home folder".to_owned()),
                None => (Some(String::new()), "no home folder, or it would be the tree itself".to_owned()),
            },
            // Older go commands leave it empty and still install programs there.
            "GOBIN" => {
                let value = self.first_gopath().map_or(String::new(), |first| cleaned(&first.join("bin")));
                (Some(value), "`bin` in the first folder of GOPATH".to_owned())
            }
            "GOCACHE" => match self.user_cache_folder() {
                Some(folder) => (text(folder.join("go-build")), "`go-build` in your cache folder".to_owned()),
                None => (Some("off".to_owned()), "there is no folder for caches".to_owned()),
            },
            "GOMODCACHE" => {
                let folder = |first: PathBuf| cleaned(&first.join("pkg").join("mod"));
                let value = self.first_gopath().map_or(String::new(), folder);
                (Some(value), "`pkg/mod` in the first folder of GOPATH".to_owned())
            }
            "GOOS" => (Some(self.toolchain.id.platform().os().to_owned()), "the toolchain's own system".to_owned()),
            "GOARCH" => {
                (Some(self.toolchain.id.platform().arch().to_owned()), "the toolchain's own machine".to_owned())
            }
            "CGO_ENABLED" => (None, "1 where the go command finds a C compiler and does not cross-compile".to_owned()),
            "GOEXPERIMENT" => (None, "what it has built in".to_owned()),
            "GOPROXY" | "GOSUMDB" if self.sources.has_tree_file() => (None, "what it has built in".to_owned()),
            "GOPROXY" | "GOSUMDB" => (None, "what it has built in; this tree has no go.env".to_owned()),
            _ => (Some(String::new()), "empty".to_owned()),
        }
    }

    fn first_gopath(&self) -> Option<PathBuf> {
        let gopath = self.plain("GOPATH").value.unwrap_or_default();
        let first = gopath.split(if cfg!(windows) { ';' } else { ':' }).next().unwrap_or_default();
        (!first.is_empty()).then(|| PathBuf::from(first))
    }

    fn default_gopath(&self) -> Option<PathBuf> {
        let home = self.ctx.sys.env().var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" })?;
        let path = Path::new(home).join("go");
        (cleaned(&path) != cleaned(&self.toolchain.tree)).then_some(path)
    }

    /// Go's `os.UserCacheDir`.
    fn user_cache_folder(&self) -> Option<PathBuf> {
        let env = self.ctx.sys.env();
        if cfg!(windows) {
            return env.var_os("LocalAppData").map(PathBuf::from);
        }
        let home = env.var_os("HOME").map(PathBuf::from);
        if cfg!(target_os = "macos") {
            return Some(home?.join("Library").join("Caches"));
        }
        match env.var_os("XDG_CACHE_HOME").map(PathBuf::from) {
            Some(folder) if folder.is_absolute() => Some(folder),
            Some(_) => None,
            None => Some(home?.join(".cache")),
        }
    }

    fn goroot(&self) -> Variable {
        let said = self.sources.all("GOROOT");
        let tree = self.toolchain.tree.display().to_string();
        let chosen =
            |overruled, note| Variable { name: "GOROOT", value: Some(tree.clone()), rule: Rule::Tree, overruled, note };
        match said.first().cloned() {
            // It stays, since it has the same value.
            Some(first) if first.rule == Rule::Environment && Path::new(&first.value) == self.toolchain.tree => {
                Variable { rule: Rule::Environment, ..chosen(said[1..].to_vec(), None) }
            }
            Some(first) if first.rule == Rule::Environment => {
                let mut behind = said[1..].iter().filter(|other| matches!(other.rule, Rule::UserFile { .. }));
                match behind.next() {
                    Some(line) => self.goroot_of_file(line.clone(), vec![first]),
                    None => chosen(
                        said,
                        Some("goward takes the one of the environment out: it is another tree's".to_owned()),
                    ),
                }
            }
            Some(line) if matches!(line.rule, Rule::UserFile { .. }) => self.goroot_of_file(line, Vec::new()),
            // A tree's go.env cannot set GOROOT.
            _ => chosen(said, None),
        }
    }

    /// A line of the user's file counts for every go command.
    fn goroot_of_file(&self, line: Shadowed, overruled: Vec<Shadowed>) -> Variable {
        let same = Path::new(&line.value) == self.toolchain.tree;
        let note = (!same).then(|| {
            "a go command of one release with the tree of another cannot build; `go env -u GOROOT` takes the line out"
                .to_owned()
        });
        Variable { name: "GOROOT", value: Some(line.value), rule: line.rule, overruled, note }
    }

    /// If it is `off` there is no file, and the go command prints an empty value.
    fn goenv(&self) -> Variable {
        let file = self.sources.user_file();
        let (rule, file) = match self.sources.environment("GOENV") {
            Some(_) => (Rule::Environment, file.map(|path| path.display().to_string())),
            None => (Rule::Default("`go/env` in your configuration folder".to_owned()), file.map(cleaned)),
        };
        let note = file.is_none().then(|| "no file of `go env -w` is read".to_owned());
        Variable { name: "GOENV", value: Some(file.unwrap_or_default()), rule, overruled: Vec::new(), note }
    }

    fn gotoolchain(&self) -> Variable {
        if let Some((value, origin)) = &self.fixed {
            let (value, rule) = (Some(value.clone()), Rule::Named { origin: origin.clone() });
            let overruled = self.sources.all("GOTOOLCHAIN");
            return Variable { name: "GOTOOLCHAIN", value, rule, overruled, note: None };
        }
        let mut variable = self.plain("GOTOOLCHAIN");
        let value = variable.value.as_deref().unwrap_or_default();
        let base = value.split('+').next().unwrap_or_default();
        let tag = self.toolchain.id.version().tag();
        // `auto`, `path` and `local` name no release (cmd/go/internal/toolchain: `Select`).
        if base.starts_with("go1") && base != tag {
            let raised = if value.contains('+') { " or what go.mod needs, if that is newer" } else { "" };
            variable.note = Some(format!(
                "the go command turns itself into {base}{raised}, though {tag} is run; {}",
                match variable.rule {
                    Rule::UserFile { .. } => "`go env -u GOTOOLCHAIN` takes the line out",
                    _ => "unset it to run what was chosen",
                }
            ));
        }
        variable
    }

    /// The go command reads it from the environment alone (`cmd/go/internal/envcmd`: `MkEnv`); `go env -w` refuses it.
    fn godebug(&self) -> Variable {
        match self.sources.environment("GODEBUG") {
            Some(value) => Variable {
                name: "GODEBUG",
                value: Some(value),
                rule: Rule::Environment,
                overruled: Vec::new(),
                note: None,
            },
            None => Variable {
                name: "GODEBUG",
                value: Some(String::new()),
                rule: Rule::Default("empty; go.mod and `//go:debug` lines set the programs' own".to_owned()),
                overruled: Vec::new(),
                note: None,
            },
        }
    }

    /// Only `0` and `1` count (`cmd/go/internal/cfg`: `defaultContext`).
    fn cgo_enabled(&self) -> Variable {
        let mut variable = self.plain("CGO_ENABLED");
        if let Some(value) = variable.value.take_if(|value| !matches!(value.as_str(), "0" | "1")) {
            variable.note = Some(format!("the go command does not read `{value}`: it takes `0` and `1` only"));
        }
        variable
    }

    fn modules_are_off(&self) -> bool {
        self.plain("GO111MODULE").value.as_deref() == Some("off")
    }

    fn gomod(&self) -> Variable {
        let only_if_found = self.plain("GO111MODULE").value.as_deref() == Some("auto");
        let (value, rule) = match &self.go_mod {
            _ if self.modules_are_off() => (String::new(), Rule::Default("modules are off".to_owned())),
            Some(path) => (path.display().to_string(), Rule::Found),
            _ if only_if_found => (String::new(), Rule::Default("no go.mod, and modules only with one".to_owned())),
            _ => (NULL_DEVICE.to_owned(), Rule::Default("modules are on, and there is no go.mod".to_owned())),
        };
        Variable { name: "GOMOD", value: Some(value), rule, overruled: Vec::new(), note: None }
    }

    fn gowork(&self) -> Variable {
        let mut said = self.sources.all("GOWORK");
        let variable = |value: String, rule, overruled| Variable {
            name: "GOWORK",
            value: Some(value),
            rule,
            overruled,
            note: None,
        };
        if !said.is_empty() && said[0].value != "auto" {
            let first = said.remove(0);
            return variable(first.value, first.rule, said);
        }
        match &self.go_work {
            Some(path) => variable(path.display().to_string(), Rule::Found, said),
            None => variable(String::new(), Rule::Default("there is no go.work".to_owned()), said),
        }
    }
}

/// A path as Go's `filepath.Join` writes it, which cleans the text of what it joins: a value that the user has set
/// stays as it is; a path that the go command derives from it has no `..`, no double separators, and on Windows no `/`.
fn cleaned(path: &Path) -> String {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match clean.components().next_back() {
                Some(Component::Normal(_)) => {
                    clean.pop();
                }
                // Above the root there is nothing but the root.
                Some(Component::RootDir) => {}
                _ => clean.push(".."),
            },
            part => clean.push(part),
        }
    }
    let text = if clean.as_os_str().is_empty() { ".".to_owned() } else { clean.display().to_string() };
    // The standard library treats a server and its share as one component, and keeps its spelling.
    if cfg!(windows) { text.replace('/', "\\") } else { text }
}

/// The nearest file of this name from the working folder upwards, as the go command looks for it: a folder of that name
/// does not count, nor a file in the system's folder for temporary files; the search for a go.work ends at the tree.
fn nearest(ctx: &Ctx, name: &str, stop_at: Option<&Path>) -> Result<Option<PathBuf>, ChooseError> {
    let temp = ctx.sys.env().path_var(if cfg!(windows) { "TEMP" } else { "TMPDIR" });
    let temp = temp.or_else(|| (!cfg!(windows)).then(|| PathBuf::from("/tmp")));
    for folder in ctx.sys.env().folder().ancestors().take(FOLDERS_MAX) {
        let path = folder.join(name);
        match ctx.sys.fs().follow(&path) {
            Ok(Some(meta)) if meta.kind == EntryKind::File => {
                let passed_over = name == "go.mod" && temp.as_deref() == Some(folder);
                return Ok((!passed_over).then_some(path));
            }
            Ok(_) => {}
            // The files of an unreadable folder above cannot be known.
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {}
            Err(cause) => return Err(ChooseError::Read { path, cause }),
        }
        if stop_at.is_some() && stop_at == folder.parent() {
            return Ok(None);
        }
    }
    Ok(None)
}
