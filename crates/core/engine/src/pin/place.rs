//! Where a project's version files stand, and where a new one belongs.
//!
//! Two bounds hold on the way up: the project's root, above which others live and the user's own home, and the first
//! folder of somebody else's, from which on nothing counts. A neighbour's `.git` or `go.mod` makes no project of the
//! user's: else whoever may write above the working folder chose where goward writes.

use std::path::{Path, PathBuf};

use project::{FileName, FoundFile, Inputs, Users};

use super::go_line;
use context::Ctx;
use context::FOLDERS_MAX;
use context::owner_of;
use resolve::{ChooseError, Counts, found};

/// What the root of a repository has.
const REPOSITORY_MARKS: [&str; 4] = [".git", ".hg", ".jj", ".svn"];
/// What a project's own folder has, the one that holds several modules first.
const PROJECT_FILES: [&str; 2] = [FileName::GoWork.as_str(), FileName::GoMod.as_str()];

/// The version files of the project's nearest folder that has one: the one that decides, and those beside it. Files that
/// do not count, since they are somebody else's, are left out.
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
    let beside = || existing(ctx, inputs).first().and_then(|file| folder_of(&file.path));
    deciding.or_else(beside).unwrap_or_else(|| folder(ctx, &inputs.users))
}

/// The project's nearest file of a name that counts; an empty one in the project's folder where there is none.
pub(super) fn nearest(ctx: &Ctx, users: &Users, name: FileName) -> Result<FoundFile, ChooseError> {
    let root = root(ctx, users);
    for above in within(ctx, users).take_while(|folder| folder.starts_with(&root)) {
        if let Some(file) = in_folder(ctx, users, above, name)? {
            return Ok(file);
        }
    }
    Ok(empty(&folder(ctx, users), name))
}

/// The file of a name in the folder that a new one belongs in; an empty one where there is none. It may be there although
/// it does not decide: the setting `pin.files` may leave it out.
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

/// The folder that a new version file belongs in.
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

/// The folders that may belong to the project, from the working folder upwards, up to the first of somebody else's. The
/// user's home is none, though some keep it in a repository: what stands there holds for everything else, too. Somebody
/// who works right in it means it.
fn within<'a>(ctx: &'a Ctx, users: &'a Users) -> impl Iterator<Item = &'a Path> {
    let here = ctx.sys.env().folder();
    let home = ctx.sys.env().home().map(|home| ctx.sys.fs().resolve(&home).unwrap_or(home));
    let is_home = move |folder: &Path| folder != here && home.as_deref() == Some(folder);
    let is_strangers = |folder: &Path| users.stranger_of_folder("", owner_of(ctx, folder)).is_some();
    here.ancestors().take(FOLDERS_MAX).take_while(move |folder| !is_home(folder) && !is_strangers(folder))
}

/// Whether one of these stands in a folder and is not somebody else's. What may not be looked at is not the user's
/// project.
fn has(ctx: &Ctx, users: &Users, folder: &Path, names: &[&str]) -> bool {
    let fs = ctx.sys.fs();
    names.iter().map(|name| folder.join(name)).any(|path| {
        let is_there = matches!(fs.look(&path), Ok(Some(_)));
        is_there && fs.owners(&path, 1).is_ok_and(|owners| users.stranger(&owners).is_none())
    })
}
