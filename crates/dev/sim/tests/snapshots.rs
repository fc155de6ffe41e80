//! Snapshots, stopped at every operation in every fault model: one is listed whole or not at all, a restore moves all or
//! nothing, and what a snapshot names stays as long as the snapshot.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stderr, reason = "the counts of a run are for people")]

use std::path::Path;
use std::time::Duration;

use acquire::InstallPlan;
use context::Ctx;
use release::ToolchainId;
use sim::{Model, Stop, every_stop};
use snapshots::Order;
use store::{Store, TrustedHome};
use sys::{Env, Sys};
use testkit::tiny::host_platform;
use testkit::{TinyToolchain, Upstream};

/// What stops a run. Under Wine a run takes a hundred times longer.
#[cfg(windows)]
const MODELS: [Model; 1] = [Model::Kill];
#[cfg(unix)]
const MODELS: [Model; 6] = [
    Model::Kill,
    Model::FailOnce(std::io::ErrorKind::StorageFull),
    Model::DiskFull,
    Model::PowerLost,
    Model::PowerTorn,
    Model::PowerHalf,
];

/// A restore installs, and the stops of an install are those of `crash.rs`.
#[cfg(windows)]
const MODELS_OF_RESTORE: [Model; 1] = [Model::Kill];
#[cfg(unix)]
const MODELS_OF_RESTORE: [Model; 2] = [Model::Kill, Model::PowerLost];

const WAIT: Duration = Duration::from_secs(10);

struct Machine {
    upstream: Upstream,
    /// No certificates: reading this machine's own takes long.
    authorities: tempfile::NamedTempFile,
}

fn id(version: &str) -> ToolchainId {
    format!("go{version}.{}", host_platform()).parse().unwrap()
}

fn real() -> Sys {
    Sys::real()
}

impl Machine {
    fn new() -> Machine {
        let toolchains = ["1.26.8", "1.27.2"].map(TinyToolchain::host);
        Machine { upstream: Upstream::start(toolchains), authorities: tempfile::NamedTempFile::new().unwrap() }
    }

    fn ctx(&self, folder: &Path, sys: Sys) -> Ctx {
        let vars = [
            ("GOWARD_HOME", folder.join("home").display().to_string()),
            ("GOWARD_OFFICIAL_URL", self.upstream.index_url()),
            ("GOWARD_SOURCES", "official".to_owned()),
            ("GOWARD_TRIES", "1".to_owned()),
            ("GOWARD_BACKOFF_MILLISECONDS", "1".to_owned()),
            ("GOWARD_SNAPSHOT_DISK_STOP_PERCENT", "101".to_owned()),
            ("GOWARD_SNAPSHOT_DISK_FREE_PERCENT", "101".to_owned()),
            ("GOWARD_SNAPSHOT_KEEP", "1".to_owned()),
            ("SSL_CERT_FILE", self.authorities.path().display().to_string()),
            ("GOWARD_SHIMS_SDK_LINKS", "false".to_owned()),
        ];
        // No PATH: no Git is asked.
        fixture::ctx(sys.with_env(Env::of(vars, folder.to_owned(), None)))
    }

    /// 1.27.2 is the default, 1.26.8 was before; one pinned project.
    fn prepared(&self, folder: &Path) {
        let ctx = self.ctx(folder, real());
        for version in ["1.26.8", "1.27.2"] {
            let plan = InstallPlan { request: version.to_owned(), toolchain: id(version), installed: false };
            assert!(engine::install(&engine::sources(&ctx), &[plan]).into_iter().all(|result| result.is_ok()));
            engine::switch(&ctx, &id(version)).unwrap();
        }
        std::fs::create_dir_all(folder.join("project")).unwrap();
        std::fs::write(folder.join("project/.go-version"), "1.27.2\n").unwrap();
    }

    fn create(&self, folder: &Path, sys: Sys, protect: bool) -> bool {
        let order = Order { project: Some(folder.join("project")), protect, ..Order::default() };
        snapshots::create(&self.ctx(folder, sys), &order).is_ok()
    }

    fn restore(&self, folder: &Path, sys: Sys) -> bool {
        let ctx = self.ctx(folder, sys);
        let id = ctx.store.snapshot_ids().unwrap().pop().unwrap();
        let sources = engine::sources(&ctx);
        let plan = snapshots::plan_restore(&sources, &ctx.store.snapshot(&id).unwrap());
        let done = plan.and_then(|plan| snapshots::apply(&sources, &plan));
        done.inspect_err(|error| eprintln!("restore: {}", diag::error_chain(error))).is_ok()
    }
}

