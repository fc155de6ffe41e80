//! `goward install`

use acquire::{Installed, Sources};
use context::Ctx;
use diag::Speech;

use super::ensure::{EnsureError, asked, plan_chosen, remember, say_passed_over};
use super::installed::line;
use super::reported::Reported;
use super::{CommandResult, handle_ctrl_c};
use crate::cli::InstallArgs;
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::views::{self, ToView};

pub(super) fn run(sources: &Sources, args: &InstallArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    handle_ctrl_c(ctx)?;
    let mut plans = Vec::new();
    let mut failures: Vec<Failure> = Vec::new();
    let mut chosen = None;
    if args.requests.is_empty() {
        let choice = resolve::choose(ctx, None)?;
        let (plan, choice) = plan_chosen(sources, choice).map_err(EnsureError::into_failure)?;
        say_passed_over(&choice, speech);
        remember(ctx, &choice);
        if args.dry_run {
            acquire::check_offered(sources, &plan).map_err(|error| asked(&choice, error.into()))?;
        }
        plans.push(plan);
        chosen = Some(choice);
    }
    for request in &args.requests {
        for request in single(sources, request)? {
            match acquire::plan_install(sources, &request, &ctx.platform) {
                Ok(plan) if args.dry_run => match acquire::check_offered(sources, &plan) {
                    Ok(()) => plans.push(plan),
                    Err(error) => failures.push(error.into()),
                },
                Ok(plan) => plans.push(plan),
                Err(error) => failures.push(error.into()),
            }
        }
    }
    // Two requests may resolve to one toolchain.
    plans.sort_by(|a, b| a.toolchain.cmp(&b.toolchain));
    plans.dedup_by(|a, b| a.toolchain == b.toolchain);
    if args.dry_run {
        if let Some(failure) = failures.into_iter().next() {
            return Err(failure);
        }
        let text = plans
            .iter()
            .map(|plan| {
                let state = if plan.installed { "is installed already" } else { "would be installed" };
                format!("{} {state} (for `{}`)\n", plan.toolchain, plan.request)
            })
            .collect();
        return Ok(Box::new(Rendered::new(views::install_plan(&plans), text)));
    }
    let mut done = Vec::new();
    for result in engine::install(sources, &plans) {
        match result {
            Ok(installed) => done.push(installed),
            Err(error) => failures.push(match &chosen {
                Some(choice) => asked(choice, error.into()),
                None => error.into(),
            }),
        }
    }
    conclude(ctx, done, failures, speech)
}

/// A single failure with nothing done is the command's error; among successes it is reported and the rest stays.
fn conclude(ctx: &Ctx, done: Vec<Installed>, mut failures: Vec<Failure>, speech: &Speech) -> CommandResult {
    if done.is_empty() && failures.len() == 1 {
        return Err(failures.remove(0));
    }
    let mut failed = Reported::default();
    failures.iter().for_each(|failure| failed.add(ctx, failure, speech));
    let text = done.iter().map(|installed| format!("{}\n", line(installed, speech))).collect();
    let view = view::Install { toolchains: done.view(), errors: failed.errors };
    Ok(Box::new(Rendered::new(view, text).ending_with(failed.exit_code)))
}

/// `supported` means several toolchains; every other request means one.
fn single(sources: &Sources, request: &release::Request) -> Result<Vec<release::Request>, Failure> {
    let ctx = sources.ctx();
    if !request.is_several() {
        return Ok(vec![request.clone()]);
    }
    let (_, available) = engine::available(sources, &ctx.platform, true)?;
    let versions: Vec<release::Version> = available.into_iter().map(|available| available.version).collect();
    let blocks = ctx.store.blocks()?;
    Ok(request
        .select_all_allowed(versions.iter(), |version| blocks.allows(version))
        .into_iter()
        .cloned()
        .map(release::Request::Exact)
        .collect())
}
