//! What stands in the registry of Windows; elsewhere there is none. The list is the one that setup tells.

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
