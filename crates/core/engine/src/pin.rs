//! Writes the version that a project wants into its version file.
//!
//! The file that decides now is changed, with any other version file beside it, in one transaction;
//! where none does, a `.go-version` is made in
//! the project's folder (that of the nearest go.work or go.mod, else the working folder). Of a file
//! that holds more than the version (`.tool-versions`) only the one line changes. A file
//! that is named (`.tool-versions`, `mise.toml`, …) is changed alone, the nearest of that name. `go.mod` and
//! `go.work` are never written: their lines are floors, not pins.

use std::path::{Path, PathBuf};

use diag::{Class, Diagnose, Hints, hint};
use project::{BelowFloor, FileName, FoundFile, Inputs, PinKind, Reason, Rule, Verdict, Want};
use release::Request;
use serde::Serialize;
use store::{FileChange, StoreError};

use crate::choose::{ChooseError, Counts, found, look_around, owner_of, surely_below};
use crate::ctx::Ctx;
use crate::limits::FOLDERS_MAX;
use crate::pin_toml;
use crate::recover::recover;

/// What a pin has done.
#[derive(Debug, Clone, Serialize)]
pub struct Pinned {
    /// The file.
    pub path: PathBuf,
    /// What it says now.
    pub request: String,
    /// What it said before, if it was there.
    pub before: Option<String>,
    /// Other version files of the same folder, which were changed with it: they must not disagree.
    pub also: Vec<PathBuf>,
    /// Why the file does not decide in this folder: what comes first, or the setting that leaves it out.
    pub shadowed_by: Option<String>,
    /// Files of other tools beside it that say something else.
    pub disagreeing: Vec<String>,
}

