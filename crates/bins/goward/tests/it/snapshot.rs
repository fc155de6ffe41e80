//! `goward snapshot`: taken, compared, verified, restored, kept and shared.

#[cfg(unix)] // only the tests of Git need them
use std::path::Path;
use std::path::PathBuf;
#[cfg(unix)] // the same
use std::process::Command;

use serde_json::Value;
use testkit::TinyToolchain;

use crate::support::{World, names};

fn world() -> World {
    let mut world = World::offering(["1.26.8", "1.27.3"].map(TinyToolchain::host)).sources("official");
    // Git and nothing else of the machine.
    world.home.set_env("GIT_CONFIG_NOSYSTEM", "1");
    world.goward("install 1.26.8 1.27.3").success();
    world.goward("use 1.26.8").success();
    world
}

fn create(world: &World, line: &str) -> Value {
    world.goward(&format!("snapshot create --json {line}")).success().json()
}

/// Checks that this version is the default.
#[track_caller]
fn assert_default(world: &World, version: &str) {
    let resolved = |path: PathBuf| path.canonicalize().unwrap();
    assert_eq!(resolved(world.default_tree()), resolved(world.tree(version)));
}

fn id(created: &Value) -> String {
    created["snapshot"]["id"].as_str().unwrap().to_owned()
}

#[cfg(unix)] // its stand-in is a shell script
/// Puts the machine's Git on the sealed home's PATH; false where there is none.
fn with_git(world: &mut World) -> bool {
    let Some(git) = ["/usr/bin/git", "/usr/local/bin/git", "/opt/homebrew/bin/git"]
        .map(PathBuf::from)
        .into_iter()
        .find(|git| git.exists())
    else {
        eprintln!("skipped: there is no git");
        return false;
    };
    world.home.add_program("git", &format!("#!/bin/sh\nexec {} \"$@\"\n", git.display()));
    world.home.set_env("GIT_AUTHOR_NAME", "Ada").set_env("GIT_AUTHOR_EMAIL", "ada@example.org");
    world.home.set_env("GIT_COMMITTER_NAME", "Ada").set_env("GIT_COMMITTER_EMAIL", "ada@example.org");
    true
}

#[cfg(unix)] // only the tests of Git need it
fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-C"]).arg(folder).args(args);
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_snapshot_says_what_is_there_and_a_second_one_is_equal_to_it() {
    let world = world();
    let first = create(&world, "--label v1.2.0 --reason before");
    let snapshot = &first["snapshot"];
    assert!(id(&first).starts_with("v1.2.0-20") && id(&first).ends_with("-local"), "{}", id(&first));
    assert_eq!(snapshot["default_toolchain"], snapshot["toolchain"]);
    assert_eq!(snapshot["generation"], 1);
    assert_eq!(snapshot["retention"], "7d");
    assert_eq!(snapshot["author"]["reason"], "before");
    assert_eq!(snapshot["toolchains"].as_array().unwrap().len(), 2);
    assert!(snapshot["tree_state"]["version_line"].as_str().unwrap().starts_with("go1.26.8"));
    assert!(!snapshot["tree_state"]["vouched_by"].as_array().unwrap().is_empty());
    assert!(!snapshot["tree_state"]["programs"].as_array().unwrap().is_empty());
    let goroot = snapshot["go_variables"].as_array().unwrap().iter().find(|one| one["name"] == "GOROOT").unwrap();
    assert_eq!(goroot["value"], world.tree("1.26.8").to_str().unwrap());
    // Two in one second have two ids.
    let others: Vec<String> = (0..3).map(|_| id(&create(&world, "--label v1.2.0"))).collect();
    let mut ids = [vec![id(&first)], others.clone()].concat();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    for other in &others {
        let diff = world.goward(&format!("snapshot diff {} {other} --ignore time", id(&first))).success();
        assert!(diff.stdout.contains("no difference"), "{}", diff.snapshot());
        world.goward(&format!("snapshot diff {} {other}", id(&first))).exits(9);
    }
    // Another default is a difference.
    world.goward("use 1.27.3").success();
    let after = id(&create(&world, "--label after"));
    let diff = world.goward(&format!("snapshot diff {} {after} --ignore time --json", id(&first))).exits(9).json();
    let areas: Vec<&str> =
        diff["snapshot_differences"].as_array().unwrap().iter().map(|one| one["area"].as_str().unwrap()).collect();
    assert!(areas.contains(&"toolchain") && areas.contains(&"default") && areas.contains(&"files"), "{areas:?}");
    assert!(world.goward("snapshot verify --all").success().stdout.contains("good"));
}

