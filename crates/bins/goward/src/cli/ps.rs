//! `goward ps`.

use clap::Args;

/// `goward ps`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward ps                         every program of yours under a toolchain of goward's
  goward ps --frozen                those that are frozen or stopped now
  goward ps --env 4711              the go command's variables with which that process started

On Linux every program is listed that `goward run` started or that runs from a toolchain of
goward's, elsewhere those under `goward run --supervise`.")]
pub struct PsArgs {
    /// Print the go command's variables with which this process of yours was started.
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..))]
    pub env: Option<u32>,
}
