//! `goward run`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use sys::ProcessSignal;

use super::{RunRequest, run_request, time};
use crate::candidates;

/// `goward run`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward run 1.27 -- go version
  goward run -- go test ./...       the version that this folder asks for
  goward run '>=1.24 <1.27' -- gofmt -l .
  goward run system -- go version   a distribution's Go, in place
  goward run --supervise --listen :8080 -- ./server
  goward run --supervise --on-switch signal:HUP --env-file go.env -- ./worker

The program is looked for in the toolchain first, then on PATH. Its exit status is goward's.
With --supervise goward stays as its parent; docs/running-work.md says what a switch can reach.")]
pub struct RunArgs {
    /// Which toolchain; without it, what this folder asks for. `system` is the Go that `goward import` has registered.
    #[arg(value_name = "REQUEST", value_parser = run_request, add = candidates::releases())]
    pub request: Option<RunRequest>,
    /// Whether goward stays, and what it does then.
    #[command(flatten)]
    pub supervise: SuperviseArgs,
    /// The program and its arguments, after `--`.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// How a program is supervised.
#[derive(Debug, Default, Args)]
pub struct SuperviseArgs {
    /// Stay as the program's parent, and tell it when another toolchain is chosen here.
    #[arg(long)]
    pub supervise: bool,
    /// What to do then: `restart`, `signal:NAME`, `freeze` while the change is under way, or `none`.
    #[arg(long, value_name = "ACT", value_parser = on_switch, requires = "supervise", default_value = "restart")]
    pub on_switch: OnSwitchName,
    /// How long the old program may take to end before it is killed [default: supervise.drain-seconds].
    #[arg(long, value_name = "SPAN", value_parser = time::span, requires = "supervise")]
    pub drain: Option<Duration>,
    /// How long the program may be frozen [default: supervise.freeze-max-milliseconds].
    #[arg(long, value_name = "SPAN", value_parser = time::span, requires = "supervise")]
    pub freeze_max: Option<Duration>,
    /// Freeze the program also while clients are connected to it.
    #[arg(long, requires = "supervise")]
    pub freeze_connections: bool,
    /// Write the go command's variables into this file at the start and at each switch.
    #[arg(long, value_name = "FILE", requires = "supervise")]
    pub env_file: Option<PathBuf>,
    /// Hold a listening socket on this address and hand it to each program, as file 3 with LISTEN_FDS.
    #[arg(long, value_name = "ADDRESS", requires = "supervise")]
    pub listen: Option<String>,
}

/// What a switch does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OnSwitchName {
    /// The program is started again.
    #[default]
    Restart,
    /// It gets the signal of this name.
    Signal(String),
    /// It is frozen while the change is under way.
    Freeze,
    /// Nothing.
    None,
}

fn on_switch(text: &str) -> Result<OnSwitchName, String> {
    let is_known = |name: &&str| {
        let name = name.strip_prefix("SIG").unwrap_or(name);
        ProcessSignal::NAMES.split(", ").any(|known| known == name)
    };
    match text.strip_prefix("signal:") {
        Some(name) => match Some(name).filter(is_known) {
            Some(name) => Ok(OnSwitchName::Signal(name.to_owned())),
            None => Err(format!("one of the signals {} is expected", ProcessSignal::NAMES)),
        },
        None => match text {
            "restart" => Ok(OnSwitchName::Restart),
            "freeze" => Ok(OnSwitchName::Freeze),
            "none" => Ok(OnSwitchName::None),
            _ => Err("one of `restart`, `signal:NAME`, `freeze`, `none` is expected".to_owned()),
        },
    }
}
