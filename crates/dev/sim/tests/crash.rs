//! The promise, enumerated: no stop at any operation, in any fault model, is visible to `go version`.
//!
//! For every verb that changes the store the operations of a clean run are counted, and then the run is stopped at each
//! of them: killed, refused once, out of disk, and with the power cut so that unsynced bytes are lost, or torn with
//! their names surviving, or half of each. After every stop the store has no visible fault; recovery leaves nothing
//! unfinished; and the same verb, run again, finishes.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout, reason = "a proof on the real machine")]

mod support;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use acquire::InstallPlan;
use context::Ctx;
use release::{Platform, ToolchainId};
use sim::{Model, Stop, every_stop, every_stop_in_recovery};
use store::{Author, FileChange, Store, TrustedHome};
use sys::registry::{MemoryRegistry, Registry, RegistryValue, Root, USER_ENVIRONMENT, ValueKind, VariableChange};
use sys::{Clock, Env, Fs, KillAt, Sys};
use testkit::{TinyToolchain, Upstream};

const WAIT: Duration = Duration::from_secs(10);
/// Under Wine an operation costs a hundred times as much as here in memory: two models run there, and three verbs. The
/// whole enumeration runs over the pointers of Windows on Linux, with `SIM_POINTER_FILES=1`.
#[cfg(windows)]
const MODELS: [Model; 2] = [Model::Kill, Model::PowerLost];
#[cfg(unix)]
const MODELS: [Model; 7] = [
    Model::Kill,
    Model::FailOnce(std::io::ErrorKind::PermissionDenied),
    Model::FailOnce(std::io::ErrorKind::StorageFull),
    Model::DiskFull,
    Model::PowerLost,
    Model::PowerTorn,
    Model::PowerHalf,
];

fn id(version: &str) -> ToolchainId {
    ToolchainId::new(version.parse().unwrap(), platform())
}

fn platform() -> Platform {
    Platform::of_this_build().unwrap()
}

fn store(folder: &Path, sys: &Sys) -> Store {
    Store::at(sys, TrustedHome::of(sys, folder.join("home")).unwrap())
}

/// The verbs as the program calls them, on a machine with an adversary.
struct Machine {
    upstream: Upstream,
    /// No certificates: to read this machine's own, once a run, took a fifth of all that the stops take.
    authorities: tempfile::NamedTempFile,
}

impl Machine {
    fn new() -> Machine {
        let small = |version| TinyToolchain::host(version);
        Machine {
            upstream: Upstream::start([small("1.26.8"), small("1.27.2"), small("1.27.3")]),
            authorities: tempfile::NamedTempFile::new().unwrap(),
        }
    }

    fn ctx(&self, folder: &Path, sys: Sys) -> Ctx {
        let home = folder.join("home");
        let vars = [
            ("GOWARD_HOME", home.display().to_string()),
            ("GOWARD_OFFICIAL_URL", self.upstream.index_url()),
            ("GOWARD_SOURCES", "official".to_owned()),
            ("GOWARD_TRIES", "1".to_owned()),
            ("GOWARD_BACKOFF_MILLISECONDS", "1".to_owned()),
            ("SSL_CERT_FILE", self.authorities.path().display().to_string()),
            // The given machine has the real user's folder.
            ("GOWARD_SHIMS_SDK_LINKS", "false".to_owned()),
            // A handful of names shows what a hundred would.
            ("GOWARD_SHIMS_NAMES", "installed".to_owned()),
        ];
        // With a program there is a table for the shims.
        let env = Env::of(vars, folder.to_owned(), std::env::current_exe().ok());
        fixture::ctx(sys.with_env(env))
    }

    /// As [`Machine::ctx`], but admits a tree without a witness: the test uses no network.
    fn unproven(&self, folder: &Path, sys: Sys) -> Ctx {
        let vars = [
            ("GOWARD_HOME", folder.join("home").display().to_string()),
            ("GOWARD_OFFLINE", "true".to_owned()),
            ("GOWARD_ALLOW_UNPROVEN", "true".to_owned()),
        ];
        let env = Env::of(vars, folder.to_owned(), None);
        fixture::ctx(sys.with_env(env))
    }

