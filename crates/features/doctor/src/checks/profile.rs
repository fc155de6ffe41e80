//! Lines of shell profiles that set Go's variables; on Windows those of PowerShell, by setup's list.

use std::path::PathBuf;

use crate::finding::Finding;
use crate::inputs::Inputs;
use crate::limits::{PROFILE_BYTES_MAX, PROFILES_MAX};

/// Profiles in the home folder.
const OF_USER: [&str; 9] = [
    ".profile",
    ".bash_profile",
    ".bash_login",
    ".bashrc",
    ".zshenv",
    ".zprofile",
    ".zshrc",
    ".zlogin",
    ".config/fish/config.fish",
];
/// Profiles of the machine.
const OF_MACHINE: [&str; 6] =
    ["/etc/profile", "/etc/bash.bashrc", "/etc/environment", "/etc/zsh/zshenv", "/etc/zshenv", "/etc/zsh/zprofile"];

const SET_IN_EVERY_SHELL: &str = "it is set in every new shell, and works against what is chosen there";

pub(super) fn run(context: &Inputs) -> Vec<Finding> {
    if context.ctx.sys.registry().is_some() {
        let rivals = shell::rivals_of_powershell(&context.ctx.sys).into_iter().filter_map(in_powershell);
        return rivals.chain(shell::powershell_evals(&context.ctx.sys).into_iter().map(eval)).collect();
    }
    let mut findings = Vec::new();
    let fs = context.ctx.sys.fs();
    for path in profiles(context) {
        let Ok(Some(bytes)) = fs.read_if_there(&path, PROFILE_BYTES_MAX) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        for (index, line) in text.lines().enumerate() {
            findings.extend(finding(line).map(|finding| finding.at(&path, Some(index + 1))));
        }
    }
    let sys = &context.ctx.sys;
    let evals = shell::shell_evals(sys, &profiles(context)).into_iter().chain(shell::powershell_evals(sys));
    findings.extend(evals.map(eval));
    findings
}

/// A line that runs text from elsewhere: it may be meant, so it is a note.
fn eval(eval: shell::Eval) -> Finding {
    let order = if eval.order.is_empty() { String::new() } else { format!(" (profile {})", eval.order) };
    let what = format!("a line {}{order}", eval.what);
    let why = "what it runs is not in the profile, and may be another thing at each start of a shell";
    let fix = "see that it is yours; a tool's own file, loaded by its path, does the same";
    Finding::note("profile-eval", what, why, fix).at(eval.path, Some(eval.line))
}

fn in_powershell(rival: shell::Rival) -> Option<Finding> {
    let (word, why) = match rival.kind {
        shell::RivalKind::Goroot => ("profile-goroot", SET_IN_EVERY_SHELL),
        shell::RivalKind::Manager => ("profile-manager", "its go is then found before goward's shims"),
        shell::RivalKind::Path => ("profile-path", "another go may then be found before goward's shims"),
        // These are not in profiles.
        shell::RivalKind::GoEnv | shell::RivalKind::Registry => return None,
    };
    let what = format!("a line {}", rival.what);
    Some(Finding::problem(word, what, why, rival.fix).at(rival.path, rival.line))
}

fn profiles(context: &Inputs) -> Vec<PathBuf> {
    let home = context.ctx.sys.env().home();
    let of_user = home.iter().flat_map(|home| OF_USER.iter().map(|name| home.join(name)));
    let mut paths: Vec<PathBuf> = of_user.chain(OF_MACHINE.iter().map(PathBuf::from)).collect();
    paths.extend(context.inside(&PathBuf::from("/etc/profile.d")).into_iter().take(PROFILES_MAX));
    paths
}

fn finding(line: &str) -> Option<Finding> {
    let why = SET_IN_EVERY_SHELL;
    let (name, value) = assignment(line)?;
    let fix = format!("take the line out, and `unset {name}` in shells that are open");
    match name {
        "GOROOT" => Some(Finding::problem("profile-goroot", format!("GOROOT is set to `{value}`"), why, fix)),
        "GOTOOLCHAIN" if !matches!(value, "auto" | "path") => {
            Some(Finding::note("profile-gotoolchain", format!("GOTOOLCHAIN is set to `{value}`"), why, fix))
        }
        _ => None,
    }
}

/// The variable that a line sets, in the words of sh or fish; comments set none.
fn assignment(line: &str) -> Option<(&'static str, &str)> {
    let line = line.trim();
    let words = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let mut fish =
        line.strip_prefix("set ").unwrap_or_default().split_whitespace().filter(|word| !word.starts_with('-'));
    let (fish_name, fish_value) = (fish.next(), fish.next());
    for name in ["GOROOT", "GOTOOLCHAIN"] {
        if let Some(value) = words.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            return Some((name, unquoted(value)));
        }
        if fish_name == Some(name) {
            return fish_value.map(|value| (name, unquoted(value)));
        }
    }
    None
}

fn unquoted(value: &str) -> &str {
    value.split([';', '#']).next().unwrap_or_default().trim().trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_of_sh_and_fish_are_seen_and_comments_are_not() {
        for (line, expected) in [
            ("export GOROOT=/usr/lib/go", Some(("GOROOT", "/usr/lib/go"))),
            ("  GOROOT=\"$HOME/go\" # old", Some(("GOROOT", "$HOME/go"))),
            ("export GOTOOLCHAIN='local'; true", Some(("GOTOOLCHAIN", "local"))),
            ("set -gx GOROOT /opt/go", Some(("GOROOT", "/opt/go"))),
            ("set -gx GOTOOLCHAIN go1.23.5", Some(("GOTOOLCHAIN", "go1.23.5"))),
            ("# export GOROOT=/usr/lib/go", None),
            ("export GOROOT", None),
            ("export GOROOT_FINAL=/x", None),
            ("echo $GOROOT", None),
            ("set -e GOROOT", None),
            ("", None),
        ] {
            assert_eq!(assignment(line), expected, "{line}");
        }
    }
}
