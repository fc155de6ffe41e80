//! Every file and folder of the store × every fault: it works or is named, and the advice that is given mends it.
//!
//! Method: a healthy home is made once for each fault and copied back for each path, at the same place, since the store
//! holds absolute paths. After a fault no command may panic, and four things must hold:
//!
//! - a named version and a pin still run, unless it is their own tree that is damaged, or the list of blocked versions,
//!   which could name them;
//! - doctor names the fault, unless the file is one that goward makes again by itself;
//! - what doctor advises (its own repair, `use`, `install`, `verify --repair`, `shims --write`, `chown`) leaves no finding;
//! - what was put in the place of a name is still somewhere in the home.
//!
//! Modes without a right for the owner are tested in `bins/goward`, as an ordinary user: root may read everything.
#![cfg(unix)] // links, owners and modes
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use context::Ctx;
use doctor::{Finding, Severity, Wanted, examine, examine_home, repair};
use fixture::Fixture;
use release::Request;
use store::FileChange;
use testkit::tiny::host_platform;
use testkit::{TinyToolchain, Upstream};
use verify::VerifyOptions;

/// The default, and the version that is named and pinned.
const DEFAULT: &str = "1.27.3";
const PINNED: &str = "1.26.8";
/// The user that the tests are not.
const NEIGHBOUR: u32 = 65534;
/// The program that this goward writes as its shim.
const SHIM: &[u8] = b"#!/bin/sh\n# GOWARD_SHIM\n";
/// Bytes that nobody but the test has written.
const PRECIOUS: &[u8] = b"precious\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Missing,
    Empty,
    OtherBytes,
    Folder,
    DanglingLink,
    OtherOwner,
    WritableByAll,
}

/// What may happen to a path, besides that doctor names it and repairs it.
#[derive(Clone, Copy)]
struct Row {
    path: &'static str,
    /// Faults that need no finding: goward works without the file or makes it again.
    harmless: &'static [Fault],
}

use Fault::{DanglingLink, Empty, Folder, Missing, OtherBytes, OtherOwner, WritableByAll};

/// Goward makes it again when it needs it, whatever its bytes.
const CACHE: &[Fault] = &[Missing, Empty, OtherBytes];
/// It may be gone or empty.
const ABSENT: &[Fault] = &[Missing, Empty];

