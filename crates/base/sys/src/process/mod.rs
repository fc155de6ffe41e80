//! Other programs: runs them to their end and reads their output, or replaces this process by them.
//!
//! There are two kinds. A [`Helper`] is a program that goward starts for itself (pip, the user's check of archives, a
//! go command that answers a question): it runs in an empty folder of goward's own, with a complete environment of
//! goward's, and its children end with it. A [`UserProgram`] is the program that the user wants to run, and replaces
//! this process, or runs as a child: one whose output goward reads ([`Process::observe`]), or one that goward keeps and may
//! replace by another ([`Supervised`](crate::Supervised)). Both are a [`Program`], an absolute path, and have the user's
//! `umask`.

mod command;
mod empty;
mod group;
pub(crate) mod mask;
mod observe;
mod program;
pub(crate) mod signals;
pub(crate) mod supervise;

use std::io::{self, Read, Write};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::{Fs, Interrupt};
pub use command::{Environment, Helper, UserProgram};
pub use empty::EmptyFolder;
use group::Group;
pub use observe::{Observed, Observer, OutputStream};
pub use program::{NoProgram, NotAbsolute, Program, program_file_name, programs_in, with_suffixes};

/// How a program ended, with what it wrote.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Its standard output, cut at the bound.
    pub stdout: Vec<u8>,
    /// Its standard error, cut at the bound.
    pub stderr: Vec<u8>,
    /// Whether it was ended because its time ran out.
    pub timed_out: bool,
}

/// Starts other programs.
#[derive(Debug, Clone, Copy)]
pub struct Process;

/// The interval at which a running program is polled.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// How long a program's output is read after its end: it is in the pipe already. A longer wait would be for a process
/// that has left the program's group and keeps the stream open.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(1);
/// Bytes per read of a stream.
const READ_BYTES: usize = 64 << 10;

/// Why the wait for a helper ended.
enum End {
    OfItself,
    OutOfTime,
    Interrupted,
}

impl Process {
    /// Runs a helper to its end with an empty standard input, and keeps at most so many bytes of each stream. Ends it
    /// after the time limit, and when the user interrupts. Its children end with it.
    ///
    /// # Errors
    /// When it cannot be started or polled; `Interrupted` when the user has interrupted.
    pub fn capture(
        &self,
        helper: Helper,
        bytes_max: u64,
        time_max: Duration,
        interrupt: &Interrupt,
    ) -> io::Result<Ended> {
        self.capture_fed(helper, Vec::new(), bytes_max, time_max, interrupt)
    }

    /// As [`Process::capture`], with these bytes on the program's standard input. It need not read them.
    ///
    /// # Errors
    /// As there.
    pub fn capture_fed(
        &self,
        helper: Helper,
        input: Vec<u8>,
        bytes_max: u64,
        time_max: Duration,
        interrupt: &Interrupt,
    ) -> io::Result<Ended> {
        let ended = captured(helper.to_std(), input, bytes_max, time_max, interrupt);
        if let Some(folder) = helper.into_empty() {
            folder.remove(&Fs::real());
        }
        ended
    }

    /// Replaces this process by the user's program, so that signals and exit status are its own. Returns only on
    /// failure. On a system without `exec`, runs the program and ends this process with its code.
    pub fn replace(&self, program: &UserProgram) -> io::Error {
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            let error = with_users_mask(program.to_std()).exec();
            mask::restore();
            error
        }
        #[cfg(windows)]
        match crate::windows::emulate_exec(&mut program.to_std()) {
            // This process represents the program, which has ended.
            Ok(code) => std::process::exit(code.cast_signed()),
            Err(error) => error,
        }
    }

    /// Runs the user's program to its end with an empty standard input, and keeps at most so many bytes of each stream.
    /// Ends it, with its children, after the time limit and when the user interrupts.
    ///
    /// # Errors
    /// When it cannot be started or polled; `Interrupted` when the user has interrupted.
    pub fn capture_users(
        &self,
        program: &UserProgram,
        bytes_max: u64,
        time_max: Duration,
        interrupt: &Interrupt,
    ) -> io::Result<Ended> {
        captured(program.to_std(), Vec::new(), bytes_max, time_max, interrupt)
    }

    /// Runs the user's program on this terminal and waits for its end, however long that takes: the user ends it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self, program: &UserProgram) -> io::Result<std::process::ExitStatus> {
        #[cfg(unix)]
        let mut command = with_users_mask(program.to_std());
        #[cfg(windows)]
        let mut command = program.to_std();
        command.status()
    }

    /// From now on only its user can read the files that this process makes, except for the user's own files
    /// ([`Fs::rewrite`], [`Fs::create_users_dirs`]) and files of the programs that it starts.
    pub fn keep_what_is_made_private(&self) {
        mask::keep_private();
    }

    /// From now on all users can read the files that this process makes, and only the owner can write them: for the
    /// administrator's store for all users, whatever the administrator's own mask is.
    pub fn share_what_is_made(&self) {
        mask::share();
    }

    /// This process's number.
    pub fn id(&self) -> u32 {
        std::process::id()
    }
}

