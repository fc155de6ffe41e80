//! Migrates from one release to another: default, pins and tools, as one change with one undo.
//!
//! First a printable plan: what moves, what stays and why, what the user should know. Then it rebuilds the tools with
//! the new release in a separate folder, where a failure does no harm. Only then does it move version files, programs
//! and the default, in one transaction of the store. Last it checks the result: if the new release or a tool does not
//! report the new version, it reverts all of it.
//!
//! It removes nothing: the old toolchain stays, and the transaction keeps the former tools, so that `goward undo`
//! restores all of them.

mod rebuild;
mod tools;

use std::path::{Path, PathBuf};
use std::time::Duration;

use context::Ctx;
use context::settings::keys;
use diag::{Class, Diagnose, Diagnosis};
use engine::PinError;
use project::{FileName, FoundFile, Want};
use release::{Date, Request, ToolchainId, Version};
use store::{FileChange, StoreError};

pub use tools::{Fate, ScanError, Tool};

use crate::manager_state::{ProjectPin, pins_in_folder};

/// `go version` reads nothing.
const VERSION_TIME_MAX: Duration = Duration::from_secs(30);
/// The size of its output, in bytes: one line.
const VERSION_BYTES_MAX: u64 = 4 << 10;

/// The plan of a migration.
#[derive(Debug, Clone)]
pub struct MigratePlan {
    /// The release to leave, as requested.
    pub from: Request,
    /// The toolchain to move to.
    pub to: ToolchainId,
    /// Whether that is installed.
    pub is_installed: bool,
    /// Whether Go's team supports it.
    pub support: release::Status,
    /// The default's move, if it is one of the releases to leave.
    pub default: Option<DefaultMove>,
    /// Version files that would be changed.
    pub pins: Vec<PinMove>,
    /// The found tools.
    pub tools: Vec<Tool>,
    /// Warnings for the user.
    pub concerns: Vec<Concern>,
}

/// A move of the default.
#[derive(Debug, Clone)]
pub struct DefaultMove {
    /// The default now.
    pub before: ToolchainId,
    /// The default afterwards.
    pub after: ToolchainId,
}

/// A change of a version file.
#[derive(Debug, Clone)]
pub struct PinMove {
    /// The file.
    pub path: PathBuf,
    /// What it says.
    pub before: String,
    /// What it will say.
    pub after: String,
    read: Vec<u8>,
    text: String,
}

/// A warning for the user.
#[derive(Debug, Clone)]
pub struct Concern {
    /// The file or folder it is about, if it is about one.
    pub place: Option<PathBuf>,
    /// What it is, in words.
    pub what: String,
}

/// The result of a migration.
#[derive(Debug, Clone)]
pub struct Migrated {
    /// The change's name, for undo; none if there was nothing to change.
    pub change: Option<String>,
    /// The rebuilt tools.
    pub rebuilt: Vec<PathBuf>,
    /// The tools that could not be rebuilt, which are unchanged.
    pub failed: Vec<FailedTool>,
    /// The version files that were changed.
    pub pins: Vec<PathBuf>,
    /// The generation in use now, if the default moved.
    pub generation: Option<u64>,
    /// The new go command's output of `go version`.
    pub go_version: String,
}

/// A tool that could not be rebuilt.
#[derive(Debug, Clone)]
pub struct FailedTool {
    /// The file.
    pub path: PathBuf,
    /// Why, in words.
    pub why: String,
}

/// Why a migration was not made.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// From a release to itself.
    #[error("migrate from `{from}` to {to}: that is the same", to = to.version().tag())]
    Same {
        /// What should be left.
        from: Request,
        /// What should be moved to.
        to: ToolchainId,
    },
    /// What is left must be a release or a minor.
    #[error("migrate from `{from}`: a release (`1.26.8`) or a minor (`1.26`) is expected")]
    From {
        /// What should be left.
        from: Request,
    },
    /// The tools cannot be looked for.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A version file cannot be changed.
    #[error(transparent)]
    Pin(Box<PinError>),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The user asked to stop.
    #[error("migrate to {to}: interrupted before anything was changed", to = to.version().tag())]
    Interrupted {
        /// What should be moved to.
        to: ToolchainId,
    },
    /// It was made, did not hold, and was taken back.
    #[error("migrate to {to}: {reason}; all of it was reverted", to = to.version().tag())]
    Verify {
        /// What should be moved to.
        to: ToolchainId,
        /// What did not hold.
        reason: String,
    },
    /// It was made, did not hold, and could not be taken back.
    #[error("revert the migration to {to}, which failed its check ({reason})", to = to.version().tag())]
    Stuck {
        /// What should be moved to.
        to: ToolchainId,
        /// What did not hold.
        reason: String,
        /// Why it could not be taken back.
        #[source]
        cause: Box<StoreError>,
    },
}

