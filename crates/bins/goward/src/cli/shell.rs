//! What shells need: `activate`, `setup`, `unsetup`.

use clap::{Args, ValueEnum};

/// `goward activate`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  eval \"$(goward activate bash)\"    this shell only
  goward activate fish | source
  goward activate direnv > ~/.config/direnv/lib/goward.sh

`goward setup` writes the script to a file that the shell's profile reads, so that a shell that starts
runs no program. The script puts goward's shims first in PATH and sets nothing else.")]
pub struct ActivateArgs {
    /// The shell, or `direnv` for its function `use goward`.
    #[arg(value_name = "SHELL")]
    pub shell: ActivateName,
}

/// What can be activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ActivateName {
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
    /// elvish.
    Elvish,
    /// Any POSIX shell: PATH only.
    Sh,
    /// direnv's `use goward`.
    Direnv,
}

/// A shell as it can be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShellName {
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
    /// elvish.
    Elvish,
}

/// `goward setup`
#[derive(Debug, Default, Args)]
#[command(after_help = "\
Examples:
  goward setup --dry-run
  goward setup                      every shell that you use
  goward setup --shell zsh --shell fish
  goward setup --no-profile         change no profile and no variable; print what to add
  goward setup --system             as the administrator: one store for all users

All files change together or none does. What stood in them before is kept, and `goward unsetup` takes out
what was put in. On Windows the user's Path in the registry is one of them, unless --shell names shells.")]
pub struct SetupArgs {
    /// Set up this shell only; may be given more than once.
    #[arg(long = "shell", value_name = "SHELL")]
    pub shells: Vec<ShellName>,
    /// Show what would change, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Change no profile, and no variable on Windows; print what to add.
    #[arg(long)]
    pub no_profile: bool,
    /// Install no completions.
    #[arg(long)]
    pub no_completions: bool,
    /// Overwrite text that was edited since setup wrote it.
    #[arg(long)]
    pub force: bool,
}

/// `goward unsetup`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward unsetup --dry-run
  goward unsetup
  goward unsetup --shell fish

Takes out what `goward setup` has put in. Toolchains stay. A block that somebody has changed is shown and
stays, unless --force is given.")]
pub struct UnsetupArgs {
    /// Only what belongs to this shell; may be given more than once.
    #[arg(long = "shell", value_name = "SHELL")]
    pub shells: Vec<ShellName>,
    /// Show what would change, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Remove text that was edited since setup wrote it, too.
    #[arg(long)]
    pub force: bool,
}
