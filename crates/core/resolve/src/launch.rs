//! Prepares a program to run under a toolchain.
//!
//! The child gets the toolchain's own `bin` first in `PATH` (nested `go` calls must find the same tree:
//! golang/go#75031) and no `GOROOT` of another tree (a stale one mixes two releases: "compile: version … does not match
//! go tool version …"). A choice that names a release keeps the go command at that release (`gotoolchain`). Otherwise
//! `GOTOOLCHAIN` is the user's, and so are `GOPATH`, `GOBIN` and the caches, unless `isolate.*` asks for separate
//! folders (`goenv`).

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use context::Ctx;
use diag::{Class, Diagnose, Diagnosis};
use store::{StoreError, Toolchain};
use sys::{EntryKind, Program, UserProgram, program_file_name, programs_in, with_suffixes};

use crate::choose::{Choice, ChooseError};
use crate::goenv::{foreign_goroot, isolation};
use crate::gotoolchain::{settled, without_mark};
use crate::next_program::is_shim;

/// A program that is ready to run under a toolchain.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The toolchain.
    pub toolchain: Toolchain,
    /// The program with its arguments and environment.
    pub command: UserProgram,
    /// A `GOROOT` that was removed from the environment, since it belongs to another tree.
    pub dropped_goroot: Option<PathBuf>,
    /// Separate folders of the version or the project that the program gets, by variable.
    pub isolated: Vec<(&'static str, PathBuf)>,
}

/// Why a program cannot be run.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum LaunchError {
    /// There is no such program.
    #[error("run `{name}`: {}", if name.contains(std::path::is_separator) { "there is no such file".to_owned() } else { format!("it is neither in `{}` nor on PATH", bin.display()) })]
    Missing {
        /// The program, as it was typed.
        name: String,
        /// The toolchain's folder of programs.
        bin: PathBuf,
    },
    /// The system refused to start it.
    #[error("run `{}`", program.display())]
    Refused {
        program: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// The project whose own folders are asked for cannot be found out.
    #[error(transparent)]
    Choose(#[from] ChooseError),
    /// No empty folder can be made for a go command that is asked something.
    #[error(transparent)]
    Folder(Box<StoreError>),
    /// A folder of the version's or the project's own cannot be made.
    #[error("make the folder `{}` for {name}", path.display())]
    Isolate {
        name: &'static str,
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
}

impl LaunchError {
    /// The error of a program that could not be started.
    pub fn refused(program: &Path, cause: std::io::Error) -> LaunchError {
        LaunchError::Refused { program: program.to_owned(), cause }
    }
}

impl Diagnose for LaunchError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Missing { .. } => {
                Class::CommandMissing.word("command-missing").hint("check the name, or give a path")
            }
            Self::Refused { .. } => Class::CommandRefused
                .word("command-refused")
                .hint("is it a program for this machine, on a file system that allows programs?"),
            Self::Choose(error) => error.diagnosis(),
            Self::Folder(error) => error.diagnosis(),
            Self::Isolate { cause, .. } => Diagnosis::of_io("isolate-folder", cause),
        }
    }
}

/// Prepares `words` (a program's name or path, then its arguments) to run under a toolchain, and makes its separate
/// folders.
///
/// Looks for a bare name in the toolchain's `bin` first, then in `PATH`. `choice` is the choice that selected the
/// toolchain.
///
/// # Errors
/// When there is no such program, or a folder cannot be made.
pub fn launch(
    ctx: &Ctx,
    toolchain: Toolchain,
    choice: Option<&Choice>,
    words: &[OsString],
) -> Result<Launch, LaunchError> {
    let launch = plan_launch(ctx, toolchain, choice, words)?;
    launch.make_folders(ctx)?;
    Ok(launch)
}

/// As [`launch`], but makes no folder.
///
/// # Errors
/// When there is no such program.
pub fn plan_launch(
    ctx: &Ctx,
    toolchain: Toolchain,
    choice: Option<&Choice>,
    words: &[OsString],
) -> Result<Launch, LaunchError> {
    let (command, dropped_goroot) = launch_in(ctx, &toolchain.tree, words)?;
    let keeps = choice.is_some_and(Choice::keeps_release);
    let command = with_path(ctx, command, Some(&toolchain.tree.join("bin")), keeps);
    let command = settled(command, ctx.sys.env(), keeps, &toolchain.id);
    let mut launch = Launch { toolchain, command, dropped_goroot, isolated: Vec::new() };
    launch.plan_isolation(ctx)?;
    Ok(launch)
}

impl Launch {
    /// Makes the program's separate folders.
    fn make_folders(&self, ctx: &Ctx) -> Result<(), LaunchError> {
        for (name, path) in &self.isolated {
            let made = ctx.sys.fs().create_private_dirs(path);
            made.map_err(|cause| LaunchError::Isolate { name, path: path.clone(), cause })?;
        }
        Ok(())
    }

    /// Sets the separate folders that the settings ask for.
    fn plan_isolation(&mut self, ctx: &Ctx) -> Result<(), LaunchError> {
        for one in isolation(ctx, &self.toolchain)? {
            self.command = self.command.clone().env(one.name, one.path.as_os_str());
            self.isolated.push((one.name, one.path));
        }
        Ok(())
    }
}

