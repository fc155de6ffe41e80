//! What every measurement needs: a command's time, the middle of several, the way they are printed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Runs a measurement of this program again, in a process with optimised crates of goward: the profile for tests does not
/// optimise them.
pub(crate) fn optimised(chore: &str, runs: usize) -> Result<()> {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--package", "xtask", "--", chore]).arg(runs.to_string());
    command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "3");
    let status = command.current_dir(super::root()?).status()?;
    if !status.success() {
        bail!("the measurement ended with {status}");
    }
    Ok(())
}

pub(crate) fn install_command(goward: &Path, address: &str, home: &Path, version: &str) -> Command {
    let mut command = Command::new(goward);
    command
        .args(["--quiet", "install", version])
        .env("GOWARD_HOME", home)
        .env("GOWARD_OFFICIAL_URL", address)
        .env("GOWARD_SOURCES", "official")
        .env_remove("GOWARD_CONFIG");
    command
}

pub(crate) fn time(command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let wall = start.elapsed();
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(wall)
}

pub(crate) fn median(values: impl IntoIterator<Item = Duration>) -> Duration {
    let mut values: Vec<Duration> = values.into_iter().collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

pub(crate) fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

pub(crate) fn shown(duration: Duration) -> String {
    if duration < Duration::from_millis(100) {
        format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
    } else {
        format!("{:.2} s", duration.as_secs_f64())
    }
}
