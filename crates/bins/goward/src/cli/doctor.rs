//! `goward doctor`.

use clap::Args;

/// `goward doctor`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward doctor                              everything
  goward doctor path environment             two topics
  goward doctor --repair                     modes, and lines that are wrong whatever was meant
  goward doctor --repair goenv-gotoolchain   also what somebody may have meant, since it is named
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
    /// List the topics and their findings.
    #[arg(long)]
    pub list: bool,
}
