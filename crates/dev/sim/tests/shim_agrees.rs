//! The shim never runs anything but what `goward which` names.
//!
//! The worlds of the conformance suite (`crates/model/project/tests/conformance`, the hand-written ones and the
//! generated ones) are made on disk, each with several added pins. In each, the test runs the deciding part of the shim
//! with the table that the store has written, and `resolve::choose` with the same environment: with several defaults,
//! with few installed releases and with all that any world names. The shim's decision must equal the engine's choice.
//! The cases that it hands over go to `goward exec-shim`, which asks the engine.
#![cfg(unix)] // its worlds are those of the conformance tests, with links
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stderr,
    dead_code,
    reason = "a test makes worlds on disk, tells what it counted, and borrows modules of which it needs a part"
)]

#[path = "../../../model/project/tests/conformance/case.rs"]
mod case;
#[path = "../../../model/project/tests/conformance/generate.rs"]
mod generate;
mod support;
#[path = "../../../model/project/tests/conformance/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use case::Case;
use context::Ctx;
use release::{Platform, ToolchainId, Version};
use resolve::choose_in;
use shim::{Arena, Call, Decision, Why, resolve};
use support::Real;
use sys::{Clock, Env, Fs, Sys};
use world::{Ground, World};

const CASES: &str = include_str!("../../../model/project/tests/conformance/cases.txt");
const ANSWERS: &str = include_str!("../../../model/project/tests/conformance/answers.txt");
/// As many generated worlds as the suite has.
const GENERATED: usize = 400;
/// The defaults: those of the suite.
const DEFAULTS: [&str; 4] = ["1.21.13", "1.22.10", "1.24.11", "1.27.3"];
/// Version files that are put into a world, one at a time; the first is for none.
const PINS: [&str; 12] = [
    "",
    "1.27.3\n",
    "1.98\n",
    "go1.99.1",
    "1.22 # x\r\n",
    "latest\n",
    "1.20.0\n",
    "\n# none\n",
    "1.21rc2\n",
    ">=1.22\n",
    "1.24.11\n1.4\n",
    "1.4\n",
];

/// The usual environments of containers and of CI, each set over those of the world; `{base}` is the default's version.
const ENVIRONMENTS: [&[(&str, &str)]; 16] = [
    &[("GOTOOLCHAIN", "local")],
    &[("GOTOOLCHAIN", "auto")],
    &[("GOTOOLCHAIN", "path")],
    &[("GOTOOLCHAIN", "local+auto")],
    &[("GOTOOLCHAIN", "local+path")],
    &[("GOTOOLCHAIN", "go{base}")],
    &[("GOTOOLCHAIN", "go1.22.10")],
    &[("GOTOOLCHAIN", "go1.22.10+auto")],
    &[("GOTOOLCHAIN", "go1.24.11+path")],
    &[("GO111MODULE", "on")],
    &[("GO111MODULE", "off")],
    &[("GO111MODULE", "auto")],
    &[("GO111MODULE", "")],
    &[("GOTOOLCHAIN", "local"), ("GO111MODULE", "on")],
    &[("GOTOOLCHAIN", "go1.22.10"), ("GO111MODULE", "auto")],
    // As below an outer goward.
    &[("GOTOOLCHAIN", "go1.22.10"), ("GOWARD_TOOLCHAIN", "go1.22.10")],
];

/// The user who becomes the owner of files.
const STRANGER: u32 = 65534;

/// A store with a default.
struct Home {
    folder: PathBuf,
}

impl Home {
    fn new(folder: PathBuf, user: &Path, installed: &BTreeSet<Version>, default: &str) -> Home {
        let home = Home { folder };
        let platform = Platform::of_this_build().unwrap();
        let toolchains = home.folder.join("toolchains");
        for version in installed {
            let id = ToolchainId::new(version.clone(), platform.clone());
            fs::create_dir_all(toolchains.join(id.to_string())).unwrap();
        }
        let vars = home.vars(user);
        let id = ToolchainId::new(default.parse().unwrap(), platform);
        engine::switch(&home.ctx(&vars, user), &id).unwrap();
        assert!(fs::read_to_string(home.folder.join("shim.table")).unwrap().ends_with("end\n"));
        home
    }

