//! Finds the dependency that forces a project's Go version.
//!
//! It runs the chosen toolchain's own `go mod graph`, which writes nothing, and needs a network only for go.mod files
//! that are not in the module cache (`go_question`); `--offline` sets `GOPROXY=off`. To find the newest older version
//! that would suffice, it reads a few older versions of the module; if it cannot, it says so and returns the rest.

use context::Ctx;
use diag::{Class, Diagnose, Diagnosis};
use project::{Demand, Demander, FileName, Floor, ModuleGraph, Origin, Want};
use release::Version;
use store::Toolchain;

use crate::choose::Choice;
use crate::go_question::{About, GO_TIME_MAX, GoQuestionError, asked};

/// For how many modules older versions are read.
const MODULES_MAX: usize = 3;
/// How many older versions of a module are read: each may cost a request.
const OLDER_MAX: usize = 20;

/// The dependency that forces a project's Go version.
#[derive(Debug, Clone)]
pub struct FloorWhy {
    /// Which file says so.
    pub file: FileName,
    /// Where.
    pub origin: Origin,
    /// What it says.
    pub floor: Version,
    /// The highest demand of the modules. `None` where no module needs any.
    pub demand: Option<Demand>,
    /// Whether all modules need less than the file says, so that the line could be lowered at once.
    pub lowerable: bool,
    /// For each module with the highest demand, the newest older version that needs less.
    pub older: Vec<Older>,
    /// What could not be determined.
    pub unknown: Vec<String>,
}

/// An older version of a module that needs less.
#[derive(Debug, Clone)]
pub struct Older {
    /// The module.
    pub module: String,
    /// The version.
    pub version: String,
    /// What that needs; `None` if its go.mod has no line.
    pub needs: Option<Version>,
}

/// Why the floor's origin is unknown.
#[derive(Debug, thiserror::Error)]
pub enum FloorError {
    /// There is no `go` line.
    #[error("find what this folder needs: no go.mod or go.work with a `go` line counts here")]
    NoFloor,
    /// The go command cannot be asked.
    #[error(transparent)]
    Go(#[from] GoQuestionError),
}

impl Diagnose for FloorError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::NoFloor => Class::NotFound.word("no-floor").hint("`goward why` shows what decides here"),
            Self::Go(error) => error.diagnosis(),
        }
    }
}

/// Finds what forces the project's Go version, with the toolchain that was chosen for it.
///
/// # Errors
/// When there is no `go` line, or the go command fails, with its output.
pub fn why_floor(ctx: &Ctx, choice: &Choice, toolchain: &Toolchain) -> Result<FloorWhy, FloorError> {
    let floor = match &choice.decision.want {
        Want::Pinned { floor, .. } => floor.as_ref(),
        Want::AtLeast { floor, .. } => Some(floor),
        Want::Default { .. } | Want::Nothing => None,
    };
    let Some((Floor { file, .. }, go)) = floor.and_then(|floor| Some((floor, floor.go.as_ref()?))) else {
        return Err(FloorError::NoFloor);
    };
    let graph = ask(ctx, toolchain, About::Project, &["mod", "graph"])?;
    let demand = ModuleGraph::parse(&graph).demand(*file == FileName::GoWork);
    let lowerable = demand.as_ref().is_none_or(|demand| demand.needs.go_order(&go.version).is_lt());
    let mut why = FloorWhy {
        file: *file,
        origin: go.origin.clone(),
        floor: go.version.clone(),
        demand,
        lowerable,
        older: Vec::new(),
        unknown: Vec::new(),
    };
    if let Some(demand) = why.demand.clone().filter(|_| !lowerable) {
        for module in demand.modules.iter().filter(|module| module.version.is_some()).take(MODULES_MAX) {
            match older(ctx, toolchain, module, &demand.needs) {
                Ok(Some(older)) => why.older.push(older),
                Ok(None) => why.unknown.push(format!("no older version of {} needs less", module.module)),
                Err(error) => why.unknown.push(format!("older versions of {}: could not {error}", module.module)),
            }
        }
    }
    Ok(why)
}

/// The newest older version of a module that needs less. Ignores replacements in go.mod: it reads the module's own
/// versions.
fn older(ctx: &Ctx, toolchain: &Toolchain, module: &Demander, needs: &Version) -> Result<Option<Older>, FloorError> {
    let Some(current) = &module.version else { return Ok(None) };
    let name = |version: &str| format!("{}@{version}", module.module);
    let versions = ask(
        ctx,
        toolchain,
        About::Modules,
        &["list", "-m", "-versions", "-f", "{{range .Versions}}{{.}} {{end}}", &name(current)],
    )?;
    let before = versions.split_whitespace().take_while(|version| version != current);
    let before: Vec<String> = before.filter(|version| !version.contains('-')).map(name).collect();
    if before.is_empty() {
        return Ok(None);
    }
    let newest = before.iter().rev().take(OLDER_MAX).map(String::as_str);
    let words: Vec<&str> = ["list", "-m", "-f", "{{.Version}} {{.GoVersion}}"].into_iter().chain(newest).collect();
    let lines = ask(ctx, toolchain, About::Modules, &words)?;
    Ok(lines.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let version = words.next()?.to_owned();
        // A go.mod without the line means go 1.16, which is less than every version in question.
        let older = words.next().and_then(|go| go.parse::<Version>().ok());
        let less = older.as_ref().is_none_or(|older| older.go_order(needs).is_lt());
        less.then(|| Older { module: module.module.clone(), version, needs: older })
    }))
}

/// What the go command of a toolchain prints.
fn ask(ctx: &Ctx, toolchain: &Toolchain, about: About, words: &[&str]) -> Result<String, FloorError> {
    Ok(asked(ctx, toolchain, about, words, GO_TIME_MAX)?)
}

impl FloorWhy {
    /// For people, several lines.
    pub fn text(&self) -> String {
        let mut text = format!("{} needs at least {}\n", self.origin, self.floor);
        let verb = if self.file == FileName::GoWork { "work" } else { "mod" };
        let Some(demand) = &self.demand else {
            text.push_str(
                "no dependency needs any; the line is the project's own, and may be lowered to what its code needs\n",
            );
            return text;
        };
        for module in &demand.modules {
            let version = module.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
            text.push_str(&format!("{}{version} needs {}\n", module.module, demand.needs));
            for step in &module.chain {
                text.push_str(&format!("  {step}\n"));
            }
        }
        if self.lowerable {
            text.push_str(&format!(
                "that is less: the line is the project's own, and `go {verb} edit -go={}` would do for its dependencies\n",
                demand.needs
            ));
            return text;
        }
        if demand.needs.go_order(&self.floor).is_gt() {
            text.push_str("that is more than the line: `go mod tidy` raises the line, other commands fail\n");
        }
        text.push_str(&match &demand.without {
            Some((version, by)) => format!("without that, {version} would do, for {by}\n"),
            None => "without that, nothing else needs any\n".to_owned(),
        });
        for older in &self.older {
            let needs = match &older.needs {
                Some(version) => format!("needs {version}"),
                None => "has no `go` line".to_owned(),
            };
            text.push_str(&format!("try: go get {}@{}, which {needs}", older.module, older.version));
            let lowered = older.needs.iter().chain(demand.without.iter().map(|(version, _)| version)).max();
            match lowered.filter(|_| self.older.len() == demand.modules.len()) {
                Some(version) => text.push_str(&format!("; then go {verb} edit -go={version}\n")),
                None => text.push('\n'),
            }
        }
        for unknown in &self.unknown {
            text.push_str(&format!("unknown: {unknown}\n"));
        }
        text
    }
}
