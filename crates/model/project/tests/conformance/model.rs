//! The model's answer for a case.

use std::fs;
use std::path::{Path, PathBuf};

use project::{DefaultPin, FileName, Folder, FoundFile, Inputs, Users, Want, decide};
use release::{Request, Version};

use crate::case::Case;
use crate::world::{Answer, World};

/// The choice, with the go command's own release as the default.
pub fn answer(case: &Case, world: &World, base: &str) -> Answer {
    of_inputs(case, &inputs(case, world, base), base)
}

/// The same, with another user who owns everything and has put a pin into every folder.
pub fn answer_among_strangers(case: &Case, world: &World, base: &str) -> Answer {
    const STRANGER: u32 = 7;
    let mut inputs = inputs(case, world, base);
    inputs.users = Users { me: Some(1000), start: Some(1000) };
    for (index, folder) in inputs.folders.iter_mut().enumerate() {
        // The starting folder belongs to the user, or the pin in it would be its owner's.
        folder.owner = Some(if index == 0 { 1000 } else { STRANGER });
        let pin = format!("{}/.go-version", folder.path);
        folder.files.push(FoundFile::new(FileName::GoVersion, pin, "1.99.9\n"));
        folder.files.iter_mut().for_each(|file| file.owners = vec![STRANGER]);
    }
    of_inputs(case, &inputs, base)
}

fn of_inputs(case: &Case, inputs: &Inputs, base: &str) -> Answer {
    let decision = match decide(inputs) {
        Ok(decision) => decision,
        Err(_) => return Answer::Refused,
    };
    let local: Version = base.parse().expect("the suite's own versions");
    let name = match decision.want {
        Want::Pinned { request, .. } | Want::Default { request, .. } => exact(&request).tag(),
        Want::AtLeast { floor, default } => {
            let base = default.map(|default| exact(&default.request)).expect("the suite sets a default");
            match floor.raise(Some(&base)) {
                Ok(Some(raised)) => raised.name,
                Ok(None) => base.tag(),
                Err(_) => return Answer::Refused,
            }
        }
        Want::Nothing => panic!("{}: the suite sets a default", case.name),
    };
    if name == local.tag() { Answer::Local } else { Answer::Named(name) }
}

fn exact(request: &Request) -> Version {
    match request {
        Request::Exact(version) => version.clone(),
        other => panic!("{other} is not exact"),
    }
}

/// Reads the disk as the product does.
fn inputs(case: &Case, world: &World, base: &str) -> Inputs {
    // Joining an empty path would add a separator at the end.
    let from: PathBuf = match &case.chdir {
        Some(chdir) => world.root.join(chdir).components().collect(),
        None => working_folder(world.setting(case, "PWD", base), &world.root.join(&case.folder)),
    };
    let folders = from.ancestors().take_while(|folder| folder.starts_with(&world.root)).map(|folder| Folder {
        path: folder.display().to_string(),
        files: [FileName::GoWork, FileName::GoMod]
            .into_iter()
            .filter_map(|name| found(name, &folder.join(name.as_str())))
            .collect(),
        owner: None,
    });
    let goenv = case.goenv.as_ref().and_then(|_| fs::read_to_string(&world.goenv).ok()).unwrap_or_default();
    let setting = |name: &str| {
        let environment = world.setting(case, name, base).filter(|value| !value.is_empty());
        let in_file =
            || goenv.lines().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix('=').map(str::to_owned));
        environment.or_else(in_file)
    };
    let gowork = setting("GOWORK");
    let named = gowork.as_deref().map(Path::new).filter(|path| path.is_absolute());
    Inputs {
        folders: folders.collect(),
        gotoolchain: world.setting(case, "GOTOOLCHAIN", base),
        gowork_file: named.and_then(|path| found(FileName::GoWork, path)),
        gowork,
        go111module: setting("GO111MODULE"),
        temp_folder: Some(world.temp(case, base)),
        default: Some(DefaultPin { request: base.to_owned(), origin: "the suite".to_owned() }),
        ..Inputs::default()
    }
}

/// The folder in which a go command starts: `$PWD`, if that is an absolute name of the same folder, else the physical
/// path (`Getwd` in os/getwd.go). The suite's own reading of the rule, beside that of `sys`.
fn working_folder(pwd: Option<String>, started_in: &Path) -> PathBuf {
    let physical = started_in.canonicalize().expect("the world is made");
    let named = pwd.map(PathBuf::from).filter(|pwd| pwd.is_absolute());
    let is_same = |named: &PathBuf| named.canonicalize().is_ok_and(|named| named == physical);
    named.filter(is_same).unwrap_or(physical)
}

fn found(name: FileName, path: &Path) -> Option<FoundFile> {
    let content = path.is_file().then(|| fs::read(path))?.ok()?;
    Some(FoundFile::new(name, path.display().to_string(), content))
}
