//! What a `go` resolves to: a shim, for which goward chooses, or one tree.

use std::path::{Path, PathBuf};

use context::Ctx;

use crate::limits::VERSION_BYTES_MAX;

/// What a `go` resolves to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GoTarget {
    /// A shim, for which goward chooses by the folder.
    Shim,
    /// A tree, or a shim of one release, with its version if known.
    Tree { tree: PathBuf, version: Option<String> },
    /// There is no such file, or it is not a program.
    Missing,
}

/// Resolves a `go`.
pub(crate) fn target_of(ctx: &Ctx, go: &Path) -> GoTarget {
    if !ctx.sys.fs().is_program(go) {
        return GoTarget::Missing;
    }
    let fs = ctx.sys.fs();
    let shims = ctx.store.layout().shims();
    let is_in = |folder: &Path| {
        go.parent() == Some(folder)
            || matches!((go.parent().map(|parent| fs.resolve(parent)), fs.resolve(folder)), (Some(Ok(a)), Ok(b)) if a == b)
    };
    if is_in(&shims) {
        // `go1.26.8` is that release, whatever the folder asks for.
        let name = go.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return match name.trim_end_matches(".exe").strip_prefix("go").filter(|rest| rest.starts_with('1')) {
            Some(version) => GoTarget::Tree { tree: shims, version: Some(version.to_owned()) },
            None => GoTarget::Shim,
        };
    }
    let real = fs.resolve(go).unwrap_or_else(|_| go.to_owned());
    match real.parent().and_then(Path::parent) {
        Some(tree) => GoTarget::Tree { version: version_of(ctx, tree), tree: tree.to_owned() },
        None => GoTarget::Missing,
    }
}

/// The version in a tree's VERSION: `1.27.3`.
pub(crate) fn version_of(ctx: &Ctx, tree: &Path) -> Option<String> {
    let bytes = ctx.sys.fs().read_head(&tree.join("VERSION"), VERSION_BYTES_MAX).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let version = text.lines().next()?.trim().strip_prefix("go")?;
    // Foreign text for output: no control characters, and no longer than a version.
    let plain = !version.is_empty() && version.len() <= 64 && version.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    plain.then(|| version.to_owned())
}
