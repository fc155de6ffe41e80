//! Random sequences of operations against a small reference model, and readers under load.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "test code on the real machine"
)]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::support::{WAIT, id, install, trusted};
use proptest::prelude::*;
use store::{Author, Store};
use sys::Sys;

const VERSIONS: [&str; 4] = ["1.25.9", "1.26.8", "1.27.2", "1.27.3"];

/// What the store should contain.
#[derive(Default)]
struct Model {
    installed: BTreeSet<usize>,
    /// Toolchain and parent of every generation, from number 1 on.
    generations: Vec<(usize, Option<u64>)>,
    current: Option<u64>,
}

#[derive(Debug, Clone)]
enum Step {
    Install(usize),
    Remove(usize),
    Switch(usize),
    Undo,
    RollBack(u64),
    Recover,
}

fn step() -> impl Strategy<Value = Step> {
    let version = 0..VERSIONS.len();
    prop_oneof![
        3 => version.clone().prop_map(Step::Install),
        1 => version.clone().prop_map(Step::Remove),
        4 => version.prop_map(Step::Switch),
        2 => Just(Step::Undo),
        2 => (1..8_u64).prop_map(Step::RollBack),
        1 => Just(Step::Recover),
    ]
}

impl Model {
    fn default_toolchain(&self) -> Option<usize> {
        self.current.map(|number| self.generations[number as usize - 1].0)
    }

    /// Applies a step and returns whether it should succeed.
    fn apply(&mut self, step: &Step) -> bool {
        match step {
            Step::Install(version) => {
                self.installed.insert(*version);
                true
            }
            Step::Remove(version) => self.default_toolchain() != Some(*version) && self.installed.remove(version),
            Step::Switch(version) => {
                if !self.installed.contains(version) {
                    return false;
                }
                if self.default_toolchain() != Some(*version) {
                    self.generations.push((*version, self.current));
                    self.current = Some(self.generations.len() as u64);
                }
                true
            }
            Step::Undo => match self.current.and_then(|number| self.generations[number as usize - 1].1) {
                Some(parent) => self.apply(&Step::RollBack(parent)),
                None => false,
            },
            Step::RollBack(number) => {
                let Some((version, _)) = self.generations.get(*number as usize - 1) else { return false };
                if !self.installed.contains(version) {
                    return false;
                }
                self.current = Some(*number);
                true
            }
            Step::Recover => true,
        }
    }
}

