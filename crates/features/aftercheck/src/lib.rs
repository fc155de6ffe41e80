//! Proves a project after a rollback, in its own folder and with the Go that now runs there.
//!
//! Three rows: *source* (`go mod verify`: the modules are those of go.sum), *topology* (the module graph equals a
//! recorded one), *behaviour* (`go test`). Each runs as `goward run -- go …` would start it, ends within what is left of
//! one bound for all, and the later ones run also if an earlier one fails. It changes nothing of goward's: what came of
//! it is a value, and a proof that fails undoes nothing.
//!
//! Tested by `bins/goward/tests/it/going_back.rs`.

use std::ffi::OsString;
use std::time::Duration;

use context::Ctx;
use graph::ModuleGraph;
use release::ToolchainId;
use resolve::Choice;
use store::Toolchain;

/// The most bytes of a program's output that are kept of each stream.
const OUTPUT_BYTES_MAX: u64 = 8 << 20;
/// How many lines of a failure are kept: its last ones.
const LINES_MAX: usize = 12;

/// What to prove.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The tests, as `go test -run` has them; none for all.
    pub tests: Option<String>,
    /// The packages to test.
    pub packages: Vec<String>,
    /// The recorded graph; without one there is no topology to prove.
    pub baseline: Option<Baseline>,
    /// How long all of it may take.
    pub time_max: Duration,
}

/// A recorded graph.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// Where it comes from, for messages.
    pub name: String,
    /// The graph, or why it cannot be read.
    pub graph: Result<ModuleGraph, String>,
}

/// What a row looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The modules' contents.
    Source,
    /// The module graph.
    Topology,
    /// The tests.
    Behaviour,
}

impl Kind {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Source => "source",
            Kind::Topology => "topology",
            Kind::Behaviour => "behaviour",
        }
    }
}

/// What came of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Passed,
    /// It does not hold, or could not be found out.
    Failed,
    /// There was nothing to compare or to run.
    LeftOut,
}

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// What it looks at.
    pub kind: Kind,
    /// What came of it.
    pub verdict: Verdict,
    /// The command that answered, with its arguments.
    pub command: Vec<String>,
    /// How long it took.
    pub took: Duration,
    /// What it said: lines, the last ones of a failure.
    pub message: Vec<String>,
}

/// What came of the proof.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The toolchain that it ran with; none if none could be chosen.
    pub toolchain: Option<ToolchainId>,
    /// Source, topology, behaviour.
    pub rows: Vec<Row>,
    /// How long it took.
    pub took: Duration,
}

impl Proof {
    /// Whether nothing failed.
    pub fn passed(&self) -> bool {
        self.rows.iter().all(|row| row.verdict != Verdict::Failed)
    }
}

/// Proves the project in the working folder. What cannot be found out has failed.
pub fn prove(ctx: &Ctx, wanted: &Wanted) -> Proof {
    let clock = ctx.sys.clock();
    let start = clock.moment();
    let chosen = resolve::choose(ctx, None).map_err(|error| diag::error_chain(&error)).and_then(|choice| {
        let missing = || format!("`{}` is not installed", choice.request);
        choice.toolchain.clone().ok_or_else(missing).map(|toolchain| (toolchain, choice))
    });
    let (toolchain, choice) = match chosen {
        Ok(chosen) => chosen,
        Err(reason) => {
            let row =
                |kind| row(kind, Verdict::Failed, Vec::new(), vec![format!("no Go can be chosen here: {reason}")]);
            let rows = [Kind::Source, Kind::Topology, Kind::Behaviour].map(row).to_vec();
            return Proof { toolchain: None, rows, took: clock.since(start) };
        }
    };
    let left = || wanted.time_max.saturating_sub(clock.since(start));
    let timed = |run: &dyn Fn() -> Row| {
        let begun = clock.moment();
        let row = run();
        Row { took: clock.since(begun), ..row }
    };
    let project = Project { ctx, toolchain: &toolchain, choice: &choice };
    let rows = vec![
        timed(&|| project.source(left())),
        timed(&|| project.topology(wanted.baseline.as_ref(), left())),
        timed(&|| project.behaviour(wanted, left())),
    ];
    Proof { toolchain: Some(toolchain.id.clone()), rows, took: clock.since(start) }
}

/// The project in the working folder, and the Go that runs there.
struct Project<'a> {
    ctx: &'a Ctx,
    toolchain: &'a Toolchain,
    choice: &'a Choice,
}

/// How a command ended, with the lines that it wrote.
struct Said {
    passed: bool,
    lines: Vec<String>,
}

