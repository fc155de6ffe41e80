//! Finds a `GOROOT` to remove from a program's environment.

use std::path::{Path, PathBuf};

use context::Ctx;

/// A `GOROOT` of the environment that belongs to another tree.
pub(crate) fn foreign_goroot(ctx: &Ctx, tree: &Path) -> Option<PathBuf> {
    ctx.sys.env().var_os("GOROOT").map(PathBuf::from).filter(|root| root != tree)
}
