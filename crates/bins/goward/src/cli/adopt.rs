//! Arguments of the commands that bring in what is there, and move on from it.

use std::path::PathBuf;

use clap::Args;

/// `goward import`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward import                     show what is there, and what would be done with it
  goward import ~/sdk/go1.27.3      bring one in
  goward import --all               bring everything in
  goward import --all --dry-run

An installation is copied, checked file by file, and never changed. What is not Go's own build (a
distribution's, a vendor's, one that was changed) is registered as `system` and run where it stands:
`goward run system -- go version`.")]
pub struct ImportArgs {
    /// Folders of Go installations.
    #[arg(value_name = "PATH", conflicts_with = "all")]
    pub paths: Vec<PathBuf>,
    /// Bring in everything that is found.
    #[arg(long)]
    pub all: bool,
    /// Show what would be done, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Forget a registered `system` installation; its files stay.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["paths", "all"])]
    pub forget: Option<PathBuf>,
}
