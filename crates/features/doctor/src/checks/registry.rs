//! Leftovers in the registry of Windows; other systems have none. The list is that of setup.

use crate::finding::Finding;
use crate::inputs::Inputs;

pub(super) fn run(context: &Inputs) -> Vec<Finding> {
    let shims = context.ctx.store.layout().shims();
    let left = shell::leftovers(&context.ctx.sys, &shims.to_string_lossy(), false);
    let finding = |leftover: shell::Leftover| {
        let make = if leftover.is_problem { Finding::problem } else { Finding::note };
        make(leftover.word, leftover.what, leftover.why, leftover.fix).at(leftover.place, None)
    };
    left.into_iter().map(finding).collect()
}
