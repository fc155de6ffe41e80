//! `goward completions`

use clap_complete::Shell;

use crate::cli::{CompletionShell, CompletionsArgs, command};
use crate::outcome::{Outcome, Worded};

pub(super) fn run(args: &CompletionsArgs) -> Box<dyn Outcome> {
    let mut script = Vec::new();
    let shell = match args.shell {
        CompletionShell::Bash => Shell::Bash,
        CompletionShell::Zsh => Shell::Zsh,
        CompletionShell::Fish => Shell::Fish,
        CompletionShell::Pwsh => Shell::PowerShell,
        CompletionShell::Elvish => Shell::Elvish,
    };
    clap_complete::generate(shell, &mut command(), "goward", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    Box::new(Worded::new(serde_json::json!({ "shell": shell.to_string(), "script": script }), script).exact())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_completions_for_powershell_parse() {
        let mut script = Vec::new();
        clap_complete::generate(clap_complete::Shell::PowerShell, &mut command(), "goward", &mut script);
        let script = String::from_utf8(script).unwrap();
        let parsed = poshtree::v2::parse(&script);
        assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
        assert!(script.contains("Register-ArgumentCompleter"));
    }
}
