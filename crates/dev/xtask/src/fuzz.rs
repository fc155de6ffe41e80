//! Runs every fuzz target for a while.

use std::process::Command;

use anyhow::{Result, bail};

/// The targets of `fuzz/`.
const TARGETS: [&str; 8] = ["guard", "tar_gz", "zip", "index", "version", "sumdb", "lock_file", "bundle"];

pub fn run(seconds: u32) -> Result<()> {
    let folder = super::root()?.join("fuzz");
    let host = host()?;
    for target in TARGETS {
        std::fs::create_dir_all(folder.join("corpus").join(target))?;
        println!("fuzz: {target} for {seconds} s");
        let status = Command::new("cargo")
            // With a target of its own the flags below do not reach the compiler's own plug-ins.
            .args(["+nightly", "run", "--release", "--target", &host, "--bin", target, "--"])
            .arg(format!("-max_total_time={seconds}"))
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
            bail!("the fuzz target {target} does not build, or found something (then the input lies in fuzz/)");
        }
    }
    Ok(())
}

/// The compiler's name for this machine.
fn host() -> Result<String> {
    let output = Command::new("rustc").args(["+nightly", "-vV"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match text.lines().find_map(|line| line.strip_prefix("host: ")) {
        Some(host) => Ok(host.to_owned()),
        None => bail!("there is no nightly compiler; `rustup toolchain install nightly` gets one"),
    }
}
