//! Measures how long a supervised program is frozen beyond the time that was asked for.
//!
//! A program is frozen, the time passes, and it is thawed; the system is asked in between and after it whether the program
//! is frozen. The difference of the whole to the time asked for is what goward adds.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use sys::{Guardian, Program, Supervised, SupervisedStart, UserProgram};

/// The time asked for.
const ASKED: Duration = Duration::from_millis(50);

pub fn run(rounds: usize, goward: &Path) -> Result<()> {
    let mut guardian = Guardian::start(&Program::at(goward)?)?;
    let program = UserProgram::new(Program::at("/bin/sleep")?).args(["600"]);
    let mut process = Supervised::start(&SupervisedStart { program: &program, listener: None, lease: None })?;
    let measured = measure(rounds, &mut process, &mut guardian);
    let way = process.freeze_way();
    process.end()?;
    let mut beyond = measured?;
    beyond.sort();
    let at = |share: usize| beyond.get(share.min(beyond.len().saturating_sub(1))).copied().unwrap_or_default();
    println!("| work | asked for | beyond it: median | most | rounds |\n| --- | --- | --- | --- | --- |");
    println!(
        "| freeze to thaw of one process ({way:?}) | {} ms | {:.2} ms | {:.2} ms | {rounds} |",
        ASKED.as_millis(),
        at(beyond.len() / 2).as_secs_f64() * 1e3,
        at(beyond.len()).as_secs_f64() * 1e3,
    );
    Ok(())
}

fn measure(rounds: usize, process: &mut Supervised, guardian: &mut Guardian) -> Result<Vec<Duration>> {
    let is_stopped = |process: &Supervised| sys::process_facts(process.id()).is_some_and(|facts| facts.is_stopped);
    let mut beyond = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        process.freeze(guardian, Duration::from_secs(10))?;
        let was_frozen = is_stopped(process);
        std::thread::sleep(ASKED.saturating_sub(start.elapsed()));
        process.thaw(guardian);
        beyond.push(start.elapsed().saturating_sub(ASKED));
        // The system says so a moment later.
        let thawed = Instant::now();
        while is_stopped(process) && thawed.elapsed() < Duration::from_secs(1) {
            std::thread::yield_now();
        }
        if !was_frozen || is_stopped(process) {
            bail!("the process was not frozen, or not thawed");
        }
    }
    Ok(beyond)
}
