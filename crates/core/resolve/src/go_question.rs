//! Asks the go command of a toolchain about a project, or about modules outside of any project.
//!
//! This is the only program that goward starts for itself in a folder that is not its own, and it is in goward's own
//! store. It runs nothing of that folder: `GOTOOLCHAIN=local` keeps it from fetching and switching to another Go,
//! `-mod=readonly` keeps it from writing, and goward removes the user's `GOFLAGS`, which can name programs to run
//! (`-toolexec`).

use std::path::PathBuf;
use std::time::Duration;

use context::Ctx;
use diag::{Class, Diagnose, Diagnosis};
use release::cut;
use store::Toolchain;
use sys::{Environment, Helper, Program, program_file_name};

use crate::goenv::isolation;
use crate::launch::{LaunchError, path_with};

/// The largest answer, in bytes: the largest known graphs print some ten megabytes.
const ANSWER_BYTES_MAX: u64 = 64 << 20;
/// How long the go command may take where the caller has no bound of its own. It may have to fetch hundreds of go.mod
/// files.
pub(crate) const GO_TIME_MAX: Duration = Duration::from_secs(300);
/// How many lines of the go command's output are printed.
const SAID_LINES_MAX: usize = 6;

/// Why a go command gave no answer.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum GoQuestionError {
    /// The go command cannot be run.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// The go command cannot be started or waited for.
    #[error("run `{}`", program.display())]
    Run {
        program: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// The go command did not end in its time.
    #[error("run `{verb}`: it took longer than {} seconds", time_max.as_secs())]
    Time { verb: String, time_max: Duration },
    /// The go command failed.
    #[error("run `{verb}`: {said}")]
    Failed {
        verb: String,
        /// Its last words.
        said: String,
        /// Whether it lacks a network, or may not use it.
        network: bool,
    },
}

impl Diagnose for GoQuestionError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Launch(error) => error.diagnosis(),
            Self::Run { cause, .. } => Diagnosis::of_io("go-command-run", cause),
            Self::Time { .. } => {
                Class::Environment.word("go-command-slow").hint("run it by hand to see what it waits for")
            }
            Self::Failed { network: true, .. } => Class::Network
                .word("go-command-needs-network")
                .hint("run `go mod download` once where there is a network; what it fetches is enough without one"),
            Self::Failed { said, .. } if said.contains("updates to go.") || said.contains("missing go.sum entry") => {
                Class::Environment
                    .word("go-command-failed")
                    .hint("`go mod tidy` updates go.mod and go.sum; a module needs more than they list")
            }
            Self::Failed { .. } => Class::Environment.word("go-command-failed"),
        }
    }
}

/// What the go command of a toolchain prints about the project in the working folder.
///
/// # Errors
/// When it cannot be run, takes longer than `time_max`, or fails, with its words.
pub fn ask_project(
    ctx: &Ctx,
    toolchain: &Toolchain,
    words: &[&str],
    time_max: Duration,
) -> Result<String, GoQuestionError> {
    asked(ctx, toolchain, About::Project, words, time_max)
}

/// What the go command of a toolchain prints.
pub(crate) fn asked(
    ctx: &Ctx,
    toolchain: &Toolchain,
    about: About,
    words: &[&str],
    time_max: Duration,
) -> Result<String, GoQuestionError> {
    let helper = question(ctx, toolchain, about)?.args(words.iter().copied());
    let program = helper.program().to_owned();
    let verb = || format!("go {}", words.iter().take(2).copied().collect::<Vec<_>>().join(" "));
    let ended = ctx
        .sys
        .process()
        .capture(helper, ANSWER_BYTES_MAX, time_max, ctx.sys.interrupt())
        .map_err(|cause| GoQuestionError::Run { program, cause })?;
    if ended.timed_out {
        return Err(GoQuestionError::Time { verb: verb(), time_max });
    }
    if ended.code != Some(0) {
        let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
        let lines = stderr.lines().map(str::trim).filter(|line| !line.is_empty()).take(SAID_LINES_MAX);
        let said: Vec<String> = lines.map(cut).collect();
        let said = if said.is_empty() { "it failed without output".to_owned() } else { said.join("; ") };
        return Err(GoQuestionError::Failed { verb: verb(), said, network: lacks_network(&stderr) });
    }
    Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
}

/// Whether the go command's output is that of a machine without a network.
fn lacks_network(said: &str) -> bool {
    const SIGNS: [&str; 7] = [
        "disabled by GOPROXY=off",
        "dial tcp",
        "no such host",
        "connection refused",
        "i/o timeout",
        "network is unreachable",
        "TLS handshake",
    ];
    SIGNS.iter().any(|sign| said.contains(sign))
}

/// The subject of a question to a go command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// The project in the working folder.
    Project,
    /// Modules by their names: no go.mod, go.work or go.sum affects the answer.
    Modules,
}

/// The go command of a toolchain, without its arguments.
///
/// # Errors
/// When no folder can be made for it, or the project for `isolate.*` cannot be determined.
fn question(ctx: &Ctx, toolchain: &Toolchain, about: About) -> Result<Helper, LaunchError> {
    let bin = toolchain.tree.join("bin");
    let go = bin.join(program_file_name("go"));
    let go = Program::at(go).map_err(|error| LaunchError::refused(&error.path.clone(), error.into()))?;
    let mut environment = Environment::of(ctx.sys.env())
        .with("PATH", path_with(ctx, &[&bin]))
        .with("GOTOOLCHAIN", "local")
        .with("GOFLAGS", "-mod=readonly")
        .without("GOROOT");
    for one in isolation(ctx, toolchain)? {
        let made = ctx.sys.fs().create_private_dirs(&one.path);
        made.map_err(|cause| LaunchError::Isolate { name: one.name, path: one.path.clone(), cause })?;
        environment = environment.with(one.name, one.path);
    }
    if ctx.is_offline() {
        environment = environment.with("GOPROXY", "off");
    }
    match about {
        About::Project => Ok(in_project(ctx, go, environment)),
        About::Modules => {
            let folder = ctx.store.empty_folder().map_err(|error| LaunchError::Folder(Box::new(error)))?;
            Ok(Helper::new(go, folder, environment.with("GOWORK", "off").with("GO111MODULE", "on")))
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "it is asked about the folder that it runs in, as the module says")]
fn in_project(ctx: &Ctx, go: Program, environment: Environment) -> Helper {
    Helper::asking_about(go, ctx.sys.env().folder(), environment)
}
