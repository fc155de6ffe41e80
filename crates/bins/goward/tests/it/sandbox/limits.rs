//! Limits of memory, processes and time.

use super::probe::{holds, is_whole, run, world};

#[test]
fn a_program_ends_when_its_time_is_over_with_all_that_it_has_started() {
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    let mark = format!("6{:07}", std::process::id());
    let script = format!("sleep {mark} & sleep {mark}");
    let run = run(&world.home, &["--time", "200ms"], &["/bin/sh", "-c", &script]).exits(137);
    assert!(run.stderr.contains("its time of 0.2 s was over"), "{}", run.snapshot());
    assert_eq!(super::escapes::running(&mark), [0; 0], "a process is left");
}

#[test]
fn memory_is_bounded_by_a_control_group_with_files_in_memory() {
    let (world, probe) = world();
    if !is_whole(&probe) || !holds(&probe, "memory") {
        return;
    }
    let script = "head -c 300000000 /dev/zero > /tmp/large; echo end";
    let bounded = run(&world.home, &["--json", "--memory", "64MiB"], &["/bin/sh", "-c", script]);
    let told: serde_json::Value = serde_json::from_str(bounded.stderr.lines().last().unwrap()).unwrap();
    let is_bounded = told["memory_kills_count"].as_u64().unwrap() > 0 || bounded.stderr.contains("No space left");
    assert!(is_bounded, "{}", bounded.snapshot());
    run(&world.home, &["--memory", "1GiB"], &["/bin/sh", "-c", script]).success();
}

#[test]
fn processes_are_bounded() {
    let (world, probe) = world();
    if !is_whole(&probe) || !holds(&probe, "process-count") {
        return;
    }
    let script = "n=0; while [ $n -lt 60 ]; do sleep 60 & n=$((n+1)); done; echo all";
    let bounded = run(&world.home, &["--processes", "20"], &["/bin/sh", "-c", script]);
    assert!(!bounded.stdout.contains("all"), "{}", bounded.snapshot());
    let enough = run(&world.home, &["--processes", "200"], &["/bin/sh", "-c", script]).success();
    assert!(enough.stdout.contains("all"), "{}", enough.snapshot());
}
