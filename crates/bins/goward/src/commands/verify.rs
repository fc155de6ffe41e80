//! `goward verify`

use acquire::Sources;
use context::Ctx;
use diag::Speech;
use release::ToolchainId;
use verify::{VerifyOptions, verify};

use super::check::{Form, report};
use super::reported::Reported;
use super::{CommandResult, handle_ctrl_c};
use crate::cli::VerifyArgs;
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::views::{self, ToView};

pub(super) fn run(sources: &Sources, args: &VerifyArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    handle_ctrl_c(ctx)?;
    let options = VerifyOptions { run: args.run, repair: args.repair && !args.dry_run };
    let (mut text, mut checked, mut failed) = (String::new(), Vec::new(), Reported::default());
    let mut suites = Vec::new();
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
                suites.push(views::verify_suite(&verified));
                checked.push(verified.view());
                failure
            }
            Err(error) => {
                suites.push(views::unverified_suite(id, &diag::error_chain(&error)));
                Some(error)
            }
        };
        if let Some(failure) = failure.map(Failure::from) {
            failed.add(ctx, &failure, speech);
        }
    }
    let view = view::Verify { toolchains: checked, errors: failed.errors };
    let rendered = Rendered::new(view, text).ending_with(failed.exit_code);
    let form = Form { format: args.format, output: args.output.as_deref() };
    report(ctx, rendered, &form, speech, || junit::to_xml(&suites))
}

/// The selected installed toolchains, each once.
fn wanted(ctx: &Ctx, args: &VerifyArgs) -> Result<Vec<ToolchainId>, Failure> {
    if args.all {
        return Ok(ctx.store.toolchains()?.into_iter().map(|toolchain| toolchain.id).collect());
    }
    let mut wanted = Vec::new();
    for request in &args.requests {
        match resolve::newest_even_blocked(ctx, request)? {
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
