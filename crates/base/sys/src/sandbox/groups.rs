//! Control groups (cgroups(7)): limits of memory and of processes that hold for a program with all that it starts.
//!
//! In version 2 a group beside this process's own is made, in the nearest group above that hands the controller on and that
//! this user may change (a service manager delegates one to each user). In version 1 it is made below this process's own.

use std::io;
use std::path::{Path, PathBuf};

/// Where control groups are mounted.
const MOUNTED: &str = "/sys/fs/cgroup";
/// The groups of this process.
const OWN: &str = "/proc/self/cgroup";
/// How many groups above this process's own are tried.
const ABOVE_MAX: usize = 16;
/// How a group's folder begins; the process that made it follows.
const NAME: &str = "goward-sandbox-";

/// A limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupLimit {
    /// Bytes of memory, temporary files in memory included.
    MemoryBytes(u64),
    /// Processes and threads.
    Processes(u64),
}

impl GroupLimit {
    fn controller(self) -> &'static str {
        match self {
            GroupLimit::MemoryBytes(_) => "memory",
            GroupLimit::Processes(_) => "pids",
        }
    }
}

/// The groups of one run, which are removed with this value. Its processes have to have ended by then.
#[derive(Debug, Default)]
pub struct Groups {
    folders: Vec<PathBuf>,
}

impl Groups {
    /// Makes a group with this limit.
    ///
    /// # Errors
    /// When this user has no group that can be limited.
    pub fn make(&mut self, limit: GroupLimit) -> io::Result<()> {
        let own = std::fs::read_to_string(OWN)?;
        self.make_in(Path::new(MOUNTED), &own, limit)
    }

    /// The files to which a process writes its number to join them.
    pub fn joins(&self) -> Vec<PathBuf> {
        self.folders.iter().map(|folder| folder.join("cgroup.procs")).collect()
    }

    /// How many processes the kernel has ended since these groups have no more memory.
    pub fn memory_kills(&self) -> u64 {
        let count = |file: &str, word: &str| {
            let texts = self.folders.iter().filter_map(|folder| std::fs::read_to_string(folder.join(file)).ok());
            let lines: Vec<String> =
                texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
            let values = lines.iter().filter_map(|line| line.strip_prefix(word)?.trim().parse::<u64>().ok());
            values.sum::<u64>()
        };
        count("memory.events", "oom_kill ") + count("memory.oom_control", "oom_kill ")
    }

