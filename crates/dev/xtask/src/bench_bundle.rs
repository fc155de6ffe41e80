//! Measures an install from a bundle against one from a mirror on loopback, in turn.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use testkit::http::{Response, Server};

use crate::measure::median;

const VERSION: &str = "1.27.3";

pub fn run(runs: usize, program: Option<&Path>) -> Result<()> {
    let root = super::root()?;
    let goward = program.map_or_else(|| root.join("target/release/goward"), PathBuf::from);
    if !goward.is_file() {
        bail!("{} is not there: `cargo build --release -p goward` first", goward.display());
    }
    let scratch = root.join("target").join(format!("goward-bench-bundle-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    let outcome = measure(&goward, &root, &scratch, runs);
    fs::remove_dir_all(&scratch).with_context(|| format!("remove {}", scratch.display()))?;
    outcome
}

fn measure(goward: &Path, root: &Path, scratch: &Path, runs: usize) -> Result<()> {
    let archive = testkit::real::tar_gz(VERSION).map_err(|why| anyhow::anyhow!("no real toolchain: {why}"))?;
    let server = serve(fs::read(archive)?, root.join("crates/core/trust/tests/fixtures/sumdb"));
    let bundle = scratch.join("go.goward");
    let command = |home: &Path| {
        let mut command = Command::new(goward);
        command
            .current_dir(scratch)
            .env("GOWARD_HOME", home)
            .env("GOWARD_SOURCES", "official")
            .env("GOWARD_OFFICIAL_URL", format!("{}/dl/", server.url()))
            .env("GOPROXY", "off")
            .env("GOSUMDB", format!("sum.golang.org {}/sumdb", server.url()))
            .env_remove("GOWARD_CONFIG");
        command
    };
    let start = Instant::now();
    time(command(&scratch.join("maker")).args(["bundle", "create", "--go", VERSION, "-o"]).arg(&bundle))?;
    let made = start.elapsed();
    let (mut mirror, mut bundled) = (Vec::new(), Vec::new());
    // The first pair warms the caches and does not count.
    for round in 0..=runs {
        let one = time(command(&scratch.join(format!("mirror-{round}"))).args(["--quiet", "install", VERSION]))?;
        let home = scratch.join(format!("bundle-{round}"));
        let other = time(command(&home).args(["--quiet", "bundle", "install"]).arg(&bundle))?;
        if round > 0 {
            mirror.push(one);
            bundled.push(other);
        }
    }
    let mut pairs: Vec<f64> = bundled.iter().zip(&mirror).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect();
    pairs.sort_unstable_by(f64::total_cmp);
    println!("| work | from a mirror on loopback | from a bundle | ratio |\n| --- | --- | --- | --- |");
    println!(
        "| install go{VERSION}, disk | {:.2} s | {:.2} s | {:.2}× |",
        median(mirror).as_secs_f64(),
        median(bundled).as_secs_f64(),
        pairs[pairs.len() / 2]
    );
    let bytes = fs::metadata(&bundle)?.len();
    println!("| make that bundle, default level | – | {:.1} s, {:.1} MB | – |", made.as_secs_f64(), bytes as f64 / 1e6);
    Ok(())
}

/// The toolchain with its index, and the checksum database's kept answers for it.
fn serve(archive: Vec<u8>, fixtures: PathBuf) -> Server {
    let archive: std::sync::Arc<[u8]> = archive.into();
    let index = serde_json::json!([{ "version": format!("go{VERSION}"), "stable": true, "files": [{
        "filename": format!("go{VERSION}.linux-amd64.tar.gz"), "os": "linux", "arch": "amd64", "kind": "archive",
        "version": format!("go{VERSION}"), "sha256": testkit::digest::sha256_hex(&archive), "size": archive.len(),
    }] }])
    .to_string();
    Server::start(move |request| match request.path.as_str() {
        "/dl/" => Response::ok(index.clone()).content_type("application/json"),
        path if path.ends_with(".tar.gz") => Response::shared(archive.clone()).with_etag("\"a\""),
        path => match path.strip_prefix("/sumdb/").and_then(|path| fixture(&fixtures, path)) {
            Some(bytes) => Response::ok(bytes),
            None => Response::status(404),
        },
    })
}

/// For a tile at the right edge the widest is kept; a narrower one is its prefix.
fn fixture(folder: &Path, path: &str) -> Option<Vec<u8>> {
    let read = |path: &str| fs::read(folder.join(path.replace('/', "%2F"))).ok();
    read(path).or_else(|| {
        let (tile, width) = path.split_once(".p/")?;
        let width: usize = width.parse().ok()?;
        let wider = (width..256).find_map(|wider| read(&format!("{tile}.p/{wider}"))).or_else(|| read(tile))?;
        Some(wider[..width * 32].to_vec())
    })
}

fn time(command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output()?;
    let wall = start.elapsed();
    if !output.status.success() {
        bail!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(wall)
}
