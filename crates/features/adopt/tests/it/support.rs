//! A home with foreign installations in it, and an upstream whose checksum database knows what is official.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use acquire::AdoptError;
use adopt::{Action, Done, Item, Plan, Where};
use context::Ctx;
use fixture::Fixture;
use testkit::{TinyToolchain, Upstream};

pub struct World {
    pub upstream: Upstream,
    fixture: Fixture,
}

impl World {
    /// Official are these versions.
    pub fn new(official: &[&str]) -> World {
        let upstream = Upstream::start(official.iter().map(|version| TinyToolchain::host(version)));
        let mut fixture = Fixture::with_upstream(&upstream);
        fixture.set_path("GOWARD_HOME", ".goward");
        World { upstream, fixture }
    }

    pub fn set(&mut self, name: &str, value: impl AsRef<Path>) -> &mut World {
        self.fixture.set(name, value.as_ref().to_str().unwrap());
        self
    }

    /// A path below the home, which the system may know by another name.
    pub fn path(&self, below: &str) -> PathBuf {
        self.fixture.path(below)
    }

    /// Writes a tiny toolchain's tree.
    pub fn tree(&self, below: &str, version: &str) -> PathBuf {
        let path = self.path(below);
        TinyToolchain::host(version).write_tree(&path);
        path
    }

    pub fn ctx(&self) -> Ctx {
        self.fixture.ctx_in("")
    }

    /// Plans an import, on a machine that has only the folders below `machine` in the home.
    pub fn plan(&self) -> Plan {
        let place = Where { root: self.path("machine"), only: None };
        adopt::plan(&self.ctx(), &[], &place).unwrap()
    }

    pub fn plan_of(&self, path: &Path) -> Item {
        let plan = adopt::plan(&self.ctx(), &[path.to_owned()], &Where::default()).unwrap();
        assert_eq!(plan.items.len(), 1);
        plan.items.into_iter().next().unwrap()
    }

    /// Imports one installation, as planned.
    pub fn import(&self, path: &Path) -> Result<Option<Done>, AdoptError> {
        adopt::apply(&engine::sources(&self.ctx()), &self.plan_of(path))
    }

    /// It must be imported.
    #[track_caller]
    pub fn adopted(&self, path: &Path) -> acquire::Adopted {
        match self.import(path) {
            Ok(Some(Done::Adopted(adopted))) => adopted,
            other => panic!("not brought in: {other:?}"),
        }
    }

    /// It must be registered, with its reason.
    #[track_caller]
    pub fn registered(&self, path: &Path) -> String {
        match self.import(path) {
            Ok(Some(Done::Registered { why, .. })) => why,
            other => panic!("not registered: {other:?}"),
        }
    }

    pub fn installed(&self) -> Vec<String> {
        let toolchains = self.ctx().store.toolchains().unwrap();
        toolchains.into_iter().map(|toolchain| toolchain.id.version().to_string()).collect()
    }

    /// Nothing is visible, no half-made tree is left, and the store has no fault.
    #[track_caller]
    pub fn assert_nothing_brought_in(&self) {
        assert_eq!(self.installed(), [""; 0]);
        let staging = self.path(".goward/staging");
        let left = std::fs::read_dir(&staging).map(|entries| entries.count()).unwrap_or(0);
        assert_eq!(left, 0, "something is left in {}", staging.display());
        assert_eq!(self.ctx().store.faults().unwrap(), [""; 0]);
    }
}

/// Whether an item has an action.
pub fn is_to_be_done(item: &Item) -> bool {
    item.action != Action::Leave
}

/// Every file below a folder with its bytes, mode and time of change: what must not differ afterwards.
pub fn image(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u64, std::time::SystemTime)> {
    let files = testkit::walk(folder).unwrap().into_iter().filter(|(_, meta)| meta.is_file());
    let seen =
        |path: &Path, meta: std::fs::Metadata| (std::fs::read(path).unwrap(), meta.len(), meta.modified().unwrap());
    files.map(|(path, meta)| (path.clone(), seen(&path, meta))).collect()
}
