//! `goward where`

use context::Ctx;
use serde_json::json;

use super::Done;
use crate::cli::WhereArgs;
use crate::failure::Failure;
use crate::outcome::Worded;

pub(super) fn run(ctx: &Ctx, args: &WhereArgs) -> Done {
    let (toolchain, request) = match &args.request {
        Some(request) => (resolve::newest_installed(ctx, request)?, request.to_string()),
        None => {
            let choice = resolve::choose(ctx, None)?;
            (choice.toolchain, choice.request.to_string())
        }
    };
    let toolchain = toolchain.ok_or(Failure::NotInstalled { request })?;
    let text = format!("{}\n", toolchain.tree.display());
    Ok(Box::new(Worded::new(json!({ "toolchain": toolchain.id, "tree": toolchain.tree }), text).exact()))
}
