//! A small second process that thaws what its supervisor has frozen, when the supervisor dies or takes too long.
//!
//! A supervisor that is killed with SIGKILL can do nothing more, and a process that is stopped stays so until somebody
//! continues it. The guardian holds the reading end of a pipe, whose other end only the supervisor has. Before the
//! supervisor freezes a program it writes a line that names it, with the longest time; so the line is in the pipe before
//! there is anything to thaw. At the pipe's end, and when a time is over, the guardian thaws what is still named.
//!
//! It runs in a session of its own, so that no signal of the terminal reaches it, with no file but that pipe, and it ends
//! when the supervisor does. On Windows it is not needed: the system ends the program with its supervisor.
//!
//! | line | meaning |
//! | --- | --- |
//! | `freeze GROUP MILLISECONDS [FILE]` | the process group is about to be frozen, by the control group's file if one is named |
//! | `thawed GROUP` | it runs again, or has ended |

use std::io;
#[cfg(unix)]
use std::path::Path;
#[cfg(unix)]
use std::time::Duration;

use super::Program;

/// The longest line, in bytes: a path and two numbers.
#[cfg(unix)]
const LINE_BYTES_MAX: usize = 8192;
/// How much longer than asked the guardian waits, so that a supervisor in good health thaws first.
#[cfg(unix)]
const GRACE: Duration = Duration::from_millis(20);

/// The supervisor's end.
#[derive(Debug)]
pub struct Guardian {
    #[cfg(unix)]
    child: std::process::Child,
    #[cfg(unix)]
    pipe: Option<std::process::ChildStdin>,
}

/// What a guardian would have to thaw.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Frozen<'a> {
    /// The process group.
    pub group: u32,
    /// The file that freezes its control group.
    pub file: Option<&'a Path>,
}

impl Guardian {
    /// The verb by which goward starts itself as a guardian.
    pub const VERB: &str = "exec-guardian";

    /// Starts one.
    ///
    /// # Errors
    /// When it cannot be started; then nothing may be frozen.
    #[cfg(unix)]
    #[expect(unsafe_code, reason = "what is done between fork and exec can only be said this way")]
    pub fn start(goward: &Program) -> io::Result<Guardian> {
        use std::os::unix::process::CommandExt as _;
        use std::process::{Command, Stdio};
        let mut command = Command::new(goward.path());
        command.arg(Guardian::VERB).env_clear().current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let leave = || rustix::process::setsid().map(drop).map_err(io::Error::from);
        // SAFETY: between fork and exec only what POSIX allows in a signal handler may be done. `setsid` is one of these
        // calls, and nothing else happens here: no memory is allocated and no lock is taken.
        unsafe { command.pre_exec(leave) };
        let mut child = command.spawn()?;
        let pipe = child.stdin.take();
        Ok(Guardian { child, pipe })
    }

    /// On Windows there is nothing to start.
    ///
    /// # Errors
    /// Never.
    #[cfg(windows)]
    pub fn start(_goward: &Program) -> io::Result<Guardian> {
        Ok(Guardian {})
    }

    /// Whether it lives: nothing may be frozen without it.
    #[cfg(unix)]
    pub fn is_alive(&mut self) -> bool {
        self.pipe.is_some() && matches!(self.child.try_wait(), Ok(None))
    }

    /// It is not needed.
    #[cfg(windows)]
    pub fn is_alive(&mut self) -> bool {
        true
    }

    /// Announces that something is about to be frozen.
    #[cfg(unix)]
    pub(super) fn freezes(&mut self, frozen: &Frozen<'_>, time_max: Duration) -> io::Result<()> {
        let mut line = format!("freeze {} {}", frozen.group, time_max.as_millis()).into_bytes();
        if let Some(file) = frozen.file {
            use std::os::unix::ffi::OsStrExt as _;
            line.push(b' ');
            line.extend_from_slice(file.as_os_str().as_bytes());
        }
        if line.len() >= LINE_BYTES_MAX || line.contains(&b'\n') {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path of the control group is too long"));
        }
        self.write(line)
    }

    /// Says that it runs again.
    #[cfg(unix)]
    pub(super) fn thawed(&mut self, group: u32) -> io::Result<()> {
        self.write(format!("thawed {group}").into_bytes())
    }

    #[cfg(unix)]
    fn write(&mut self, mut line: Vec<u8>) -> io::Result<()> {
        use std::io::Write as _;
        line.push(b'\n');
        if !self.is_alive() {
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, "the guardian has ended"));
        }
        match &mut self.pipe {
            Some(pipe) => pipe.write_all(&line),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// The guardian's own work, until its supervisor has ended.
    #[cfg(unix)]
    pub fn serve() {
        work::serve(io::stdin());
    }

    /// There is none.
    #[cfg(windows)]
    pub fn serve() {}
}

#[cfg(unix)]
impl Drop for Guardian {
    /// Closes the pipe, and waits for the guardian's end, which follows at once.
    fn drop(&mut self) {
        self.pipe = None;
        let _ = self.child.wait();
    }
}

