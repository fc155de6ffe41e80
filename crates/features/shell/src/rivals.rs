//! Finds rivals, which would override the shims: lines of profiles, lines that `go env -w` wrote, and entries in the
//! registry of Windows.
//!
//! Reads only the profiles themselves, not the files that they source.

use std::path::{Path, PathBuf};

use sys::Sys;

use crate::find::{Folders, profiles_ever, profiles_of_hosts};
use crate::limits::{PROFILE_BYTES_MAX, RIVALS_MAX};
use crate::managers::{is_go_folder, manager_in};
use crate::{Shell, block, leftovers};

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RivalKind {
    /// A line that gives GOROOT a value.
    Goroot,
    /// A line that activates another manager.
    Manager,
    /// A line that puts an entry before the shims in PATH, or resets PATH.
    Path,
    /// A line of the user's file of Go settings.
    GoEnv,
    /// Something in the registry of Windows.
    Registry,
}

/// Something that would override the shims, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    /// Its place: `path:line`.
    pub place: String,
    /// What it does.
    pub what: String,
    /// What to do.
    pub fix: String,
    /// What kind of thing it is.
    pub kind: RivalKind,
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1, if it is in a file.
    pub line: Option<usize>,
}

/// The rivals in the profiles, the user's file of Go settings and the registry. Ignores unreadable files.
/// `will_be_first`: as for [`leftovers`].
pub(crate) fn rivals(sys: &Sys, profiles: &[PathBuf], shims: &str, will_be_first: bool) -> Vec<Rival> {
    let mut found: Vec<Rival> = profiles.iter().flat_map(|path| in_profile(sys, path, false)).collect();
    if let Some(setting) = source::user_go_setting(sys, "GOTOOLCHAIN") {
        let what = format!("`go env -w GOTOOLCHAIN={}` was run once: it decides for every go command", setting.value);
        let fix = "`go env -u GOTOOLCHAIN` takes it back".to_owned();
        let path = PathBuf::from(&setting.origin);
        found.push(Rival { place: setting.origin, what, fix, kind: RivalKind::GoEnv, path, line: None });
    }
    let left = leftovers(sys, shims, will_be_first);
    found.extend(left.into_iter().filter(|leftover| leftover.is_problem).map(|leftover| Rival {
        place: format!("{}:", leftover.place.display()),
        what: format!("{}: {}", leftover.what, leftover.why),
        fix: leftover.fix,
        kind: RivalKind::Registry,
        path: leftover.place,
        line: None,
    }));
    found
}

/// The rivals in PowerShell's profiles on Windows, also in those without a block of goward's.
pub fn rivals_of_powershell(sys: &Sys) -> Vec<Rival> {
    let Some(folders) = sys.registry().and_then(|_| Folders::of(sys).ok()) else { return Vec::new() };
    let profiles = [profiles_ever(&folders, Shell::Pwsh), profiles_of_hosts(&folders)].concat();
    profiles.iter().flat_map(|path| in_profile(sys, path, true)).collect()
}

/// The profile of one host runs after that of all hosts, which is the one that has goward's block.
fn is_of_one_host(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("Microsoft."))
}

/// `is_late`: the profile has no block of goward's (on Windows PATH comes from the registry), so every line in it runs
/// after goward's entry.
fn in_profile(sys: &Sys, path: &Path, is_late: bool) -> Vec<Rival> {
    let Ok(Some(bytes)) = sys.fs().read_if_there(path, PROFILE_BYTES_MAX) else { return Vec::new() };
    let (is_late, mover) = match is_of_one_host(path) {
        true => (true, "move the line into `profile.ps1` of the same folder, before goward's block"),
        false => (is_late, "move the line up, before goward's block"),
    };
    let blocks = block::find(&bytes).unwrap_or_default();
    let block_line = blocks.last().map(|block| block.line);
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let found = lines.filter(|(_, line)| !line.starts_with('#')).filter_map(|(number, line)| {
        let is_after = block_line.map_or(is_late, |block| number >= block);
        let (kind, what, fix) = if sets_goroot(line) {
            let what = "sets GOROOT: a go command of another version then mixes two toolchains";
            (RivalKind::Goroot, what.to_owned(), "take the line out".to_owned())
        } else if !is_after {
            return None;
        } else if let Some(manager) = manager_in(line) {
            let what = format!("activates {manager} after goward, and so comes before it in PATH");
            (RivalKind::Manager, what, mover.to_owned())
        } else {
            (RivalKind::Path, bends_path(line)?.to_owned(), format!("{mover}, or take it out"))
        };
        let place = format!("{}:{number}", path.display());
        Some(Rival { place, what, fix, kind, path: path.to_owned(), line: Some(number) })
    });
    found.take(RIVALS_MAX).collect()
}

