//! `goward where`

use context::Ctx;

use super::CommandResult;
use crate::cli::WhereArgs;
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::views;

pub(super) fn run(ctx: &Ctx, args: &WhereArgs) -> CommandResult {
    let (toolchain, request) = match &args.request {
        Some(request) => (resolve::newest_installed(ctx, request)?, request.to_string()),
        None => {
            let choice = resolve::choose(ctx, None)?;
            (choice.toolchain, choice.request.to_string())
        }
    };
    let toolchain = toolchain.ok_or(Failure::NotInstalled { request })?;
    let text = format!("{}\n", toolchain.tree.display());
    let record = ctx.store.record(&toolchain.id).ok();
    Ok(Box::new(Rendered::new(views::installed_at(&toolchain, record.as_ref()), text).exact()))
}
