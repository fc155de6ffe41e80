//! `goward drill`

use std::path::PathBuf;

use clap::Args;
use release::Request;

use super::{ReportFormat, request};

/// `goward drill`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward drill --list                      the drills, and what each breaks
  goward drill download-cut killed-install
  goward drill --all --go 1.27             all of them, with a copy of an installed go1.27
  goward drill --all --format junit -o drills.xml
  goward drill --report                    the runs so far

A drill breaks one thing in a scratch folder, shows that it is noticed, and recovers. The exit code is
9 where a drill did not recover, 6 where one that was named cannot be staged on this machine; with
--all such a drill is only shown, unless --strict is given. docs/drills.md describes each.")]
pub struct DrillArgs {
    /// Which drills.
    #[arg(value_name = "NAME", add = crate::candidates::drills())]
    pub names: Vec<String>,
    /// List the drills.
    #[arg(long, conflicts_with_all = ["names", "all", "report"])]
    pub list: bool,
    /// Run every drill.
    #[arg(long, conflicts_with = "names")]
    pub all: bool,
    /// Work with a copy of this installed toolchain; by default with one of the default.
    #[arg(long, value_name = "REQUEST", value_parser = request, add = crate::candidates::installed())]
    pub go: Option<Request>,
    /// Leave the scratch folder, until the next change of the store removes it.
    #[arg(long)]
    pub keep: bool,
    /// With --all, end with exit code 6 where a drill cannot be staged on this machine.
    #[arg(long, requires = "all")]
    pub strict: bool,
    /// The form.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: ReportFormat,
    /// Write the report into this file; standard output gets the text.
    #[arg(short, long, value_name = "FILE", conflicts_with = "list")]
    pub output: Option<PathBuf>,
    /// Show the runs so far.
    #[arg(long, conflicts_with_all = ["names", "all"])]
    pub report: bool,
}
