//! What can be started: a helper of goward's own, or the user's program. They are two types, since they differ in whose
//! folder and whose environment they get, and neither can be had without saying so.

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

/// A program that goward starts for itself, and whose output it reads: [`super::Process::capture`]. Nothing of the folder
/// that goward was called in reaches it.
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

    /// A program that is asked about what stands in this folder, and therefore runs in it. `clippy.toml` allows it at the
    /// one place that asks go commands of goward's own store; every other program might run what it finds there.
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
        // Programs believe it where it leads to the folder that they are in; the user's leads to another.
        #[cfg(unix)]
        command.env("PWD", self.folder());
        command
    }
}

/// The program that the user wants run: it takes goward's place, in the user's folder and with the user's environment
/// but for what goward changes in it ([`super::Process::replace`]).
#[derive(Debug, Clone)]
pub struct UserProgram {
    program: Program,
    name: Option<OsString>,
    args: Vec<OsString>,
    changes: BTreeMap<OsString, Option<OsString>>,
}

impl UserProgram {
    /// The user's program.
    pub fn new(program: Program) -> UserProgram {
        UserProgram { program, name: None, args: Vec::new(), changes: BTreeMap::new() }
    }

    /// The name by which the program is called, where that is not its path: what it sees before its arguments. On
    /// Windows that is always its path.
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

    /// The program as it is called: by the name that it was given, which is the path that was typed, else by its path.
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
        for (name, value) in &self.changes {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}
