//! Invalid command lines, and requests for help: clap writes the text of both.

use std::ffi::OsString;
use std::io::Write;

use clap::error::ErrorKind;
use diag::{Class, Report, Speech};

use crate::failure::Failure;

/// Prints clap's text; as JSON if that was requested and it is an error. Returns the exit code.
pub(crate) fn print(mut error: clap::Error, args: &[OsString], speech: &Speech) -> u8 {
    if !error.use_stderr() {
        return help(&error, speech);
    }
    crate::cli::words::without_removing(&mut error);
    say(&error, args, speech);
    Class::Usage.exit_code()
}

/// Prints the options of every command. Returns the exit code.
pub(crate) fn options(speech: &Speech) -> u8 {
    let text = crate::cli::options();
    written(std::io::stdout().write_all(text.as_bytes()).and_then(|()| std::io::stdout().flush()), speech)
}

/// Help and version are data: if they cannot be written, the command has failed. A reader that has closed the pipe (`|
/// head`) has read what it wanted.
fn help(error: &clap::Error, speech: &Speech) -> u8 {
    written(error.print().and_then(|()| std::io::stdout().flush()), speech)
}

fn written(written: std::io::Result<()>, speech: &Speech) -> u8 {
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let report = Report::of(&Failure::Stdout(error), NOTHING_READ);
            speech.report(&report);
            report.class.exit_code()
        }
        _ => 0,
    }
}

fn say(error: &clap::Error, args: &[OsString], speech: &Speech) {
    let ours = || args.iter().skip(1).take_while(|arg| *arg != "--");
    let plain = error.render().to_string();
    // clap repeats the typed text unchanged, with any terminal controls in it.
    let mut text: String = plain.lines().map(|line| format!("{}\n", release::escaped(line))).collect();
    let unexpected = error.kind() == ErrorKind::UnknownArgument && !args.iter().any(|arg| arg == "--");
    let advice =
        unexpected && ours().find(|arg| !arg.to_string_lossy().starts_with('-')).is_some_and(|arg| arg == "run");
    if crate::asks_for_json(args) {
        speech.report(&report(&text, advice));
        return;
    }
    if advice {
        text.push_str(&format!("\n  hint: {DASHES}\n"));
    }
    if text.trim_end() == plain.trim_end() {
        // In clap's own colours; a closed stream is not an error of goward.
        let _ = error.print();
    } else {
        speech.write(&text);
    }
}

const NOTHING_READ: &str = "nothing changed; no setting and no store was read";

const DASHES: &str = "the program and its arguments come after `--`, as in `goward run 1.27 -- go version`";

/// The parts of clap's text: first the error, then tips, then the usage.
fn report(text: &str, advice: bool) -> Report {
    let head: Vec<&str> = text.lines().take_while(|line| !line.is_empty() && !line.starts_with("  hint: ")).collect();
    let tip = |line: &str| line.strip_prefix("  tip: ").or_else(|| line.strip_prefix("  hint: ")).map(str::to_owned);
    let hints = text.lines().filter_map(tip).chain(advice.then(|| DASHES.to_owned())).collect();
    Report {
        error: head.join("\n").trim_start_matches("error: ").to_owned(),
        caused_by: Vec::new(),
        tried: Vec::new(),
        hints,
        state: NOTHING_READ.to_owned(),
        word: "usage",
        class: Class::Usage,
    }
}
