//! `config`: print and change settings.

use clap::{Args, Subcommand};

/// `goward config`
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  goward config
  goward config network.tries
  goward config set network.tries 5
  goward config unset network.tries
  goward config edit                the whole file, in VISUAL or EDITOR

Comments in the file stay. goward writes no file that it could not read back. `goward undo` reverts
the change."
)]
pub struct ConfigArgs {
    /// One setting only.
    #[arg(value_name = "KEY", add = crate::candidates::settings())]
    pub key: Option<String>,
    /// What to change; without it, settings are printed.
    #[command(subcommand)]
    pub command: Option<ConfigCommand>,
}

/// A change of the configuration file.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Write a setting into the configuration file.
    Set {
        /// The setting.
        #[arg(value_name = "KEY", add = crate::candidates::settings())]
        key: String,
        /// Its value. Several words or `name=address` pairs are one argument, separated by spaces.
        #[arg(value_name = "VALUE", allow_hyphen_values = true)]
        value: String,
    },
    /// Remove a setting from the configuration file, so that its default counts.
    Unset {
        /// The setting.
        #[arg(value_name = "KEY", add = crate::candidates::settings())]
        key: String,
    },
    /// Open the configuration file in VISUAL or EDITOR, and check it afterwards.
    Edit,
}
