#![expect(clippy::disallowed_methods, reason = "this crate is the door the other crates are sent to")]
//! The only door to the operating system: files, clock, environment, processes, links, locks.
//!
//! It knows nothing of Go. Everything above asks a [`Sys`] value, so that a test can hand over a
//! machine that refuses, tears or dies at a chosen operation ([`Adversary`]), a clock that is moved
//! instead of waited for ([`Clock::manual`]) and an environment that is a value ([`Env`]).
//!
//! On disk this crate leaves only what it is told to. Differences between systems live here and
//! nowhere else. Tested by its own unit tests and by every crate above.

mod clock;
mod env;
mod fault;
mod file;
mod fs;
mod host;
mod interrupt;
mod lock;
mod pointer;
mod process;
mod reflink;
pub mod registry;
mod replace;
mod system;
mod tree;
mod walk;
#[cfg(windows)]
mod windows;

use std::sync::Arc;

pub use clock::{Clock, Moment};
pub use env::Env;
pub use fault::{
    Adversary, Counter, CreateHow, DiskFull, FailAt, KillAt, Op, OpKind, PowerCut, ShortWrite, Survival, Verdict,
    WithoutSync,
};
pub use file::{File, ReadAt};
pub use fs::{EntryKind, Fs, Meta, Space};
pub use host::{Host, cpu_count};
pub use interrupt::Interrupt;
pub use lock::{FileLock, LockAttempt};
pub use process::{Child, Command, Ended, Process};
pub use system::SystemFacts;

/// The outside world as one value. Cheap to clone.
#[derive(Clone)]
pub struct Sys {
    inner: Arc<Parts>,
}

struct Parts {
    fs: Fs,
    clock: Clock,
    env: Env,
    process: Process,
    interrupt: Interrupt,
}

impl Sys {
    /// The real machine: real files, the wall clock, this process's environment.
    pub fn real() -> Sys {
        Sys::new(Fs::real(), Clock::real(), Env::of_this_process())
    }

    /// A machine put together from parts: tests use it.
    pub fn new(fs: Fs, clock: Clock, env: Env) -> Sys {
        Sys { inner: Arc::new(Parts { fs, clock, env, process: Process, interrupt: Interrupt::new() }) }
    }

    /// The same machine, as it is from another working folder.
    pub fn in_folder(&self, folder: std::path::PathBuf) -> Sys {
        let inner = &self.inner;
        Sys {
            inner: Arc::new(Parts {
                fs: inner.fs.clone(),
                clock: inner.clock.clone(),
                env: inner.env.in_folder(folder),
                process: inner.process,
                interrupt: inner.interrupt.clone(),
            }),
        }
    }

    /// The files.
    pub fn fs(&self) -> &Fs {
        &self.inner.fs
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The environment, working folder and own path.
    pub fn env(&self) -> &Env {
        &self.inner.env
    }

    /// Other programs.
    pub fn process(&self) -> &Process {
        &self.inner.process
    }

    /// Whether the user has asked to stop.
    pub fn interrupt(&self) -> &Interrupt {
        &self.inner.interrupt
    }
}
