//! A builder's own toolchain, which a `toolchain` line names by a suffix: `go1.27.3-custom`.
//!
//! For the order of versions the suffix does not count, so the go command takes such a line for go1.27.3, and then looks
//! for a program of the whole name. goward installs no such toolchain: nobody proves what it is. It runs one that the
//! user has registered (`goward import PATH`) and whose `VERSION` still has that name, unless a lock file is required; otherwise the release of that
//! number runs, and `goward why` says so.

use std::path::{Path, PathBuf};

use context::Ctx;
use context::settings::keys;
use project::{Origin, Raised};
use release::Version;
use sys::{EntryKind, program_file_name};

/// Bytes of a `VERSION` file that are read. Go's own have about 40.
const VERSION_FILE_BYTES_MAX: u64 = 1 << 10;

/// A builder's toolchain that a line names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuilderToolchain {
    /// Its name: `go1.27.3-custom`.
    pub name: String,
    /// The line.
    pub origin: Origin,
    /// The registered installation of that name, which runs. Without one, the release of that number does.
    pub tree: Option<PathBuf>,
}

impl BuilderToolchain {
    /// That of a line that decides, if it names one.
    pub(crate) fn of(ctx: &Ctx, raised: &Raised) -> Option<BuilderToolchain> {
        // The name of a release is a version, with `go` in front.
        if raised.name.parse::<Version>().is_ok() {
            return None;
        }
        // A lock file proves releases only.
        let is_locked = [keys::LOCK_REQUIRED, keys::LOCK_FROZEN].into_iter().any(|key| ctx.settings.is_on(key));
        // A registry that cannot be read has no such installation; the commands about it report the error.
        let registered = ctx.store.external_gos().unwrap_or_default();
        let mut trees = registered.into_iter().map(|go| go.path).filter(|_| !is_locked);
        let tree = trees.find(|tree| is_named(ctx, tree, &raised.name));
        Some(BuilderToolchain { name: raised.name.clone(), origin: raised.origin.clone(), tree })
    }
}

fn is_named(ctx: &Ctx, tree: &Path, name: &str) -> bool {
    let fs = ctx.sys.fs();
    let is_program = |meta: Option<sys::Meta>| meta.is_some_and(|meta| meta.kind == EntryKind::File);
    let has_go = fs.follow(&tree.join("bin").join(program_file_name("go"))).is_ok_and(is_program);
    let version = fs.read_head(&tree.join("VERSION"), VERSION_FILE_BYTES_MAX).unwrap_or_default();
    let line = version.split(|byte| *byte == b'\n').next().unwrap_or_default();
    has_go && line.trim_ascii() == name.as_bytes()
}
