//! What the project says: which go.work or go.mod counts, and its lines.

use release::cut;

use crate::error::ProjectError;
use crate::floor::{self, Floor};
use crate::input::{FileName, FoundFile, Inputs};
use crate::origin::{Origin, Rule};
use crate::reason::{Reason, Verdict};
use crate::setting::{self, Gowork};

/// What the project says.
#[derive(Default)]
pub(crate) struct Requirement {
    /// Whether modules are on at all.
    pub modules_enabled: bool,
    /// The lines that count.
    pub floor: Option<Floor>,
    /// A `toolchain` line that names none: an error where it would have counted.
    pub bad_toolchain: Option<ProjectError>,
    /// Everything that was looked at, in the order in which it counts.
    pub reasons: Vec<Reason>,
}

impl Requirement {
    /// Finds the file that counts, as `modGoToolchain` of the go command does, and reads its lines.
    pub fn find(inputs: &Inputs) -> Result<Requirement, ProjectError> {
        let mut requirement = Requirement::default();
        let go_mod = inputs.files(FileName::GoMod).next();
        // The go command looks no further when it finds one right in that folder.
        let in_temp = go_mod.is_some_and(|(folder, _)| inputs.temp_folder.as_ref() == Some(&folder.path));
        let go_mod = go_mod.map(|(_, file)| file);

        requirement.modules(inputs.go111module.as_deref(), go_mod.is_some() && !in_temp);
        if !requirement.modules_enabled {
            for file in inputs.files(FileName::GoWork).map(|(_, file)| file).chain(go_mod) {
                requirement.tell_whole(file, Verdict::Ignored("modules are off".to_owned()));
            }
            return Ok(requirement);
        }
        let go_work = requirement.go_work(inputs)?;
        match (go_work, go_mod) {
            (Some(work), Some(other)) => {
                requirement.lines(work)?;
                requirement.tell_whole(other, Verdict::OverruledBy(work.path.clone()));
            }
            (Some(work), None) => requirement.lines(work)?,
            (None, Some(other)) if in_temp => {
                let why = "it stands right in the folder for temporary files";
                requirement.tell_whole(other, Verdict::Ignored(why.to_owned()));
            }
            (None, Some(file)) => requirement.lines(file)?,
            (None, None) => requirement.tell(Origin::of_rule(Rule::GoModFile), None, Verdict::NotThere),
        }
        Ok(requirement)
    }

    /// Says of the suggestion, if there is one, that it does not count.
    pub fn overrule_suggestion(&mut self, by: &str) {
        for reason in self.reasons.iter_mut().filter(|reason| reason.verdict == Verdict::Suggested) {
            reason.verdict = Verdict::OverruledBy(by.to_owned());
        }
        if let Some(ProjectError::ToolchainLine { origin, name, .. }) = self.bad_toolchain.take() {
            self.tell(origin, Some(&name), Verdict::OverruledBy(by.to_owned()));
        }
    }

    /// Leaves the `go` line alone to count.
    pub fn drop_suggestion(&mut self) {
        self.floor = self.floor.take().filter(|floor| floor.go.is_some());
        if let Some(floor) = &mut self.floor {
            floor.toolchain = None;
        }
    }

    fn modules(&mut self, setting: Option<&str>, go_mod_found: bool) {
        let setting = setting.filter(|text| !text.is_empty());
        self.modules_enabled = setting::modules_enabled(setting, go_mod_found);
        if let Some(text) = setting {
            let verdict = match self.modules_enabled {
                true => Verdict::Ignored("modules are on".to_owned()),
                false => Verdict::Chosen,
            };
            self.tell(Origin::of_rule(Rule::Go111module), Some(text), verdict);
        }
    }

    /// The go.work that counts.
    fn go_work<'a>(&mut self, inputs: &'a Inputs) -> Result<Option<&'a FoundFile>, ProjectError> {
        let setting = inputs.gowork.as_deref().filter(|text| !text.is_empty());
        let mode = setting::gowork(setting)?;
        let found = match mode {
            Gowork::Search => inputs.files(FileName::GoWork).next().map(|(_, file)| file),
            Gowork::Off => None,
            Gowork::File => inputs.gowork_file.as_ref(),
        };
        let verdict = match (&mode, found) {
            (Gowork::Search, _) => Verdict::Ignored("it leaves go.work to be looked for".to_owned()),
            (Gowork::Off, _) | (Gowork::File, Some(_)) => Verdict::Chosen,
            // `go work init` is run with the name of a file that is yet to be written.
            (Gowork::File, None) => Verdict::NotThere,
        };
        if let Some(text) = setting {
            self.tell(Origin::of_rule(Rule::Gowork), Some(text), verdict);
        }
        if found.is_none() && mode == Gowork::Search {
            self.tell(Origin::of_rule(Rule::GoWorkFile), None, Verdict::NotThere);
        }
        let by = if mode == Gowork::Search { "a nearer go.work" } else { Rule::Gowork.as_str() };
        for (_, file) in inputs.files(FileName::GoWork) {
            if found.is_none_or(|found| found.path != file.path) {
                self.tell_whole(file, Verdict::OverruledBy(by.to_owned()));
            }
        }
        Ok(found)
    }

    /// The lines of the file that counts.
    fn lines(&mut self, file: &FoundFile) -> Result<(), ProjectError> {
        let read = floor::read(file)?;
        if let Some(go) = read.floor.as_ref().and_then(|floor| floor.go.as_ref()) {
            self.tell(go.origin.clone(), Some(go.version.as_str()), Verdict::Floor);
        }
        if let Some((origin, text)) = read.odd_go {
            let verdict = Verdict::Ignored("it is no Go version, which the go command will say itself".to_owned());
            self.tell(origin, Some(&text), verdict);
        } else if read.floor.is_none() && read.bad_toolchain.is_none() {
            self.tell_whole(file, Verdict::Ignored("it has neither a go line nor a toolchain line".to_owned()));
        }
        if let Some(line) = read.floor.as_ref().and_then(|floor| floor.toolchain.as_ref()) {
            let verdict = if line.version.is_some() { Verdict::Suggested } else { Verdict::KeepsBase };
            self.tell(line.origin.clone(), Some(&line.name), verdict);
        }
        self.floor = read.floor;
        self.bad_toolchain = read.bad_toolchain;
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
