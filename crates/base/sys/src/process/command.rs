//! The programs that can be started: a helper of goward's own, or the user's program. They are two types, since they
//! differ in folder and environment, and a caller must choose.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::{EmptyFolder, Program};
use crate::Env;
use crate::env::key;

/// Every variable that a helper gets, and no other.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    vars: BTreeMap<OsString, OsString>,
}

impl Environment {
    /// No variable at all.
    pub fn empty() -> Environment {
        Environment::default()
    }

    /// The variables that the user has set.
    pub fn of(env: &Env) -> Environment {
        Environment { vars: env.vars().map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    /// The same with this variable.
    #[must_use]
    pub fn with(mut self, name: impl AsRef<OsStr>, value: impl Into<OsString>) -> Environment {
        self.vars.insert(key(name.as_ref()), value.into());
        self
    }

    /// The variables.
    #[cfg(target_os = "linux")]
    pub(crate) fn vars(&self) -> &BTreeMap<OsString, OsString> {
        &self.vars
    }

    /// The same without this variable.
    #[must_use]
    pub fn without(mut self, name: impl AsRef<OsStr>) -> Environment {
        self.vars.remove(&key(name.as_ref()));
        self
    }
}

/// Where a helper runs.
#[derive(Debug)]
enum Place {
    Empty(EmptyFolder),
    /// A folder that is not goward's; see [`Helper::asking_about`].
    Given(PathBuf),
}

/// A program that goward starts for itself, and whose output it reads: [`super::Process::capture`]. It does not see the
/// folder in which goward was called.
#[derive(Debug)]
pub struct Helper {
    program: Program,
    args: Vec<OsString>,
    place: Place,
    environment: Environment,
}

impl Helper {
    /// A program in an empty folder of goward's own, which is removed after its run.
    pub fn new(program: Program, folder: EmptyFolder, environment: Environment) -> Helper {
        Helper { program, args: Vec::new(), place: Place::Empty(folder), environment }
    }

    /// A program that is asked about this folder, and so runs in it. `clippy.toml` allows it only in the module that
    /// asks go commands of goward's own store; every other program might run files of the folder.
    pub fn asking_about(program: Program, folder: &Path, environment: Environment) -> Helper {
        Helper { program, args: Vec::new(), place: Place::Given(folder.to_owned()), environment }
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Helper {
        self.args.push(arg.into());
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Helper {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// The program.
    pub fn program(&self) -> &Path {
        self.program.path()
    }

    /// The folder that it runs in.
    pub(super) fn folder(&self) -> &Path {
        match &self.place {
            Place::Empty(folder) => folder.path(),
            Place::Given(folder) => folder,
        }
    }

    /// Its own folder, when it has run.
    pub(super) fn into_empty(self) -> Option<EmptyFolder> {
        match self.place {
            Place::Empty(folder) => Some(folder),
            Place::Given(_) => None,
        }
    }

    pub(super) fn to_std(&self) -> std::process::Command {
        let mut command = std::process::Command::new(self.program.path());
        command.args(&self.args).env_clear().envs(&self.environment.vars).current_dir(self.folder());
        // Programs trust `PWD` if it names their working folder; the user's names another.
        #[cfg(unix)]
        command.env("PWD", self.folder());
        command
    }
}

/// The program that the user wants to run: it replaces goward, in the user's folder and with the user's environment,
/// except for goward's changes ([`super::Process::replace`]).
#[derive(Debug, Clone)]
pub struct UserProgram {
    program: Program,
    name: Option<OsString>,
    args: Vec<OsString>,
    changes: BTreeMap<OsString, Option<OsString>>,
    is_cleared: bool,
}

impl UserProgram {
    /// The user's program.
    pub fn new(program: Program) -> UserProgram {
        UserProgram { program, name: None, args: Vec::new(), changes: BTreeMap::new(), is_cleared: false }
    }

    /// The program's `argv[0]`, if that is not its path. On Windows it is always the path.
    #[must_use]
    pub fn named(mut self, name: impl Into<OsString>) -> UserProgram {
        self.name = Some(name.into());
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> UserProgram {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl Into<OsString>) -> UserProgram {
        self.changes.insert(name.as_ref().to_owned(), Some(value.into()));
        self
    }

    /// Gives it these variables, and no other of the user's.
    #[must_use]
    pub fn only(mut self, environment: &Environment) -> UserProgram {
        self.is_cleared = true;
        self.changes = environment.vars.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
        self
    }

    /// Removes a variable.
    #[must_use]
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> UserProgram {
        self.changes.insert(name.as_ref().to_owned(), None);
        self
    }

    /// The program.
    pub fn program(&self) -> &Path {
        self.program.path()
    }

    /// The value that goward gives a variable of this name; none if goward sets none.
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        self.changes.get(OsStr::new(name))?.as_deref()
    }

    /// The program's `argv[0]`: the given name, which is the typed path, else its path.
    pub fn called(&self) -> &Path {
        self.name.as_ref().map_or(self.program.path(), Path::new)
    }

    pub(super) fn to_std(&self) -> std::process::Command {
        let mut command = std::process::Command::new(self.program.path());
        command.args(&self.args);
        #[cfg(unix)]
        if let Some(name) = &self.name {
            use std::os::unix::process::CommandExt;
            command.arg0(name);
        }
        if self.is_cleared {
            command.env_clear();
        }
        for (name, value) in &self.changes {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}
