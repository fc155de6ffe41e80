//! Every path under goward's home is built here, and nowhere else.

use std::path::{Path, PathBuf};

use release::ToolchainId;

/// Where things stand under goward's home.
///
/// ```text
/// toolchains/go1.27.3.linux-amd64/        the tree, a GOROOT
/// manifests/go1.27.3.linux-amd64.json     source, time, what was proven
/// manifests/go1.27.3.linux-amd64.files    every file: SHA-256, size, mode, path
/// generations/7/generation.json           who switched, when, from where
/// generations/7/go                        link to ../../toolchains/…
/// current                                 link to generations/7; on Windows a file that holds that path
/// default                                 on Windows, where it can be made: a junction to the default's tree
/// generations/spare/                      made in advance: a switch needs no free disk
/// transactions/                           plans of changes to several files
/// projects/                               folders whose pins `prune` must respect
/// journal.log                             what was begun, and how it ended
/// staging/                                trees that are not whole yet
/// downloads/                              archives under way, in parts
/// cache/                                  what can be asked for again
/// locks/                                  locks between processes
/// shims/                                  `go`, `gofmt` and `go1.X.Y`, for `PATH`
/// shim.table                              what the shims know of the store
/// trash/                                  trees on their way out
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    home: PathBuf,
}

impl Layout {
    pub(crate) fn new(home: PathBuf) -> Layout {
        Layout { home }
    }

    /// goward's home.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The folder of the trees.
    pub fn toolchains(&self) -> PathBuf {
        self.home.join("toolchains")
    }

    /// A toolchain's tree: its `GOROOT`.
    pub fn tree(&self, id: &ToolchainId) -> PathBuf {
        self.toolchains().join(id.to_string())
    }

    /// The folder of the manifests.
    pub fn manifests(&self) -> PathBuf {
        self.home.join("manifests")
    }

    /// What is recorded of a toolchain.
    pub fn record(&self, id: &ToolchainId) -> PathBuf {
        self.manifests().join(format!("{id}.json"))
    }

    /// The list of a toolchain's files.
    pub fn manifest(&self, id: &ToolchainId) -> PathBuf {
        self.manifests().join(format!("{id}.files"))
    }

    /// The folder of the generations.
    pub fn generations(&self) -> PathBuf {
        self.home.join("generations")
    }

    /// One generation.
    pub fn generation(&self, number: u64) -> PathBuf {
        self.generations().join(number.to_string())
    }

    /// The link that says which generation is in use.
    pub fn current(&self) -> PathBuf {
        self.home.join("current")
    }

    /// The path that leads other programs to the default's tree where none can lead through `current`.
    pub fn default_junction(&self) -> PathBuf {
        self.home.join("default")
    }

    /// What the link `current` says for a generation: a path from where the link stands.
    pub(crate) fn current_target(number: u64) -> PathBuf {
        Path::new("generations").join(number.to_string())
    }

    /// What a generation's link `go` says for a toolchain: a path from where the link stands.
    pub(crate) fn toolchain_target(id: &ToolchainId) -> PathBuf {
        Path::new("../../toolchains").join(id.to_string())
    }

    /// The folder for `PATH`: `go` and `gofmt` of the default toolchain.
    pub fn default_bin(&self) -> PathBuf {
        self.current().join("go").join("bin")
    }

    /// The folder for `PATH` that has the shims. They look for their table in the folder above their own.
    pub fn shims(&self) -> PathBuf {
        self.home.join("shims")
    }

    /// What the shims know of the store.
    pub fn shim_table(&self) -> PathBuf {
        self.home.join("shim.table")
    }

    /// Trees that are not whole yet.
    pub fn staging(&self) -> PathBuf {
        self.home.join("staging")
    }

    /// A folder that pip is told to install into when it only resolves; never made.
    pub fn pip_scratch(&self) -> PathBuf {
        self.staging().join("pip")
    }

    /// The tree in a staging folder of this name.
    pub(crate) fn staged_tree(&self, name: &str) -> PathBuf {
        self.staging().join(name).join("tree")
    }

    /// Archives under way.
    pub fn downloads(&self) -> PathBuf {
        self.home.join("downloads")
    }

    /// What can be asked for again.
    pub fn cache(&self) -> PathBuf {
        self.home.join("cache")
    }

    /// One document in the cache.
    pub fn cached(&self, name: &str) -> PathBuf {
        self.cache().join(name)
    }

    /// The newest tree head seen of a checksum database. It is evidence, not cache.
    pub fn tree_head(&self, database: &str) -> PathBuf {
        self.home.join("heads").join(database)
    }

    /// Locks between processes.
    pub fn locks(&self) -> PathBuf {
        self.home.join("locks")
    }

    /// The lock that writers of the store take.
    pub fn store_lock(&self) -> PathBuf {
        self.locks().join("store.lock")
    }

    /// The log of operations.
    pub fn journal(&self) -> PathBuf {
        self.home.join("journal.log")
    }

    /// The lock of whoever writes the log.
    pub fn journal_lock(&self) -> PathBuf {
        self.locks().join("journal.lock")
    }

    /// The lock of whoever asks a checksum database and keeps its newest head.
    pub fn heads_lock(&self) -> PathBuf {
        self.locks().join("heads.lock")
    }

    /// A generation made in advance, so that a switch needs no free disk.
    pub(crate) fn spare_generation(&self) -> PathBuf {
        self.generations().join("spare")
    }

    /// The lock of whoever installs this toolchain.
    pub fn install_lock(&self, id: &ToolchainId) -> PathBuf {
        self.locks().join(format!("{id}.lock"))
    }

    /// The lock that running programs of a toolchain share.
    pub fn lease(&self, id: &ToolchainId) -> PathBuf {
        self.locks().join(format!("{id}.lease"))
    }

    /// Plans of changes to several files.
    pub fn transactions(&self) -> PathBuf {
        self.home.join("transactions")
    }

    /// Folders of projects that goward has served.
    pub fn projects(&self) -> PathBuf {
        self.home.join("projects")
    }

    /// Trees on their way out.
    pub fn trash(&self) -> PathBuf {
        self.home.join("trash")
    }
}
