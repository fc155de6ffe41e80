//! `goward exec-shim NAME [ARGUMENT]…`: handles the calls that a shim hands over. `docs/shim.md` has the contract.
//!
//! It is not in the command tree, since goward reads none of the arguments, whatever they look like, except a
//! `+REQUEST` at the start.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use context::Ctx;
use context::settings::{Flag, Origin, Settings, keys};
use diag::{Class, Colour, Diagnose, Report, Speech, Verbosity, hint};
use release::{Request, Version};
use resolve::{ChooseError, LaunchError, ShimCall};
use store::{StoreError, Toolchain};
use sys::{Env, Sys, UserProgram};

use super::ensure::{EnsureError, ensure, ensure_choice, remember};
use crate::failure::Failure;

/// The verb of this command.
pub(crate) const VERB: &str = "exec-shim";
/// The shim's mark: the process that was handed over, its name, the shim's home.
const MARKER: &str = "GOWARD_SHIM";
/// The variable that counts nested programs that goward started because nothing asked for a version.
const LEVEL: &str = "GOWARD_SHIM_LEVEL";
/// How many nested ones count as a loop: another manager's `go` that looks for the next on PATH finds the shim, and
/// starts it in a separate process.
const LEVELS_MAX: u32 = 16;

/// The variable by which a go command tells the one to which it switches its version (`cmd/go/internal/gover`).
const SWITCH: &str = "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION";

/// A call, its name and its arguments.
struct Call<'a> {
    name: &'a str,
    args: &'a [OsString],
}

/// A failed call, and whether the program counts as missing.
struct Failed {
    report: Report,
    code: u8,
}

/// Runs the program for a shim: returns only on failure, with the exit code.
pub(crate) fn main(args: &[OsString]) -> u8 {
    let sys = Sys::real();
    let speech = Speech::stderr(Verbosity::Normal, Colour::Auto, sys.env().var_os("NO_COLOR").is_some());
    let name = args.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let call = Call { name: &name, args: args.get(1..).unwrap_or_default() };
    let Failed { report, code } = perform(&sys, &call, &speech);
    speech.report(&report);
    code
}

fn perform(sys: &Sys, call: &Call, speech: &Speech) -> Failed {
    let unread = |failure: Failure| failed(Report::of(&failure, "nothing changed; no setting and no store was read"));
    let settings = match settings(sys, call.name) {
        Ok(settings) => settings,
        Err(error) => return unread(error),
    };
    crate::share_system_store(sys, &settings);
    let platform = match release::Platform::of_this_build() {
        Ok(platform) => platform,
        Err(error) => return unread(error.into()),
    };
    // The history is stored, and arguments may contain passwords.
    let command = ["goward", VERB, call.name].map(str::to_owned).to_vec();
    let progress = std::sync::Arc::new(speech.clone());
    let mut ctx = match Ctx::new(sys.clone(), settings, platform, progress, command) {
        Ok(ctx) => ctx,
        Err(error) => return unread(error.into()),
    };
    ctx.shim = Some(crate::SHIM);
    let report = |failure: Box<Failure>| Report::of(failure.as_ref(), engine::state_line(&ctx));
    match run(&ctx, call, speech) {
        Stop::Failed(failure) => failed(report(failure)),
        // The caller looked for a program, and 127 is the shells' status for a missing one.
        Stop::Missing(failure) if failure.class() == Class::Interrupted => failed(report(failure)),
        Stop::Missing(failure) => Failed { report: report(failure), code: Class::CommandMissing.exit_code() },
    }
}

fn failed(report: Report) -> Failed {
    Failed { code: report.class.exit_code(), report }
}

/// The settings, for the home of the shim unless another is named.
fn settings(sys: &Sys, name: &str) -> Result<Settings, Failure> {
    let settings = Settings::read(sys, None, &[])?;
    match home_of_shim(sys.env(), name).filter(|_| settings.get(keys::HOME).origin == Origin::Default) {
        Some(value) => Ok(Settings::read(sys, None, &[Flag::new(keys::HOME, MARKER, value)])?),
        None => Ok(settings),
    }
}

/// `GOWARD_SHIM=PROCESS:NAME:HOME`
fn home_of_shim(env: &Env, name: &str) -> Option<String> {
    let (_, rest) = env.var(MARKER)?.split_once(':')?;
    let home = rest.strip_prefix(name)?.strip_prefix(':')?;
    (!home.is_empty()).then(|| home.to_owned())
}