    fn vars(&self, user: &Path) -> BTreeMap<String, String> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        [("HOME", text(user)), ("GOWARD_HOME", text(&self.folder)), ("GOWARD_OFFLINE", "1".to_owned())]
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    }

    fn ctx(&self, vars: &BTreeMap<String, String>, folder: &Path) -> Ctx {
        let env = Env::of(vars.clone(), folder.to_owned(), Some(std::env::current_exe().unwrap()));
        let sys = Sys::new(Fs::real(), Clock::real(), env);
        fixture::ctx(sys)
    }
}

/// The results of the comparisons.
#[derive(Default)]
struct Tally {
    decided: usize,
    handed: BTreeMap<String, usize>,
    disagreements: Vec<String>,
}

impl Tally {
    fn print(&self, title: &str, worlds: &Worlds) {
        let handed: usize = self.handed.values().sum();
        eprintln!(
            "{title}: {} worlds, {} questions, {} decided by the shim, {handed} handed over {:?}, {} disagreements",
            worlds.cases.len(),
            self.decided + handed,
            self.decided,
            self.handed,
            self.disagreements.len()
        );
    }
}

/// What is asked in a world: a default, a pin that was written, variables.
#[derive(Clone, Copy)]
struct Question<'a> {
    default: &'a str,
    pin: &'a str,
    variables: &'a [(&'a str, &'a str)],
}

impl Tally {
    /// Compares, and returns why the shim hands over, if it does.
    fn compare(&mut self, case: &Case, world: &World, home: &Home, user: &Path, asked: Question<'_>) -> Option<Why> {
        let Question { default, pin, variables } = asked;
        let mut vars = home.vars(user);
        vars.insert("TMPDIR".to_owned(), world.temp(case, default));
        // Nearly every setting is handed over at once; so with a pin the world is tested without them.
        for (name, _) in case.settings.iter().filter(|_| pin.is_empty()) {
            vars.insert(name.clone(), world.setting(case, name, default).unwrap());
        }
        for (name, value) in variables {
            vars.insert((*name).to_owned(), value.replace("{base}", default));
        }
        let folder = world.root.join(&case.folder).canonicalize().unwrap();
        let args = if case.args.is_empty() { vec!["version".to_owned()] } else { case.args.clone() };
        let own = home.folder.join("shims/go");
        let mut args = args.iter().map(String::as_bytes);
        let call = Call {
            name: b"go",
            args: std::array::from_fn(|_| args.next()),
            own: own.to_str().unwrap().as_bytes(),
            folder: folder.to_str().unwrap().as_bytes(),
        };
        let (mut bytes, mut path) = (vec![0; Arena::BYTES], shim::Path::empty());
        let mut machine = Real { vars: &vars, folder: &folder, opened: shim::Opened::default() };
        let (version, pinned) = match resolve(&mut machine, Arena::new(&mut bytes), &mut path, &call).decision {
            Decision::Run { version, pinned, .. } => (version.to_owned(), pinned),
            Decision::HandOver(why) => {
                assert!(!matches!(why, Why::Stale | Why::NoTable), "{}: {why:?}", case.name);
                *self.handed.entry(format!("{why:?}")).or_default() += 1;
                return Some(why);
            }
        };
        self.decided += 1;
        let chosen = choose_in(&home.ctx(&vars, &folder), &folder, None);
        let engine = match &chosen {
            Ok(choice) => choice.toolchain.as_ref().map(|toolchain| toolchain.id.version().to_string()),
            Err(_) => None,
        };
        // With the user's `local` there is nothing to set.
        let is_local = vars.get("GOTOOLCHAIN").is_some_and(|value| value == "local");
        let names = chosen.as_ref().is_ok_and(resolve::Choice::names_release) && !is_local;
        if engine.as_ref() == Some(&version) && names != pinned {
            self.disagreements.push(format!(
                "{} | default {default} | pin {pin:?} | {variables:?}: the shim takes {version} for pinned: {pinned}, the engine: {names}",
                case.line()
            ));
        }
        if engine.as_ref() != Some(&version) {
            let engine = chosen.map_or_else(|error| error.to_string(), |_| format!("{engine:?}"));
            self.disagreements.push(format!(
                "{} | default {default} | pin {pin:?} | {variables:?}: the shim runs {version}, the engine says {engine}",
                case.line()
            ));
        }
        None
    }
}

