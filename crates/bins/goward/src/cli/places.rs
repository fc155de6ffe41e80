//! `goward env`, `ide`, `system` and `doctor`: where things are, who says so, and what is wrong with it.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `goward env`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward env                        the go command's variables, as they are under goward in this folder
  goward env GOPATH GOMODCACHE      the values alone, a line each
  goward env --explain              with the rule behind each, and the overridden values
  goward env --tree                 which folder contains which
  eval \"$(goward env --shell bash)\"  what `goward run` changes, for this shell

No go command is run. Where two have set a variable, the environment counts, then the file that
`go env -w` writes, then goward's `isolate.*` settings, then the toolchain's go.env, then the
go command's default.")]
pub struct EnvArgs {
    /// Only these variables, their values alone.
    #[arg(value_name = "NAME", conflicts_with_all = ["shell", "tree"])]
    pub names: Vec<String>,
    /// Show the rule behind each value, and the values that it overrides.
    #[arg(long, conflicts_with_all = ["shell", "names"])]
    pub explain: bool,
    /// Draw which of GOROOT, GOPATH, GOMOD, GOWORK and the caches contains which.
    #[arg(long, conflicts_with = "shell")]
    pub tree: bool,
    /// Print what `goward run` changes in the environment, in the language of a shell.
    #[arg(long, value_name = "SHELL")]
    pub shell: Option<EnvShell>,
}

/// The languages that a change of the environment can be printed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EnvShell {
    /// The POSIX shell: sh, dash, ksh.
    Sh,
    /// bash.
    Bash,
    /// zsh.
    Zsh,
    /// fish.
    Fish,
    /// PowerShell.
    #[value(alias = "powershell")]
    Pwsh,
    /// nushell.
    #[value(alias = "nushell")]
    Nu,
}

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
