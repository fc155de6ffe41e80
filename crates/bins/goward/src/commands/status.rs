//! `goward status`

use context::Ctx;
use diag::Bytes;
use doctor::Severity;

use super::CommandResult;
use crate::outcome::Rendered;
use crate::views::ToView;

pub(super) fn run(ctx: &Ctx) -> CommandResult {
    let mut status = engine::status(ctx)?;
    // The same checks as `goward doctor store`, without a walk of the trees.
    let wanted = doctor::Wanted { topics: vec!["store".to_owned()], roots_only: true, ..doctor::Wanted::default() };
    let found = doctor::examine(ctx, &wanted).into_iter().filter(|finding| finding.severity == Severity::Problem);
    status.faults = found.map(|finding| finding.what).collect();
    let mut text = format!("store: {}\n", status.home.display());
    match (&status.default, status.generation) {
        (Some(default), Some(generation)) => text.push_str(&format!("default: {default} (generation {generation})\n")),
        _ if status.is_default_known => text.push_str("default: none\n"),
        _ => text.push_str("default: not known\n"),
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
    if !status.faults.is_empty() {
        text.push_str("`goward doctor` says how to repair it\n");
    }
    if status.unfinished.is_empty() && !status.clean {
        text.push_str("leftovers: of a run that is at work or was interrupted; the next change takes them away\n");
    }
    if status.clean && status.faults.is_empty() {
        text.push_str("nothing is unfinished, nothing is wrong\n");
    }
    Ok(Box::new(Rendered::new(status.view(), text)))
}
