//! `goward system`.

use clap::{Args, Subcommand};

/// `goward system`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sudo goward system init               make the store, once
  sudo goward --system install 1.27     put a toolchain into it
  goward system status                  whether it is there and read, and what it has
  goward system check                   whether everybody can read it and nobody else write

Users need nothing: its toolchains stand in `goward list` beside their own, and are run from there.")]
pub struct SystemArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SystemCommand,
}

/// What `goward system` does.
#[derive(Debug, Subcommand)]
pub enum SystemCommand {
    /// Make the administrator's store, or correct the modes of an existing one.
    Init {
        /// Show the plan, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Show whether it exists, whether goward reads it, and its toolchains.
    Status,
    /// Check its owners and modes; see `goward doctor`.
    Check,
}