/// Why a project's version could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// The folder cannot be understood.
    #[error(transparent)]
    Choose(#[from] ChooseError),
    /// The project needs more than that.
    #[error(transparent)]
    BelowFloor(#[from] BelowFloor),
    /// A request that no version file can hold.
    #[error("pin `{request}`: other tools that read version files would not understand it")]
    NotPinnable {
        /// The request.
        request: String,
    },
    /// The file is not text.
    #[error("change `{}`: it is not text", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be changed in its own grammar.
    #[error("change `{}`: {reason}", path.display())]
    NotChangeable {
        /// The file.
        path: PathBuf,
        /// What stands in the way.
        reason: String,
    },
    /// The files could not be changed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for PinError {
    fn class(&self) -> Class {
        match self {
            Self::Choose(error) => error.class(),
            Self::BelowFloor(error) => error.class(),
            Self::Store(error) => error.class(),
            Self::NotPinnable { .. } | Self::NotText { .. } | Self::NotChangeable { .. } => Class::Usage,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Choose(error) => error.word(),
            Self::BelowFloor(error) => error.word(),
            Self::Store(error) => error.word(),
            Self::NotPinnable { .. } => "not-pinnable",
            Self::NotText { .. } => "pin-file-not-text",
            Self::NotChangeable { .. } => "pin-file-unreadable",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Choose(error) => error.hints(),
            Self::BelowFloor(error) => error.hints(),
            Self::NotPinnable { request } => hint!("`goward pin '{request}' --exact` writes the version it comes to"),
            Self::Store(error) => error.hints(),
            Self::NotText { .. } | Self::NotChangeable { .. } => Hints::none(),
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
    let inputs = look_around(ctx, ctx.sys.env().folder(), None)?;
    check(ctx, request)?;
    let existing = match named {
        Some(name) => vec![nearest(ctx, &inputs, name)?],
        None => existing(&inputs).into_iter().cloned().collect(),
    };
    let (mut changes, mut versions) = (Vec::new(), Vec::new());
    for file in &existing {
        let (path, text, version) = changed(file, request)?;
        let project = folder_of_project(file, &path);
        // An empty file that `nearest` has made up is not there.
        let is_there = !file.content.is_empty() || is_there(ctx, &path)?;
        let before = is_there.then(|| file.content.clone());
        changes.push(FileChange::of_project(project, path, before, Some(text.into_bytes())));
        versions.push(version);
    }
    if changes.is_empty() {
        let folder = folder(ctx, &inputs);
        let path = folder.join(FileName::GoVersion.as_str());
        // One may stand there that was not looked at, since the user's setting leaves its kind out.
        let failed = |cause| StoreError::Io { action: "read", path: path.clone(), cause };
        let before = ctx.sys.fs().read_if_there(&path, FileName::GoVersion.bytes_max() as u64).map_err(failed)?;
        changes.push(FileChange::of_project(folder, path, before, Some(format!("{request}\n").into_bytes())));
        versions.push(None);
    }
    let paths: Vec<PathBuf> = changes.iter().map(|change| change.path.clone()).collect();
    write(ctx, request, changes)?;
    let before = versions.swap_remove(0);
    let (path, also) = (paths[0].clone(), paths[1..].to_vec());
    let (shadowed_by, disagreeing) = others(ctx, request, &path)?;
    Ok(Pinned { path, request: request.to_string(), before, also, shadowed_by, disagreeing })
}

/// Writes the files, all of them or none.
fn write(ctx: &Ctx, request: &Request, changes: Vec<FileChange>) -> Result<(), StoreError> {
    let (purpose, wait_max) = (format!("pin {request}"), ctx.settings.seconds("lock.wait-seconds"));
    // One file is one rename: it needs no plan, and so no store that can be written.
    if let [change] = changes.as_slice() {
        return ctx.store.change_alone(change, &purpose, wait_max);
    }
    recover(ctx);
    let change = changes.into_iter().fold(ctx.store.transaction(purpose), store::Transaction::change);
    change.by(ctx.author.clone()).commit(wait_max).map(drop)
}

/// The folder of the project that a file was found in: some names have folders of their own (`.config/mise.toml`).
fn folder_of_project(file: &FoundFile, path: &Path) -> PathBuf {
    let names = Path::new(file.name.as_str()).components().count();
    path.ancestors().nth(names).unwrap_or(path).to_owned()
}

fn is_there(ctx: &Ctx, path: &Path) -> Result<bool, StoreError> {
    let looked = ctx.sys.fs().follow(path);
    let failed = |cause| StoreError::Io { action: "look at", path: path.to_owned(), cause };
    looked.map(|meta| meta.is_some()).map_err(failed)
}

/// What comes before a version file that has just been written, and what disagrees beside it.
fn others(ctx: &Ctx, request: &Request, path: &Path) -> Result<(Option<String>, Vec<String>), PinError> {
    let inputs = look_around(ctx, ctx.sys.env().folder(), None)?;
    // What comes first may be broken: then every command says so.
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
        Some(reason) => Some(format!("{} comes first", reason.origin)),
        None => Some("the setting `pin.files` leaves it out".to_owned()),
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
    let line = |reason: &Reason| format!("{} says `{}`", reason.origin, reason.value.as_deref().unwrap_or_default());
    Ok((shadowed_by, told.map(line).collect()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// A pin must reach what the project needs. A minor is judged by its newest patch that could be:
/// only one whose whole minor is too old is refused.
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

/// The version files of the nearest folder that has one: the one that decides, and those beside it. Files that do not
/// count, since they are somebody else's, are left out.
fn existing(inputs: &Inputs) -> Vec<&FoundFile> {
    let pins = [FileName::GoVersion, FileName::ToolVersions];
    let of_folder = |files: Vec<&'_ FoundFile>| -> Vec<usize> {
        pins.iter()
            .filter_map(|name| {
                files.iter().position(|file| {
                    let names_go = || go_line(&String::from_utf8_lossy(&file.content)).is_some();
                    file.name == *name && (*name == FileName::GoVersion || names_go())
                })
            })
            .collect()
    };
    inputs
        .counting()
        .into_iter()
        .map(|(_, files)| of_folder(files.clone()).into_iter().map(|index| files[index]).collect::<Vec<_>>())
        .find(|files| !files.is_empty())
        .unwrap_or_default()
}

/// The folder of the file that decides here when nothing is asked for, else the one that a new version file belongs in:
/// where a lock file stands, and nowhere else does it prove anything.
pub(crate) fn project_folder(ctx: &Ctx, inputs: &Inputs) -> PathBuf {
    let files_alone = Inputs {
        folders: inputs.folders.clone(),
        users: inputs.users,
        pin_files: inputs.pin_files.clone(),
        toolchain_line: inputs.toolchain_line,
        home_folder: inputs.home_folder.clone(),
        platform: inputs.platform.clone(),
        temp_folder: inputs.temp_folder.clone(),
        ..Inputs::default()
    };
    let folder_of = |path: &str| Path::new(path).parent().map(PathBuf::from);
    // What decides may be broken; then it is the nearest.
    let deciding = project::decide(&files_alone).ok().and_then(|decision| folder_of(decision.file()?));
    let beside = || existing(inputs).first().and_then(|file| folder_of(&file.path));
    deciding.or_else(beside).unwrap_or_else(|| folder(ctx, inputs))
}

/// The nearest file of a name that counts; an empty one in the project's folder where there is none.
fn nearest(ctx: &Ctx, inputs: &Inputs, name: FileName) -> Result<FoundFile, PinError> {
    let counts = Counts::Of(&inputs.users);
    for above in ctx.sys.env().folder().ancestors().take(FOLDERS_MAX) {
        if inputs.users.stranger_of_folder("", owner_of(ctx, above)).is_some() {
            break;
        }
        let file = found(ctx, name, &above.join(name.as_str()), counts)?;
        if let Some(file) = file.filter(|file| inputs.users.stranger(&file.owners).is_none()) {
            return Ok(file);
        }
    }
    let path = folder(ctx, inputs).join(name.as_str()).display().to_string();
    Ok(FoundFile::new(name, path, Vec::new()))
}

/// The folder that a new version file belongs in.
fn folder(ctx: &Ctx, inputs: &Inputs) -> PathBuf {
    let of_strangers = inputs.go_files_of_strangers();
    // Beside a stranger's file a version file of the user's own would not count.
    let is_own = |file: &FoundFile| {
        matches!(file.name, FileName::GoWork | FileName::GoMod)
            && of_strangers.iter().all(|(path, _)| *path != file.path)
    };
    let project = inputs.folders.iter().find(|folder| folder.files.iter().any(is_own));
    project.map_or_else(|| ctx.sys.env().folder().to_owned(), |folder| PathBuf::from(&folder.path))
}

/// What a version file (`.go-version` or `.tool-versions`) would hold if it named another version: only that word
/// changes. Nothing is written.
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
        let (changed, before) = pin_toml::set(text, kind, &request.to_string())
            .map_err(|reason| PinError::NotChangeable { path: path.clone(), reason })?;
        return Ok((path, changed, before));
    }
    let line = match file.name {
        FileName::GoVersion => version_line(text),
        _ => go_line(text),
    };
    // A file without a version holds comments at most; the version goes below them.
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

/// The line of a `.go-version` that counts: its index, what stands before the version (nothing), the version.
fn version_line(text: &str) -> Option<(usize, String, String)> {
    text.lines().enumerate().find_map(|(index, line)| {
        let version = line.split('#').next()?.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        (!version.is_empty()).then(|| (index, String::new(), version.to_owned()))
    })
}

/// The line of a `.tool-versions` that names Go: its index, what stands before the version, the version.
fn go_line(text: &str) -> Option<(usize, String, String)> {
    text.lines().enumerate().find_map(|(index, line)| {
        let mut words = line.split('#').next()?.split_whitespace();
        let tool = words.next().filter(|tool| matches!(*tool, "golang" | "go"))?;
        Some((index, format!("{tool} "), words.next()?.to_owned()))
    })
}
