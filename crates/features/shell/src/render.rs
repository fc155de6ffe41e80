//! Fills the paths of this machine into a script.

use crate::{Script, ScriptPaths, Shell, quote};

/// The text of a script's file.
pub fn script(script: Script, paths: &ScriptPaths) -> String {
    let second = script.second().map(|(_, stub)| stub);
    fill(script, &script.template().replace(MORE, second.unwrap_or_default()), paths)
}

/// The text of a script including its second part, for a shell that reads it from goward and not from a file.
pub fn whole_script(script: Script, paths: &ScriptPaths) -> String {
    let second = script.second().map(|(second, _)| second.template());
    fill(script, &script.template().replace(MORE, second.unwrap_or_default()), paths)
}

/// The line that makes a running shell read its script.
pub fn line_for_running(shell: Shell, paths: &ScriptPaths) -> String {
    let script = Script::from(shell);
    let file = quote(script, &paths.script_file(script));
    match shell {
        Shell::Bash | Shell::Zsh | Shell::Pwsh => format!(". {file}"),
        Shell::Fish | Shell::Nu => format!("source {file}"),
        Shell::Elvish => format!("eval (slurp < {file})"),
    }
}

/// The mark for a script's second part.
const MORE: &str = "@more@\n";

fn fill(script: Script, template: &str, paths: &ScriptPaths) -> String {
    let values = [
        ("@shims@", paths.shims.as_str()),
        ("@home@", paths.home.as_str()),
        ("@scripts@", paths.scripts.as_str()),
        ("@program@", paths.program.as_str()),
        ("@bash_script@", &paths.script_file(Script::Bash)),
        ("@hook@", &script.second().map(|(second, _)| paths.script_file(second)).unwrap_or_default()),
    ];
    // One pass over the template: a path that looks like a mark must not count as one.
    let mut text = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('@') {
        let (before, here) = rest.split_at(start);
        text.push_str(before);
        match values.iter().find(|(mark, _)| here.starts_with(mark)) {
            Some((mark, value)) => {
                text.push_str(&quote(script, value));
                rest = &here[mark.len()..];
            }
            None => {
                text.push('@');
                rest = &here[1..];
            }
        }
    }
    text.push_str(rest);
    text
}
