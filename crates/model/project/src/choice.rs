//! The explicit choices: the pin, and the base if there is none.

use std::path::Path;

use release::{Request, Version, cut};
use serde::Serialize;

use crate::error::ProjectError;
use crate::file_name::{FileName, PinKind};
use crate::input::{FoundFile, Inputs};
use crate::origin::{Origin, Rule};
use crate::owner::Stranger;
use crate::pin_file::{self, PinValue};
use crate::reason::{Reason, Verdict};
use crate::requirement::Requirement;
use crate::setting::{self, Gotoolchain};

/// A request and where it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Base {
    /// What is asked for.
    pub request: Request,
    /// Where.
    pub origin: Origin,
}

/// The pin and the base, if there are any.
#[derive(Default)]
pub(crate) struct Choice {
    /// What decides.
    pub pin: Option<Base>,
    /// The version to take if nothing decides and nothing newer is needed.
    pub base: Option<Base>,
    /// A base that can only be raised: its version, and why it cannot be taken.
    pub bad_base: Option<(Version, ProjectError)>,
    /// `GOTOOLCHAIN=local`: nothing raises the base.
    pub local: bool,
    /// The values of `mod` and `mod-min`.
    module: ModuleWords,
    /// The origin of `system`, which says that nothing pins, whatever comes after it.
    pub no_pin: Option<Origin>,
    /// Another user's file, which would otherwise have decided.
    pub stranger: Option<Reason>,
    /// Everything that was read, in the order in which it counts.
    pub reasons: Vec<Reason>,
}

impl Choice {
    /// Reads the choices in the order in which they count. Only the deciding one has to be readable.
    pub fn find(inputs: &Inputs, requirement: &Requirement) -> Result<Choice, ProjectError> {
        let modules_enabled = requirement.modules_enabled;
        let mut choice = Choice { module: ModuleWords::of(requirement), ..Choice::default() };
        choice.offer_text(Rule::Argument, inputs.argument.as_deref())?;
        choice.offer_text(Rule::GowardVersion, inputs.goward_version.as_deref())?;
        choice.gotoolchain(inputs.gotoolchain.as_deref(), modules_enabled)?;
        choice.tool_variables(inputs)?;
        choice.pin_files(inputs)?;
        choice.default_pin(inputs)?;
        Ok(choice)
    }

    /// Records that the base was taken.
    pub fn say_chosen(&mut self, chosen: &Origin) {
        let reasons = self.reasons.iter_mut();
        for reason in reasons.filter(|reason| reason.origin == *chosen && reason.verdict == Verdict::Base) {
            reason.verdict = Verdict::Chosen;
        }
    }

    /// Records that another version was taken in place of the base.
    pub fn overrule_base(&mut self, base: &Origin, by: &Origin) {
        let reasons = self.reasons.iter_mut();
        for reason in reasons.filter(|reason| reason.origin == *base && reason.verdict == Verdict::Base) {
            reason.verdict = Verdict::OverruledBy(by.to_string());
        }
    }

    fn offer_text(&mut self, rule: Rule, text: Option<&str>) -> Result<(), ProjectError> {
        match text.filter(|text| !text.is_empty()) {
            Some(text) => self.offer(Origin::of_rule(rule), text, text),
            None => {
                self.tell(Origin::of_rule(rule), None, Verdict::NotThere);
                Ok(())
            }
        }
    }

    /// Takes a pin, unless there is one already.
    fn offer(&mut self, origin: Origin, text: &str, asked: &str) -> Result<(), ProjectError> {
        let verdict = match self.settled() {
            Some(overruled) => overruled,
            None => {
                let request = match self.module.request(asked, &origin) {
                    Some(request) => request?,
                    None => request(asked, &origin)?,
                };
                self.pin = Some(Base { request, origin: origin.clone() });
                Verdict::Chosen
            }
        };
        self.tell(origin, Some(text), verdict);
        Ok(())
    }

    /// Takes the value of another tool's file or variable, unless a choice has been made.
    fn offer_value(&mut self, origin: Origin, text: &str, value: PinValue) -> Result<(), ProjectError> {
        if self.settled().is_none() {
            // `GOTOOLCHAIN` only set the base, which a pin replaces.
            for reason in self.reasons.iter_mut().filter(|reason| reason.origin.rule == Rule::Gotoolchain) {
                if matches!((&reason.verdict, &value), (Verdict::Base | Verdict::KeepsBase, PinValue::Request(_))) {
                    reason.verdict = Verdict::OverruledBy(origin.to_string());
                }
            }
        }
        match value {
            PinValue::Request(asked) => self.offer(origin, text, &asked),
            PinValue::System => {
                let verdict = self.settled().unwrap_or(Verdict::NoPin);
                if verdict == Verdict::NoPin {
                    self.no_pin = Some(origin.clone());
                }
                self.tell(origin, Some(text), verdict);
                Ok(())
            }
        }
    }