/// Every kind of name in the store (docs/store-format.md). `DEFAULT` and `PINNED` stand for the toolchains' names.
const ROWS: &[Row] = &[
    Row { path: "current", harmless: &[Missing] },
    Row { path: "generations", harmless: &[] },
    Row { path: "generations/1", harmless: &[Missing] },
    Row { path: "generations/1/generation.json", harmless: &[] },
    // Only programs that follow `current` read this link.
    Row { path: "generations/1/go", harmless: &[Missing, Empty, OtherBytes, Folder, DanglingLink] },
    Row { path: "generations/2", harmless: &[] },
    Row { path: "generations/2/generation.json", harmless: &[] },
    Row { path: "generations/2/go", harmless: &[] },
    // A switch makes another.
    Row { path: "generations/spare", harmless: &[Missing, Empty, OtherBytes, Folder, DanglingLink] },
    Row { path: "generations/spare/generation.json", harmless: &[Missing, Empty, OtherBytes, Folder, DanglingLink] },
    Row { path: "toolchains", harmless: &[] },
    Row { path: "toolchains/DEFAULT", harmless: &[] },
    Row { path: "toolchains/DEFAULT/bin", harmless: &[] },
    Row { path: "toolchains/DEFAULT/bin/go", harmless: &[] },
    Row { path: "toolchains/PINNED", harmless: &[Missing] },
    Row { path: "toolchains/PINNED/bin", harmless: &[] },
    Row { path: "toolchains/PINNED/bin/go", harmless: &[] },
    Row { path: "toolchains/PINNED/VERSION", harmless: &[] },
    Row { path: "manifests", harmless: &[] },
    Row { path: "manifests/DEFAULT.json", harmless: &[] },
    Row { path: "manifests/DEFAULT.files", harmless: &[] },
    Row { path: "manifests/PINNED.json", harmless: &[] },
    Row { path: "manifests/PINNED.files", harmless: &[] },
    // The trees and links record what exists; the history of installs is lost.
    Row { path: "journal.log", harmless: ABSENT },
    // Gone or set aside, nothing is blocked any more.
    Row { path: "blocked.json", harmless: &[Missing] },
    Row { path: "system.json", harmless: &[Missing] },
    Row { path: "transactions", harmless: ABSENT },
    // Only the undo of that change is lost.
    Row { path: "transactions/DONE", harmless: &[Missing, Empty, OtherBytes, DanglingLink] },
    Row { path: "transactions/DONE/plan.json", harmless: &[Missing, Empty, OtherBytes, Folder, DanglingLink] },
    Row { path: "projects", harmless: ABSENT },
    Row { path: "projects/HASH", harmless: CACHE },
    Row { path: "staging", harmless: ABSENT },
    Row { path: "work", harmless: ABSENT },
    Row { path: "downloads", harmless: ABSENT },
    Row { path: "cache", harmless: ABSENT },
    Row { path: "cache/index.json", harmless: &[Missing, Empty, OtherBytes, Folder, DanglingLink] },
    Row { path: "heads", harmless: ABSENT },
    // A head that cannot be read stops the next question to the log, which names it.
    Row { path: "heads/sum.example", harmless: CACHE },
    Row { path: "locks", harmless: ABSENT },
    Row { path: "locks/store.lock", harmless: CACHE },
    Row { path: "locks/journal.lock", harmless: CACHE },
    Row { path: "locks/PINNED.lock", harmless: CACHE },
    Row { path: "locks/PINNED.lease", harmless: CACHE },
    Row { path: "snapshots", harmless: ABSENT },
    Row { path: "snapshots/SNAPSHOT.json", harmless: &[Missing] },
    // The mark says nothing in itself.
    Row { path: "snapshots/SNAPSHOT.protected", harmless: CACHE },
    Row { path: "snapshots/MANIFEST.files", harmless: &[] },
    // The next id takes the nanoseconds of its time.
    Row { path: "snapshots/newest", harmless: CACHE },
    // Nothing is supervised. The owners of these have ended: the next supervisor removes them, whatever their bytes.
    Row { path: "running", harmless: ABSENT },
    Row { path: "running/1-1.json", harmless: CACHE },
    Row { path: "running/1-1.lock", harmless: CACHE },
    // The history is for people; `drill --report` names what it cannot read.
    Row { path: "drills", harmless: ABSENT },
    Row { path: "drills/1700000000000000000.json", harmless: CACHE },
    // No shims have been written, or none are left.
    Row { path: "shims", harmless: ABSENT },
    Row { path: "shims/go", harmless: &[] },
    Row { path: "shims/gofmt", harmless: &[] },
    Row { path: "shims/go1.26.8", harmless: &[] },
    // The next change of the store writes them again.
    Row { path: "releases", harmless: ABSENT },
    Row { path: "releases/go1.26.8", harmless: &[Missing] },
    Row { path: "shim.table", harmless: CACHE },
    Row { path: "sdk", harmless: ABSENT },
    Row { path: "sdk/PINNED", harmless: &[Missing, Empty, OtherBytes, DanglingLink] },
    Row { path: "shell", harmless: ABSENT },
    Row { path: "isolated", harmless: ABSENT },
    Row { path: "set-aside", harmless: ABSENT },
    Row { path: "trash", harmless: ABSENT },
];

/// A healthy home, and a copy of it.
struct World {
    fixture: Fixture,
    saved: PathBuf,
    done: String,
    hash: String,
    snapshot: String,
    manifest: String,
}

