//! `goward completions`

use clap_complete::{Generator, Shell};
use clap_complete_nushell::Nushell;

use crate::cli::{CompletionShell, CompletionsArgs, command};
use crate::outcome::{Outcome, Rendered};

pub(super) fn run(args: &CompletionsArgs) -> Box<dyn Outcome> {
    let (script, name) = match args.shell {
        CompletionShell::Bash => (script(Shell::Bash), "bash"),
        CompletionShell::Zsh => (script(Shell::Zsh), "zsh"),
        CompletionShell::Fish => (script(Shell::Fish), "fish"),
        CompletionShell::Pwsh => (script(Shell::PowerShell), "pwsh"),
        CompletionShell::Elvish => (script(Shell::Elvish), "elvish"),
        CompletionShell::Nu => (script(Nushell), "nu"),
    };
    let view = view::Completions { shell: name.to_owned(), script: script.clone() };
    Box::new(Rendered::new(view, script).exact())
}

fn script(shell: impl Generator) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "goward", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_completions_for_powershell_parse() {
        let script = script(Shell::PowerShell);
        let parsed = poshtree::v2::parse(&script);
        assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
        assert!(script.contains("Register-ArgumentCompleter"));
    }
}