impl Diagnose for MigrateError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Same { .. } => Class::Usage.word("migrate-same"),
            Self::From { .. } => Class::Usage.word("migrate-from"),
            Self::Scan(_) => Class::Environment.word("migrate-scan").hint("run `goward verify` to check the toolchain"),
            Self::Pin(error) => error.diagnosis(),
            Self::Store(error) => error.diagnosis(),
            Self::Interrupted { .. } => Class::Interrupted.word("interrupted").hint("run the same command again"),
            Self::Verify { to, .. } => Class::Integrity
                .word("migrate-verify")
                .hint(format!("`goward verify {}` says whether the toolchain is whole", to.version())),
            Self::Stuck { .. } => Class::Integrity
                .word("migrate-stuck")
                .hint("`goward history` shows the change, `goward undo` takes it back"),
        }
    }
}

/// Plans a migration. Changes nothing.
///
/// # Errors
/// When the requests do not fit together, the store cannot be read, or a go command fails.
pub fn plan(ctx: &Ctx, from: &Request, to: &ToolchainId) -> Result<MigratePlan, MigrateError> {
    if !matches!(from, Request::Exact(_) | Request::Minor(_)) {
        return Err(MigrateError::From { from: from.clone() });
    }
    if from.exact().is_some_and(|version| version.same_as(to.version())) {
        return Err(MigrateError::Same { from: from.clone(), to: to.clone() });
    }
    let new = ctx.store.find_installed(to)?;
    let mut concerns = release_concerns(ctx, to);
    let before = ctx.store.current_if_readable().map(|current| current.toolchain);
    let moves = |before: &ToolchainId| is_old(from, before.version()) && before != to;
    let default = before.filter(moves).map(|before| DefaultMove { before, after: to.clone() });
    let pins = project_moves(ctx, from, to, &mut concerns)?;
    // Any go command can read programs that others have built.
    let any = match &new {
        Some(new) => Some(new.clone()),
        None => resolve::newest_even_blocked(ctx, from)?,
    };
    let tools = match any {
        Some(toolchain) => all_tools(ctx, &go_of(&toolchain.tree), to.version())?,
        None => {
            concerns.push(Concern { place: None, what: "there is no go command to find tools with".to_owned() });
            Vec::new()
        }
    };
    let support = support(ctx, to.version());
    Ok(MigratePlan {
        from: from.clone(),
        to: to.clone(),
        is_installed: new.is_some(),
        support,
        default,
        pins,
        tools,
        concerns,
    })
}

fn go_of(tree: &Path) -> PathBuf {
    tree.join("bin").join(sys::program_file_name("go"))
}

fn all_tools(ctx: &Ctx, go: &Path, new: &Version) -> Result<Vec<Tool>, MigrateError> {
    let mut found = Vec::new();
    for folder in tools::folders(ctx, go)? {
        found.extend(tools::scan(ctx, go, &folder, new)?);
    }
    Ok(found)
}

/// Whether a release is one of those to leave.
fn is_old(from: &Request, version: &Version) -> bool {
    match from {
        Request::Exact(old) => old.same_as(version),
        Request::Minor(minor) => version.minor() == *minor,
        _ => false,
    }
}

/// The new value of a pin: an exact one becomes the exact release, a minor the new minor. `None` if it does not name a
/// release to leave.
fn moved(pin: &Request, from: &Request, to: &Version) -> Option<Request> {
    match (pin, from) {
        (Request::Exact(version), _) if is_old(from, version) => Some(Request::Exact(to.clone())),
        (Request::Minor(pinned), Request::Minor(old)) if pinned == old => Some(Request::Minor(to.minor())),
        _ => None,
    }
}

fn support(ctx: &Ctx, version: &Version) -> release::Status {
    let today = Date::from_unix_seconds(ctx.sys.clock().unix_seconds());
    release::status(version, [version], Some(today))
}

fn release_concerns(ctx: &Ctx, to: &ToolchainId) -> Vec<Concern> {
    let mut concerns = Vec::new();
    let mut say = |what: String| concerns.push(Concern { place: None, what });
    let today = Date::from_unix_seconds(ctx.sys.clock().unix_seconds());
    match release::status(to.version(), [to.version()], Some(today)) {
        status @ release::Status::Ended { .. } => say(format!("{}: {status}", to.version().tag())),
        release::Status::Prerelease => say(format!("{} is a prerelease", to.version().tag())),
        _ => {}
    }
    if let Some(minimum) = release::host::minimum_host(to.version(), to.platform()) {
        say(format!("{} needs {} {} or newer", to.version().tag(), minimum.system, minimum.version));
    }
    for note in release::host::notes(to.version(), to.platform()) {
        say(note.to_owned());
    }
    concerns
}

