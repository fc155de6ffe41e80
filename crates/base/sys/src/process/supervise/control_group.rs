//! A control group of Linux (version 2) for one program, with which it is frozen (`cgroup.freeze`, cgroup-v2.rst).
//!
//! It is made below this process's own group, which the system allows to root, and to a user whose session manager
//! delegates the group. Where it does not, SIGSTOP is the way. The group's folder is removed when the program has ended;
//! the next supervisor removes one that a killed supervisor has left, once it is empty.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use super::{FREEZE_INTERVAL, FREEZE_TIME_MAX};

/// What the names of goward's groups begin with.
const FRONT: &str = "goward-run-";
/// The largest file of a group that is read, in bytes.
const TEXT_BYTES_MAX: u64 = 1 << 20;
/// How many groups of this process there were.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A group of one program. Dropping it removes it, if it is empty.
#[derive(Debug)]
pub(super) struct ControlGroup {
    folder: PathBuf,
    freeze: PathBuf,
}

impl ControlGroup {
    /// Makes a group, with the file into which its first process writes itself. None where the system allows none, or
    /// its version has no freezer.
    pub(super) fn make() -> Option<(ControlGroup, File)> {
        let parent = own_folder(&text(Path::new("/proc/self/mountinfo"))?, &text(Path::new("/proc/self/cgroup"))?)?;
        sweep(&parent);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("{FRONT}{}-{number}", std::process::id()));
        fs::create_dir(&folder).ok()?;
        let group = ControlGroup { freeze: folder.join("cgroup.freeze"), folder };
        let members = OpenOptions::new().write(true).open(group.folder.join("cgroup.procs")).ok()?;
        group.freeze.exists().then_some((group, members))
    }

    /// The file that freezes it.
    pub(super) fn file(&self) -> &Path {
        &self.freeze
    }

    /// The processes in it.
    pub(super) fn members(&self) -> Vec<u32> {
        let text = text(&self.folder.join("cgroup.procs")).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    }

    /// Freezes all of its processes, and waits until they are.
    pub(super) fn freeze(&self) -> io::Result<()> {
        fs::write(&self.freeze, "1")?;
        let start = Instant::now();
        while !self.is_frozen() {
            if start.elapsed() > FREEZE_TIME_MAX {
                self.thaw()?;
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the control group did not freeze in time"));
            }
            std::thread::sleep(FREEZE_INTERVAL);
        }
        Ok(())
    }

    /// Lets them run again.
    pub(super) fn thaw(&self) -> io::Result<()> {
        fs::write(&self.freeze, "0")
    }

    fn is_frozen(&self) -> bool {
        text(&self.folder.join("cgroup.events")).is_some_and(|text| text.lines().any(|line| line == "frozen 1"))
    }
}

impl Drop for ControlGroup {
    fn drop(&mut self) {
        // A process that the program has left behind keeps the group, which is thawed; the next supervisor removes it.
        let _ = self.thaw();
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Removes groups of supervisors that have ended. The system removes none that has a process in it.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let supervisor =
            name.to_str().and_then(|name| name.strip_prefix(FRONT)?.split('-').next()?.parse::<u32>().ok());
        if supervisor.is_some_and(|number| crate::Host::has_process(number) == Some(false)) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

/// The folder of this process's own group: `0::/PATH` below the place where version 2 is mounted.
fn own_folder(mounts: &str, groups: &str) -> Option<PathBuf> {
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    // Outside of what is mounted here: `/../…`.
    if Path::new(own).components().any(|part| part == std::path::Component::ParentDir) {
        return None;
    }
    // `ID PARENT DEVICE ROOT PLACE OPTIONS … - TYPE SOURCE OPTIONS` (proc_pid_mountinfo(5)).
    let mounted = mounts.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let mut fields = before.split(' ').skip(3);
        let (root, place) = (fields.next()?, fields.next()?);
        (after.starts_with("cgroup2 ") && root == "/" && !place.contains('\\')).then_some(place)
    })?;
    Some(Path::new(mounted).join(own))
}

fn text(path: &Path) -> Option<String> {
    use std::io::Read as _;
    let mut text = String::new();
    File::open(path).ok()?.take(TEXT_BYTES_MAX).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_group_is_found_below_its_mount() {
        let mounts = "24 1 0:22 / /proc rw - proc proc rw\n30 25 0:27 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw\n";
        let found = |mounts: &str, groups: &str| own_folder(mounts, groups).map(|path| path.display().to_string());
        assert_eq!(found(mounts, "4:memory:/a\n0::/\n").as_deref(), Some("/sys/fs/cgroup/unified/"));
        assert_eq!(found(mounts, "0::/user.slice/x\n").as_deref(), Some("/sys/fs/cgroup/unified/user.slice/x"));
        for (mounts, groups) in [(mounts, "0::/../x\n"), (mounts, "4:memory:/a\n"), ("", "0::/\n"), (mounts, "")] {
            assert_eq!(found(mounts, groups), None);
        }
    }
}