#[test]
fn odd_labels_and_contexts_make_good_ids_and_the_ci_is_known() {
    let mut world = world();
    let made = |world: &World, label: &str, context: &str| {
        let run = world.home.goward(["snapshot", "create", "--json", "--label", label, "--context", context]).success();
        id(&run.json())
    };
    let id_of = made(&world, "../../etc/passwd\u{1b}[31m", "a b\nc");
    assert!(id_of.starts_with("etc-passwd--31m-20") && id_of.ends_with("-a-b-c"), "{id_of}");
    assert!(made(&world, "日本", "日本").starts_with("snapshot-20"));
    assert!(made(&world, &"x".repeat(5000), &"y".repeat(5000)).len() <= 128);
    world.home.set_env("GITHUB_ACTIONS", "true").set_env("GITHUB_JOB", "pr-test");
    world.home.set_env("GITHUB_SHA", "a1b2c3d4e5f6");
    assert!(id(&create(&world, "--label v1")).contains("-pr-test-a1b2c3d"));
    for text in ["../x", "a/b", "", ".hidden"] {
        world.home.goward(["snapshot", "show", text, "--json"]).exits(if text == "../x" || text == "a/b" {
            5
        } else {
            2
        });
    }
    world.goward("snapshot show nothing-like-it").exits(3);
}

#[test]
fn a_restore_is_one_change_that_undo_takes_back() {
    let world = world();
    let project = world.home.below("project");
    std::fs::create_dir_all(&project).unwrap();
    std::fs::write(project.join("go.mod"), "module m\n\ngo 1.26\n").unwrap();
    std::fs::write(project.join(".go-version"), "1.26.8\n").unwrap();
    world.goward("config set pin.files .go-version").success();
    let made = world.home.goward(["snapshot", "create", "--json", "--project", project.to_str().unwrap()]).success();
    let snapshot = id(&made.json());
    // All of it moves, and the toolchain is gone.
    world.goward("use 1.27.3").success();
    std::fs::write(project.join(".go-version"), "1.27.3\n").unwrap();
    world.goward("config set pin.files .tool-versions").success();
    world.goward("uninstall 1.26.8").success();
    let plan = world.goward(&format!("snapshot restore {snapshot} --dry-run --json")).success().json();
    assert_eq!(plan["fetched"].as_array().unwrap().len(), 1, "{plan}");
    assert_eq!(world.installed(), ["1.27.3"], "a dry run changes nothing");
    let done = world.goward(&format!("snapshot restore {snapshot}")).success();
    assert!(done.stdout.contains("`goward undo` takes this back"), "{}", done.snapshot());
    assert_eq!(std::fs::read_to_string(project.join(".go-version")).unwrap(), "1.26.8\n");
    assert_default(&world, "1.26.8");
    let pins = world.goward("config pin.files --json").success().json();
    assert_eq!(pins["settings"][0]["value"], serde_json::json!([".go-version"]));
    let again = world.goward(&format!("snapshot restore {snapshot}")).success();
    assert!(again.stdout.contains("everything is as recorded"), "{}", again.snapshot());
    assert!(world.goward("history").success().stdout.contains(&format!("restore {snapshot}")));
    world.goward("undo").success();
    assert_eq!(std::fs::read_to_string(project.join(".go-version")).unwrap(), "1.27.3\n");
    assert_default(&world, "1.27.3");
    let pins = world.goward("config pin.files --json").success().json();
    assert_eq!(pins["settings"][0]["value"], serde_json::json!([".tool-versions"]));
}

