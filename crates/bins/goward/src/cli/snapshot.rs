//! What can be typed about snapshots.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use release::Request;
use snapshot::{Ignored, Ttl};

use super::request;
use crate::candidates;

/// `goward snapshot`
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SnapshotCommand,
}

/// What can be done with snapshots.
#[derive(Debug, Subcommand)]
pub enum SnapshotCommand {
    /// Record what this machine's Go is now.
    Create(SnapshotCreateArgs),
    /// List the snapshots.
    #[command(alias = "ls")]
    List(SnapshotListArgs),
    /// Print a snapshot.
    Show(SnapshotShowArgs),
    /// Compare two snapshots; exit code 9 if they differ.
    Diff(SnapshotDiffArgs),
    /// Check that snapshots, and the toolchains that they name, are as recorded.
    Verify(SnapshotVerifyArgs),
    /// Bring the default, pins and settings back, as one change.
    Restore(SnapshotRestoreArgs),
    /// Keep a snapshot from expiring.
    Protect(SnapshotProtectArgs),
    /// Delete a snapshot.
    Delete(SnapshotDeleteArgs),
    /// Remove what has expired, and make room on a full disk.
    Prune(SnapshotPruneArgs),
    /// Write the snapshots into your Git repository.
    Push(SnapshotPushArgs),
    /// Take the snapshots of your Git repository.
    Pull(SnapshotPullArgs),
}

/// `goward snapshot create`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward snapshot create                       before an upgrade
  goward snapshot create 1.27 --label release
  goward snapshot create --graph               with the modules of this folder's project
  goward snapshot create --project . -o go.json

The id is LABEL-YYYYMMDD-HHMMSS-CONTEXT. Nothing of the toolchain or the project is run, except that
--graph asks the go command which modules the project uses.")]
pub struct SnapshotCreateArgs {
    /// Which toolchain; without it, the one that runs in this folder.
    #[arg(value_name = "REQUEST", value_parser = request, add = candidates::installed())]
    pub request: Option<Request>,
    /// The label; by default what `git describe` says here, else the toolchain's tag.
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,
    /// Where it is made; by default the CI job and the commit, else `local`.
    #[arg(long, value_name = "TEXT")]
    pub context: Option<String>,
    /// Record this project, too: its pins, its commit, the hashes of its go.mod and go.sum.
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// Record the project's module graph, too; the project is by default this folder's.
    #[arg(long)]
    pub graph: bool,
    /// Never let it expire.
    #[arg(long)]
    pub protect: bool,
    /// How long it is kept: `168h`, `7d`, `forever` (by default `snapshot.ttl`).
    #[arg(long, value_name = "TIME")]
    pub ttl: Option<Ttl>,
    /// Read and hash every file of the toolchain, instead of taking the install's manifest.
    #[arg(long)]
    pub rehash: bool,
    /// Write a copy with the hashes of all files to this file.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Why, for the record.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// `goward snapshot list`
#[derive(Debug, Args)]
pub struct SnapshotListArgs {}

/// The form in which a snapshot is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SnapshotFormat {
    /// For people.
    Text,
    /// The snapshot's file, with all files.
    Json,
    /// The files: `Path,SHA256,LastModified`.
    Csv,
}

/// `goward snapshot show`
#[derive(Debug, Args)]
pub struct SnapshotShowArgs {
    /// Its id, the beginning of it, or a file.
    #[arg(value_name = "ID", add = candidates::snapshots())]
    pub id: String,
    /// The form.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: SnapshotFormat,
}

/// `goward snapshot diff`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward snapshot diff BEFORE AFTER --ignore time
  goward snapshot diff go1.27 other-machine.json --ignore time,host,variables

Ignored can be: time, host, variables, settings, project, generation.")]
pub struct SnapshotDiffArgs {
    /// The first: an id, the beginning of it, or a file.
    #[arg(value_name = "A", add = candidates::snapshots())]
    pub from: String,
    /// The second.
    #[arg(value_name = "B", add = candidates::snapshots())]
    pub to: String,
    /// What does not count.
    #[arg(long, value_name = "PART", value_parser = ignored, value_delimiter = ',')]
    pub ignore: Vec<Ignored>,
}

/// `goward snapshot verify`
#[derive(Debug, Args)]
pub struct SnapshotVerifyArgs {
    /// Its id, or the beginning of it; without it, the newest.
    #[arg(value_name = "ID", add = candidates::snapshots())]
    pub id: Option<String>,
    /// Check all of them.
    #[arg(long, conflicts_with = "id")]
    pub all: bool,
}

/// `goward snapshot restore`
#[derive(Debug, Args)]
pub struct SnapshotRestoreArgs {
    /// Its id, or the beginning of it.
    #[arg(value_name = "ID", add = candidates::snapshots())]
    pub id: String,
    /// Show what would change, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Why, for the history.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// `goward snapshot protect`
#[derive(Debug, Args)]
pub struct SnapshotProtectArgs {
    /// Its id, or the beginning of it.
    #[arg(value_name = "ID", add = candidates::snapshots())]
    pub id: String,
    /// Let it expire again.
    #[arg(long)]
    pub off: bool,
}

/// `goward snapshot delete`
#[derive(Debug, Args)]
pub struct SnapshotDeleteArgs {
    /// Its id, or the beginning of it.
    #[arg(value_name = "ID", add = candidates::snapshots())]
    pub id: String,
}

/// `goward snapshot prune`
#[derive(Debug, Args)]
pub struct SnapshotPruneArgs {
    /// Show what would go, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `goward snapshot push`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward config set snapshot.git ~/infra/snapshots
  goward snapshot push

Each snapshot is one file that never changes, so nothing conflicts. goward commits these files alone,
and sends the branch if it follows one of a remote repository (not with --offline).")]
pub struct SnapshotPushArgs {
    /// Only this one.
    #[arg(value_name = "ID", add = candidates::snapshots())]
    pub id: Option<String>,
}

/// `goward snapshot pull`
#[derive(Debug, Args)]
pub struct SnapshotPullArgs {}

fn ignored(text: &str) -> Result<Ignored, String> {
    let words = || Ignored::ALL.map(|(word, _)| format!("`{word}`")).join(", ");
    Ignored::named(text).ok_or_else(|| format!("one of {} is expected", words()))
}