impl Project<'_> {
    fn source(&self, time_max: Duration) -> Row {
        let words = words(&["go", "mod", "verify"]);
        let said = self.said(&words, time_max);
        row(Kind::Source, if said.passed { Verdict::Passed } else { Verdict::Failed }, words, last(said.lines))
    }

    fn topology(&self, baseline: Option<&Baseline>, time_max: Duration) -> Row {
        let done = |verdict, message: Vec<String>| row(Kind::Topology, verdict, Vec::new(), message);
        let Some(Baseline { name, graph }) = baseline else {
            return done(Verdict::LeftOut, vec!["no `--baseline` was given".to_owned()]);
        };
        let before = match graph {
            Ok(graph) => graph,
            Err(reason) => return done(Verdict::Failed, vec![reason.clone()]),
        };
        let now = graph::read(self.ctx, self.ctx.sys.env().folder(), self.toolchain, Some(time_max));
        let now = match now {
            Ok(now) => now,
            Err(error) => return done(Verdict::Failed, vec![format!("could not {}", diag::error_chain(&error))]),
        };
        let difference = graph::diff(before, &now);
        if difference.is_nothing() {
            return done(Verdict::Passed, vec![format!("{} modules, as in {name}", now.modules.len())]);
        }
        let mut message = vec![format!(
            "it differs from {name}: {} modules added, {} removed, {} moved; {} edges added, {} removed",
            difference.added.len(),
            difference.removed.len(),
            difference.moved.len(),
            difference.edges_added.len(),
            difference.edges_removed.len()
        )];
        message.extend(difference.added.iter().map(|module| format!("+ {}", module.name())));
        message.extend(difference.removed.iter().map(|module| format!("- {}", module.name())));
        message
            .extend(difference.moved.iter().map(|one| format!("! {}: {}", one.before.path, one.changes().join(", "))));
        message.truncate(LINES_MAX);
        done(Verdict::Failed, message)
    }

    fn behaviour(&self, wanted: &Wanted, time_max: Duration) -> Row {
        let mut command = words(&["go", "test"]);
        command.extend(wanted.tests.iter().flat_map(|pattern| ["-run".to_owned(), pattern.clone()]));
        command.push("-count=1".to_owned());
        command.extend(wanted.packages.iter().cloned());
        let said = self.said(&command, time_max);
        let verdict = match (said.passed, has_run_a_test(&said.lines)) {
            (false, _) => Verdict::Failed,
            (true, true) => Verdict::Passed,
            // The pattern was meant to find something.
            (true, false) if wanted.tests.is_some() => Verdict::Failed,
            (true, false) => Verdict::LeftOut,
        };
        let lines = match verdict {
            Verdict::Passed => Vec::new(),
            Verdict::Failed if said.passed => vec!["no test has this name".to_owned()],
            Verdict::Failed => last(said.lines),
            Verdict::LeftOut => vec!["there is no test".to_owned()],
        };
        row(Kind::Behaviour, verdict, command, lines)
    }

    /// Runs a command of the toolchain as `goward run` would.
    fn said(&self, words: &[String], time_max: Duration) -> Said {
        let failed = |reason: String| Said { passed: false, lines: vec![reason] };
        if time_max.is_zero() {
            return failed("no time was left for it".to_owned());
        }
        let os: Vec<OsString> = words.iter().map(OsString::from).collect();
        let launch = match resolve::launch(self.ctx, self.toolchain.clone(), Some(self.choice), &os) {
            Ok(launch) => launch,
            Err(error) => return failed(format!("could not {}", diag::error_chain(&error))),
        };
        let interrupt = self.ctx.sys.interrupt();
        let ended = self.ctx.sys.process().capture_users(&launch.command, OUTPUT_BYTES_MAX, time_max, interrupt);
        match ended {
            Err(error) => failed(error.to_string()),
            Ok(ended) if ended.timed_out => failed(format!("it did not end within {} s", time_max.as_secs())),
            Ok(ended) => {
                let text = [&ended.stdout[..], b"\n", &ended.stderr[..]].concat();
                let lines = String::from_utf8_lossy(&text).lines().map(diag::shown_line).collect::<Vec<_>>();
                let lines = lines.into_iter().filter(|line| !line.trim().is_empty()).collect();
                Said { passed: ended.code == Some(0), lines }
            }
        }
    }
}

/// Whether a package with a test was run, by what `go test` prints: a line that begins with `ok`. With `-json` in GOFLAGS its lines
/// are objects, and its exit status alone counts.
fn has_run_a_test(lines: &[String]) -> bool {
    let is_ok = |line: &String| line.starts_with("ok ") && !line.contains("[no tests to run]");
    lines.iter().any(is_ok) || lines.first().is_some_and(|line| line.starts_with('{'))
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn row(kind: Kind, verdict: Verdict, command: Vec<String>, message: Vec<String>) -> Row {
    Row { kind, verdict, command, took: Duration::ZERO, message }
}

fn last(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(LINES_MAX);
    lines.drain(..more);
    lines
}
