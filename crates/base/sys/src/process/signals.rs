//! Signals for a program that runs as a child and is still in the foreground.
//!
//! The terminal sends Ctrl-C and Ctrl-\ to the whole process group, so the program gets them without this process, which
//! only must not end by them. A signal that somebody sends to this process alone has to be sent on. SIGINT and SIGQUIT do
//! not say which of the two they were: they are the terminal's if this process is in its foreground.
//!
//! On Windows the console sends its events to all of its processes, and there is nothing to send on.

use std::io;
use std::process::Child;

/// From its beginning to its drop, the signals of this process are the child's.
#[derive(Debug)]
pub(crate) struct Forwarded {
    #[cfg(unix)]
    signals: Vec<Caught>,
    /// Set once the child has ended: from then on a signal does to this process what it does without a handler.
    #[cfg(unix)]
    is_over: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

#[cfg(unix)]
#[derive(Debug)]
struct Caught {
    signal: rustix::process::Signal,
    /// Whether the terminal sends it to the group.
    is_of_terminal: bool,
    came: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

#[cfg(unix)]
impl Forwarded {
    /// Catches the signals.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn begin() -> io::Result<Forwarded> {
        use rustix::process::Signal;
        let is_over = std::sync::Arc::default();
        let mut signals = Vec::new();
        for (signal, is_of_terminal) in [
            (Signal::INT, true),
            (Signal::QUIT, true),
            (Signal::TERM, false),
            (Signal::HUP, false),
            (Signal::USR1, false),
            (Signal::USR2, false),
        ] {
            let came = std::sync::Arc::default();
            signal_hook::flag::register_conditional_default(signal.as_raw(), std::sync::Arc::clone(&is_over))?;
            signal_hook::flag::register(signal.as_raw(), std::sync::Arc::clone(&came))?;
            signals.push(Caught { signal, is_of_terminal, came });
        }
        Ok(Forwarded { signals, is_over })
    }

    /// Sends on what has come. The child must not have been waited for: its number could be another's by then.
    pub(crate) fn send_to(&self, child: &Child) {
        use std::sync::atomic::Ordering;
        for caught in &self.signals {
            if !caught.came.swap(false, Ordering::SeqCst) || (caught.is_of_terminal && is_in_foreground()) {
                continue;
            }
            // It may have ended at this moment.
            let _ = rustix::process::kill_process(rustix::process::Pid::from_child(child), caught.signal);
        }
    }
}

#[cfg(unix)]
impl Drop for Forwarded {
    fn drop(&mut self) {
        self.is_over.store(true, std::sync::atomic::Ordering::SeqCst);
    }
}

/// Whether this process's group is the one to which its terminal sends Ctrl-C.
#[cfg(unix)]
fn is_in_foreground() -> bool {
    let terminal = std::fs::File::open("/dev/tty");
    let group = terminal.ok().and_then(|terminal| rustix::termios::tcgetpgrp(&terminal).ok());
    group.is_some_and(|group| group == rustix::process::getpgrp())
}

#[cfg(windows)]
impl Forwarded {
    /// Catches nothing.
    ///
    /// # Errors
    /// Never.
    #[expect(clippy::unnecessary_wraps, reason = "the other half of it may fail")]
    pub(crate) fn begin() -> io::Result<Forwarded> {
        Ok(Forwarded {})
    }

    /// Sends nothing on.
    #[expect(clippy::unused_self, reason = "the other half of it keeps the signals")]
    pub(crate) fn send_to(&self, _child: &Child) {}
}