    fn make_in(&mut self, mounted: &Path, own: &str, limit: GroupLimit) -> io::Result<()> {
        let controller = limit.controller();
        let mut refused = None;
        for parent in parents(mounted, own, controller) {
            match self.make_below(&parent, limit) {
                Ok(()) => return Ok(()),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        Err(refused.unwrap_or_else(|| {
            io::Error::other(format!("no control group of this machine limits `{controller}` here"))
        }))
    }

    fn make_below(&mut self, parent: &Path, limit: GroupLimit) -> io::Result<()> {
        sweep(parent);
        let folder = parent.join(format!("{NAME}{}", std::process::id()));
        match std::fs::create_dir(&folder) {
            // It has the other limit already.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && self.folders.contains(&folder) => {}
            made => {
                super::at(&format!("make a control group in `{}`", parent.display()), made)?;
                self.folders.push(folder.clone());
            }
        }
        let set = |file: &str, value: u64| {
            let path = folder.join(file);
            match std::fs::symlink_metadata(&path).is_ok() {
                true => std::fs::write(path, value.to_string()).map(|()| true),
                false => Ok(false),
            }
        };
        let is_set = match limit {
            GroupLimit::MemoryBytes(bytes) if set("memory.max", bytes)? => {
                // Memory that is swapped out is memory, too. A machine without swap accounting has no such file.
                set("memory.swap.max", 0)?;
                true
            }
            GroupLimit::MemoryBytes(bytes) => {
                let is_set = set("memory.limit_in_bytes", bytes)?;
                // Version 1 bounds memory and swap together, and has the file only where swap is accounted.
                let _ = set("memory.memsw.limit_in_bytes", bytes);
                is_set
            }
            GroupLimit::Processes(count) => set("pids.max", count)?,
        };
        match is_set {
            true => Ok(()),
            false => Err(io::Error::other(format!("a group in `{}` has no such limit", parent.display()))),
        }
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        for folder in &self.folders {
            // One whose processes still end is removed by the next run.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// Moves this process into a group, by its file `cgroup.procs`.
///
/// # Errors
/// When the system refuses.
pub fn join(procs: &Path) -> io::Result<()> {
    // 0 is the process that writes.
    super::at(&format!("join the control group of `{}`", procs.display()), std::fs::write(procs, "0"))
}

/// Removes the empty groups of processes that were killed.
fn sweep(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(NAME)).and_then(|pid| pid.parse::<u32>().ok());
        let is_dead = |pid: u32| std::fs::symlink_metadata(format!("/proc/{pid}")).is_err();
        if owner.is_some_and(is_dead) {
            // One with processes cannot be removed.
            let _ = std::fs::remove_dir(entry.path());
        }
    }
}

/// The groups in which one with this controller may be made, the nearest first.
fn parents(mounted: &Path, own: &str, controller: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for line in own.lines() {
        let mut fields = line.splitn(3, ':');
        let (number, names, path) = (fields.next(), fields.next().unwrap_or(""), fields.next().unwrap_or("/"));
        let relative = Path::new(path.trim_start_matches('/'));
        if names.split(',').any(|name| name == controller) {
            // In a container the path may be that of the machine; the mounted folder is then the container's own group.
            let root = mounted.join(controller);
            found.extend([root.join(relative), root]);
        } else if number == Some("0") && names.is_empty() {
            let roots = [mounted.to_owned(), mounted.join("unified")];
            for root in roots {
                let groups = relative.ancestors().take(ABOVE_MAX).map(|group| root.join(group));
                found.extend(groups.filter(|group| hands_on(group, controller)));
            }
        }
    }
    found.retain(|group| std::fs::symlink_metadata(group).is_ok_and(|meta| meta.is_dir()));
    found.dedup();
    found
}

/// Whether groups below this one (version 2) have the controller.
fn hands_on(group: &Path, controller: &str) -> bool {
    let text = std::fs::read_to_string(group.join("cgroup.subtree_control")).unwrap_or_default();
    text.split_whitespace().any(|word| word == controller)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, own: &str, controller: &str) -> Vec<String> {
        let relative = |path: PathBuf| path.strip_prefix(root).unwrap().display().to_string();
        parents(root, own, controller).into_iter().map(relative).collect()
    }

    #[test]
    fn a_group_is_made_where_the_controller_is_handed_on() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let place = |path: &str, text: &str| {
            std::fs::create_dir_all(root.join(path)).unwrap();
            std::fs::write(root.join(path).join("cgroup.subtree_control"), text).unwrap();
        };
        place("", "cpu memory pids\n");
        place("user.slice", "memory pids\n");
        place("user.slice/app.slice", "pids\n");
        place("user.slice/app.slice/shell.scope", "");
        let own = "0::/user.slice/app.slice/shell.scope\n";
        assert_eq!(names(root, own, "memory"), ["user.slice", ""]);
        assert_eq!(names(root, own, "pids"), ["user.slice/app.slice", "user.slice", ""]);
        assert_eq!(names(root, own, "io"), [""; 0]);
        // Version 1: below the own group, else below the mounted folder.
        std::fs::create_dir_all(root.join("memory/a")).unwrap();
        assert_eq!(names(root, "4:memory:/a\n0::/\n", "memory"), ["memory/a", "memory", ""]);
        assert_eq!(names(root, "4:memory:/elsewhere\n", "memory"), ["memory"]);
    }

    #[test]
    fn limits_are_written_where_the_group_has_them() {
        let folder = tempfile::tempdir().unwrap();
        let (root, mut groups) = (folder.path(), Groups::default());
        std::fs::write(root.join("cgroup.subtree_control"), "memory pids").unwrap();
        // A folder is no control group, so no file appears in it.
        let refused = groups.make_in(root, "0::/\n", GroupLimit::MemoryBytes(1)).unwrap_err();
        assert!(refused.to_string().contains("has no such limit"), "{refused}");
        assert_eq!(groups.folders.len(), 1);
        std::fs::write(groups.folders[0].join("memory.max"), "max").unwrap();
        std::fs::write(groups.folders[0].join("pids.max"), "max").unwrap();
        groups.make_in(root, "0::/\n", GroupLimit::MemoryBytes(4096)).unwrap();
        groups.make_in(root, "0::/\n", GroupLimit::Processes(7)).unwrap();
        let read = |name: &str| std::fs::read_to_string(groups.folders[0].join(name)).unwrap();
        assert_eq!((read("memory.max").as_str(), read("pids.max").as_str()), ("4096", "7"));
        assert_eq!(groups.joins(), [groups.folders[0].join("cgroup.procs")]);
        std::fs::write(groups.folders[0].join("memory.events"), "oom 3\noom_kill 2\n").unwrap();
        assert_eq!(groups.memory_kills(), 2);
    }
}
