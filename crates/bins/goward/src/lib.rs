//! The command line: parses arguments, calls verbs, renders outcomes.
//!
//! A command is `Args` and `run`, which returns an [`Outcome`]; the outcome renders as text or as JSON, so nothing
//! inside a command prints. Data goes to standard output, messages to standard error. Completions, the man page and the
//! reference pages are generated from the command tree ([`cli::command`]).

mod candidates;
pub mod cli;
mod commands;
mod complete;
mod failure;
mod outcome;
pub mod reference;
mod table;
mod usage;
mod views;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::FromArgMatches;
use context::Ctx;
use context::settings::{Flag, Settings, keys};
use diag::{Colour, Report, Speech, Verbosity};
use release::Platform;
use sys::{Host, Sys};

use cli::{Cli, ColourChoice};
use failure::Failure;
pub use outcome::Outcome;

/// The shim for this machine, which `goward shims` writes out. `build.rs` has built it.
pub(crate) const SHIM: &[u8] = include_bytes!(env!("GOWARD_SHIM_PROGRAM"));

/// Runs the program with these arguments, the first being its own name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(code) = commands::started_again(&args) {
        return code;
    }
    // Before any file is made.
    sys::Process.keep_what_is_made_private();
    if args.get(1).is_some_and(|verb| verb == commands::exec_shim::VERB) {
        return ExitCode::from(commands::exec_shim::main(args.get(2..).unwrap_or_default()));
    }
    if args.get(1).is_some_and(|verb| verb == sandbox::STAGE_VERB) {
        return ExitCode::from(sandbox::stage_main(args.get(2..).unwrap_or_default()));
    }
    let sys = Sys::real();
    if complete::complete(&sys, &args) {
        return ExitCode::SUCCESS;
    }
    let is_json = asks_for_json(&args);
    if cli::words::asks_for_options(&args) {
        return ExitCode::from(usage::options(&plain_speech(is_json)));
    }
    let args = match cli::words::understood(args) {
        Ok(args) => args,
        Err(report) => return fail(&report, &plain_speech(is_json)),
    };
    let parsed = cli::folded().try_get_matches_from(&args).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(usage::print(error, &args, &plain_speech(is_json))),
    };
    let speech = speech(&cli, &sys);
    match perform(&sys, &cli, &speech, &args) {
        // Lines about what was done are messages, though they go to standard output.
        Ok(outcome) if cli.global.quiet && !cli.global.json && cli.command.only_tells() => {
            ExitCode::from(outcome.exit_code())
        }
        Ok(outcome) => print(outcome.as_ref(), cli.global.json, &speech),
        Err(report) => fail(&report, &speech),
    }
}

fn fail(report: &Report, speech: &Speech) -> ExitCode {
    speech.report(report);
    ExitCode::from(report.class.exit_code())
}

/// Whether JSON is asked for, where the command line is not understood yet.
fn asks_for_json(args: &[OsString]) -> bool {
    args.iter().skip(1).take_while(|arg| *arg != "--").any(|arg| arg == "--json")
}

/// The voice where nothing but that is known of the command line.
fn plain_speech(is_json: bool) -> Speech {
    let speech = Speech::stderr(Verbosity::Normal, Colour::Never, true);
    if is_json { speech.in_json() } else { speech }
}

fn speech(cli: &Cli, sys: &Sys) -> Speech {
    let verbosity = match (cli.global.quiet, cli.global.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, true) => Verbosity::Verbose,
        (false, false) => Verbosity::Normal,
    };
    let colour = match cli.global.color {
        ColourChoice::Auto => Colour::Auto,
        ColourChoice::Always => Colour::Always,
        ColourChoice::Never => Colour::Never,
    };
    let speech = Speech::stderr(verbosity, colour, sys.env().var_os("NO_COLOR").is_some());
    if cli.global.json { speech.in_json() } else { speech }
}

type Performed = Result<Box<dyn Outcome>, Box<Report>>;

