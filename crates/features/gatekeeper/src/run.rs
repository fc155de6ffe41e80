//! Runs a program before the gate, or reads a log that is there already.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use context::Ctx;
use gate::{Decision, End, Exit, Judge, OomKills, Report, Rules, Stream};
use sys::{Clock, Foreign, Moment, Observer, OutputStream, UserProgram};

use crate::error::GateError;

/// Bytes of a log that are read at once.
const READ_BYTES: usize = 256 << 10;

/// How a program is judged.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The stage of the work.
    pub stage: Option<String>,
    /// Where a copy of the output goes: both streams, as they arrive.
    pub copy: Option<PathBuf>,
}

/// A program that has run before the gate.
#[derive(Debug)]
pub struct Ran {
    /// The verdict.
    pub report: Report,
    /// The program's exit code; 128 and the signal's number if a signal ended it.
    pub code: i32,
    /// What went wrong beside the program: the copy, a stream that was held open. For people.
    pub remarks: Vec<String>,
}

/// A log.
#[derive(Debug, Clone, Copy)]
pub enum LogSource<'a> {
    /// A file. Its lines have no times, so only its last lines count.
    File(&'a Path),
    /// Standard input, whose lines have the time at which they arrive.
    Stdin,
}

/// Sees the output: judges it, and copies it.
struct Watch {
    clock: Clock,
    start: Moment,
    state: Mutex<State>,
}

struct State {
    judge: Judge,
    /// A decision that has not been told.
    decision: Option<Decision>,
    copy: Option<sys::File>,
    copy_error: Option<std::io::Error>,
}

impl Watch {
    /// A panic under the lock would be one of the judge, whose state is then what it was before the chunk.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn elapsed(&self) -> Duration {
        self.clock.since(self.start)
    }
}

impl Observer for Watch {
    fn output(&self, stream: OutputStream, bytes: &[u8]) -> bool {
        let at = self.elapsed();
        let mut state = self.state();
        if let Some(copy) = &mut state.copy
            && let Err(error) = copy.write_all(bytes)
        {
            (state.copy, state.copy_error) = (None, Some(error));
        }
        let stream = match stream {
            OutputStream::Stdout => Stream::Output,
            OutputStream::Stderr => Stream::Error,
        };
        match state.judge.feed(stream, bytes, at) {
            Some(decision) => {
                state.decision = Some(decision);
                true
            }
            None => false,
        }
    }
}

/// Runs the user's program to its end. `decided` hears of a decision that the output alone makes, within milliseconds and
/// while the program runs on.
///
/// # Errors
/// When the program cannot be started, or the copy not be made: then nothing has run.
pub fn run(
    ctx: &Ctx,
    program: &UserProgram,
    trial: &Trial,
    decided: &mut dyn FnMut(&Decision),
) -> Result<Ran, GateError> {
    let copy = trial.copy.as_deref().map(|path| new_copy(ctx, path)).transpose()?;
    let clock = ctx.sys.clock().clone();
    let judge = Judge::new(trial.rules.clone(), trial.stage.as_deref()).with_log();
    let start = clock.moment();
    let state = Mutex::new(State { judge, decision: None, copy, copy_error: None });
    let watch = Arc::new(Watch { clock, start, state });
    let observer: Arc<dyn Observer> = watch.clone();
    let mut turn = || {
        let decision = watch.state().decision.take();
        if let Some(decision) = decision {
            decided(&decision);
        }
    };
    let ended = ctx.sys.process().observe(program, &observer, &mut turn).map_err(GateError::Run)?;
    let at = watch.elapsed();
    let mut state = watch.state();
    let oom_kills = ended.oom_kills.map_or(OomKills::Unknown, OomKills::Count);
    let report = state.judge.finish(&End { exit: Exit::Code(ended.code), oom_kills, at });
    let mut remarks = Vec::new();
    if let (Some(error), Some(path)) = (&state.copy_error, &trial.copy) {
        remarks.push(format!("the copy of the output in `{}` is not whole: {error}", path.display()));
    }
    if let Some(error) = &ended.output_error {
        remarks.push(format!("output could not be passed on: {error}"));
    }
    if ended.is_held_open {
        let line = "a process that the program left behind still writes; its output was not judged";
        remarks.push(line.to_owned());
    }
    if let Some(kills) = ended.oom_kills.filter(|kills| *kills > 0) {
        remarks
            .push(format!("the kernel killed processes of this control group for lack of memory meanwhile: {kills}"));
    }
    Ok(Ran { report, code: ended.code, remarks })
}

/// The verdict about a program that could not be started: its exit code is the shells' (126 or 127), and it wrote nothing.
pub fn judge_unstarted(trial: &Trial, code: i32) -> Report {
    let mut judge = Judge::new(trial.rules.clone(), trial.stage.as_deref());
    judge.finish(&End { exit: Exit::Code(code), oom_kills: OomKills::Unknown, at: Duration::ZERO })
}

/// The verdict about a program that has ended, from its exit code and its log.
///
/// # Errors
/// When the log cannot be read.
pub fn judge_log(ctx: &Ctx, trial: &Trial, exit: Exit, log: Option<LogSource<'_>>) -> Result<Report, GateError> {
    let mut judge = Judge::new(trial.rules.clone(), trial.stage.as_deref());
    let clock = ctx.sys.clock();
    let start = clock.moment();
    match log {
        None => {}
        Some(LogSource::File(path)) => {
            let path = ctx.sys.env().folder().join(path);
            let failed = |cause| GateError::Log { path: path.clone(), cause };
            let (file, _) = ctx.sys.fs().open_foreign(&path, &Foreign::at_most(u64::MAX)).map_err(failed)?;
            judge = feed(judge.with_log(), file, &|| Duration::ZERO).map_err(failed)?;
        }
        Some(LogSource::Stdin) => {
            let failed = |cause| GateError::Log { path: PathBuf::from("-"), cause };
            judge = feed(judge.with_log(), std::io::stdin().lock(), &|| clock.since(start)).map_err(failed)?;
        }
    }
    let at = match log {
        Some(LogSource::Stdin) => clock.since(start),
        _ => Duration::ZERO,
    };
    Ok(judge.finish(&End { exit, oom_kills: OomKills::Unknown, at }))
}

fn feed(mut judge: Judge, mut log: impl Read, now: &dyn Fn() -> Duration) -> std::io::Result<Judge> {
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match log.read(&mut buffer) {
            Ok(0) => return Ok(judge),
            Ok(read) => {
                judge.feed(Stream::Output, buffer.get(..read).unwrap_or_default(), now());
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A new file of the user's own; one that is there is emptied.
fn new_copy(ctx: &Ctx, path: &Path) -> Result<sys::File, GateError> {
    let path = ctx.sys.env().folder().join(path);
    let failed = |cause| GateError::Write { path: path.clone(), cause };
    let fs = ctx.sys.fs();
    let is_new = fs.look(&path).map_err(failed)?.is_none();
    let file = fs.create(&path).map_err(failed)?;
    if is_new {
        fs.give_users_mode(&path, 0o666).map_err(failed)?;
    }
    Ok(file)
}