    fn install(&self, folder: &Path, sys: Sys, version: &str) -> bool {
        let ctx = self.ctx(folder, sys);
        let plan = InstallPlan { request: version.to_owned(), toolchain: id(version), installed: false };
        engine::install(&engine::sources(&ctx), &[plan]).into_iter().all(|result| result.is_ok())
    }

    fn switch(&self, folder: &Path, sys: Sys, version: &str) -> bool {
        engine::switch(&self.ctx(folder, sys), &id(version)).is_ok()
    }
}

/// Checks what must hold after any stop; `versions` are the possible outputs of `go version`.
fn check(folder: &Path, stop: &Stop, versions: &[&str]) {
    let sys = real();
    let store = store(folder, &sys);
    assert_eq!(store.faults().unwrap(), Vec::<String>::new(), "visible after {stop:?}, before recovery");
    said(folder, stop, versions);
    store.recover(WAIT).unwrap_or_else(|error| panic!("recovery after {stop:?}: {error:?}"));
    assert_eq!(store.faults().unwrap(), Vec::<String>::new(), "visible after {stop:?} and recovery");
    assert!(store.is_clean().unwrap(), "not clean after {stop:?} and recovery");
    said(folder, stop, versions);
}

/// What a shim would run by the present table: a tree, or nothing where it hands over to goward.
fn shim_runs(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().unwrap();
    let own = folder.join("home/shims/go");
    let call = shim::Call {
        name: b"go",
        args: [None; shim::limits::ARGS_MAX],
        own: own.to_str().unwrap().as_bytes(),
        folder: folder.to_str().unwrap().as_bytes(),
    };
    let (mut arena, mut path) = (vec![0; shim::Arena::BYTES], shim::Path::empty());
    let mut machine = support::Real { vars: &BTreeMap::new(), folder: &folder, opened: shim::Opened::default() };
    let choice = shim::resolve(&mut machine, shim::Arena::new(&mut arena), &mut path, &call);
    match choice.decision {
        shim::Decision::Run { tree, .. } => Some(Path::new(std::str::from_utf8(tree).unwrap()).canonicalize().unwrap()),
        _ => None,
    }
}

/// A shim runs the default's own tree, or hands over.
fn shim_said(folder: &Path, stop: &Stop) {
    if let Some(tree) = shim_runs(folder) {
        let default = folder.join("home/current/go").canonicalize().unwrap();
        assert_eq!(tree, default, "what a shim runs after {stop:?}");
    }
}

/// What `go version` would print: the tree of the default's link. If no path goes through a pointer it is the tree that
/// the pointer's generation names.
fn said(folder: &Path, stop: &Stop, versions: &[&str]) {
    shim_said(folder, stop);
    let file = match real().fs().pointers_are_links() {
        true => folder.join("home/current/go/VERSION"),
        false => match store(folder, &real()).current().unwrap() {
            Some(current) => store(folder, &real()).layout().tree(&current.toolchain).join("VERSION"),
            None => folder.join("nowhere"),
        },
    };
    match std::fs::read_to_string(file) {
        Ok(text) => {
            let line = text.lines().next().unwrap_or_default().trim_start_matches("go").to_owned();
            assert!(versions.contains(&line.as_str()), "{line:?} after {stop:?}");
        }
        Err(error) => assert!(versions.contains(&"none"), "{error} after {stop:?}"),
    }
}

/// This machine without faults, with the simulation's kind of pointers.
fn real() -> Sys {
    Sys::new(sim::files(Fs::real()), Clock::real(), Env::of_this_process())
}

fn report(counts: impl std::fmt::Display) {
    println!("{counts}");
}

#[cfg_attr(windows, ignore = "minutes under Wine; SIM_POINTER_FILES has it on Linux")]
#[test]
fn a_stopped_install_into_an_empty_home_is_invisible_and_the_next_run_finishes() {
    let machine = Machine::new();
    report(every_stop(
        "install-fresh",
        &MODELS,
        &|_| {},
        &|folder, sys| machine.install(folder, sys, "1.27.3"),
        &|folder, stop| {
            check(folder, stop, &["none"]);
            assert!(machine.install(folder, real(), "1.27.3"), "the next run fails after {stop:?}");
            assert!(store(folder, &real()).find(&id("1.27.3")).unwrap().is_some());
        },
    ));
}

