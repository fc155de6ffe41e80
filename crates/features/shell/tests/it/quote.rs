//! A quoted word, read by the real shell, gives the same bytes.
#![cfg(unix)] // the shells are those of Unix

use std::process::{Command, Stdio};

use crate::support::program;
use poshtree::v2::{NodeKind, parse};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use shell::{Script, quote};

/// So many words are read by one process: starting a shell costs more than reading a word.
const WORDS: usize = 200;

/// Words that break quoting, and then random ones.
fn words() -> Vec<String> {
    let odd = [
        "",
        " ",
        "'",
        "''",
        "'\\''",
        "\"",
        "\\",
        "a\\",
        "\\'",
        "$HOME",
        "${x}",
        "$(id)",
        "`id`",
        "!!",
        "~",
        "*?[a]{b,c}",
        "-n",
        "-e \\x41",
        "#c",
        "a;b&c|d<e>f",
        "a\nb\n",
        "\r\n",
        "\t",
        "%s%%",
        "\u{fc}\u{1f600}\u{301}",
        "\u{2018}x\u{2019}\u{201c}\u{201d}",
        "@shims@",
        "/tmp/we'ird $x \"q\" \u{fc}",
        "\u{1b}[31m",
        "=ls",
        "^a^b",
        "(a)",
    ];
    let mut runner = TestRunner::deterministic();
    let any = proptest::collection::vec(
        prop_oneof![proptest::char::range(' ', '~'), Just('\''), Just('\\'), Just('$'), any::<char>()],
        0..20,
    );
    let mut words: Vec<String> = odd.map(str::to_owned).to_vec();
    while words.len() < WORDS {
        let word: String = any.new_tree(&mut runner).unwrap().current().into_iter().collect();
        words.push(word.replace('\0', "0"));
    }
    words
}

/// What a shell prints for these words, each ended by a zero byte.
fn check(name: &str, script: Script, args: &[&str], line: impl Fn(&str) -> String) {
    let Some(program) = program(name) else { return };
    let words = words();
    let text: String = words.iter().map(|word| line(&quote(script, word))).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new(program);
    command.args(args).arg(&file).env("HOME", folder.path()).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let printed: Vec<String> =
        output.stdout.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    assert_eq!(printed.len(), words.len() + 1, "{name}");
    for (word, printed) in words.iter().zip(printed) {
        assert_eq!(*word, printed, "{name} reads {} otherwise", quote(script, word));
    }
}

#[test]
fn posix_shells_bash_and_zsh_read_back_what_was_quoted() {
    for (name, script) in [("sh", Script::Sh), ("dash", Script::Sh), ("bash", Script::Bash), ("zsh", Script::Zsh)] {
        check(name, script, &[], |word| format!("printf '%s\\0' {word}\n"));
    }
    check("zsh", Script::Zsh, &["-o", "ksh_arrays", "-o", "sh_word_split"], |word| format!("printf '%s\\0' {word}\n"));
}

#[test]
fn fish_reads_back_what_was_quoted() {
    check("fish", Script::Fish, &["--no-config"], |word| format!("printf '%s\\0' {word}\n"));
}

#[test]
fn elvish_reads_back_what_was_quoted() {
    check("elvish", Script::Elvish, &["-norc"], |word| format!("print {word}\"\\x00\"\n"));
}

#[test]
fn nushell_reads_back_what_was_quoted() {
    check("nu", Script::Nu, &["--no-config-file"], |word| {
        format!("print --no-newline ({word} + (char --integer 0))\n")
    });
}

#[test]
fn powershell_parses_a_quoted_word_as_one_word() {
    // There is no PowerShell here: the test checks that the text parses as intended.
    for word in words() {
        let quoted = quote(Script::Pwsh, &word);
        assert!(quoted.is_ascii() && !quoted.contains('\n'), "{quoted}");
        let parsed = parse(&parsed_source(&quoted));
        assert!(parsed.errors.is_empty(), "{quoted}: {:?}", parsed.errors);
        let source = parsed_source(&quoted);
        let mut strings = Vec::new();
        parsed.script.walk(&mut |node| {
            if let NodeKind::StringLiteral { parts, .. } = &node.kind {
                strings.push((node.span.slice(&source).to_owned(), parts.len()));
            }
        });
        let (_, parts) =
            strings.iter().find(|(text, _)| *text == quoted).unwrap_or_else(|| panic!("{quoted}: {strings:?}"));
        // Only the special characters are substituted, each by its number: no variable, no command.
        let odd = word.encode_utf16().filter(|unit| !(0x20..0x7f).contains(unit)).count();
        assert_eq!(*parts, odd, "{quoted}");
    }
}

fn parsed_source(quoted: &str) -> String {
    format!("$x = {quoted}\n")
}
