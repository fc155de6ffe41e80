//! `goward self`

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use context::Ctx;
use context::settings::keys;
use diag::{Bytes, Speech};
use shell::{Action, Plan};
use store::HomeRemoval;

use super::{CommandResult, is_of_system};
use crate::cli::SelfUninstallArgs;
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::views::ToView;

/// Everything that an uninstall removes.
struct Farewell {
    /// What setup has written; none for the administrator's store.
    setup: Option<Plan>,
    home: HomeRemoval,
    /// The links below the user's `sdk` folder.
    sdk: Vec<PathBuf>,
    /// The configuration file.
    config: Option<PathBuf>,
    /// The program, if it may go.
    program: Option<PathBuf>,
    /// What stays, and why.
    stays: Vec<(PathBuf, String)>,
    /// How many toolchains, and how many bytes their records count.
    toolchains: usize,
    bytes: u64,
}

pub(super) fn uninstall(ctx: &Ctx, args: &SelfUninstallArgs, speech: &Speech) -> CommandResult {
    let plan = plan(ctx, args)?;
    if args.dry_run {
        return Ok(Box::new(Rendered::new(plan.view(false), plan.told())));
    }
    if !args.yes {
        speech.write(&plan.told());
        confirm(speech)?;
    }
    apply(ctx, &plan)?;
    let mut text = format!("goward is removed: {} toolchains, {}\n", plan.toolchains, Bytes(plan.bytes));
    for (path, why) in &plan.stays {
        text.push_str(&format!("left {}: {why}\n", path.display()));
    }
    Ok(Box::new(Rendered::new(plan.view(true), text)))
}

fn plan(ctx: &Ctx, args: &SelfUninstallArgs) -> Result<Farewell, Failure> {
    let of_system = is_of_system(ctx);
    let layout = ctx.store.layout();
    let mut stays = Vec::new();
    let setup = match of_system {
        true => None,
        false => Some(shell::plan_unsetup(&ctx.sys, layout, &[], false)?),
    };
    for kept in setup.iter().flat_map(|plan| &plan.kept) {
        let line = kept.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        stays.push((kept.path.clone(), format!("{line}{}", kept.reason)));
    }
    let home = ctx.store.plan_home_removal()?;
    for path in &home.kept {
        let why = match () {
            () if *path == layout.set_aside() => "files that a repair has moved out of a toolchain",
            () if *path == layout.isolated() => "a separate GOPATH there has sources",
            () => "goward has not made it, or not everything in it",
        };
        stays.push((path.clone(), why.to_owned()));
    }
    let toolchains = ctx.store.toolchains()?;
    let bytes = toolchains.iter().filter_map(|one| ctx.store.record(&one.id).ok()).map(|record| record.bytes).sum();
    let config = ctx.settings.config_file(&ctx.sys).ok().filter(|file| file.bytes.is_some() && !of_system);
    let program = match of_system || args.keep_program {
        true => None,
        false => program(ctx, &mut stays),
    };
    Ok(Farewell {
        setup,
        sdk: engine::sdk_links(ctx),
        config: config.map(|file| file.path),
        program,
        stays,
        toolchains: toolchains.len(),
        bytes,
        home,
    })
}

/// The program, if nothing but this user has put it where it is.
fn program(ctx: &Ctx, stays: &mut Vec<(PathBuf, String)>) -> Option<PathBuf> {
    let path = ctx.sys.env().program()?.to_owned();
    let name = path.file_name().is_some_and(|name| name == sys::program_file_name("goward").as_str());
    let of_manager = [
        ("/usr/bin/", "a package of your system may own it"),
        ("/Cellar/", "`brew uninstall goward` removes it"),
        ("/nix/store/", "a Nix profile owns it"),
        ("/.cargo/bin/", "`cargo uninstall goward` removes it"),
    ];
    let text = path.to_string_lossy().replace('\\', "/");
    let why = match of_manager.iter().find(|(part, _)| text.contains(part)) {
        Some((_, why)) => why.to_string(),
        None if !name => "it is not called goward".to_owned(),
        None if cfg!(windows) => "Windows does not remove a program that runs; remove it yourself".to_owned(),
        None if !path.parent().is_some_and(|folder| ctx.sys.fs().may_write(folder).unwrap_or(false)) => {
            "you may not write to its folder".to_owned()
        }
        None => return Some(path),
    };
    stays.push((path, why));
    None
}

