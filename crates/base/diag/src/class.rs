//! The kinds of failures, and their exit codes.

use serde::Serialize;

/// The kind of a failure. Scripts read it as the exit code, people as a word in `--json` errors.
///
/// The numbers are part of the interface: they never change meaning, new kinds get new numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// goward itself is wrong: a bug to report. Exit code 1.
    Internal,
    /// The command line or a setting is wrong. Exit code 2.
    Usage,
    /// What was asked for does not exist: a version, a platform, a pin, a file. Exit code 3.
    NotFound,
    /// No source could be reached, or none answered in time. Exit code 4.
    Network,
    /// Bytes are not what they should be: a hash, a signature, a hostile archive. Exit code 5.
    Integrity,
    /// The machine refuses: no space, no permission, a read-only or `noexec` file system. Exit code 6.
    Environment,
    /// A rule of the user's forbids it: offline, a pin below its floor, a toolchain in use. Exit code 7.
    Policy,
    /// Another process holds a needed lock or file and did not release it in time. Exit code 8.
    Busy,
    /// A check ran to its end and found something wrong. Exit code 9.
    Findings,
    /// The user interrupted (Ctrl-C). Exit code 130, as shells report SIGINT.
    Interrupted,
    /// A command to run does not exist. Exit code 127, as shells report it.
    CommandMissing,
    /// A command to run exists but cannot be executed. Exit code 126, as shells report it.
    CommandRefused,
}

impl Class {
    /// Every class, in the order of the reference page.
    pub const ALL: [Class; 12] = [
        Class::Internal,
        Class::Usage,
        Class::NotFound,
        Class::Network,
        Class::Integrity,
        Class::Environment,
        Class::Policy,
        Class::Busy,
        Class::Findings,
        Class::CommandRefused,
        Class::CommandMissing,
        Class::Interrupted,
    ];

    /// The process's exit code.
    pub const fn exit_code(self) -> u8 {
        match self {
            Class::Internal => 1,
            Class::Usage => 2,
            Class::NotFound => 3,
            Class::Network => 4,
            Class::Integrity => 5,
            Class::Environment => 6,
            Class::Policy => 7,
            Class::Busy => 8,
            Class::Findings => 9,
            Class::CommandRefused => 126,
            Class::CommandMissing => 127,
            Class::Interrupted => 130,
        }
    }

    /// One sentence for the reference page.
    pub const fn meaning(self) -> &'static str {
        match self {
            Class::Internal => "goward itself is wrong; please report it",
            Class::Usage => "the command line or a setting is wrong",
            Class::NotFound => "the requested version, platform or file does not exist",
            Class::Network => "no source could be reached, or none answered in time",
            Class::Integrity => "verification failed (a hash differs, an archive is hostile)",
            Class::Environment => "the machine refuses (no space, no permission, a read-only or noexec file system)",
            Class::Policy => {
                "a rule of yours forbids it (offline, a pin below the project's floor, a toolchain in use)"
            }
            Class::Busy => "another process holds a lock and did not release it in time",
            Class::Findings => "a check ran to its end and found something wrong",
            Class::CommandRefused => "the command to run exists but cannot be executed",
            Class::CommandMissing => "the command to run does not exist",
            Class::Interrupted => "interrupted; fetched bytes are kept and the next run resumes",
        }
    }

    /// The class of an operating system's error, if the error alone determines it.
    pub fn of_io(error: &std::io::Error) -> Class {
        use std::io::ErrorKind as K;
        match error.kind() {
            K::Interrupted => Class::Interrupted,
            K::TimedOut | K::ConnectionRefused | K::ConnectionReset | K::ConnectionAborted | K::NotConnected => {
                Class::Network
            }
            _ => Class::Environment,
        }
    }
}
