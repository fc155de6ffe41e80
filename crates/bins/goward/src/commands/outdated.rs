//! `goward outdated`

use acquire::Sources;
use diag::Speech;
use engine::Outdated;

use super::{CommandResult, handle_ctrl_c};
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views::ToView;

pub(super) fn run(sources: &Sources, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    handle_ctrl_c(ctx)?;
    let (source, list) = engine::outdated(sources, &ctx.store.installed()?)?;
    if list.is_empty() {
        speech.say("no toolchain is installed; `goward install latest` gets one");
    }
    let text = columns(&list.iter().map(row).collect::<Vec<_>>());
    for block in list.iter().filter_map(|item| item.block.as_ref()) {
        speech.say(&format!("{} is blocked: {}", block.version.tag(), block.told()));
    }
    for item in list.iter().filter(|item| item.newer.is_some()) {
        let minor = item.installed.minor();
        speech.say(&format!("`goward upgrade {minor}` installs the newest go{minor}"));
    }
    Ok(Box::new(Rendered::new(view::Outdated { source, minors: list.view() }, text)))
}

fn row(item: &Outdated) -> Vec<String> {
    let newer = match &item.newer {
        Some(newer) => format!("{} is available", newer.tag()),
        None if item.block.as_ref().is_some_and(|block| block.version.same_as(&item.installed)) => {
            "the newest of its minor, and blocked".to_owned()
        }
        None if item.block.is_some() => "the newest of its minor that is not blocked".to_owned(),
        None => "the newest of its minor".to_owned(),
    };
    vec![item.installed.tag(), newer, item.support.to_string()]
}
