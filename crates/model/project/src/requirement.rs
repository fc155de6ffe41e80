//! Finds the go.work or go.mod that counts, and reads its lines.

use std::path::Path;

use release::{Request, cut};
use serde::Serialize;

use crate::error::ProjectError;
use crate::file_name::FileName;
use crate::floor::{self, Floor};
use crate::input::{FoundFile, Inputs};
use crate::origin::{Origin, Rule};
use crate::reason::{Reason, Verdict};
use crate::setting::{self, Gowork};

/// What decides whether the go command works with modules here, or with GOPATH alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ModuleMode {
    /// Whether modules are on, since Go 1.16.
    pub is_enabled: bool,
    /// `GO111MODULE`, if it is set, cut and escaped for printing.
    pub setting: Option<String>,
    /// The go.work or go.mod that counts, or would if modules were on.
    pub file: Option<String>,
}

/// The requirement of a project.
#[derive(Default)]
pub(crate) struct Requirement {
    /// Whether modules are on at all.
    pub modules_enabled: bool,
    /// The same with its reasons, for people.
    pub mode: ModuleMode,
    /// The lines that count.
    pub floor: Option<Floor>,
    /// A line that names no toolchain, or a `GOWORK` that names no file: an error if it would have counted.
    pub bad: Option<ProjectError>,
    /// Everything that was read, in the order in which it counts.
    pub reasons: Vec<Reason>,
}

impl Requirement {
    /// Finds the file that counts, as `modGoToolchain` of the go command does, and reads its lines.
    pub fn find(inputs: &Inputs) -> Result<Requirement, ProjectError> {
        let mut requirement = Requirement::default();
        let go_mod = inputs.files(FileName::GoMod).next();
        // The go command ends its search when it finds one directly in that folder. As paths, since
        // the setting often ends with a separator.
        let temp = inputs.temp_folder.as_deref().filter(|path| !path.is_empty()).map(Path::new);
        let in_temp = go_mod.is_some_and(|(folder, _)| temp == Some(Path::new(&folder.path)));
        let go_mod = go_mod.map(|(_, file)| file);

        let gowork = inputs.gowork.as_deref().filter(|text| !text.is_empty());
        let mode = setting::gowork(gowork);
        // Up to Go 1.24 at least a go.work alone was not enough for GO111MODULE=auto.
        let has_work = match &mode {
            Ok(Gowork::Search) => inputs.files(FileName::GoWork).next().is_some(),
            Ok(Gowork::Off) => false,
            // Does not check whether there is such a file.
            Ok(Gowork::File) | Err(_) => true,
        };
        requirement.modules(inputs.go111module.as_deref(), go_mod.is_some() && !in_temp || has_work);
        let nearest_work = || inputs.files(FileName::GoWork).next().map(|(_, file)| file);
        if !requirement.modules_enabled {
            let would_count = nearest_work().or(go_mod.filter(|_| !in_temp));
            requirement.mode.file = would_count.map(|file| file.path.clone());
            for file in inputs.files(FileName::GoWork).map(|(_, file)| file).chain(go_mod) {
                requirement.tell_whole(file, Verdict::Ignored("modules are off".to_owned()));
            }
            return Ok(requirement);
        }
        let go_work = match mode {
            Ok(mode) => requirement.go_work(inputs, gowork, &mode),
            Err(error) => {
                requirement.bad = Some(error);
                return Ok(requirement);
            }
        };
        requirement.mode.file = go_work.or(go_mod.filter(|_| !in_temp)).map(|file| file.path.clone());
        match (go_work, go_mod) {
            (Some(work), Some(other)) => {
                requirement.lines(work)?;
                requirement.tell_whole(other, Verdict::OverruledBy(work.path.clone()));
            }
            (Some(work), None) => requirement.lines(work)?,
            (None, Some(other)) if in_temp => {
                let why = "it is directly in the folder for temporary files";
                requirement.tell_whole(other, Verdict::Ignored(why.to_owned()));
            }
            (None, Some(file)) => requirement.lines(file)?,
            (None, None) => requirement.tell(Origin::of_rule(Rule::GoModFile), None, Verdict::NotThere),
        }
        Ok(requirement)
    }

    /// Records that the suggestion, if there is one, does not count.
    pub fn overrule_suggestion(&mut self, by: &str) {
        for reason in self.reasons.iter_mut().filter(|reason| reason.verdict == Verdict::Suggested) {
            reason.verdict = Verdict::OverruledBy(by.to_owned());
        }
        let (origin, value) = match self.bad.take() {
            Some(ProjectError::ToolchainLine { origin, name, .. }) => (origin, name),
            // It is quoted already, for the error.
            Some(ProjectError::Gowork { shown }) => (Origin::of_rule(Rule::Gowork), shown.trim_matches('`').to_owned()),
            _ => return,
        };
        // A well-formed line without effect has been reported already.
        if self.reasons.iter().all(|reason| reason.origin != origin) {
            self.tell(origin, Some(&value), Verdict::OverruledBy(by.to_owned()));
        }
    }