impl World {
    fn new(upstream: &Upstream) -> World {
        let mut fixture = Fixture::with_upstream_in_memory(upstream);
        fixture.set("GOWARD_SNAPSHOT_DISK_STOP_PERCENT", "101");
        fixture.set("GOWARD_SHIMS_NAMES", "installed").set("GOWARD_STORE_DURABLE", "false");
        fixture.set("GOWARD_SOURCES", "official").set_path("PATH", "store/shims");
        fixture.file("project/.go-version", format!("{PINNED}\n"));
        let store = fixture.path("store");
        let ctx = ctx(&fixture);
        install(&ctx, PINNED);
        install(&ctx, DEFAULT);
        for version in [PINNED, DEFAULT] {
            engine::switch(&ctx, &id(version)).unwrap();
        }
        engine::write_shims(&ctx).unwrap();
        let profile = fixture.file("profile", "x");
        let change = FileChange::of_user(&profile, Some(b"x".to_vec()), Some(b"y".to_vec()));
        ctx.store.transaction("test").change(change).commit(std::time::Duration::from_secs(5)).unwrap();
        let facts = store::ShimFacts {
            goward: fixture.program("goward"),
            platform: ctx.platform.clone(),
            config: None,
            hand_over: false,
        };
        ctx.store.write_shim_table(&facts).unwrap();
        ctx.store.remember_project(&fixture.path("project")).unwrap();
        ctx.store.lease(&id(PINNED)).unwrap();
        drop(ctx.store.lock(ctx.store.layout().install_lock(&id(PINNED)), "test", std::time::Duration::from_secs(5)));
        for folder in [
            "running",
            "work",
            "downloads",
            "cache",
            "heads",
            "shell",
            "isolated",
            "set-aside",
            "trash",
            "staging",
            "drills",
        ] {
            std::fs::create_dir_all(store.join(folder)).unwrap();
            mode(&store.join(folder), 0o700);
        }
        for (file, text) in [
            ("cache/index.json", "{}"),
            ("heads/sum.example", "a head"),
            ("running/1-1.json", "{}"),
            ("running/1-1.lock", ""),
            ("blocked.json", r#"{"format":1,"blocks":[]}"#),
            ("drills/1700000000000000000.json", "{}"),
            ("system.json", r#"{"format":1,"installations":[]}"#),
        ] {
            std::fs::write(store.join(file), text).unwrap();
        }
        let snapshot = snapshots::create(&ctx, &snapshots::Order { protect: true, ..Default::default() });
        let snapshot = snapshot.unwrap_or_else(|error| panic!("{}", diag::error_chain(&error))).snapshot;
        let manifest = snapshot.content.tree_state.as_ref().unwrap().manifest_sha256.clone();
        let snapshot = snapshot.id.to_string();
        let first = |folder: &str| {
            let name = std::fs::read_dir(store.join(folder)).unwrap().next().unwrap().unwrap().file_name();
            name.into_string().unwrap()
        };
        let (done, hash) = (first("transactions"), first("projects"));
        let saved = fixture.path("saved");
        copy(&store, &saved);
        World { fixture, saved, done, hash, snapshot, manifest }
    }

    fn path(&self, path: &str) -> PathBuf {
        let path = path.replace("DEFAULT", &id(DEFAULT).to_string()).replace("PINNED", &id(PINNED).to_string());
        let path = path.replace("SNAPSHOT", &self.snapshot).replace("MANIFEST", &self.manifest);
        self.fixture.path("store").join(path.replace("DONE", &self.done).replace("HASH", &self.hash))
    }

    fn restore(&self) {
        let store = self.fixture.path("store");
        remove(&store);
        copy(&self.saved, &store);
    }

    /// Findings about the store; those of a home that is refused alone.
    fn findings(&self) -> Vec<Finding> {
        let (_, refused) = examine_home(&self.fixture.sys(), &self.fixture.path("store"), false).unwrap();
        if let Some(finding) = refused {
            return vec![finding];
        }
        let wanted = Wanted { topics: vec!["store".to_owned()], ..Wanted::default() };
        let mut findings = examine(&ctx(&self.fixture), &wanted);
        findings.retain(|finding| finding.severity == Severity::Problem || finding.repair.is_some());
        findings
    }

    /// Carries out what doctor repairs and what its findings advise, as a user would.
    fn follow_advice(&self) {
        for _ in 0..5 {
            examine_home(&self.fixture.sys(), &self.fixture.path("store"), true).unwrap();
            let findings = self.findings();
            if findings.is_empty() {
                return;
            }
            if findings.iter().any(|finding| finding.fix.contains("chown")) {
                let user = std::fs::metadata(self.fixture.home()).unwrap();
                let user = user.uid();
                let mut chown = Command::new("chown");
                chown.args(["-R", "-h", &user.to_string()]).arg(self.fixture.path("store"));
                assert!(chown.status().unwrap().success());
                continue;
            }
            let ctx = ctx(&self.fixture);
            repair(&ctx, &findings, &Wanted::default()).unwrap_or_else(|error| panic!("{}", diag::error_chain(&error)));
            let advised: BTreeSet<&str> = findings.iter().map(|finding| finding.fix.as_str()).collect();
            for fix in advised {
                let version = |before: &str| Some(fix.split_once(before)?.1.split(['`', ' ']).next()?.to_owned());
                if let Some(version) = version("goward install ") {
                    install(&ctx, &version);
                } else if let Some(version) = version("goward verify ") {
                    let options = VerifyOptions { repair: true, ..VerifyOptions::default() };
                    verify::verify(&engine::sources(&ctx), &id(&version), options)
                        .unwrap_or_else(|error| panic!("{}", diag::error_chain(&error)));
                }
            }
        }
    }
}

fn ctx(fixture: &Fixture) -> Ctx {
    let mut ctx = fixture.ctx();
    ctx.shim = Some(SHIM);
    ctx
}

fn id(version: &str) -> release::ToolchainId {
    format!("go{version}.{}", host_platform()).parse().unwrap()
}

fn install(ctx: &Ctx, version: &str) {
    let sources = engine::sources(ctx);
    let request: Request = version.parse().unwrap();
    let plan = acquire::plan_install(&sources, &request, &ctx.platform).unwrap();
    for result in engine::install(&sources, &[plan]) {
        result.unwrap_or_else(|error| panic!("{}", diag::error_chain(&error)));
    }
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Copies a folder with its modes, its links, and names that are one file.
fn copy(from: &Path, to: &Path) {
    fn go(from: &Path, to: &Path, known: &mut BTreeMap<u64, PathBuf>) {
        let meta = from.symlink_metadata().unwrap();
        if meta.is_symlink() {
            return symlink(std::fs::read_link(from).unwrap(), to).unwrap();
        }
        if meta.is_dir() {
            std::fs::create_dir(to).unwrap();
            for entry in std::fs::read_dir(from).unwrap() {
                let name = entry.unwrap().file_name();
                go(&from.join(&name), &to.join(&name), known);
            }
            return std::fs::set_permissions(to, meta.permissions()).unwrap();
        }
        match known.get(&meta.ino()) {
            Some(first) => std::fs::hard_link(first, to).unwrap(),
            None => drop(std::fs::copy(from, to).unwrap()),
        }
        known.insert(meta.ino(), to.to_owned());
    }
    go(from, to, &mut BTreeMap::new());
}

fn remove(path: &Path) {
    match path.symlink_metadata() {
        Ok(meta) if meta.is_dir() => {
            // The folders of a tree are their owner's to remove.
            std::fs::remove_dir_all(path).unwrap();
        }
        Ok(_) => std::fs::remove_file(path).unwrap(),
        Err(_) => {}
    }
}

/// Makes the fault; false if this path cannot have it.
fn damage(path: &Path, fault: Fault) -> bool {
    let meta = path.symlink_metadata().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let replaced_by = |bytes: &[u8]| {
        remove(path);
        std::fs::write(path, bytes).unwrap();
    };
    match fault {
        Missing => remove(path),
        Empty if meta.is_dir() => {
            remove(path);
            std::fs::create_dir(path).unwrap();
            mode(path, 0o700);
        }
        Empty => replaced_by(b""),
        OtherBytes => replaced_by(PRECIOUS),
        Folder if meta.is_dir() => return false,
        Folder => {
            remove(path);
            std::fs::create_dir(path).unwrap();
            std::fs::write(path.join("file"), PRECIOUS).unwrap();
        }
        DanglingLink => {
            remove(path);
            symlink("/no/such/place", path).unwrap();
        }
        OtherOwner if meta.is_symlink() => lchown(path, Some(NEIGHBOUR), None).unwrap(),
        OtherOwner => chown(path, Some(NEIGHBOUR), None).unwrap(),
        WritableByAll if meta.is_symlink() => return false,
        WritableByAll => mode(path, meta.permissions().mode() | 0o066),
    }
    true
}

/// What a named version and the project's pin do: their `go` says its version, or the error, in words.
fn runs(fixture: &Fixture, named: bool) -> Result<String, String> {
    let ctx = ctx(fixture);
    let request: Request = PINNED.parse().unwrap();
    let choice = resolve::choose(&ctx, named.then_some(&request)).map_err(|error| diag::error_chain(&error))?;
    let toolchain = choice.toolchain.clone().ok_or("it is not installed")?;
    let words = [OsString::from("go"), OsString::from("version")];
    let launch = resolve::plan_launch(&ctx, toolchain, Some(&choice), &words);
    let launch = launch.map_err(|error| diag::error_chain(&error))?;
    let said = Command::new(launch.command.program()).arg("version").output().map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&said.stdout).into_owned())
}

fn is_precious_kept(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let entry = entry.unwrap();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => is_precious_kept(&entry.path()),
            kind => kind.is_file() && std::fs::read(entry.path()).is_ok_and(|bytes| bytes == PRECIOUS),
        }
    })
}

