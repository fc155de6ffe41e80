//! The shells that goward knows.

/// A shell that can be activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shell {
    /// GNU Bash, from 3.2 on.
    Bash,
    /// Z shell.
    Zsh,
    /// fish, from 3.4 on.
    Fish,
    /// PowerShell, from 5.1 on.
    Pwsh,
    /// nushell.
    Nu,
    /// elvish.
    Elvish,
}

impl Shell {
    /// All of them, in the order of output.
    pub const ALL: [Shell; 6] = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Pwsh, Shell::Nu, Shell::Elvish];

    /// Its name, which is its program's.
    pub const fn name(self) -> &'static str {
        match self {
            Shell::Bash => "bash",
            Shell::Zsh => "zsh",
            Shell::Fish => "fish",
            Shell::Pwsh => "pwsh",
            Shell::Nu => "nu",
            Shell::Elvish => "elvish",
        }
    }

    /// Whether it runs on Windows as a native program. The others have their own environment, take PATH from Windows,
    /// and write it in another way.
    pub(crate) const fn is_native_to_windows(self) -> bool {
        matches!(self, Shell::Pwsh | Shell::Nu | Shell::Elvish)
    }

    /// The shell of this name.
    pub fn named(name: &str) -> Option<Shell> {
        Shell::ALL.into_iter().find(|shell| shell.name() == name)
    }
}

impl std::fmt::Display for Shell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
