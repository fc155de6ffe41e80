//! Measures goward against a floor and a peer, side by side in one run.
//!
//! Medians of pairs taken in turn, so that a machine that slows down slows both. Every run works in
//! a fresh folder; removals come at the end, since removing a large tree makes ext4 slow for minutes.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use testkit::http::{Response, Server};

const VERSION: &str = "1.22.10";

/// One measured run of a command.
#[derive(Clone, Copy)]
struct Measured {
    wall: Duration,
    peak_kib: u64,
}

pub fn run(runs: usize) -> Result<()> {
    let root = super::root()?;
    build(&root)?;
    let goward = root.join("target/release/goward");
    let archive = testkit::real::tar_gz(VERSION).map_err(|why| anyhow::anyhow!("no real toolchain: {why}"))?;
    let upstream = upstream(&archive)?;
    println!("| work | floor or peer | goward | ratio |\n| --- | --- | --- | --- |");
    for (place, folder) in [("tmpfs", PathBuf::from("/dev/shm")), ("disk", root.join("target"))] {
        let scratch = folder.join(format!("goward-bench-{}", std::process::id()));
        fs::create_dir_all(&scratch)?;
        let outcome = install(&goward, &upstream, &scratch, place, runs);
        fs::remove_dir_all(&scratch).with_context(|| format!("remove {}", scratch.display()))?;
        outcome?;
    }
    let scratch = root.join("target").join(format!("goward-bench-run-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    let outcome = start(&goward, &upstream, &scratch);
    fs::remove_dir_all(&scratch)?;
    outcome?;
    let size = fs::metadata(&goward)?.len();
    println!("| size of the program | – | {:.1} MB | – |", size as f64 / 1e6);
    Ok(())
}

fn build(root: &Path) -> Result<()> {
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--package", "goward"])
        .current_dir(root)
        .status()?;
    if !status.success() {
        bail!("goward does not build");
    }
    Ok(())
}

/// The archive with an index, as the official source serves them.
fn upstream(archive: &Path) -> Result<Server> {
    let bytes: Arc<[u8]> = fs::read(archive)?.into();
    let name = format!("go{VERSION}.linux-amd64.tar.gz");
    let index = serde_json::json!([{
        "version": format!("go{VERSION}"), "stable": true, "files": [{
            "filename": name, "os": "linux", "arch": "amd64", "version": format!("go{VERSION}"),
            "sha256": testkit::digest::sha256_hex(&bytes), "size": bytes.len(), "kind": "archive",
        }],
    }]);
    let index = index.to_string();
    Ok(Server::start(move |request| match request.path.as_str() {
        "/dl/" => Response::ok(index.clone()).content_type("application/json"),
        path if path.ends_with(&name) => Response { body: bytes.clone(), ..Response::ok("") }.with_etag("\"a\""),
        _ => Response::status(404),
    }))
}

fn install(goward: &Path, upstream: &Server, scratch: &Path, place: &str, runs: usize) -> Result<()> {
    let address = format!("{}/dl/", upstream.url());
    let archive = format!("{address}go{VERSION}.linux-amd64.tar.gz");
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    // The first pair warms the caches and does not count.
    for round in 0..=runs {
        let peer = scratch.join(format!("peer-{round}"));
        fs::create_dir(&peer)?;
        let mut command = Command::new("sh");
        command.args(["-c", "curl -sSf \"$0\" | tar -xzf - -C \"$1\"", &archive]).arg(&peer);
        let peer = measure(&mut command)?;
        let home = scratch.join(format!("home-{round}"));
        let goward = measure(&mut install_command(goward, &address, &home))?;
        if round > 0 {
            theirs.push(peer);
            ours.push(goward);
        }
    }
    let pairs: Vec<f64> = ours.iter().zip(&theirs).map(|(a, b)| a.wall.as_secs_f64() / b.wall.as_secs_f64()).collect();
    println!(
        "| install go{VERSION} from loopback, {place} | `curl \\| tar -xz` {} | {} | {:.2}× |",
        shown(median(theirs.iter().map(|run| run.wall))),
        shown(median(ours.iter().map(|run| run.wall))),
        middle(pairs)
    );
    let peak = ours.iter().map(|run| run.peak_kib).max().unwrap_or(0);
    println!("| peak memory of that, {place} | 100 MiB allowed | {:.0} MiB | – |", peak as f64 / 1024.0);
    if place == "tmpfs" {
        system_calls(goward, &address, &scratch.join("home-traced"))?;
    }
    Ok(())
}

fn install_command(goward: &Path, address: &str, home: &Path) -> Command {
    let mut command = Command::new(goward);
    command
        .args(["--quiet", "install", VERSION])
        .env("GOWARD_HOME", home)
        .env("GOWARD_OFFICIAL_URL", address)
        .env("GOWARD_SOURCES", "official")
        .env_remove("GOWARD_CONFIG");
    command
}

/// Counts the system calls of one install, where `strace` is there.
fn system_calls(goward: &Path, address: &str, home: &Path) -> Result<()> {
    let report = home.with_extension("strace");
    let install = install_command(goward, address, home);
    let mut command = Command::new("strace");
    command.args(["-f", "-c", "-o"]).arg(&report).arg(install.get_program()).args(install.get_args());
    for (name, value) in install.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    match command.stdout(Stdio::null()).stderr(Stdio::null()).status() {
        Ok(status) if status.success() => {}
        Ok(status) => bail!("strace ended with {status}"),
        Err(error) => {
            println!("| system calls of that | – | not counted: strace: {error} | – |");
            return Ok(());
        }
    }
    let text = fs::read_to_string(&report)?;
    let mut rows: Vec<(u64, &str)> = text
        .lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            Some((words.get(3)?.parse().ok()?, *words.last()?))
        })
        .filter(|(_, name)| *name != "total")
        .collect();
    rows.sort_unstable_by(|a, b| b.cmp(a));
    let total: u64 = rows.iter().map(|(count, _)| count).sum();
    let top: Vec<String> = rows.iter().take(7).map(|(count, name)| format!("{name} {count}")).collect();
    println!("| system calls of that | – | {total}: {} | – |", top.join(", "));
    Ok(())
}