    /// The `toolchain` line as a request for exactly that version. `None` if there is no such line, or it names a
    /// language version or keeps the base: then it has its usual meaning.
    pub fn exact_toolchain(&self) -> Option<(Request, Origin)> {
        let line = self.floor.as_ref()?.toolchain.as_ref()?;
        let version = line.version.as_ref().filter(|version| !version.is_language())?;
        Some((Request::Exact(version.released_as()), line.origin.clone()))
    }

    /// Records that the suggestion decides.
    pub fn choose_suggestion(&mut self) {
        for reason in self.reasons.iter_mut().filter(|reason| reason.verdict == Verdict::Suggested) {
            reason.verdict = Verdict::Chosen;
        }
    }

    /// Drops the suggestion, so that only the `go` line counts.
    pub fn drop_suggestion(&mut self) {
        self.floor = self.floor.take().filter(|floor| floor.go.is_some());
        if let Some(floor) = &mut self.floor {
            floor.toolchain = None;
        }
    }

    fn modules(&mut self, setting: Option<&str>, file_found: bool) {
        let setting = setting.filter(|text| !text.is_empty());
        self.modules_enabled = setting::modules_enabled(setting, file_found);
        self.mode = ModuleMode { is_enabled: self.modules_enabled, setting: setting.map(cut), file: None };
        if let Some(text) = setting {
            let verdict = match self.modules_enabled {
                true => Verdict::Ignored("modules are on".to_owned()),
                false => Verdict::Chosen,
            };
            self.tell(Origin::of_rule(Rule::Go111module), Some(text), verdict);
        }
    }

    /// The go.work that counts.
    fn go_work<'a>(&mut self, inputs: &'a Inputs, setting: Option<&str>, mode: &Gowork) -> Option<&'a FoundFile> {
        let found = match mode {
            Gowork::Search => inputs.files(FileName::GoWork).next().map(|(_, file)| file),
            Gowork::Off => None,
            Gowork::File => inputs.gowork_file.as_ref(),
        };
        let verdict = match (mode, found) {
            (Gowork::Search, _) => Verdict::Ignored("it leaves go.work to be looked for".to_owned()),
            (Gowork::Off, _) | (Gowork::File, Some(_)) => Verdict::Chosen,
            // `go work init` runs with the name of a file that does not exist yet.
            (Gowork::File, None) => Verdict::NotThere,
        };
        if let Some(text) = setting {
            self.tell(Origin::of_rule(Rule::Gowork), Some(text), verdict);
        }
        if found.is_none() && *mode == Gowork::Search {
            self.tell(Origin::of_rule(Rule::GoWorkFile), None, Verdict::NotThere);
        }
        let by = if *mode == Gowork::Search { "a nearer go.work" } else { Rule::Gowork.as_str() };
        for (_, file) in inputs.files(FileName::GoWork) {
            if found.is_none_or(|found| found.path != file.path) {
                self.tell_whole(file, Verdict::OverruledBy(by.to_owned()));
            }
        }
        found
    }

    /// The lines of the file that counts.
    fn lines(&mut self, file: &FoundFile) -> Result<(), ProjectError> {
        let read = floor::read(file)?;
        if let Some(go) = read.floor.as_ref().and_then(|floor| floor.go.as_ref()) {
            self.tell(go.origin.clone(), Some(go.version.as_str()), Verdict::Floor);
        }
        if let Some((origin, text)) = read.odd_go {
            let verdict = Verdict::Ignored("it is not a Go version, which the go command reports itself".to_owned());
            self.tell(origin, Some(&text), verdict);
        } else if read.floor.is_none() && read.bad.is_none() {
            self.tell_whole(file, Verdict::Ignored("it has neither a go line nor a toolchain line".to_owned()));
        }
        if let Some(line) = read.floor.as_ref().and_then(|floor| floor.toolchain.as_ref()) {
            let verdict = if line.version.is_some() { Verdict::Suggested } else { Verdict::KeepsBase };
            self.tell(line.origin.clone(), Some(&line.name), verdict);
        }
        self.floor = read.floor;
        self.bad = read.bad;
        Ok(())
    }

    fn tell(&mut self, origin: Origin, value: Option<&str>, verdict: Verdict) {
        self.reasons.push(Reason { origin, value: value.map(cut), verdict });
    }

    fn tell_whole(&mut self, file: &FoundFile, verdict: Verdict) {
        let origin = Origin::of_file(file.name.file_rule(), &file.path);
        self.reasons.push(Reason { origin, value: None, verdict });
    }
}
