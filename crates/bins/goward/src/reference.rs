//! Generates the reference pages from the tables that the program itself runs on.

mod json;

use std::fmt::Write;

use clap::Command;
use context::settings::{Kind, TABLE};
use diag::Class;

use crate::cli;

/// The pages: file name below `docs/reference/`, and text.
pub fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("commands.md", commands()),
        ("settings.md", settings()),
        ("exit-codes.md", exit_codes()),
        ("states.md", states()),
        ("json.md", json::page(NOTE)),
    ]
}

/// The manual page in roff: goward's own, or that of a command, by its words; none if there is no such command.
pub fn man_page(words: &[&str]) -> Option<String> {
    let mut root = cli::command();
    root.build();
    let mut command = &root;
    for word in words {
        command = command.find_subcommand(word)?;
    }
    let name: Vec<&str> = std::iter::once("goward").chain(words.iter().copied()).collect();
    let mut page = Vec::new();
    // Writing to memory cannot fail.
    let _ = clap_mangen::Man::new(command.clone().name(name.join("-"))).render(&mut page);
    let mut page = String::from_utf8_lossy(&page).into_owned();
    if !words.is_empty() {
        page.push_str(".SH \"SEE ALSO\"\n\\fBgoward\\fR(1), which lists exit codes and variables\n");
        return Some(page);
    }
    page.push_str(".SH \"EXIT STATUS\"\n.TP\n\\fB0\\fR\nthe command did what it was asked to\n");
    for class in Class::ALL {
        let _ = write!(page, ".TP\n\\fB{}\\fR\n{}\n", class.exit_code(), class.meaning());
    }
    page.push_str(".SH ENVIRONMENT\n");
    for def in TABLE {
        let _ = write!(page, ".TP\n\\fB{}\\fR\n{}\n", def.env, def.doc.replace('\\', "\\\\"));
    }
    Some(page)
}

const NOTE: &str = "<!-- Made by `cargo xtask reference` from the program itself; edit that, not this. -->\n\n";

fn commands() -> String {
    let mut text = format!("# Commands\n\n{NOTE}");
    let mut root = cli::command().disable_help_flag(true).term_width(100);
    root.build();
    section(&mut text, &root, "goward");
    for command in root.get_subcommands() {
        let name = format!("goward {}", command.get_name());
        section(&mut text, command, &name);
        for below in command.get_subcommands() {
            section(&mut text, below, &format!("{name} {}", below.get_name()));
        }
    }
    text
}

fn section(text: &mut String, command: &Command, name: &str) {
    let mut command = command.clone().term_width(100);
    // Writing to a string cannot fail.
    let _ = write!(text, "## `{name}`\n\n```text\n{}\n```\n\n", command.render_long_help().to_string().trim_end());
}

fn settings() -> String {
    let mut text = format!(
        "# Settings\n\n{NOTE}A setting may be set in `config.toml` (a dot in the key is a table), in the environment, or on the\n\
         command line; later ones win. `goward config` shows every value with its origin.\n\n\
         | key | variable | takes | default | meaning |\n| --- | --- | --- | --- | --- |\n"
    );
    for def in TABLE {
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {} | {} | {} |",
            def.key,
            def.env,
            takes(def.kind),
            if def.default.is_empty() { "–".to_owned() } else { format!("`{}`", def.default) },
            def.doc
        );
    }
    text.push_str("\n`GOWARD_CONFIG` (or `--config`) names another file than the user's `goward/config.toml`.\n");
    text
}

fn takes(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Release => "version".to_owned(),
        Kind::Path => "absolute path".to_owned(),
        Kind::Program => "program".to_owned(),
        Kind::Address => "address".to_owned(),
        Kind::Count(least, most) => format!("{least} to {most}"),
        Kind::Share => "0 to 1".to_owned(),
        Kind::Switch => "`true`, `false`".to_owned(),
        Kind::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Kind::Words => "words".to_owned(),
        Kind::Map => "name = address".to_owned(),
    }
}

fn states() -> String {
    let mut text = format!("# The states of an operation\n\n{NOTE}```mermaid\n{}```\n\n", store::states::diagram());
    text.push_str("| from | event | what triggers it | to | where a failure leads from there |\n");
    text.push_str("| --- | --- | --- | --- | --- |\n");
    for (from, event, to) in store::states::TABLE {
        let failure = store::states::step(*to, store::states::Event::Failed);
        let failure = failure.map_or_else(|| "–".to_owned(), |state| format!("{state:?}"));
        let _ = writeln!(text, "| {from:?} | {event:?} | {} | {to:?} | {failure} |", event.trigger());
    }
    text.push_str(
        "\n# The states of a supervisor\n\n`goward run --supervise` ([running-work.md](../running-work.md)).\n\n",
    );
    text.push_str("```mermaid\nstateDiagram-v2\n    [*] --> Running\n");
    for (from, event, to) in supervise::STATES {
        let _ = writeln!(text, "    {from:?} --> {to:?}: {event:?}");
    }
    text.push_str("    Ended --> [*]\n```\n\n| from | event | what triggers it | to |\n| --- | --- | --- | --- |\n");
    for (from, event, to) in supervise::STATES {
        let _ = writeln!(text, "| {from:?} | {event:?} | {} | {to:?} |", event.trigger());
    }
    text
}

fn exit_codes() -> String {
    let mut text = format!(
        "# Exit codes\n\n{NOTE}| code | meaning |\n| --- | --- |\n| 0 | the command did what it was asked to |\n"
    );
    for class in Class::ALL {
        let _ = writeln!(text, "| {} | {} |", class.exit_code(), class.meaning());
    }
    text.push_str("\n`goward run` ends with the exit status of the program that it ran.\n");
    text
}