/// The version files of the registered projects, and what prevents any of them from moving.
fn project_moves(
    ctx: &Ctx,
    from: &Request,
    to: &ToolchainId,
    concerns: &mut Vec<Concern>,
) -> Result<Vec<PinMove>, MigrateError> {
    let mut folders = ctx.store.projects()?;
    folders.push(ctx.sys.env().folder().to_owned());
    folders.sort();
    folders.dedup();
    let mut moves = Vec::new();
    for folder in folders {
        let too_old = below_floor(ctx, &folder, to.version());
        if let Some(what) = &too_old {
            concerns.push(Concern { place: Some(folder.clone()), what: what.clone() });
        }
        for pin in pins_in_folder(ctx, &folder) {
            let Some(after) = pin.text.parse().ok().and_then(|wish| moved(&wish, from, to.version())) else { continue };
            let cannot = |what: String| Concern { place: Some(pin.path.clone()), what };
            if too_old.is_some() {
                concerns.push(cannot(format!("it stays at {}: the project needs more than {after}", pin.text)));
                continue;
            }
            match version_file(ctx, &pin) {
                Some(file) => {
                    let text = engine::repinned(&file, &after).map_err(|error| MigrateError::Pin(Box::new(error)))?;
                    let after = after.to_string();
                    moves.push(PinMove { path: pin.path, before: pin.text, after, read: file.content, text });
                }
                None => concerns.push(cannot(format!(
                    "line {} asks for {}: goward does not write this file, so change it yourself",
                    pin.line, pin.text
                ))),
            }
        }
    }
    Ok(moves)
}

/// What a project needs that is newer than the release, in words.
fn below_floor(ctx: &Ctx, folder: &Path, version: &Version) -> Option<String> {
    let request = Request::Exact(version.clone());
    // A folder with errors reports them when it is used.
    let inputs = resolve::look_around(ctx, folder, Some(&request)).ok()?;
    let Want::Pinned { origin, floor: Some(floor), .. } = project::decide(&inputs).ok()?.want else { return None };
    project::check_floor(version, &floor, &origin).err().map(|error| error.to_string())
}

/// The file of a pin, if goward writes such files.
fn version_file(ctx: &Ctx, pin: &ProjectPin) -> Option<FoundFile> {
    let name = match pin.path.file_name()?.to_str()? {
        ".go-version" => FileName::GoVersion,
        ".tool-versions" => FileName::ToolVersions,
        _ => return None,
    };
    let content = ctx.sys.fs().read(&pin.path, name.bytes_max() as u64).ok()?;
    Some(FoundFile::new(name, pin.path.display().to_string(), content))
}

/// Migrates: builds, moves, checks. Calls `tell` for each tool.
///
/// # Errors
/// When the store refuses, or the check fails; then everything is unchanged. A tool that cannot be rebuilt is not an
/// error: it stays, and the result names it.
pub fn apply(ctx: &Ctx, plan: &MigratePlan, tell: &dyn Fn(&str)) -> Result<Migrated, MigrateError> {
    context::recover(ctx);
    let to = &plan.to;
    let tree = ctx.store.find_installed(to)?.ok_or_else(|| StoreError::NotInstalled { id: to.clone() })?.tree;
    let (go, tag) = (go_of(&tree), to.version().tag());
    // Before anything moves: a toolchain that does not run must not become the default.
    let go_version =
        says_version(ctx, &go, &tag).map_err(|reason| MigrateError::Scan(ScanError::Go { go: go.clone(), reason }))?;
    let staging = ctx.store.stage(to)?;
    let built = build(ctx, plan, &go, &tag, &staging.tree(), tell);
    let done = built.and_then(|built| commit(ctx, plan, &go, &tag, built, go_version));
    ctx.store.discard(staging);
    done
}

/// The rebuilt tools, each with its program, and those that could not be rebuilt.
type Built = (Vec<(PathBuf, PathBuf)>, Vec<FailedTool>);

fn build(
    ctx: &Ctx,
    plan: &MigratePlan,
    go: &Path,
    tag: &str,
    folder: &Path,
    tell: &dyn Fn(&str),
) -> Result<Built, MigrateError> {
    let (mut built, mut failed) = (Vec::new(), Vec::new());
    let wanted = plan.tools.iter().filter(|tool| tool.fate == Fate::Rebuild);
    for (number, tool) in wanted.enumerate() {
        let name = tool.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        tell(&format!("{}: rebuilt with {tag}", release::cut(&name)));
        let result = rebuild::rebuild(ctx, go, tag, tool, &folder.join(number.to_string()));
        if ctx.sys.interrupt().is_asked() {
            return Err(MigrateError::Interrupted { to: plan.to.clone() });
        }
        match result {
            Ok(program) => built.push((tool.path.clone(), program)),
            Err(why) => failed.push(FailedTool { path: tool.path.clone(), why }),
        }
    }
    Ok((built, failed))
}

