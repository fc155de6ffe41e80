#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore talks to the real machine and to whoever runs it"
)]
//! The project's own chores: `cargo xtask CHORE`.

mod bench;
mod bench_bundle;
mod bench_daily;
mod bench_freeze;
mod bench_gate;
mod bench_modules;
mod bench_shells;
mod bench_verify;
mod circles;
#[cfg(unix)]
mod cross;
mod elsewhere;
mod files;
mod fuzz;
mod links;
mod measure;
mod promises;
mod reference;
mod tidy;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};

/// The project's own chores.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
enum Chore {
    /// Checks the layers, where paths are built, and that what is left out says why.
    Tidy,
    /// Writes docs/reference.
    Reference {
        /// Compares instead of writing.
        #[arg(long)]
        check: bool,
    },
    /// Measures against the floor and a peer.
    #[command(args_conflicts_with_subcommands = true)]
    Bench {
        /// How many pairs are measured.
        #[arg(long, value_name = "N", default_value_t = 7, conflicts_with = "shims")]
        runs: usize,
        /// Measures the shims alone.
        #[arg(long)]
        shims: bool,
        /// The goward to measure, instead of the release build.
        #[arg(long, value_name = "FILE")]
        goward: Option<PathBuf>,
        #[command(subcommand)]
        other: Option<Bench>,
    },
    /// Measures an install from a bundle against one from a mirror.
    BenchBundle {
        /// The goward to measure, instead of the release build.
        #[arg(long, value_name = "FILE")]
        goward: Option<PathBuf>,
    },
    /// Measures the check of a tree against its floor.
    BenchVerify {
        /// How many pairs are measured.
        #[arg(value_name = "N", default_value_t = 15)]
        runs: usize,
    },
    /// What `bench-verify` starts once it is built with optimisation.
    #[command(hide = true)]
    BenchVerifyOptimised { runs: usize },
    /// Measures the gate over a log, against its floor and `grep`.
    BenchGate {
        /// How many rounds are measured.
        #[arg(value_name = "N", default_value_t = 5)]
        runs: usize,
    },
    /// What `bench-gate` starts once it is built with optimisation.
    #[command(hide = true)]
    BenchGateOptimised { runs: usize },
    /// Builds, lints and runs for Windows (Wine), static Linux, arm64 and macOS.
    #[cfg(unix)]
    Cross(cross::Args),
    /// Builds every fuzz target and runs it.
    Fuzz {
        /// For how long each is run.
        #[arg(long, value_name = "N", default_value_t = 20)]
        seconds: u32,
        /// Leaves out those that take most of the time of a build.
        #[arg(long)]
        quick: bool,
    },
}

#[derive(Subcommand)]
enum Bench {
    /// Measures shell start and prompt hook beside peers.
    Shells,
    /// Measures switches, TAB, `list` and snapshots alone.
    Daily {
        /// The goward to measure, instead of the release build.
        #[arg(long, value_name = "FILE")]
        goward: Option<PathBuf>,
    },
    /// Measures `doctor modules` against `go mod verify`.
    Modules {
        /// How many pairs are measured.
        #[arg(long, value_name = "N", default_value_t = 7)]
        runs: usize,
        /// The goward to measure, instead of the release build.
        #[arg(long, value_name = "FILE")]
        goward: Option<PathBuf>,
    },
    /// Measures how long a supervised program is frozen beyond the time asked for.
    Freeze {
        /// How many rounds are measured.
        #[arg(value_name = "N", default_value_t = 50)]
        rounds: usize,
        /// The goward that guards, instead of the release build.
        #[arg(long, value_name = "FILE")]
        goward: Option<PathBuf>,
    },
}

fn main() -> Result<()> {
    match Chore::parse() {
        Chore::Tidy => tidy::run(),
        Chore::Reference { check } => reference::run(check),
        Chore::Bench { other: Some(Bench::Shells), .. } => bench_shells::run(200),
        Chore::Bench { other: Some(Bench::Daily { goward }), .. } => bench::run_daily(goward.as_deref()),
        Chore::Bench { other: Some(Bench::Freeze { rounds, goward }), .. } => {
            bench_freeze::run(rounds, &bench::given_or_built(goward.as_deref(), &root()?)?)
        }
        Chore::Bench { other: Some(Bench::Modules { runs, goward }), .. } => {
            bench_modules::run(runs, &bench::given_or_built(goward.as_deref(), &root()?)?)
        }
        Chore::Bench { shims: true, goward, .. } => bench::run_shims(goward.as_deref()),
        Chore::Bench { runs, goward, .. } => bench::run(runs, goward.as_deref()),
        Chore::BenchBundle { goward } => bench_bundle::run(5, goward.as_deref()),
        Chore::BenchGate { runs } => bench_gate::run(runs),
        Chore::BenchGateOptimised { runs } => bench_gate::run_optimised(runs),
        Chore::BenchVerify { runs } => bench_verify::run(runs),
        Chore::BenchVerifyOptimised { runs } => bench_verify::run_optimised(runs),
        #[cfg(unix)]
        Chore::Cross(args) => cross::run(&args),
        Chore::Fuzz { seconds, quick } => fuzz::run(seconds, quick),
    }
}

/// The root of the workspace.
fn root() -> Result<PathBuf> {
    let manifest = env!("CARGO_MANIFEST_DIR");
    match std::path::Path::new(manifest).ancestors().nth(3) {
        Some(root) => Ok(root.to_owned()),
        None => bail!("{manifest} is not three folders below a workspace"),
    }
}
