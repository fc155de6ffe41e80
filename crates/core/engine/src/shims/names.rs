//! The names of the shim.

use std::collections::BTreeSet;
use std::path::Path;

use diag::IoFailure;
use release::{Platform, Version};
use sys::{EntryKind, Host, program_file_name};

use super::{ShimError, ShimsWritten};
use context::Ctx;
use context::SHIM_BYTES_MAX;
use context::settings::keys;

/// The first minor whose go command looks for programs of such names (`cmd/go/internal/toolchain`, Go 1.21).
const FIRST_MINOR: u32 = 21;

/// `go`, `gofmt`, and the names of what is installed, as file names.
pub(super) fn needed(ctx: &Ctx) -> Result<BTreeSet<String>, ShimError> {
    let host = Host::this();
    let mut names: BTreeSet<String> = ["go", "gofmt"].map(program_file_name).into();
    if let Ok(platform) = Platform::from_rust(host.os, host.arch) {
        names.extend(installed(ctx, &platform)?);
    }
    Ok(names)
}

fn installed(ctx: &Ctx, platform: &Platform) -> Result<Vec<String>, ShimError> {
    let installed = ctx.store.toolchains()?.into_iter().filter(|one| one.id.platform() == platform);
    Ok(installed.map(|one| program_file_name(&one.id.version().tag())).collect())
}

/// Every wanted name, as a file name.
pub(super) fn wanted(ctx: &Ctx) -> Result<BTreeSet<String>, ShimError> {
    let mut names = needed(ctx)?;
    let host = Host::this();
    let Ok(platform) = Platform::from_rust(host.os, host.arch) else { return Ok(names) };
    if ctx.settings.text(keys::SHIMS_NAMES) == Some("known") {
        names.extend(known(ctx, &platform));
    }
    Ok(names)
}

/// Every known and every installed release: the names that a go command looks for when it switches.
pub(super) fn releases(ctx: &Ctx) -> Result<BTreeSet<String>, ShimError> {
    let host = Host::this();
    let Ok(platform) = Platform::from_rust(host.os, host.arch) else { return Ok(BTreeSet::new()) };
    Ok(known(ctx, &platform).chain(installed(ctx, &platform)?).collect())
}

/// The releases that this program was built with, and those that sources have listed since.
fn known(ctx: &Ctx, platform: &Platform) -> impl Iterator<Item = String> + use<> {
    let switches =
        |version: &Version| version.is_stable() && version.minor().number().is_some_and(|number| number >= FIRST_MINOR);
    let known = release::known_releases().chain(acquire::cached_versions(ctx, platform));
    known.filter(switches).map(|version| program_file_name(&version.tag())).collect::<Vec<_>>().into_iter()
}

/// Writes the shim under all these names for the user's `PATH`, and the pointer to goward beside them.
pub(super) fn write(
    ctx: &Ctx,
    shim: &[u8],
    wanted: &BTreeSet<String>,
    written: &mut ShimsWritten,
) -> Result<(), ShimError> {
    let folder = ctx.store.layout().shims();
    write_in(ctx, shim, &folder, wanted, |name, was_there| {
        if was_there { &mut written.replaced } else { &mut written.added }.push(name.to_owned());
    })?;
    written.names = wanted.iter().cloned().collect();
    point_at_goward(ctx)?;
    Ok(ctx.sys.fs().sync_dir(&folder).map_err(IoFailure::on("make durable", &folder))?)
}

/// Writes the shim under the names of all releases, in a folder of their own, and over what else has such a name there.
/// No name is removed: a removed cache may have lost a release, and its name does no harm.
pub(super) fn write_releases(ctx: &Ctx, shim: &[u8]) -> Result<(), ShimError> {
    let folder = ctx.store.layout().releases();
    let fs = ctx.sys.fs();
    let there = fs.names_if_there(&folder).map_err(IoFailure::on("list", &folder))?;
    let there = there.into_iter().filter(|name| super::is_shim_name(Path::new(name)));
    let mut names = releases(ctx)?;
    names.extend(there.filter_map(|name| name.into_string().ok()));
    write_in(ctx, shim, &folder, &names, |_, _| {})?;
    Ok(ctx.sys.fs().sync_dir(&folder).map_err(IoFailure::on("make durable", &folder))?)
}

