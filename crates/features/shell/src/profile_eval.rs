//! Lines of profiles that run text which is not in the profile: downloads, encoded commands, `Invoke-Expression`.
//!
//! Such a line may be meant (`Invoke-Expression (&starship init powershell)` is), so it is told and never judged. The
//! profiles of PowerShell are read in the order in which it runs them (about_Profiles): all users and all hosts, all
//! users and this host, this user and all hosts, this user and this host.

use std::path::PathBuf;

use sys::Sys;

use crate::Shell;
use crate::find::{Folders, profiles_ever, profiles_of_hosts};
use crate::limits::{PROFILE_BYTES_MAX, RIVALS_MAX};

/// A line of a profile that runs text from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eval {
    /// The profile.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// What it does.
    pub what: &'static str,
    /// When PowerShell runs the profile: `1 of 4, all users and all hosts`; empty for other shells.
    pub order: &'static str,
}

/// PowerShell's four kinds of profiles, in the order in which it runs them.
const ORDER: [&str; 4] = [
    "1 of 4, all users and all hosts",
    "2 of 4, all users and one host",
    "3 of 4, this user and all hosts",
    "4 of 4, this user and one host",
];

/// PowerShell's profiles with their place in the order, the folders of all users first.
pub fn powershell_profiles(sys: &Sys) -> Vec<(PathBuf, &'static str)> {
    let Ok(folders) = Folders::of(sys) else { return Vec::new() };
    let env = sys.env();
    let mut of_all = Vec::new();
    if let Some(root) = env.path_var("SystemRoot") {
        of_all.push(root.join("System32").join("WindowsPowerShell").join("v1.0"));
    }
    if let Some(programs) = env.path_var("ProgramFiles") {
        of_all.push(programs.join("PowerShell").join("7"));
    }
    if cfg!(unix) {
        of_all.push(PathBuf::from("/opt/microsoft/powershell/7"));
    }
    let mut profiles: Vec<(PathBuf, &'static str)> = Vec::new();
    profiles.extend(of_all.iter().map(|folder| (folder.join("profile.ps1"), ORDER[0])));
    let of_host = "Microsoft.PowerShell_profile.ps1";
    profiles.extend(of_all.iter().map(|folder| (folder.join(of_host), ORDER[1])));
    profiles.extend(profiles_ever(&folders, Shell::Pwsh).into_iter().map(|path| (path, ORDER[2])));
    profiles.extend(profiles_of_hosts(&folders).into_iter().map(|path| (path, ORDER[3])));
    profiles
}

/// The lines of PowerShell's profiles that run text from elsewhere. Ignores unreadable files.
pub fn powershell_evals(sys: &Sys) -> Vec<Eval> {
    let profiles = powershell_profiles(sys).into_iter();
    profiles.flat_map(|(path, order)| evals(sys, path, order, in_powershell)).collect()
}

/// The lines of these profiles of sh, bash, zsh or fish that run what they download or decode.
pub fn shell_evals(sys: &Sys, profiles: &[PathBuf]) -> Vec<Eval> {
    profiles.iter().flat_map(|path| evals(sys, path.clone(), "", in_shell)).collect()
}

fn evals(sys: &Sys, path: PathBuf, order: &'static str, judge: fn(&str) -> Option<&'static str>) -> Vec<Eval> {
    let Ok(Some(bytes)) = sys.fs().read_if_there(&path, PROFILE_BYTES_MAX) else { return Vec::new() };
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'));
    let found = lines
        .filter_map(|(index, line)| judge(line).map(|what| Eval { path: path.clone(), line: index + 1, what, order }));
    found.take(RIVALS_MAX).collect()
}

fn in_powershell(line: &str) -> Option<&'static str> {
    let lower = line.to_lowercase();
    let has_word = |word: &str| {
        lower.split(|character: char| !character.is_alphanumeric() && character != '-').any(|one| one == word)
    };
    let downloads = ["downloadstring", "invoke-webrequest", "invoke-restmethod", "net.webclient"];
    let downloads = downloads.iter().any(|word| lower.contains(word)) || has_word("iwr") || has_word("irm");
    let runs = has_word("invoke-expression") || has_word("iex");
    if runs && downloads {
        return Some("runs what it downloads");
    }
    if lower.contains("-encodedcommand") || has_word("-enc") || lower.contains("frombase64string") {
        return Some("runs or decodes an encoded command");
    }
    if runs {
        return Some("runs text as a command (`Invoke-Expression`)");
    }
    has_word("add-path").then_some("calls `Add-Path`, which is no command of PowerShell's own")
}

fn in_shell(line: &str) -> Option<&'static str> {
    let downloads = ["curl ", "wget "].iter().any(|word| line.contains(word));
    let squeezed: String = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let runs = ["| sh", "| bash", "| zsh", "|sh", "|bash", "eval "].iter().any(|word| squeezed.contains(word))
        || squeezed.contains("source <(")
        || squeezed.contains(". <(");
    if runs && downloads {
        return Some("runs what it downloads");
    }
    let decodes = squeezed.contains("base64 -d") || squeezed.contains("base64 --decode");
    (runs && decodes).then_some("runs an encoded command")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_run_is_told_from_text_that_is_not() {
        for line in [
            "Invoke-Expression (New-Object Net.WebClient).DownloadString('https://x.test')",
            "iwr https://x.test | iex",
            "IEX (&starship init powershell)",
            "powershell -EncodedCommand SQBFAFgA",
            "Add-Path C:\\Go\\bin",
        ] {
            assert!(in_powershell(line).is_some(), "{line}");
        }
        for line in ["$iexPath = 1", "Import-Module posh-git", "Write-Host 'fiex'", "", "Set-Alias g git"] {
            assert_eq!(in_powershell(line), None, "{line}");
        }
        for line in ["eval \"$(curl -fsSL https://x.test)\"", "wget -qO- x.test |  bash", "echo aGk= | base64 -d | sh"]
        {
            assert!(in_shell(line).is_some(), "{line}");
        }
        for line in ["eval \"$(mise activate bash)\"", "alias c='curl -L'", "# curl x | sh", "source ~/.cargo/env"] {
            assert_eq!(in_shell(line).filter(|_| !line.starts_with('#')), None, "{line}");
        }
    }

    #[test]
    fn the_four_kinds_of_profiles_come_in_powershell_s_order() {
        let vars = [
            ("SystemRoot", if cfg!(windows) { "C:\\Windows" } else { "/windows" }),
            ("HOME", "/home/u"),
            ("USERPROFILE", "C:\\u"),
            ("APPDATA", "C:\\u\\a"),
        ];
        let sys = Sys::new(sys::Fs::real(), sys::Clock::manual(0), sys::Env::of(vars, PathBuf::new(), None));
        let mut order: Vec<&str> = powershell_profiles(&sys).into_iter().map(|(_, order)| order).collect();
        assert!(order.is_sorted());
        order.dedup();
        assert_eq!(order, ORDER);
    }
}
