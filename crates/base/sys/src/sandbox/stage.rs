//! Starts a stage or the user's program, and waits for its end without a delay.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, pidfd_open, pidfd_send_signal};

use super::Channel;
use crate::interrupt::LeftToChild;
use crate::process::signals::Forwarded;
use crate::process::with_users_mask;
use crate::{Environment, Program};

/// The longest time between two looks at the signals that have come. A signal ends the wait at once, except for one that
/// comes in the moment before the wait.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// The same on a system that cannot wait for a process (before Linux 5.3).
const POLL_INTERVAL: Duration = Duration::from_millis(5);
/// What shells add to a signal's number.
const SIGNALLED: i32 = 128;

/// How a stage, or a program, ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// Its exit code, as shells say it: 128 and the signal's number if a signal ended it.
    pub code: i32,
    /// Whether it was ended because its time was over.
    pub timed_out: bool,
}

/// A running stage, with everything that it has started. Signals of this process are passed on to it.
#[derive(Debug)]
pub struct Started {
    child: Child,
    watch: Option<OwnedFd>,
    /// The first process inside, once it is known.
    inner: Option<OwnedFd>,
    signals: Forwarded,
    _left: LeftToChild,
}

/// Starts a stage of goward, on the terminal and in the working folder of this process, with this environment and no other.
/// `args` makes its arguments from the number of its end of the channel.
///
/// # Errors
/// What the system says.
pub fn start(
    program: &Program,
    args: impl FnOnce(i32) -> Vec<OsString>,
    environment: &Environment,
) -> io::Result<(Started, Channel)> {
    use std::os::fd::AsRawFd as _;
    let (channel, other) = Channel::pair()?;
    let mut command = std::process::Command::new(program.path());
    command.args(args(other.as_raw_fd())).env_clear().envs(environment.vars());
    Ok((started(command)?, channel))
}

/// Starts the next stage, with this process's environment and its channel, if that is inherited ([`Channel::keep`]).
///
/// # Errors
/// What the system says.
pub fn start_next(program: &Program, args: Vec<OsString>) -> io::Result<Started> {
    let mut command = std::process::Command::new(program.path());
    command.args(args);
    started(command)
}

fn started(command: std::process::Command) -> io::Result<Started> {
    let left = LeftToChild::begin();
    let signals = Forwarded::begin()?;
    let child = with_users_mask(command).spawn()?;
    let watch = watch(&child);
    Ok(Started { child, watch, inner: None, signals, _left: left })
}

impl Started {
    /// The stage's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Tells which process is the first one inside. When that is ended, the kernel has ended all others inside before its
    /// parent, the stage, hears of it.
    pub fn knows_inner(&mut self, id: u32) {
        let id = i32::try_from(id).ok().and_then(Pid::from_raw);
        self.inner = id.and_then(|id| pidfd_open(id, PidfdFlags::empty()).ok());
    }

    /// Ends the first process inside, or the stage if that is not known; what either has started ends with it.
    fn end(&mut self) {
        if let Some(inner) = &self.inner
            && pidfd_send_signal(inner, Signal::KILL).is_ok()
        {
            return;
        }
        // It may have ended by itself.
        let _ = self.child.kill();
    }

    /// Waits for its end; after the deadline, ends it.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn wait(&mut self, time_max: Option<Duration>) -> io::Result<Exit> {
        let deadline = time_max.and_then(|time| Instant::now().checked_add(time));
        let mut timed_out = false;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Exit { code: code(status), timed_out });
            }
            self.signals.send_to(&self.child);
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) && !timed_out {
                timed_out = true;
                self.end();
            }
            pause(self.watch.as_ref(), left.filter(|_| !timed_out));
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        // Reaps it; it has ended, or ends now.
        let _ = self.child.wait();
    }
}

/// Starts the user's program in this folder, with this process's environment and these changes, waits for its end, and
/// reaps every orphan meanwhile: the first process of a name space is the parent of those. `told` hears whether the
/// program could be started.
///
/// # Errors
/// When it cannot be started or waited for.
pub fn run_to_end(
    program: &Path,
    name: &std::ffi::OsStr,
    args: &[OsString],
    folder: &Path,
    changes: &[(String, OsString)],
    told: &mut dyn FnMut(Result<(), &io::Error>),
) -> io::Result<i32> {
    use std::os::unix::process::CommandExt as _;
    let mut command = std::process::Command::new(program);
    command.arg0(name).args(args).current_dir(folder).env("PWD", folder);
    command.envs(changes.iter().map(|(name, value)| (name, value)));
    let signals = Forwarded::begin()?;
    let child = match with_users_mask(command).spawn() {
        Ok(child) => child,
        Err(error) => {
            told(Err(&error));
            return Err(error);
        }
    };
    told(Ok(()));
    let watch = watch(&child);
    let own = Pid::from_child(&child);
    loop {
        // Any child: an orphan that has ended is reaped, too.
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) if pid == own => return Ok(code(ExitStatus::from_raw(status.as_raw()))),
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => continue,
            Ok(None) => {}
            Err(error) => return Err(error.into()),
        }
        signals.send_to(&child);
        pause(watch.as_ref(), None);
    }
}

/// What becomes readable at the child's end, on a system that has that.
fn watch(child: &Child) -> Option<OwnedFd> {
    pidfd_open(Pid::from_child(child), PidfdFlags::empty()).ok()
}

/// Waits until the child has ended, a signal has come, or the time is over; never longer than [`LOOK_INTERVAL`].
fn pause(watch: Option<&OwnedFd>, time_max: Option<Duration>) {
    let interval = if watch.is_some() { LOOK_INTERVAL } else { POLL_INTERVAL };
    let time = interval.min(time_max.unwrap_or(interval));
    let Some(watch) = watch else {
        std::thread::sleep(time);
        return;
    };
    let time = Timespec { tv_sec: 0, tv_nsec: i64::from(time.subsec_nanos()) };
    // An interrupted wait is what a signal does.
    let _ = poll(&mut [PollFd::from_borrowed_fd(watch.as_fd(), PollFlags::IN)], Some(&time));
}

fn code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| SIGNALLED + signal)).unwrap_or(1)
}
