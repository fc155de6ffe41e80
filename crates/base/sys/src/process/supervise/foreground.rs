//! The terminal's foreground, which a supervised program has as it would without a supervisor.
//!
//! A program in a process group of its own is in the background: a read from the terminal would stop it, and Ctrl-C would
//! not reach it. So goward gives it the foreground as a shell does, and takes it back. It does so only if both standard
//! input and output are the terminal: in a pipeline the foreground is needed by the programs beside it (a pager).

/// The foreground of this process's terminal, which is lent to programs. Dropping it takes the foreground back.
#[derive(Debug)]
pub struct Foreground {
    #[cfg(unix)]
    terminal: std::fs::File,
}

#[cfg(unix)]
impl Foreground {
    /// The foreground, if this process has it to give.
    pub fn own() -> Option<Foreground> {
        use std::io::IsTerminal as _;
        if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
            return None;
        }
        let terminal = std::fs::File::open("/dev/tty").ok()?;
        let group = rustix::termios::tcgetpgrp(&terminal).ok()?;
        (group == rustix::process::getpgrp()).then_some(Foreground { terminal })
    }

    /// Gives it to a process group.
    pub(super) fn give(&self, group: rustix::process::Pid) {
        quietly(|| {
            // The group may have ended at this moment, and the terminal may be gone.
            let _ = rustix::termios::tcsetpgrp(&self.terminal, group);
        });
    }

    /// Takes it back, so that Ctrl-C reaches this process.
    pub fn take_back(&self) {
        self.give(rustix::process::getpgrp());
    }
}

/// Runs it without SIGTTOU, by which the terminal stops a background process that changes its foreground.
#[cfg(unix)]
fn quietly(work: impl FnOnce()) {
    use nix::sys::signal::{SigSet, Signal};
    let mut blocked = SigSet::empty();
    blocked.add(Signal::SIGTTOU);
    let is_blocked = blocked.thread_block().is_ok();
    if is_blocked {
        work();
        let _ = blocked.thread_unblock();
    }
}

#[cfg(unix)]
impl Drop for Foreground {
    fn drop(&mut self) {
        self.take_back();
    }
}

#[cfg(windows)]
impl Foreground {
    /// A console has none.
    pub fn own() -> Option<Foreground> {
        None
    }

    /// There is nothing to take back.
    pub fn take_back(&self) {}
}
