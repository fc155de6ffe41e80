//! `goward sandbox`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use release::Request;

use super::time::span;
use crate::candidates;

/// `goward sandbox`
#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SandboxCommand,
}

/// What a sandbox can do.
#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// Run a program of a toolchain, cut off from the network, your files and other processes.
    Run(SandboxRunArgs),
    /// Show what this machine can keep from a program, and why not more.
    Probe(SandboxProbeArgs),
}

/// What a program may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SandboxNetName {
    /// Nothing, not even a port of its own.
    None,
    /// The module proxies of your settings, through a forwarder of goward's that answers GET requests.
    Proxy,
    /// Everything.
    Open,
}

/// `goward sandbox run`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward sandbox run -- go test ./...
  goward sandbox run 1.27 --memory 2GiB --time 10m -- go test -race ./...
  goward sandbox run --write bin -- go build -o bin ./...
  goward sandbox run --net proxy -- go vet ./...

The program reads the toolchain, the project, your module cache and the system's own folders; it writes
to a private /tmp, which goes with it. Everything else is not there. If this machine can keep less from
the program than was asked for, it does not start (exit code 6), unless you say --best-effort.")]
pub struct SandboxRunArgs {
    /// Which toolchain; without it, what this folder asks for.
    #[arg(value_name = "REQUEST", value_parser = super::request, add = candidates::releases())]
    pub request: Option<Request>,
    /// What the program may reach, by default what `sandbox.net` says.
    #[arg(long, value_name = "NET")]
    pub net: Option<SandboxNetName>,
    /// A folder or file that the program may write; its `.git` stays as it is.
    #[arg(long, value_name = "DIR")]
    pub write: Vec<PathBuf>,
    /// A folder or file that the program may read, too.
    #[arg(long, value_name = "DIR")]
    pub read: Vec<PathBuf>,
    /// A variable of yours that the program gets, beside those that say how to build.
    #[arg(long, value_name = "NAME")]
    pub env: Vec<String>,
    /// The most memory, temporary files included: `512MiB`, `2GiB`.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// The most processes and threads at once.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=4_194_304))]
    pub processes: Option<u64>,
    /// The longest time: `30s`, `10m`.
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub time: Option<Duration>,
    /// Run the program even if this machine can keep less from it.
    #[arg(long)]
    pub best_effort: bool,
    /// Show each mechanism, what it keeps away, and what the program sees, before the program starts.
    #[arg(long)]
    pub explain: bool,
    /// The program and its arguments, after `--`.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// `goward sandbox probe`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward sandbox probe
  goward sandbox probe --json

It sets a whole sandbox up and starts nothing in it, so it says what a run would get.")]
pub struct SandboxProbeArgs {
    /// What a program may reach, by default what `sandbox.net` says.
    #[arg(long, value_name = "NET")]
    pub net: Option<SandboxNetName>,
}

/// The smallest memory limit: less than a megabyte does not even start a program.
const MEMORY_BYTES_MIN: u64 = 1 << 20;

/// A number of bytes with its unit.
fn size(text: &str) -> Result<u64, String> {
    let expected = || "a number with its unit is expected, at least `1MiB`: `512MiB`, `2GiB`, `2G`".to_owned();
    let digits = text.find(|char: char| !char.is_ascii_digit()).ok_or_else(expected)?;
    let (number, unit) = text.split_at(digits);
    let unit: u64 = match unit {
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "M" | "MiB" => 1 << 20,
        "G" | "GiB" => 1 << 30,
        _ => return Err(expected()),
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    bytes.filter(|bytes| *bytes >= MEMORY_BYTES_MIN && i64::try_from(*bytes).is_ok()).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [("512MiB", 512 << 20), ("2G", 2 << 30), ("2GB", 2_000_000_000), ("1M", 1 << 20)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "2", "G", "-1G", "1.5G", "2 GiB", "2T", "0G", "99999999999999999999G", "9999999999999G"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