#[cfg_attr(windows, ignore = "minutes under Wine; SIM_POINTER_FILES has it on Linux")]
#[test]
fn a_stopped_install_beside_a_sibling_leaves_the_sibling_in_use() {
    let machine = Machine::new();
    report(every_stop(
        "install-sibling",
        &MODELS,
        &|folder| {
            assert!(machine.install(folder, real(), "1.27.2") && machine.switch(folder, real(), "1.27.2"));
        },
        &|folder, sys| machine.install(folder, sys, "1.27.3"),
        &|folder, stop| {
            check(folder, stop, &["1.27.2"]);
            assert!(machine.install(folder, real(), "1.27.3"), "the next run fails after {stop:?}");
            check(folder, stop, &["1.27.2"]);
        },
    ));
}

/// Three toolchains; 1.26.8 was the default, then 1.27.2.
fn prepared(machine: &Machine, folder: &Path) {
    for version in ["1.26.8", "1.27.2", "1.27.3"] {
        assert!(machine.install(folder, real(), version));
    }
    for version in ["1.26.8", "1.27.2"] {
        assert!(machine.switch(folder, real(), version));
    }
}

#[test]
fn a_stopped_switch_leaves_the_old_default_or_the_new() {
    let machine = Machine::new();
    report(every_stop(
        "switch",
        &MODELS,
        &|folder| prepared(&machine, folder),
        &|folder, sys| machine.switch(folder, sys, "1.27.3"),
        &|folder, stop| {
            // Done means durable: a power cut does not revert a switch that reported success.
            let versions: &[&str] = if stop.outcome_ok { &["1.27.3"] } else { &["1.27.2", "1.27.3"] };
            check(folder, stop, versions);
            assert!(machine.switch(folder, real(), "1.27.3"), "the next run fails after {stop:?}");
            check(folder, stop, &["1.27.3"]);
        },
    ));
}

#[test]
fn a_stopped_undo_leaves_the_old_default_or_the_one_before() {
    let machine = Machine::new();
    report(every_stop(
        "undo",
        &MODELS,
        &|folder| prepared(&machine, folder),
        &|folder, sys| engine::undo(&machine.ctx(folder, sys), 1).is_ok(),
        &|folder, stop| {
            let versions: &[&str] = if stop.outcome_ok { &["1.26.8"] } else { &["1.26.8", "1.27.2"] };
            check(folder, stop, versions);
            assert!(engine::roll_back(&machine.ctx(folder, real()), Some(1)).is_ok(), "after {stop:?}");
            check(folder, stop, &["1.26.8"]);
        },
    ));
}

/// Whether 1.27.2 is blocked. A shim that would run it then, by the present table, knows less than goward.
fn is_blocked(folder: &Path, stop: &Stop) -> bool {
    let is_blocked = !store(folder, &real()).blocks().unwrap().allows(&"1.27.2".parse().unwrap());
    let runs = shim_runs(folder).is_some_and(|tree| tree.ends_with(id("1.27.2").to_string()));
    assert!(!is_blocked || !runs, "a shim runs what is blocked after {stop:?}");
    is_blocked
}

fn block(machine: &Machine, folder: &Path, sys: Sys) -> bool {
    engine::block(&machine.ctx(folder, sys), &"1.27.2".parse().unwrap(), None).is_ok()
}

#[test]
fn a_stopped_block_counts_for_goward_and_every_shim_or_for_neither() {
    let machine = Machine::new();
    report(every_stop(
        "block",
        &MODELS,
        &|folder| prepared(&machine, folder),
        &|folder, sys| block(&machine, folder, sys),
        &|folder, stop| {
            is_blocked(folder, stop);
            check(folder, stop, &["1.27.2"]);
            assert!(is_blocked(folder, stop) || !stop.outcome_ok, "done was not durable after {stop:?}");
            assert!(block(&machine, folder, real()) && is_blocked(folder, stop), "the next run fails after {stop:?}");
        },
    ));
    report(every_stop(
        "undo-block",
        &MODELS,
        &|folder| {
            prepared(&machine, folder);
            assert!(block(&machine, folder, real()));
        },
        &|folder, sys| engine::undo(&machine.ctx(folder, sys), 1).is_ok(),
        &|folder, stop| {
            is_blocked(folder, stop);
            check(folder, stop, &["1.27.2"]);
            assert!(!is_blocked(folder, stop) || !stop.outcome_ok, "done was not durable after {stop:?}");
        },
    ));
}

