//! Finds a project's version files, and the folder for a new one.
//!
//! The walk upwards has two bounds: the project's root, above which are other projects and the user's home, and the
//! first folder of another user, from which on nothing counts. Another user's `.git` or `go.mod` does not mark a
//! project of this user: otherwise a user who may write above the working folder could choose where goward writes.

use std::path::{Path, PathBuf};

use project::{FileName, FoundFile, Inputs, Users};

use super::go_line;
use context::Ctx;
use context::FOLDERS_MAX;
use context::owner_of;
use resolve::{ChooseError, Counts, found};

/// The marks of a repository's root.
const REPOSITORY_MARKS: [&str; 4] = [".git", ".hg", ".jj", ".svn"];
/// The marks of a project's folder, that of several modules first.
const PROJECT_FILES: [&str; 2] = [FileName::GoWork.as_str(), FileName::GoMod.as_str()];

/// The version files of the project's nearest folder that has one: the one that decides, and those beside it. Files of
/// other users, which do not count, are omitted.
pub(super) fn existing<'a>(ctx: &Ctx, inputs: &'a Inputs) -> Vec<&'a FoundFile> {
    let root = root(ctx, &inputs.users);
    let pins = [FileName::GoVersion, FileName::ToolVersions];
    let of_folder = |files: Vec<&'a FoundFile>| -> Vec<&'a FoundFile> {
        let names_go = |file: &FoundFile| go_line(&String::from_utf8_lossy(&file.content)).is_some();
        let counts = |file: &FoundFile| file.name == FileName::GoVersion || names_go(file);
        pins.iter().filter_map(|name| files.iter().copied().find(|file| file.name == *name && counts(file))).collect()
    };
    inputs
        .counting()
        .into_iter()
        .filter(|(folder, _)| Path::new(&folder.path).starts_with(&root))
        .map(|(_, files)| of_folder(files))
        .find(|files| !files.is_empty())
        .unwrap_or_default()
}

/// The folder of the file that decides here without a request, else the folder for a new version file: a lock file is
/// there, and proves only there.
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
    // The file that decides may be broken; then it is the nearest.
    let deciding = project::decide(&files_alone).ok().and_then(|decision| folder_of(decision.file()?));
    let beside = || existing(ctx, inputs).first().and_then(|file| folder_of(&file.path));
    deciding.or_else(beside).unwrap_or_else(|| folder(ctx, &inputs.users))
}

/// The project's nearest file of a name that counts, or an empty one in the project's folder.
pub(super) fn nearest(ctx: &Ctx, users: &Users, name: FileName) -> Result<FoundFile, ChooseError> {
    let root = root(ctx, users);
    for above in within(ctx, users).take_while(|folder| folder.starts_with(&root)) {
        if let Some(file) = in_folder(ctx, users, above, name)? {
            return Ok(file);
        }
    }
    Ok(empty(&folder(ctx, users), name))
}

/// The file of a name in the folder for a new one, or an empty one. It may exist without deciding: the setting
/// `pin.files` may omit it.
pub(super) fn fresh(ctx: &Ctx, users: &Users, name: FileName) -> Result<FoundFile, ChooseError> {
    let folder = folder(ctx, users);
    Ok(in_folder(ctx, users, &folder, name)?.unwrap_or_else(|| empty(&folder, name)))
}

fn in_folder(ctx: &Ctx, users: &Users, folder: &Path, name: FileName) -> Result<Option<FoundFile>, ChooseError> {
    let file = found(ctx, name, &folder.join(name.as_str()), Counts::Of(users))?;
    Ok(file.filter(|file| users.stranger(&file.owners).is_none()))
}

fn empty(folder: &Path, name: FileName) -> FoundFile {
    FoundFile::new(name, folder.join(name.as_str()).display().to_string(), Vec::new())
}

/// The folder for a new version file.
fn folder(ctx: &Ctx, users: &Users) -> PathBuf {
    let root = root(ctx, users);
    let mut inside = within(ctx, users).take_while(|folder| folder.starts_with(&root));
    inside.find(|folder| has(ctx, users, folder, &PROJECT_FILES)).map_or_else(|| root.clone(), Path::to_owned)
}

/// The project's outermost folder: the repository's root, else the go.work's, else the go.mod's, else the working folder.
fn root(ctx: &Ctx, users: &Users) -> PathBuf {
    let [work, module] = PROJECT_FILES;
    let marks: [&[&str]; 3] = [&REPOSITORY_MARKS, &[work], &[module]];
    let root = marks.iter().find_map(|names| within(ctx, users).find(|folder| has(ctx, users, folder, names)));
    root.unwrap_or(ctx.sys.env().folder()).to_owned()
}

/// The folders that may belong to the project, from the working folder upwards, up to the first of another user. The
/// user's home does not belong to a project, even if it is in a repository: a file there affects everything below. It
/// counts only if it is the working folder.
fn within<'a>(ctx: &'a Ctx, users: &'a Users) -> impl Iterator<Item = &'a Path> {
    let here = ctx.sys.env().folder();
    let home = ctx.sys.env().home().map(|home| ctx.sys.fs().resolve(&home).unwrap_or(home));
    let is_home = move |folder: &Path| folder != here && home.as_deref() == Some(folder);
    let is_strangers = |folder: &Path| users.stranger_of_folder("", owner_of(ctx, folder)).is_some();
    here.ancestors().take(FOLDERS_MAX).take_while(move |folder| !is_home(folder) && !is_strangers(folder))
}

/// Whether one of these is in a folder and does not belong to another user. An unreadable one is not the user's
/// project.
fn has(ctx: &Ctx, users: &Users, folder: &Path, names: &[&str]) -> bool {
    let fs = ctx.sys.fs();
    names.iter().map(|name| folder.join(name)).any(|path| {
        let is_there = matches!(fs.look(&path), Ok(Some(_)));
        is_there && fs.owners(&path, 1).is_ok_and(|owners| users.stranger(&owners).is_none())
    })
}
