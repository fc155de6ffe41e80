//! Other programs: run to their end with their output read, or put in our place.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::Interrupt;

/// A program to run: its path or name, arguments, and what of the environment changes.
#[derive(Debug, Clone)]
pub struct Command {
    program: PathBuf,
    name: Option<OsString>,
    args: Vec<OsString>,
    changes: BTreeMap<OsString, Option<OsString>>,
    folder: Option<PathBuf>,
}

impl Command {
    /// A program by its path (or by name, looked up in `PATH`).
    pub fn new(program: impl Into<PathBuf>) -> Command {
        Command { program: program.into(), name: None, args: Vec::new(), changes: BTreeMap::new(), folder: None }
    }

    /// The name by which the program is called, where that is not its path: what it sees before its arguments. On
    /// Windows that is always its path.
    pub fn named(mut self, name: impl Into<OsString>) -> Command {
        self.name = Some(name.into());
        self
    }

    /// One more argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Command {
        self.args.push(arg.into());
        self
    }

    /// More arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Command {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl Into<OsString>) -> Command {
        self.changes.insert(name.as_ref().to_owned(), Some(value.into()));
        self
    }

    /// Removes a variable.
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Command {
        self.changes.insert(name.as_ref().to_owned(), None);
        self
    }

    /// The folder to run in.
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Command {
        self.folder = Some(folder.into());
        self
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    fn to_std(&self) -> std::process::Command {
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.args);
        #[cfg(unix)]
        if let Some(name) = &self.name {
            use std::os::unix::process::CommandExt;
            command.arg0(name);
        }
        for (name, value) in &self.changes {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }
}

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

/// A running program.
pub struct Child {
    inner: std::process::Child,
}

impl Child {
    /// Waits for the end; returns the exit code, or 128 + the signal's number as shells report it.
    ///
    /// # Errors
    /// What the system says.
    pub fn wait(mut self) -> io::Result<i32> {
        let status = self.inner.wait()?;
        #[cfg(unix)]
        {
            use std::os::unix::process::ExitStatusExt;
            Ok(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)))
        }
        #[cfg(windows)]
        Ok(status.code().unwrap_or(1))
    }
}

/// The door to other programs.
#[derive(Debug, Clone, Copy)]
pub struct Process;

/// How often a running program is looked at while its time runs.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

impl Process {
    /// Runs a program to its end with nothing on its standard input, reading at most so many bytes
    /// of each stream, for at most so long; then it is ended. So it is when the user asks to stop.
    ///
    /// # Errors
    /// When it cannot be started or looked at; `Interrupted` when the user asked to stop.
    pub fn capture(
        &self,
        command: &Command,
        bytes_max: u64,
        time_max: Duration,
        interrupt: &Interrupt,
    ) -> io::Result<Ended> {
        self.capture_fed(command, Vec::new(), bytes_max, time_max, interrupt)
    }

    /// As [`Process::capture`], with these bytes on the program's standard input. One that does not read them
    /// may leave them.
    ///
    /// # Errors
    /// As there.
    pub fn capture_fed(
        &self,
        command: &Command,
        input: Vec<u8>,
        bytes_max: u64,
        time_max: Duration,
        interrupt: &Interrupt,
    ) -> io::Result<Ended> {
        let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
        let mut child = command.to_std().stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // Aside, since a program that writes much before it reads would wait for us as we for it.
            std::thread::spawn(move || stdin.write_all(&input));
        }
        let stdout = read_aside(child.stdout.take(), bytes_max);
        let stderr = read_aside(child.stderr.take(), bytes_max);
        let deadline = Instant::now() + time_max;
        let mut timed_out = false;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if interrupt.is_asked() {
                let _ = child.kill();
                child.wait()?;
                return Err(io::Error::new(io::ErrorKind::Interrupted, "interrupted"));
            }
            if Instant::now() >= deadline {
                timed_out = true;
                // It may have ended by itself since: then there is nothing to end.
                let _ = child.kill();
                break child.wait()?;
            }
            std::thread::sleep(POLL_INTERVAL);
        };
        let ended = |reader: std::thread::JoinHandle<Vec<u8>>| {
            // A grandchild may hold the stream open past a time limit: its output is not waited for.
            if timed_out && !reader.is_finished() { Vec::new() } else { reader.join().unwrap_or_default() }
        };
        Ok(Ended { code: status.code(), stdout: ended(stdout), stderr: ended(stderr), timed_out })
    }

    /// Starts a program with our own standard streams.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn spawn(&self, command: &Command) -> io::Result<Child> {
        Ok(Child { inner: command.to_std().spawn()? })
    }

    /// Puts the program in this process's place, so that signals and exit status are its own.
    /// Returns only on failure. Where the system cannot do that, the program is run and this
    /// process ends with its code.
    pub fn replace(&self, command: &Command) -> io::Error {
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            command.to_std().exec()
        }
        #[cfg(windows)]
        match crate::windows::stand_in_for(&mut command.to_std()) {
            // This process stands for the program, which has ended.
            Ok(code) => std::process::exit(code.cast_signed()),
            Err(error) => error,
        }
    }

    /// From now on what this process makes can be read by everybody and written by its owner alone: for what
    /// an administrator puts up for all users, whatever the administrator's own mask is.
    pub fn share_what_is_made(&self) {
        #[cfg(unix)]
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    }

    /// This process's number.
    pub fn id(&self) -> u32 {
        std::process::id()
    }
}

fn read_aside(stream: Option<impl Read + Send + 'static>, bytes_max: u64) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut stream) = stream {
            // What cannot be read was not written; the exit code tells the rest.
            let _ = stream.by_ref().take(bytes_max).read_to_end(&mut kept);
            // The rest is read and thrown away, so that the program does not hang on a full pipe.
            let _ = io::copy(&mut stream, &mut io::sink());
        }
        kept
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn output_is_bounded_and_the_code_is_kept() {
        let command = Command::new("/bin/sh").args(["-c", "printf abcdef; printf xyz >&2; exit 7"]);
        let ended = Process.capture(&command, 4, Duration::from_secs(20), &Interrupt::new()).unwrap();
        assert_eq!(
            (ended.code, ended.stdout.as_slice(), ended.stderr.as_slice()),
            (Some(7), &b"abcd"[..], &b"xyz"[..])
        );
        assert!(!ended.timed_out);
    }

    #[test]
    fn what_is_fed_can_be_read_or_left() {
        let fed = |script: &str| {
            let command = Command::new("/bin/sh").args(["-c", script]);
            let input = vec![b'x'; 300_000];
            Process.capture_fed(&command, input, 400_000, Duration::from_secs(20), &Interrupt::new()).unwrap()
        };
        assert_eq!(fed("cat").stdout.len(), 300_000);
        assert_eq!(fed("exit 3").code, Some(3));
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let command = Command::new("/bin/sh").args(["-c", "exec sleep 600"]);
        let ended = Process.capture(&command, 4, Duration::from_millis(50), &Interrupt::new()).unwrap();
        assert!(ended.timed_out);
        assert_eq!(ended.code, None);
    }
}
