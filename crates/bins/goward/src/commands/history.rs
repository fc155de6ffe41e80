//! `goward history`

use context::Ctx;
use engine::{Event, EventOutcome};
use release::Date;

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
        when(event.unix_nanos),
        event.action.word().to_owned(),
        generation,
        event.toolchain.as_ref().map(ToString::to_string).or_else(|| event.purpose.clone()).unwrap_or_default(),
        author,
        words,
    ]
}

/// RFC 3339 with milliseconds: `2026-11-21T03:14:07.123Z`.
fn when(unix_nanos: u64) -> String {
    let unix_seconds = unix_nanos / 1_000_000_000;
    let (hours, minutes, seconds) = (unix_seconds / 3600 % 24, unix_seconds / 60 % 60, unix_seconds % 60);
    let milliseconds = unix_nanos / 1_000_000 % 1000;
    format!("{}T{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}Z", Date::from_unix_seconds(unix_seconds))
}