/// `rollback --block` is two changes: a stop in between leaves a default that is back, and nothing blocked. Never is the
/// default blocked that is still in use.
#[test]
fn a_stopped_rollback_that_blocks_never_blocks_the_default_in_use() {
    let machine = Machine::new();
    let in_use = |folder: &Path| store(folder, &real()).current().unwrap().unwrap().toolchain;
    let held = |folder: &Path, stop: &Stop| {
        assert!(!is_blocked(folder, stop) || in_use(folder) == id("1.26.8"), "blocked and in use after {stop:?}");
    };
    report(every_stop(
        "rollback-block",
        &MODELS,
        &|folder| prepared(&machine, folder),
        &|folder, sys| {
            let ctx = machine.ctx(folder, sys);
            engine::roll_back(&ctx, None).is_ok() && engine::block(&ctx, &"1.27.2".parse().unwrap(), None).is_ok()
        },
        &|folder, stop| {
            held(folder, stop);
            check(folder, stop, &["1.26.8", "1.27.2"]);
            held(folder, stop);
            assert!(!stop.outcome_ok || is_blocked(folder, stop), "done was not durable after {stop:?}");
        },
    ));
}

#[test]
fn a_stopped_uninstall_leaves_a_whole_toolchain_or_none() {
    let machine = Machine::new();
    report(every_stop(
        "uninstall",
        &MODELS,
        &|folder| prepared(&machine, folder),
        &|folder, sys| engine::uninstall(&machine.ctx(folder, sys), &id("1.27.3")).is_ok(),
        &|folder, stop| {
            check(folder, stop, &["1.27.2"]);
            let store = store(folder, &real());
            if store.find(&id("1.27.3")).unwrap().is_some() {
                store.remove(&id("1.27.3"), &Author::default(), WAIT).unwrap();
            }
            check(folder, stop, &["1.27.2"]);
            assert!(store.record(&id("1.27.3")).is_err(), "a record is left after {stop:?}");
        },
    ));
}

#[cfg_attr(windows, ignore = "minutes under Wine; SIM_POINTER_FILES has it on Linux")]
#[test]
fn a_stopped_prune_keeps_what_is_needed_and_finishes_later() {
    let machine = Machine::new();
    report(every_stop(
        "prune",
        &MODELS,
        &|folder| prepared(&machine, folder),
        &|folder, sys| engine::prune(&machine.ctx(folder, sys), false).is_ok(),
        &|folder, stop| {
            check(folder, stop, &["1.27.2"]);
            engine::prune(&machine.ctx(folder, real()), false).unwrap();
            let store = store(folder, &real());
            assert!(store.find(&id("1.27.3")).unwrap().is_none() && store.find(&id("1.26.8")).unwrap().is_some());
        },
    ));
}

/// The content of every shim of a test.
const SHIMS: [&[u8]; 2] = [b"#!/bin/sh\necho old\n", b"#!/bin/sh\necho new\n"];

fn write_shims(machine: &Machine, folder: &Path, sys: Sys, shim: &'static [u8]) -> bool {
    let mut ctx = machine.ctx(folder, sys);
    ctx.shim = Some(shim);
    engine::write_shims(&ctx).is_ok()
}

#[test]
fn a_stopped_writing_of_the_shims_leaves_each_of_them_whole() {
    let machine = Machine::new();
    report(every_stop(
        "shims",
        &MODELS,
        &|folder| {
            prepared(&machine, folder);
            assert!(write_shims(&machine, folder, Sys::real(), SHIMS[0]));
        },
        &|folder, sys| write_shims(&machine, folder, sys, SHIMS[1]),
        &|folder, stop| {
            check(folder, stop, &["1.27.2"]);
            let names = ["go", "gofmt", "go1.26.8", "go1.27.2", "go1.27.3"];
            let file = |name: &str| folder.join("home/shims").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
            let read = |name: &str| std::fs::read(file(name)).unwrap();
            for name in names {
                assert!(SHIMS.contains(&read(name).as_slice()), "{name} is torn after {stop:?}");
            }
            assert!(write_shims(&machine, folder, Sys::real(), SHIMS[1]), "the next run fails after {stop:?}");
            assert!(names.iter().all(|name| read(name) == SHIMS[1]), "after {stop:?}");
        },
    ));
}

