//! Conformance: compares the choices of real go commands with the model's.
//!
//! The worlds of `cases.txt` and some hundred generated ones are made on disk, and four go commands run in each,
//! without a network and without any other toolchain: their error message names the toolchain to which they would
//! switch. The hand-written ones run once more with programs of those names on the path, which shows that the message
//! was right. The model decides on the same files with that go command's release as the default. The two must agree,
//! except for `differences.rs`.
//!
//! `answers.txt` has the go commands' answers for the hand-written worlds, so that the suite can check the model on a
//! machine without them. `CONFORMANCE_RECORD=1` rewrites that file; `CONFORMANCE_GENERATED` and `CONFORMANCE_SEED`
//! select other generated worlds, and more of them.
#![cfg(unix)] // its worlds have links, and its go commands come through the machine's pip
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "makes worlds on disk, starts go commands and tells what it counted"
)]

mod case;
mod differences;
mod generate;
mod model;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use case::Case;
use differences::DIFFERENCES;
use world::{Answer, Ground, World};

/// The go commands: the oldest with toolchain selection, the newest, and two between.
const VERSIONS: [&str; 4] = ["1.21.13", "1.22.10", "1.24.11", "1.27.3"];

/// Generated worlds.
const GENERATED: usize = 400;

const CASES: &str = include_str!("cases.txt");
const ANSWERS: &str = include_str!("answers.txt");

/// One go command in one world.
struct Asked {
    case: usize,
    version: usize,
    answer: Answer,
}

#[test]
fn the_go_commands_choose_what_the_model_chooses() {
    let goroots: Vec<(usize, PathBuf)> = VERSIONS
        .iter()
        .enumerate()
        .filter_map(|(index, version)| match testkit::real::toolchain(version) {
            Ok(goroot) => Some((index, goroot)),
            Err(why) => {
                eprintln!("skipped: go{version}: {why}");
                None
            }
        })
        .collect();
    let mut cases = case::read(CASES);
    let hand_written = cases.len();
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
    let count = number("CONFORMANCE_GENERATED").map_or(GENERATED, |count| count as usize);
    cases.extend(generate::cases(count, number("CONFORMANCE_SEED").unwrap_or(generate::SEED)));

    let ground = Ground::new("conformance");
    let worlds: Vec<World> = cases.iter().enumerate().map(|(index, case)| ground.make(case, index)).collect();
    let work: Vec<(usize, usize, &Path)> = (0..cases.len())
        .flat_map(|case| goroots.iter().map(move |(version, goroot)| (case, *version, goroot.as_path())))
        .collect();
    let asked = in_parallel(&work, |&(case, version, goroot)| {
        let answer = worlds[case].ask(&cases[case], goroot, VERSIONS[version])?;
        Ok(Asked { case, version, answer })
    });

    let mut told = Tally::default();
    for Asked { case, version, answer } in &asked {
        told.compare(&cases[*case], &worlds[*case], VERSIONS[*version], answer);
    }
    check_programs(&ground, &cases[..hand_written], &worlds, &asked, &goroots);
    if std::env::var_os("CONFORMANCE_RECORD").is_some() && goroots.len() == VERSIONS.len() {
        record(&cases[..hand_written], &asked);
    } else {
        check_record(&cases, hand_written, &asked);
    }
    told.finish(&format!("{} cases ({hand_written} hand-written), {} go commands", cases.len(), asked.len()));
    if goroots.len() == VERSIONS.len() {
        let idle = DIFFERENCES.iter().filter(|rule| !told.known.contains_key(rule.name));
        assert_eq!(idle.map(|rule| rule.name).collect::<Vec<_>>(), [""; 0], "no case needs these rules");
    }
    ground.clean();
}

#[test]
fn the_model_chooses_what_the_go_commands_were_recorded_to_choose() {
    let cases = case::read(CASES);
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "names are given once");
    let record = recorded();
    assert_eq!(record.keys().copied().collect::<BTreeSet<_>>(), names, "run with CONFORMANCE_RECORD=1");

    let ground = Ground::new("conformance-recorded");
    let mut told = Tally::default();
    for (index, case) in cases.iter().enumerate() {
        let world = ground.make(case, index);
        for (version, answer) in VERSIONS.iter().zip(&record[case.name.as_str()]) {
            let answer = match *answer {
                "local" => Answer::Local,
                "refused" => Answer::Refused,
                name => Answer::Named(case::string(name)),
            };
            told.compare(case, &world, version, &answer);
        }
    }
    told.finish(&format!("{} hand-written cases, {} kept answers", cases.len(), cases.len() * VERSIONS.len()));
    ground.clean();
}

#[test]
fn what_strangers_own_counts_as_for_the_go_command_and_what_they_pin_counts_for_nothing() {
    let cases = case::read(CASES);
    let ground = Ground::new("conformance-strangers");
    for (index, case) in cases.iter().enumerate() {
        let world = ground.make(case, index);
        for version in VERSIONS {
            let (alone, among) =
                (model::answer(case, &world, version), model::answer_among_strangers(case, &world, version));
            assert_eq!(alone, among, "go{version}: {}", case.line());
        }
    }
    ground.clean();
}

