//! Links installed toolchains as `~/sdk/go1.X.Y`, where editors and the programs of golang.org/dl look.
//!
//! golang.org/dl considers a folder complete if it has a file `.unpacked-success` (`internal/version` there), and would
//! otherwise unpack into it. goward must not add a file to a tree, so the link's target is a folder with that file and
//! links to the entries of the tree; Debian, too, has a `GOROOT` whose `src` is a link. goward never touches a name
//! below `~/sdk` that is not its own link.

use std::path::{Path, PathBuf};

use diag::IoFailure;
use release::{Platform, ToolchainId};
use sys::{EntryKind, Host};

use super::{ShimError, ShimsWritten};
use context::Ctx;
use context::settings::keys;

/// The mark of golang.org/dl.
const MARK: &str = ".unpacked-success";
/// The user's folder of toolchains.
const FOLDER: &str = "sdk";

/// Links the installed toolchains, and removes the links to others.
pub(super) fn show(ctx: &Ctx, written: &mut ShimsWritten) -> Result<(), ShimError> {
    // A link needs a right on Windows that most users do not have.
    let Some(folder) = ctx.sys.env().home().map(|home| home.join(FOLDER)).filter(|_| cfg!(unix)) else { return Ok(()) };
    let host = Host::this();
    let Ok(platform) = Platform::from_rust(host.os, host.arch) else { return Ok(()) };
    let mut installed = ctx.store.toolchains()?;
    installed.retain(|one| *one.id.platform() == platform && ctx.settings.is_on(keys::SHIMS_SDK_LINKS));
    if !installed.is_empty() {
        ctx.sys.fs().create_users_dirs(&folder).map_err(IoFailure::on("make the folder", &folder))?;
    }
    for toolchain in &installed {
        let view = ctx.store.layout().sdk(&toolchain.id);
        let link = folder.join(toolchain.id.version().tag());
        if !link_it(ctx, &view, &link)? {
            written.sdk_left.push(link);
            continue;
        }
        fill(ctx, &toolchain.tree, &view)?;
        written.sdk.push(link);
    }
    let ids: Vec<&ToolchainId> = installed.iter().map(|toolchain| &toolchain.id).collect();
    forget(ctx, &folder, &ids)
}

/// goward's own links below the user's `sdk` folder.
pub fn sdk_links(ctx: &Ctx) -> Vec<PathBuf> {
    let (fs, views) = (ctx.sys.fs(), ctx.store.layout().sdks());
    let Some(folder) = ctx.sys.env().home().map(|home| home.join(FOLDER)).filter(|_| cfg!(unix)) else {
        return Vec::new();
    };
    let links = fs.names_if_there(&folder).unwrap_or_default().into_iter().map(|name| folder.join(name));
    links.filter(|link| fs.read_link(link).is_ok_and(|target| target.starts_with(&views))).collect()
}

/// Whether the link is goward's own and is current; another file of that name stays.
fn link_it(ctx: &Ctx, view: &Path, link: &Path) -> Result<bool, ShimError> {
    let fs = ctx.sys.fs();
    let Some(meta) = fs.look(link).map_err(IoFailure::on("look at", link))? else {
        fs.symlink_dir(view, link).map_err(IoFailure::on("make the link", link))?;
        return Ok(true);
    };
    if meta.kind != EntryKind::Link {
        return Ok(false);
    }
    let target = fs.read_link(link).map_err(IoFailure::on("read the link", link))?;
    Ok(target == view)
}

/// The folder of links into the tree, the mark last.
fn fill(ctx: &Ctx, tree: &Path, view: &Path) -> Result<(), ShimError> {
    let fs = ctx.sys.fs();
    if !fs.look(view).is_ok_and(|meta| meta.is_some_and(|meta| meta.kind == EntryKind::Dir)) {
        // It has nothing but goward's links.
        fs.remove_tree(view).map_err(IoFailure::on("remove", view))?;
    }
    fs.create_dirs(view).map_err(IoFailure::on("make the folder", view))?;
    for name in fs.names(tree).map_err(IoFailure::on("list", tree))? {
        let link = view.join(&name);
        if fs.read_link(&link).is_ok_and(|target| target == tree.join(&name)) {
            continue;
        }
        fs.remove_tree(&link).map_err(IoFailure::on("remove", &link))?;
        fs.symlink_dir(&tree.join(&name), &link).map_err(IoFailure::on("make the link", &link))?;
    }
    let mark = view.join(MARK);
    if fs.look(&mark).is_ok_and(|meta| meta.is_some_and(|meta| meta.kind == EntryKind::File)) {
        return Ok(());
    }
    fs.remove_tree(&mark).map_err(IoFailure::on("remove", &mark))?;
    Ok(fs.replace_not_durably(&mark, b"").map_err(IoFailure::on("write", view))?)
}

/// Removes goward's links to toolchains that are gone, and the links' targets.
fn forget(ctx: &Ctx, folder: &Path, installed: &[&ToolchainId]) -> Result<(), ShimError> {
    let (fs, views) = (ctx.sys.fs(), ctx.store.layout().sdks());
    let mut shown: Vec<PathBuf> = Vec::new();
    for name in fs.names_if_there(folder).map_err(IoFailure::on("list", folder))? {
        let link = folder.join(name);
        let Ok(target) = fs.read_link(&link) else { continue };
        let Ok(below) = target.strip_prefix(&views) else { continue };
        let stays =
            below.to_str().and_then(|id| id.parse().ok()).is_some_and(|id: ToolchainId| installed.contains(&&id));
        if stays {
            shown.push(target);
        } else {
            fs.remove_file_if_there(&link).map_err(IoFailure::on("remove", &link))?;
        }
    }
    for name in fs.names_if_there(&views).map_err(IoFailure::on("list", &views))? {
        let view = views.join(name);
        if !shown.contains(&view) {
            fs.remove_tree(&view).map_err(IoFailure::on("remove", &view))?;
        }
    }
    Ok(())
}