/// The worlds of the suite with homes for each default, with few and with many installed releases.
struct Worlds {
    ground: Ground,
    cases: Vec<(Case, World)>,
    user: PathBuf,
    homes: Vec<(&'static str, Home)>,
}

impl Worlds {
    fn new(name: &str) -> Worlds {
        let mut cases = case::read(CASES);
        cases.extend(generate::cases(GENERATED, generate::SEED));
        let ground = Ground::new(name);
        let made = cases.into_iter().enumerate().map(|(index, case)| {
            let world = ground.make(&case, index);
            (case, world)
        });
        let cases: Vec<(Case, World)> = made.collect();
        // The test needs only the paths of the worlds, and one more for the user's folder.
        let root = cases[0].1.root.parent().unwrap().to_owned();
        let user = root.join("user");
        fs::create_dir_all(user.join(".config/go")).unwrap();

        let few: BTreeSet<Version> = DEFAULTS.iter().map(|text| text.parse().unwrap()).collect();
        let named = ANSWERS.split(['|', '\n', ' ']).filter_map(|word| word.trim().strip_prefix("go")?.parse().ok());
        let old = ["1.4", "1.20", "1.21rc2"].map(|text| text.parse::<Version>().unwrap());
        let many: BTreeSet<Version> =
            few.iter().cloned().chain(named).chain(old).filter(Version::is_candidate).collect();
        assert!(many.len() > 20, "{}", many.len());
        let mut homes = Vec::new();
        for (name, installed) in [("few", &few), ("many", &many)] {
            for default in DEFAULTS {
                homes.push((default, Home::new(root.join(format!("{name}-{default}")), &user, installed, default)));
            }
        }
        Worlds { ground, cases, user, homes }
    }

