//! A supervised program on Unix: a process group of its own, and on Linux a control group where one can be made.

use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

#[cfg(target_os = "linux")]
use super::control_group::ControlGroup;
use super::guardian::Frozen;
use super::listener::VARIABLES;
use super::signals::{self, PassedOn};
use super::{
    ChildState, FREEZE_INTERVAL, FREEZE_TIME_MAX, Foreground, FreezeWay, Guardian, Listener, ProcessSignal,
    SupervisedStart,
};
use crate::process::with_users_mask;

/// How long a program stays stopped that no shell would continue.
const ORPHAN_PAUSE: Duration = Duration::from_millis(100);

/// A supervised program. Dropping it neither ends nor waits for it.
#[derive(Debug)]
pub struct Supervised {
    child: Child,
    group: Pid,
    #[cfg(target_os = "linux")]
    control_group: Option<ControlGroup>,
    is_frozen: bool,
    ended: Option<i32>,
}

impl Supervised {
    /// Starts the program with this process's streams, in a process group of its own.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(start: &SupervisedStart<'_>) -> io::Result<Supervised> {
        let mut command = with_users_mask(command(start));
        command.process_group(0);
        keep_open(&mut command, start);
        #[cfg(target_os = "linux")]
        let control_group = join_control_group(&mut command);
        let child = command.spawn()?;
        let group = Pid::from_child(&child);
        #[cfg(target_os = "linux")]
        let control_group = control_group.filter(|made| made.members().contains(&child.id()));
        Ok(Supervised {
            child,
            group,
            #[cfg(target_os = "linux")]
            control_group,
            is_frozen: false,
            ended: None,
        })
    }

    /// Its number, which is that of its process group.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it would be frozen.
    pub fn freeze_way(&self) -> FreezeWay {
        #[cfg(target_os = "linux")]
        if self.control_group.is_some() {
            return FreezeWay::ControlGroup;
        }
        FreezeWay::StopSignal
    }

    /// The processes that would be frozen, as far as the system tells.
    pub fn members(&self) -> Vec<u32> {
        #[cfg(target_os = "linux")]
        {
            match &self.control_group {
                Some(made) => made.members(),
                None => crate::processes::in_group(self.id()),
            }
        }
        #[cfg(not(target_os = "linux"))]
        vec![self.id()]
    }

    /// What it does now. Its end is told as often as one asks.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn state(&mut self) -> io::Result<ChildState> {
        if let Some(code) = self.ended {
            return Ok(ChildState::Ended { code });
        }
        // Not reaped yet: its number still names the group.
        if self.has(WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)? {
            return Ok(ChildState::Ended { code: self.reap()? });
        }
        let is_stopped = self.has(WaitIdOptions::STOPPED)?;
        Ok(if is_stopped && !self.is_frozen { ChildState::Stopped } else { ChildState::Running })
    }

    fn has(&self, what: WaitIdOptions) -> io::Result<bool> {
        match waitid(WaitId::Pid(self.group), what | WaitIdOptions::NOHANG) {
            Ok(status) => Ok(status.is_some()),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn reap(&mut self) -> io::Result<i32> {
        let status = self.child.wait()?;
        let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
        self.ended = Some(code);
        Ok(code)
    }

    /// Sends a signal to all of its process group. One that has ended gets none.
    pub fn signal(&self, signal: ProcessSignal) {
        self.send(signal.signal);
    }

    fn send(&self, signal: Signal) {
        // After its end the number may be another's.
        if self.ended.is_none() {
            let _ = kill_process_group(self.group, signal);
        }
    }

    /// Asks it to end.
    pub fn ask_to_end(&self) {
        self.send(Signal::TERM);
    }

    /// Passes on what this process was sent. Ctrl-Z also stops this process, until somebody continues both. If the end was
    /// asked for, returns the exit code that shells give that signal.
    pub fn pass_on(&self, signals: &PassedOn, foreground: Option<&Foreground>) -> Option<i32> {
        let mut asked = None;
        for signal in signals.take() {
            self.send(signal);
            asked = asked.or(signals::asks_to_end(signal));
            if signal == Signal::TSTP {
                self.stop_with_it(foreground);
            }
        }
        asked
    }

    /// Stops this process, since its program was stopped, and continues the program when it goes on. A process that no
    /// shell would continue does not stop, and lets its program go on at once.
    pub fn stop_with_it(&self, foreground: Option<&Foreground>) {
        if let Some(foreground) = foreground {
            foreground.take_back();
        }
        if is_orphaned() {
            // A program that is stopped again and again, for a read of a terminal that it has not, costs no processor.
            std::thread::sleep(ORPHAN_PAUSE);
        } else {
            // The handler of SIGTSTP has run; this one cannot be caught, and returns when SIGCONT comes.
            let _ = rustix::process::kill_process(rustix::process::getpid(), Signal::STOP);
        }
        self.lend(foreground);
        self.send(Signal::CONT);
    }

    /// Gives it the terminal's foreground.
    pub fn lend(&self, foreground: Option<&Foreground>) {
        if let Some(foreground) = foreground.filter(|_| self.ended.is_none()) {
            foreground.give(self.group);
            // It may have been stopped for a read before it had the terminal.
            self.send(Signal::CONT);
        }
    }

    /// Freezes it, for at most this time: after it, and if this process dies, the guardian thaws it.
    ///
    /// # Errors
    /// When the guardian has ended, or the system refuses; then it is not frozen.
    pub fn freeze(&mut self, guardian: &mut Guardian, time_max: Duration) -> io::Result<()> {
        if self.ended.is_some() || self.is_frozen {
            return Ok(());
        }
        guardian.freezes(&Frozen { group: self.id(), file: self.freeze_file() }, time_max)?;
        self.is_frozen = true;
        let frozen = self.freeze_now();
        if frozen.is_err() {
            self.thaw(guardian);
        }
        frozen
    }

    #[cfg(target_os = "linux")]
    fn freeze_file(&self) -> Option<&std::path::Path> {
        self.control_group.as_ref().map(ControlGroup::file)
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "the other half of it names its control group")]
    fn freeze_file(&self) -> Option<&std::path::Path> {
        None
    }

    fn freeze_now(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if let Some(made) = &self.control_group {
            return made.freeze();
        }
        kill_process_group(self.group, Signal::STOP)?;
        // It is stopped when the system says so, a moment later.
        let start = Instant::now();
        while !self.has(WaitIdOptions::STOPPED)? && start.elapsed() < FREEZE_TIME_MAX {
            if self.has(WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)? {
                break;
            }
            std::thread::sleep(FREEZE_INTERVAL);
        }
        Ok(())
    }

    /// Lets it run again. It cannot fail while it lives.
    pub fn thaw(&mut self, guardian: &mut Guardian) {
        if !self.is_frozen {
            return;
        }
        #[cfg(target_os = "linux")]
        let is_thawed = self.control_group.as_ref().is_some_and(|made| made.thaw().is_ok());
        #[cfg(not(target_os = "linux"))]
        let is_thawed = false;
        if !is_thawed {
            self.send(Signal::CONT);
        }
        self.is_frozen = false;
        // A guardian that has ended needs not be told.
        let _ = guardian.thawed(self.id());
    }

    /// Whether it is frozen.
    pub fn is_frozen(&self) -> bool {
        self.is_frozen
    }

    /// Ends it and all of its process group at once. Returns its exit code.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn end(&mut self) -> io::Result<i32> {
        match self.ended {
            Some(code) => Ok(code),
            None => {
                self.send(Signal::KILL);
                self.reap()
            }
        }
    }

    /// Whether it has ended by itself; what it has left in its group is ended, too.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn has_ended_then_end_group(&mut self) -> io::Result<bool> {
        if self.ended.is_some() {
            return Ok(true);
        }
        let has_ended = self.has(WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)?;
        if has_ended {
            self.end()?;
        }
        Ok(has_ended)
    }
}