/// Why no program has replaced this one.
enum Stop {
    Failed(Box<Failure>),
    /// The toolchain is not installed and could not be installed.
    Missing(Box<Failure>),
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Failed(Box::new(error.into()))
    }
}

impl From<EnsureError> for Stop {
    fn from(why: EnsureError) -> Stop {
        match why {
            EnsureError::Refused(failure) => Stop::Failed(Box::new(failure)),
            EnsureError::Missing(failure) => Stop::Missing(Box::new(failure)),
        }
    }
}

/// The toolchain is missing for this reason.
fn missing(error: impl Into<Failure>) -> Stop {
    Stop::Missing(Box::new(error.into()))
}

fn run(ctx: &Ctx, call: &Call, speech: &Speech) -> Stop {
    let Err(stop) = exec(ctx, call, speech);
    stop
}

fn exec(ctx: &Ctx, call: &Call, speech: &Speech) -> Result<std::convert::Infallible, Stop> {
    // With a lost or outdated table every call comes here: the first one rewrites it.
    ctx.store.rewrite_shim_table();
    let at;
    let (toolchain, choice, shim_call, args) = match call.name {
        "go" | "gofmt" => {
            let (argument, args) = request(call)?;
            // Lock files and a project's separate folders are those of the go command's folder.
            at = ctx.derive(|same| same.folder(folder(ctx, call.name, args)))?;
            let choice = match resolve::choose(&at, argument.as_ref()) {
                Err(ChooseError::Nothing { stranger, .. }) => {
                    if let Some(line) = stranger {
                        speech.say(&line);
                    }
                    return next(ctx, call);
                }
                chosen => chosen?,
            };
            let (toolchain, choice) = ensure_choice(&engine::sources(&at), choice, speech)?;
            remember(&at, &choice);
            let shim_call = if argument.is_some() { ShimCall::Request } else { ShimCall::Folder };
            (toolchain, Some(choice), shim_call, args)
        }
        name => match name.strip_prefix("go").filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit())) {
            Some(version) => {
                at = ctx.derive(|same| same)?;
                (exactly(&at, call, version, speech)?, None, ShimCall::Exact, call.args)
            }
            None => return next(ctx, call),
        },
    };
    lease(ctx, &toolchain)?;
    let launch = resolve::launch_shim(&at, toolchain, shim_call, choice.as_ref(), call.name, args)?;
    let command = launch.command.env_remove(MARKER).env_remove(LEVEL);
    let cause = ctx.sys.process().replace(&command);
    Err(LaunchError::refused(command.program(), cause).into())
}

/// A `+REQUEST` at the front is goward's.
fn request<'a>(call: &Call<'a>) -> Result<(Option<Request>, &'a [OsString]), Stop> {
    let Some((first, rest)) = call.args.split_first() else { return Ok((None, call.args)) };
    let Some(text) = first.to_str().and_then(|first| first.strip_prefix('+')) else { return Ok((None, call.args)) };
    match text.parse::<Request>() {
        Ok(request) => Ok((Some(request), rest)),
        Err(error) => {
            let name = format!("{} +{}", call.name, release::escaped(text));
            Err(Failure::ShimCall { name, reason: error.to_string(), missing: false, hints: error.hints() }.into())
        }
    }
}

/// The go command's folder: that of `-C`, which must be its first flag (`cmd/go/main.go`,
/// `handleChdirFlag`). The go command itself refuses a missing one.
fn folder(ctx: &Ctx, name: &str, args: &[OsString]) -> PathBuf {
    let here = ctx.sys.env().folder();
    let leads = if name == "go" { chdir(args) } else { None };
    let resolve = |path: &std::path::Path| ctx.sys.fs().resolve(path).ok();
    let there = leads.and_then(|there| resolve(&here.join(there)));
    // The same folder keeps the name that `$PWD` has for it, as in the go command.
    there.filter(|there| resolve(here).as_ref() != Some(there)).unwrap_or_else(|| here.to_owned())
}

