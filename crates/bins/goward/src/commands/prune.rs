//! `goward prune`

use context::Ctx;
use diag::Bytes;

use super::CommandResult;
use crate::cli::PruneArgs;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views;

pub(super) fn run(ctx: &Ctx, args: &PruneArgs) -> CommandResult {
    let items = engine::prune(ctx, args.dry_run)?;
    let gone = if args.dry_run { "would go" } else { "removed" };
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| {
            let fate = if item.kept { "kept" } else { gone };
            vec![fate.to_owned(), item.toolchain.to_string(), Bytes(item.bytes).to_string(), item.reason.to_string()]
        })
        .collect();
    let text = columns(&rows);
    Ok(Box::new(Rendered::new(views::prune(&items, args.dry_run), text)))
}
