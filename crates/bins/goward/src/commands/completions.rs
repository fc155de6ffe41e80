//! `goward completions`

use clap_complete::Shell;

use crate::cli::{CompletionShell, CompletionsArgs, command};
use crate::outcome::{Outcome, Rendered};

pub(super) fn run(args: &CompletionsArgs) -> Box<dyn Outcome> {
    let mut script = Vec::new();
    let (shell, name) = match args.shell {
        CompletionShell::Bash => (Shell::Bash, "bash"),
        CompletionShell::Zsh => (Shell::Zsh, "zsh"),
        CompletionShell::Fish => (Shell::Fish, "fish"),
        CompletionShell::Pwsh => (Shell::PowerShell, "pwsh"),
        CompletionShell::Elvish => (Shell::Elvish, "elvish"),
    };
    clap_complete::generate(shell, &mut command(), "goward", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let view = view::Completions { shell: name.to_owned(), script: script.clone() };
    Box::new(Rendered::new(view, script).exact())
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
