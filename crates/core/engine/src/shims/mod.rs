//! What stands on `PATH` as `go`, `gofmt` and `go1.X.Y`, and what else other tools look for.
//!
//! All shims are one file under many names. They are in goward itself and are written out by it, so that one
//! file is all there is to install; one that another goward has written is replaced by a rename. There is
//! a `go1.X.Y` for releases that are not installed, too: the go command's own switching looks for a program of that
//! name before it downloads anything, and so comes to goward.
//!
//! Whatever goes wrong here after an install or a removal is told with `--verbose` and stops nobody: the toolchain
//! is there or gone all the same, and run `goward shims --write` to repair them.

mod names;
mod sdk;

use std::path::{Path, PathBuf};

use diag::{Class, Diagnose, Diagnosis, IoFailure};
use serde::Serialize;
use store::StoreError;
use sys::{EntryKind, program_file_name};

use context::settings::keys;
use context::{Ctx, SHIM_BYTES_MAX};

/// What was written.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ShimsWritten {
    /// The folder for `PATH`.
    pub folder: PathBuf,
    /// Every name that stands there now.
    pub names: Vec<String>,
    /// Names that were not there before.
    pub added: Vec<String>,
    /// Names whose program was another one before.
    pub replaced: Vec<String>,
    /// Names that stand for nothing any more.
    pub removed: Vec<String>,
    /// What is shown below the user's `sdk` folder now.
    pub sdk: Vec<PathBuf>,
    /// What stands below the user's `sdk` folder, is not ours, and was left alone.
    pub sdk_left: Vec<PathBuf>,
}

/// Why the shims could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ShimError {
    /// This goward has none.
    #[error("write the shims: this goward was built without one")]
    None,
    /// The system refused.
    #[error(transparent)]
    Io(#[from] IoFailure),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for ShimError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::None => Class::Internal.word("no-shim").hint("a goward from its own build has one"),
            Self::Io(failure) => failure.diagnosis().with_word("shims-io"),
            Self::Store(error) => error.diagnosis(),
        }
    }
}

/// Writes the shims, for all names that shall be there, and shows installed toolchains below the user's `sdk` folder
/// where that is asked for.
///
/// # Errors
/// When goward's home cannot be written to; the shims that were there are there still.
pub fn write_shims(ctx: &Ctx) -> Result<ShimsWritten, ShimError> {
    let shim = ctx.shim.ok_or(ShimError::None)?;
    let layout = ctx.store.layout();
    let lock = ctx.store.lock(layout.store_lock(), "write the shims", ctx.settings.seconds(keys::LOCK_WAIT_SECONDS))?;
    let mut written = ShimsWritten { folder: layout.shims(), ..ShimsWritten::default() };
    let wanted = names::wanted(ctx)?;
    names::write(ctx, shim, &wanted, &mut written)?;
    names::remove_others(ctx, &wanted, &mut written)?;
    sdk::show(ctx, &mut written)?;
    drop(lock);
    ctx.store.rewrite_shim_table();
    Ok(written)
}

/// What stands there and what should.
#[derive(Debug, Clone, Serialize)]
pub struct ShimsListed {
    /// The folder for `PATH`.
    pub folder: PathBuf,
    /// Whether `go` is found there before anywhere else.
    pub first_on_path: bool,
    /// Every name that should be there.
    pub shims: Vec<ShimListed>,
}

/// One name.
#[derive(Debug, Clone, Serialize)]
pub struct ShimListed {
    /// The name.
    pub name: String,
    /// Whether anything stands there.
    pub there: bool,
    /// Whether it is the shim that this goward would write.
    pub current: bool,
}

/// Lists the shims. Nothing changes.
///
/// # Errors
/// When the store cannot be read.
pub fn list_shims(ctx: &Ctx) -> Result<ShimsListed, ShimError> {
    let (fs, layout) = (ctx.sys.fs(), ctx.store.layout());
    let mut shims = Vec::new();
    for name in names::wanted(ctx)? {
        let path = layout.shim(&name);
        let there = fs.look(&path).map_err(IoFailure::on("look at", &path))?.is_some();
        let current = there && fs.read(&path, SHIM_BYTES_MAX).is_ok_and(|bytes| Some(bytes.as_slice()) == ctx.shim);
        shims.push(ShimListed { name, there, current });
    }
    let mut folders = ctx.sys.env().search_path().into_iter();
    let first = folders.find(|folder| {
        let found = fs.follow(&folder.join(program_file_name("go")));
        found.is_ok_and(|meta| meta.is_some_and(|meta| meta.kind == EntryKind::File))
    });
    let same = |a: &Path, b: &Path| fs.resolve(a).ok().is_some_and(|a| fs.resolve(b).is_ok_and(|b| a == b));
    let first_on_path = first.is_some_and(|first| same(&first, &layout.shims()));
    Ok(ShimsListed { folder: layout.shims(), first_on_path, shims })
}

/// What follows every change of what is installed, whichever verb made it: the shims get the names of what is there
/// now. Does nothing where no shims have been written.
pub fn after_change(ctx: &Ctx) {
    if ctx.shim.is_none() || !are_there(ctx) {
        return;
    }
    if let Err(error) = write_shims(ctx) {
        ctx.progress.detail(&format!("the shims are as they were: could not {}", diag::error_chain(&error)));
    }
}

/// Whether shims have been written into this home.
fn are_there(ctx: &Ctx) -> bool {
    let go = ctx.store.layout().shim(&program_file_name("go"));
    ctx.sys.fs().look(&go).is_ok_and(|meta| meta.is_some_and(|meta| meta.kind == EntryKind::File))
}