impl Farewell {
    /// The paths that go, in order, each with what it is.
    fn going(&self) -> Vec<(&Path, String)> {
        // A home with nothing else in it goes as one.
        let whole =
            self.home.kept.is_empty().then(|| self.home.removed.first().and_then(|path| path.parent())).flatten();
        let files = self.setup.iter().flat_map(|plan| &plan.changes);
        let files = files.filter(|change| whole.is_none_or(|home| !change.path.starts_with(home)));
        let mut going: Vec<(&Path, String)> =
            files.map(|change| (change.path.as_path(), change.what.clone())).collect();
        let variables = self.setup.iter().flat_map(|plan| &plan.variables);
        going.extend(variables.map(|variable| (variable.place.as_path(), variable.what.clone())));
        going.extend(self.sdk.iter().map(|path| (path.as_path(), "a link to a toolchain".to_owned())));
        let toolchains = format!("{} toolchains, {}", self.toolchains, Bytes(self.bytes));
        match whole {
            Some(home) => going.push((home, format!("{toolchains}, and goward's records"))),
            None => going.extend(self.home.removed.iter().map(|path| {
                let is_toolchains = path.file_name().is_some_and(|name| name == "toolchains");
                (path.as_path(), if is_toolchains { toolchains.clone() } else { "goward's own".to_owned() })
            })),
        }
        going.extend(self.config.iter().map(|path| (path.as_path(), "your settings".to_owned())));
        going.extend(self.program.iter().map(|path| (path.as_path(), "the program".to_owned())));
        going
    }

    fn told(&self) -> String {
        let mut text = String::new();
        for (path, what) in self.going() {
            text.push_str(&format!("remove {} ({what})\n", path.display()));
        }
        for (path, why) in &self.stays {
            text.push_str(&format!("leave {}: {why}\n", path.display()));
        }
        text
    }

    fn view(&self, done: bool) -> view::SelfUninstall {
        let remark = |(path, message): (&Path, String)| view::PathRemark { path: path.to_owned().view(), message };
        view::SelfUninstall {
            done,
            paths_removed: self.going().into_iter().map(remark).collect(),
            paths_left: self.stays.iter().map(|(path, why)| remark((path, why.clone()))).collect(),
            toolchains_count: self.toolchains as u64,
            bytes: self.bytes,
        }
    }
}

/// Asks on the terminal.
///
/// # Errors
/// When there is no terminal to ask on, or the answer is not yes.
fn confirm(speech: &Speech) -> Result<(), Failure> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::NotConfirmed { asked: false });
    }
    speech.write("Remove all of this? It cannot be undone. [y/N] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    let read = stdin.lock().read_line(&mut answer);
    match read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        true => Ok(()),
        false => Err(Failure::NotConfirmed { asked: true }),
    }
}

/// Removes everything, the program last: if a step fails, the next call continues.
fn apply(ctx: &Ctx, plan: &Farewell) -> Result<(), Failure> {
    let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
    let fs = ctx.sys.fs();
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |cause| Failure::Folder { path, cause }
    };
    if let Some(setup) = plan.setup.as_ref().filter(|setup| !setup.is_nothing()) {
        shell::apply(&ctx.sys, &ctx.store, setup, ctx.author.clone(), wait_max)?;
        ctx.changed("the shells are as they were before `goward setup`".to_owned());
    }
    for link in &plan.sdk {
        fs.remove_file_if_there(link).map_err(failed(link))?;
    }
    ctx.store.remove_home(wait_max)?;
    ctx.changed("goward's store is removed".to_owned());
    if let Some(config) = &plan.config {
        fs.remove_file_if_there(config).map_err(failed(config))?;
    }
    remove_empty_folders(ctx, plan);
    if let Some(program) = &plan.program {
        fs.remove_file_if_there(program).map_err(failed(program))?;
    }
    Ok(())
}

/// Removes the folders that are empty now and that goward or a tool made for such files, up to the user's folders for
/// data and settings. A folder with another file in it stays: the system refuses to remove it.
fn remove_empty_folders(ctx: &Ctx, plan: &Farewell) {
    let env = ctx.sys.env();
    let ends: Vec<PathBuf> = [env.home(), env.xdg_data_folder(), env.xdg_config_folder(), env.path_var("APPDATA")]
        .into_iter()
        .flatten()
        .collect();
    let files = plan.setup.iter().flat_map(|plan| &plan.changes);
    let files = files.filter(|change| change.action == Action::Remove).map(|change| &change.path);
    for file in files.chain(&plan.sdk).chain(&plan.config) {
        for folder in file.ancestors().skip(1) {
            let is_below = ends.iter().any(|end| folder.starts_with(end)) && !ends.iter().any(|end| end == folder);
            if !is_below || ctx.sys.fs().remove_dir(folder).is_err() {
                break;
            }
        }
    }
}
