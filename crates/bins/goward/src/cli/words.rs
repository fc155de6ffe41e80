//! What people type who come from another tool, or leave out what is plain: understood before clap reads the line.
//!
//! A word of another tool that means exactly one command of goward's is that command; one that could mean several is
//! answered with the commands, and nothing is done. No word of another's ever comes to a command that removes
//! something, and no tip names one.

use std::ffi::{OsStr, OsString};

use diag::{Class, Hints, Report};

/// Words that mean one command.
const SAME: [(&str, &[&str]); 7] = [
    ("exec", &["run"]),
    ("x", &["run"]),
    ("global", &["use"]),
    ("default", &["use"]),
    ("local", &["pin"]),
    ("lock", &["pin", "--lock"]),
    ("ls-remote", &["list", "--remote"]),
];

/// Words that could mean several, each with what to type.
const ADVICE: [(&str, &str); 8] = [
    ("shell", "`export GOWARD_VERSION=1.27` chooses for one shell, `goward run 1.27 -- go test` for one command"),
    ("update", "`goward outdated` shows what is newer; `goward upgrade` installs the newest patch of your default"),
    ("latest", "`goward install latest` gets the newest release; `goward list --remote` shows it"),
    ("show", "`goward current --explain` shows what runs here and why; `goward status` shows the store"),
    ("info", "`goward current --explain` shows what runs here and why; `goward status` shows the store"),
    ("search", "`goward list --remote` shows the newest of every minor; with `--all` it shows every version"),
    ("init", "`goward setup` sets your shells up; `goward pin 1.27` writes this project's version file"),
    ("sync", "`goward install` gets what this folder asks for; `goward pin --lock` renews its lock file"),
];

/// Commands, with their other names, that take something away: never a tip.
const REMOVING: [&str; 5] = ["uninstall", "remove", "prune", "unsetup", "self"];

/// The line as clap shall read it.
///
/// # Errors
/// What to say where the word is another tool's and could mean several things.
pub fn understood(args: Vec<OsString>) -> Result<Vec<OsString>, Box<Report>> {
    let Some(at) = verb(&args, 1) else { return Ok(args) };
    let word = args[at].to_string_lossy().into_owned();
    let rest = || args[at + 1..].to_vec();
    let before = || args[..at].to_vec();
    match word.as_str() {
        "help" => return Ok([before(), about(rest()), vec!["--help".into()]].concat()),
        "version" => return Ok([before(), vec!["--version".into()]].concat()),
        _ => {}
    }
    if let Some((word, advice)) = ADVICE.iter().find(|(known, _)| *known == word) {
        return Err(Box::new(report(word, advice)));
    }
    let verb = same(&word).map_or_else(|| vec![args[at].clone()], |words| words.iter().map(OsString::from).collect());
    let line = [before(), verb, rest()].concat();
    Ok(if line[at] == "run" { with_dashes(line, at) } else { line })
}

/// Whether the line is `goward help options`.
pub fn asks_for_options(args: &[OsString]) -> bool {
    let words: Vec<&OsString> = args.iter().skip(1).filter(|word| !word.to_string_lossy().starts_with('-')).collect();
    matches!(words[..], [help, options] if help == "help" && (options == "options" || options == "option"))
}

/// Takes the commands that remove something out of clap's tips: a typing error must not lead to one.
pub fn without_removing(error: &mut clap::Error) {
    use clap::error::{ContextKind, ContextValue};
    let kind = ContextKind::SuggestedSubcommand;
    let tips: Vec<String> = match error.get(kind) {
        Some(ContextValue::Strings(tips)) => tips.clone(),
        Some(ContextValue::String(tip)) => vec![tip.clone()],
        _ => return,
    };
    let kept: Vec<String> = tips.into_iter().filter(|tip| !REMOVING.contains(&tip.as_str()) && tip.len() > 1).collect();
    match kept.is_empty() {
        true => error.remove(kind),
        false => error.insert(kind, ContextValue::Strings(kept)),
    };
}

fn same(word: &str) -> Option<&'static [&'static str]> {
    SAME.iter().find(|(known, _)| *known == word).map(|(_, words)| *words)
}

/// The words that help is wanted on, with another tool's in goward's. A word that is only advice has no help of its own.
fn about(words: Vec<OsString>) -> Vec<OsString> {
    let words = words.into_iter().filter(|word| word != "--help" && word != "-h");
    words
        .flat_map(|word| match same(&word.to_string_lossy()) {
            Some(words) => vec![OsString::from(words[0])],
            None => vec![word],
        })
        .collect()
}

/// The place of the first word, from `from` on, that is neither an option nor an option's value; none behind `--`.
fn verb(args: &[OsString], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(arg) = args.get(at) {
        match arg.to_str() {
            Some("--") => return None,
            Some(option) if option.starts_with('-') && option.len() > 1 => {
                at += if takes_value(option) { 2 } else { 1 }
            }
            _ => return Some(at),
        }
    }
    None
}

