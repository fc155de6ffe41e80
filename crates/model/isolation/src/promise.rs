//! What a sandbox promises, and which rungs keep it.

use std::time::Duration;

use crate::net::Net;
use crate::rung::Rung;

/// Something that a program inside cannot do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// Reach an address; with the proxy, any but that of the forwarder.
    Network,
    /// Read files that are not listed: the home, keys.
    Files,
    /// Write outside of the listed folders.
    Writes,
    /// Leave anything in `/tmp`.
    Temporary,
    /// See or signal other processes, or outlive the run.
    Processes,
    /// Share memory or queues with others.
    Ipc,
    /// Gain rights.
    Rights,
    /// Make calls of the kernel that no build needs.
    Calls,
    /// Use more memory than the limit.
    Memory,
    /// Start more processes than the limit.
    ProcessCount,
    /// Run longer than the limit.
    Time,
}

/// What a run asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// What may be reached.
    pub net: Net,
    /// The most memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// The most processes and threads at once.
    pub processes: Option<u64>,
    /// The longest time.
    pub time: Option<Duration>,
}

impl Promise {
    /// Every promise, in the order in which they are told.
    pub const ALL: [Promise; 11] = [
        Promise::Network,
        Promise::Files,
        Promise::Writes,
        Promise::Temporary,
        Promise::Processes,
        Promise::Ipc,
        Promise::Rights,
        Promise::Calls,
        Promise::Memory,
        Promise::ProcessCount,
        Promise::Time,
    ];

    /// Its word, in messages and data.
    pub const fn word(self) -> &'static str {
        match self {
            Promise::Network => "network",
            Promise::Files => "files",
            Promise::Writes => "writes",
            Promise::Temporary => "temporary-files",
            Promise::Processes => "processes",
            Promise::Ipc => "ipc",
            Promise::Rights => "rights",
            Promise::Calls => "calls",
            Promise::Memory => "memory",
            Promise::ProcessCount => "process-count",
            Promise::Time => "time",
        }
    }

    /// What the program can do if the promise does not hold.
    pub const fn without(self) -> &'static str {
        match self {
            Promise::Network => "the program reaches the network",
            Promise::Files => "the program reads your files",
            Promise::Writes => "the program writes outside of its folders",
            Promise::Temporary => "what the program leaves in the temporary folder stays",
            Promise::Processes => "the program sees other processes, and can leave some behind",
            Promise::Ipc => "the program reaches shared memory of others",
            Promise::Rights => "the program can gain rights",
            Promise::Calls => "the program may make any system call",
            Promise::Memory => "the memory has no limit",
            Promise::ProcessCount => "the number of processes has no limit",
            Promise::Time => "the time has no limit",
        }
    }

    /// Whether it is asked for.
    pub fn is_asked(self, asked: &Asked) -> bool {
        match self {
            Promise::Network => asked.net != Net::Open,
            Promise::Memory => asked.memory_bytes.is_some(),
            Promise::ProcessCount => asked.processes.is_some(),
            Promise::Time => asked.time.is_some(),
            _ => true,
        }
    }

    /// The ways to keep it: each is a set of rungs that all have to hold.
    pub fn ways(self, net: Net) -> &'static [&'static [Rung]] {
        match self {
            // With the filter alone no socket but a local one can be made. With the proxy the program may connect, and
            // only a name space bounds to what: Landlock knows ports and no addresses.
            Promise::Network if net == Net::Proxy => &[&[Rung::NetworkNamespace]],
            Promise::Network => &[&[Rung::NetworkNamespace], &[Rung::CallFilter]],
            Promise::Files | Promise::Writes => &[&[Rung::MountNamespace], &[Rung::Landlock]],
            Promise::Temporary => &[&[Rung::MountNamespace]],
            Promise::Processes => &[&[Rung::PidNamespace, Rung::PrivateProc]],
            Promise::Ipc => &[&[Rung::IpcNamespace]],
            Promise::Rights => &[&[Rung::NoNewPrivileges, Rung::Capabilities]],
            Promise::Calls => &[&[Rung::CallFilter]],
            Promise::Memory => &[&[Rung::MemoryGroup], &[Rung::Job]],
            Promise::ProcessCount => &[&[Rung::ProcessGroup], &[Rung::ProcessLimit], &[Rung::Job]],
            Promise::Time => &[&[Rung::TimeLimit]],
        }
    }
}
