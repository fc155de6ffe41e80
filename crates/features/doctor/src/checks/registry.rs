//! What stands in the registry of Windows; elsewhere there is none. The list is the one that setup tells.

use crate::examined::Examined;
use crate::finding::Finding;

pub(super) fn run(examined: &Examined) -> Vec<Finding> {
    let shims = examined.ctx.store.layout().shims();
    let left = shell::leftovers(&examined.ctx.sys, &shims.to_string_lossy(), false);
    let finding = |leftover: shell::Leftover| {
        let make = if leftover.is_problem { Finding::problem } else { Finding::note };
        make(leftover.word, leftover.what, leftover.why, leftover.fix).at(leftover.place, None)
    };
    left.into_iter().map(finding).collect()
}