    /// Gives the user the go command's settings of this world.
    fn settle(&self, world: &World) {
        let goenv = self.user.join(".config/go/env");
        match fs::read(&world.goenv) {
            Ok(content) => fs::write(&goenv, content).unwrap(),
            Err(_) => drop(fs::remove_file(&goenv)),
        }
    }
}

#[test]
fn what_the_shim_decides_is_what_the_engine_chooses_in_every_world_of_the_conformance_suite() {
    let worlds = Worlds::new("shim-agrees");
    let mut told = Tally::default();
    let mut pins = PINS.iter().skip(1).cycle();
    for (case, world) in &worlds.cases {
        worlds.settle(world);
        for pin in [PINS[0], pins.next().unwrap(), pins.next().unwrap()] {
            let file = world.root.join(".go-version");
            if !pin.is_empty() {
                fs::write(&file, pin).unwrap();
            }
            for (default, home) in &worlds.homes {
                told.compare(case, world, home, &worlds.user, Question { default, pin, variables: &[] });
            }
            let _ = fs::remove_file(&file);
        }
    }
    told.print("the shim and the engine", &worlds);
    assert!(told.disagreements.is_empty(), "{}", told.disagreements.join("\n"));
    assert!(told.decided > 2 * worlds.cases.len(), "the comparison is worth nothing if everything is handed over");
    worlds.ground.clean();
}

#[test]
fn in_every_world_the_usual_environments_are_decided_by_the_shim_as_by_the_engine() {
    // Goal: where a container or a CI sets a usual value, the shim decides as goward does, and hands over no world for
    // the sake of that value.
    // Method: each world with each environment. A world that the shim decides without it may be handed over with it
    // only for what the engine refuses or has to install: a release that is missing or older than the `go` line.
    let worlds = Worlds::new("shim-environments");
    let mut told = Tally::default();
    let mut for_the_value = Vec::new();
    let mut homes = worlds.homes.iter().cycle();
    for (index, (case, world)) in worlds.cases.iter().enumerate() {
        // What the world itself sets is in the way, and is compared above.
        let case = &Case { settings: Vec::new(), ..case.clone() };
        worlds.settle(world);
        let pin = if index % 3 == 0 { PINS[index / 3 % PINS.len()] } else { PINS[0] };
        let file = world.root.join(".go-version");
        if !pin.is_empty() {
            fs::write(&file, pin).unwrap();
        }
        for (default, home) in homes.by_ref().take(1) {
            let mut ask = |variables| {
                let asked = Question { default, pin, variables };
                told.compare(case, world, home, &worlds.user, asked)
            };
            let without = ask(&[]);
            for variables in ENVIRONMENTS {
                let why = ask(variables);
                let is_for_value = why == Some(Why::Setting)
                    || without.is_none() && !matches!(why, None | Some(Why::NotInstalled | Why::Conflict));
                if is_for_value {
                    for_the_value
                        .push(format!("{} | default {default} | pin {pin:?} | {variables:?}: {why:?}", case.line()));
                }
            }
        }
        let _ = fs::remove_file(&file);
    }
    told.print("the usual environments", &worlds);
    assert!(told.disagreements.is_empty(), "{}", told.disagreements.join("\n"));
    assert!(for_the_value.is_empty(), "{}", for_the_value.join("\n"));
    assert!(told.decided > 4 * worlds.cases.len(), "{}", told.decided);
    worlds.ground.clean();
}

#[test]
fn a_stranger_s_pin_changes_nothing_in_any_world_of_the_suite_for_the_shim_and_the_engine_alike() {
    let cases = case::read(CASES);
    let ground = Ground::new("shim-strangers");
    let worlds: Vec<World> = cases.iter().enumerate().map(|(index, case)| ground.make(case, index)).collect();
    let root = worlds[0].root.parent().unwrap().to_owned();
    let user = root.join("user");
    fs::create_dir_all(user.join(".config/go")).unwrap();
    let given = root.join("given");
    fs::write(&given, "").unwrap();
    if let Err(error) = std::os::unix::fs::chown(&given, Some(STRANGER), None) {
        eprintln!("skipped: only root may give files to somebody else: {error}");
        return;
    }
    let installed: BTreeSet<Version> = DEFAULTS.iter().map(|text| text.parse().unwrap()).collect();
    let home = Home::new(root.join("home"), &user, &installed, "1.24.11");
    let mut told = Tally::default();
    let mut handed = 0;
    for (case, world) in cases.iter().zip(&worlds) {
        let folder = world.root.join(&case.folder).canonicalize().unwrap();
        let mut vars = home.vars(&user);
        vars.insert("TMPDIR".to_owned(), world.temp(case, "1.24.11"));
        let chosen = || choose_in(&home.ctx(&vars, &folder), &folder, None).map(|choice| choice.because()).ok();
        let without = chosen();
        let file = world.root.join(".go-version");
        // A stranger's file; and one of ours in a stranger's folder, above the starting folder.
        let at_top = folder == world.root.canonicalize().unwrap();
        for given in [&file, &world.root].into_iter().take(if at_top { 1 } else { 2 }) {
            fs::write(&file, "1.27.3\n").unwrap();
            std::os::unix::fs::chown(given, Some(STRANGER), None).unwrap();
            assert_eq!(chosen(), without, "{}: {}", case.name, given.display());
            let asked = Question { default: "1.24.11", pin: "a stranger's", variables: &[] };
            told.compare(case, world, &home, &user, asked);
            handed = told.handed.get("Stranger").copied().unwrap_or_default();
            fs::remove_file(&file).unwrap();
            std::os::unix::fs::chown(&world.root, Some(0), None).unwrap();
        }
    }
    assert!(told.disagreements.is_empty(), "{}", told.disagreements.join("\n"));
    assert!(handed > cases.len() / 2, "{handed}: {:?}", told.handed);
    ground.clean();
}