fn perform(sys: &Sys, cli: &Cli, speech: &Speech, args: &[OsString]) -> Performed {
    let nothing_read =
        |failure: Failure| Box::new(Report::of(&failure, "nothing changed; no setting and no store was read"));
    if let Some(done) = commands::without_store(&cli.command) {
        return done.map_err(nothing_read);
    }
    let settings = settings(sys, cli).map_err(&nothing_read)?;
    let host = Host::this();
    let platforms = &cli.global.platform;
    if platforms.len() > 1 && !cli.command.takes_platforms() {
        return Err(nothing_read(Failure::OnePlatform { count: platforms.len() }));
    }
    let platform = match platforms.first() {
        Some(platform) => Ok(platform.clone()),
        None => Platform::from_rust(host.os, host.arch),
    };
    let platform = platform.map_err(|error| nothing_read(Failure::from(error)))?;
    // The command after `--` is not recorded: it may contain passwords, and the history is stored.
    let own = args.iter().take_while(|arg| *arg != "--");
    let command = own.map(|arg| arg.to_string_lossy().into_owned()).collect();
    if let Some(done) = commands::before_store(sys, &settings, &cli.command, speech) {
        return done.map_err(nothing_read);
    }
    let mut ctx = Ctx::new(sys.clone(), settings, platform, Arc::new(speech.clone()), command)
        .map_err(|error| nothing_read(Failure::from(error)))?;
    ctx.shim = Some(SHIM);
    ctx.author.reason = cli.command.reason().map(diag::without_credentials);
    commands::run(&ctx, &cli.command, platforms, speech)
        .map_err(|failure| Box::new(Report::of(&failure, engine::state_line(&ctx))))
}

/// The settings; with `--system`, the store is the administrator's.
fn settings(sys: &Sys, cli: &Cli) -> Result<Settings, Failure> {
    let config = cli.global.config.as_deref();
    let mut settings = Settings::read(sys, config, &flags(cli))?;
    if cli.global.system {
        let home = settings.text(keys::SYSTEM_HOME).ok_or(Failure::from(engine::SystemError::Unnamed))?;
        let mut flags = flags(cli);
        flags.push(Flag::new(keys::HOME, "--system", home));
        settings = Settings::read(sys, config, &flags)?;
    }
    share_system_store(sys, &settings);
    Ok(settings)
}

/// Files in the administrator's store are for all users of the machine.
pub(crate) fn share_system_store(sys: &Sys, settings: &Settings) {
    if settings.text(keys::HOME) == settings.text(keys::SYSTEM_HOME) {
        sys.process().share_what_is_made();
    }
}

fn flags(cli: &Cli) -> Vec<Flag> {
    let global = &cli.global;
    let switches = [
        (global.offline, Flag::new(keys::NETWORK_OFFLINE, "--offline", "true")),
        (global.locked, Flag::new(keys::LOCK_REQUIRED, "--locked", "true")),
        (global.frozen, Flag::new(keys::LOCK_FROZEN, "--frozen", "true")),
        (global.allow_unproven, Flag::new(keys::VERIFY_ALLOW_UNPROVEN, "--allow-unproven", "true")),
        (global.no_install, Flag::new(keys::INSTALL_AUTO, "--no-install", "false")),
    ];
    let source = global.source.as_ref().map(|source| Flag::new(keys::SOURCES, "--source", source.clone()));
    switches.into_iter().filter(|(is_given, _)| *is_given).map(|(_, flag)| flag).chain(source).collect()
}

/// Prints an outcome to standard output. Removes terminal controls from output for people, and from all output to a
/// terminal; one value or a script keeps its bytes in a pipe; JSON keeps its data. A reader that has closed the pipe
/// (`| head`) is not an error.
fn print(outcome: &dyn Outcome, json: bool, speech: &Speech) -> ExitCode {
    use std::io::{IsTerminal, Write};
    if outcome.is_of_program() {
        return ExitCode::from(outcome.exit_code());
    }
    if outcome.is_on_stderr() {
        match json {
            true => speech.object(&outcome.json()),
            false => speech.write(&outcome.text()),
        }
        return ExitCode::from(outcome.exit_code());
    }
    let mut stdout = std::io::stdout().lock();
    let text = if json {
        format!("{}\n", diag::shown_json(&outcome.json(), true))
    } else if outcome.is_exact() && !stdout.is_terminal() {
        outcome.text()
    } else {
        diag::shown_lines(&outcome.text())
    };
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            fail(&Report::of(&Failure::Stdout(error), "the command has done its work"), speech)
        }
        _ => ExitCode::from(outcome.exit_code()),
    }
}
