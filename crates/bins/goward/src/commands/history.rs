//! `goward history`

use context::Ctx;
use engine::{Event, EventOutcome};
use release::utc_text;

use super::CommandResult;
use crate::cli::HistoryArgs;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views::ToView;

pub(super) fn run(ctx: &Ctx, args: &HistoryArgs) -> CommandResult {
    let mut events = engine::history(ctx)?;
    if let Some(last) = args.last {
        events.drain(..events.len().saturating_sub(last));
    }
    let rows: Vec<Vec<String>> = events.iter().map(row).collect();
    let text = columns(&rows);
    Ok(Box::new(Rendered::new(view::History { events: events.view() }, text)))
}

fn row(event: &Event) -> Vec<String> {
    let generation = match (event.from, event.generation) {
        (Some(from), Some(to)) => format!("{from} → {to}"),
        (None, Some(to)) => format!("→ {to}"),
        _ => String::new(),
    };
    let author = match (&event.author.user, &event.author.host) {
        (Some(user), Some(host)) => format!("{user}@{host}"),
        (Some(user), None) => user.clone(),
        _ => String::new(),
    };
    let mut words = event.author.command.join(" ");
    if let Some(reason) = &event.author.reason {
        words = format!("{reason} ({words})");
    }
    if event.outcome != EventOutcome::Done {
        words = format!("{} ({words})", event.outcome);
    }
    vec![
        if event.in_use { "*".to_owned() } else { String::new() },
        utc_text(event.unix_nanos),
        event.action.word().to_owned(),
        generation,
        event.toolchain.as_ref().map(ToString::to_string).or_else(|| event.purpose.clone()).unwrap_or_default(),
        author,
        words,
    ]
}