/// The cost of a start, of `goward run`, and of calling go directly.
fn start(goward: &Path, upstream: &Server, scratch: &Path) -> Result<()> {
    const RUNS: usize = 101;
    let home = scratch.join("home");
    let address = format!("{}/dl/", upstream.url());
    measure(&mut install_command(goward, &address, &home))?;
    let go = home.join(format!("toolchains/go{VERSION}.linux-amd64/bin/go"));
    let mut version = Vec::new();
    let mut direct = Vec::new();
    let mut through = Vec::new();
    for _ in 0..RUNS {
        version.push(time(Command::new(goward).arg("--version"))?);
        direct.push(time(Command::new(&go).arg("version").current_dir(scratch))?);
        let mut run = Command::new(goward);
        run.args(["run", VERSION, "--", "go", "version"]).env("GOWARD_HOME", &home).current_dir(scratch);
        through.push(time(&mut run)?);
    }
    println!("| `goward --version` | 5 ms allowed | {} | – |", shown(median(version)));
    let over: Vec<f64> = through.iter().zip(&direct).map(|(a, b)| a.as_secs_f64() - b.as_secs_f64()).collect();
    println!(
        "| `goward run {VERSION} -- go version` | direct {} | {} | +{:.1} ms |",
        shown(median(direct)),
        shown(median(through)),
        middle(over) * 1000.0
    );
    Ok(())
}

fn time(command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let wall = start.elapsed();
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(wall)
}

/// Runs a command to its end, looking at its peak memory (`VmHWM`) while it lives.
fn measure(command: &mut Command) -> Result<Measured> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak_kib = kib.unwrap_or(0).max(peak_kib);
        std::thread::sleep(Duration::from_millis(2));
    };
    let wall = start.elapsed();
    if !ended.success() {
        let mut words = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            stderr.read_to_string(&mut words)?;
        }
        bail!("{command:?} ended with {ended}: {words}");
    }
    Ok(Measured { wall, peak_kib })
}

fn median(values: impl IntoIterator<Item = Duration>) -> Duration {
    let mut values: Vec<Duration> = values.into_iter().collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn shown(duration: Duration) -> String {
    if duration < Duration::from_millis(100) {
        format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
    } else {
        format!("{:.2} s", duration.as_secs_f64())
    }
}