fn chdir(args: &[OsString]) -> Option<&OsStr> {
    let is_word = |index: usize| args.get(index).is_some_and(|arg| !arg.as_encoded_bytes().starts_with(b"-"));
    // The flags follow the command, which has two words in these groups.
    let flags = match args.first()?.to_str() {
        Some("mod" | "work") if is_word(1) => 2,
        _ => usize::from(is_word(0)),
    };
    let flag = args.get(flags)?;
    match flag.to_str()? {
        "-C" | "--C" => args.get(flags + 1).map(OsString::as_os_str),
        flag => flag.strip_prefix("-C=").or_else(|| flag.strip_prefix("--C=")).map(OsStr::new),
    }
}

/// Exactly this version, whatever a folder asks for.
fn exactly(ctx: &Ctx, call: &Call, version: &str, speech: &Speech) -> Result<Toolchain, Stop> {
    let parsed: Option<Version> = version.parse().ok().filter(Version::is_candidate);
    let Some(version) = parsed else {
        let (name, reason) = (release::escaped(call.name), "no release of Go has this name".to_owned());
        let hints = hint!("releases are called `go1.26.4`, `go1.20`, `go1.27rc1`; `go +1.26` is the newest go1.26");
        return Err(Failure::ShimCall { name, reason, missing: true, hints }.into());
    };
    let request = Request::Exact(version);
    // Only a go command asks by this name, for the version that go.mod or go.work need.
    if ctx.sys.env().var_os(SWITCH).is_some() && resolve::newest_installed(ctx, &request)?.is_none() {
        resolve::check_auto_switch(ctx, &request)?;
    }
    Ok(ensure(&engine::sources(ctx), &request, speech)?)
}

fn lease(ctx: &Ctx, toolchain: &Toolchain) -> Result<(), Stop> {
    match ctx.store.lease(&toolchain.id) {
        Ok(true) => Ok(()),
        Ok(false) => Err(missing(StoreError::NotInstalled { id: toolchain.id.clone() })),
        // No process can remove a toolchain from a store that cannot be written to.
        Err(StoreError::Io { .. } | StoreError::ReadOnly { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Nothing asks for a version: the machine's own program of that name runs, as without goward.
fn next(ctx: &Ctx, call: &Call) -> Result<std::convert::Infallible, Stop> {
    let level = ctx.sys.env().var(LEVEL).and_then(|level| level.parse::<u32>().ok()).unwrap_or(0) + 1;
    if level > LEVELS_MAX {
        let name = release::escaped(call.name);
        let reason = "another manager's program of that name and goward's shim call each other".to_owned();
        let hints = hint!("take one of the two off PATH, or set a default with `goward use latest`");
        return Err(Failure::ShimCall { name, reason, missing: true, hints }.into());
    }
    let program = resolve::next_program(ctx, call.name)?;
    // The mark stays: if that program starts the shim in this process again, the shim detects the loop.
    let command = UserProgram::new(program).named(call.name).args(call.args).env(LEVEL, level.to_string());
    let command = resolve::without_mark(command, ctx.sys.env());
    let cause = ctx.sys.process().replace(&command);
    Err(LaunchError::refused(command.program(), cause).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_where_the_go_command_goes() {
        // Source: cmd/go/main.go of Go 1.27, handleChdirFlag and lookupCmd.
        for (args, leads) in [
            (&["-C", "x", "build"][..], Some("x")),
            (&["build", "-C", "x"], Some("x")),
            (&["build", "-C=x y"], Some("x y")),
            (&["build", "--C=x"], Some("x")),
            (&["--C", "x"], Some("x")),
            (&["mod", "tidy", "-C", "x"], Some("x")),
            (&["mod", "-C", "x"], Some("x")),
            (&["build", "-v", "-C", "x"], None),
            (&["run", "main.go", "-C", "x"], None),
            (&["tool", "compile", "-C", "x"], None),
            (&["build", "-Cx"], None),
            (&["build", "-C"], None),
            (&[], None),
        ] {
            let args: Vec<OsString> = args.iter().map(OsString::from).collect();
            assert_eq!(chdir(&args), leads.map(OsStr::new), "{args:?}");
        }
    }

    #[test]
    fn the_home_of_the_shim_stands_behind_its_name() {
        let home = |value: &str| home_of_shim(&Env::of([(MARKER, value)], PathBuf::new(), None), "go1.26.4");
        assert_eq!(home("17:go1.26.4:/a b:c").as_deref(), Some("/a b:c"));
        for value in ["17:go1.26.4", "17:go1.26.4:", "17:go:/home", "", "go1.26.4"] {
            assert_eq!(home(value), None, "{value}");
        }
    }
}
