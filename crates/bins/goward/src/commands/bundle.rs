//! `goward bundle`

use std::path::{Path, PathBuf};

use acquire::{InstallPlan, Installed, Sources};
use bundle::{Created, Order};
use context::Ctx;
use context::settings::{Flag, keys};
use diag::{Bytes, Class, Speech};
use release::{Platform, Request, ToolchainId};

use super::{CommandResult, handle_ctrl_c};
use crate::cli::{
    BundleArgs, BundleCommand, BundleCreateArgs, BundleInstallArgs, BundleVerifyArgs, RunArgs, SetupArgs, SuperviseArgs,
};
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::views::{self, ToView};

pub(super) fn run(sources: &Sources, args: &BundleArgs, platforms: &[Platform], speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    match &args.command {
        BundleCommand::Create(args) => create(sources, args, platforms),
        BundleCommand::Install(args) => install(sources, args, speech),
        BundleCommand::Verify(args) => verify(ctx, args),
    }
}

fn create(sources: &Sources, args: &BundleCreateArgs, platforms: &[Platform]) -> CommandResult {
    let ctx = sources.ctx();
    handle_ctrl_c(ctx)?;
    let platforms = if platforms.is_empty() { std::slice::from_ref(&ctx.platform) } else { platforms };
    let mut toolchains: Vec<ToolchainId> = Vec::new();
    for platform in platforms {
        for request in &args.go {
            toolchains.push(acquire::plan_install(sources, request, platform)?.toolchain);
        }
    }
    let mut programs = args.goward.clone();
    let here = Platform::of_this_build()?;
    if !args.no_goward
        && programs.iter().all(|(platform, _)| *platform != here)
        && let Some(own) = ctx.sys.env().program()
    {
        programs.push((here, own.to_owned()));
    }
    let out = absolute(ctx, &args.output);
    let created = bundle::create(sources, &Order { toolchains, programs, out: out.clone(), level: args.level })?;
    let beside = write_powershell(ctx, &out)?;
    let text = created_text(&created, beside.as_deref());
    Ok(Box::new(Rendered::new(views::bundle_create(&created, beside.as_deref()), text)))
}

fn created_text(created: &Created, powershell: Option<&Path>) -> String {
    let mut text = format!(
        "{}: {} with {} toolchain{} ({} unpacked)\n  SHA-256 {}\n",
        created.path.display(),
        Bytes(created.bytes),
        created.toolchains.len(),
        if created.toolchains.len() == 1 { "" } else { "s" },
        Bytes(created.bytes_unpacked),
        created.sha256
    );
    for id in &created.toolchains {
        let proof = if created.unproven.contains(id) { "without a proof" } else { "with its proof" };
        text.push_str(&format!("  {id} {proof}\n"));
    }
    for platform in &created.programs {
        text.push_str(&format!("  goward for {platform}\n"));
    }
    if let Some(path) = powershell {
        text.push_str(&format!("  for PowerShell: {}\n", path.display()));
    }
    text
}

/// The script for PowerShell, beside a bundle that has goward for Windows.
fn write_powershell(ctx: &Ctx, out: &Path) -> Result<Option<PathBuf>, Failure> {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    let Some(script) = bundle::powershell_of(ctx, out, &name)? else { return Ok(None) };
    let path = out.with_file_name(format!("{name}.ps1"));
    ctx.sys
        .fs()
        .rewrite(&path, script.as_bytes())
        .map_err(|cause| bundle::BundleError::Io(diag::IoFailure { action: "write", path: path.clone(), cause }))?;
    Ok(Some(path))
}

