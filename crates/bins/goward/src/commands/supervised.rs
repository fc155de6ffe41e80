//! `goward run --supervise`

use std::ffi::OsString;
use std::time::Duration;

use acquire::Sources;
use context::Ctx;
use context::settings::keys;
use diag::Speech;
use release::Request;
use resolve::{Choice, Launch, LaunchError};
use supervise::{Decided, EnvFile, OnSwitch, Options, SuperviseError, Voice};
use sys::{ProcessSignal, Program};

use super::CommandResult;
use super::ensure::ensure_choice;
use crate::cli::{OnSwitchName, RunArgs, SuperviseArgs};
use crate::failure::Failure;
use crate::outcome::OfProgram;

/// Lines of the supervisor go where all messages go.
struct Aloud<'a>(&'a Speech);

impl Voice for Aloud<'_> {
    fn say(&self, line: &str) {
        self.0.say(&format!("goward: {line}"));
    }

    fn warn(&self, line: &str) {
        self.0.warn(&format!("goward: {line}"));
    }
}

/// Runs the program as a child until it ends; `launch` is its first start.
pub(super) fn run(
    ctx: &Ctx,
    args: &RunArgs,
    request: Option<&Request>,
    choice: &Choice,
    launch: Launch,
    speech: &Speech,
) -> CommandResult {
    let options = options(ctx, &args.supervise)?;
    let called = launch.command.called().to_owned();
    let first = decided(ctx, choice, launch)?;
    let decide =
        || decide(ctx, request, &args.command).map_err(|failure| format!("could not {}", diag::error_chain(&failure)));
    // Without its path goward does without what needs it, or says so.
    let goward = ctx.sys.env().program().and_then(|path| Program::at(path).ok());
    match supervise::run(ctx, goward.as_ref(), first, &options, &decide, &Aloud(speech)) {
        Ok(code) => Ok(Box::new(OfProgram::ended_with(code))),
        Err(SuperviseError::Run(cause)) => Err(LaunchError::refused(&called, cause).into()),
        Err(error) => Err(error.into()),
    }
}

fn options(ctx: &Ctx, args: &SuperviseArgs) -> Result<Options, SuperviseError> {
    let on_switch = match &args.on_switch {
        OnSwitchName::Restart => OnSwitch::Restart,
        OnSwitchName::Freeze => OnSwitch::Freeze,
        OnSwitchName::None => OnSwitch::None,
        OnSwitchName::Signal(name) => {
            let signal = ProcessSignal::named(name);
            OnSwitch::Signal(signal.ok_or_else(|| SuperviseError::NoSignal { name: name.clone() })?)
        }
    };
    let freeze_max = Duration::from_millis(ctx.settings.count(keys::SUPERVISE_FREEZE_MAX_MILLISECONDS));
    Ok(Options {
        on_switch,
        drain: args.drain.unwrap_or_else(|| ctx.settings.seconds(keys::SUPERVISE_DRAIN_SECONDS)),
        freeze_max: args.freeze_max.unwrap_or(freeze_max),
        freeze_connections: args.freeze_connections,
        env_file: args.env_file.as_deref().map(|path| EnvFile::at(ctx, path)).transpose()?,
        listen: args.listen.clone(),
    })
}

/// Decides anew, as `goward run` does, but installs nothing: nobody is there to be asked.
fn decide(ctx: &Ctx, request: Option<&Request>, command: &[OsString]) -> Result<Decided, Failure> {
    let choice = resolve::choose(ctx, request)?;
    if choice.toolchain.is_none() {
        return Err(Failure::NotInstalled { request: choice.request.to_string() });
    }
    // The lock file may be another one by now.
    let sources: Sources = engine::sources(ctx);
    let speech = Speech::stderr(diag::Verbosity::Quiet, diag::Colour::Never, true);
    let (toolchain, choice) =
        ensure_choice(&sources, choice, &speech).map_err(super::ensure::EnsureError::into_failure)?;
    let launch = resolve::launch(ctx, toolchain, Some(&choice), command)?;
    decided(ctx, &choice, launch)
}

/// With the variables for the file of `--env-file`: those of the go command that have a value, and its `PATH`.
fn decided(ctx: &Ctx, choice: &Choice, launch: Launch) -> Result<Decided, Failure> {
    let env = resolve::go_env(ctx, launch.toolchain.clone(), Some(choice))?;
    let path = launch.command.variable("PATH").map(|path| ("PATH".to_owned(), path.to_string_lossy().into_owned()));
    let go = env.variables.into_iter().filter_map(|variable| {
        // The go command finds these two in the folder, and takes neither from the environment as it is.
        let is_found = ["GOMOD", "GOENV"].contains(&variable.name);
        let value = variable.value.filter(|value| !value.is_empty() && !is_found)?;
        Some((variable.name.to_owned(), value))
    });
    Ok(Decided { variables: path.into_iter().chain(go).collect(), launch })
}