/// Every path with this fault. Returns what does not hold, a line each.
fn table(fault: Fault) {
    let needs_root = fault == OtherOwner;
    if needs_root && sys::Host::user_number() != Some(0) {
        eprintln!("skipped: only root can give files to another user");
        return;
    }
    let upstream = Upstream::start([PINNED, DEFAULT].map(TinyToolchain::host));
    let world = World::new(&upstream);
    assert_eq!(world.findings(), [], "the healthy home");
    let mut wrong = Vec::new();
    for row in ROWS {
        world.restore();
        let path = world.path(row.path);
        if !damage(&path, fault) {
            continue;
        }
        let mut tell = |what: String| wrong.push(format!("{} × {fault:?}: {what}", row.path));
        let findings = world.findings();
        let is_refused = findings.iter().any(|finding| finding.word.starts_with("home-"));
        let is_of_tree = row.path.starts_with("toolchains") && !row.path.contains("DEFAULT");
        if !is_refused {
            for named in [true, false] {
                match runs(&world.fixture, named) {
                    Ok(said) if said.contains(PINNED) => {}
                    other if is_of_tree || (row.path == "toolchains" && other.is_err()) => {}
                    // A list of blocks that cannot be read could block it.
                    Err(error) if row.path == "blocked.json" && error.contains("blocked.json") => {}
                    other => tell(format!("named: {named}: {other:?}")),
                }
            }
            // No verb that only shows something fails for the default.
            let ctx = ctx(&world.fixture);
            for (verb, error) in [
                ("status", engine::status(&ctx).err()),
                ("list", engine::installed(&ctx).err()),
                ("history", engine::history(&ctx).err()),
            ] {
                if let Some(error) = error {
                    tell(format!("{verb}: {}", diag::error_chain(&error)));
                }
            }
        }
        if findings.is_empty() && !row.harmless.contains(&fault) {
            tell("no finding".to_owned());
        }
        let mended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.follow_advice()));
        if mended.is_err() {
            tell(format!(
                "the advice fails: {:?}",
                findings.iter().map(|one| (&one.what, &one.fix)).collect::<Vec<_>>()
            ));
            continue;
        }
        for finding in world.findings() {
            tell(format!("left: {} ({}; fix: {})", finding.what, finding.word, finding.fix));
        }
        if fault == Folder && !is_precious_kept(&world.fixture.path("store")) {
            tell("the folder that was there is lost".to_owned());
        }
        // Everything works again, also what needs the default.
        let ctx = ctx(&world.fixture);
        if let Err(error) = engine::switch(&ctx, &id(PINNED)).and_then(|_| engine::switch(&ctx, &id(DEFAULT))) {
            // What is not the default is not fetched again.
            let is_gone = matches!(row.path, "toolchains" | "toolchains/PINNED") && fault != Folder;
            if !is_gone {
                tell(format!("use: {}", diag::error_chain(&error)));
            }
        }
        if ctx.store.is_clean().is_ok_and(|clean| !clean) {
            tell("not clean".to_owned());
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}