#[cfg_attr(windows, ignore = "minutes under Wine; SIM_POINTER_FILES has it on Linux")]
#[test]
fn a_stopped_adoption_is_invisible_and_the_foreign_tree_is_as_it_was() {
    let machine = Machine::new();
    let foreign = |folder: &Path| folder.join("foreign");
    let adopt = |folder: &Path, sys: &Sys| {
        let ctx = machine.unproven(folder, sys.clone());
        let adoption = acquire::Adoption {
            id: id("1.27.3"),
            folder: &foreign(folder),
            form: release::Form::Tree,
            source: "sdk",
            leave_out: &|path, _| (path == "misc").then_some("a rule"),
        };
        engine::adopt(&engine::sources(&ctx), &adoption).is_ok()
    };
    report(every_stop(
        "adopt",
        &MODELS,
        &|folder| {
            TinyToolchain::host("1.27.3").write_tree(&foreign(folder));
            assert!(machine.install(folder, Sys::real(), "1.27.2") && machine.switch(folder, Sys::real(), "1.27.2"));
        },
        &|folder, sys| adopt(folder, &sys),
        &|folder, stop| {
            check(folder, stop, &["1.27.2"]);
            for file in TinyToolchain::host("1.27.3").files() {
                let path = foreign(folder).join(&file.path);
                assert_eq!(std::fs::read(&path).unwrap(), &*file.bytes, "{} after {stop:?}", file.path);
            }
            let there = store(folder, &Sys::real()).find(&id("1.27.3")).unwrap().is_some();
            assert!(there || !stop.outcome_ok, "done was not durable after {stop:?}");
            // The next run imports it, whatever was left.
            assert!(adopt(folder, &Sys::real()), "not to be brought in after {stop:?}");
        },
    ));
}

