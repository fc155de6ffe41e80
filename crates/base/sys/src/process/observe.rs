//! Runs the user's program as a child whose output is passed on unchanged, and shown to an observer while it runs.
//!
//! Both streams are read at once, each in a thread: what arrives is written to the same stream of this process first,
//! then shown. Standard input, folder, environment, process group and terminal are this process's own, so Ctrl-C, Ctrl-Z
//! and a closed terminal reach the program as they would without goward. A signal that is sent to this process alone
//! (`kill`, a service manager) is sent on. This process never ends before the program, except by SIGKILL.
//!
//! A reader that goes away (`| head`) closes the program's own pipe, so the program gets the same SIGPIPE. A process that
//! the program leaves behind may keep a stream open: goward waits for it for a second and not longer.

use std::io::{self, Read, Write};
use std::process::{ChildStderr, ChildStdout, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Instant;

use super::signals::Forwarded;
use super::{DRAIN_TIME_MAX, POLL_INTERVAL, Process, READ_BYTES, UserProgram, with_users_mask};
use crate::interrupt::LeftToChild;
use crate::oom::OomCount;

/// A stream of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Sees the output of a program while it runs.
pub trait Observer: Send + Sync {
    /// The next bytes of a stream, which have been passed on. Both streams call it, each from a thread of its own, and
    /// wait for it. If it returns true, the caller of [`Process::observe`] gets its turn at once.
    fn output(&self, stream: OutputStream, bytes: &[u8]) -> bool;
}

/// How an observed program ended.
#[derive(Debug)]
pub struct Observed {
    /// Its exit code, as shells say it: 128 and the signal's number if a signal ended it.
    pub code: i32,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// How many processes of its control group the kernel has killed for lack of memory meanwhile; none if the system
    /// does not count them.
    pub oom_kills: Option<u64>,
    /// Whether a process that it left behind still has one of its streams open. Its later output is not seen.
    pub is_held_open: bool,
    /// The first output that could not be passed on, other than for a reader that has gone away.
    pub output_error: Option<io::Error>,
}

impl Process {
    /// Runs the user's program to its end, however long that takes: the user ends it. `turn` is called on this thread every
    /// few milliseconds, and after each `output` that returned true; output flows on meanwhile.
    ///
    /// # Errors
    /// When it cannot be started, or not be waited for.
    pub fn observe(
        &self,
        program: &UserProgram,
        observer: &Arc<dyn Observer>,
        turn: &mut dyn FnMut(),
    ) -> io::Result<Observed> {
        let mut command = with_users_mask(program.to_std());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let oom = OomCount::start();
        let _left = LeftToChild::begin();
        let signals = Forwarded::begin()?;
        #[cfg(unix)]
        let mut child = command.spawn()?;
        #[cfg(windows)]
        let mut child = crate::windows::start_as_self(&mut command)?;
        let (said, hears) = channel();
        let streams = Streams::start(child.stdout.take(), child.stderr.take(), observer, &said)?;
        let mut ends = Ends { open: streams, error: None };
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            signals.send_to(&child);
            turn();
            ends.hear(&hears, Instant::now() + POLL_INTERVAL);
        };
        let drained = Instant::now() + DRAIN_TIME_MAX;
        while ends.open > 0 && ends.hear(&hears, drained) {
            turn();
        }
        turn();
        let (code, signal) = codes(status);
        Ok(Observed { code, signal, oom_kills: oom.kills(), is_held_open: ends.open > 0, output_error: ends.error })
    }
}

/// What a reading thread says.
enum Said {
    /// The observer wants its turn.
    Turn,
    /// The stream has ended; or it could not be passed on.
    End(Option<io::Error>),
}

/// The streams that have not ended.
struct Ends {
    open: usize,
    error: Option<io::Error>,
}

impl Ends {
    /// Waits for the next word of a stream, until this moment; whether one came.
    fn hear(&mut self, hears: &Receiver<Said>, until: Instant) -> bool {
        match hears.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Said::Turn) => true,
            Ok(Said::End(error)) => {
                self.open = self.open.saturating_sub(1);
                self.error = self.error.take().or(error);
                true
            }
            // The caller keeps a sender, so this does not happen.
            Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => false,
        }
    }
}

struct Streams;

impl Streams {
    /// Starts a thread for each stream; returns how many there are.
    fn start(
        stdout: Option<ChildStdout>,
        stderr: Option<ChildStderr>,
        observer: &Arc<dyn Observer>,
        said: &Sender<Said>,
    ) -> io::Result<usize> {
        let mut count = 0;
        if let Some(stream) = stdout {
            pass_on(stream, own(OutputStream::Stdout)?, OutputStream::Stdout, observer, said);
            count += 1;
        }
        if let Some(stream) = stderr {
            pass_on(stream, own(OutputStream::Stderr)?, OutputStream::Stderr, observer, said);
            count += 1;
        }
        Ok(count)
    }
}

/// This process's own stream as a file, so that no buffer of the standard library delays a byte.
fn own(stream: OutputStream) -> io::Result<std::fs::File> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let owned = match stream {
            OutputStream::Stdout => io::stdout().as_fd().try_clone_to_owned(),
            OutputStream::Stderr => io::stderr().as_fd().try_clone_to_owned(),
        };
        owned.map(std::fs::File::from)
    }
    #[cfg(windows)]
    {
        use std::os::windows::io::AsHandle;
        let owned = match stream {
            OutputStream::Stdout => io::stdout().as_handle().try_clone_to_owned(),
            OutputStream::Stderr => io::stderr().as_handle().try_clone_to_owned(),
        };
        owned.map(std::fs::File::from)
    }
}

fn pass_on(
    mut from: impl Read + Send + 'static,
    mut to: std::fs::File,
    stream: OutputStream,
    observer: &Arc<dyn Observer>,
    said: &Sender<Said>,
) {
    let (observer, said) = (observer.clone(), said.clone());
    std::thread::spawn(move || {
        let mut buffer = vec![0; READ_BYTES];
        let error = loop {
            let read = match from.read(&mut buffer) {
                Ok(0) => break None,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // Unreadable output ends the stream, as a closed pipe does.
                Err(_) => break None,
            };
            let bytes = buffer.get(..read).unwrap_or_default();
            let written = to.write_all(bytes);
            if observer.output(stream, bytes) {
                // The receiver is gone once the program has ended and its streams were waited for.
                let _ = said.send(Said::Turn);
            }
            match written {
                Ok(()) => {}
                // Dropping the pipe tells the program, as its reader would have.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break None,
                Err(error) => break Some(error),
            }
        };
        drop(from);
        let _ = said.send(Said::End(error));
    });
}

/// The exit code as shells say it, and the signal.
fn codes(status: ExitStatus) -> (i32, Option<i32>) {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        /// What shells add to a signal's number.
        const SIGNALLED: i32 = 128;
        match (status.code(), status.signal()) {
            (Some(code), _) => (code, None),
            (None, signal) => (SIGNALLED + signal.unwrap_or(0), signal),
        }
    }
    #[cfg(windows)]
    {
        (status.code().unwrap_or(1), None)
    }
}

#[cfg(unix)]
#[cfg(test)]
#[path = "observe_tests.rs"]
mod tests;
