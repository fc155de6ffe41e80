//! Signals of a supervisor, which are its program's, and signals by their names.
//!
//! Each arrives as a flag that is set and a bell that rings. The program is in a process group of its own, so the
//! terminal's signals do not reach it unless it has the terminal ([`super::Foreground`]); what reaches the supervisor is
//! passed on, whoever sent it.

use std::io;

use super::Bell;

/// A signal that a program can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessSignal {
    /// Its name without `SIG`.
    pub name: &'static str,
    #[cfg(unix)]
    pub(super) signal: rustix::process::Signal,
}

/// The signals that a user can name: those that programs handle. None of them stops a program for good.
#[cfg(unix)]
const NAMED: &[ProcessSignal] = {
    use rustix::process::Signal;
    const fn named(name: &'static str, signal: Signal) -> ProcessSignal {
        ProcessSignal { name, signal }
    }
    &[
        named("HUP", Signal::HUP),
        named("INT", Signal::INT),
        named("QUIT", Signal::QUIT),
        named("TERM", Signal::TERM),
        named("USR1", Signal::USR1),
        named("USR2", Signal::USR2),
        named("WINCH", Signal::WINCH),
        named("CONT", Signal::CONT),
    ]
};

impl ProcessSignal {
    /// The names, in words.
    pub const NAMES: &str = "HUP, INT, QUIT, TERM, USR1, USR2, WINCH, CONT";

    /// The signal of this name, with or without `SIG`; none if there is no such signal, or none at all (Windows).
    #[cfg(unix)]
    pub fn named(name: &str) -> Option<ProcessSignal> {
        let name = name.strip_prefix("SIG").unwrap_or(name);
        NAMED.iter().find(|signal| signal.name == name).copied()
    }

    /// Windows has no signals.
    #[cfg(windows)]
    pub fn named(_name: &str) -> Option<ProcessSignal> {
        None
    }

    /// The one that asks a program to end; none on Windows.
    pub fn end() -> Option<ProcessSignal> {
        ProcessSignal::named("TERM")
    }
}

/// From its beginning to its drop, the signals of this process are its program's.
#[derive(Debug)]
pub struct PassedOn {
    #[cfg(unix)]
    caught: Vec<Caught>,
    /// Set at the end: from then on a signal does to this process what it does without a handler.
    #[cfg(unix)]
    is_over: std::sync::Arc<std::sync::atomic::AtomicBool>,
    _left: crate::interrupt::LeftToChild,
}

#[cfg(unix)]
#[derive(Debug)]
struct Caught {
    signal: rustix::process::Signal,
    came: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

#[cfg(unix)]
impl PassedOn {
    /// Catches the signals; each rings the bell.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn begin(bell: &Bell) -> io::Result<PassedOn> {
        use std::io::Read as _;
        use std::os::unix::net::UnixStream;
        use std::sync::Arc;

        use rustix::process::Signal;
        let (mut hears, says) = UnixStream::pair()?;
        let is_over = Arc::default();
        let mut caught = Vec::new();
        for signal in [
            Signal::INT,
            Signal::QUIT,
            Signal::TERM,
            Signal::HUP,
            Signal::USR1,
            Signal::USR2,
            Signal::WINCH,
            Signal::TSTP,
            Signal::CHILD,
        ] {
            let came = Arc::default();
            if signal != Signal::CHILD && signal != Signal::WINCH {
                signal_hook::flag::register_conditional_default(signal.as_raw(), Arc::clone(&is_over))?;
            }
            signal_hook::flag::register(signal.as_raw(), Arc::clone(&came))?;
            signal_hook::low_level::pipe::register(signal.as_raw(), says.try_clone()?)?;
            caught.push(Caught { signal, came });
        }
        let bell = bell.clone();
        // It ends with the process: the handlers keep the writing end.
        std::thread::spawn(move || {
            let mut bytes = [0; 64];
            while !matches!(hears.read(&mut bytes), Ok(0)) {
                bell.ring();
            }
        });
        Ok(PassedOn { caught, is_over, _left: crate::interrupt::LeftToChild::begin() })
    }

    /// Takes what came while there is no program to pass it on to; the exit code of a signal that asks for the end.
    pub fn asked_to_end(&self) -> Option<i32> {
        self.take().filter_map(asks_to_end).last()
    }

    /// The signals that came since the last call.
    pub(super) fn take(&self) -> impl Iterator<Item = rustix::process::Signal> + '_ {
        use std::sync::atomic::Ordering;
        let came = self.caught.iter().filter(|caught| caught.came.swap(false, Ordering::SeqCst));
        came.map(|caught| caught.signal).filter(|signal| *signal != rustix::process::Signal::CHILD)
    }
}

/// The exit code that shells give a signal, if it asks for the end. Many programs take SIGHUP as a wish to read their
/// configuration again.
#[cfg(unix)]
pub(super) fn asks_to_end(signal: rustix::process::Signal) -> Option<i32> {
    use rustix::process::Signal;
    [Signal::INT, Signal::QUIT, Signal::TERM].contains(&signal).then(|| 128 + signal.as_raw())
}

#[cfg(unix)]
impl Drop for PassedOn {
    fn drop(&mut self) {
        self.is_over.store(true, std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(windows)]
impl PassedOn {
    /// Leaves Ctrl-C to the program, which the console tells as well.
    ///
    /// # Errors
    /// Never.
    pub fn begin(_bell: &Bell) -> io::Result<PassedOn> {
        Ok(PassedOn { _left: crate::interrupt::LeftToChild::begin() })
    }

    /// The console tells the program, not this process.
    pub fn asked_to_end(&self) -> Option<i32> {
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_named_with_and_without_its_front() {
        for name in ProcessSignal::NAMES.split(", ") {
            assert_eq!(ProcessSignal::named(name).unwrap().name, name);
            assert_eq!(ProcessSignal::named(&format!("SIG{name}")).unwrap().name, name);
        }
        for odd in ["", "SIG", "KILL", "STOP", "hup", "1", "SIGSIGHUP"] {
            assert_eq!(ProcessSignal::named(odd), None, "{odd}");
        }
    }
}
