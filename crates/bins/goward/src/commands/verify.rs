//! `goward verify`

use acquire::Sources;
use context::Ctx;
use diag::{Diagnose, Report, Speech};
use release::ToolchainId;
use serde_json::json;
use verify::{VerifyOptions, verify};

use super::{Done, listen};
use crate::cli::VerifyArgs;
use crate::failure::Failure;
use crate::outcome::Worded;

pub(super) fn run(sources: &Sources, args: &VerifyArgs, speech: &Speech) -> Done {
    let ctx = sources.ctx();
    listen(ctx)?;
    let options = VerifyOptions { run: args.run, repair: args.repair && !args.dry_run };
    let (mut text, mut checked, mut errors, mut exit_code) = (String::new(), Vec::new(), Vec::new(), 0);
    let wanted = wanted(ctx, args)?;
    if wanted.is_empty() {
        speech.say("no toolchain is installed; there is nothing to check");
    }
    for id in &wanted {
        let found = ctx.store.find_installed(id)?;
        if options.repair && found.is_some_and(|toolchain| ctx.store.is_in_shared_store(&toolchain)) {
            return Err(Failure::OfSystem { request: id.version().to_string() });
        }
        let failure = match verify(sources, id, options) {
            Ok(verified) => {
                text.push_str(&verified.text(args.explain));
                let failure = verified.failure();
                checked.push(verified);
                failure
            }
            Err(error) => Some(error),
        };
        if let Some(failure) = failure.map(Failure::from) {
            let report = Report::of(&failure, engine::state_line(ctx));
            speech.report(&report, false);
            errors.push(report.json());
            exit_code = failure.class().exit_code();
        }
    }
    let value = json!({ "verified": checked, "errors": errors });
    Ok(Box::new(Worded::new(value, text).ending_with(exit_code)))
}

/// The selected installed toolchains, each once.
fn wanted(ctx: &Ctx, args: &VerifyArgs) -> Result<Vec<ToolchainId>, Failure> {
    if args.all {
        return Ok(ctx.store.toolchains()?.into_iter().map(|toolchain| toolchain.id).collect());
    }
    let mut wanted = Vec::new();
    for request in &args.requests {
        match resolve::newest_installed(ctx, request)? {
            Some(toolchain) => wanted.push(toolchain.id),
            None => return Err(Failure::NotInstalled { request: request.to_string() }),
        }
    }
    if args.requests.is_empty() {
        let choice = resolve::choose(ctx, None)?;
        match choice.toolchain {
            Some(toolchain) => wanted.push(toolchain.id),
            None => return Err(Failure::NotInstalled { request: choice.request.to_string() }),
        }
    }
    wanted.sort();
    wanted.dedup();
    Ok(wanted)
}
