//! The decision: pins first, then the base and the floor.

use release::Request;
use serde::Serialize;

use crate::choice::{Base, Choice};
use crate::error::ProjectError;
use crate::floor::Floor;
use crate::input::{Inputs, ToolchainLine};
use crate::origin::{Origin, Rule};
use crate::reason::{Reason, Verdict};
use crate::requirement::{ModuleMode, Requirement};

/// The decision, with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// What is wanted.
    #[serde(flatten)]
    pub want: Want,
    /// Every file and rule that was read, in the order in which they count.
    pub reasons: Vec<Reason>,
    /// What decides whether the go command works with modules.
    pub mode: ModuleMode,
    /// Another user's file, which would otherwise have decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stranger: Option<Reason>,
}

impl Decision {
    /// The project's file that decides: one that pins, else the go.work or go.mod whose lines count.
    pub fn file(&self) -> Option<&str> {
        let of_project = || self.reasons.iter().filter(|reason| reason.origin.is_project_file());
        let pins = of_project().find(|reason| reason.verdict == Verdict::Chosen);
        let needs =
            |reason: &&Reason| matches!(reason.verdict, Verdict::Floor | Verdict::Suggested | Verdict::KeepsBase);
        pins.or_else(|| of_project().find(needs))?.origin.path.as_deref()
    }
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "want", rename_all = "kebab-case")]
pub enum Want {
    /// Exactly this, provided it is not below the floor: see [`crate::check_floor`].
    ///
    /// Also the base, if `GOTOOLCHAIN=local` or `toolchain default` forbids raising it.
    Pinned {
        /// What is asked for.
        request: Request,
        /// Where.
        origin: Origin,
        /// What the project needs.
        floor: Option<Floor>,
    },
    /// The base, raised to what the project needs or suggests: see [`Floor::raise`].
    AtLeast {
        /// What the project needs.
        floor: Floor,
        /// The base to take if the project needs nothing newer.
        default: Option<Base>,
    },
    /// The base; the project needs nothing.
    Default {
        /// What is asked for.
        request: Request,
        /// Where.
        origin: Origin,
    },
    /// Nothing says anything.
    Nothing,
}

/// Decides which toolchain is wanted, from the inputs.
///
/// Only the deciding file has to be readable: a request on the command line works with a broken
/// `.go-version`, which is then reported as overruled.
pub fn decide(inputs: &Inputs) -> Result<Decision, ProjectError> {
    // First, because GO111MODULE says whether GOTOOLCHAIN counts; its reasons come last.
    let mut requirement = Requirement::find(inputs)?;
    let mut choice = Choice::find(inputs, &requirement)?;
    let want = combine(inputs, &mut choice, &mut requirement)?;
    let Choice { mut reasons, stranger, .. } = choice;
    reasons.append(&mut requirement.reasons);
    let mode = requirement.mode;
    Ok(Decision { want, reasons, mode, stranger })
}

fn combine(inputs: &Inputs, choice: &mut Choice, requirement: &mut Requirement) -> Result<Want, ProjectError> {
    if let Some(Base { request, origin }) = choice.pin.take() {
        requirement.overrule_suggestion(&origin.to_string());
        return Ok(Want::Pinned { request, origin, floor: requirement.floor.take() });
    }
    if choice.local {
        // The go command does not read the project's file here, so a broken line is not an error.
        requirement.overrule_suggestion(Rule::Gotoolchain.as_str());
        requirement.drop_suggestion();
    }
    if let Some(error) = requirement.bad.take() {
        return Err(error);
    }
    if let Some((version, error)) = choice.bad_base.take() {
        let raised = requirement.floor.as_ref().map(|floor| floor.raise(Some(&version)));
        if !matches!(raised, Some(Ok(Some(_)) | Err(_))) {
            return Err(error);
        }
    }
    if inputs.toolchain_line == ToolchainLine::Exact
        && !choice.local
        && let Some((request, origin)) = requirement.exact_toolchain()
    {
        requirement.choose_suggestion();
        if let Some(base) = choice.base.take() {
            choice.overrule_base(&base.origin, &origin);
        }
        return Ok(Want::Pinned { request, origin, floor: requirement.floor.take() });
    }
    match (requirement.floor.take(), choice.base.take()) {
        // Nothing may raise the base, so it counts as a pin: below the floor it is refused.
        (Some(floor), Some(Base { request, origin })) if choice.local || floor.keeps_base() => {
            choice.say_chosen(&origin);
            Ok(Want::Pinned { request, origin, floor: Some(floor) })
        }
        (Some(floor), default) => Ok(Want::AtLeast { floor, default }),
        (None, Some(Base { request, origin })) => {
            choice.say_chosen(&origin);
            Ok(Want::Default { request, origin })
        }
        (None, None) => Ok(Want::Nothing),
    }
}
