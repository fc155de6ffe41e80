//! Other programs: run to their end with their output read, or put in our place.
//!
//! There are two kinds, and no third. A [`Helper`] is what goward starts for itself (pip, the user's check of archives, a
//! go command that is asked something): it runs in an empty folder of goward's own, with an environment that is given
//! whole, and all that it has started ends with it. A [`UserProgram`] is what the user wants run, and takes this
//! process's place. Either is a [`Program`], an absolute path, and has the mask of files (`umask`) that the user has set.

mod command;
mod empty;
mod group;
pub(crate) mod mask;
mod program;

use std::io::{self, Read, Write};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::{Fs, Interrupt};
pub use command::{Environment, Helper, UserProgram};
pub use empty::EmptyFolder;
use group::Group;
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
    /// Whether it was ended because it ran out of its time.
    pub timed_out: bool,
}

/// The door to other programs.
#[derive(Debug, Clone, Copy)]
pub struct Process;

/// How often a running program is looked at while its time runs.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// For so long what a program has written is read after its end: it is in the pipe already. A longer wait would be for
/// somebody who has left the program's group and holds the stream open.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(1);
/// So much of a stream is read at once.
const READ_BYTES: usize = 64 << 10;

/// Why a helper is no longer waited for.
enum End {
    OfItself,
    OutOfTime,
    Interrupted,
}

impl Process {
    /// Runs a helper to its end with nothing on its standard input, reading at most so many bytes of each stream, for at
    /// most so long; then it is ended. So it is when the user asks to stop. Whatever else it has started ends with it.
    ///
    /// # Errors
    /// When it cannot be started or looked at; `Interrupted` when the user asked to stop.
    pub fn capture(
        &self,
        helper: Helper,
        bytes_max: u64,
        time_max: Duration,
        interrupt: &Interrupt,
    ) -> io::Result<Ended> {
        self.capture_fed(helper, Vec::new(), bytes_max, time_max, interrupt)
    }

    /// As [`Process::capture`], with these bytes on the program's standard input. One that does not read them
    /// may leave them.
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
        let ended = captured(&helper, input, bytes_max, time_max, interrupt);
        if let Some(folder) = helper.into_empty() {
            folder.remove(&Fs::real());
        }
        ended
    }

    /// Puts the user's program in this process's place, so that signals and exit status are its own.
    /// Returns only on failure. Where the system cannot do that, the program is run and this
    /// process ends with its code.
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
            // This process stands for the program, which has ended.
            Ok(code) => std::process::exit(code.cast_signed()),
            Err(error) => error,
        }
    }

    /// From now on what this process makes can be read by its user alone, but for the user's own files
    /// ([`Fs::rewrite`], [`Fs::create_users_dirs`]) and what is made by the programs that it starts.
    pub fn keep_what_is_made_private(&self) {
        mask::keep_private();
    }

    /// From now on what this process makes can be read by everybody and written by its owner alone: for what
    /// an administrator puts up for all users, whatever the administrator's own mask is.
    pub fn share_what_is_made(&self) {
        mask::share();
    }

    /// This process's number.
    pub fn id(&self) -> u32 {
        std::process::id()
    }
}

fn captured(
    helper: &Helper,
    input: Vec<u8>,
    bytes_max: u64,
    time_max: Duration,
    interrupt: &Interrupt,
) -> io::Result<Ended> {
    let mut command = with_users_mask(helper.to_std());
    command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut group = Group::start(command)?;
    if let Some(mut stdin) = group.child.stdin.take() {
        // Aside, since a program that writes much before it reads would wait for us as we for it.
        std::thread::spawn(move || stdin.write_all(&input));
    }
    let stdout = Reader::start(group.child.stdout.take(), bytes_max);
    let stderr = Reader::start(group.child.stderr.take(), bytes_max);
    let end = wait(&mut group, Instant::now() + time_max, interrupt);
    // Whatever has come of the waiting, nothing of it is left running.
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

/// Waits until the helper itself has ended, its time is up, or the user asks to stop.
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

/// The same program, which begins with the mask that the user has set.
#[cfg(unix)]
#[expect(unsafe_code, reason = "what is done between fork and exec can only be said this way")]
fn with_users_mask(mut command: std::process::Command) -> std::process::Command {
    use std::os::unix::process::CommandExt;
    if let Some(users) = mask::users() {
        let apply = move || {
            mask::apply(users);
            Ok(())
        };
        // SAFETY: between fork and exec only what POSIX allows in a signal handler may be done. `umask` is one of these
        // calls, and nothing else happens here: no memory is asked for and no lock is taken.
        unsafe { command.pre_exec(apply) };
    }
    command
}

#[cfg(windows)]
fn with_users_mask(command: std::process::Command) -> std::process::Command {
    command
}

/// Reads a stream aside, so that a program does not hang on a full pipe.
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
                // What cannot be read was not written; the exit code tells the rest.
                let _ = keep_head(&mut stream, &into, bytes_max);
            }
            // Nobody may be waiting any more.
            let _ = told.send(());
        });
        Reader { kept, ended }
    }

    /// What has come until the stream's end, or until this moment.
    fn take(self, until: Instant) -> Vec<u8> {
        let _ = self.ended.recv_timeout(until.saturating_duration_since(Instant::now()));
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads to the end and keeps so many bytes. The rest is thrown away.
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
