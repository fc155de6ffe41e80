//! Recognises other managers of Go, and folders of other Gos.

/// Words in the lines that activate other managers, in lower case and with `/` for `\\`. A line before goward's block
/// does no harm: the shims then come first in `PATH`.
const MANAGERS: [(&str, &str); 17] = [
    ("goenv init", "goenv"),
    ("gvm/scripts/gvm", "gvm"),
    ("gvm --format=powershell", "gvm"),
    ("gvm.exe --format=powershell", "gvm"),
    ("asdf.sh", "asdf"),
    ("asdf.fish", "asdf"),
    ("asdf.nu", "asdf"),
    ("asdf.ps1", "asdf"),
    ("mise activate", "mise"),
    ("rtx activate", "mise"),
    ("vfox activate", "vfox"),
    ("proto activate", "proto"),
    (".goup/env", "goup"),
    (".gobrew/", "gobrew"),
    (".g/env", "g"),
    ("g.exe use", "g"),
    ("scoop/shims", "scoop"),
];

/// The manager that a text names as separate words.
pub(crate) fn manager_in(text: &str) -> Option<&'static str> {
    let plain = text.to_lowercase().replace('\\', "/");
    let is_word = |at: usize, mark: &str| {
        let begins = !mark.starts_with(|first: char| first.is_ascii_alphanumeric());
        begins || plain[..at].chars().next_back().is_none_or(|last| !last.is_alphanumeric() && !"-_".contains(last))
    };
    let found = MANAGERS.iter().find(|(mark, _)| plain.match_indices(mark).any(|(at, _)| is_word(at, mark)));
    found.map(|(_, name)| *name)
}

/// Whether an entry looks like the programs of a Go: `…\Go\bin`, `…\go1.22.1\bin`.
pub(crate) fn is_go_folder(entry: &str) -> bool {
    let plain = entry.trim().replace('"', "").replace('\\', "/").to_lowercase();
    let Some((folder, "bin")) = plain.trim_end_matches('/').rsplit_once('/') else { return false };
    let name = folder.rsplit('/').next().unwrap_or(folder);
    name == "go" || name.strip_prefix("go").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_managers_are_known_by_their_own_words_and_not_by_a_part_of_others() {
        for (line, manager) in [
            ("eval \"$(goenv init -)\"", Some("goenv")),
            (r". $HOME\.g\env.ps1", Some("g")),
            (r"& C:\tools\g.exe use 1.22.1", Some("g")),
            ("gvm --format=powershell 1.22 | Invoke-Expression", Some("gvm")),
            (r". C:\asdf\asdf.ps1", Some("asdf")),
            ("(& mise activate pwsh) | Out-String | Invoke-Expression", Some("mise")),
            ("Invoke-Expression \"$(vfox activate pwsh)\"", Some("vfox")),
            (r#"$env:Path = "$HOME\scoop\shims;" + $env:Path"#, Some("scoop")),
            ("config.exe use", None),
            ("notasdf.sh", None),
            ("Import-Module scoop-completion", None),
        ] {
            assert_eq!(manager_in(line), manager, "{line}");
        }
    }
}
