//! The scripts: static text, into which `render.rs` puts the paths of this machine.

use crate::Shell;

/// A script that goward writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// What bash's script reads when it needs it.
    BashHook,
    /// What zsh's script reads when it needs it.
    ZshHook,
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
    /// The scripts that a shell's profiles read.
    pub(crate) fn files_of(shell: Shell) -> Vec<Script> {
        let first = Script::from(shell);
        let common = (shell == Shell::Bash).then_some(Script::Sh);
        [Some(first), first.second().map(|(second, _)| second), common].into_iter().flatten().collect()
    }

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
            Script::BashHook => "hook.bash",
            Script::ZshHook => "hook.zsh",
            Script::Direnv => "direnv.sh",
        }
    }

    pub(crate) const fn template(self) -> &'static str {
        match self {
            Script::Sh => include_str!("script/activate.sh"),
            Script::Bash => include_str!("script/activate.bash"),
            Script::Zsh => include_str!("script/activate.zsh"),
            Script::Fish => include_str!("script/activate.fish"),
            Script::Pwsh => include_str!("script/activate.ps1"),
            Script::Nu => include_str!("script/activate.nu"),
            Script::Elvish => include_str!("script/activate.elv"),
            Script::BashHook => include_str!("script/hook.bash"),
            Script::ZshHook => include_str!("script/hook.zsh"),
            Script::Direnv => include_str!("script/direnv.sh"),
        }
    }

    /// The second part of a script, which is a separate file, and the text that loads it in the first.
    ///
    /// Reading both takes a tenth of bash's start; few prompts need the second.
    pub(crate) const fn second(self) -> Option<(Script, &'static str)> {
        match self {
            Script::Bash => Some((Script::BashHook, include_str!("script/more.bash"))),
            Script::Zsh => Some((Script::ZshHook, include_str!("script/more.zsh"))),
            _ => None,
        }
    }
}
