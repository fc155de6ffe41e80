//! A supervised program on Windows: a job, which the system ends with this process.
//!
//! There are no signals, so the program cannot be asked to end: a restart ends it at once. Ctrl-C goes to all programs of
//! the console, and so to it.

use std::io;
use std::process::Child;
use std::time::Duration;

use super::listener::VARIABLES;
use super::signals::PassedOn;
use super::{ChildState, Foreground, FreezeWay, Guardian, ProcessSignal, SupervisedStart};
use crate::windows::Job;

/// A supervised program. Dropping it ends it.
#[derive(Debug)]
pub struct Supervised {
    child: Child,
    job: Job,
    is_frozen: bool,
    ended: Option<i32>,
}

impl Supervised {
    /// Starts the program with this process's streams, in a job of its own.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(start: &SupervisedStart<'_>) -> io::Result<Supervised> {
        let mut command = start.program.to_std();
        for name in VARIABLES {
            command.env_remove(name);
        }
        crate::windows::leave_ctrl_c_to_children();
        let job = Job::new();
        let child = job.start(&mut command)?;
        Ok(Supervised { child, job, is_frozen: false, ended: None })
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it would be frozen.
    pub fn freeze_way(&self) -> FreezeWay {
        FreezeWay::Job
    }

    /// The processes that would be frozen.
    pub fn members(&self) -> Vec<u32> {
        self.job.members()
    }

    /// What it does now. Its end is told as often as one asks.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn state(&mut self) -> io::Result<ChildState> {
        if let Some(code) = self.ended {
            return Ok(ChildState::Ended { code });
        }
        let Some(status) = self.child.try_wait()? else { return Ok(ChildState::Running) };
        let code = status.code().unwrap_or(1);
        self.ended = Some(code);
        Ok(ChildState::Ended { code })
    }

    /// There are no signals.
    pub fn signal(&self, _signal: ProcessSignal) {}

    /// A program of Windows cannot be asked: it ends at once.
    pub fn ask_to_end(&self) {
        self.job.end();
    }

    /// The console tells the program itself.
    pub fn pass_on(&self, _signals: &PassedOn, _foreground: Option<&Foreground>) -> Option<i32> {
        None
    }

    /// Nothing stops a program there.
    pub fn stop_with_it(&self, _foreground: Option<&Foreground>) {}

    /// A console has no foreground.
    pub fn lend(&self, _foreground: Option<&Foreground>) {}

    /// Suspends all threads of the job's processes. If this process dies, the system ends them.
    ///
    /// # Errors
    /// When the system refuses; then none is suspended.
    pub fn freeze(&mut self, _guardian: &mut Guardian, _time_max: Duration) -> io::Result<()> {
        if self.ended.is_none() && !self.is_frozen {
            self.job.suspend()?;
            self.is_frozen = true;
        }
        Ok(())
    }

    /// Lets it run again.
    pub fn thaw(&mut self, _guardian: &mut Guardian) {
        if self.is_frozen {
            self.job.resume();
            self.is_frozen = false;
        }
    }

    /// Whether it is frozen.
    pub fn is_frozen(&self) -> bool {
        self.is_frozen
    }

    /// Ends it and all processes of its job at once. Returns its exit code.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn end(&mut self) -> io::Result<i32> {
        if let Some(code) = self.ended {
            return Ok(code);
        }
        self.job.end();
        let _ = self.child.kill();
        let code = self.child.wait()?.code().unwrap_or(1);
        self.ended = Some(code);
        Ok(code)
    }

    /// Whether it has ended by itself; what it has left in its job is ended, too.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn has_ended_then_end_group(&mut self) -> io::Result<bool> {
        let has_ended = matches!(self.state()?, ChildState::Ended { .. });
        if has_ended {
            self.job.end();
        }
        Ok(has_ended)
    }
}
