//! `goward why`

use clap::Args;

/// `goward why`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward why                        which go runs here, what decided, what would change it
  goward why --floor                which dependency makes the project need the Go it needs

With --floor the chosen toolchain's own `go mod graph` is asked. It writes nothing, and uses the network
only for what is not in the module cache; with --offline it does not.")]
pub struct WhyArgs {
    /// Show which module forces the Go version of the project's `go` line.
    #[arg(long)]
    pub floor: bool,
}
