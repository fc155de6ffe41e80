//! The command tree: what can be typed, and its help.

mod adopt;
mod block;
mod bundle;
mod check;
mod config;
mod doctor;
mod drill;
mod env;
mod gate;
mod graph;
mod help;
mod ide;
mod ps;
mod rollback;
mod run;
mod sandbox;
mod self_;
mod shell;
mod shims;
mod snapshot;
mod system;
mod time;
mod verify;
mod why;
pub(crate) mod words;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use project::{FileName, PinKind};
use release::{Platform, Request};

use crate::candidates;

pub use adopt::{ImportArgs, MigrateArgs};
pub use block::{BlockArgs, UnblockArgs};
pub use bundle::{BundleArgs, BundleCommand, BundleCreateArgs, BundleInstallArgs, BundleVerifyArgs};
pub use check::{CheckArgs, ReportFormat};
pub use config::{ConfigArgs, ConfigCommand};
pub use doctor::DoctorArgs;
pub use drill::DrillArgs;
pub use env::{EnvArgs, EnvShell, EnvTreeFormat};
pub use gate::{GateActName, GateArgs, GateCommand, GateHow, GateJudgeArgs, GateRulesArgs, GateRunArgs};
pub use graph::{GraphArgs, GraphCommand, GraphDiffArgs, GraphFormat, GraphWhyArgs};
pub use help::{folded, options};
pub use ide::{IdeArgs, IdeCommand, IdeSetupArgs};
pub use ps::PsArgs;
pub use rollback::{CommandLine, GenerationName, RollbackArgs};
pub use run::{OnSwitchName, RunArgs, SuperviseArgs};
pub use sandbox::{SandboxArgs, SandboxCommand, SandboxNetName, SandboxProbeArgs, SandboxRunArgs};
pub use self_::{SelfArgs, SelfCommand, SelfUninstallArgs};
pub use shell::{ActivateArgs, ActivateName, SetupArgs, ShellName, UnsetupArgs};
pub use shims::ShimsArgs;
pub use snapshot::{
    SnapshotArgs, SnapshotCommand, SnapshotCreateArgs, SnapshotDiffArgs, SnapshotFormat, SnapshotRestoreArgs,
    SnapshotShowArgs, SnapshotVerifyArgs,
};
pub use system::{SystemArgs, SystemCommand};
pub use time::Until;
pub use verify::VerifyArgs;
pub use why::WhyArgs;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "goward",
    version,
    about = "Installs, verifies, selects and runs Go toolchains",
    after_help = "\
Examples:
  goward run 1.27 -- go version     install the newest go1.27 if necessary, and run it
  goward install 1.26 1.27          install two toolchains at once
  goward use latest                 make the newest release the default
  goward pin 1.26                   write the project's version file
  goward which --explain            show which go runs here, and why

Exit codes are listed in `man goward` and in docs/reference/exit-codes.md.",
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for every command")]
pub struct Global {
    /// Print data and errors as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Print errors only.
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more.
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// When to colour messages.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColourChoice,
    /// Do not use the network.
    #[arg(long, global = true)]
    pub offline: bool,
    /// Use no toolchain that `goward.lock` does not name with its hashes.
    #[arg(long, global = true)]
    pub locked: bool,
    /// As --locked and --offline, and do not write the lock file.
    #[arg(long, global = true)]
    pub frozen: bool,
    /// Ask only this source (`official`, `proxy`, `wheel`, `folder`, `bundle`, or a mirror's name).
    #[arg(long, global = true, value_name = "NAME", add = candidates::sources())]
    pub source: Option<String>,
    /// Install a toolchain for which only its server vouches.
    #[arg(long, global = true)]
    pub allow_unproven: bool,
    /// Act on the administrator's store for all users of this machine (`system.home`).
    #[arg(long, global = true)]
    pub system: bool,
    /// Do not install missing toolchains automatically.
    #[arg(long, global = true)]
    pub no_install: bool,
    /// Act for another platform, as `OS/ARCH` in Go's words; some commands take several.
    #[arg(long, global = true, value_name = "OS/ARCH", value_parser = platform, value_delimiter = ',')]
    pub platform: Vec<Platform>,
    /// Read this configuration file.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColourChoice {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Command {
    /// Whether what it prints is only what it has done: with `--quiet` that is left out.
    pub fn only_tells(&self) -> bool {
        match self {
            Command::Uninstall(_) | Command::Migrate(_) | Command::Undo(_) | Command::Rollback(_) => true,
            Command::Setup(_) | Command::Unsetup(_) => true,
            Command::Install(args) => !args.dry_run,
            Command::Use(args) => !args.dry_run,
            Command::Upgrade(args) => !args.dry_run,
            Command::Pin(args) => (args.request.is_some() || args.lock) && !args.check,
            Command::Import(args) => !args.dry_run && (args.all || args.from.is_some() || !args.paths.is_empty()),
            Command::Block(args) => !args.list,
            Command::Unblock(_) => true,
            Command::Prune(args) => !args.dry_run,
            Command::Shims(args) => args.write,
            Command::Config(args) => args.command.is_some(),
            Command::Gate(args) => matches!(args.command, GateCommand::Run(_)),
            _ => false,
        }
    }

