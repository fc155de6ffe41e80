//! `goward shims`

use clap::Args;

/// `goward shims`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward shims                      what stands there, and what is out of date
  goward shims --write              write what is missing, replace what is old

With the folder of the shims first on PATH, `go` is the one that the working folder asks for,
`go +1.26 build` is another one for once, and `go1.26.4` is exactly that one.")]
pub struct ShimsArgs {
    /// Write missing shims and replace old ones.
    #[arg(long)]
    pub write: bool,
}