/// What a file holds now.
fn now(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

/// The change of a file of the user's, from what it holds now.
fn to(path: &Path, text: &str) -> FileChange {
    FileChange::of_user(path, now(path), Some(text.into()))
}

/// Three files outside the home: one changed, one made, one removed; and two programs, one changed, one made.
fn change(folder: &Path, sys: &Sys) -> bool {
    let files = folder.join("project");
    let built = folder.join("built");
    let change = store(folder, sys)
        .transaction("three files")
        .change(to(&files.join("one"), "new one"))
        .change(to(&files.join("two"), "new two"))
        .change(FileChange::of_user(files.join("three"), now(&files.join("three")), None))
        .place(files.join("tool"), &built)
        .place(files.join("new-tool"), &built);
    change.commit(WAIT).is_ok()
}

#[cfg_attr(windows, ignore = "minutes under Wine; SIM_POINTER_FILES has it on Linux")]
#[test]
fn a_stopped_change_of_several_files_is_all_or_nothing() {
    report(every_stop(
        "transaction",
        &MODELS,
        &|folder| {
            std::fs::create_dir_all(folder.join("project")).unwrap();
            std::fs::create_dir_all(folder.join("home")).unwrap();
            std::fs::write(folder.join("project/one"), "old one").unwrap();
            std::fs::write(folder.join("project/three"), "old three").unwrap();
            std::fs::write(folder.join("project/tool"), "old tool").unwrap();
            std::fs::write(folder.join("built"), "new tool").unwrap();
        },
        &|folder, sys| change(folder, &sys),
        &|folder, stop| {
            let store = store(folder, &real());
            store.recover(WAIT).unwrap();
            assert!(store.is_clean().unwrap(), "not clean after {stop:?}");
            let read = |name: &str| std::fs::read_to_string(folder.join("project").join(name)).ok();
            let (old, new) = (
                (Some("old one".to_owned()), None, Some("old three".to_owned())),
                (Some("new one".to_owned()), Some("new two".to_owned()), None),
            );
            let found = (read("one"), read("two"), read("three"));
            assert!(found == old || found == new, "{found:?} after {stop:?}");
            let programs = (read("tool"), read("new-tool"));
            let tool = |text: &str| Some(format!("{text} tool"));
            let expected = if found == old { (tool("old"), None) } else { (tool("new"), tool("new")) };
            assert_eq!(programs, expected, "half a change after {stop:?}");
            if stop.outcome_ok {
                assert_eq!(found, new, "done was not durable after {stop:?}");
            }
        },
    ));
}

#[cfg_attr(windows, ignore = "minutes under Wine; SIM_POINTER_FILES has it on Linux")]
#[test]
fn a_stopped_change_of_files_and_default_and_its_undo_are_all_or_nothing() {
    let machine = Machine::new();
    let file = |folder: &Path| std::fs::read_to_string(folder.join("file")).ok();
    let whole = |folder: &Path, stop: &Stop| {
        check(folder, stop, &["1.27.2", "1.27.3"]);
        let default = store(folder, &real()).current().unwrap().unwrap().toolchain;
        assert_eq!(file(folder).is_some(), default == id("1.27.3"), "half a change after {stop:?}");
        default
    };
    let change = |folder: &Path, sys: &Sys| {
        store(folder, sys)
            .transaction("both")
            .change(to(&folder.join("file"), "new"))
            .switch_to(id("1.27.3"))
            .commit(WAIT)
    };
    report(every_stop(
        "files-and-default",
        &MODELS,
        &|folder| prepared(&machine, folder),
        &|folder, sys| change(folder, &sys).is_ok(),
        &|folder, stop| {
            let default = whole(folder, stop);
            assert!(!stop.outcome_ok || default == id("1.27.3"), "done was not durable after {stop:?}");
        },
    ));
    report(every_stop(
        "undo-files-and-default",
        &MODELS,
        &|folder| {
            prepared(&machine, folder);
            change(folder, &real()).unwrap();
        },
        &|folder, sys| engine::undo(&machine.ctx(folder, sys), 1).is_ok(),
        &|folder, stop| {
            let default = whole(folder, stop);
            assert!(!stop.outcome_ok || default == id("1.27.2"), "done was not durable after {stop:?}");
        },
    ));
}

/// The registries of the runs, by their folders, and how often each was checked.
#[derive(Default)]
struct Registries(Mutex<HashMap<PathBuf, (MemoryRegistry, u64)>>);

impl Registries {
    /// A new one for a run, in which `Path` has this text.
    fn fresh(&self, folder: &Path, path: &str) -> Registry {
        let memory = MemoryRegistry::default();
        memory.put(Root::User, USER_ENVIRONMENT, "Path", text(path));
        self.0.lock().unwrap().insert(folder.to_owned(), (memory.clone(), 0));
        Registry::in_memory(memory)
    }

    /// Its state after a stop: after a power cut the synced values, or also the unsynced ones.
    fn left(&self, folder: &Path, stop: &Stop) -> Registry {
        let mut all = self.0.lock().unwrap();
        let (memory, looked) = all.get_mut(folder).unwrap();
        *looked += 1;
        let is_lost = match stop.model {
            Model::PowerLost => true,
            Model::PowerHalf => looked.is_multiple_of(2),
            _ => false,
        };
        Registry::in_memory(if is_lost { memory.after_power_cut() } else { memory.copy() })
    }
}

fn text(text: &str) -> RegistryValue {
    RegistryValue::text(ValueKind::Expandable, &text.encode_utf16().collect::<Vec<_>>())
}

fn path_of(registry: &Registry) -> Option<String> {
    registry.read(Root::User, USER_ENVIRONMENT, "Path").unwrap().map(|value| value.shown())
}

#[cfg_attr(windows, ignore = "minutes under Wine; SIM_POINTER_FILES has it on Linux")]
#[test]
fn a_stopped_change_of_files_and_a_variable_and_its_undo_are_all_or_nothing() {
    let registries = Registries::default();
    let change = |folder: &Path, sys: &Sys| {
        let planned = VariableChange::plan(sys.registry().unwrap(), "Path", Some(text("new"))).unwrap();
        let change = store(folder, sys).transaction("both").set(planned).change(to(&folder.join("file"), "new"));
        change.change(FileChange::of_user(folder.join("gone"), now(&folder.join("gone")), None)).commit(WAIT)
    };
    let prepare = |folder: &Path| {
        std::fs::create_dir_all(folder.join("home")).unwrap();
        std::fs::write(folder.join("gone"), "old").unwrap();
    };
    // Whether the change is complete; recovery gets the files and the registry as the stop has left them.
    let is_made = |folder: &Path, stop: &Stop| {
        let registry = registries.left(folder, stop);
        let sys = real().with_registry(&registry);
        let store = store(folder, &sys);
        let recovered = store.recover(WAIT).unwrap();
        assert!(recovered.set_aside.is_empty() && store.is_clean().unwrap(), "{recovered:?} after {stop:?}");
        let found = (path_of(&registry), folder.join("file").exists(), !folder.join("gone").exists());
        let (old, new) = ((Some("old".to_owned()), false, false), (Some("new".to_owned()), true, true));
        assert!(found == old || found == new, "half a change, {found:?}, after {stop:?}");
        found == new
    };
    report(every_stop(
        "files-and-variable",
        &MODELS,
        &prepare,
        &|folder, sys| change(folder, &sys.with_registry(&registries.fresh(folder, "old"))).is_ok(),
        &|folder, stop| {
            let made = is_made(folder, stop);
            assert!(made || !stop.outcome_ok, "done was not durable after {stop:?}");
        },
    ));
    // Makes the change, and dies at this point.
    let die_when = |folder: &Path, is_there: &dyn Fn(&Registry) -> bool| {
        for nth in 1.. {
            std::fs::remove_dir_all(folder).unwrap();
            prepare(folder);
            let fs = sim::files(Fs::faulty(Arc::new(KillAt::new(nth))));
            let registry = registries.fresh(folder, "old");
            let sys = Sys::new(fs, Clock::real(), Env::of_this_process()).with_registry(&registry);
            change(folder, &sys).unwrap_err();
            if is_there(&registry) {
                return;
            }
        }
    };
    let finished = |folder: &Path, stop: &Stop| {
        // A refused change is reverted; the next process finishes the change of a dead one.
        let made = is_made(folder, stop);
        assert!(made || matches!(stop.model, Model::FailOnce(_)), "not finished after {stop:?}");
    };
    // A recovery that finds the first file changed, and is stopped itself.
    report(every_stop(
        "recovery-of-files-and-variable",
        &MODELS,
        &|folder| die_when(folder, &|_| folder.join("file").exists()),
        &|folder, sys| store(folder, &sys.with_registry(&registries.fresh(folder, "old"))).recover(WAIT).is_ok(),
        &finished,
    ));
    // A recovery of one that died, or lost its power, between setting the variable and making it durable.
    report(every_stop(
        "recovery-of-an-unsynced-variable",
        &MODELS,
        &|folder| die_when(folder, &|registry| path_of(registry).as_deref() == Some("new")),
        &|folder, sys| {
            let registry = registries.fresh(folder, "old");
            registries.0.lock().unwrap()[folder].0.put_unsynced(USER_ENVIRONMENT, "Path", text("new"));
            store(folder, &sys.with_registry(&registry)).recover(WAIT).is_ok()
        },
        &finished,
    ));
    report(every_stop(
        "undo-files-and-variable",
        &MODELS,
        &|folder| {
            prepare(folder);
            change(folder, &real().with_registry(&registries.fresh(folder, "old"))).unwrap();
        },
        &|folder, sys| {
            let store = store(folder, &sys.with_registry(&registries.fresh(folder, "new")));
            let name = store.past_changes().unwrap()[0].name.clone();
            store.undo_transaction(&name, Author::default(), WAIT).is_ok()
        },
        &|folder, stop| {
            let made = is_made(folder, stop);
            assert!(!made || !stop.outcome_ok, "done was not durable after {stop:?}");
        },
    ));
}

#[cfg_attr(windows, ignore = "minutes under Wine; SIM_POINTER_FILES has it on Linux")]
#[test]
fn a_stop_in_recovery_itself_twice_in_a_row_is_as_invisible() {
    let machine = Machine::new();
    report(every_stop_in_recovery(
        "recovery",
        &[Model::Kill, Model::PowerTorn],
        &|folder| {
            assert!(machine.install(folder, real(), "1.27.2") && machine.switch(folder, real(), "1.27.2"));
        },
        &|folder, sys| machine.install(folder, sys, "1.27.3"),
        &|folder, sys| store(folder, &sys).recover(WAIT).is_ok(),
        &|folder, stop| {
            check(folder, stop, &["1.27.2"]);
            assert!(machine.install(folder, real(), "1.27.3"), "the next run fails after {stop:?}");
        },
    ));
}