    /// Whether several platforms make sense.
    pub fn takes_platforms(&self) -> bool {
        match self {
            Command::Bundle(args) => matches!(args.command, BundleCommand::Create(_)),
            Command::Pin(args) => args.lock,
            _ => false,
        }
    }

    /// The reason that the user gave, for the history.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Command::Use(args) => args.reason.as_deref(),
            Command::Upgrade(args) => args.reason.as_deref(),
            Command::Migrate(args) => args.reason.as_deref(),
            Command::Undo(args) => args.reason.as_deref(),
            Command::Rollback(args) => args.reason.as_deref(),
            Command::Snapshot(args) => match &args.command {
                SnapshotCommand::Create(args) => args.reason.as_deref(),
                SnapshotCommand::Restore(args) => args.reason.as_deref(),
                _ => None,
            },
            Command::Block(args) => args.reason.as_deref(),
            Command::Unblock(args) => args.reason.as_deref(),
            _ => None,
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a program under a toolchain; install that first if needed.
    Run(RunArgs),
    /// Install toolchains.
    #[command(alias = "i")]
    Install(InstallArgs),
    /// Remove installed toolchains.
    #[command(alias = "remove")]
    Uninstall(UninstallArgs),
    /// List installed toolchains, or available versions.
    #[command(alias = "ls")]
    List(ListArgs),
    /// Make a toolchain the default.
    Use(UseArgs),
    /// Write a version into the project's version file.
    Pin(PinArgs),
    /// Import existing Go installations, without a download.
    Import(ImportArgs),
    /// Move to another release: default, pins and tools, one undo.
    Migrate(MigrateArgs),
    /// Install a minor's newest patch and make it the default.
    Upgrade(UpgradeArgs),
    /// Show which toolchains have a newer patch or lost support.
    Outdated(OutdatedArgs),
    /// Print the version that would run in this folder.
    Current(CurrentArgs),
    /// Print the path of the program that would run in this folder.
    Which(WhichArgs),
    /// Explain what decides in this folder, or what forces its version.
    Why(WhyArgs),
    /// Print the folder of an installed toolchain: its GOROOT.
    Where(WhereArgs),
    /// Print the go command's variables, and what set each.
    Env(EnvArgs),
    /// Show unfinished operations, kept downloads, faults of the store.
    Status(StatusArgs),
    /// Show which programs run under which toolchain.
    Ps(PsArgs),
    /// Show every change: who, when, from where.
    #[command(alias = "log")]
    History(HistoryArgs),
    /// Undo the last change of the default or of files.
    Undo(UndoArgs),
    /// Roll back to a generation: one rename, no network.
    Rollback(RollbackArgs),
    /// Record what this machine's Go is, compare, and restore it.
    #[command(subcommand_required = true)]
    Snapshot(SnapshotArgs),
    /// Block a version, so that no command chooses it.
    Block(BlockArgs),
    /// Lift the block of a version.
    Unblock(UnblockArgs),
    /// Show, save or compare the module graph of a project.
    Graph(GraphArgs),
    /// Compare the toolchains of two generations.
    Diff(DiffArgs),
    /// Remove toolchains that nothing needs.
    Prune(PruneArgs),
    /// List or write the shims: `go`, `gofmt`, `go1.X.Y` for PATH.
    Shims(ShimsArgs),
    /// Verify installed toolchains, file by file, up to the log's key.
    Verify(VerifyArgs),
    /// Bundles for machines without a network: create, verify, install.
    Bundle(BundleArgs),
    /// Print settings with their origins, or change one.
    Config(ConfigArgs),
    /// Set your shells up: PATH, completions, direnv.
    Setup(SetupArgs),
    /// Remove what `goward setup` has written.
    Unsetup(UnsetupArgs),
    /// Remove goward itself.
    #[command(name = "self", subcommand_required = true)]
    SelfCommand(SelfArgs),
    /// Print the script that activates a shell.
    Activate(ActivateArgs),
    /// Show or configure which Go an editor uses.
    #[command(subcommand_required = true)]
    Ide(IdeArgs),
    /// Judge a run by exit code, output and stage, and go back.
    #[command(subcommand_required = true)]
    Gate(GateArgs),
    /// Run a program cut off from network, files and other processes.
    #[command(subcommand_required = true)]
    Sandbox(SandboxArgs),
    /// Run a list of checks after a change: passed, failed, left out.
    Check(CheckArgs),
    /// Find faults in this machine's Go setup, and repair them.
    Doctor(DoctorArgs),
    /// Break one thing in a scratch folder, and show the recovery.
    Drill(DrillArgs),
    /// Manage one store for all users of a machine.
    #[command(subcommand_required = true)]
    System(SystemArgs),
    /// Print the completion script of a shell.
    Completions(CompletionsArgs),
    /// Print the manual page.
    Man(ManArgs),
}

