//! The mechanisms of a machine, and what became of each.

use std::collections::BTreeMap;

/// A mechanism that keeps something away from a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// A user name space: rights inside are none outside (user_namespaces(7)).
    UserNamespace,
    /// A mount name space with a root of its own, in which only listed folders are.
    MountNamespace,
    /// A network name space: no interface of the machine is in it.
    NetworkNamespace,
    /// A process name space: processes outside have no number inside, and all inside end with the first one.
    PidNamespace,
    /// A `/proc` of that process name space.
    PrivateProc,
    /// A name space of System V and POSIX message queues, semaphores and shared memory.
    IpcNamespace,
    /// `no_new_privs`: no started program gains rights, whatever its file's mode is.
    NoNewPrivileges,
    /// No capability, and none that could come back.
    Capabilities,
    /// Landlock's rules for files.
    Landlock,
    /// Landlock's rules for TCP ports (Linux 6.7).
    LandlockNetwork,
    /// Landlock's scopes: no abstract socket and no signal leaves (Linux 6.12).
    LandlockScope,
    /// The filter of system calls (seccomp).
    CallFilter,
    /// A control group with a limit of memory.
    MemoryGroup,
    /// A control group with a limit of processes.
    ProcessGroup,
    /// The limit of processes of one user (`RLIMIT_NPROC`); root is exempt from it.
    ProcessLimit,
    /// A clock that ends the program.
    TimeLimit,
    /// A job object of Windows.
    Job,
}

impl Rung {
    /// Every rung, in the order in which they are applied.
    pub const ALL: [Rung; 17] = [
        Rung::MemoryGroup,
        Rung::ProcessGroup,
        Rung::UserNamespace,
        Rung::MountNamespace,
        Rung::PidNamespace,
        Rung::NetworkNamespace,
        Rung::IpcNamespace,
        Rung::PrivateProc,
        Rung::ProcessLimit,
        Rung::Capabilities,
        Rung::NoNewPrivileges,
        Rung::Landlock,
        Rung::LandlockNetwork,
        Rung::LandlockScope,
        Rung::CallFilter,
        Rung::TimeLimit,
        Rung::Job,
    ];

    /// Its word, in messages and data.
    pub const fn word(self) -> &'static str {
        match self {
            Rung::UserNamespace => "user-namespace",
            Rung::MountNamespace => "mount-namespace",
            Rung::NetworkNamespace => "network-namespace",
            Rung::PidNamespace => "pid-namespace",
            Rung::PrivateProc => "private-proc",
            Rung::IpcNamespace => "ipc-namespace",
            Rung::NoNewPrivileges => "no-new-privileges",
            Rung::Capabilities => "no-capabilities",
            Rung::Landlock => "landlock-files",
            Rung::LandlockNetwork => "landlock-ports",
            Rung::LandlockScope => "landlock-scope",
            Rung::CallFilter => "call-filter",
            Rung::MemoryGroup => "memory-group",
            Rung::ProcessGroup => "process-group",
            Rung::ProcessLimit => "process-limit",
            Rung::TimeLimit => "time-limit",
            Rung::Job => "job",
        }
    }

    /// The rung of this word.
    pub fn of_word(word: &str) -> Option<Rung> {
        Rung::ALL.into_iter().find(|rung| rung.word() == word)
    }

    /// What it keeps away from the program, in a sentence's fragment.
    pub const fn keeps_away(self) -> &'static str {
        match self {
            Rung::UserNamespace => "rights over anything outside, even for root",
            Rung::MountNamespace => "every file that is not listed; writes outside of the listed folders",
            Rung::NetworkNamespace => "every address, that of this machine too, and its abstract sockets",
            Rung::PidNamespace => "other processes: they cannot be signalled or traced; nothing outlives the run",
            Rung::PrivateProc => "the list of other processes, with their arguments and environments",
            Rung::IpcNamespace => "shared memory and message queues of other processes",
            Rung::NoNewPrivileges => "rights of setuid programs",
            Rung::Capabilities => "root's rights: mounts, raw sockets, the clock, modules",
            Rung::Landlock => "files that are not listed, a second time",
            Rung::LandlockNetwork => "TCP connections, a second time",
            Rung::LandlockScope => "signals and abstract sockets, a second time",
            Rung::CallFilter => "calls that no build needs: io_uring, ptrace, keyrings, name spaces, other sockets",
            Rung::MemoryGroup => "more memory than the limit, temporary files included",
            Rung::ProcessGroup => "more processes and threads than the limit",
            Rung::ProcessLimit => "more processes and threads of this user than the limit",
            Rung::TimeLimit => "more time than the limit",
            Rung::Job => "processes that outlive the run; more memory and processes than the limits",
        }
    }
}

/// What became of a rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// The machine refused it, in these words.
    Refused(String),
    /// It was not tried, since nothing asks for it.
    NotAsked,
}

/// What became of each rung. A rung that is not in it was not tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcomes(BTreeMap<Rung, Outcome>);

impl Outcomes {
    /// Notes what became of a rung.
    pub fn note(&mut self, rung: Rung, outcome: Outcome) {
        self.0.insert(rung, outcome);
    }

    /// What became of it.
    pub fn of(&self, rung: Rung) -> &Outcome {
        self.0.get(&rung).unwrap_or(&Outcome::NotAsked)
    }

    /// Whether it holds.
    pub fn holds(&self, rung: Rung) -> bool {
        *self.of(rung) == Outcome::Holds
    }

    /// Those that were tried, in the order of [`Rung::ALL`].
    pub fn tried(&self) -> impl Iterator<Item = (Rung, &Outcome)> {
        Rung::ALL.into_iter().filter_map(|rung| match self.of(rung) {
            Outcome::NotAsked => None,
            outcome => Some((rung, outcome)),
        })
    }
}
