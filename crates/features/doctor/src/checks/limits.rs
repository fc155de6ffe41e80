//! The system's limits against what a build and gopls need.
//!
//! Where the figures come from: the go command links with some hundred files open per job and starts one job per
//! processor (`go help build`, `-p`); gopls' watcher and editors watch every folder of a workspace and of the module
//! cache (inotify(7): one watch for each, 128 watches of a default instance limit are soon used up by several editors).
//! The usual advice of editors is 524,288 watches; a limit below 8,192, the kernel's old default, ends in "no space left
//! on device" for workspaces of a middle size.

use sys::MachineLimits;

use crate::finding::Finding;
use crate::inputs::Inputs;

/// Watches that a workspace of a middle size and an editor need together.
const WATCHES_MIN: u64 = 65_536;
/// Instances that some editors, gopls and a test watcher need together.
const INSTANCES_MIN: u64 = 128;
/// Open files that a link of a large program and parallel tests need.
const FILES_MIN: u64 = 1_024;
/// Processes and threads that a build needs: each compiler has some ten threads.
const PROCESSES_MIN: u64 = 512;

pub(super) fn run(_: &Inputs) -> Vec<Finding> {
    judged(&MachineLimits::of_this_process())
}

fn judged(limits: &MachineLimits) -> Vec<Finding> {
    let mut findings = Vec::new();
    let inotify = [
        ("fs.inotify.max_user_watches", limits.inotify_watches, WATCHES_MIN, 524_288),
        ("fs.inotify.max_user_instances", limits.inotify_instances, INSTANCES_MIN, 512),
    ];
    for (name, value, least, advised) in inotify {
        if let Some(value) = value.filter(|value| *value < least) {
            let what = format!("{name} is {value}; a workspace with gopls and an editor needs {least}");
            let why = "editors and gopls then do not see changes, or fail with `no space left on device`; a build is not affected";
            let fix = format!("as root: `sysctl {name}={advised}`, and the same line in /etc/sysctl.d/90-goward.conf");
            findings.push(Finding::note("limit-inotify", what, why, fix));
        }
    }
    if let Some(value) = limits.open_files.filter(|value| *value < FILES_MIN) {
        let hard = limits.open_files_hard.unwrap_or(value);
        let what = format!("a process may open {value} files (hard limit {hard}); a build needs {FILES_MIN}");
        let why = "the linker and parallel tests fail with `too many open files`";
        let fix = match hard >= FILES_MIN {
            true => format!("`ulimit -n {hard}` in the shell or its profile"),
            false => "raise the hard limit: /etc/security/limits.conf, systemd's `LimitNOFILE=`, docker's `--ulimit nofile=65536`".to_owned(),
        };
        findings.push(Finding::problem("limit-files", what, why, fix));
    }
    if let Some(value) = limits.processes.filter(|value| *value < PROCESSES_MIN) {
        let what = format!("this user may have {value} processes and threads; a build needs {PROCESSES_MIN}");
        let why = "the go command fails with `failed to create new OS thread` or `resource temporarily unavailable`";
        let fix = "`ulimit -u`, systemd's `TasksMax=`, or fewer at once: `go build -p 2`";
        findings.push(Finding::problem("limit-processes", what, why, fix));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(limits: MachineLimits) -> Vec<&'static str> {
        judged(&limits).iter().map(|finding| finding.word).collect()
    }

    #[test]
    fn limits_below_what_a_build_needs_are_told_and_unknown_ones_are_not() {
        assert_eq!(words(MachineLimits::default()), [""; 0]);
        let good = MachineLimits {
            open_files: Some(1_024),
            open_files_hard: Some(u64::MAX),
            processes: Some(u64::MAX),
            inotify_watches: Some(524_288),
            inotify_instances: Some(128),
        };
        assert_eq!(words(good), [""; 0]);
        let bad = MachineLimits {
            open_files: Some(64),
            open_files_hard: Some(64),
            processes: Some(20),
            inotify_watches: Some(8_192),
            inotify_instances: Some(8),
        };
        assert_eq!(words(bad), ["limit-inotify", "limit-inotify", "limit-files", "limit-processes"]);
    }
}
