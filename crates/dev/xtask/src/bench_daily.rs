//! Measures what people do many times a day: a TAB, a list, a snapshot; against a start of goward that does nothing, and
//! against reading and hashing the same files.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use testkit::Server;

use crate::bench_verify::{LOOP_THREADS, listed, plain};
use crate::measure::{install_command, median, middle, shown, time};

/// The rows, with one release installed from the server.
pub fn rows(goward: &Path, upstream: &Server, version: &str, scratch: &Path) -> Result<()> {
    let home = scratch.join("daily");
    let address = format!("{}/dl/", upstream.url());
    time(&mut install_command(goward, &address, &home, version))?;
    let command = |words: &[&str]| {
        let mut command = Command::new(goward);
        command.args(words).env("GOWARD_HOME", &home).env("GOWARD_OFFLINE", "1").current_dir(scratch);
        // The disk of whoever measures is not what is measured.
        command.env("GOWARD_SNAPSHOT_DISK_STOP_PERCENT", "101").env("GOWARD_SNAPSHOT_DISK_FREE_PERCENT", "101");
        command
    };
    let tab = || {
        let mut command = command(&["--", "goward", "install", "1."]);
        command.env("GOWARD_COMPLETE", "fish");
        command
    };
    time(&mut command(&["use", version]))?;
    beside_a_start("TAB after `goward install 1.`", 101, &|| command(&["--version"]), &tab)?;
    beside_a_start("`goward list`", 101, &|| command(&["--version"]), &|| command(&["list"]))?;
    let snapshot = || command(&["snapshot", "create", "--label", "bench"]);
    beside_a_start("snapshot from the manifest", 51, &|| command(&["--version"]), &snapshot)?;

    let tree = home.join(format!("toolchains/go{version}.linux-amd64"));
    let manifest = archive::Manifest::new(listed(&tree)?);
    let (mut floor, mut ours) = (Vec::new(), Vec::new());
    for round in 0..=7 {
        let start = Instant::now();
        plain(&tree, &manifest)?;
        let read = start.elapsed();
        let hashed = time(&mut command(&["snapshot", "create", "--rehash", "--label", "bench"]))?;
        // The first pair warms the cache and does not count.
        if round > 0 {
            floor.push(read);
            ours.push(hashed);
        }
    }
    print(
        &format!("snapshot with rehash, {} files", manifest.files.len()),
        &format!("read and hash with {LOOP_THREADS} threads"),
        &floor,
        &ours,
    );
    Ok(())
}

fn beside_a_start(what: &str, runs: usize, idle: &dyn Fn() -> Command, busy: &dyn Fn() -> Command) -> Result<()> {
    let (mut floor, mut ours) = (Vec::new(), Vec::new());
    for round in 0..=runs {
        let (start, whole) = (time(&mut idle())?, time(&mut busy())?);
        if round > 0 {
            floor.push(start);
            ours.push(whole);
        }
    }
    print(what, "a start", &floor, &ours);
    Ok(())
}

fn print(what: &str, of_floor: &str, floor: &[Duration], ours: &[Duration]) {
    let ratio = middle(ours.iter().zip(floor).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect());
    let (floor, ours) = (median(floor.iter().copied()), median(ours.iter().copied()));
    println!("| {what} | {of_floor} {} | {} | {ratio:.2}× |", shown(floor), shown(ours));
}