/// `goward install`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward install latest             the newest release
  goward install 1.26 1.27.3        several at once
  goward install 1.28rc1            a prerelease, by its name
  goward install '>=1.24 <1.27'     the newest in a range
  goward install 1.27 --source proxy

Without a request, what this folder asks for is installed.")]
pub struct InstallArgs {
    /// Which toolchains: `1.27.3`, `1.27`, `latest`, `oldstable`, `supported`, `rc`, `>=1.24 <1.27`.
    #[arg(value_name = "REQUEST", value_parser = request, add = candidates::releases())]
    pub requests: Vec<Request>,
    /// Show what would be installed, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `goward uninstall`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward uninstall 1.26.7
  goward uninstall 1.25             every installed go1.25")]
pub struct UninstallArgs {
    /// Which toolchains, of those that are installed.
    #[arg(value_name = "REQUEST", value_parser = request, required = true, add = candidates::installed())]
    pub requests: Vec<Request>,
}

/// `goward list`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward list
  goward list --remote              the newest available release of every minor
  goward list --remote --all")]
pub struct ListArgs {
    /// List available versions instead of installed toolchains.
    #[arg(long)]
    pub remote: bool,
    /// Show the disk use of each installed toolchain, and how much it shares with others.
    #[arg(long, conflicts_with = "remote")]
    pub disk: bool,
    /// With --remote, list every version.
    #[arg(long, requires = "remote")]
    pub all: bool,
}

/// `goward outdated`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  goward outdated

For every installed minor, its newest available patch. The exit code is 0 either way.")]
pub struct OutdatedArgs {}

/// `goward upgrade`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward upgrade                    the default's minor: go1.26.7 becomes go1.26.8
  goward upgrade 1.25
  goward upgrade --dry-run

The older toolchain stays installed, and `goward undo` goes back to it. No pin of a project changes.")]
pub struct UpgradeArgs {
    /// Why, for the history.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Show what would be installed and used, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// The minor, by default that of the default toolchain.
    #[arg(value_name = "MINOR", value_parser = request, add = candidates::releases())]
    pub request: Option<Request>,
}

/// `goward use`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward use latest
  goward use 1.26
  goward use 1.26 --dry-run

The default runs if a folder asks for no version. Put its folder on PATH once: `goward use`
prints which.")]
pub struct UseArgs {
    /// Why, for the history.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Show what would be installed and used, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Which toolchain; installed first if necessary.
    #[arg(value_name = "REQUEST", value_parser = request, add = candidates::releases())]
    pub request: Request,
}

/// `goward pin`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward pin                        print what this folder pins, and where
  goward pin 1.26                   the newest go1.26, whatever that is
  goward pin 1.26.8                 exactly that one
  goward pin latest --exact         the newest release of today, by its number
  goward pin 1.27.3 --lock          and lock its hashes in goward.lock, for five platforms
  goward pin --lock --check         say whether goward.lock is up to date, and change nothing
  goward pin 1.26 --file mise.toml  into that file; what else is in it stays

Without --file the project's version files that decide here are changed, or a `.go-version` is made in
the folder of its go.work or go.mod, else in its repository's. `goward undo` reverts it.")]
pub struct PinArgs {
    /// The version to pin; without it, print the present pin.
    #[arg(value_name = "REQUEST", value_parser = request, add = candidates::releases())]
    pub request: Option<Request>,
    /// Write the exact version that the request resolves to now.
    #[arg(long, requires = "request")]
    pub exact: bool,
    /// Write the hashes of that version into goward.lock, for every --platform; without a request, of the version that
    /// this folder asks for.
    #[arg(long)]
    pub lock: bool,
    /// With --lock, only check whether goward.lock is up to date.
    #[arg(long, requires = "lock", conflicts_with = "request")]
    pub check: bool,
    /// Write it into the nearest file of this name: `.go-version`, `.tool-versions`, `mise.toml` or another of
    /// mise's, `.prototools`.
    #[arg(long, value_name = "NAME", value_parser = pin_file, requires = "request")]
    pub file: Option<FileName>,
}

/// `goward current`
#[derive(Debug, Args)]
pub struct CurrentArgs {
    /// Show every file and rule that was read.
    #[arg(long)]
    pub explain: bool,
}

/// `goward which`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward which
  goward which gofmt
  goward which --explain")]
pub struct WhichArgs {
    /// The program.
    #[arg(value_name = "PROGRAM", default_value = "go")]
    pub program: String,
    /// Show every file and rule that was read.
    #[arg(long)]
    pub explain: bool,
}

/// `goward where`
#[derive(Debug, Args)]
pub struct WhereArgs {
    /// Which toolchain; without it, what this folder asks for.
    #[arg(value_name = "REQUEST", value_parser = request, add = candidates::installed())]
    pub request: Option<Request>,
}

/// `goward status`
#[derive(Debug, Args)]
pub struct StatusArgs {}

/// `goward history`
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// Show only so many of the newest changes.
    #[arg(long, short = 'n', value_name = "COUNT")]
    pub last: Option<usize>,
}

