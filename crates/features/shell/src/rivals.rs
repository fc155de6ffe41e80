//! What would fight the shims: lines of profiles, and what `go env -w` has left.
//!
//! Only the profiles themselves are looked at, not what they read in turn.

use std::path::{Path, PathBuf};

use serde::Serialize;
use sys::Sys;

use crate::block;
use crate::limits::{PROFILE_BYTES_MAX, RIVALS_MAX};

/// Something that would fight the shims, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rival {
    /// Where it stands: `path:line`.
    pub place: String,
    /// What it does.
    pub what: String,
}

/// What other managers are activated by. What stands before goward's block is no trouble: the shims come before it in
/// `PATH` then.
const MANAGERS: [(&str, &str); 12] = [
    ("goenv init", "goenv"),
    ("gvm/scripts/gvm", "gvm"),
    ("asdf.sh", "asdf"),
    ("asdf.fish", "asdf"),
    ("asdf.nu", "asdf"),
    ("mise activate", "mise"),
    ("rtx activate", "mise"),
    ("vfox activate", "vfox"),
    ("proto activate", "proto"),
    (".goup/env", "goup"),
    (".gobrew/", "gobrew"),
    (".g/env", "g"),
];

/// What the profiles and the user's file of Go settings have that fights the shims. What cannot be read says nothing.
pub(crate) fn rivals(sys: &Sys, profiles: &[PathBuf]) -> Vec<Rival> {
    let mut found: Vec<Rival> = profiles.iter().flat_map(|path| in_profile(sys, path)).collect();
    if let Some(setting) = source::user_go_setting(sys, "GOTOOLCHAIN") {
        let what = format!(
            "`go env -w GOTOOLCHAIN={}` was run once: it decides for every go command; `go env -u GOTOOLCHAIN` takes it back",
            setting.value
        );
        found.push(Rival { place: setting.origin, what });
    }
    found
}

fn in_profile(sys: &Sys, path: &Path) -> Vec<Rival> {
    let Ok(Some(bytes)) = sys.fs().read_if_there(path, PROFILE_BYTES_MAX) else { return Vec::new() };
    let blocks = block::find(&bytes).unwrap_or_default();
    let block_line = blocks.last().map(|block| block.line);
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let found = lines.filter(|(_, line)| !line.starts_with('#')).filter_map(|(number, line)| {
        let what = if sets_goroot(line) {
            "sets GOROOT: a go command of another version then mixes two toolchains; take the line out".to_owned()
        } else {
            let manager = MANAGERS.iter().find(|(mark, _)| line.contains(mark)).map(|(_, name)| name)?;
            if block_line.is_none_or(|block| number < block) {
                return None;
            }
            format!("activates {manager} after goward, and so comes before it in PATH; move the line up, before goward's block")
        };
        Some(Rival { place: format!("{}:{number}", path.display()), what })
    });
    found.take(RIVALS_MAX).collect()
}

/// Whether a line gives GOROOT a value, in any of the shells' words.
fn sets_goroot(line: &str) -> bool {
    let Some((before, after)) = line.split_once("GOROOT") else { return false };
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
        ] {
            assert!(!sets_goroot(line), "{line}");
        }
    }
}
