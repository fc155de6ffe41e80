//! Every path under goward's home is built here, and nowhere else.

use std::path::{Path, PathBuf};

use release::ToolchainId;

use crate::entries::{ENTRIES, Entry};

/// The paths under goward's home.
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
/// work/                                   empty folders, in which programs run that goward starts for itself
/// downloads/                              archives under way, in parts
/// cache/                                  what can be asked for again
/// heads/                                  the newest heads seen of checksum databases
/// locks/                                  locks between processes
/// running/17-1700000000000000000.json     a supervised program; its .lock beside it, which its supervisor holds
/// snapshots/ID.json                       what the machine's Go was at an instant; ID.protected, ID.pulled beside it
/// snapshots/SHA256.files                  manifests that snapshots name
/// drills/NUMBER.json                      what came of the drills of a run
/// blocked.json                            versions that no command may choose
/// system.json                             Go installations that are run in place
/// shims/                                  `go`, `gofmt` and `go1.X.Y`, for `PATH`
/// releases/                               `go1.X.Y` of every known release, for go commands that goward starts
/// shims/.goward                           link to goward, for a shim that has no table; on Windows a file as `current`
/// shim.table                              what the shims know of the store
/// sdk/go1.27.3.linux-amd64/               links into the tree, and the mark that other tools look for
/// shell/                                  scripts that the user's shells read
/// set-aside/                              what a repair has moved out of a tree
/// trash/                                  trees on their way out
/// isolated/go1.27.3/gobin                 folders of one version's own, where that is asked for
/// isolated/projects/0123456789abcdef/     folders of one project's own
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    home: PathBuf,
}

impl Layout {
    /// The paths under this folder. Builds paths only; using a store needs a `TrustedHome`.
    pub fn new(home: PathBuf) -> Layout {
        Layout { home }
    }

