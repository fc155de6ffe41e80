//! Keeps a program of the user's as a child: starts it in a process group of its own, passes signals on, freezes and
//! thaws it, and hands it a listening socket.
//!
//! | what | Linux | other Unix | Windows |
//! | --- | --- | --- | --- |
//! | freeze | the freezer of a control group (version 2) where one can be made, else SIGSTOP to the process group | SIGSTOP | the threads of all processes of the job are suspended |
//! | a supervisor that is killed | the [`Guardian`] thaws | the same | the system ends the job with its last handle |
//! | hand over a socket | file 3, `LISTEN_FDS`, `LISTEN_PID` (sd_listen_fds(3)) | the same | no |
//!
//! Leaves nothing on disk; a control group is removed when the program has ended. Tested by the tests beside the files and
//! by `goward/tests/supervised.rs`.

mod bell;
#[cfg(unix)]
#[path = "child_unix.rs"]
mod child;
#[cfg(windows)]
#[path = "child_windows.rs"]
mod child;
#[cfg(target_os = "linux")]
mod control_group;
mod foreground;
mod guardian;
mod listener;
mod signals;

#[cfg(unix)]
use std::time::Duration;

pub use bell::Bell;
pub use child::Supervised;
pub use foreground::Foreground;
pub use guardian::Guardian;
pub use listener::Listener;
pub use signals::{PassedOn, ProcessSignal};

use super::{Program, UserProgram};
use crate::lock::Lease;

/// How a supervised program is started.
#[derive(Debug)]
pub struct SupervisedStart<'a> {
    /// The program.
    pub program: &'a UserProgram,
    /// The socket that it gets, and the goward that hands it over.
    pub listener: Option<(&'a Listener, &'a Program)>,
    /// The lease that it shares.
    pub lease: Option<&'a Lease>,
}

/// What a supervised program does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChildState {
    /// It runs.
    Running,
    /// A signal has stopped it since it was last asked: Ctrl-Z, or somebody's SIGSTOP.
    Stopped,
    /// It has ended.
    Ended {
        /// Its exit code, as shells say it: 128 and the signal's number if a signal ended it.
        code: i32,
    },
}

/// How a program is frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreezeWay {
    /// By the freezer of a control group of its own: all of its processes, and they cannot notice.
    ControlGroup,
    /// By SIGSTOP to its process group. A process that has left the group goes on.
    StopSignal,
    /// By suspending the threads of the job's processes.
    Job,
}

/// How long the system may take to freeze a program.
#[cfg(unix)]
const FREEZE_TIME_MAX: Duration = Duration::from_millis(500);
/// How often it is asked whether it has.
#[cfg(unix)]
const FREEZE_INTERVAL: Duration = Duration::from_micros(200);
