//! Runs every fuzz target for a while.

use std::process::Command;

use anyhow::{Result, bail};

/// The targets of `fuzz/`.
const TARGETS: [&str; 6] = ["guard", "tar_gz", "zip", "index", "version", "sumdb"];

pub fn run(seconds: u32) -> Result<()> {
    let folder = super::root()?.join("fuzz");
    for target in TARGETS {
        println!("fuzz: {target} for {seconds} s");
        let status = Command::new("cargo")
            .args(["+nightly", "run", "--release", "--bin", target, "--", &format!("-max_total_time={seconds}")])
            .args(["-print_final_stats=1", "-rss_limit_mb=2048", &format!("corpus/{target}")])
            .current_dir(&folder)
            .env(
                "RUSTFLAGS",
                "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                 -Zsanitizer=address --cfg fuzzing -Cdebug-assertions",
            )
            .status()?;
        if !status.success() {
            bail!("the fuzz target {target} found something; see fuzz/artifacts");
        }
    }
    Ok(())
}
