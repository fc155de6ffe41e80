//! Systems without the mechanisms: nothing is claimed, and nothing runs unless the user takes that.

use crate::support::World;

#[test]
fn nothing_is_claimed_and_nothing_runs_unless_the_user_takes_that() {
    let world = World::new();
    world.goward("use 1.27.3").success();
    let probe = world.goward("sandbox probe --json").success().json();
    assert_eq!(probe["degree"], "none", "{probe}");
    let run = world.goward("sandbox run -- go version").exits(6);
    assert!(run.stderr.contains("the program reads your files"), "{}", run.snapshot());
    let run = world.goward("sandbox run --best-effort -- go version").success();
    assert!(run.stderr.contains("sandbox: none (0 of"), "{}", run.snapshot());
    assert!(run.stdout.contains("1.27.3"), "{}", run.snapshot());
}