/// `goward undo`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward undo                       the last change
  goward undo 2                     and the one before it

The undo of a switch returns to the generation that was in use before; the undo of a change of files
restores the former bytes of all of them, unless one was changed since. `goward rollback` moves the
default alone.")]
pub struct UndoArgs {
    /// Why, for the history.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Also to a version that is blocked.
    #[arg(long)]
    pub force: bool,
    /// How many steps.
    #[arg(value_name = "STEPS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub steps: u64,
}

/// `goward diff`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward diff 40 41                 how many files differ, folder by folder
  goward diff 40 41 --files         every one of them")]
pub struct DiffArgs {
    /// Name every file.
    #[arg(long)]
    pub files: bool,
    /// The one generation.
    #[arg(value_name = "FROM", add = candidates::generations())]
    pub from: u64,
    /// The other one.
    #[arg(value_name = "TO", add = candidates::generations())]
    pub to: u64,
}

/// `goward prune`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward prune --dry-run            show what would be removed and why
  goward prune

The default, the newest generations, the pins of projects that goward has served, and what is
running stay.")]
pub struct PruneArgs {
    /// Show what would be removed and why, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `goward completions`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward completions bash > ~/.local/share/bash-completion/completions/goward
  goward completions zsh > \"${fpath[1]}/_goward\"
  goward completions fish > ~/.config/fish/completions/goward.fish")]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub shell: CompletionShell,
}

/// A shell that completions are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompletionShell {
    /// bash.
    Bash,
    /// zsh.
    Zsh,
    /// fish.
    Fish,
    /// PowerShell.
    #[value(name = "powershell", alias = "pwsh")]
    Pwsh,
    /// elvish.
    Elvish,
    /// nushell.
    #[value(alias = "nushell")]
    Nu,
}

/// `goward man`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward man | man -l -
  goward man install | man -l -")]
pub struct ManArgs {
    /// The command whose page it is; without it, goward's own page.
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// The command tree, for help, completions, the man page and the reference.
pub fn command() -> clap::Command {
    Cli::command()
}

/// What a program can be run under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunRequest {
    /// A release.
    Release(Request),
    /// A registered installation: the one at this path, or the only one, or the one on `PATH`.
    System(Option<PathBuf>),
}

fn run_request(text: &str) -> Result<RunRequest, String> {
    match text.strip_prefix("system") {
        Some("") => Ok(RunRequest::System(None)),
        Some(rest) if rest.starts_with(':') => Ok(RunRequest::System(Some(PathBuf::from(&rest[1..])))),
        _ => request(text).map(RunRequest::Release),
    }
}

fn request(text: &str) -> Result<Request, String> {
    text.parse::<Request>().map_err(|error| with_hints(&error))
}

fn pin_file(text: &str) -> Result<FileName, String> {
    let kinds = [PinKind::GoVersion, PinKind::ToolVersions, PinKind::Mise, PinKind::Proto];
    let mut names = kinds.iter().flat_map(|kind| kind.files().iter().copied());
    names.clone().find(|name| name.as_str() == text).ok_or_else(|| {
        let all: Vec<&str> = names.by_ref().map(FileName::as_str).collect();
        format!("one of {} is expected", all.join(", "))
    })
}

fn platform(text: &str) -> Result<Platform, String> {
    let (os, arch) = text.split_once(['/', '-']).ok_or("`OS/ARCH` is expected, as in `linux/arm64`")?;
    Platform::new(os, arch).map_err(|error| with_hints(&error))
}

fn with_hints(error: &dyn diag::Diagnose) -> String {
    let mut text = format!("could not {error}");
    for hint in error.hints().lines() {
        text.push_str(&format!("\n  hint: {hint}"));
    }
    text
}
