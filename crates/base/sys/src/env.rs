//! The environment as a value: variables, working folder, own path.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Variables, working folder and the path of this program, read once at the start.
#[derive(Clone, Debug)]
pub struct Env {
    inner: Arc<Values>,
}

#[derive(Debug)]
struct Values {
    vars: BTreeMap<OsString, OsString>,
    folder: PathBuf,
    program: Option<PathBuf>,
}

/// The working folder under the name that the go command uses: `$PWD`, if that is the same folder, else the physical
/// path (os/getwd.go, `Getwd`). A shell keeps in `$PWD` the links by which its user came.
///
/// A `$PWD` with `.`, `..` or an empty component is not used: without its links it may be another folder.
#[cfg(unix)]
fn working_folder(named: Option<OsString>, physical: PathBuf) -> PathBuf {
    use std::os::unix::fs::MetadataExt as _;
    let Some(named) = named.map(PathBuf::from).filter(|named| *named != physical && is_plain(named)) else {
        return physical;
    };
    let identity = |path: &Path| std::fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()));
    match (identity(&named), identity(Path::new("."))) {
        (Some(one), Some(other)) if one == other => named,
        _ => physical,
    }
}

#[cfg(not(unix))]
fn working_folder(_named: Option<OsString>, physical: PathBuf) -> PathBuf {
    physical
}

/// Whether a path is absolute and each of its components is a name.
#[cfg(unix)]
fn is_plain(path: &Path) -> bool {
    use std::path::Component;
    let plain: PathBuf = path.components().filter(|part| *part != Component::ParentDir).collect();
    path.is_absolute() && plain.as_os_str() == path.as_os_str()
}

impl Env {
    /// Whether `http_proxy` and `HTTP_PROXY` are two variables.
    pub const NAMES_HAVE_CASE: bool = !cfg!(windows);

    /// This process's environment. A removed working folder reads as empty.
    pub fn of_this_process() -> Env {
        let folder = working_folder(std::env::var_os("PWD"), std::env::current_dir().unwrap_or_default());
        Env::of(std::env::vars_os(), folder, std::env::current_exe().ok())
    }

    /// An environment made of given values.
    pub fn of(
        vars: impl IntoIterator<Item = (impl Into<OsString>, impl Into<OsString>)>,
        folder: PathBuf,
        program: Option<PathBuf>,
    ) -> Env {
        let vars = vars.into_iter().map(|(name, value)| (key(&name.into()), value.into())).collect();
        Env { inner: Arc::new(Values { vars, folder, program }) }
    }

    /// The same environment, with another working folder.
    pub fn in_folder(&self, folder: PathBuf) -> Env {
        Env { inner: Arc::new(Values { vars: self.inner.vars.clone(), folder, program: self.inner.program.clone() }) }
    }

    /// A variable, as the system has it. An empty one counts as not set, as for most programs.
    pub fn var_os(&self, name: &str) -> Option<&OsStr> {
        self.inner.vars.get(&key(OsStr::new(name))).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// A variable that is text. One that is not valid Unicode counts as not set.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.var_os(name).and_then(OsStr::to_str)
    }

    /// A variable with an absolute path.
    pub fn path_var(&self, name: &str) -> Option<PathBuf> {
        self.var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// All variables, by name.
    pub fn vars(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.inner.vars.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The working folder.
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// This program's own path, if the system reports it.
    pub fn program(&self) -> Option<&Path> {
        self.inner.program.as_deref()
    }

    /// The user's home folder: `HOME`, on Windows `USERPROFILE`.
    pub fn home(&self) -> Option<PathBuf> {
        self.path_var(if cfg!(windows) { "USERPROFILE" } else { "HOME" })
    }

    /// The folders of `PATH`, absolute ones only: a relative entry would find another program in every folder.
    pub fn search_path(&self) -> Vec<PathBuf> {
        self.var_os("PATH")
            .map(|path| std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect())
            .unwrap_or_default()
    }
}

/// Windows ignores the case of variables.
pub(crate) fn key(name: &OsStr) -> OsString {
    if cfg!(windows) { name.to_ascii_uppercase() } else { name.to_owned() }
}
