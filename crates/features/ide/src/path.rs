//! Editors without a setting for Go: for them `PATH` counts.

use std::path::{Path, PathBuf};

use context::Ctx;

/// Editors that take the first `go` of the `PATH` that they were started with.
pub(crate) const BY_PATH: &str = "Vim, Neovim, Emacs, Helix, Zed";

/// The first `go` of `PATH`, with the number of its folder, counted from 1.
pub(crate) fn first_go(ctx: &Ctx) -> Option<(PathBuf, usize)> {
    first(ctx, Path::new(&sys::program_file_name("go")))
}

/// The first program of this name.
pub(crate) fn first(ctx: &Ctx, name: &Path) -> Option<(PathBuf, usize)> {
    let folders = ctx.sys.env().search_path();
    let files = folders.into_iter().enumerate().map(|(index, folder)| (folder.join(name), index + 1));
    files.into_iter().find(|(path, _)| ctx.sys.fs().is_program(path))
}