fn store(folder: &Path) -> Store {
    let sys = real();
    Store::at(&sys, TrustedHome::of(&sys, folder.join("home")).unwrap())
}

/// What must hold after any stop. Returns how many snapshots are listed, each of which is whole.
fn check(folder: &Path, stop: &Stop) -> usize {
    let store = store(folder);
    assert_eq!(store.faults().unwrap(), Vec::<String>::new(), "visible after {stop:?}, before recovery");
    store.recover(WAIT).unwrap_or_else(|error| panic!("recovery after {stop:?}: {error:?}"));
    assert_eq!(store.faults().unwrap(), Vec::<String>::new(), "visible after {stop:?} and recovery");
    let ids = store.snapshot_ids().unwrap();
    for id in &ids {
        let content = store.snapshot(id).unwrap().content;
        let sha256 = content.tree_state.unwrap().manifest_sha256.parse().unwrap();
        assert!(!store.snapshot_manifest(&sha256).unwrap().files.is_empty());
    }
    ids.len()
}

#[test]
fn a_stopped_snapshot_is_listed_whole_or_not_at_all_and_its_id_is_never_given_twice() {
    let machine = Machine::new();
    let counts = every_stop(
        "snapshot",
        &MODELS,
        &|folder| {
            machine.prepared(folder);
            assert!(machine.create(folder, real(), true));
        },
        &|folder, sys| machine.create(folder, sys, false),
        &|folder, stop| {
            let listed = check(folder, stop);
            assert!(listed == 2 || (listed == 1 && !stop.outcome_ok), "{listed} are listed after {stop:?}");
            let before = store(folder).snapshot_ids().unwrap();
            assert!(machine.create(folder, real(), true), "the next run fails after {stop:?}");
            let after = store(folder).snapshot_ids().unwrap();
            assert!(after.len() > before.len(), "an id was given twice after {stop:?}: {before:?} {after:?}");
        },
    );
    eprintln!("{counts}");
}

#[cfg_attr(windows, ignore = "minutes under Wine; SIM_POINTER_FILES has it on Linux")]
#[test]
fn a_stopped_expiry_and_a_stopped_delete_leave_no_manifest_behind_that_is_needed() {
    let machine = Machine::new();
    let counts = every_stop(
        "snapshot-expiry",
        &MODELS,
        &|folder| {
            machine.prepared(folder);
            for protect in [true, false] {
                assert!(machine.create(folder, real(), protect));
            }
        },
        // At most one unprotected one is kept besides that of the generation in use.
        &|folder, sys| {
            let ctx = machine.ctx(folder, sys);
            let ids = ctx.store.snapshot_ids().unwrap();
            ctx.store.remove_snapshots(&ids[1..], WAIT).is_ok()
        },
        &|folder, stop| {
            let listed = check(folder, stop);
            assert!(listed >= 1 && (listed == 1 || !stop.outcome_ok), "{listed} are listed after {stop:?}");
        },
    );
    eprintln!("{counts}");
}

#[cfg_attr(windows, ignore = "minutes under Wine; SIM_POINTER_FILES has it on Linux")]
#[test]
fn a_stopped_restore_moves_default_and_pins_or_nothing_and_undo_takes_it_back() {
    let machine = Machine::new();
    let pin = |folder: &Path| std::fs::read_to_string(folder.join("project/.go-version")).unwrap();
    let state = |folder: &Path| (store(folder).current().unwrap().unwrap().toolchain, pin(folder));
    let (old, new) = ((id("1.26.8"), "1.26.8\n".to_owned()), (id("1.27.2"), "1.27.2\n".to_owned()));
    let counts = every_stop(
        "snapshot-restore",
        &MODELS_OF_RESTORE,
        &|folder| {
            machine.prepared(folder);
            assert!(machine.create(folder, real(), true));
            std::fs::write(folder.join("project/.go-version"), "1.26.8\n").unwrap();
            engine::switch(&machine.ctx(folder, real()), &id("1.26.8")).unwrap();
            // What was recorded has to be fetched again.
            engine::uninstall(&machine.ctx(folder, real()), &id("1.27.2")).unwrap();
        },
        &|folder, sys| machine.restore(folder, sys),
        &|folder, stop| {
            check(folder, stop);
            let found = state(folder);
            assert!(found == new || (found == old && !stop.outcome_ok), "{found:?} after {stop:?}");
            assert!(machine.restore(folder, real()), "the next run fails after {stop:?}");
            assert_eq!(state(folder), new);
            engine::undo(&machine.ctx(folder, real()), 1).unwrap();
            assert_eq!(state(folder), old, "undo after {stop:?}");
        },
    );
    eprintln!("{counts}");
}
