//! Arguments of the commands that bring in what is there, and move on from it.

use std::path::PathBuf;

use adopt::Manager;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use release::Request;

/// `goward import`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward import                     show what is there, and what would be done with it
  goward import ~/sdk/go1.27.3      bring one in
  goward import --all               bring everything in
  goward import --all --dry-run
  goward import --from mise         everything of one manager, and its default
  goward import --from asdf --projects ~/src --dry-run

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
    /// Bring in everything of this manager, and make its default goward's.
    #[arg(long, value_name = "MANAGER", value_enum, conflicts_with_all = ["paths", "all"])]
    pub from: Option<ManagerName>,
    /// With --from, list the versions that projects below this folder ask for.
    #[arg(long, value_name = "DIR", requires = "from")]
    pub projects: Vec<PathBuf>,
    /// Show what would be done, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Forget a registered `system` installation; its files stay.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["paths", "all", "from"])]
    pub forget: Option<PathBuf>,
}

/// `goward migrate`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward migrate 1.26.8 1.27.3
  goward migrate 1.26 1.27 --dry-run

The default and the exact pins of projects that goward has served move, and the tools that were
built with `go install` are built again. `goward undo` takes all of it back.")]
pub struct MigrateArgs {
    /// What is left: a release or a minor.
    #[arg(value_name = "OLD", value_parser = super::request)]
    pub from: Request,
    /// What is moved to; it is installed first if need be.
    #[arg(value_name = "NEW", value_parser = super::request)]
    pub to: Request,
    /// Why, for the history.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Leave the tools as they are.
    #[arg(long)]
    pub no_tools: bool,
    /// Show what would be done, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// A manager as it can be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManagerName(pub Manager);

/// The names stand in one place, the feature's own.
const MANAGER_NAMES: [ManagerName; Manager::NAMED.len()] = {
    let mut names = [ManagerName(Manager::Mise); Manager::NAMED.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = ManagerName(Manager::NAMED[index]);
        index += 1;
    }
    names
};

impl ValueEnum for ManagerName {
    fn value_variants<'a>() -> &'a [ManagerName] {
        &MANAGER_NAMES
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.word()))
    }
}
