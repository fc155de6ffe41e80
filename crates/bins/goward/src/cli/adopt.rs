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
  goward import                     list installations, and the plan for each
  goward import ~/sdk/go1.27.3      import one
  goward import --all               import all
  goward import --all --dry-run
  goward import --from mise         everything of one manager, and its default
  goward import --from asdf --projects ~/src --dry-run

goward copies an installation, verifies it file by file, and never changes it. A Go that is not the
Go project's own build (a distribution's, a vendor's, one that was changed) is registered as `system`
and runs in place: `goward run system -- go version`.")]
pub struct ImportArgs {
    /// Folders of Go installations.
    #[arg(value_name = "PATH", conflicts_with = "all")]
    pub paths: Vec<PathBuf>,
    /// Import everything that is found.
    #[arg(long)]
    pub all: bool,
    /// Import everything of this manager, and make its default goward's.
    #[arg(long, value_name = "MANAGER", value_enum, conflicts_with_all = ["paths", "all"])]
    pub from: Option<ManagerName>,
    /// With --from, list the versions that projects below this folder ask for.
    #[arg(long, value_name = "DIR", requires = "from")]
    pub projects: Vec<PathBuf>,
    /// Show the plan, and change nothing.
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
built with `go install` are rebuilt. `goward undo` reverts all of it.")]
pub struct MigrateArgs {
    /// The release or minor to migrate from.
    #[arg(value_name = "OLD", value_parser = super::request)]
    pub from: Request,
    /// The release to migrate to; installed first if necessary.
    #[arg(value_name = "NEW", value_parser = super::request)]
    pub to: Request,
    /// Why, for the history.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Do not rebuild the tools.
    #[arg(long)]
    pub no_tools: bool,
    /// Show the plan, and change nothing.
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
