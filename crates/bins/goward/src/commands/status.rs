//! `goward status`

use context::Ctx;
use diag::Bytes;

use super::CommandResult;
use crate::outcome::Rendered;
use crate::views::ToView;

pub(super) fn run(ctx: &Ctx) -> CommandResult {
    let status = engine::status(ctx)?;
    let mut text = format!("store: {}\n", status.home.display());
    match (&status.default, status.generation) {
        (Some(default), Some(generation)) => text.push_str(&format!("default: {default} (generation {generation})\n")),
        _ => text.push_str("default: none\n"),
    }
    text.push_str(&format!("installed: {}\n", status.toolchains));
    for record in &status.unfinished {
        let (kind, state) = (format!("{:?}", record.kind).to_lowercase(), format!("{:?}", record.state).to_lowercase());
        text.push_str(&format!("unfinished: {kind} of {} ({state}, record {})\n", record.toolchain, record.version));
    }
    for (name, bytes) in &status.downloads {
        text.push_str(&format!("kept for the next run: {} of {name}\n", Bytes(*bytes)));
    }
    for fault in &status.faults {
        text.push_str(&format!("wrong: {fault}\n"));
    }
    if status.unfinished.is_empty() && !status.clean {
        text.push_str("leftovers: of a run that is at work or was interrupted; the next change takes them away\n");
    }
    if status.clean && status.faults.is_empty() {
        text.push_str("nothing is unfinished, nothing is wrong\n");
    }
    Ok(Box::new(Rendered::new(status.view(), text)))
}