    /// The variables of those tools whose files count.
    fn tool_variables(&mut self, inputs: &Inputs) -> Result<(), ProjectError> {
        let variables = &inputs.tool_variables;
        for kind in inputs.pin_files.kinds() {
            let (rule, value) = match kind {
                PinKind::GoVersion => (Rule::GoenvVersion, &variables.goenv),
                PinKind::ToolVersions => (Rule::AsdfGolangVersion, &variables.asdf),
                PinKind::Mise => (Rule::MiseGoVersion, &variables.mise),
                PinKind::Proto => (Rule::ProtoGoVersion, &variables.proto),
                PinKind::Devcontainer | PinKind::Dockerfile => continue,
            };
            let Some(value) = value.as_deref().filter(|value| !value.trim().is_empty()) else { continue };
            let origin = Origin::of_rule(rule);
            match (pin_file::of_variable(rule, value), self.settled()) {
                (Ok(asked), _) => self.offer_value(origin, value, asked)?,
                (Err(fault), None) => return Err(ProjectError::ToolVariable { origin, fault }),
                (Err(_), Some(overruled)) => self.tell(origin, Some(value), overruled),
            }
        }
        Ok(())
    }

    fn gotoolchain(&mut self, text: Option<&str>, modules_enabled: bool) -> Result<(), ProjectError> {
        let origin = Origin::of_rule(Rule::Gotoolchain);
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            self.tell(origin, None, Verdict::NotThere);
            return Ok(());
        };
        let exactly = |version: Version| Some(Base { request: Request::Exact(version), origin: origin.clone() });
        let verdict = match self.settled() {
            Some(overruled) => overruled,
            None if !modules_enabled => Verdict::Ignored("modules are off".to_owned()),
            None => match setting::gotoolchain(text)? {
                Gotoolchain::Exact(version) => {
                    self.pin = exactly(version);
                    Verdict::Chosen
                }
                Gotoolchain::Base(version, fault) => {
                    self.bad_base = fault.map(|fault| (version.clone(), fault));
                    self.base = exactly(version);
                    Verdict::Base
                }
                Gotoolchain::Local => {
                    self.local = true;
                    Verdict::KeepsBase
                }
                Gotoolchain::Project => Verdict::Ignored("it leaves the choice to the project".to_owned()),
            },
        };
        self.tell(origin, Some(text), verdict);
        Ok(())
    }

    fn pin_files(&mut self, inputs: &Inputs) -> Result<(), ProjectError> {
        let before = self.reasons.len();
        let home = inputs.home_folder.as_deref().filter(|path| !path.is_empty()).map(Path::new);
        for (folder, ended) in inputs.walk() {
            for name in inputs.pin_files.kinds().iter().flat_map(|kind| kind.files()) {
                let Some(file) = folder.files.iter().find(|file| file.name == *name) else { continue };
                if *name == FileName::ConfigMiseFolder && home == Some(Path::new(&folder.path)) {
                    let why = "it is what mise takes for this user, not for a project";
                    let whole = Origin::of_file(file.name.file_rule(), &file.path);
                    self.tell(whole, None, Verdict::Ignored(why.to_owned()));
                    continue;
                }
                match inputs.users.stranger(&file.owners).or_else(|| ended.clone()) {
                    Some(stranger) => self.pass_over(file, inputs, &stranger),
                    None => self.pin_file(file, inputs)?,
                }
            }
        }
        if self.reasons.len() == before {
            for kind in inputs.pin_files.kinds() {
                self.tell(Origin::of_rule(kind.rule()), None, Verdict::NotThere);
            }
        }
        Ok(())
    }

    /// Records another user's file as ignored, whatever its content.
    fn pass_over(&mut self, file: &FoundFile, inputs: &Inputs, stranger: &Stranger) {
        let whole = Origin::of_file(file.name.file_rule(), &file.path);
        let (origin, text, speaks) = match pin_file::find(file, inputs) {
            Ok(Some(pin)) => (pin.origin, Some(pin.text), true),
            Ok(None) => (whole, None, false),
            Err(_) => (whole, None, true),
        };
        let would_decide = speaks && self.settled().is_none();
        self.tell(origin, text.as_deref(), Verdict::Ignored(stranger.to_string()));
        if would_decide && self.stranger.is_none() {
            self.stranger = self.reasons.last().cloned();
        }
    }

    fn pin_file(&mut self, file: &FoundFile, inputs: &Inputs) -> Result<(), ProjectError> {
        let whole = Origin::of_file(file.name.file_rule(), &file.path);
        let found = match (pin_file::find(file, inputs), self.settled()) {
            (Ok(found), _) => found,
            (Err(error), None) => return Err(error),
            // A file that does not decide may be broken, so that the user can work in the folder and repair it.
            (Err(_), Some(overruled)) => {
                self.tell(whole, None, overruled);
                return Ok(());
            }
        };
        let Some(pin) = found else {
            self.tell(whole, None, Verdict::Ignored("it names no Go version".to_owned()));
            return Ok(());
        };
        match (pin.value, self.settled()) {
            (Ok(value), _) => self.offer_value(pin.origin, &pin.text, value)?,
            (Err(fault), None) => return Err(ProjectError::PinFile { origin: pin.origin, fault }),
            (Err(_), Some(overruled)) => self.tell(pin.origin, Some(&pin.text), overruled),
        }
        if pin.more {
            self.tell(whole, None, Verdict::Ignored("further versions in the file do not count".to_owned()));
        }
        Ok(())
    }

    fn default_pin(&mut self, inputs: &Inputs) -> Result<(), ProjectError> {
        let Some(default) = inputs.default.as_ref().filter(|default| !default.request.is_empty()) else {
            self.tell(Origin::of_rule(Rule::Default), None, Verdict::NotThere);
            return Ok(());
        };
        let origin = Origin::of_file(Rule::Default, &default.origin);
        let by_base = self.base.as_ref().map(|base| Verdict::OverruledBy(base.origin.to_string()));
        let by_pin = self.pin.as_ref().map(|pin| Verdict::OverruledBy(pin.origin.to_string()));
        let verdict = match by_pin.or(by_base) {
            Some(overruled) => overruled,
            None => {
                let request = request(&default.request, &origin)?;
                self.base = Some(Base { request, origin: origin.clone() });
                Verdict::Base
            }
        };
        self.tell(origin, Some(&default.request), verdict);
        Ok(())
    }

    /// The verdict on everything after a pin, or after `system`.
    fn settled(&self) -> Option<Verdict> {
        let origin = self.pin.as_ref().map(|pin| &pin.origin).or(self.no_pin.as_ref())?;
        Some(Verdict::OverruledBy(origin.to_string()))
    }

    fn tell(&mut self, origin: Origin, value: Option<&str>, verdict: Verdict) {
        self.reasons.push(Reason { origin, value: value.map(cut), verdict });
    }
}

