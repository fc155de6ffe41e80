//! Builds every fuzz target once, then runs each for a while, beginning with the hostile input of the test kit.
//!
//! If a nightly compiler is installed, the targets are built with the address sanitizer. Otherwise the project's own
//! compiler builds them without it: an LLVM pass that every compiler has guides libFuzzer, and the faults in question
//! (a panic, a broken promise, an input that never ends) need no sanitizer. The chore prints at its start and at its
//! end which of the two it was.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// The targets of `fuzz/`.
const TARGETS: [&str; 12] = [
    "guard",
    "tar_gz",
    "zip",
    "texts",
    "index",
    "version",
    "lock_file",
    "project_files",
    "shim_table",
    "gate",
    "sumdb",
    "bundle",
];
/// How many of them, from the start, need nothing that takes long to build.
const QUICK: usize = 10;

/// Seconds that one input may take: the slowest honest one takes a tenth.
const INPUT_SECONDS_MAX: u32 = 20;
/// Mebibytes that a target may take: the readers' own bounds are far below.
const MEMORY_MEBIBYTES_MAX: u32 = 2048;
/// Bytes of a first input: larger ones slow the fuzzer down and find nothing more.
const SEED_BYTES_MAX: usize = 128 << 10;

/// Counters at every edge, from the compiler's own passes.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table";

/// Who builds the targets.
struct Compiler {
    /// `+nightly`, or `None` for the project's own.
    toolchain: Option<&'static str>,
    /// The compiler's name for this machine.
    host: String,
}

/// `quick` omits the targets whose crates take most of the time of a build.
pub fn run(seconds: u32, quick: bool) -> Result<()> {
    let compiler = Compiler::find()?;
    println!("fuzz: {}", compiler.told());
    let folder = super::root()?.join("fuzz");
    let start = Instant::now();
    compiler.build(&folder, quick)?;
    let (few, rest) = TARGETS.split_at(QUICK);
    let targets = if quick { few } else { &TARGETS[..] };
    println!("fuzz: {} targets built in {} s", targets.len(), start.elapsed().as_secs());
    for target in targets {
        compiler.fuzz(&folder, target, seconds)?;
    }
    println!("fuzz: {} targets ran for {seconds} s each, and nothing was found; {}", targets.len(), compiler.told());
    if quick {
        println!("fuzz: not built and not run, since it was to be quick: {}", rest.join(", "));
    }
    Ok(())
}

impl Compiler {
    fn find() -> Result<Compiler> {
        for toolchain in [Some("+nightly"), None] {
            let output = Command::new("rustc").args(toolchain).arg("-vV").output();
            let Some(output) = output.ok().filter(|output| output.status.success()) else { continue };
            let text = String::from_utf8_lossy(&output.stdout);
            if let Some(host) = text.lines().find_map(|line| line.strip_prefix("host: ")) {
                return Ok(Compiler { toolchain, host: host.to_owned() });
            }
        }
        bail!("there is no compiler that says what it is")
    }

    fn told(&self) -> &'static str {
        match self.toolchain {
            Some(_) => "built by the nightly compiler, with the address sanitizer",
            None => {
                "built by the project's own compiler, without the address sanitizer, since no nightly is installed \
                 (`rustup toolchain install nightly --profile minimal` gets one)"
            }
        }
    }

    /// The folder of its files: objects of one compiler, with its sanitizer or passes, must not mix with those of
    /// another.
    fn folder(&self) -> &'static str {
        if self.toolchain.is_some() { "nightly" } else { "own" }
    }

    fn build(&self, folder: &Path, quick: bool) -> Result<()> {
        let sanitizer = if self.toolchain.is_some() { "-Zsanitizer=address" } else { "" };
        let status = Command::new("cargo")
            .args(self.toolchain)
            // With a target of its own the flags do not reach the compiler's own plug-ins.
            .args(["build", "--release", "--locked", "--bins", "--target", &self.host])
            .args(if quick { &["--no-default-features", "--features", "run"][..] } else { &[] })
            .current_dir(folder)
            .env("RUSTFLAGS", format!("{COVERAGE} {sanitizer} --cfg fuzzing -Cdebug-assertions"))
            .env("CARGO_TARGET_DIR", folder.join("target").join(self.folder()))
            .status()?;
        if !status.success() {
            bail!("the fuzz targets do not build");
        }
        Ok(())
    }

    fn fuzz(&self, folder: &Path, target: &str, seconds: u32) -> Result<()> {
        let corpus = folder.join("corpus").join(target);
        let artifacts = folder.join("artifacts").join(target);
        std::fs::create_dir_all(&corpus)?;
        std::fs::create_dir_all(&artifacts)?;
        for (name, bytes) in testkit::hostile::seeds(target) {
            if bytes.len() <= SEED_BYTES_MAX {
                std::fs::write(corpus.join(name), bytes)?;
            }
        }
        let built = folder.join("target").join(self.folder());
        let output = Command::new(built.join(&self.host).join("release").join(target))
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
            .arg(format!("-rss_limit_mb={MEMORY_MEBIBYTES_MAX}"))
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .arg("-print_final_stats=1")
            .arg(&corpus)
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("the fuzz target {target} does not start"))?;
        if !output.status.success() {
            eprint!("{}", tail(&output));
            bail!("the fuzz target {target} has found something; the input lies in {}", artifacts.display());
        }
        println!("fuzz: {target}: {}", summary(&output));
        Ok(())
    }
}

/// The end of a target's output: the panic, the stack, the input's path.
fn tail(output: &Output) -> String {
    const LINES_MAX: usize = 80;
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES_MAX)..].iter().map(|line| format!("  {line}\n")).collect()
}

/// The number of runs and the coverage.
fn summary(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let stat = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?");
        line.trim_start_matches(':').trim().to_owned()
    };
    let covered = text.lines().rev().find_map(|line| line.split(" cov: ").nth(1)?.split(' ').next()).unwrap_or("?");
    format!("{} inputs, {covered} edges", stat("stat::number_of_executed_units"))
}