#[test]
fn damage_is_told_repaired_or_moved_aside() {
    let world = world();
    let snapshot = id(&create(&world, "--rehash"));
    let file = world.store("snapshots").join(format!("{snapshot}.json"));
    let good = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, good.replace("\"generation\": 1", "\"generation\": 7")).unwrap();
    let run = world.goward(&format!("snapshot show {snapshot}")).exits(5);
    assert!(run.stderr.contains("was altered since it was written"), "{}", run.snapshot());
    world.goward("snapshot verify --all").exits(5);
    assert!(world.goward("snapshot list").success().stdout.contains("cannot be read"));
    assert!(world.goward("doctor store").exits(9).stdout.contains(&snapshot));
    std::fs::write(&file, &good).unwrap();
    world.goward("snapshot verify").success();
    // The manifest comes from the toolchain again.
    let manifest = names(&world.store("snapshots")).into_iter().find(|name| name.ends_with(".files")).unwrap();
    std::fs::remove_file(world.store("snapshots").join(manifest)).unwrap();
    world.goward("snapshot verify").exits(5);
    world.goward("doctor store --repair").success();
    world.goward("snapshot verify").success();
    // A file of the tree.
    let program = world.program("1.26.8", "go");
    crate::support::make_writable(program.parent().unwrap());
    crate::support::make_writable(&program);
    std::fs::write(&program, "other").unwrap();
    let run = world.goward("snapshot verify").exits(5);
    assert!(run.stdout.contains("bin/go"), "{}", run.snapshot());
    let rehashed = create(&world, "--rehash");
    assert_eq!(
        rehashed["snapshot"]["tree_state"]["files_changed"][0].as_str().map(|path| path.starts_with("bin/go")),
        Some(true)
    );
    // The record cut off, or of a later goward.
    for (bytes, word) in [
        (good[..good.len() / 2].to_owned(), "not a snapshot"),
        (good.replace("goward.snapshot/1", "goward.snapshot/9"), "this goward reads"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let run = world.goward(&format!("snapshot restore {snapshot}")).exits(5);
        assert!(run.stderr.contains(word), "{}", run.snapshot());
    }
}

#[test]
fn files_from_elsewhere_are_read_with_care() {
    let world = world();
    let out = world.home.below("copy.json");
    let made = world.home.goward(["snapshot", "create", "--json", "-o", out.to_str().unwrap()]).success();
    let snapshot = id(&made.json());
    let copy = std::fs::read_to_string(&out).unwrap();
    assert!(copy.contains("\"tree_files\": [\n"), "the copy has all files");
    world.home.goward(["snapshot", "diff", &snapshot, out.to_str().unwrap()]).success();
    let csv = world.home.goward(["snapshot", "show", out.to_str().unwrap(), "--format", "csv"]).success().stdout;
    assert!(csv.starts_with("Path,SHA256,LastModified\n") && csv.lines().count() > 3, "{csv}");
    let bad = world.home.below("bad.json");
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let huge = format!("{{\"schema\":\"goward.snapshot/1\",\"id\":\"{}", "x".repeat(70 << 20));
    for text in ["", "{}", "[]", "null", &copy[..copy.len() / 3], &deep, &huge, &copy.replace("\"id\"", "\"ID\"")] {
        std::fs::write(&bad, text).unwrap();
        let run = world.home.goward(["snapshot", "show", bad.to_str().unwrap()]).exits(5);
        assert!(run.stderr.len() < 2000, "{}", run.stderr.len());
    }
    if cfg!(unix) {
        for path in ["/dev/zero", "/dev/stdin", "/proc/self/environ"] {
            world.home.goward(["snapshot", "show", path]).exits(5);
        }
    }
}