/// The results of the comparisons.
#[derive(Default)]
struct Tally {
    not_modelled: BTreeSet<String>,
    known: BTreeMap<&'static str, usize>,
    disagreements: Vec<String>,
}

impl Tally {
    fn compare(&mut self, case: &Case, world: &World, version: &str, theirs: &Answer) {
        if case.not_modelled.is_some() {
            self.not_modelled.insert(case.name.clone());
            return;
        }
        let ours = model::answer(case, world, version);
        if ours == *theirs {
            return;
        }
        match differences::known(case, version, &ours, theirs) {
            Some(rule) => *self.known.entry(rule.name).or_default() += 1,
            None => {
                let line = case.line();
                self.disagreements.push(format!("go{version}: {theirs}, model: {ours}: {line}"));
            }
        }
    }

    fn finish(&self, compared: &str) {
        for rule in DIFFERENCES {
            if let Some(count) = self.known.get(rule.name) {
                eprintln!("  {count} x {} ({}): {}", rule.name, rule.versions.join(" "), rule.why);
            }
        }
        eprintln!("  {} cases not modelled", self.not_modelled.len());
        let known: usize = self.known.values().sum();
        let count = self.disagreements.len();
        eprintln!("conformance: {compared}, {known} documented differences, {count} disagreements");
        assert!(self.disagreements.is_empty(), "\n{}", self.disagreements.join("\n"));
    }
}

/// Runs the newest go command again, with programs of the chosen names on its path.
fn check_programs(ground: &Ground, cases: &[Case], worlds: &[World], asked: &[Asked], goroots: &[(usize, PathBuf)]) {
    let Some((newest, goroot)) = goroots.last() else { return };
    let plain = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_ ".contains(&byte)) && name.len() < 128
    };
    let chosen = |asked: &Asked| match &asked.answer {
        Answer::Named(name) if asked.version == *newest && asked.case < cases.len() && plain(name) => {
            Some((asked.case, name.clone()))
        }
        _ => None,
    };
    let work: Vec<(usize, String)> = asked.iter().filter_map(chosen).collect();
    // All before the first is run: a file that is open for writing cannot be executed.
    for name in work.iter().map(|(_, name)| name).collect::<BTreeSet<_>>() {
        ground.offer_program(name);
    }
    let ran = in_parallel(&work, |(case, name)| {
        Ok((*case, name.clone(), worlds[*case].ask_with_programs(&cases[*case], goroot, VERSIONS[*newest])))
    });
    for (case, name, program) in &ran {
        assert_eq!(name, program, "{}", cases[*case].name);
    }
    eprintln!("  {} choices confirmed by running a program of that name", ran.len());
}

fn recorded() -> BTreeMap<&'static str, Vec<&'static str>> {
    let lines = ANSWERS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let rows = lines.map(|line| {
        let mut fields = line.split(" | ");
        let name = fields.next().expect("a split has a first part");
        let answers: Vec<&str> = fields.collect();
        let answers = if let [one] = answers[..] { vec![one; VERSIONS.len()] } else { answers };
        assert_eq!(answers.len(), VERSIONS.len(), "{line}");
        (name, answers)
    });
    rows.collect()
}

fn check_record(cases: &[Case], hand_written: usize, asked: &[Asked]) {
    let record = recorded();
    for asked in asked.iter().filter(|asked| asked.case < hand_written) {
        let name = cases[asked.case].name.as_str();
        let kept = record.get(name).unwrap_or_else(|| panic!("{name}: run with CONFORMANCE_RECORD=1"));
        let version = VERSIONS[asked.version];
        assert_eq!(asked.answer.to_string(), kept[asked.version], "go{version} says otherwise than recorded: {name}");
    }
}

fn record(cases: &[Case], asked: &[Asked]) {
    let mut text = format!(
        "# What go {} chose in the worlds of cases.txt; one answer where all say the same.\n\
         # Written by the suite with CONFORMANCE_RECORD=1, never by hand.\n\n",
        VERSIONS.join(", ")
    );
    for (index, case) in cases.iter().enumerate() {
        let answers = asked.iter().filter(|asked| asked.case == index).map(|asked| asked.answer.to_string());
        let mut answers: Vec<String> = answers.collect();
        if answers.iter().all(|answer| *answer == answers[0]) {
            answers.truncate(1);
        }
        text.push_str(&format!("{} | {}\n", case.name, answers.join(" | ")));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/answers.txt");
    std::fs::write(path, text).expect("the suite's own file");
}

/// Runs the work on all processors, and returns the results in order.
fn in_parallel<W: Sync, R: Send>(work: &[W], each: impl Fn(&W) -> Result<R, String> + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<R, String>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = work.get(index) else { break };
                    let result = each(item);
                    done.lock().expect("nothing panics while it is held").push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("every thread has ended");
    done.sort_by_key(|(index, _)| *index);
    let (good, bad): (Vec<_>, Vec<_>) = done.into_iter().map(|(_, result)| result).partition(Result::is_ok);
    let faults: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
    assert!(faults.is_empty(), "{} answers were not understood:\n{}", faults.len(), faults.join("\n"));
    good.into_iter().filter_map(Result::ok).collect()
}
