//! Ends a helper together with all processes that it has started.
//!
//! On Unix the helper leads its own process group; on Windows it is in a job. A process that has left the group (a
//! daemon) continues, and goward does not wait for it.

use std::io;
use std::process::{Child, Command, ExitStatus};

/// A running helper.
pub(super) struct Group {
    pub(super) child: Child,
    #[cfg(windows)]
    job: crate::windows::Job,
}

impl Group {
    /// Starts it.
    #[cfg(unix)]
    pub(super) fn start(mut command: Command) -> io::Result<Group> {
        use std::os::unix::process::CommandExt;
        Ok(Group { child: command.process_group(0).spawn()? })
    }

    /// Starts it.
    #[cfg(windows)]
    pub(super) fn start(mut command: Command) -> io::Result<Group> {
        let job = crate::windows::Job::new();
        Ok(Group { child: job.start(&mut command)?, job })
    }

    /// Whether the helper itself has ended. On Unix it is not reaped yet, so that its number still names the group: a
    /// reused number must not be signalled.
    #[cfg(unix)]
    pub(super) fn has_ended(&mut self) -> io::Result<bool> {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(Pid::from_child(&self.child)), options) {
            Ok(status) => Ok(status.is_some()),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the helper itself has ended.
    #[cfg(windows)]
    pub(super) fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Ends the helper and all processes that it has started and that still run.
    pub(super) fn end(&mut self) -> io::Result<ExitStatus> {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            // If all have ended by themselves there is no process to signal.
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        }
        #[cfg(windows)]
        self.job.end();
        // It may have ended by itself, or be in no job: then this ends it, or nothing is left to end.
        let _ = self.child.kill();
        self.child.wait()
    }
}
