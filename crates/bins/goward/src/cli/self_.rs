//! `self`: goward itself.

use clap::{Args, Subcommand};

/// `goward self`
#[derive(Debug, Args)]
pub struct SelfArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SelfCommand,
}

/// What goward can do with itself.
#[derive(Debug, Subcommand)]
pub enum SelfCommand {
    /// Remove goward from this machine: what setup wrote, every toolchain, the settings, and the program.
    Uninstall(SelfUninstallArgs),
}

/// `goward self uninstall`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward self uninstall --dry-run   show what would go, and what would stay
  goward self uninstall             shows it, and asks
  goward self uninstall --yes

This cannot be undone. Version files and goward.lock in your projects stay, and so does every file that
goward has not made.")]
pub struct SelfUninstallArgs {
    /// Show what would be removed, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    /// Leave the goward program itself.
    #[arg(long)]
    pub keep_program: bool,
}