fn carry_out(sys: &Sys, store: &Store, step: &Step) -> bool {
    let author = Author::default();
    match step {
        Step::Install(version) => match store.find(&id(VERSIONS[*version])).unwrap() {
            Some(_) => true,
            None => install(sys, store, &id(VERSIONS[*version])).is_ok(),
        },
        Step::Remove(version) => store.remove(&id(VERSIONS[*version]), &author, WAIT).is_ok(),
        Step::Switch(version) => store.switch(&id(VERSIONS[*version]), author, WAIT).is_ok(),
        Step::Undo => match store.current().unwrap().and_then(|current| current.parent) {
            Some(parent) => store.roll_back(parent, author, WAIT).is_ok(),
            None => false,
        },
        Step::RollBack(number) => store.roll_back(*number, author, WAIT).is_ok(),
        Step::Recover => store.recover(WAIT).unwrap().is_nothing(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn any_sequence_of_operations_leaves_what_the_model_says(steps in prop::collection::vec(step(), 1..25)) {
        let folder = tempfile::tempdir().unwrap();
        let sys = Sys::real();
        let store = Store::at(&sys, trusted(&sys, folder.path().join("home")));
        store.check_ready(0).unwrap();
        let mut model = Model::default();
        for step in &steps {
            let expected = model.apply(step);
            prop_assert_eq!(carry_out(&sys, &store, step), expected, "{:?}", step);
            let installed: BTreeSet<String> =
                store.toolchains().unwrap().iter().map(|toolchain| toolchain.id.version().to_string()).collect();
            let thought: BTreeSet<String> = model.installed.iter().map(|version| VERSIONS[*version].to_owned()).collect();
            prop_assert_eq!(installed, thought);
            prop_assert_eq!(store.current().unwrap().map(|current| current.number), model.current);
            prop_assert_eq!(store.generations().unwrap().len(), model.generations.len());
            prop_assert_eq!(store.faults().unwrap(), Vec::<String>::new());
        }
        prop_assert!(store.is_clean().unwrap());
    }
}

#[test]
fn no_read_fails_while_the_default_is_switched_two_thousand_times() {
    // Where a pointer is a file a switch costs a sync of it, and a read two files.
    const SWITCHES: u64 = if cfg!(windows) { 100 } else { 2000 };
    const READS: u64 = if cfg!(windows) { 1000 } else { 100_000 };
    // The memory file system where there is one: the proof is about names, not about the disk's speed.
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let sys = Sys::real();
    let store = Store::at(&sys, trusted(&sys, folder.path().join("home")));
    store.check_ready(0).unwrap();
    for version in ["1.26.8", "1.27.3"] {
        install(&sys, &store, &id(version)).unwrap();
    }
    store.switch(&id("1.26.8"), Author::default(), WAIT).unwrap();
    // If a path goes through the pointer, read that path, as other programs do; else read the pointer first.
    let version_file = || match sys.fs().pointers_are_links() {
        true => store.layout().current().join("go/VERSION"),
        false => store.layout().tree(&store.current().unwrap().unwrap().toolchain).join("VERSION"),
    };
    let (done, reads) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..SWITCHES {
                let version = ["1.27.3", "1.26.8"][(round % 2) as usize];
                store.switch(&id(version), Author::default(), Duration::from_secs(60)).unwrap();
            }
            done.store(true, Ordering::SeqCst);
        });
        scope.spawn(|| {
            while reads.load(Ordering::SeqCst) < READS || !done.load(Ordering::SeqCst) {
                let read = std::fs::read_to_string(version_file());
                let text = read.unwrap_or_else(|error| panic!("read {}: {error}", reads.load(Ordering::SeqCst)));
                assert!(text == "go1.26.8" || text == "go1.27.3", "{text:?}");
                reads.fetch_add(1, Ordering::SeqCst);
            }
        });
    });
    println!("{} reads while {SWITCHES} switches happened: 0 failures", reads.load(Ordering::SeqCst));
    assert_eq!(store.generations().unwrap().len() as u64, SWITCHES + 1);
}

/// Where a store of format 1 is kept, as the goward of that time wrote it.
const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/format-1");

#[test]
#[ignore = "writes the fixture; a format that is in use is never written again"]
fn write_the_fixture_of_format_1() {
    let sys =
        Sys::new(sys::Fs::real(), sys::Clock::manual(1_800_000_000), sys::Env::of([("A", "b")], "/".into(), None));
    let store = Store::at(&sys, trusted(&sys, FIXTURE));
    assert!(!std::path::Path::new(FIXTURE).exists(), "the fixture is there already");
    store.check_ready(0).unwrap();
    let author =
        || Author { user: Some("ada".into()), host: None, command: vec!["goward".into(), "use".into()], reason: None };
    for version in ["1.26.8", "1.27.3"] {
        install(&sys, &store, &id(version)).unwrap();
        sys.clock().sleep(Duration::from_secs(1));
        store.switch(&id(version), author(), WAIT).unwrap();
    }
    for number in [1, 2] {
        sys.clock().sleep(Duration::from_secs(1));
        store.roll_back(number, author(), WAIT).unwrap();
    }
}

#[test]
#[cfg_attr(windows, ignore = "it was written on Unix, with links, which no store on Windows has ever had")]
fn a_store_of_format_1_opens_switches_and_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    assert!(std::path::Path::new(FIXTURE).join("current").exists(), "the fixture is missing");
    let copied = std::process::Command::new("cp").args(["-a", FIXTURE]).arg(folder.path().join("home")).status();
    assert!(copied.unwrap().success(), "the fixture cannot be copied with its links");
    let sys = Sys::real();
    let store = Store::at(&sys, trusted(&sys, folder.path().join("home")));
    assert_eq!(store.faults().unwrap(), Vec::<String>::new());
    assert_eq!(store.toolchains().unwrap().len(), 2);
    assert_eq!(store.current().unwrap().unwrap().number, 2);
    assert_eq!(store.journal_records().unwrap().len(), 10);
    store.roll_back(1, Author::default(), WAIT).unwrap();
    let third = store.switch(&id("1.27.3"), Author::default(), WAIT).unwrap();
    assert_eq!((third.number, third.parent), (3, Some(1)));
    assert_eq!(store.journal_records().unwrap().len(), 11);
}