/// `use` makes a new generation where the default is damaged, whose number no generation has had.
#[test]
fn use_replaces_a_damaged_default() {
    let upstream = Upstream::start([PINNED, DEFAULT].map(TinyToolchain::host));
    let world = World::new(&upstream);
    world.fixture.file("plain/file", "");
    for path in ["current", "generations/2", "generations/2/generation.json", "generations/2/go"] {
        for fault in [Missing, Empty, OtherBytes, Folder, DanglingLink] {
            world.restore();
            if !damage(&world.path(path), fault) {
                continue;
            }
            let ctx = ctx(&world.fixture);
            let used = engine::switch(&ctx, &id(DEFAULT)).unwrap_or_else(|error| panic!("{path} × {fault:?}: {error}"));
            assert_eq!((used.generation, &used.toolchain), (3, &id(DEFAULT)), "{path} × {fault:?}");
            let chosen = resolve::choose_in(&ctx, &world.fixture.path("plain"), None).unwrap();
            assert_eq!(chosen.toolchain.unwrap().id, id(DEFAULT), "{path} × {fault:?}");
            world.follow_advice();
            assert_eq!(world.findings(), [], "{path} × {fault:?}");
        }
    }
}

#[test]
fn a_missing_name() {
    table(Missing);
}

#[test]
fn an_empty_file_or_folder() {
    table(Empty);
}

#[test]
fn other_bytes() {
    table(OtherBytes);
}

#[test]
fn a_folder_in_place_of_a_file() {
    table(Folder);
}

#[test]
fn a_link_to_nothing() {
    table(DanglingLink);
}

#[test]
fn another_owner() {
    table(OtherOwner);
}

#[test]
fn a_mode_that_lets_all_write() {
    table(WritableByAll);
}
