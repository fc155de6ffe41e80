//! `goward gate`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `goward gate`
#[derive(Debug, Args)]
pub struct GateArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: GateCommand,
}

/// What the gate can do.
#[derive(Debug, Subcommand)]
pub enum GateCommand {
    /// Run a program, judge it while it runs, and go back if it shows that the change is at fault.
    Run(GateRunArgs),
    /// Judge a program that has ended, from its exit code and its log.
    Judge(GateJudgeArgs),
    /// Print the rules, or check a file of your own.
    Rules(GateRulesArgs),
}

/// What is to be done after the verdict `back`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GateActName {
    /// Only report it.
    Report,
    /// Move nothing: a person decides.
    Pause,
    /// Roll the default back, as `goward rollback` does.
    Rollback,
}

/// How to judge.
#[derive(Debug, Args)]
pub struct GateHow {
    /// The stage of the work: `validate`, `transform`, `load`, `build`, `test`, `deploy`, or another of the rules.
    #[arg(long, value_name = "NAME")]
    pub stage: Option<String>,
    /// The rules file, in place of `gate.rules` and the built-in rules.
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// The score from which the verdict is `back`, from 0 to 1.
    #[arg(long, value_name = "NUMBER", value_parser = share)]
    pub threshold: Option<f64>,
    /// What to do if the verdict is `back`.
    #[arg(long, value_name = "ACT", default_value = "report")]
    pub act: GateActName,
}

/// `goward gate run`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward gate run --stage test -- go test ./...
  goward gate run --stage load --act rollback -- ./load.sh
  goward gate run --stage deploy -o gate.json -- ./deploy.sh

The program runs under the toolchain of this folder, as with `goward run`; its output passes through
unchanged, and its exit status is goward's. The report goes to standard error, with --json as one
line. Between `gate.ask-above` and the threshold goward asks on a terminal, for 30 seconds.")]
pub struct GateRunArgs {
    /// How to judge.
    #[command(flatten)]
    pub how: GateHow,
    /// Write a copy of the output, both streams, into this file.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Write the report as JSON into this file, too.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The program and its arguments, after `--`.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// `goward gate judge`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward gate judge --exit-code $? --stage load --log load.log
  make test 2>&1 | goward gate judge --log -
  goward gate judge --exit-code 1 --stage deploy --log deploy.log --act rollback

The exit code is 0 for `stay`, and 9 for `back` and `ask`. Without --exit-code the verdict is never
`stay`: nothing says that it went well.")]
pub struct GateJudgeArgs {
    /// The program's exit code.
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    pub exit_code: Option<i32>,
    /// How to judge.
    #[command(flatten)]
    pub how: GateHow,
    /// Its output; `-` is standard input.
    #[arg(long, value_name = "FILE|-")]
    pub log: Option<PathBuf>,
}

/// `goward gate rules`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward gate rules > gate.toml              a complete file, to be changed
  goward gate rules --check gate.toml        its mistakes, and what it makes of goward's labelled logs")]
pub struct GateRulesArgs {
    /// Check this file.
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
}

fn share(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| *number > 0.0 && *number <= 1.0);
    number.ok_or_else(|| "a number above 0 and at most 1 is expected".to_owned())
}