#[test]
fn snapshots_expire_and_protected_ones_and_that_of_the_generation_in_use_stay() {
    let mut world = world();
    let old = id(&create(&world, "--label old --ttl 6s"));
    let kept = id(&create(&world, "--label kept --ttl 6s --protect"));
    let used = id(&create(&world, "--label used --ttl 6s"));
    // On a slow machine the next `create` removes what has expired meanwhile.
    std::thread::sleep(std::time::Duration::from_millis(6100));
    let plan = world.goward("snapshot prune --dry-run").success();
    assert!(plan.stdout.contains(&format!("would go: {old} (expired)")), "{}", plan.snapshot());
    let gone = world.goward("snapshot prune").success();
    assert!(gone.stdout.contains("are free again"), "{}", gone.snapshot());
    let listed = world.goward("snapshot list").success().stdout;
    assert!(!listed.contains(&old) && listed.contains(&kept) && listed.contains(&used), "{listed}");
    assert!(world.goward("snapshot prune").success().stdout.contains("nothing has to go"));
    world.goward(&format!("snapshot delete {kept}")).exits(7);
    world.goward(&format!("snapshot protect {kept} --off")).success();
    world.goward(&format!("snapshot delete {kept}")).success();
    world.goward(&format!("snapshot delete {kept}")).exits(3);
    // By count: the newest stay.
    world.home.set_env("GOWARD_SNAPSHOT_KEEP", "2");
    world.goward("use 1.27.3").success();
    world.goward("use 1.26.8").success();
    let made: Vec<String> = (0..4).map(|number| id(&create(&world, &format!("--label n{number}")))).collect();
    let listed = world.goward("snapshot list").success().stdout;
    assert!(listed.contains(&made[3]) && !listed.contains(&made[0]), "{listed}");
    // No manifest is left that nothing names.
    for one in &made {
        let _ = world.goward(&format!("snapshot delete {one}"));
    }
    for bad in ["7 days", "1y", "-1h"] {
        world.home.goward(["snapshot", "create", "--ttl", bad]).exits(2);
    }
}

#[test]
fn a_full_disk_stops_new_ones_and_prune_makes_room() {
    let mut world = world();
    let first = id(&create(&world, "--label first"));
    world.home.set_env("GOWARD_SNAPSHOT_DISK_STOP_PERCENT", "1");
    let run = world.goward("snapshot create").exits(7);
    assert!(run.stderr.contains("disk-stop-percent"), "{}", run.snapshot());
    assert!(world.goward("snapshot create --json").exits(7).stderr.contains("disk-high"));
    assert!(world.store("snapshots/stopped").exists());
    // What exists can be read, restored and removed on a full disk.
    world.goward(&format!("snapshot restore {first}")).success();
    world.home.set_env("GOWARD_SNAPSHOT_DISK_STOP_PERCENT", "101");
    world.goward("use 1.27.3").success();
    world.goward("use 1.26.8").success();
    world.goward("use 1.27.3").success();
    world.home.set_env("GOWARD_SNAPSHOT_DISK_FREE_PERCENT", "1").set_env("GOWARD_KEEP_GENERATIONS", "1");
    let pruned = world.goward("snapshot prune --json").success().json();
    assert_eq!(pruned["snapshots_removed"][0]["cause"], "disk-full", "{pruned}");
    assert_eq!(world.installed(), ["1.27.3"], "toolchains are what makes room: {pruned}");
    assert!(pruned["bytes_freed"].as_u64().unwrap() > 0);
    assert!(!world.store("snapshots/stopped").exists());
}

