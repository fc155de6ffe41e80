//! Brings a toolchain's files once more, for a repair.

use std::path::Path;

use diag::{Class, Diagnose, Task};
use release::ToolchainId;

use crate::catalog::{Attempt, whole};
use crate::ctx::Ctx;
use crate::get::bring;
use crate::install::{InstallError, no_source, to_try};

/// Brings a toolchain's tree from source after source into a folder below `scratch`, and hands each to `take` with
/// the source's name, until that returns true. Nothing is proven: `take` knows the hash of every file it wants.
///
/// # Errors
/// What came of each source, when none had what was wanted; at once where the machine refuses or the user stops.
pub fn refetch(
    ctx: &Ctx,
    id: &ToolchainId,
    scratch: &Path,
    take: &mut dyn FnMut(&Path, &str) -> bool,
) -> Result<(), InstallError> {
    let mut attempts = Vec::new();
    for (number, (source, located)) in ctx.catalog().locate_each(ctx, id).enumerate() {
        let Some(located) = to_try(ctx, id, located, &mut attempts)? else { continue };
        ctx.progress.tell(&format!("{id}: once more from {} ({})", source.name(), source.place()));
        let task = ctx.progress.begin(Task { subject: id.to_string(), action: "fetch", bytes_total: located.bytes });
        let tree = scratch.join(number.to_string());
        match bring(ctx, &located, tree.clone(), task.as_ref()) {
            Ok(()) => {
                let done = take(&tree, source.name());
                // What is left is swept with the scratch folder.
                let _ = ctx.sys.fs().remove_tree(&tree);
                if done {
                    return Ok(());
                }
                ctx.progress.tell(&format!("{id}: {} has not all the files that were admitted", source.name()));
            }
            Err(error) => match error.class() {
                Class::Interrupted => return Err(InstallError::Interrupted { id: id.clone() }),
                Class::Environment | Class::Busy => {
                    return Err(InstallError::Machine { id: id.clone(), cause: Box::new(error) });
                }
                _ => {
                    ctx.progress.tell(&format!("{id}: {}: {}", source.name(), whole(&error)));
                    attempts.push(Attempt::of(source, &error));
                }
            },
        }
    }
    Err(no_source(ctx, id, attempts))
}
