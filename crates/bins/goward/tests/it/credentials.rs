//! A configured credential is only in the configuration.
//!
//! The test plants a marker in every place for a credential; then neither stream of any command and no file of the
//! store contains it.

use std::path::Path;

use crate::support::World;
use testkit::{Program, Run};

const MARKER: &str = "S3CRETMARKER";

#[track_caller]
fn assert_hidden(what: &str, run: &Run) {
    assert!(!run.stdout.contains(MARKER), "{what}: stdout: {}", run.stdout);
    assert!(!run.stderr.contains(MARKER), "{what}: stderr: {}", run.stderr);
}

/// Every file and every name below a folder is without the marker.
#[track_caller]
fn assert_no_file_has_it(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        assert!(!path.to_string_lossy().contains(MARKER), "{}", path.display());
        let kind = path.symlink_metadata().unwrap();
        if kind.is_dir() {
            assert_no_file_has_it(&path);
        } else if kind.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(MARKER.len()).any(|window| window == MARKER.as_bytes());
            assert!(!found, "{}: {}", path.display(), String::from_utf8_lossy(&bytes));
        }
    }
}

/// An address with the marker as password and in its query, if the query does not affect the request.
fn with_marker(address: &str) -> String {
    address.replacen("://", &format!("://user:{MARKER}@"), 1)
}

fn world() -> World {
    let mut world = World::new();
    let index = with_marker(&world.upstream.index_url());
    let dead = format!("http://{MARKER}@127.0.0.1:9/x?token={MARKER}&{MARKER}");
    world.home.add_small_program("own-check", &Program::new());
    let config = format!(
        "sources = [\"dead\", \"official\"]\n[official]\nurl = {index:?}\n[mirrors]\ndead = {dead:?}\n\
         [wheel]\npip = \"no-such-pip --index-url https://u:{MARKER}@127.0.0.1:9/simple --token {MARKER}\"\n\
         [verify]\nhook = {:?}\n",
        format!("own-check --token {MARKER} https://u:{MARKER}@h.test/"),
    );
    let path = world.home.write("../config.toml", config);
    world.home.set_env("GOWARD_CONFIG", path);
    world.home.remove_env("GOWARD_OFFICIAL_URL");
    let gosumdb =
        format!("{} {}", world.upstream.gosumdb().split(' ').next().unwrap(), with_marker("http://127.0.0.1:9/"));
    world
        .home
        .set_env("GOPROXY", format!("{},{}", with_marker(&world.upstream.proxy_url()), with_marker("https://b.test")));
    world.home.set_env("GOSUMDB", gosumdb);
    world
}

#[test]
fn a_planted_credential_never_comes_out_and_is_in_no_file_of_the_store() {
    let world = world();
    let source = format!("--source https://user:{MARKER}@127.0.0.1:9/?k={MARKER}");
    let commands = [
        "install 1.27.3 --verbose".to_owned(),
        "install 1.27.3 --verbose --json".to_owned(),
        "use 1.26.8 --verbose".to_owned(),
        format!("use 1.27.3 --reason https://u:{MARKER}@h.test/"),
        format!("install 1.25.9 {source}"),
        format!("install 1.26.7 --source=https://user:{MARKER}@127.0.0.1:9/"),
        format!("install 1.25.9 --source user:{MARKER}@127.0.0.1"),
        "install 1.26.7 --source wheel --verbose".to_owned(),
        "install 1.26.7 --source dead --verbose".to_owned(),
        "install 1.26.7 --source proxy --verbose".to_owned(),
        "list --remote --source dead".to_owned(),
        "list --remote --source wheel".to_owned(),
        "list --remote --source proxy".to_owned(),
        "config".to_owned(),
        "config --json".to_owned(),
        "config wheel.pip".to_owned(),
        "config verify.hook --json".to_owned(),
        "status".to_owned(),
        "status --json".to_owned(),
        "doctor".to_owned(),
        "doctor --json".to_owned(),
        "env".to_owned(),
        "env GOPROXY GOSUMDB".to_owned(),
        "env --explain".to_owned(),
        "env --json".to_owned(),
        "verify".to_owned(),
        "verify --json".to_owned(),
        "history".to_owned(),
        "history --json".to_owned(),
        "bundle create --output b.gwb 1.27.3".to_owned(),
        "why".to_owned(),
    ];
    for command in &commands {
        assert_hidden(command, &world.goward(command));
    }
    world.goward("where 1.27.3").success();
    assert!(world.witnesses("1.27.3").contains(&"hook".to_owned()), "{:?}", world.witnesses("1.27.3"));
    assert_no_file_has_it(&world.home.goward_home());
    assert_no_file_has_it(world.home.folder());
}

#[test]
fn a_setting_that_is_refused_is_told_without_its_credential() {
    let refused = [
        ("GOWARD_MIRRORS", format!("a=https://u:{MARKER}@h.test:port/")),
        ("GOWARD_MIRRORS", format!("https://u:{MARKER}@h.test/")),
        ("GOWARD_OFFICIAL_URL", format!("ftp://u:{MARKER}@h.test/")),
        ("GOWARD_OFFICIAL_URL", format!("u:{MARKER}@h.test")),
        ("GOWARD_SOURCES", format!("https://u:{MARKER}@h.test/")),
        ("GOWARD_TRIES", format!("https://u:{MARKER}@h.test/")),
    ];
    for (name, value) in refused {
        let world = World::new().env(name, &value);
        assert_hidden(&value, &world.goward("list").exits(2));
        assert_hidden(&value, &world.goward("list --json").exits(2));
    }
}