fn commit(
    ctx: &Ctx,
    plan: &MigratePlan,
    go: &Path,
    tag: &str,
    (built, failed): Built,
    go_version: String,
) -> Result<Migrated, MigrateError> {
    let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
    let purpose = format!("migrate {} to {}", plan.from, plan.to.version());
    let mut change = ctx.store.transaction(purpose).by(ctx.author.clone());
    for pin in &plan.pins {
        let folder = pin.path.parent().unwrap_or(&pin.path);
        let after = Some(pin.text.clone().into_bytes());
        change = change.change(FileChange::of_project(folder, &pin.path, Some(pin.read.clone()), after));
    }
    for (place, program) in &built {
        change = change.place(place, program);
    }
    if plan.default.is_some() {
        change = change.switch_to(plan.to.clone());
    }
    let rebuilt: Vec<PathBuf> = built.into_iter().map(|(place, _)| place).collect();
    let is_nothing = plan.pins.is_empty() && rebuilt.is_empty() && plan.default.is_none();
    let change = if is_nothing { None } else { Some(change.commit(wait_max)?) };
    if let (Some(name), Err(reason)) = (&change, holds(ctx, plan, go, tag, &rebuilt)) {
        let to = plan.to.clone();
        return Err(match ctx.store.undo_transaction(name, ctx.author.clone(), wait_max) {
            Ok(_) => MigrateError::Verify { to, reason },
            Err(cause) => MigrateError::Stuck { to, reason, cause: Box::new(cause) },
        });
    }
    let generation = match plan.default {
        Some(_) => ctx.store.current()?.map(|current| current.number),
        None => None,
    };
    let pins = plan.pins.iter().map(|pin| pin.path.clone()).collect();
    Ok(Migrated { change, rebuilt, failed, pins, generation, go_version })
}

/// Checks that everything that was moved reports the new version.
fn holds(ctx: &Ctx, plan: &MigratePlan, go: &Path, tag: &str, rebuilt: &[PathBuf]) -> Result<(), String> {
    if plan.default.is_some() {
        let current = ctx.store.current().map_err(|error| error.to_string())?.map(|current| current.toolchain);
        let found = current.map(|id| ctx.store.find_installed(&id)).transpose().map_err(|error| error.to_string())?;
        let tree = found.flatten().ok_or("there is no default")?.tree;
        let default = go_of(&tree);
        says_version(ctx, &default, tag).map_err(|reason| format!("the default's go command: {reason}"))?;
    }
    for program in rebuilt {
        let found = tools::built_with(ctx, go, program).map_err(|error| error.to_string())?;
        if !found.as_ref().is_some_and(|found| found == tag || found.starts_with(&format!("{tag} "))) {
            let found = found.as_deref().unwrap_or("nothing");
            return Err(format!("`{}` reports {found}, not {tag}", program.display()));
        }
    }
    Ok(())
}

/// Runs `go version`, which must print this version.
fn says_version(ctx: &Ctx, go: &Path, tag: &str) -> Result<String, String> {
    let helper = tools::bare(ctx, go, |environment| environment)?.arg("version");
    let ended = ctx.sys.process().capture(helper, VERSION_BYTES_MAX, VERSION_TIME_MAX, ctx.sys.interrupt());
    let ended = ended.map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&ended.stdout);
    let line = release::cut(said.lines().next().unwrap_or_default());
    match ended.code {
        Some(0) if line.split(' ').nth(2) == Some(tag) => Ok(line),
        Some(0) => Err(format!("it prints `{line}`, not {tag}")),
        _ => Err(tools::tail(&ended.stderr)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_moves_in_the_form_that_it_has() {
        let request = |text: &str| text.parse::<Request>().unwrap();
        let to: Version = "1.27.3".parse().unwrap();
        for (pin, from, after) in [
            ("1.26.8", "1.26.8", Some("1.27.3")),
            ("1.26.7", "1.26.8", None),
            ("1.26.7", "1.26", Some("1.27.3")),
            ("1.26", "1.26", Some("1.27")),
            ("1.26", "1.26.8", None),
            ("1.25", "1.26", None),
            ("latest", "1.26", None),
            (">=1.24 <1.27", "1.26", None),
        ] {
            let moved = moved(&request(pin), &request(from), &to).map(|request| request.to_string());
            assert_eq!(moved.as_deref(), after, "{pin} from {from}");
        }
    }
}
