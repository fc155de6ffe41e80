//! Whose a folder is, and whose files count in it.

use std::path::Path;

use project::Users;
use sys::Host;

use crate::ctx::Ctx;

/// Whose files count for whoever starts in this folder.
pub fn users(ctx: &Ctx, folder: &Path) -> Users {
    Users { me: Host::user_number(), start: owner_of(ctx, folder) }
}

/// Whose a folder is. Of one that cannot be looked at nothing is known, and nothing in it can be read.
pub fn owner_of(ctx: &Ctx, folder: &Path) -> Option<u32> {
    ctx.sys.fs().follow(folder).ok().flatten().and_then(|meta| meta.owner)
}