/// Whether the word behind this option is its value.
fn takes_value(option: &str) -> bool {
    let Some(name) = option.strip_prefix("--").filter(|name| !name.contains('=')) else { return false };
    let root = super::command();
    // Only the line of `run` is looked at beyond its verb.
    let run = root.find_subcommand("run").into_iter().flat_map(clap::Command::get_arguments);
    root.get_arguments().chain(run).any(|arg| arg.get_long() == Some(name) && arg.get_action().takes_values())
}

/// Puts the `--` of `run` where it was left out and is plain: before the program, with a request before that or not.
fn with_dashes(mut line: Vec<OsString>, run: usize) -> Vec<OsString> {
    if line[run..].iter().any(|word| word == "--") {
        return line;
    }
    let Some(first) = verb(&line, run + 1) else { return line };
    let program = if is_program(&line[first]) { first } else { first + 1 };
    if program < line.len() && !line[program].to_string_lossy().starts_with('-') {
        line.insert(program, "--".into());
    }
    line
}

/// Whether a word is no request, and not an attempt at one either, but a program's name.
fn is_program(word: &OsStr) -> bool {
    let Some(text) = word.to_str() else { return true };
    let is_word_of_requests = ["tip", "gotip", "master", "mod", "mod-min", "system", "local", "path"].contains(&text);
    let begins_as_name = text.starts_with(|c: char| c.is_alphabetic() || ['/', '_', '.', '\\'].contains(&c));
    let begins_as_version = text.trim_start_matches(['g', 'o', 'v']).starts_with(|c: char| c.is_ascii_digit());
    let is_path = text.contains(['/', '\\']);
    let is_request = is_word_of_requests || text.starts_with("system:") || super::request(text).is_ok();
    begins_as_name && !is_request && (is_path || !begins_as_version)
}

fn report(word: &str, advice: &str) -> Report {
    let report = Report {
        error: format!("tell what `{word}` means here: goward has no command of that name"),
        caused_by: Vec::new(),
        tried: Vec::new(),
        hints: Vec::new(),
        state: "nothing changed; no setting and no store was read".to_owned(),
        word: "usage",
        class: Class::Usage,
    };
    report.with_hints(Hints::one(advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> String {
        let args = line.split(' ').map(OsString::from).collect();
        let words: Vec<String> =
            understood(args).unwrap().iter().map(|word| word.to_string_lossy().into_owned()).collect();
        words.join(" ")
    }

    #[test]
    fn the_dashes_of_run_may_be_left_out_where_they_are_plain() {
        for (typed, read) in [
            ("goward run go version", "goward run -- go version"),
            ("goward run 1.27 go version", "goward run 1.27 -- go version"),
            ("goward run --offline latest gofmt -l .", "goward run --offline latest -- gofmt -l ."),
            ("goward --source proxy run go build", "goward --source proxy run -- go build"),
            ("goward run --source proxy 1.27 go build", "goward run --source proxy 1.27 -- go build"),
            ("goward run ./tool --flag", "goward run -- ./tool --flag"),
            ("goward exec 1.27 go env", "goward run 1.27 -- go env"),
            ("goward x -- go env", "goward run -- go env"),
            ("goward run system go version", "goward run system -- go version"),
            // Not plain: as it was typed, so that clap says what is wrong.
            ("goward run 1.27", "goward run 1.27"),
            ("goward run 1.27 --frobnicate go", "goward run 1.27 --frobnicate go"),
            ("goward run 1.27 -- go run x", "goward run 1.27 -- go run x"),
            ("goward run 1..2", "goward run 1..2"),
        ] {
            assert_eq!(words(typed), read);
        }
    }

    #[test]
    fn the_words_of_other_tools_mean_a_command_or_are_answered() {
        for (typed, read) in [
            ("goward help", "goward --help"),
            ("goward help pin", "goward pin --help"),
            ("goward help exec", "goward run --help"),
            ("goward version", "goward --version"),
            ("goward global 1.27", "goward use 1.27"),
            ("goward local 1.27", "goward pin 1.27"),
            ("goward lock", "goward pin --lock"),
            ("goward ls-remote --all", "goward list --remote --all"),
            ("goward -q default latest", "goward -q use latest"),
            ("goward uninstall latest", "goward uninstall latest"),
        ] {
            assert_eq!(words(typed), read);
        }
        for (word, _) in ADVICE {
            let report = understood(vec!["goward".into(), word.into(), "1.27".into()]).unwrap_err();
            assert_eq!(report.class, Class::Usage, "{word}");
        }
    }

    #[test]
    fn no_word_of_another_tool_comes_to_a_command_that_removes() {
        let said = |text: &str| REMOVING.iter().any(|word| text.contains(word));
        assert!(SAME.iter().all(|(_, words)| !said(&words.join(" "))));
        assert!(ADVICE.iter().all(|(_, advice)| !said(advice)));
        // What an advice names is there.
        let known: Vec<String> = super::super::command().get_subcommands().map(|c| c.get_name().to_owned()).collect();
        for (word, advice) in ADVICE {
            assert!(!known.iter().any(|known| known == word), "`{word}` is a command by now");
            for named in advice.split("`goward ").skip(1).filter_map(|rest| rest.split([' ', '`']).next()) {
                assert!(named == "version" || known.iter().any(|known| known == named), "{named}");
            }
        }
    }
}
