//! Writes a version into a project's version file.
//!
//! It changes the project's file that decides now, with any other version file beside it, in one transaction, which the
//! history has and `goward undo` reverts. If the project has none, it makes a `.go-version` in the project's folder
//! (that of the nearest go.work or go.mod, else of the repository, else the working folder). It never touches a file
//! above the project's root, where other projects and the user's home are. In a file with more than the version
//! (`.tool-versions`) only the one line changes. If the user names a file (`.tool-versions`, `mise.toml`, …), only the
//! nearest of that name changes. It never writes `go.mod` and `go.work`: their lines are floors, not pins.

mod place;
mod toml;

use std::fmt;
use std::path::{Path, PathBuf};

use diag::{Class, Diagnose, Diagnosis, Hints, IoFailure, hint};
use project::{BelowFloor, FileName, FoundFile, Origin, PinKind, Reason, Rule, Verdict, Want};
use release::Request;
use store::{FileChange, StoreError};

pub(crate) use place::project_folder;

use context::Ctx;
use context::settings::keys;
use resolve::{ChooseError, look_around, surely_below};

use context::recover;

/// Why a version file does not decide in its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shadow {
    /// This comes first.
    By(Origin),
    /// The setting `pin.files` leaves the file out.
    LeftOut,
}

impl fmt::Display for Shadow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shadow::By(origin) => write!(f, "{origin} comes first"),
            Shadow::LeftOut => f.write_str("the setting `pin.files` leaves it out"),
        }
    }
}

/// The result of a pin.
#[derive(Debug, Clone)]
pub struct Pinned {
    /// The file.
    pub path: PathBuf,
    /// What it says now.
    pub request: String,
    /// Its former version, if it existed.
    pub before: Option<String>,
    /// Other version files of the same folder, which were changed with it, so that they agree.
    pub also: Vec<PathBuf>,
    /// Why the file does not decide in this folder.
    pub shadowed_by: Option<Shadow>,
    /// Files of other tools beside it that name another version.
    pub disagreeing: Vec<Reason>,
    /// Why `goward undo` cannot revert it: goward's home, which records changes, could not be written to.
    pub not_remembered: Option<String>,
}

/// Why a project's version could not be written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum PinError {
    /// The folder cannot be understood.
    #[error(transparent)]
    Choose(#[from] ChooseError),
    /// The project needs more than that.
    #[error(transparent)]
    BelowFloor(#[from] BelowFloor),
    /// A request that no version file can hold.
    #[error("pin `{request}`: other tools that read version files would not understand it")]
    NotPinnable { request: String },
    /// The file is not text.
    #[error("change `{}`: it is not text", path.display())]
    NotText { path: PathBuf },
    /// The file cannot be changed in its own grammar.
    #[error("change `{}`: {reason}", path.display())]
    NotChangeable {
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The files could not be changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file could not be written.
    #[error("write `{}`", path.display())]
    Write {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
}

impl Diagnose for PinError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Choose(error) => error.diagnosis(),
            Self::BelowFloor(error) => error.diagnosis(),
            Self::Store(error) => error.diagnosis(),
            Self::NotPinnable { request } => Class::Usage
                .word("not-pinnable")
                .hint(format!("`goward pin '{request}' --exact` writes the version that it resolves to")),
            Self::NotText { .. } => Class::Usage.word("pin-file-not-text"),
            Self::NotChangeable { .. } => Class::Usage.word("pin-file-unreadable"),
            Self::Write { path, cause } => Class::of_io(cause).word("pin-write").hints(of_project(path, cause)),
        }
    }
}

/// Writes a request into the project's version files, all of them or none.
///
/// # Errors
/// When the project needs more than that, or a file cannot be changed; then all are as they were.
pub fn pin(ctx: &Ctx, request: &Request, named: Option<FileName>) -> Result<Pinned, PinError> {
    if !matches!(request, Request::Exact(_) | Request::Minor(_)) {
        return Err(PinError::NotPinnable { request: request.to_string() });
    }
    if let Request::Exact(version) = request {
        ctx.store.check_not_blocked(version)?;
    }
    let inputs = look_around(ctx, ctx.sys.env().folder(), None)?;
    check(ctx, request)?;
    let existing = match named {
        Some(name) => vec![place::nearest(ctx, &inputs.users, name)?],
        None => place::existing(ctx, &inputs).into_iter().cloned().collect(),
    };
    let existing = match existing.is_empty() {
        true => vec![place::fresh(ctx, &inputs.users, FileName::GoVersion)?],
        false => existing,
    };
    let (mut changes, mut versions) = (Vec::new(), Vec::new());
    for file in &existing {
        let (path, text, version) = changed(file, request)?;
        let project = folder_of_project(file, &path);
        // An empty file that `place` returned does not exist.
        let is_there = !file.content.is_empty() || is_there(ctx, &path)?;
        let before = is_there.then(|| file.content.clone());
        changes.push(FileChange::of_project(project, path, before, Some(text.into_bytes())));
        versions.push(version);
    }
    let paths: Vec<PathBuf> = changes.iter().map(|change| change.path.clone()).collect();
    let is_said = changes.iter().all(|change| change.before == change.after);
    let not_remembered = if is_said { None } else { write(ctx, request, &changes)? };
    let before = versions.swap_remove(0);
    let (path, also) = (paths[0].clone(), paths[1..].to_vec());
    let (shadowed_by, disagreeing) = others(ctx, request, &path)?;
    Ok(Pinned { path, request: request.to_string(), before, also, shadowed_by, disagreeing, not_remembered })
}