    /// Every name that goward gives in its home, with its path. It need not exist.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'static Entry, PathBuf)> {
        ENTRIES.iter().map(|entry| (entry, self.home.join(entry.name)))
    }

    /// The paths in a home whose contents goward runs, carries out or believes without a further check.
    pub(crate) fn believed(&self) -> Vec<PathBuf> {
        self.entries().filter(|(entry, _)| entry.believed).map(|(_, path)| path).collect()
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

    /// The record of a toolchain.
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

    /// The link to the generation in use.
    pub fn current(&self) -> PathBuf {
        self.home.join("current")
    }

    /// The path to the default's tree for other programs, on systems where no path can go through `current`.
    pub fn default_junction(&self) -> PathBuf {
        self.home.join("default")
    }

    /// The target of the link `current` for a generation, relative to the link's folder.
    pub(crate) fn current_target(number: u64) -> PathBuf {
        Path::new("generations").join(number.to_string())
    }

    /// The target of a generation's link `go` for a toolchain, relative to the link's folder.
    pub(crate) fn toolchain_target(id: &ToolchainId) -> PathBuf {
        Path::new("../../toolchains").join(id.to_string())
    }

    /// The folder for `PATH`: `go` and `gofmt` of the default toolchain.
    pub fn default_bin(&self) -> PathBuf {
        self.current().join("go").join("bin")
    }

    /// The folder of the shims, for `PATH`. A shim reads its table in the parent folder.
    pub fn shims(&self) -> PathBuf {
        self.home.join("shims")
    }

    /// One shim.
    pub fn shim(&self, name: &str) -> PathBuf {
        self.shims().join(name)
    }

    /// A `go1.X.Y` for every known release: go commands that goward starts have this folder on `PATH`, and the user's
    /// shells have not.
    pub fn releases(&self) -> PathBuf {
        self.home.join("releases")
    }

    /// The pointer to goward beside the shims, which a shim uses if it has no table.
    pub fn shims_goward(&self) -> PathBuf {
        self.shims().join(".goward")
    }

    /// A folder of links for each toolchain, for tools that look for `~/sdk/go1.X.Y`.
    pub fn sdks(&self) -> PathBuf {
        self.home.join("sdk")
    }

    /// The folder of links for this toolchain.
    pub fn sdk(&self, id: &ToolchainId) -> PathBuf {
        self.sdks().join(id.to_string())
    }

    /// The table from which shims read the store.
    pub fn shim_table(&self) -> PathBuf {
        self.home.join("shim.table")
    }

    /// Scripts that the user's shells read.
    pub fn shell(&self) -> PathBuf {
        self.home.join("shell")
    }

    /// One of them.
    pub fn activation(&self, name: &str) -> PathBuf {
        self.shell().join(name)
    }

    /// The completion script for zsh, which has no folder for a user's own.
    pub fn zsh_completion(&self) -> PathBuf {
        self.shell().join("zsh").join("_goward")
    }

    /// Trees that are incomplete.
    pub fn staging(&self) -> PathBuf {
        self.home.join("staging")
    }

    /// Empty folders, in which goward's helper programs run (`Store::empty_folder`).
    pub fn work(&self) -> PathBuf {
        self.home.join("work")
    }

    /// The tree in a staging folder of this name.
    pub(crate) fn staged_tree(&self, name: &str) -> PathBuf {
        self.staging().join(name).join("tree")
    }

    /// Archives under way.
    pub fn downloads(&self) -> PathBuf {
        self.home.join("downloads")
    }

    /// Documents that can be fetched again.
    pub fn cache(&self) -> PathBuf {
        self.home.join("cache")
    }

    /// One document in the cache.
    pub fn cached(&self, name: &str) -> PathBuf {
        self.cache().join(name)
    }

    /// What goward has seen of checksum databases.
    pub fn heads(&self) -> PathBuf {
        self.home.join("heads")
    }

    /// The newest tree head seen of a checksum database. It is evidence, not cache.
    pub fn tree_head(&self, database: &str) -> PathBuf {
        self.heads().join(database)
    }

    /// The evidence that a checksum database has shown two histories, named by the time of its discovery.
    pub fn fork_evidence(&self, database: &str, unix_seconds: u64) -> PathBuf {
        self.heads().join(format!("{database}.fork-{unix_seconds}.json"))
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

    /// The lock for appends to the journal.
    pub fn journal_lock(&self) -> PathBuf {
        self.locks().join("journal.lock")
    }

    /// The lock for questions to a checksum database, whose newest head is kept.
    pub fn heads_lock(&self) -> PathBuf {
        self.locks().join("heads.lock")
    }

    /// A generation made in advance, so that a switch needs no free disk.
    pub(crate) fn spare_generation(&self) -> PathBuf {
        self.generations().join("spare")
    }

    /// The lock for an install of this toolchain.
    pub fn install_lock(&self, id: &ToolchainId) -> PathBuf {
        self.locks().join(format!("{id}.lock"))
    }

    /// The lock that running programs of a toolchain share.
    pub fn lease(&self, id: &ToolchainId) -> PathBuf {
        self.locks().join(format!("{id}.lease"))
    }

    /// Records of supervised programs.
    pub fn running(&self) -> PathBuf {
        self.home.join("running")
    }

    /// The record of a supervised program.
    pub(crate) fn running_record(&self, name: &str) -> PathBuf {
        self.running().join(format!("{name}.json"))
    }

    /// The lock that the supervisor of a record holds as long as it lives.
    pub(crate) fn running_lock(&self, name: &str) -> PathBuf {
        self.running().join(format!("{name}.lock"))
    }

    /// Plans of changes to several files.
    pub fn transactions(&self) -> PathBuf {
        self.home.join("transactions")
    }

    /// A finished change of several files, with the files' former bytes.
    pub fn kept_transaction(&self, name: &str) -> PathBuf {
        self.transactions().join(format!("{name}.done"))
    }

    /// Folders of projects that goward has served.
    pub fn projects(&self) -> PathBuf {
        self.home.join("projects")
    }

    /// The folder of the snapshots.
    pub fn snapshots(&self) -> PathBuf {
        self.home.join("snapshots")
    }

    /// The file of one snapshot.
    pub fn snapshot(&self, id: &snapshot::Id) -> PathBuf {
        self.snapshots().join(format!("{id}.json"))
    }

    /// The mark that the user protects a snapshot.
    pub fn snapshot_protection(&self, id: &snapshot::Id) -> PathBuf {
        self.snapshots().join(format!("{id}.protected"))
    }

    /// The mark that a snapshot came from elsewhere.
    pub fn snapshot_pulled(&self, id: &snapshot::Id) -> PathBuf {
        self.snapshots().join(format!("{id}.pulled"))
    }

    /// A manifest that snapshots name, by its SHA-256.
    pub fn snapshot_manifest(&self, sha256: &release::Digest) -> PathBuf {
        self.snapshots().join(format!("{sha256}.files"))
    }

    /// The time of the newest snapshot that there ever was, so that no id is given twice.
    pub(crate) fn newest_snapshot(&self) -> PathBuf {
        self.snapshots().join("newest")
    }

    /// The mark that the disk was too full for new snapshots the last time.
    pub fn snapshots_stopped(&self) -> PathBuf {
        self.snapshots().join("stopped")
    }

    /// The history of drills.
    pub fn drills(&self) -> PathBuf {
        self.home.join("drills")
    }

    /// The file of one run of drills.
    pub(crate) fn drill_run(&self, number: u64) -> PathBuf {
        self.drills().join(format!("{number}.json"))
    }

    /// The registered Go installations that run in place.
    pub fn external_gos(&self) -> PathBuf {
        self.home.join("system.json")
    }

    /// The versions that no command may choose.
    pub fn blocked(&self) -> PathBuf {
        self.home.join("blocked.json")
    }

    /// The separate folders of a version or a project, if `isolate.*` asks for them. Private to their owner.
    pub fn isolated(&self) -> PathBuf {
        self.home.join("isolated")
    }

    /// The separate folder of one version; `name` is `gopath`, `gobin`, `gocache` or `gomodcache`.
    pub fn isolated_by_version(&self, version: &release::Version, name: &str) -> PathBuf {
        self.isolated().join(version.tag()).join(name)
    }

    /// The separate folder of one project. Its name is that of the project's file under `projects/`.
    pub fn isolated_by_project(&self, project: &Path, name: &str) -> PathBuf {
        let hash = crate::projects::name_of(&project.to_string_lossy());
        self.isolated().join("projects").join(hash).join(name)
    }

    /// Files that a repair has moved out of a tree. goward never empties it: the files are the user's.
    pub fn set_aside(&self) -> PathBuf {
        self.home.join("set-aside")
    }

    /// Trees that goward is removing.
    pub fn trash(&self) -> PathBuf {
        self.home.join("trash")
    }
}
