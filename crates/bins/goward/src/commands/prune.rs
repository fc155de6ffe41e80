//! `goward prune`

use context::Ctx;
use diag::Bytes;

use super::Done;
use crate::cli::PruneArgs;
use crate::outcome::Worded;
use crate::table::columns;

pub(super) fn run(ctx: &Ctx, args: &PruneArgs) -> Done {
    let items = engine::prune(ctx, args.dry_run)?;
    let gone = if args.dry_run { "would go" } else { "removed" };
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| {
            let fate = if item.kept { "kept" } else { gone };
            vec![fate.to_owned(), item.toolchain.to_string(), Bytes(item.bytes).to_string(), item.reason.clone()]
        })
        .collect();
    let text = columns(&rows);
    Ok(Box::new(Worded::new(items, text)))
}