/// The same for a tree outside of the store: the command, and the removed `GOROOT`.
///
/// # Errors
/// When there is no such program.
pub fn launch_in(ctx: &Ctx, tree: &Path, words: &[OsString]) -> Result<(UserProgram, Option<PathBuf>), LaunchError> {
    let bin = tree.join("bin");
    let fallback = OsString::from("go");
    let (name, args) = words.split_first().unwrap_or((&fallback, &[]));
    let program = find(ctx, &bin, name)?
        .ok_or_else(|| LaunchError::Missing { name: name.to_string_lossy().into_owned(), bin: bin.clone() })?;
    let mut command = UserProgram::new(program).args(args).env("PATH", path_with(ctx, &[&bin]));
    if is_path(name) {
        // The program's argv has the path that was typed.
        command = command.named(name);
    }
    let goroot = foreign_goroot(ctx, tree);
    if goroot.is_some() {
        command = command.env_remove("GOROOT");
    }
    Ok((without_mark(command, ctx.sys.env()), goroot))
}

/// How a program is run under the name of a shim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShimCall {
    /// Through a `go1.X.Y`: that release, whatever the folder asks for.
    Exact,
    /// Through `go` or `gofmt`, for what the folder asks for.
    Folder,
    /// Through `go +1.26`: also, the toolchain's own `bin` comes first in `PATH`, since the folder may ask for another
    /// one and nested calls must find the same tree.
    Request,
}

/// Prepares a toolchain's `go`, or `gofmt` if that is the name, to run under the name of a shim. For every name, a
/// `GOROOT` of another tree is removed. `choice` is the choice that selected the toolchain.
///
/// # Errors
/// When that program is a shim itself, which would be a loop; or a folder cannot be made.
pub fn launch_shim(
    ctx: &Ctx,
    toolchain: Toolchain,
    call: ShimCall,
    choice: Option<&Choice>,
    name: &str,
    args: &[OsString],
) -> Result<Launch, LaunchError> {
    let bin = toolchain.tree.join("bin");
    let file = if name == "gofmt" { "gofmt" } else { "go" };
    let program = bin.join(program_file_name(file));
    if is_shim(ctx, &program) {
        let cause = std::io::Error::other("it is a shim of goward's and no go command");
        return Err(LaunchError::refused(&program, cause));
    }
    let mut command = UserProgram::new(absolute(program)?).named(name).args(args);
    let dropped_goroot = foreign_goroot(ctx, &toolchain.tree);
    if dropped_goroot.is_some() {
        command = command.env_remove("GOROOT");
    }
    let keeps = choice.is_some_and(Choice::keeps_release);
    command = with_path(ctx, command, (call == ShimCall::Request).then_some(bin.as_path()), keeps);
    let command = settled(command, ctx.sys.env(), keeps, &toolchain.id);
    let mut launch = Launch { toolchain, command, dropped_goroot, isolated: Vec::new() };
    if call != ShimCall::Exact {
        launch.plan_isolation(ctx)?;
        launch.make_folders(ctx)?;
    }
    Ok(launch)
}

/// The program with a toolchain's `bin` first on `PATH`, and after it the names of all releases, which a go command that
/// does not keep its release looks for before it downloads one.
fn with_path(ctx: &Ctx, command: UserProgram, bin: Option<&Path>, keeps: bool) -> UserProgram {
    let releases = ctx.store.layout().releases();
    let is_wanted = !keeps
        && ctx.sys.env().var_os("PATH").is_some()
        && !ctx.sys.env().search_path().contains(&releases)
        && ctx.sys.fs().look(&releases).is_ok_and(|meta| meta.is_some());
    let folders: Vec<&Path> = bin.into_iter().chain(is_wanted.then_some(releases.as_path())).collect();
    if folders.is_empty() { command } else { command.env("PATH", path_with(ctx, &folders)) }
}

/// The typed program: a path, relative to the working folder, or a name.
fn find(ctx: &Ctx, bin: &Path, name: &OsStr) -> Result<Option<Program>, LaunchError> {
    if !is_path(name) {
        let folders = std::iter::once(bin.to_owned()).chain(ctx.sys.env().search_path());
        return Ok(programs_in(ctx.sys.fs(), folders, name).next());
    }
    let typed = ctx.sys.env().folder().join(name);
    let is_file = |path: &PathBuf| {
        ctx.sys.fs().follow(path).is_ok_and(|meta| meta.is_some_and(|meta| meta.kind == EntryKind::File))
    };
    // The system refuses an existing file that is not a program, with its own error.
    let refused = || (!matches!(ctx.sys.fs().follow(&typed), Ok(None))).then(|| typed.clone());
    with_suffixes(typed.clone()).into_iter().find(is_file).or_else(refused).map(absolute).transpose()
}

fn is_path(name: &OsStr) -> bool {
    let typed = Path::new(name);
    typed.components().count() > 1 || typed.is_absolute()
}

/// A program by its absolute path; a relative path needs the working folder.
fn absolute(program: PathBuf) -> Result<Program, LaunchError> {
    Program::at(program).map_err(|error| LaunchError::refused(&error.path.clone(), error.into()))
}

/// `PATH` with these folders first.
pub(crate) fn path_with(ctx: &Ctx, folders: &[&Path]) -> OsString {
    let mut path = OsString::new();
    let before = ctx.sys.env().var_os("PATH");
    for part in folders.iter().map(|folder| folder.as_os_str()).chain(before) {
        if !path.is_empty() {
            path.push(if cfg!(windows) { ";" } else { ":" });
        }
        path.push(part);
    }
    path
}