fn captured(
    command: std::process::Command,
    input: Vec<u8>,
    bytes_max: u64,
    time_max: Duration,
    interrupt: &Interrupt,
) -> io::Result<Ended> {
    let mut command = with_users_mask(command);
    command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut group = Group::start(command)?;
    if let Some(mut stdin) = group.child.stdin.take() {
        // In a thread, since a program that writes much before it reads would wait for us as we for it.
        std::thread::spawn(move || stdin.write_all(&input));
    }
    let stdout = Reader::start(group.child.stdout.take(), bytes_max);
    let stderr = Reader::start(group.child.stderr.take(), bytes_max);
    let end = wait(&mut group, Instant::now() + time_max, interrupt);
    // However the wait ended, no process is left running.
    let status = group.end()?;
    let end = end?;
    if matches!(end, End::Interrupted) {
        return Err(io::Error::new(io::ErrorKind::Interrupted, "interrupted"));
    }
    let drained = Instant::now() + DRAIN_TIME_MAX;
    Ok(Ended {
        code: status.code(),
        stdout: stdout.take(drained),
        stderr: stderr.take(drained),
        timed_out: matches!(end, End::OutOfTime),
    })
}

/// Waits until the helper itself has ended, its time is up, or the user interrupts.
fn wait(group: &mut Group, deadline: Instant, interrupt: &Interrupt) -> io::Result<End> {
    loop {
        if group.has_ended()? {
            return Ok(End::OfItself);
        }
        if interrupt.is_asked() {
            return Ok(End::Interrupted);
        }
        if Instant::now() >= deadline {
            return Ok(End::OutOfTime);
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}

/// The same program, which starts with the user's mask.
#[cfg(unix)]
#[expect(unsafe_code, reason = "what is done between fork and exec can only be said this way")]
pub(crate) fn with_users_mask(mut command: std::process::Command) -> std::process::Command {
    use std::os::unix::process::CommandExt;
    if let Some(users) = mask::users() {
        let apply = move || {
            mask::apply(users);
            Ok(())
        };
        // SAFETY: between fork and exec only what POSIX allows in a signal handler may be done. `umask` is one of these
        // calls, and nothing else happens here: no memory is allocated and no lock is taken.
        unsafe { command.pre_exec(apply) };
    }
    command
}

#[cfg(windows)]
fn with_users_mask(command: std::process::Command) -> std::process::Command {
    command
}

/// Reads a stream in a thread, so that a program does not hang on a full pipe.
struct Reader {
    kept: Arc<Mutex<Vec<u8>>>,
    ended: Receiver<()>,
}

impl Reader {
    fn start(stream: Option<impl Read + Send + 'static>, bytes_max: u64) -> Reader {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let (told, ended) = channel();
        let into = kept.clone();
        std::thread::spawn(move || {
            if let Some(mut stream) = stream {
                // Unreadable output counts as missing; the exit code decides.
                let _ = keep_head(&mut stream, &into, bytes_max);
            }
            // The receiver may be gone.
            let _ = told.send(());
        });
        Reader { kept, ended }
    }

    /// The output until the stream's end, or until this moment.
    fn take(self, until: Instant) -> Vec<u8> {
        let _ = self.ended.recv_timeout(until.saturating_duration_since(Instant::now()));
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads to the end, keeps so many bytes and discards the rest.
fn keep_head(stream: &mut impl Read, kept: &Mutex<Vec<u8>>, bytes_max: u64) -> io::Result<()> {
    let most = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = most.saturating_sub(kept.len());
        kept.extend(buffer.iter().take(read.min(room)));
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
