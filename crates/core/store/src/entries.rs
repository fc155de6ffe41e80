//! The table of what goward's home holds: each name, of what kind it is, and which names goward gives inside it.
//!
//! Whoever must know all of it reads this table: the check of owners ([`crate::TrustedHome`]), the search for names of
//! another kind ([`Store::misplaced`](crate::Store::misplaced)), and the removal of a whole store.

use sys::EntryKind;

use crate::projects::NAME_DIGITS;

/// What an entry of the home is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A folder of files.
    Files,
    /// A folder of folders or of both.
    Folder,
    /// A file.
    File,
    /// What leads to the generation in use: a link, on Windows a file (`current`) or a junction (`default`).
    Pointer,
}

/// One name in goward's home.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub form: Form,
    /// Whether goward runs, carries out or believes what it holds without a further check.
    pub believed: bool,
    /// Whether goward removes it with the store. What a repair has set aside is the user's.
    pub goes: bool,
    /// Whether goward gives this name to something inside it.
    gives: fn(&str) -> bool,
}

/// Every name in goward's home, in the order in which a removal of the store takes them: the shims first, so that no
/// command finds half a store; the locks last.
pub(crate) const ENTRIES: &[Entry] = &[
    believed("shims", Form::Files, is_shim),
    believed("releases", Form::Files, is_of_toolchain),
    believed("shim.table", Form::File, never),
    believed("current", Form::Pointer, never),
    plain("default", Form::Pointer, never),
    believed("shell", Form::Folder, |name| name == "zsh" || starts(name, &["activate.", "complete.", "hook."])),
    plain("sdk", Form::Folder, is_of_toolchain),
    believed("generations", Form::Folder, |name| is_of(name, "") || name.starts_with("spare")),
    believed("toolchains", Form::Folder, is_of_toolchain),
    believed("manifests", Form::Files, is_of_toolchain),
    believed("staging", Form::Folder, is_of_toolchain),
    plain("trash", Form::Folder, is_of_toolchain),
    plain("work", Form::Folder, |name| is_of(name, "-")),
    believed("downloads", Form::Folder, |name| {
        is_of_toolchain(name) || ends(name, &[".parts", ".zip", ".whl", ".tar.gz", ".lock"])
    }),
    // Its names are those of sources: whether it is goward's depends on what else is in the home.
    plain("cache", Form::Folder, never),
    plain("heads", Form::Files, |name| name.contains('.')),
    plain("isolated", Form::Folder, |name| is_of_toolchain(name) || name == "projects"),
    plain("projects", Form::Files, |name| {
        name.len() == NAME_DIGITS && name.chars().all(|char| char.is_ascii_hexdigit())
    }),
    believed("snapshots", Form::Files, |name| {
        ends(name, &[".json", ".protected", ".pulled", ".files"]) || ["newest", "stopped"].contains(&name)
    }),
    plain("drills", Form::Files, |name| name.strip_suffix(".json").is_some_and(|name| is_of(name, ""))),
    believed("blocked.json", Form::File, never),
    believed("system.json", Form::File, never),
    believed("transactions", Form::Folder, |name| {
        ends(name, &[".done", ".reverted", ".failed", ".new", ".reverting"]) || is_of(name, "-")
    }),
    believed("journal.log", Form::File, never),
    Entry { goes: false, ..plain("set-aside", Form::Folder, never) },
    plain("running", Form::Files, |name| {
        name.rsplit_once('.')
            .is_some_and(|(name, end)| crate::running::is_name(name) && ["json", "lock"].contains(&end))
    }),
    believed("locks", Form::Files, |name| ends(name, &[".lock", ".lease"])),
];

impl Entry {
    /// Whether goward gives such a name to something inside this entry.
    pub(crate) fn gives(&self, name: &str) -> bool {
        (self.gives)(name)
    }

    /// The kind that goward makes, and needs; `None` for a pointer, which has a check of its own.
    pub(crate) fn kind(&self) -> Option<EntryKind> {
        match self.form {
            Form::Files | Form::Folder => Some(EntryKind::Dir),
            Form::File => Some(EntryKind::File),
            Form::Pointer => None,
        }
    }
}

const fn plain(name: &'static str, form: Form, gives: fn(&str) -> bool) -> Entry {
    Entry { name, form, believed: false, goes: true, gives }
}

const fn believed(name: &'static str, form: Form, gives: fn(&str) -> bool) -> Entry {
    Entry { believed: true, ..plain(name, form, gives) }
}

fn never(_: &str) -> bool {
    false
}

fn is_of_toolchain(name: &str) -> bool {
    name.strip_prefix("go").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

fn is_shim(name: &str) -> bool {
    is_of_toolchain(name)
        || name.starts_with("go.")
        || ["go", "gofmt", "goward", ".goward"].contains(&name)
        || name.ends_with(".exe")
        || name.contains(".new-")
}

fn starts(name: &str, starts: &[&str]) -> bool {
    starts.iter().any(|start| name.starts_with(start))
}

fn ends(name: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| name.ends_with(end))
}

/// Whether a name has only digits and these characters.
fn is_of(name: &str, others: &str) -> bool {
    name.chars().all(|char| char.is_ascii_digit() || others.contains(char))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn is_given(folder: &str, name: &str) -> bool {
        ENTRIES.iter().find(|entry| entry.name == folder).expect("an entry").gives(name)
    }

    #[test]
    fn names_of_the_user_in_folders_with_common_names_are_not_goward_s() {
        for (folder, name) in [
            ("projects", "shop"),
            ("projects", "deadbeef"),
            ("work", "main"),
            ("downloads", "photo.jpg"),
            ("shell", "bashrc"),
            ("sdk", "flutter"),
            ("trash", "old"),
            ("locks", "door"),
            ("drills", "power.json"),
            ("default", "go"),
            ("toolchains", "gopher"),
            ("running", "notes.json"),
        ] {
            assert!(!is_given(folder, name), "{folder}/{name}");
        }
        for (folder, name) in [
            ("toolchains", "go1.27.3.linux-amd64"),
            ("staging", "go1.27.3.linux-amd64.17-1700000000000.lock"),
            ("generations", "spare"),
            ("generations", "41"),
            ("projects", "0123456789abcdef"),
            ("work", "17-1700000000-1"),
            ("shims", "gofmt"),
            ("releases", "go1.27.3"),
            ("locks", "go1.27.3.linux-amd64.lease"),
            ("drills", "1700000000000000000.json"),
            ("heads", "sum.golang.org"),
            ("running", "17-1700000000000000000.json"),
        ] {
            assert!(is_given(folder, name), "{folder}/{name}");
        }
    }

    /// The names that the picture of the home in `layout.rs` shows.
    fn drawn() -> BTreeSet<&'static str> {
        let text = include_str!("layout.rs");
        let picture = text.split("```").nth(1).expect("a picture");
        let lines = picture.lines().filter_map(|line| line.strip_prefix("/// "));
        let names = lines.filter_map(|line| line.split(['/', ' ']).next());
        names.filter(|name| !name.is_empty() && *name != "text").collect()
    }

    #[test]
    fn the_table_has_the_names_that_the_picture_shows() {
        let named: BTreeSet<&str> = ENTRIES.iter().map(|entry| entry.name).collect();
        assert_eq!(named.len(), ENTRIES.len(), "a name twice");
        assert_eq!(named, drawn());
    }
}
