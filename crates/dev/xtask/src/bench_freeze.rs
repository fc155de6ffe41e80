//! Measures how long a supervised program is frozen beyond the time that was asked for.
//!
//! A program is frozen, the time passes, and it is thawed; the system is asked in between and after it whether the program
//! is frozen. The difference of the whole to the time asked for is what goward adds to the floor: a plain sleep of the same
//! time, which wakes late on a machine with work to do. Both run in turn.

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
    let (floor, beyond) = measured?;
    println!("| work | asked for | beyond it: median | most | rounds |\n| --- | --- | --- | --- | --- |");
    row("floor: a plain sleep", rounds, floor);
    row(&format!("freeze to thaw of one process ({way:?})"), rounds, beyond);
    Ok(())
}

fn row(work: &str, rounds: usize, mut beyond: Vec<Duration>) {
    beyond.sort();
    let at = |place: usize| beyond.get(place).copied().unwrap_or_default().as_secs_f64() * 1e3;
    let (median, most) = (at(beyond.len() / 2), at(beyond.len().saturating_sub(1)));
    println!("| {work} | {} ms | {median:.2} ms | {most:.2} ms | {rounds} |", ASKED.as_millis());
}

fn measure(rounds: usize, process: &mut Supervised, guardian: &mut Guardian) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let is_stopped = |process: &Supervised| sys::process_facts(process.id()).is_some_and(|facts| facts.is_stopped);
    let (mut floor, mut beyond) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let start = Instant::now();
        std::thread::sleep(ASKED);
        floor.push(start.elapsed().saturating_sub(ASKED));
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
    Ok((floor, beyond))
}
