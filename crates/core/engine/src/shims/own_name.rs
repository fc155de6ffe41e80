//! The name `goward` beside the shims, for a goward that is not on `PATH` otherwise.
//!
//! `goward setup` puts the folder of the shims on `PATH`; a link there makes goward itself a command of every shell. It
//! goes as soon as a goward is on `PATH` without it, so that it never hides another one. There is none on Windows, where
//! most users may not make links.

use std::path::PathBuf;

use diag::IoFailure;
use sys::{EntryKind, program_file_name};

use super::ShimError;
use context::Ctx;

/// Makes the link if goward is not on `PATH` otherwise. Returns it if it is there now.
///
/// # Errors
/// When the link cannot be made or removed.
pub fn link_goward(ctx: &Ctx) -> Result<Option<PathBuf>, ShimError> {
    let (fs, link) = (ctx.sys.fs(), ctx.store.layout().shim("goward"));
    let program = ctx.sys.env().program().and_then(|program| fs.resolve(program).ok());
    let Some(program) = program.filter(|_| cfg!(unix) && !is_on_path(ctx)) else {
        remove(ctx, &link)?;
        return Ok(None);
    };
    if fs.read_link(&link).ok().as_ref() != Some(&program) {
        remove(ctx, &link)?;
        fs.symlink_dir(&program, &link).map_err(IoFailure::on("make the link", &link))?;
    }
    Ok(Some(link))
}

/// Keeps an existing link up to date: it leads to the goward that is at work.
pub(super) fn follow(ctx: &Ctx) -> Result<(), ShimError> {
    let link = ctx.store.layout().shim("goward");
    if ctx.sys.fs().read_link(&link).is_ok() {
        link_goward(ctx)?;
    }
    Ok(())
}

fn remove(ctx: &Ctx, link: &std::path::Path) -> Result<(), ShimError> {
    let is_link = ctx.sys.fs().look(link).is_ok_and(|meta| meta.is_some_and(|meta| meta.kind == EntryKind::Link));
    if is_link {
        ctx.sys.fs().remove_file_if_there(link).map_err(IoFailure::on("remove", link))?;
    }
    Ok(())
}

/// Whether a folder of `PATH` other than that of the shims has a goward.
fn is_on_path(ctx: &Ctx) -> bool {
    let (fs, shims) = (ctx.sys.fs(), ctx.store.layout().shims());
    let mut folders = ctx.sys.env().search_path().into_iter().filter(|folder| *folder != shims);
    folders.any(|folder| {
        let program = folder.join(program_file_name("goward"));
        fs.follow(&program).is_ok_and(|meta| meta.is_some_and(|meta| meta.kind == EntryKind::File))
    })
}
