//! The owner of a folder, and the users whose files count in it.

use std::path::Path;

use project::Users;
use sys::Host;

use crate::ctx::Ctx;

/// The users whose files count for a command that starts in this folder.
pub fn users(ctx: &Ctx, folder: &Path) -> Users {
    Users { me: Host::user_number(), start: owner_of(ctx, folder) }
}

/// The owner of a folder. `None` if it cannot be read: then no file in it can be read either.
pub fn owner_of(ctx: &Ctx, folder: &Path) -> Option<u32> {
    ctx.sys.fs().follow(folder).ok().flatten().and_then(|meta| meta.owner)
}
