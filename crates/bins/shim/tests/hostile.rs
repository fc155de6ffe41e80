//! Every hostile table that the test kit makes: the shim refuses it, hands over, or runs a tree of the store.

#![cfg(unix)] // its tables have paths of Unix
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "test code may panic, and talks to the real machine"
)]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, UNIX_EPOCH};

use shim::{Decision, Found, Table, decide, decide_exact};
use support::Folder;
use testkit::hostile::Expected;
use testkit::hostile::shim_table::{HONEST, cases};
use testkit::program::copy_program;

/// A shim that has not ended after this long hangs.
const END_MAX: Duration = Duration::from_secs(60);

/// One in so many cases runs the program itself: a start takes milliseconds, and there are many cases.
const STEP: usize = 5;

/// Every decision that a table can cause.
fn decisions<'t>(table: &Table<'t>) -> Vec<Decision<'t>> {
    let pins = ["1.20", "1.25.9", "1.26", "1.26.8", "go1.26.8", "1", "evil", "../../evil", ""];
    let pinned = pins.map(|pin| decide(table, &Found { pin: Some(pin.as_bytes()), ..Found::default() }));
    let module = decide(table, &Found { module: Some(b"go 1.26\n"), ..Found::default() });
    let named =
        ["go1.26.8", "go1.25.9", "go", "evil", "go1.26.8/../../evil"].map(|name| decide_exact(table, name.as_bytes()));
    let none = decide(table, &Found::default());
    pinned.into_iter().chain(named).chain([module, none]).collect()
}

#[test]
fn no_hostile_table_leads_out_of_the_folder_of_toolchains() {
    let honest = Table::parse(HONEST.as_bytes()).expect("the honest table is read");
    assert!(decisions(&honest).iter().any(|decision| matches!(decision, Decision::Run { version: "1.26.8", .. })));
    let (mut taken, mut refused) = (0, 0);
    for case in cases() {
        let Some(table) = Table::parse(&case.bytes) else {
            refused += 1;
            continue;
        };
        assert_eq!(case.expected, Expected::Harmless, "{}: it was taken", case.name);
        taken += 1;
        let folder = [table.toolchains.0, b"/"].concat();
        for decision in decisions(&table) {
            let Decision::Run { tree, .. } = decision else { continue };
            let name =
                tree.strip_prefix(&folder[..]).unwrap_or_else(|| panic!("{}: {}", case.name, tree.escape_ascii()));
            assert!(name.starts_with(b"go") && !name.contains(&b'/'), "{}: {}", case.name, tree.escape_ascii());
        }
    }
    // The list proves nothing if all of it fails at the first line, or if nothing does.
    assert!(taken >= 100 && refused >= 1000, "{taken} tables were taken, {refused} refused");
}

/// The honest table's world below a folder, and programs beside it that must never run.
struct World {
    folder: Folder,
}

const TELL: &str = "#!/bin/sh\necho \"$0\"\n";

impl std::ops::Deref for World {
    type Target = Folder;

    fn deref(&self) -> &Folder {
        &self.folder
    }
}

impl World {
    fn new() -> World {
        let world = World { folder: Folder::new() };
        for version in ["1.20.14", "1.25.9", "1.26.8"] {
            world.script(&format!("h/toolchains/go{version}.linux-amd64/bin/go"), TELL);
        }
        world.script("opt/goward", TELL);
        // The program that hostile tables name; it reports every run.
        let evil = format!("#!/bin/sh\ntouch '{}'\n", world.path("ran").display());
        for name in ["evil", "h/evil", "h/toolchains-evil/go1.26.8", "h/toolchains", "h", ""] {
            world.script(&format!("{name}/bin/go"), &evil);
        }
        world.write("u/.config/goward/config.toml", "");
        fs::create_dir_all(world.path("s/toolchains")).unwrap();
        fs::create_dir_all(world.path("h/shims")).unwrap();
        fs::create_dir_all(world.path("work")).unwrap();
        copy_program(env!("CARGO_BIN_EXE_goward-shim").as_ref(), &world.path("h/shims/go"));
        symlink("generations/1", world.path("h/current")).unwrap();
        symlink(world.path("opt/goward"), world.path("h/shims/.goward")).unwrap();
        for name in ["h/toolchains", "s/toolchains", "u/.config/goward/config.toml"] {
            let place = fs::File::open(world.path(name)).unwrap();
            place.set_modified(UNIX_EPOCH + Duration::from_nanos(7)).unwrap();
        }
        world
    }

    /// A case's bytes with its paths moved into this world.
    fn moved(&self, bytes: &[u8]) -> Vec<u8> {
        let root = self.root();
        let root = root.to_str().unwrap().as_bytes();
        let mut out = Vec::new();
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'/' && at.checked_sub(1).is_none_or(|before| bytes[before] == b'\t') {
                out.extend(root);
            }
            out.push(*byte);
        }
        out
    }

    /// Runs the shim to its end, and returns which program ran.
    fn run(&self, case: &str) -> String {
        let mut child = Command::new(self.path("h/shims/go"))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.path("u"))
            .current_dir(self.path("work"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let start = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < END_MAX, "{case}: it does not end");
            std::thread::sleep(Duration::from_millis(1));
        }
        let output = child.wait_with_output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }
}

#[test]
fn whatever_the_table_says_only_goward_or_a_tree_of_the_store_runs() {
    let world = World::new();
    let table = world.path("h/shim.table");
    fs::write(&table, world.moved(HONEST.as_bytes())).unwrap();
    let tree = |run: &str| Path::new(run).starts_with(world.path("h/toolchains"));
    let honest = world.run("the honest table");
    assert!(honest.ends_with("go1.26.8.linux-amd64/bin/go") && tree(&honest), "{honest}");
    let goward = [world.path("opt/goward"), world.path("h/shims/.goward")];
    let mut handed = 0;
    // The second line names goward: the file's owner decides whether that counts, not its text.
    let cases =
        cases().into_iter().filter(|case| !case.name.starts_with("line 1") || case.name.starts_with("line 1 at"));
    for case in cases.step_by(STEP) {
        fs::write(&table, world.moved(&case.bytes)).unwrap();
        let ran = world.run(&case.name);
        let by_goward = goward.iter().any(|goward| *goward == Path::new(&ran));
        handed += usize::from(by_goward);
        assert!(ran.is_empty() || by_goward || tree(&ran), "{}: {ran}", case.name);
        assert!(!world.path("ran").exists(), "{}: a program of the table's ran", case.name);
    }
    assert!(handed >= 50, "only {handed} calls were handed over");
}