/// Writes the shim under all these names in a folder: one file, that of `go` among the shims, and hard links to it if
/// the file system supports them. `tell` gets each name that was written, and whether anything was there before.
fn write_in(
    ctx: &Ctx,
    shim: &[u8],
    folder: &Path,
    names: &BTreeSet<String>,
    mut tell: impl FnMut(&str, bool),
) -> Result<(), ShimError> {
    let (fs, layout) = (ctx.sys.fs(), ctx.store.layout());
    fs.create_dirs_durably(folder).map_err(IoFailure::on("make the folder", folder))?;
    let first = layout.shim(&program_file_name("go"));
    let is_ours = |path: &Path| {
        // One of another user, or that others may write to, is replaced by a file of the user's own.
        let is_fine = |meta: sys::Meta| {
            let is_own = meta.owner.is_none() || meta.owner == Host::user_number();
            meta.kind == EntryKind::File && is_own && (cfg!(windows) || meta.mode & 0o122 == 0o100)
        };
        fs.look(path).is_ok_and(|meta| meta.is_some_and(is_fine))
            && fs.read(path, SHIM_BYTES_MAX).is_ok_and(|bytes| bytes == shim)
    };
    for name in names {
        let path = folder.join(name);
        let before = fs.look(&path).map_err(IoFailure::on("look at", &path))?.is_some();
        ctx.store.clear_way_for_file(&path)?;
        if path == first {
            if !is_ours(&path) {
                fs.replace_program(&path, shim).map_err(IoFailure::on("write", &path))?;
                tell(name, before);
            }
            continue;
        }
        let identity = |path: &Path| fs.look(path).ok().flatten().and_then(|meta| meta.identity);
        let (ours, there) = (identity(&first), identity(&path));
        if ours.is_some() && ours == there || before && is_ours(&path) {
            continue;
        }
        // On a file system without hard links, or with too few for one file, this makes copies.
        if fs.replace_by_hard_link(&first, &path).is_err() {
            fs.replace_program(&path, shim).map_err(IoFailure::on("write", &path))?;
        }
        tell(name, before);
    }
    Ok(())
}

/// Makes the pointer beside the shims lead to the goward that is at work.
fn point_at_goward(ctx: &Ctx) -> Result<(), ShimError> {
    let (fs, pointer) = (ctx.sys.fs(), ctx.store.layout().shims_goward());
    let Some(goward) = ctx.sys.env().program().and_then(|program| fs.resolve(program).ok()) else { return Ok(()) };
    ctx.store.clear_way_for_file(&pointer)?;
    if fs.pointed_at(&pointer).ok().flatten().as_ref() == Some(&goward) {
        return Ok(());
    }
    match fs.point(&goward, &pointer) {
        // A pointer that is a file cannot hold every path. Only a shim without a table needs it, so this error does not
        // prevent the shims.
        Err(error) if error.kind() == std::io::ErrorKind::InvalidInput && !fs.pointers_are_links() => Ok(()),
        made => Ok(made.map_err(IoFailure::on("make the link", &pointer))?),
    }
}

/// Removes each `go1.X.Y` that is no longer wanted. Does not touch other files of the folder.
pub(super) fn remove_others(ctx: &Ctx, wanted: &BTreeSet<String>, written: &mut ShimsWritten) -> Result<(), ShimError> {
    let (fs, layout) = (ctx.sys.fs(), ctx.store.layout());
    let folder = layout.shims();
    for name in fs.names(&folder).map_err(IoFailure::on("list", &folder))? {
        let Some(name) = name.to_str().filter(|name| !wanted.contains(*name)) else { continue };
        let stem = if cfg!(windows) { name.strip_suffix(".exe").unwrap_or(name) } else { name };
        let names_a_version = stem.strip_prefix("go").is_some_and(|rest| rest.parse::<Version>().is_ok());
        // With `known`, a removed cache may have lost the sources' releases: such a name does no harm.
        if names_a_version && ctx.settings.text(keys::SHIMS_NAMES) == Some("installed") {
            let path = layout.shim(name);
            fs.remove_file_if_there(&path).map_err(IoFailure::on("remove", &path))?;
            written.removed.push(name.to_owned());
        } else if names_a_version {
            written.names.push(name.to_owned());
        }
    }
    Ok(())
}
