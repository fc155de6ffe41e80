//! Name spaces.

use std::io;

use nix::sched::{CloneFlags, unshare};
use rustix::process::{Pid, Signal, getegid, geteuid, getppid, set_parent_process_death_signal};

use super::at;

/// A name space that a process can have for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// Mounts.
    Mount,
    /// Processes: the children's, not this process's own.
    Pid,
    /// Interfaces, ports, abstract sockets.
    Network,
    /// System V and POSIX queues, semaphores, shared memory.
    Ipc,
    /// The names of host and domain.
    HostName,
}

/// The user and the group that this process acts as.
pub fn ids_of_this_process() -> (u32, u32) {
    (geteuid().as_raw(), getegid().as_raw())
}

/// Ends this process when the one that has started it ends. `parent` is that process's number.
///
/// # Errors
/// When it has ended already, or the system refuses.
pub fn die_with(parent: u32) -> io::Result<()> {
    at("ask for a signal at the parent's end", set_parent_process_death_signal(Some(Signal::KILL)))?;
    // The parent may have ended before that call. In a new process name space it has no number, but the `/proc` that is
    // still mounted is of the outer one.
    let is_parent = getppid().is_some_and(|pid| Some(pid) == i32::try_from(parent).ok().and_then(Pid::from_raw));
    if is_parent {
        return Ok(());
    }
    let status = at("read /proc/self/status", std::fs::read_to_string("/proc/self/status"))?;
    let told = status.lines().find_map(|line| line.strip_prefix("PPid:")).and_then(|pid| pid.trim().parse().ok());
    match told == Some(parent) {
        true => Ok(()),
        false => Err(io::Error::other("the process that started this one has ended")),
    }
}

/// This process's number in the name space of the `/proc` that is mounted, which [`die_with`] has found to be the parent's.
///
/// # Errors
/// When it cannot be read.
pub fn id_outside() -> io::Result<u32> {
    let stat = at("read /proc/self/stat", std::fs::read_to_string("/proc/self/stat"))?;
    let number = stat.split(' ').next().and_then(|number| number.parse().ok());
    number.ok_or_else(|| io::Error::other("/proc/self/stat has no number"))
}

/// Enters a user name space in which this process keeps its user and group, and has all rights over what it makes there.
/// The process must have one thread.
///
/// # Errors
/// When the system does not allow it to this user.
pub fn become_own_user() -> io::Result<()> {
    let (user, group) = ids_of_this_process();
    at("unshare", unshare(CloneFlags::CLONE_NEWUSER))?;
    // Without it an ordinary user may not map a group (user_namespaces(7)).
    at("write setgroups", std::fs::write("/proc/self/setgroups", "deny"))?;
    at("write uid_map", std::fs::write("/proc/self/uid_map", format!("{user} {user} 1")))?;
    at("write gid_map", std::fs::write("/proc/self/gid_map", format!("{group} {group} 1")))
}

/// Enters a new name space of this kind.
///
/// # Errors
/// When the system does not allow it.
pub fn separate(space: Space) -> io::Result<()> {
    let flags = match space {
        Space::Mount => CloneFlags::CLONE_NEWNS,
        Space::Pid => CloneFlags::CLONE_NEWPID,
        Space::Network => CloneFlags::CLONE_NEWNET,
        Space::Ipc => CloneFlags::CLONE_NEWIPC,
        Space::HostName => CloneFlags::CLONE_NEWUTS,
    };
    at("unshare", unshare(flags))
}
