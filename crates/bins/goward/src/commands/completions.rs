//! `goward completions`

use crate::cli::{CompletionShell, CompletionsArgs, command};
use crate::complete;
use crate::outcome::{Outcome, Rendered};

pub(super) fn run(args: &CompletionsArgs) -> Box<dyn Outcome> {
    let name = match args.shell {
        CompletionShell::Bash => "bash",
        CompletionShell::Zsh => "zsh",
        CompletionShell::Fish => "fish",
        CompletionShell::Pwsh => "pwsh",
        CompletionShell::Elvish => "elvish",
        CompletionShell::Nu => "nu",
    };
    let script = script(name);
    let view = view::Completions { shell: name.to_owned(), script: script.clone() };
    Box::new(Rendered::new(view, script).exact())
}

/// The script for a shell of this name.
pub(super) fn script(shell: &str) -> String {
    complete::script(shell).unwrap_or_else(nu)
}

/// The values that goward knows, by the name that nushell's script gives the argument.
const NU_VALUES: [&str; 5] = ["request", "requests", "source", "generation", "key"];

/// nushell's script names every command and option; for values it asks goward, with the words typed so far.
fn nu() -> String {
    let mut script = Vec::new();
    clap_complete::generate(clap_complete_nushell::Nushell, &mut command(), "goward", &mut script);
    let mut text = String::from_utf8_lossy(&script).into_owned();
    for name in NU_VALUES {
        for before in [format!("    {name}: string"), format!("    {name}?: string"), format!("...{name}: string")] {
            text = text.replace(&format!("{before} "), &format!("{before}@\"nu-complete goward value\" "));
        }
        let option = format!("--{name}: string");
        text = text.replace(&format!("{option} "), &format!("{option}@\"nu-complete goward value\" "));
    }
    format!("{}{text}", NU_COMPLETER.replace("VARIABLE", complete::VARIABLE))
}

const NU_COMPLETER: &str = r#"def "nu-complete goward value" [context: string] {
  with-env { VARIABLE: fish } { ^goward -- ...($context | split row " ") } | complete | get stdout | lines
  | where {|line| not ($line | str starts-with "-") }
  | each {|line| let parts = ($line | split row "\t"); { value: $parts.0, description: ($parts | get 1? | default "") } }
}

"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_completions_for_powershell_parse() {
        let script = complete::script("pwsh").unwrap();
        let parsed = poshtree::v2::parse(&script);
        assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
        assert!(script.contains("Register-ArgumentCompleter"));
    }
}
