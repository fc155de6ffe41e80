#![expect(clippy::disallowed_methods, reason = "this crate is the door the other crates are sent to")]
//! The only door to the operating system: files, clock, environment, processes, links, locks.
//!
//! It knows nothing of Go. All crates above use a [`Sys`] value, so that a test can pass a machine
//! that refuses, tears or dies at a chosen operation ([`Adversary`]), a clock that it moves
//! ([`Clock::manual`]) and an environment that is a value ([`Env`]).
//!
//! This crate writes only what its callers ask for. It contains all differences between systems.
//! Tested by its own unit tests and by every crate above.

#[cfg(unix)]
mod attributes;
mod clock;
mod dirs;
mod env;
mod fault;
mod file;
mod folder;
mod foreign;
mod fs;
mod host;
mod interrupt;
mod lock;
mod machine_limits;
mod oom;
mod os_facts;
mod pointer;
mod process;
mod processes;
mod read;
mod reflink;
pub mod registry;
mod replace;
#[cfg(target_os = "linux")]
pub mod sandbox;
mod tree;
mod trust;
mod walk;
mod watch;
mod whose;
#[cfg(windows)]
mod windows;

use std::sync::Arc;

use registry::Registry;

pub use clock::{Clock, Moment};
pub use env::Env;
pub use fault::{
    Adversary, Counter, CreateHow, DiskFull, FailAt, KillAt, Op, OpKind, PowerCut, ShortWrite, Survival, Verdict,
    WithoutSync,
};
pub use file::{File, ReadAt};
pub use folder::Folder;
pub use foreign::{Foreign, Refusal};
pub use fs::{EntryKind, Fs, Meta, Space};
pub use host::{Host, cpu_count};
pub use interrupt::Interrupt;
pub use lock::{FileLock, Lease, LockAttempt};
pub use machine_limits::{MachineLimits, first_process};
pub use os_facts::OsFacts;
pub use process::supervise::{
    Bell, ChildState, Foreground, FreezeWay, Guardian, Listener, PassedOn, ProcessSignal, Supervised, SupervisedStart,
};
pub use process::{
    EmptyFolder, Ended, Environment, Helper, NoProgram, NotAbsolute, Observed, Observer, OutputStream, Process,
    Program, UserProgram, program_file_name, programs_in, with_suffixes,
};
pub use processes::{Holder, ProcessFacts, client_connections, environment_of, holders, process_facts};
pub use trust::{Distrust, DistrustReason, ReadOwnError, TrustedPath, quoted};
pub use watch::{Watch, WatchMode};

/// The operating system as one value. Cheap to clone.
#[derive(Clone)]
pub struct Sys {
    inner: Arc<Parts>,
}

#[derive(Clone)]
struct Parts {
    fs: Fs,
    clock: Clock,
    env: Env,
    process: Process,
    interrupt: Interrupt,
    registry: Option<Registry>,
}

impl Sys {
    /// The real machine: real files, the wall clock, this process's environment, the registry if there is one.
    pub fn real() -> Sys {
        let sys = Sys::new(Fs::real(), Clock::real(), Env::of_this_process());
        match Registry::real() {
            Some(registry) => sys.with_registry(&registry),
            None => sys,
        }
    }

    /// A machine made of parts: tests use it. It has no registry until it gets one.
    pub fn new(fs: Fs, clock: Clock, env: Env) -> Sys {
        let (process, interrupt) = (Process, Interrupt::new());
        Sys { inner: Arc::new(Parts { fs, clock, env, process, interrupt, registry: None }) }
    }

    /// The same machine with this registry; the adversary of its files sees that, too.
    pub fn with_registry(&self, registry: &Registry) -> Sys {
        let watched = registry.watched_by(self.inner.fs.adversary());
        Sys { inner: Arc::new(Parts { registry: Some(watched), ..Parts::clone(&self.inner) }) }
    }

    /// The same machine, with another working folder.
    pub fn in_folder(&self, folder: std::path::PathBuf) -> Sys {
        self.with_env(self.inner.env.in_folder(folder))
    }

    /// The same machine as a process with this environment sees it.
    pub fn with_env(&self, env: Env) -> Sys {
        Sys { inner: Arc::new(Parts { env, ..Parts::clone(&self.inner) }) }
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

    /// The registry of Windows, or its replacement in tests; none on other systems.
    pub fn registry(&self) -> Option<&Registry> {
        self.inner.registry.as_ref()
    }

    /// Other programs.
    pub fn process(&self) -> &Process {
        &self.inner.process
    }

    /// Whether the user has interrupted.
    pub fn interrupt(&self) -> &Interrupt {
        &self.inner.interrupt
    }
}
