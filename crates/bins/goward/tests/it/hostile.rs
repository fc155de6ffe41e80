//! Hostile input, through the program as a user runs it: a documented exit code, a printable report, no change outside
//! goward's own folder.
#![cfg(unix)] // trees with links, pipes and devices

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::support::{World, platform, sealed};
use diag::Class;
use testkit::hostile::{Expected, project, tar, tree};
use testkit::{Run, Sandbox, TinyToolchain};

/// Every name below a folder with its kind, mode, owner and size, which must not change. Omits goward's own folder.
fn image(folder: &Path) -> BTreeMap<PathBuf, (u32, u32, u64, i64)> {
    let is_goward = |path: &Path| path.iter().any(|part| part == ".goward");
    let others = testkit::walk(folder).unwrap().into_iter().filter(|(path, _)| !is_goward(path));
    others.map(|(path, meta)| (path, (meta.mode(), meta.uid(), meta.size(), meta.mtime()))).collect()
}

/// Checks that it ended neither by a signal nor by a panic, with a documented exit code and printable output.
fn fault(run: &Run) -> Option<String> {
    let documented = run.code == 0 || Class::ALL.iter().any(|class| i32::from(class.exit_code()) == run.code);
    let internal = run.code == i32::from(Class::Internal.exit_code());
    if !documented || internal || run.stderr.contains("panicked") {
        return Some(format!("it ended with {}: {}", run.code, run.stderr));
    }
    let shown = |text: &str| {
        !text
            .chars()
            .any(|c| c != '\n' && (c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')))
    };
    if !shown(&run.stdout) || !shown(&run.stderr) {
        return Some(format!("it says what cannot be shown: {:?} {:?}", run.stdout, run.stderr));
    }
    if run.code != 0 && run.stderr.trim().is_empty() {
        return Some("it fails without a word".to_owned());
    }
    None
}

#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

#[test]
fn every_hostile_tree_is_refused_or_registered_and_nothing_around_it_changes() {
    let world = World::offering([TinyToolchain::host("1.27.3")]);
    let toolchain = TinyToolchain::host("1.27.3");
    let mut faults = Vec::new();
    let mut brought_in = 0;
    for (number, case) in tree::cases().iter().enumerate() {
        if case.needs_root && !is_root() {
            eprintln!("skipped: {}: only root can make it", case.name);
            continue;
        }
        let place = world.home.below(&format!("case{number}"));
        let (tree, outside) = (place.join("go"), place.join("outside"));
        std::fs::create_dir_all(&outside).unwrap();
        std::fs::write(outside.join("secret"), "secret\n").unwrap();
        case.build(&toolchain, &tree, &outside);
        let before = image(&place);
        let run = world.home.goward(["import".into(), tree.into_os_string()] as [OsString; 2]);
        faults.extend(fault(&run).map(|fault| format!("{}: {fault}", case.name)));
        if image(&place) != before {
            faults.push(format!("{}: something around it has changed", case.name));
        }
        let installed = world.installed_alone();
        match (case.expected, installed.is_empty()) {
            (Expected::Refused, false) => faults.push(format!("{}: it was brought in: {}", case.name, run.stdout)),
            (Expected::Harmless, true) => faults.push(format!("{}: it was not brought in: {}", case.name, run.stderr)),
            (_, taken) => brought_in += usize::from(!taken),
        }
        if !installed.is_empty() {
            for path in ["bin/go", "src/fmt/print.go"] {
                let meta = std::fs::symlink_metadata(world.tree("1.27.3").join(path)).unwrap();
                if !meta.is_file() || meta.mode() & 0o7022 != 0 {
                    faults.push(format!("{}: {path} came in with the mode {:o}", case.name, meta.mode()));
                }
            }
        }
        // Whatever the result, the next case begins with an empty store.
        let _ = std::fs::remove_dir_all(world.home.goward_home());
    }
    none(&faults);
    assert!(brought_in > 0, "not one odd tree was brought in");
}

impl World {
    /// The toolchains in goward's store, without registered installations.
    fn installed_alone(&self) -> Vec<String> {
        let list = self.goward("list --json --quiet").success().json();
        list["toolchains"].as_array().unwrap().iter().map(|item| item["version"].as_str().unwrap().to_owned()).collect()
    }
}

/// One in so many archives runs through the whole program; the reader itself gets all (`archive/tests/it/hostile.rs`).
const ARCHIVE_STEP: usize = 14;

#[test]
fn a_hostile_archive_in_the_folder_of_archives_is_refused_and_leaves_nothing() {
    let mut faults = Vec::new();
    for case in tar::cases().into_iter().step_by(ARCHIVE_STEP).filter(|case| case.expected == Expected::Refused) {
        let mut home: Sandbox = sealed();
        let folder = home.home().join("archives");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("go1.99.1.{}.tar.gz", platform())), &case.bytes).unwrap();
        home.set_env("GOWARD_FOLDER", &folder).set_env("GOWARD_SOURCES", "folder");
        let before = image(home.home());
        let run = home.goward(["install", "--offline", "--allow-unproven", "1.99.1"]);
        if run.code != i32::from(Class::Integrity.exit_code()) {
            faults.push(format!("{}: it ended with {}: {}", case.name, run.code, run.stderr));
        }
        faults.extend(fault(&run).map(|fault| format!("{}: {fault}", case.name)));
        if image(home.home()) != before {
            faults.push(format!("{}: something beside the store has changed", case.name));
        }
        if !crate::support::names(&home.goward_home().join("toolchains")).is_empty() {
            faults.push(format!("{}: something is installed", case.name));
        }
    }
    none(&faults);
}

/// One in so many project files runs through the whole program; the rules themselves get all
/// (`project/tests/it/hostile.rs`).
const PROJECT_STEP: usize = 11;

#[test]
fn a_hostile_project_changes_nothing_and_is_told_in_words_that_can_be_shown() {
    let mut home: Sandbox = sealed();
    home.set_env("GOWARD_PIN_FILES", ".go-version,.tool-versions,mise,proto,devcontainer,Dockerfile")
        .set_env("GOWARD_OFFLINE", "1");
    let mut faults = Vec::new();
    let all = project::cases();
    let (few, many): (Vec<_>, Vec<_>) = all.into_iter().partition(|(file, case)| {
        (*file == "goward.lock" && case.name.starts_with("lock"))
            || (*file == ".vscode/settings.json" && case.name.starts_with("settings"))
    });
    for (number, (file, case)) in few.into_iter().chain(many.into_iter().step_by(PROJECT_STEP)).enumerate() {
        home.cd(&format!("project{number}"));
        home.write(file, &case.bytes);
        let before = image(home.folder());
        let lines: &[&[&str]] = match file {
            "goward.lock" => &[&["which", "--locked"], &["pin", "--lock", "--check"]],
            ".vscode/settings.json" => &[&["ide", "check"]],
            _ => &[&["which", "--explain"], &["run", "--no-install", "--", "go", "version"]],
        };
        for line in lines {
            let run = home.goward(*line);
            faults.extend(fault(&run).map(|fault| format!("{file}, {}, `{}`: {fault}", case.name, line.join(" "))));
        }
        if image(home.folder()) != before {
            faults.push(format!("{file}, {}: something in the project has changed", case.name));
        }
    }
    none(&faults);
}
