//! `goward doctor`.

use std::path::PathBuf;

use clap::Args;

use super::ReportFormat;

/// `goward doctor`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward doctor                              everything
  goward doctor path environment             two topics
  goward doctor --repair                     modes, and lines that are wrong whatever was meant
  goward doctor --repair goenv-gotoolchain   also what somebody may have meant, since it is named
  goward doctor --all                        also the topics that take seconds or ask a network
  goward doctor --from-log build.log         explain the complaints of a build
  go build ./... 2>&1 | goward doctor --from-log -
  goward doctor --list                       what there is to find

The exit code is 9 where there is a problem; notes alone leave it at 0. Files are changed so that
`goward undo` gives them their former bytes back; modes are told with what they were.")]
pub struct DoctorArgs {
    /// Topics, or the words of findings.
    #[arg(value_name = "TOPIC|WORD")]
    pub what: Vec<String>,
    /// Repair findings that goward can repair.
    #[arg(long, conflicts_with = "list")]
    pub repair: bool,
    /// Also run the topics that otherwise run only if they are named.
    #[arg(long, conflicts_with = "list")]
    pub all: bool,
    /// Explain the well-known complaints of a build log: cause, proof on this machine, and fix. `-` is standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list", "repair", "what", "all"])]
    pub from_log: Option<PathBuf>,
    /// The form.
    #[arg(long, value_name = "FORM", default_value = "text", conflicts_with_all = ["list", "repair", "from_log"])]
    pub format: ReportFormat,
    /// Write the report into this file; standard output gets the text.
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["list", "repair", "from_log"])]
    pub output: Option<PathBuf>,
    /// List the topics and their findings.
    #[arg(long)]
    pub list: bool,
}