/// Writes the files, all of them or none. One file is one rename, and is written even if goward's home is read-only;
/// then the result says why the change is not recorded.
fn write(ctx: &Ctx, request: &Request, changes: &[FileChange]) -> Result<Option<String>, PinError> {
    recover(ctx);
    let (purpose, wait_max) = (format!("pin {request}"), ctx.settings.seconds(keys::LOCK_WAIT_SECONDS));
    let begun = ctx.store.transaction(purpose.clone()).by(ctx.author.clone());
    let change = changes.iter().cloned().fold(begun, store::Transaction::change);
    match (change.commit(wait_max), changes) {
        (Ok(_), _) => Ok(None),
        (Err(error), [change]) if is_of_home(ctx, &error) => {
            let written = ctx.store.change_alone(change, &purpose, wait_max);
            written.map(|()| Some(diag::error_chain(&error))).map_err(|error| not_written(ctx, error))
        }
        (Err(error), _) => Err(not_written(ctx, error)),
    }
}

/// Whether a failure is that goward's home cannot be written to.
fn is_of_home(ctx: &Ctx, error: &StoreError) -> bool {
    match error {
        StoreError::Io(IoFailure { path, .. }) | StoreError::ReadOnly { path } => {
            path.starts_with(ctx.store.layout().home())
        }
        _ => false,
    }
}

/// A failure to change the files; one of the project's own disk or folder is named as such.
fn not_written(ctx: &Ctx, error: StoreError) -> PinError {
    if is_of_home(ctx, &error) {
        return error.into();
    }
    match error {
        StoreError::Io(IoFailure { action: "write", path, cause }) => PinError::Write { path, cause },
        StoreError::ReadOnly { path } => PinError::Write { path, cause: std::io::ErrorKind::ReadOnlyFilesystem.into() },
        error => error.into(),
    }
}

/// The folder of the project that a file was found in: some names have folders of their own (`.config/mise.toml`).
fn folder_of_project(file: &FoundFile, path: &Path) -> PathBuf {
    let names = Path::new(file.name.as_str()).components().count();
    path.ancestors().nth(names).unwrap_or(path).to_owned()
}

fn is_there(ctx: &Ctx, path: &Path) -> Result<bool, StoreError> {
    let looked = ctx.sys.fs().follow(path);
    looked.map(|meta| meta.is_some()).map_err(|cause| StoreError::Io(IoFailure::on("look at", path)(cause)))
}

/// What to try if the project itself cannot be written to.
fn of_project(path: &Path, cause: &std::io::Error) -> Hints {
    let folder = folder_of(path).display();
    let own = "`GOWARD_VERSION=VERSION` chooses for one shell, `goward run VERSION -- …` for one command";
    match cause.kind() {
        std::io::ErrorKind::PermissionDenied => {
            hint!("you may not write to `{folder}`: ask its owner for permission; {own}")
        }
        std::io::ErrorKind::ReadOnlyFilesystem => hint!("the project in `{folder}` is on a read-only disk; {own}"),
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            hint!("free some space on the disk of `{folder}`")
        }
        _ => Hints::none(),
    }
}

