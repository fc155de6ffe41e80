//! The limits of this machine and this process, and what the kernel says of the first process.
//!
//! Linux shows most of them in files of `/proc`, which the door for foreign files refuses, since reading some of them
//! waits or consumes. The names here are constants of this program, and each is read to a bound.

use std::io::Read as _;

/// Bytes of one such file: numbers have some ten, `/proc/1/mountinfo` of a busy machine has some 50 kB.
const KERNEL_FILE_BYTES_MAX: u64 = 256 << 10;

/// The limits. What a system does not have or does not say is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MachineLimits {
    /// How many files this process may have open: the soft limit, which the process may raise to the hard one.
    pub open_files: Option<u64>,
    /// The hard limit of open files.
    pub open_files_hard: Option<u64>,
    /// How many processes and threads this user may have.
    pub processes: Option<u64>,
    /// How many files and folders this user may watch by inotify (`fs.inotify.max_user_watches`).
    pub inotify_watches: Option<u64>,
    /// How many inotify instances this user may have (`fs.inotify.max_user_instances`).
    pub inotify_instances: Option<u64>,
}

impl MachineLimits {
    /// The limits of this process on this machine.
    pub fn of_this_process() -> MachineLimits {
        let (open_files, open_files_hard) = open_files();
        MachineLimits {
            open_files,
            open_files_hard,
            processes: processes(),
            inotify_watches: number("/proc/sys/fs/inotify/max_user_watches"),
            inotify_instances: number("/proc/sys/fs/inotify/max_user_instances"),
        }
    }
}

/// What the kernel says of the first process: its control groups, and its mounts. They tell a container from a machine.
/// Empty where there is no such file, or it may not be read.
pub fn first_process() -> Vec<(&'static str, String)> {
    ["/proc/1/cgroup", "/proc/1/mountinfo"].iter().filter_map(|path| Some((*path, kernel_file(path)?))).collect()
}

#[cfg(unix)]
fn open_files() -> (Option<u64>, Option<u64>) {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    (Some(limit.current.unwrap_or(u64::MAX)), Some(limit.maximum.unwrap_or(u64::MAX)))
}

#[cfg(not(unix))]
fn open_files() -> (Option<u64>, Option<u64>) {
    (None, None)
}

#[cfg(unix)]
fn processes() -> Option<u64> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nproc);
    Some(limit.current.unwrap_or(u64::MAX))
}

#[cfg(not(unix))]
fn processes() -> Option<u64> {
    None
}

fn number(path: &'static str) -> Option<u64> {
    kernel_file(path)?.trim().parse().ok()
}

fn kernel_file(path: &'static str) -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(KERNEL_FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_of_this_process_are_known_where_the_system_has_them() {
        let limits = MachineLimits::of_this_process();
        assert_eq!(limits.open_files.is_some(), cfg!(unix));
        assert!(limits.open_files <= limits.open_files_hard);
        if cfg!(target_os = "linux") {
            assert!(limits.inotify_watches.is_some() || kernel_file("/proc/version").is_none());
        } else {
            assert_eq!((limits.inotify_watches, first_process()), (None, Vec::new()));
        }
    }
}