/// What the guardian does.
#[cfg(unix)]
mod work {
    use std::collections::BTreeMap;
    use std::ffi::OsStr;
    use std::io::{self, BufRead as _, BufReader, Read};
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::PathBuf;
    use std::sync::mpsc::{RecvTimeoutError, sync_channel};
    use std::time::{Duration, Instant};

    use super::{GRACE, LINE_BYTES_MAX};

    /// Lines that wait to be carried out.
    const LINES_MAX: usize = 64;
    /// The longest sleep.
    const WAIT_MAX: Duration = Duration::from_secs(3600);

    /// One line.
    #[derive(Debug, PartialEq, Eq)]
    pub(super) enum Line {
        Freeze { group: i32, time_max: Duration, file: Option<PathBuf> },
        Thawed { group: i32 },
    }

    pub(super) fn serve(pipe: impl Read + Send + 'static) {
        let (said, hears) = sync_channel(LINES_MAX);
        std::thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            loop {
                let mut line = Vec::new();
                let bytes = LINE_BYTES_MAX as u64;
                match pipe.by_ref().take(bytes).read_until(b'\n', &mut line) {
                    Ok(0) => return,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => return,
                    Ok(_) => {
                        if let Some(line) = parse(&line)
                            && said.send(line).is_err()
                        {
                            return;
                        }
                    }
                }
            }
        });
        let mut frozen: BTreeMap<i32, (Instant, Option<PathBuf>)> = BTreeMap::new();
        loop {
            let now = Instant::now();
            let next = frozen.values().map(|(until, _)| until.saturating_duration_since(now)).min();
            match hears.recv_timeout(next.unwrap_or(WAIT_MAX)) {
                Ok(Line::Freeze { group, time_max, file }) => {
                    frozen.insert(group, (Instant::now() + time_max + GRACE, file));
                }
                Ok(Line::Thawed { group }) => drop(frozen.remove(&group)),
                Err(RecvTimeoutError::Timeout) => {
                    let now = Instant::now();
                    frozen.retain(|group, (until, file)| {
                        let is_over = *until <= now;
                        if is_over {
                            thaw(*group, file.as_ref());
                        }
                        !is_over
                    });
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        for (group, (_, file)) in &frozen {
            thaw(*group, file.as_ref());
        }
    }

    pub(super) fn parse(line: &[u8]) -> Option<Line> {
        let line = line.strip_suffix(b"\n")?;
        let mut words = line.splitn(4, |byte| *byte == b' ');
        let verb = words.next()?;
        // A group of the system's own (0, 1, or all processes: -1) is never meant.
        let group = std::str::from_utf8(words.next()?).ok()?.parse().ok().filter(|group| *group > 1)?;
        match verb {
            b"freeze" => {
                let milliseconds = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
                let file = words.next().map(|path| PathBuf::from(OsStr::from_bytes(path)));
                Some(Line::Freeze { group, time_max: Duration::from_millis(milliseconds).min(WAIT_MAX), file })
            }
            b"thawed" => Some(Line::Thawed { group }),
            _ => None,
        }
    }

    fn thaw(group: i32, file: Option<&PathBuf>) {
        use rustix::process::{Pid, Signal, kill_process_group};
        match file {
            // It is gone if all of its processes have ended.
            Some(file) => drop(std::fs::write(file, "0")),
            None => {
                if let Some(group) = Pid::from_raw(group) {
                    let _ = kill_process_group(group, Signal::CONT);
                }
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::work::{Line, parse, serve};
    use super::*;

    #[test]
    fn only_whole_lines_about_a_group_of_the_user_s_count() {
        let freeze = |group, milliseconds, file: Option<&str>| {
            let time_max = Duration::from_millis(milliseconds);
            Some(Line::Freeze { group, time_max, file: file.map(std::path::PathBuf::from) })
        };
        assert_eq!(parse(b"freeze 17 2000\n"), freeze(17, 2000, None));
        assert_eq!(parse(b"freeze 17 0 /a b/cgroup.freeze\n"), freeze(17, 0, Some("/a b/cgroup.freeze")));
        assert_eq!(parse(b"thawed 17\n"), Some(Line::Thawed { group: 17 }));
        for odd in
            ["", "\n", "freeze 17 2000", "freeze 1 5\n", "freeze 0 5\n", "freeze -1 5\n", "freeze x 5\n", "kill 17\n"]
        {
            assert_eq!(parse(odd.as_bytes()), None, "{odd:?}");
        }
    }

    #[test]
    fn a_pipe_that_ends_thaws_what_is_still_frozen_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let lines = format!(
            "freeze 100 60000 {}\nfreeze 101 60000 {}\nthawed 101\nnonsense\n",
            file("left").display(),
            file("thawed").display()
        );
        serve(io::Cursor::new(lines.into_bytes()));
        assert_eq!(std::fs::read(file("left")).unwrap(), b"0");
        assert!(!file("thawed").exists());
    }
}