fn install(sources: &Sources, args: &BundleInstallArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    handle_ctrl_c(ctx)?;
    let begun = ctx.sys.clock().moment();
    let file = absolute(ctx, &args.file);
    let ctx = &from_bundle(ctx, args, &file)?;
    let sources = &engine::sources(ctx);
    let contents = source::bundle::open(&ctx.sys, &file).map_err(bundle::BundleError::from)?.contents;
    let mut plans: Vec<InstallPlan> = Vec::new();
    if args.go.is_empty() {
        let here = contents.toolchains.iter().filter(|bundled| *bundled.toolchain.platform() == ctx.platform);
        for bundled in here {
            let request = Request::Exact(bundled.toolchain.version().clone());
            plans.push(acquire::plan_install(sources, &request, &ctx.platform)?);
        }
        if plans.is_empty() {
            return Err(Failure::BundlePlatform { path: file, platform: ctx.platform.clone() });
        }
    }
    for request in &args.go {
        plans.push(acquire::plan_install(sources, request, &ctx.platform)?);
    }
    plans.sort_by(|a, b| a.toolchain.cmp(&b.toolchain));
    plans.dedup_by(|a, b| a.toolchain == b.toolchain);
    let mut done: Vec<Installed> = Vec::new();
    for result in engine::install(sources, &plans) {
        done.push(result?);
    }
    let mut text: String = done.iter().map(|one| format!("{}\n", super::installed::line(one, speech))).collect();
    let newest = done.iter().map(|installed| &installed.toolchain).max_by_key(|id| (id.version().is_stable(), *id));
    if let (None, Some(newest)) = (ctx.store.current()?, newest) {
        engine::switch(ctx, newest)?;
        text.push_str(&format!("{} is the default now\n", newest.version().tag()));
        if !args.setup {
            text.push_str("`goward setup` makes it the `go` of every shell\n");
        }
    }
    let setup = match args.setup {
        true => {
            let (setup, told) = super::setup::set_up(ctx, &SetupArgs::default(), speech)?;
            text.push_str(&told);
            Some(setup)
        }
        false => None,
    };
    if let (true, Some(to)) = (args.setup, &args.to) {
        // The shims know their own store; goward by itself looks into its home.
        let to = absolute(ctx, to);
        text.push_str(&format!("`goward` itself uses this store where GOWARD_HOME is `{}`\n", to.display()));
    }
    let took = ctx.sys.clock().since(begun);
    text.push_str(&format!("ready after {:.1} s\n", took.as_secs_f64()));
    if args.command.is_empty() {
        let view = view::BundleInstall {
            home: ctx.store.layout().home().view(),
            toolchains: done.view(),
            setup,
            milliseconds: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        };
        return Ok(Box::new(Rendered::new(view, text)));
    }
    // The output of the program is the data now.
    speech.say(text.trim_end());
    let run = RunArgs { request: None, supervise: SuperviseArgs::default(), command: args.command.clone() };
    super::run::run(sources, &run, speech)
}

/// The same context with the bundle as its only source, and with another home if one is given.
fn from_bundle(ctx: &Ctx, args: &BundleInstallArgs, file: &Path) -> Result<Ctx, Failure> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut flags = vec![
        Flag::new(keys::BUNDLE_PATH, "FILE", text(file)),
        Flag::new(keys::SOURCES, "FILE", "bundle"),
        Flag::new(keys::NETWORK_OFFLINE, "FILE", "true"),
    ];
    if let Some(to) = &args.to {
        flags.push(Flag::new(keys::HOME, "--to", text(&absolute(ctx, to))));
    }
    Ok(ctx.derive(|same| flags.into_iter().fold(same, context::Derivation::flag))?)
}

fn verify(ctx: &Ctx, args: &BundleVerifyArgs) -> CommandResult {
    handle_ctrl_c(ctx)?;
    let verified = bundle::verify(ctx, &absolute(ctx, &args.file))?;
    let mut text = String::new();
    for finding in &verified.findings {
        let word = if finding.good { "good" } else { "BAD" };
        text.push_str(&format!("{word}: {}: {}\n", finding.subject, finding.words));
    }
    let exit_code = if verified.is_good() { 0 } else { Class::Integrity.exit_code() };
    Ok(Box::new(Rendered::new(views::bundle_verify(&verified), text).ending_with(exit_code)))
}

fn absolute(ctx: &Ctx, path: &Path) -> PathBuf {
    ctx.sys.env().folder().join(path)
}
