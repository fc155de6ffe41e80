//! The action of the gate: the default goes back to the generation before the one that the program ran with.

use context::Ctx;
use diag::Diagnose;
use engine::RolledBack;
use release::ToolchainId;
use store::StoreError;

use crate::error::GateError;

/// What a verdict is about: the default at the start.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The generation in use; none if there is no default.
    generation: Option<u64>,
    /// Why going back would not change what ran, if it would not. For people.
    unrelated: Option<String>,
}

/// What came of going back.
#[derive(Debug)]
pub enum TakenBack {
    /// The default is the one before.
    Done(RolledBack),
    /// Going back would not have changed what ran, for this reason. Nothing changed.
    Unrelated(String),
    /// It failed. Nothing changed.
    Failed(StoreError),
}

/// Notes the default, before a program runs under `ran`; without `ran`, before a log is judged.
///
/// # Errors
/// When the default cannot be read.
pub fn subject(ctx: &Ctx, ran: Option<&ToolchainId>) -> Result<Subject, StoreError> {
    let current = ctx.store.current()?;
    let unrelated = match (&current, ran) {
        (Some(current), Some(ran)) if current.toolchain != *ran => Some(format!(
            "the program ran with {}, and the default is {}",
            ran.version().tag(),
            current.toolchain.version().tag()
        )),
        _ => None,
    };
    Ok(Subject { generation: current.map(|current| current.number), unrelated })
}

/// Goes back, with this reason for the history.
///
/// # Errors
/// When no context can be made for it.
pub fn take_back(ctx: &Ctx, subject: &Subject, reason: &str) -> Result<TakenBack, GateError> {
    if let Some(why) = &subject.unrelated {
        return Ok(TakenBack::Unrelated(why.clone()));
    }
    let Some(generation) = subject.generation else {
        return Ok(TakenBack::Unrelated("there is no default".to_owned()));
    };
    let mut ctx = ctx.derive(|how| how)?;
    ctx.author.reason = Some(diag::without_credentials(reason));
    Ok(match engine::roll_back_from(&ctx, generation) {
        Ok(back) => TakenBack::Done(back),
        Err(error) => TakenBack::Failed(error),
    })
}

impl TakenBack {
    /// It in a sentence, for people.
    pub fn told(&self) -> String {
        match self {
            TakenBack::Done(back) => {
                let mut text = format!(
                    "rolled back: {} is the default again (generation {})",
                    back.toolchain.version().tag(),
                    back.generation
                );
                if let (Some(before), Some(left)) = (&back.before, back.left) {
                    let tag = before.version().tag();
                    text.push_str(&format!(", {tag} was before; `goward rollback {left}` returns to it"));
                }
                text
            }
            TakenBack::Unrelated(why) => format!("not rolled back: {why}"),
            TakenBack::Failed(error) => {
                let hints: Vec<String> = error.hints().lines().to_vec();
                let hints = if hints.is_empty() { String::new() } else { format!(" ({})", hints.join("; ")) };
                format!("not rolled back: could not {}{hints}", diag::error_chain(error))
            }
        }
    }
}
