//! Fetches a toolchain's files once more, for a repair.

use std::path::Path;

use diag::{Class, Diagnose, Task, error_chain};
use release::ToolchainId;
use source::Attempt;

use crate::acquire::unpack_into;
use crate::install::{InstallError, located_or_note, no_source_error};
use crate::sources::Sources;

/// Fetches a toolchain's tree from one source after the other into a folder below `scratch`, and passes each tree to
/// `take` with the source's name, until that returns true. Does not verify origin: `take` checks each file against a
/// known SHA-256.
///
/// # Errors
/// The error of each source, if none had the files; at once if the machine fails or the user interrupts.
pub fn refetch(
    sources: &Sources,
    id: &ToolchainId,
    scratch: &Path,
    take: &mut dyn FnMut(&Path, &str) -> bool,
) -> Result<(), InstallError> {
    let ctx = sources.ctx();
    let mut attempts = Vec::new();
    for (number, (source, located)) in sources.catalog().locate_each(sources.ask(), id).enumerate() {
        let Some(located) = located_or_note(ctx, id, located, &mut attempts)? else { continue };
        ctx.progress.tell(&format!("{id}: once more from {} ({})", source.name(), source.place()));
        let task = ctx.progress.begin(Task { subject: id.to_string(), action: "fetch", bytes_total: located.bytes });
        let tree = scratch.join(number.to_string());
        match unpack_into(sources, &located, tree.clone(), task.as_ref()) {
            Ok(()) => {
                let done = take(&tree, source.name());
                // The rest is removed with the scratch folder.
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
                    ctx.progress.tell(&format!("{id}: {}: {}", source.name(), error_chain(&error)));
                    attempts.push(Attempt::of(source, &error));
                }
            },
        }
    }
    Err(no_source_error(sources, id, attempts))
}
