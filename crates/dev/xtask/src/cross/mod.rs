//! Builds, lints and tests goward for other systems than this machine's, as far as possible here.
//!
//! The result for each target is one row of a table that is printed last: what was run, what was only built, what was
//! only checked, and what was not done, with the reason. The table claims only what this run has done. A fault of
//! goward ends with an error; a missing tool of this machine does not, and is a row.
//!
//! It uses the pinned compiler if rustup has its standard library for the target. Otherwise (no rustup, no network,
//! `--compile-library`) it uses Debian's, with a library that is compiled once from the packaged source ([`sysroot`]).
//! All output is below one cache folder (`target/cross`, or `GOWARD_CROSS_CACHE`), keyed by that compiler's version.

mod job;
mod linux;
mod macos;
mod sysroot;
mod test_run;
mod tools;
mod windows;
mod wine;

use std::fmt;
use std::process::Command;

use anyhow::{Result, bail};

use tools::{Compiler, Needed, Tools};

/// What is built, linted and run.
#[derive(clap::Args)]
pub struct Args {
    /// The parts to do [default: all but `job`].
    #[arg(value_name = "PART")]
    parts: Vec<Part>,
    /// Does less.
    #[arg(long)]
    quick: bool,
    /// Installs nothing.
    #[arg(long)]
    no_install: bool,
    /// Takes Debian's compiler, with a library that is compiled here.
    #[arg(long)]
    compile_library: bool,
    /// Optimises the static file as a release is.
    #[arg(long)]
    release_form: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Windows,
    Musl,
    Arm,
    Macos,
    /// A part of `windows` by itself, with the goward.exe that was built last.
    Job,
}

/// The result of one step.
enum Outcome {
    /// Its programs ran, with the expected results.
    Ran(String),
    /// It was built and linked; nothing here can run it.
    Built(String),
    /// It was checked by the compiler and by clippy; nothing was linked.
    Checked(String),
    /// It was not done.
    NotDone(String),
    /// It failed.
    Failed(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, text) = match self {
            Outcome::Ran(text) => ("run", text),
            Outcome::Built(text) => ("built only", text),
            Outcome::Checked(text) => ("checked only", text),
            Outcome::NotDone(text) => ("NOT DONE", text),
            Outcome::Failed(text) => ("FAILED", text),
        };
        write!(f, "{word:<13} {text}")
    }
}

/// The table.
struct Rows {
    rows: Vec<(&'static str, Outcome)>,
}

impl Rows {
    fn add(&mut self, target: &'static str, outcome: Outcome) {
        println!("cross: {target}: {outcome}");
        self.rows.push((target, outcome));
    }

    /// A step whose failure is a fault of goward: one row in both cases.
    fn step(&mut self, target: &'static str, outcome: fn(String) -> Outcome, what: &str, done: Result<String>) -> bool {
        let is_done = done.is_ok();
        self.add(
            target,
            match done {
                Ok(said) if said.is_empty() => outcome(what.to_owned()),
                Ok(said) => outcome(format!("{what}: {said}")),
                Err(error) => Outcome::Failed(format!("{what}: {error:#}")),
            },
        );
        is_done
    }
}

/// The compiler for a target, if all other tools are there too; otherwise a row says so.
fn compiler_for(tools: &Tools, rows: &mut Rows, target: &'static str, needed: &[Needed]) -> Option<Compiler> {
    let compiler = tools.compiler(target).and_then(|compiler| tools.lacks(needed).map_or(Ok(compiler), Err));
    compiler.map_err(|lack| rows.add(target, Outcome::NotDone(lack))).ok()
}

/// Refuses warnings, in tests too; returns in words what it checks.
fn lint(clippy: &mut Command) -> &'static str {
    clippy.args(["--all-targets", "--", "-D", "warnings"]);
    "clippy of everything, warnings refused"
}

/// Runs the named parts (all, if none is named).
pub fn run(args: &Args) -> Result<()> {
    let quick = args.quick;
    let tools = Tools::new(!args.no_install, args.compile_library)?;
    let mut rows = Rows { rows: Vec::new() };
    let all = [Part::Windows, Part::Musl, Part::Arm, Part::Macos];
    for part in all.into_iter().filter(|part| args.parts.is_empty() || args.parts.contains(part)) {
        let (target, done) = match part {
            Part::Windows => (wine::TARGET, windows::run(&tools, &mut rows, quick)),
            Part::Musl => (linux::MUSL, linux::musl(&tools, &mut rows, args.release_form)),
            Part::Arm if quick => {
                rows.add(linux::ARM, Outcome::NotDone("left out (--quick)".to_owned()));
                continue;
            }
            Part::Arm => (linux::ARM, linux::arm(&tools, &mut rows)),
            Part::Macos => (macos::TARGET, macos::run(&tools, &mut rows, quick)),
            Part::Job => continue,
        };
        // The failure of one part does not stop the others.
        if let Err(error) = done {
            rows.add(target, Outcome::Failed(format!("the rest of it: {error:#}")));
        }
    }
    if args.parts.contains(&Part::Job) {
        windows::job(&tools, &mut rows)?;
    }
    println!("\nwhat this run has shown:");
    for (target, outcome) in &rows.rows {
        println!("  {target:<28} {outcome}");
    }
    let failed = rows.rows.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_))).count();
    if failed > 0 {
        bail!("{failed} of {} rows failed", rows.rows.len());
    }
    Ok(())
}
