//! How help looks: commands in groups, and the options of every command on a page of their own.
//!
//! The reference, the manual and the completions are made from the whole tree ([`super::command`]), which has every
//! option everywhere.

use clap::{Args as _, Command};

use super::Global;

/// The commands by what people want to do.
const GROUPS: [(&str, &[&str]); 5] = [
    (
        "Get toolchains",
        &["run", "sandbox", "install", "upgrade", "outdated", "list", "uninstall", "import", "migrate", "bundle"],
    ),
    ("Choose one", &["use", "pin", "current", "which", "why", "where", "env"]),
    (
        "Look and go back",
        &[
            "status", "ps", "history", "diff", "undo", "rollback", "snapshot", "gate", "block", "unblock", "graph",
            "verify", "check", "doctor", "drill", "prune",
        ],
    ),
    ("Set up", &["setup", "unsetup", "activate", "shims", "ide", "completions"]),
    ("goward itself", &["config", "system", "self", "man"]),
];

/// The widest that help becomes, in columns.
const COLUMNS_MAX: usize = 100;

/// The line that stands for the options of every command.
const OPTIONS: &str = "Options for every command (--json, --offline, --source …): `goward help options`";

/// The command tree as it is parsed: help shows the options of every command as one line.
pub fn folded() -> Command {
    let root = super::command();
    let global: Vec<String> =
        root.get_arguments().filter(|arg| arg.is_global_set()).map(|arg| arg.get_id().to_string()).collect();
    let root = global.iter().fold(root, |root, id| root.mut_arg(id, |arg| arg.hide(true)));
    let template = format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{}{OPTIONS}\nHelp for one command: `goward help COMMAND`{{after-help}}",
        grouped(&root, columns())
    );
    with_line(root).help_template(template)
}

/// The help of the options of every command.
pub fn options() -> String {
    let mut command = Global::augment_args(Command::new("goward"))
        .disable_help_flag(true)
        .max_term_width(100)
        .help_template("Options for every command:\n\n{options}");
    // Without a heading of their own they come under `{options}`.
    let ids: Vec<String> = command.get_arguments().map(|arg| arg.get_id().to_string()).collect();
    command = ids.iter().fold(command, |command, id| command.mut_arg(id, |arg| arg.help_heading(None)));
    command.render_long_help().to_string()
}

/// Adds the line to the help of every command below this one.
fn with_line(mut command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |below| {
            let text = match below.get_after_help() {
                Some(text) => format!("{text}\n\n{OPTIONS}"),
                None => OPTIONS.to_owned(),
            };
            with_line(below.after_help(text))
        });
    }
    command
}

/// The terminal's width in columns; 100 where there is none.
fn columns() -> usize {
    terminal_size::terminal_size().map_or(COLUMNS_MAX, |(width, _)| usize::from(width.0)).min(COLUMNS_MAX)
}

/// Every command with its line, in groups, within so many columns.
fn grouped(root: &Command, columns: usize) -> String {
    let width = root.get_subcommands().map(|command| command.get_name().len()).max().unwrap_or(0) + 2;
    let mut text = String::new();
    for (title, names) in GROUPS {
        text.push_str(&format!("{title}:\n"));
        for name in names {
            let about = root.find_subcommand(name).and_then(Command::get_about).map(ToString::to_string);
            let about = wrapped(&about.unwrap_or_default(), columns.saturating_sub(width + 2), width + 2);
            text.push_str(&format!("  {name:width$}{about}\n"));
        }
        text.push('\n');
    }
    text
}

/// Text in lines of at most so many columns, each but the first indented. A longer word has a line of its own.
fn wrapped(text: &str, columns: usize, indent: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join(&format!("\n{}", " ".repeat(indent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_fit_into_80_columns_and_into_40() {
        let root = super::super::command();
        for (columns, at_most) in [(80, GROUPS.len() * 2 + root.get_subcommands().count()), (40, 200)] {
            let text = grouped(&root, columns);
            assert!(text.lines().all(|line| line.chars().count() <= columns), "{text}");
            assert!(text.lines().count() <= at_most, "a line is wrapped\n{text}");
        }
    }

    #[test]
    fn every_command_is_in_one_group() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let root = super::super::command();
        let mut all: Vec<&str> = root.get_subcommands().map(Command::get_name).collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all);
    }

    #[test]
    fn the_options_of_every_command_are_on_their_own_page_and_nowhere_else() {
        let page = options();
        let root = super::super::command();
        for arg in root.get_arguments().filter(|arg| arg.is_global_set()) {
            assert!(page.contains(&format!("--{}", arg.get_long().unwrap())), "{page}");
        }
        let mut folded = folded();
        folded.build();
        let help = folded.find_subcommand_mut("install").unwrap().render_long_help().to_string();
        assert!(!help.contains("--allow-unproven ") && help.contains("`goward help options`"), "{help}");
    }
}