/// The pins that come before a version file that has just been written, and the files beside it that disagree.
fn others(ctx: &Ctx, request: &Request, path: &Path) -> Result<(Option<Shadow>, Vec<Reason>), PinError> {
    let inputs = look_around(ctx, ctx.sys.env().folder(), None)?;
    // The pin that comes first may be broken: then every command reports it.
    let Ok(decision) = project::decide(&inputs) else { return Ok((None, Vec::new())) };
    let written = path.display().to_string();
    let pins = |reason: &&Reason| {
        let is_other =
            matches!(reason.origin.rule, Rule::Default | Rule::Go111module | Rule::Gowork | Rule::ToolchainLine);
        matches!(reason.verdict, Verdict::Chosen | Verdict::NoPin) && !is_other
    };
    let chosen = decision.reasons.iter().find(pins);
    let shadowed_by = match chosen {
        Some(reason) if reason.origin.path.as_ref() == Some(&written) => None,
        Some(reason) => Some(Shadow::By(reason.origin.clone())),
        None => Some(Shadow::LeftOut),
    };
    let beside = |reason: &&Reason| {
        let in_folder =
            reason.origin.path.as_deref().is_some_and(|other| Path::new(other).starts_with(folder_of(path)));
        let another = reason.origin.path.as_ref() != Some(&written);
        let is_pin = inputs.pin_files.kinds().iter().any(|kind| kind.rule() == reason.origin.rule);
        let same =
            reason.value.as_deref().is_some_and(|value| value.parse().is_ok_and(|other: Request| other == *request));
        in_folder && another && is_pin && reason.value.is_some() && !same
    };
    let told = decision.reasons.iter().filter(|reason| chosen.is_none_or(|chosen| chosen != *reason)).filter(beside);
    Ok((shadowed_by, told.cloned().collect()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// A pin must not be below the floor. A minor counts as its newest possible patch: it is refused
/// only if the whole minor is too old.
fn check(ctx: &Ctx, request: &Request) -> Result<(), PinError> {
    let inputs = look_around(ctx, ctx.sys.env().folder(), Some(request))?;
    let folder = ctx.sys.env().folder().to_owned();
    let decision = project::decide(&inputs).map_err(|cause| ChooseError::Project { folder, cause })?;
    let Want::Pinned { origin, floor: Some(floor), .. } = decision.want else { return Ok(()) };
    let selected = surely_below(request, &floor);
    if let Some(selected) = selected {
        project::check_floor(&selected, &floor, &origin)?;
    }
    Ok(())
}

/// The bytes of a version file (`.go-version` or `.tool-versions`) with another version: only that word changes. Writes
/// nothing.
///
/// # Errors
/// When it is not text.
pub fn repinned(file: &FoundFile, request: &Request) -> Result<String, PinError> {
    changed(file, request).map(|(_, text, _)| text)
}

fn changed(file: &FoundFile, request: &Request) -> Result<(PathBuf, String, Option<String>), PinError> {
    let path = PathBuf::from(&file.path);
    let text = std::str::from_utf8(&file.content).map_err(|_| PinError::NotText { path: path.clone() })?;
    if let Some(kind @ (PinKind::Mise | PinKind::Proto)) = file.name.pin_kind() {
        let (changed, before) = toml::set(text, kind, &request.to_string())
            .map_err(|reason| PinError::NotChangeable { path: path.clone(), reason })?;
        return Ok((path, changed, before));
    }
    let line = match file.name {
        FileName::GoVersion => version_line(text),
        _ => go_line(text),
    };
    // A file without a version has at most comments; the version goes below them.
    if line.is_none() {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let tool = if file.name == FileName::ToolVersions { "golang " } else { "" };
        return Ok((path, format!("{text}{end}{tool}{request}\n"), None));
    }
    let mut changed = String::with_capacity(text.len() + 8);
    for (index, kept) in text.split_inclusive('\n').enumerate() {
        match &line {
            // Only the version's own word changes: fallbacks, comments and the line's end stay.
            Some((number, before, version)) if *number == index => {
                let tool = before.trim();
                let behind = kept.find(tool).map_or(0, |at| at + tool.len());
                let at = kept[behind..].find(version.as_str()).map_or(kept.len(), |at| behind + at);
                changed.push_str(&kept[..at]);
                changed.push_str(&request.to_string());
                changed.push_str(kept.get(at + version.len()..).unwrap_or("\n"));
            }
            _ => changed.push_str(kept),
        }
    }
    Ok((path, changed, line.map(|(_, _, before)| before)))
}

/// The line of a `.go-version` that counts: its index, the text before the version (empty), the version.
fn version_line(text: &str) -> Option<(usize, String, String)> {
    text.lines().enumerate().find_map(|(index, line)| {
        let version = line.split('#').next()?.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        (!version.is_empty()).then(|| (index, String::new(), version.to_owned()))
    })
}

/// The line of a `.tool-versions` that names Go: its index, the text before the version, the version.
fn go_line(text: &str) -> Option<(usize, String, String)> {
    text.lines().enumerate().find_map(|(index, line)| {
        let mut words = line.split('#').next()?.split_whitespace();
        let tool = words.next().filter(|tool| matches!(*tool, "golang" | "go"))?;
        Some((index, format!("{tool} "), words.next()?.to_owned()))
    })
}
