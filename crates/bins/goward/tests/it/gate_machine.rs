//! `goward gate` with parts of a real machine: the kernel's out-of-memory killer, and a person at a terminal.
#![cfg(unix)] // control groups, and a terminal of `script`

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::World;
use testkit::on_path;

/// The memory of the group, in bytes: enough for goward, and filled within moments.
const MEMORY_BYTES: u64 = 256 << 20;

fn world() -> World {
    let world = World::new();
    world.goward("use 1.26.8").success();
    world.goward("use 1.27.3").success();
    world
}

fn default(world: &World) -> String {
    world.goward("current --json").success().json()["version"].as_str().unwrap().to_owned()
}

/// A control group of the test's own, whose memory is limited.
struct Group(PathBuf);

impl Group {
    /// One of version 2, else of version 1; why there is none.
    fn new() -> Result<Group, String> {
        let name = format!("goward-test-{}", std::process::id());
        let make = |parent: &str, limit: &str| -> std::io::Result<Group> {
            let folder = Path::new(parent).join(&name);
            std::fs::create_dir(&folder)?;
            let group = Group(folder);
            // Elsewhere the folder is an ordinary one, and limits nothing.
            std::fs::metadata(group.0.join("cgroup.procs"))?;
            std::fs::write(group.0.join(limit), MEMORY_BYTES.to_string())?;
            Ok(group)
        };
        let second = make("/sys/fs/cgroup", "memory.max");
        second.or_else(|_| make("/sys/fs/cgroup/memory", "memory.limit_in_bytes")).map_err(|error| {
            format!(
                "no control group whose memory is limited can be made here ({error}); it takes root and its own mount"
            )
        })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[test]
fn a_kill_of_the_kernel_for_lack_of_memory_is_told_apart_from_another_kill() {
    let group = match Group::new() {
        Ok(group) => group,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let world = world();
    let (cat, tail) = (on_path("cat").unwrap(), on_path("tail").unwrap());
    let line = |program: &str| {
        let goward = env!("CARGO_BIN_EXE_goward");
        format!("echo $$ >'{}/cgroup.procs' && exec '{goward}' gate run --json -- {program}", group.0.display())
    };
    // It keeps the last line, and the line is longer than the group's memory: not endless, should nobody kill it.
    let long = world.home.below("long");
    std::fs::File::create(&long).unwrap().set_len(2 * MEMORY_BYTES).unwrap();
    let fill = format!("/bin/sh -c '\"{}\" \"{}\" | \"{}\" -n 1'", cat.display(), long.display(), tail.display());
    let run = world.home.run_program("/bin/sh", ["-c", &line(&fill)]).exits(137);
    let report = run.stderr.lines().last().unwrap();
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    assert!(report["oom_kills_count"].as_u64().unwrap() > 0, "{}", run.snapshot());
    assert_eq!(report["verdict"], "back", "{}", run.snapshot());
    let run = world.home.run_program("/bin/sh", ["-c", &line("/bin/sh -c 'kill -KILL $$'")]).exits(137);
    let report: serde_json::Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(report["oom_kills_count"], 0, "{}", run.snapshot());
    assert_eq!(report["verdict"], "ask", "{}", run.snapshot());
}

/// Runs goward in a terminal, where a person types this.
fn in_a_terminal(world: &World, typed: &str) -> Result<(i32, String), String> {
    let script = on_path("script").ok_or("no `script` (util-linux) is on PATH: it makes the terminal")?;
    let line =
        format!("'{}' gate run --stage build --act rollback -- /bin/sh -c 'exit 1'", env!("CARGO_BIN_EXE_goward"));
    let mut command: Command = world.home.command(script);
    let log = world.home.below("typescript");
    command.args(["-q", "-e", "-c", &line]).arg(log).env("SHELL", "/bin/sh");
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| error.to_string())?;
    // The terminal keeps it until somebody reads.
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Ok((output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned()))
}

#[test]
fn a_person_at_a_terminal_is_asked_and_only_yes_goes_back() {
    for (typed, version) in
        [("no\n", "1.27.3"), ("\n", "1.27.3"), ("what?\n", "1.27.3"), ("Yes\n", "1.26.8"), ("y\n", "1.26.8")]
    {
        let world = world();
        let (code, screen) = match in_a_terminal(&world, typed) {
            Ok(seen) => seen,
            Err(why) => return eprintln!("skipped: {why}"),
        };
        assert_eq!(code, 1, "the program's own\n{screen}");
        assert!(screen.contains("Roll the default back? [y/N, 30 s]"), "{screen}");
        assert_eq!(default(&world), version, "{typed:?}\n{screen}");
        assert_eq!(screen.contains("a person decides"), version == "1.27.3", "{screen}");
    }
}
