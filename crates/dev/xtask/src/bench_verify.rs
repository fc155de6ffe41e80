//! Measures the check of a whole tree against reading and hashing the same files in a plain loop of two threads.
//!
//! Both run in this process, in turn, on the same tree with a warm cache, so that a machine that slows down slows both.
//! The loop is the lower bound: it knows the paths, searches for no extra files, and compares nothing.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use archive::{FileRecord, Manifest};
use sha2::{Digest, Sha256};

const VERSION: &str = "1.22.10";
pub(crate) const LOOP_THREADS: usize = 2;
const LOOP_BYTES: usize = 256 << 10;

/// Runs the measurement in a process with optimised crates of goward: the profile for tests does not optimise them.
pub fn run(runs: usize) -> Result<()> {
    crate::measure::optimised("bench-verify-optimised", runs)
}

pub fn run_optimised(runs: usize) -> Result<()> {
    let tree = testkit::real::toolchain(VERSION).map_err(|why| anyhow::anyhow!("no real toolchain: {why}"))?;
    let manifest = Manifest::new(listed(&tree)?);
    let sys = sys::Sys::real();
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    // The first pair warms the cache and does not count.
    for round in 0..=runs {
        let start = Instant::now();
        let sum = plain(&tree, &manifest)?;
        let plain = start.elapsed();
        let start = Instant::now();
        let found = verify::compare(&sys, &tree, &manifest, &diag::Silent)?;
        let checked = start.elapsed();
        if !found.is_whole() || sum == 0 {
            bail!("{} is not as it was listed", tree.display());
        }
        if round > 0 {
            floor.push(plain);
            ours.push(checked);
        }
    }
    let mut pairs: Vec<f64> = ours.iter().zip(&floor).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect();
    pairs.sort_unstable_by(f64::total_cmp);
    println!("| work | floor | goward | ratio |\n| --- | --- | --- | --- |");
    println!(
        "| check {} files, {:.0} MB | read and hash with {LOOP_THREADS} threads {:.0} ms | {:.0} ms | {:.2}× |",
        manifest.files.len(),
        manifest.bytes_total() as f64 / 1e6,
        milliseconds(floor),
        milliseconds(ours),
        pairs[pairs.len() / 2],
    );
    let mut h1 = Vec::new();
    for _ in 0..=runs {
        let start = Instant::now();
        let files = manifest.files.iter().map(|file| (file.path.as_str(), &file.sha256));
        trust::toolchain_h1(&format!("go{VERSION}.linux-amd64"), files)?;
        h1.push(start.elapsed());
    }
    println!("| h1 of that list, with the papers filled in | – | {:.1} ms | – |", milliseconds(h1));
    Ok(())
}

fn milliseconds(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

pub(crate) fn listed(tree: &Path) -> Result<Vec<FileRecord>> {
    use std::os::unix::fs::PermissionsExt;
    let files = testkit::walk(tree)?.into_iter().filter(|(_, meta)| !meta.is_dir());
    let record = |(path, meta): (PathBuf, std::fs::Metadata)| {
        let bytes = std::fs::read(&path)?;
        Ok(FileRecord {
            path: path.strip_prefix(tree)?.to_string_lossy().into_owned(),
            bytes: bytes.len() as u64,
            executable: meta.permissions().mode() & 0o111 != 0,
            sha256: release::Digest::of(&bytes),
        })
    };
    files.map(record).collect()
}

/// The lower bound: reads and hashes every file, and nothing else.
pub(crate) fn plain(tree: &Path, manifest: &Manifest) -> Result<u64> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<u64> {
        let (mut buffer, mut sum) = (vec![0; LOOP_BYTES], 0);
        while let Some(file) = manifest.files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut input = File::open(tree.join(&file.path))?;
            let mut hasher = Sha256::new();
            loop {
                let read = input.read(&mut buffer)?;
                if read == 0 {
                    break;
                }
                hasher.update(&buffer[..read]);
            }
            sum += u64::from(hasher.finalize()[0]);
        }
        Ok(sum)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..LOOP_THREADS).map(|_| scope.spawn(work)).collect();
        let mut sum = 0;
        for thread in threads {
            sum += thread.join().map_err(|_| anyhow::anyhow!("a thread of the floor panicked"))??;
        }
        Ok(sum)
    })
}