/// Whether a line of PowerShell changes PATH so that the shims are no longer first.
fn bends_path(line: &str) -> Option<&'static str> {
    let lower = line.to_lowercase();
    if lower.starts_with("setx path ") {
        return Some("writes PATH into the registry at each start, and cuts it there");
    }
    let value = lower.split_once("$env:path")?.1.trim_start().strip_prefix('=')?;
    let (first, has_rest) = match value.find("env:path").or_else(|| value.find("environmentvariable(")) {
        Some(at) => (&value[..at], true),
        None => (value, false),
    };
    if first.split([';', '"', '\'', '+', '(']).any(|entry| is_go_folder(entry.trim())) {
        return Some("puts another Go before goward in PATH");
    }
    (!has_rest).then_some("resets PATH, without its former entries")
}

/// Whether a line gives GOROOT a value, in the syntax of any of the shells.
fn sets_goroot(line: &str) -> bool {
    sets_goroot_in_powershell(line) || sets_goroot_as_shells_do(line)
}

/// The syntax of PowerShell and Windows; both ignore case.
fn sets_goroot_in_powershell(line: &str) -> bool {
    let lower = line.to_lowercase();
    if lower.starts_with("setx ") {
        return lower.split_whitespace().any(|word| word == "goroot");
    }
    let takes_away = ["$null", "''", "\"\""]
        .iter()
        .any(|nothing| lower.ends_with(nothing) || lower.contains(&format!("{nothing},")));
    let is_item = lower.contains("set-item") || lower.contains("new-item");
    let assigned = lower.split_once("env:goroot").or_else(|| lower.split_once(r"env:\goroot"));
    let is_set = assigned.is_some_and(|(_, after)| is_item || after.trim_start().starts_with('='));
    let call = ["setenvironmentvariable('goroot'", "setenvironmentvariable(\"goroot\""];
    (is_set || call.iter().any(|call| lower.contains(call))) && !takes_away
}

fn sets_goroot_as_shells_do(line: &str) -> bool {
    let Some((before, after)) = line.split_once("GOROOT") else { return false };
    if before.ends_with("$env:") {
        return false;
    }
    let word_begins = before.chars().next_back().is_none_or(|last| !last.is_ascii_alphanumeric() && last != '_');
    let assigns = after.trim_start().starts_with('=') && !after.trim_start().starts_with("==");
    let is_value = before.ends_with('$') || before.ends_with("${");
    let fish = line.starts_with("set ") && after.starts_with(' ') && !before.contains("-e");
    word_begins && !is_value && (assigns || fish)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goroot_is_seen_in_the_words_of_every_shell_and_its_use_is_not() {
        for line in [
            "export GOROOT=/usr/local/go",
            "GOROOT=/x; export GOROOT",
            "set -gx GOROOT /usr/local/go",
            "$env.GOROOT = '/x'",
            "$env:GOROOT = 'C:\\Go'",
            "set E:GOROOT = /x",
            "declare -x GOROOT=\"$HOME/go\"",
            "$Env:goroot = \"$HOME\\go\"",
            "setx GOROOT C:\\Go",
            "setx /M GOROOT \"C:\\Go\"",
            "[Environment]::SetEnvironmentVariable('GOROOT', 'C:\\Go', 'User')",
            "Set-Item -Path Env:GOROOT -Value C:\\Go",
        ] {
            assert!(sets_goroot(line), "{line}");
        }
        for line in [
            "unset GOROOT",
            "export PATH=$GOROOT/bin:$PATH",
            "set -e GOROOT",
            "MY_GOROOT=/x",
            "echo $GOROOT",
            "GOROOT_FINAL=/x",
            "Remove-Item Env:GOROOT",
            "$env:GOROOT = $null",
            "[Environment]::SetEnvironmentVariable('GOROOT', $null, 'User')",
            "if ($env:GOROOT -eq 'x') { }",
        ] {
            assert!(!sets_goroot(line), "{line}");
        }
    }

    #[test]
    fn a_path_that_is_set_anew_or_led_by_another_go_is_told_and_one_that_is_added_to_is_not() {
        for line in [
            r"$env:Path = 'C:\Go\bin;' + $env:Path",
            r#"$Env:PATH = "C:\sdk\go1.22.1\bin;$env:PATH""#,
            r"$env:PATH='C:\Windows;C:\tools'",
            r"setx PATH C:\Go\bin",
        ] {
            assert!(bends_path(line).is_some(), "{line}");
        }
        for line in [
            r"$env:Path += ';C:\Go\bin'",
            r#"$env:Path = "$env:Path;C:\Go\bin""#,
            r"$env:Path = 'C:\tools;' + $env:Path",
            r"$env:Path -split ';'",
            "$env:PATHEXT = '.EXE'",
            "echo $env:Path",
        ] {
            assert_eq!(bends_path(line), None, "{line}");
        }
    }
}