fn request(text: &str, origin: &Origin) -> Result<Request, ProjectError> {
    text.parse().map_err(|cause| ProjectError::Request { origin: origin.clone(), cause })
}

/// The values of `mod` and `mod-min` in this project: the version that it requires, and the least version that its `go`
/// line allows.
#[derive(Default)]
struct ModuleWords {
    required: Option<Version>,
    least: Option<Version>,
    /// Why there is no required version, if a line is faulty.
    bad: Option<ProjectError>,
}

impl ModuleWords {
    fn of(requirement: &Requirement) -> ModuleWords {
        let floor = requirement.floor.as_ref();
        let raised = floor.and_then(|floor| floor.raise(None).ok().flatten());
        ModuleWords {
            required: raised.map(|raised| raised.version).filter(|_| requirement.bad.is_none()),
            least: floor.and_then(|floor| floor.go.as_ref()).map(|go| go.needed.clone()),
            bad: requirement.bad.clone(),
        }
    }

    /// The request of one of these words; `None` for any other text.
    fn request(&self, text: &str, origin: &Origin) -> Option<Result<Request, ProjectError>> {
        let (version, bad) = match text {
            "mod" => (&self.required, self.bad.clone()),
            "mod-min" => (&self.least, None),
            _ => return None,
        };
        let nothing =
            || bad.unwrap_or_else(|| ProjectError::NoModule { origin: origin.clone(), word: text.to_owned() });
        Some(version.clone().map(Request::Exact).ok_or_else(nothing))
    }
}