/// The command: the program itself, or goward, which becomes the program once the socket is in its place.
fn command(start: &SupervisedStart<'_>) -> Command {
    use std::os::fd::AsRawFd as _;
    let mut command = match start.listener {
        None => start.program.to_std(),
        Some((listener, goward)) => {
            let program = start.program.to_std();
            let mut command = Command::new(goward.path());
            command.arg(Listener::VERB).arg(listener.socket.as_raw_fd().to_string());
            command.arg(start.program.called()).arg(program.get_program()).args(program.get_args());
            for (name, value) in program.get_envs() {
                match value {
                    Some(value) => command.env(name, value),
                    None => command.env_remove(name),
                };
            }
            command
        }
    };
    // Sockets of whoever started goward are not the program's.
    for name in VARIABLES {
        command.env_remove(name);
    }
    command
}

/// Leaves the socket and the lease open in the program; this process's other programs do not get them.
#[expect(unsafe_code, reason = "what is done between fork and exec can only be said this way")]
fn keep_open(command: &mut Command, start: &SupervisedStart<'_>) {
    use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd};
    let mut numbers = [-1; 2];
    if let Some((listener, _)) = start.listener {
        numbers[0] = listener.socket.as_raw_fd();
    }
    if let Some(lease) = start.lease {
        numbers[1] = lease.file().as_fd().as_raw_fd();
    }
    let keep = move || {
        for number in numbers.into_iter().filter(|number| *number >= 0) {
            // SAFETY: both belong to values that the caller of `start` lends it, and are open until `spawn` returns.
            let file = unsafe { BorrowedFd::borrow_raw(number) };
            rustix::io::fcntl_setfd(file, rustix::io::FdFlags::empty())?;
        }
        Ok(())
    };
    // SAFETY: between fork and exec only what POSIX allows in a signal handler may be done. `fcntl` is one of these calls,
    // and nothing else happens here: no memory is allocated and no lock is taken.
    unsafe { command.pre_exec(keep) };
}

/// Makes a control group that the program enters before it runs.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "what is done between fork and exec can only be said this way")]
fn join_control_group(command: &mut Command) -> Option<ControlGroup> {
    let (made, members) = ControlGroup::make()?;
    let join = move || {
        // `0` is the process that writes. If the system refuses, SIGSTOP is the way, which the parent finds out.
        let _ = rustix::io::write(&members, b"0");
        Ok(())
    };
    // SAFETY: between fork and exec only what POSIX allows in a signal handler may be done. `write` is one of these calls,
    // and nothing else happens here: no memory is allocated and no lock is taken.
    unsafe { command.pre_exec(join) };
    Some(made)
}

/// Whether no shell could continue this process if it stopped: the parent is in another session or in the same group
/// (setpgid(2), "orphaned process group").
fn is_orphaned() -> bool {
    use rustix::process::{getpgid, getppid, getsid};
    let Some(parent) = getppid() else { return true };
    let (own, parents) = (getsid(None), getsid(Some(parent)));
    !matches!((own, parents), (Ok(own), Ok(parents)) if own == parents)
        || getpgid(Some(parent)).is_ok_and(|group| group == rustix::process::getpgrp())
}
