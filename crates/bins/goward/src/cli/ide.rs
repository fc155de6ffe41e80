//! `goward ide`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `goward ide`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward ide check                      which Go each editor will use here
  goward ide setup --vscode             lead VS Code to goward's shim
  goward ide setup --devcontainer       write the version into the dev container's file
  goward undo                           take that back")]
pub struct IdeArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: IdeCommand,
}

/// What `goward ide` does.
#[derive(Debug, Subcommand)]
pub enum IdeCommand {
    /// Show which Go each editor's configuration selects, and compare it with goward's choice; exit code 9 if one
    /// differs.
    Check {
        /// The project's folder, in place of this one.
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Write an editor's configuration; comments and formatting stay.
    Setup(IdeSetupArgs),
}

/// `goward ide setup`
#[derive(Debug, Args)]
pub struct IdeSetupArgs {
    /// The project's folder, in place of this one.
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// VS Code's settings of the project; the default.
    #[arg(long)]
    pub vscode: bool,
    /// The version of the Go feature in the dev container's file.
    #[arg(long)]
    pub devcontainer: bool,
    /// Show what would be changed, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}
