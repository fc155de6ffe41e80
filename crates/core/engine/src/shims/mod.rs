//! Writes the shims `go`, `gofmt` and `go1.X.Y` for `PATH`, and the links for other tools.
//!
//! All shims are one file under many names. goward embeds that file and writes it out, so that goward is a single file
//! to install; it replaces a shim of another goward by a rename. There is a `go1.X.Y` for releases that are not
//! installed, too: the go command's own switching looks for a program of that name before it downloads anything, and so
//! starts goward.
//!
//! After an install or a removal, an error here is printed with `--verbose` and does not fail the command: the
//! toolchain is installed or removed, and `goward shims --write` repairs the shims.

mod names;
mod own_name;
mod sdk;

pub use own_name::link_goward;
pub use sdk::sdk_links;

use std::path::{Path, PathBuf};

use diag::{Class, Diagnose, Diagnosis, IoFailure};
use release::Version;
use store::StoreError;
use sys::{EntryKind, program_file_name};

use context::settings::keys;
use context::{Ctx, SHIM_BYTES_MAX};

/// What was written.
#[derive(Debug, Clone, Default)]
pub struct ShimsWritten {
    /// The folder for `PATH`.
    pub folder: PathBuf,
    /// Every name that exists now.
    pub names: Vec<String>,
    /// Names that are new.
    pub added: Vec<String>,
    /// Names whose program was replaced.
    pub replaced: Vec<String>,
    /// Names that were removed.
    pub removed: Vec<String>,
    /// The links below the user's `sdk` folder.
    pub sdk: Vec<PathBuf>,
    /// Names below the user's `sdk` folder that are not goward's and were not touched.
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

/// Writes the shims for all wanted names, and links installed toolchains below the user's `sdk` folder if the setting
/// asks for it.
///
/// # Errors
/// When goward's home cannot be written to; then the former shims are still there.
pub fn write_shims(ctx: &Ctx) -> Result<ShimsWritten, ShimError> {
    let shim = ctx.shim.ok_or(ShimError::None)?;
    let layout = ctx.store.layout();
    let lock = ctx.store.lock(layout.store_lock(), "write the shims", ctx.settings.seconds(keys::LOCK_WAIT_SECONDS))?;
    let mut written = ShimsWritten { folder: layout.shims(), ..ShimsWritten::default() };
    let wanted = names::wanted(ctx)?;
    names::write(ctx, shim, &wanted, &mut written)?;
    names::remove_others(ctx, &wanted, &mut written)?;
    names::write_releases(ctx, shim)?;
    own_name::follow(ctx)?;
    sdk::show(ctx, &mut written)?;
    drop(lock);
    ctx.store.rewrite_shim_table();
    Ok(written)
}

/// The existing and the wanted shims.
#[derive(Debug, Clone)]
pub struct ShimsListed {
    /// The folder for `PATH`.
    pub folder: PathBuf,
    /// Whether this folder has the first `go` of `PATH`.
    pub first_on_path: bool,
    /// Every wanted name.
    pub shims: Vec<ShimListed>,
}

/// One name.
#[derive(Debug, Clone)]
pub struct ShimListed {
    /// The name.
    pub name: String,
    /// Whether anything is there.
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

/// The names that must have a shim and have none: `go`, `gofmt` and those of the installed toolchains, and `.goward`.
/// Empty if no shims have been written.
///
/// # Errors
/// When the store cannot be read.
pub fn missing_shims(ctx: &Ctx) -> Result<Vec<String>, ShimError> {
    let (fs, layout) = (ctx.sys.fs(), ctx.store.layout());
    let is_there = |name: &str| fs.look(&layout.shim(name)).is_ok_and(|meta| meta.is_some());
    let names = fs.names_if_there(&layout.shims()).map_err(IoFailure::on("list", &layout.shims()))?;
    if !names.iter().any(|name| is_shim_name(Path::new(name))) {
        return Ok(Vec::new());
    }
    let mut missing: Vec<String> = names::needed(ctx)?.into_iter().filter(|name| !is_there(name)).collect();
    let pointer = layout.shims_goward();
    let leads = fs
        .pointed_at(&pointer)
        .ok()
        .flatten()
        .is_some_and(|target| fs.follow(&target).is_ok_and(|meta| meta.is_some()));
    if ctx.sys.env().program().is_some() && !leads {
        missing.push(".goward".to_owned());
    }
    Ok(missing)
}

/// Whether a file name is one that goward gives to a shim.
pub fn is_shim_name(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = if cfg!(windows) { name.strip_suffix(".exe").unwrap_or(name) } else { name };
    matches!(stem, "go" | "gofmt") || stem.strip_prefix("go").is_some_and(|rest| rest.parse::<Version>().is_ok())
}

/// Follows every change of the installed toolchains, whichever verb made it: updates the names of the shims. Does
/// nothing if no shims have been written.
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
