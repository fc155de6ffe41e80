//! How many processes the kernel has killed for lack of memory in this process's group (its cgroup).
//!
//! SIGKILL (exit code 137) says only that somebody killed the process. Linux counts the kills of its own: in
//! `memory.events` of the control group (version 2, with the groups below it) or in `memory.oom_control` (version 1, since
//! Linux 4.13). The count of a group is compared before and after a program has run. Other systems do not count.
//!
//! Another program of the same group that is killed meanwhile counts as well: the count names the group, not the process.

#[cfg(any(test, target_os = "linux"))]
use std::path::{Path, PathBuf};

/// The count of a group at the start of a program.
#[derive(Debug)]
pub(crate) struct OomCount {
    #[cfg(target_os = "linux")]
    start: Option<(PathBuf, u64)>,
}

/// Where the control groups of Linux are mounted.
#[cfg(target_os = "linux")]
const MOUNTED: &str = "/sys/fs/cgroup";
/// The groups of this process.
#[cfg(target_os = "linux")]
const OWN: &str = "/proc/self/cgroup";

impl OomCount {
    /// Reads the count.
    pub(crate) fn start() -> OomCount {
        #[cfg(target_os = "linux")]
        {
            let own = std::fs::read_to_string(OWN).unwrap_or_default();
            let file = counters(Path::new(MOUNTED), &own).into_iter().find_map(|file| {
                let count = read(&file)?;
                Some((file, count))
            });
            OomCount { start: file }
        }
        #[cfg(not(target_os = "linux"))]
        OomCount {}
    }

    /// The kills since the start; `None` if the system does not count them.
    pub(crate) fn kills(&self) -> Option<u64> {
        #[cfg(target_os = "linux")]
        {
            let (file, before) = self.start.as_ref()?;
            read(file).map(|now| now.saturating_sub(*before))
        }
        #[cfg(not(target_os = "linux"))]
        None
    }
}

/// The files that may have the count, the best first. In a container without a name space of groups the path is that of
/// the machine, and the container's own group is the mounted folder itself.
#[cfg(any(test, target_os = "linux"))]
fn counters(mounted: &Path, own: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in own.lines() {
        let mut fields = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(group)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let (folder, name) = match controllers {
            "" => (mounted.to_owned(), "memory.events"),
            _ if controllers.split(',').any(|one| one == "memory") => (mounted.join("memory"), "memory.oom_control"),
            _ => continue,
        };
        // A group outside of what is mounted: `/../…`.
        let group = Path::new(group.trim_start_matches('/'));
        if !group.components().any(|part| part == std::path::Component::ParentDir) {
            files.push(folder.join(group).join(name));
        }
        files.push(folder.join(name));
    }
    files.dedup();
    files
}

#[cfg(target_os = "linux")]
fn read(file: &Path) -> Option<u64> {
    kills_in(&std::fs::read_to_string(file).ok()?)
}

/// The count in a file of lines `name number`.
#[cfg(any(test, target_os = "linux"))]
fn kills_in(text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_of_both_versions_is_found_and_read() {
        let files = |own: &str| {
            let files = counters(Path::new("/m"), own);
            files.iter().map(|file| file.to_str().unwrap().replace('\\', "/")).collect::<Vec<_>>()
        };
        assert_eq!(files("0::/a/b\n"), ["/m/a/b/memory.events", "/m/memory.events"]);
        assert_eq!(files("0::/\n"), ["/m/memory.events"]);
        assert_eq!(files("0::/../../x\n"), ["/m/memory.events"]);
        let first = "12:cpu,cpuacct:/x\n4:memory:/docker/1f\n0::/\n";
        let expected = ["/m/memory/docker/1f/memory.oom_control", "/m/memory/memory.oom_control", "/m/memory.events"];
        assert_eq!(files(first), expected);
        assert_eq!(files("nonsense\n:\n"), [""; 0]);
        assert_eq!(kills_in("low 0\nhigh 3\nmax 9\noom 2\noom_kill 1\noom_group_kill 0\n"), Some(1));
        assert_eq!(kills_in("oom_kill_disable 0\nunder_oom 0\noom_kill 7\n"), Some(7));
        assert_eq!(kills_in("oom_kill_disable 0\nunder_oom 0\n"), None, "before Linux 4.13");
        assert_eq!(kills_in("oom_kill many\n"), None);
    }
}
