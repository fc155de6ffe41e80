//! What can be typed after `goward verify`.

use std::path::PathBuf;

use clap::Args;
use release::Request;

use super::{ReportFormat, request};

/// `goward verify`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward verify                     the toolchain that this folder asks for
  goward verify 1.27.3 --explain    every step from the files to the log's key
  goward verify --all --offline     all toolchains, without the network
  goward verify 1.27.3 --repair     replace what is damaged, and check again
  goward verify 1.27.3 --run        run its go command as well

Damage ends with exit code 5. docs/trust.md says what is verified, and by whom.")]
pub struct VerifyArgs {
    /// Which installed toolchains; without any, the one that this folder asks for.
    #[arg(value_name = "REQUEST", value_parser = request, conflicts_with = "all", add = crate::candidates::installed())]
    pub requests: Vec<Request>,
    /// Check every installed toolchain.
    #[arg(long)]
    pub all: bool,
    /// Show every step, with its numbers.
    #[arg(long)]
    pub explain: bool,
    /// Replace damaged or missing files, move extra files aside, and verify again.
    #[arg(long)]
    pub repair: bool,
    /// With --repair, only show what it would do.
    #[arg(long, requires = "repair")]
    pub dry_run: bool,
    /// The form.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: ReportFormat,
    /// Write the report into this file; standard output gets the text.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Also run `go version`, `go env GOROOT` and `go list std`, in a separate environment.
    #[arg(long)]
    pub run: bool,
}
