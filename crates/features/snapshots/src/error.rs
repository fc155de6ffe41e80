//! What can go wrong with snapshots.

use std::path::PathBuf;

use acquire::InstallError;
use diag::{Bytes, Class, Diagnose, Diagnosis};
use engine::ConfigError;
use graph::GraphError;
use release::ToolchainId;
use resolve::ChooseError;
use snapshot::{IdError, TtlError};
use store::StoreError;

/// Why a snapshot could not be made, read or restored.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum SnapshotError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The toolchain could not be chosen.
    #[error(transparent)]
    Choose(#[from] ChooseError),
    /// A toolchain could not be fetched.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// A release could not be resolved.
    #[error(transparent)]
    Catalog(#[from] source::CatalogError),
    /// A setting could not be restored.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A text is not an id.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A text is not a time.
    #[error(transparent)]
    Ttl(#[from] TtlError),
    /// The project's module graph.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The snapshot has no module graph.
    #[error("compare with the snapshot `{}`: it has no module graph", diag::shown_line(id))]
    NoGraph { id: String },
    /// There is no go command to ask for the module graph.
    #[error("make a snapshot with the module graph: no toolchain is chosen in `{}`", folder.display())]
    NoGoToAsk { folder: PathBuf },
    /// The disk is too full.
    #[error("make a snapshot: the disk of `{}` is {percent} % full, and none is made at {limit} % (`snapshot.disk-stop-percent`)", home.display())]
    DiskHigh { home: PathBuf, percent: u64, limit: u64, bytes_free: u64 },
    /// A program was not installed.
    #[error("make a snapshot: {request} is not installed")]
    NotInstalled { request: String },
    /// The project's folder.
    #[error("make a snapshot of the project `{}`: {reason}", folder.display())]
    Project { folder: PathBuf, reason: String },
    /// A file from elsewhere is no snapshot, or a copy could not be written.
    #[error("use the snapshot file `{}`: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    /// A protected one.
    #[error("delete the snapshot `{id}`: it is protected")]
    Protected { id: String },
    /// The toolchain that can be had is another one.
    #[error("restore `{id}`: {toolchain} has the manifest {actual} now, the snapshot was made of {recorded}")]
    OtherTree { id: String, toolchain: ToolchainId, recorded: String, actual: String },
    /// The snapshot's platform is another one.
    #[error("restore `{id}`: it was made on {platform}, and this is {here}")]
    OtherPlatform { id: String, platform: String, here: String },
    /// No folder for sharing is set.
    #[error("share snapshots: `snapshot.git` names no folder")]
    NoFolder,
    /// Git could not do it.
    #[error("share snapshots through `{}`: {reason}", folder.display())]
    Git { folder: PathBuf, reason: String },
    /// A file of the toolchain could not be read.
    #[error("read the files of {id}")]
    Rehash {
        id: ToolchainId,
        #[source]
        cause: std::io::Error,
    },
}

impl Diagnose for SnapshotError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Store(error) => error.diagnosis(),
            Self::Choose(error) => error.diagnosis(),
            Self::Install(error) => error.diagnosis(),
            Self::Catalog(error) => error.diagnosis(),
            Self::Config(error) => error.diagnosis(),
            Self::Id(_) => {
                Class::Usage.word("bad-snapshot-id").hint("`goward snapshot list` shows the ids of all snapshots")
            }
            Self::Ttl(_) => Class::Usage.word("bad-time"),
            Self::Graph(error) => error.diagnosis(),
            Self::NoGraph { .. } => {
                Class::NotFound.word("snapshot-graph").hint("`goward snapshot create --graph` records one")
            }
            Self::NoGoToAsk { .. } => Class::NotFound
                .word("no-toolchain")
                .hint("`goward install` in the project's folder gets the Go that it asks for")
                .hint("without `--graph` the snapshot needs none"),
            Self::DiskHigh { bytes_free, .. } => Class::Policy
                .word("disk-high")
                .hint(format!("{} are free: `goward snapshot prune` and `goward prune` make room", Bytes(*bytes_free)))
                .hint("new ones are made again 5 percent points below the limit"),
            Self::NotInstalled { request } => {
                Class::NotFound.word("not-installed").hint(format!("`goward install {request}` gets it"))
            }
            Self::Project { .. } => Class::NotFound.word("no-project").hint("`--project` takes the project's folder"),
            Self::File { .. } => Class::Integrity.word("snapshot-file").hint(
                "`goward snapshot create -o FILE` writes such a file; compare it with the one that it was copied from",
            ),
            Self::Protected { id } => Class::Policy
                .word("snapshot-protected")
                .hint(format!("`goward snapshot protect {id} --off`, then delete it")),
            Self::OtherTree { .. } => Class::Integrity
                .word("snapshot-other-tree")
                .hint("`goward verify --explain` says who vouches for the tree that is here"),
            Self::OtherPlatform { .. } => Class::Policy
                .word("snapshot-other-platform")
                .hint("a snapshot is restored on the platform that it was made on"),
            Self::NoFolder => Class::Usage
                .word("no-snapshot-folder")
                .hint("`goward config set snapshot.git /path/to/your/repository/snapshots`"),
            Self::Git { .. } => Class::Environment
                .word("snapshot-git")
                .hint("run `git status` in that folder; the snapshots here are as they were"),
            Self::Rehash { cause, .. } => Diagnosis::of_io("snapshot-rehash", cause),
        }
    }
}
