//! `goward rollback`

use std::time::Duration;

use clap::Args;

use super::time::span;
use crate::candidates;

/// `goward rollback`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward rollback
  goward rollback 41                generation 41, as in `goward history`; not so many steps
  goward rollback --block --reason 'tests hang'
  goward rollback --verify --tests '^TestRecovery' --baseline go1.27
  goward rollback --wait 300ms --verify --on-done '/usr/local/bin/restore-traffic now'

Going back comes first and is one rename; running programs keep their toolchain. The proof follows in this
folder: `go mod verify`, the module graph, `go test`. It does not undo the rollback: if it fails, the exit
code is 9. What --on-done names runs only after a rollback whose proof, if asked for, has passed.")]
pub struct RollbackArgs {
    /// Why, for the history, and for the block.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Also to a version that is blocked.
    #[arg(long)]
    pub force: bool,
    /// How long to wait for another goward, by default `lock.rollback-milliseconds`; tried every 100 ms.
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub wait: Option<Duration>,
    /// Block the version that was left, as `goward block` does.
    #[arg(long)]
    pub block: bool,
    /// Prove it in this folder's project, with the Go that now runs here.
    #[arg(long)]
    pub verify: bool,
    /// The tests to run, as `go test -run` has it; without it all.
    #[arg(long, value_name = "PATTERN", requires = "verify")]
    pub tests: Option<String>,
    /// The packages to test.
    #[arg(long, value_name = "PACKAGES", requires = "verify", default_value = "./...")]
    pub packages: Vec<String>,
    /// Compare the module graph with that of a snapshot (`snapshot create --graph`), or of a file (`graph --save`).
    #[arg(long, value_name = "SNAPSHOT", requires = "verify", add = candidates::snapshots())]
    pub baseline: Option<String>,
    /// How long the whole proof may take.
    #[arg(long, value_name = "SPAN", value_parser = span, requires = "verify", default_value = "5m")]
    pub within: Duration,
    /// A program with its arguments to run when all is done. No shell runs it; quotes keep words together.
    #[arg(long, value_name = "COMMAND", value_parser = command_line)]
    pub on_done: Option<CommandLine>,
    /// A generation's number, or `previous`: the one that the generation in use was made from.
    #[arg(value_name = "GENERATION", default_value = "previous", value_parser = generation, add = candidates::generations())]
    pub generation: GenerationName,
    /// The same, as an option.
    #[arg(long, value_name = "GENERATION", value_parser = generation, conflicts_with = "generation", add = candidates::generations())]
    pub to: Option<GenerationName>,
}

/// A program and its arguments. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine(pub Vec<String>);

/// Splits at blanks; what is between quotes of one kind is one word. Nothing else has a meaning: no shell reads it.
fn command_line(text: &str) -> Result<CommandLine, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for char in text.chars() {
        match quote {
            Some(open) if char == open => quote = None,
            None if matches!(char, '\'' | '"') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            None if char.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    match (quote, words.is_empty()) {
        (Some(quote), _) => Err(format!("a {quote} is never closed")),
        (None, true) => Err("a program is expected".to_owned()),
        (None, false) => Ok(CommandLine(words)),
    }
}

/// A generation as it can be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GenerationName {
    /// The one that was in use before.
    Previous,
    /// The one with this number.
    Number(u64),
}

fn generation(text: &str) -> Result<GenerationName, String> {
    match text {
        "previous" => Ok(GenerationName::Previous),
        number => {
            number.parse().map(GenerationName::Number).map_err(|_| "a number or `previous` is expected".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_split_at_blanks_outside_of_quotes() {
        for (text, words) in [
            ("true", &["true"][..]),
            ("  sh -c 'echo done'  ", &["sh", "-c", "echo done"]),
            ("x \"a 'b' c\" ''", &["x", "a 'b' c", ""]),
            ("x$HOME|y a'b'c", &["x$HOME|y", "abc"]),
        ] {
            assert_eq!(command_line(text).unwrap().0, words, "{text}");
        }
        for bad in ["", "  ", "x 'y"] {
            assert!(command_line(bad).is_err(), "{bad}");
        }
    }
}