#[cfg(unix)] // the programs are shell scripts
#[test]
fn snapshots_are_shared_through_git_and_nothing_else_of_the_repository_is_touched_or_run() {
    let mut world = world();
    if !with_git(&mut world) {
        return;
    }
    assert!(world.goward("snapshot push").exits(2).stderr.contains("snapshot.git"));
    let repository = world.home.below("infra");
    std::fs::create_dir_all(&repository).unwrap();
    let folder = repository.join("snap shots");
    world.home.set_env("GOWARD_SNAPSHOT_GIT", folder.to_str().unwrap());
    let snapshot = id(&create(&world, "--label shared"));
    assert!(world.goward("snapshot push").exits(6).stderr.contains("not a git repository"));
    git(&repository, &["init", "--quiet"]);
    // No commit yet; something is staged, something is changed; hooks and a monitor are there.
    std::fs::write(repository.join("staged"), "x").unwrap();
    git(&repository, &["add", "staged"]);
    std::fs::write(repository.join("loose"), "x").unwrap();
    let ran = world.home.below("ran");
    for hook in ["pre-commit", "commit-msg", "post-commit", "pre-push", "post-merge", "reference-transaction"] {
        let path = repository.join(".git/hooks").join(hook);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\necho {hook} >>{}\n", ran.display())).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let monitor = format!("echo monitor >>{}", ran.display());
    git(&repository, &["config", "core.fsmonitor", &monitor]);
    let pushed = world.goward("snapshot push").success();
    assert!(
        pushed.stdout.contains(&format!("wrote {snapshot}")) && pushed.stdout.contains("commit "),
        "{}",
        pushed.snapshot()
    );
    let committed = git(&repository, &["-c", "core.fsmonitor=false", "show", "--name-only", "--format=%s", "HEAD"]);
    assert!(committed.ends_with(&format!("snap shots/{snapshot}.json")), "{committed}");
    assert!(!committed.contains("staged"), "{committed}");
    assert!(!ran.exists(), "{}", std::fs::read_to_string(&ran).unwrap_or_default());
    assert!(world.goward("snapshot push").success().stdout.contains("nothing is new"));
    let again = world.goward("snapshot push --json").success();
    assert_eq!(crate::json::assert_follows_views(&again), "goward.snapshot-sync/1");
    git(&repository, &["config", "core.fsmonitor", "false"]);

    // Another machine takes it, and believes little of it.
    let mut other = self::world();
    with_git(&mut other);
    let clone = other.home.below("infra");
    git(&repository, &["clone", "--quiet", repository.to_str().unwrap(), clone.to_str().unwrap()]);
    other.home.set_env("GOWARD_SNAPSHOT_GIT", clone.join("snap shots").to_str().unwrap());
    let pulled = other.goward("snapshot pull").success();
    assert!(pulled.stdout.contains(&format!("took {snapshot}")), "{}", pulled.snapshot());
    other.goward("use 1.27.3").success();
    let restored = other.goward(&format!("snapshot restore {snapshot}")).success();
    assert!(restored.stdout.contains("made elsewhere"), "{}", restored.snapshot());
    assert_default(&other, "1.26.8");
    other.goward("snapshot verify --all").success();
    // A file that somebody altered, one with another name, and one that is none.
    let shared = clone.join("snap shots");
    let good = std::fs::read_to_string(shared.join(format!("{snapshot}.json"))).unwrap();
    std::fs::write(shared.join("evil.json"), &good).unwrap();
    std::fs::write(shared.join("cut.json"), &good[..500]).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", shared.join("link.json")).unwrap();
    let pulled = other.goward("snapshot pull").exits(5);
    for name in ["evil.json", "cut.json", "link.json"] {
        assert!(pulled.stdout.contains(name), "{name}: {}", pulled.snapshot());
    }
    assert_eq!(names(&other.store("snapshots")).iter().filter(|name| name.ends_with(".json")).count(), 1);
}

#[cfg(unix)] // the programs are shell scripts
#[test]
fn what_a_project_s_repository_names_is_not_run_for_the_label() {
    let mut world = world();
    if !with_git(&mut world) {
        return;
    }
    let project = world.home.below("project");
    std::fs::create_dir_all(&project).unwrap();
    std::fs::write(project.join("go.mod"), "module m\n").unwrap();
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "go.mod"]);
    git(&project, &["commit", "--quiet", "-m", "one"]);
    git(&project, &["tag", "v1.2.3"]);
    let take = |world: &World| {
        let run = world.home.goward(["snapshot", "create", "--json", "--project", project.to_str().unwrap()]).success();
        run.json()["snapshot"].clone()
    };
    let clean = take(&world);
    assert_eq!((&clean["label"], &clean["project_state"]["is_dirty"]), (&"v1.2.3".into(), &false.into()));
    std::fs::write(project.join("go.mod"), "module m2\n").unwrap();
    let dirty = take(&world);
    assert_eq!((&dirty["label"], &dirty["project_state"]["is_dirty"]), (&"v1.2.3-dirty".into(), &true.into()));
    let ran = world.home.below("ran");
    let command = format!("echo ran >>{}; cat", ran.display());
    git(&project, &["config", "filter.evil.clean", &command]);
    git(&project, &["config", "core.fsmonitor", &command]);
    git(&project, &["config", "diff.external", &command]);
    std::fs::write(project.join(".gitattributes"), "* filter=evil\n").unwrap();
    let hostile = take(&world);
    assert_eq!(hostile["label"], "v1.2.3");
    assert!(hostile["project_state"]["is_dirty"].is_null());
    assert!(!ran.exists(), "a program of the repository was run");
    assert_eq!(hostile["project_state"]["commit"].as_str().unwrap().len(), 40);
}
