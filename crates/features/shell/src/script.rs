//! The scripts: static text with the paths of this machine put in.

use serde::Serialize;

use crate::{Places, Shell, quote};

/// A script that goward writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Script {
    /// For any POSIX shell: `PATH` only.
    Sh,
    /// For bash.
    Bash,
    /// For zsh.
    Zsh,
    /// For fish.
    Fish,
    /// For PowerShell.
    Pwsh,
    /// For nushell.
    Nu,
    /// For elvish.
    Elvish,
    /// `use goward` for direnv, whose files are bash.
    Direnv,
}

impl From<Shell> for Script {
    fn from(shell: Shell) -> Script {
        match shell {
            Shell::Bash => Script::Bash,
            Shell::Zsh => Script::Zsh,
            Shell::Fish => Script::Fish,
            Shell::Pwsh => Script::Pwsh,
            Shell::Nu => Script::Nu,
            Shell::Elvish => Script::Elvish,
        }
    }
}

impl Script {
    /// Its file's name.
    pub const fn file_name(self) -> &'static str {
        match self {
            Script::Sh => "activate.sh",
            Script::Bash => "activate.bash",
            Script::Zsh => "activate.zsh",
            Script::Fish => "activate.fish",
            Script::Pwsh => "activate.ps1",
            Script::Nu => "activate.nu",
            Script::Elvish => "activate.elv",
            Script::Direnv => "direnv.sh",
        }
    }

    const fn template(self) -> &'static str {
        match self {
            Script::Sh => include_str!("script/activate.sh"),
            Script::Bash => include_str!("script/activate.bash"),
            Script::Zsh => include_str!("script/activate.zsh"),
            Script::Fish => include_str!("script/activate.fish"),
            Script::Pwsh => include_str!("script/activate.ps1"),
            Script::Nu => include_str!("script/activate.nu"),
            Script::Elvish => include_str!("script/activate.elv"),
            Script::Direnv => include_str!("script/direnv.sh"),
        }
    }
}

/// The text of a script.
pub fn script(script: Script, places: &Places) -> String {
    let values = [
        ("@shims@", places.shims.as_str()),
        ("@home@", places.home.as_str()),
        ("@scripts@", places.scripts.as_str()),
        ("@program@", places.program.as_str()),
        ("@bash_script@", &places.script_file(Script::Bash)),
    ];
    // One pass over the template: a path that looks like a mark must not be taken for one.
    let mut text = String::new();
    let mut rest = script.template();
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
