//! Values of the go command's own variables with which it fails, or does something else than most users expect.
//!
//! Each value is the one that counts: that of the environment, else that of `go env -w`. Source of the rules: `main` in
//! cmd/go (GOPATH), cmd/go/internal/work (GOBIN), cmd/go/internal/base and cmd/internal/quoted (GOFLAGS). Which names of
//! flags there are depends on the release, so the go command itself reports an unknown one.

use std::path::{Component, Path, PathBuf};

use context::goroots;
use source::{GoSetting, go_setting};

use crate::finding::Finding;
use crate::inputs::Inputs;

pub(super) fn run(context: &Inputs) -> Vec<Finding> {
    let mut findings = Vec::new();
    let goroots = goroots(context.ctx);
    for (name, check) in [("GOPATH", gopath as Check), ("GOBIN", gobin), ("GOFLAGS", goflags)] {
        let setting = go_setting(&context.ctx.sys, name, &goroots).filter(|setting| !setting.value.is_empty());
        if let Some(setting) = setting {
            check(context, &Set { name, setting }, &mut findings);
        }
    }
    findings
}

type Check = fn(&Inputs, &Set, &mut Vec<Finding>);

/// A variable that is set, and where.
struct Set {
    name: &'static str,
    setting: GoSetting,
}

impl Set {
    /// What was found, and the place of the value.
    fn is(&self, what: &str) -> String {
        format!("{} {what} ({})", self.name, self.setting.origin)
    }

    /// How to remove the value.
    fn removal(&self) -> String {
        match self.setting.origin.ends_with("in the environment") {
            true => format!("unset {}", self.name),
            false => format!("`go env -u {}`", self.name),
        }
    }
}

fn gopath(context: &Inputs, gopath: &Set, findings: &mut Vec<Finding>) {
    let entries = std::env::split_paths(&gopath.setting.value).filter(|entry| !entry.as_os_str().is_empty());
    let entries: Vec<PathBuf> = entries.collect();
    // The go command ends at the first bad entry, so that one is enough.
    if let Some(entry) = entries.iter().find(|entry| entry.to_string_lossy().starts_with('~')) {
        let what = gopath.is(&format!("has an entry that begins with `~`: `{}`", entry.display()));
        let why = "every go command ends with `GOPATH entry cannot start with shell metacharacter '~'`: only a shell \
                   knows what it means, and not in quotes";
        let fix = format!("write the home folder's path there, or {}", gopath.removal());
        findings.push(Finding::problem("env-gopath-tilde", what, why, fix));
    } else if let Some(entry) = entries.iter().find(|entry| !entry.is_absolute()) {
        let what = gopath.is(&format!("has a relative entry: `{}`", entry.display()));
        let why = "every go command ends with `GOPATH entry is relative; must be absolute path`";
        let fix = format!("write an absolute path there, or {}", gopath.removal());
        findings.push(Finding::problem("env-gopath-relative", what, why, fix));
    }
    if let (Some(first), Some(_)) = (entries.first(), entries.get(1)) {
        let what = gopath.is(&format!("has {} entries", entries.len()));
        let why = "the go command installs programs and keeps the modules in the first one only; it looks for packages in \
                   all of them if modules are off";
        let fix = format!("nothing, if you want that; otherwise set it to `{}`", first.display());
        findings.push(Finding::note("env-gopath-several", what, why, fix));
    }
    let in_tree = |entry: &&PathBuf| tree_of(context, entry).is_some();
    if let Some((entry, tree)) = entries.iter().find(in_tree).and_then(|entry| Some((entry, tree_of(context, entry)?)))
    {
        let is_tree = cleaned(entry) == tree;
        let place = if is_tree { "is a toolchain's own folder" } else { "has an entry in a toolchain's folder" };
        let what = gopath.is(&format!("{place}: `{}`", entry.display()));
        let why = if is_tree {
            "the go command warns `both GOPATH and GOROOT are the same directory` and mixes your packages with its own; \
             goward removes the folder with the version, and `goward verify` reports what is added to it"
        } else {
            "the go command keeps modules and programs there; goward removes the folder with the version, and `goward \
             verify` reports what is added to it"
        };
        let fix = format!("set it to a folder of your own, such as `go` in your home folder, or {}", gopath.removal());
        findings.push(Finding::problem("env-gopath-goroot", what, why, fix));
    }
}

fn gobin(context: &Inputs, gobin: &Set, findings: &mut Vec<Finding>) {
    let path = Path::new(&gobin.setting.value);
    if !path.is_absolute() {
        let what = gobin.is(&format!("is not an absolute path: `{}`", path.display()));
        let why = "`go install` ends with `cannot install, GOBIN must be an absolute path`";
        let fix = format!("write an absolute path there, or {}", gobin.removal());
        findings.push(Finding::problem("env-gobin-relative", what, why, fix));
    } else if cleaned(path) == cleaned(&context.ctx.store.layout().shims()) {
        let what = gobin.is(&format!("is the folder of goward's shims: `{}`", path.display()));
        let why = "`go install` writes programs between the shims, and a program named `gofmt` or `go1.27.3` over one: the \
                   shims are one file with many names, so all of them would then be that program";
        let fix = format!("set it to a folder of your own on PATH, or {}", gobin.removal());
        findings.push(Finding::problem("env-gobin-shims", what, why, fix));
    } else if tree_of(context, path).is_some() {
        let what = gobin.is(&format!("is in a toolchain's folder: `{}`", path.display()));
        let why = "`go install` adds programs to the toolchain; goward removes them with the version, and `goward verify` \
                   reports them";
        let fix = format!("set it to a folder of your own on PATH, or {}", gobin.removal());
        findings.push(Finding::problem("env-gobin-toolchain", what, why, fix));
    }
}

/// The installed toolchain whose tree has this path, or is it.
fn tree_of(context: &Inputs, path: &Path) -> Option<PathBuf> {
    let chosen = context.env.as_ref().map(|env| env.toolchain.tree.clone());
    let mut trees = chosen.into_iter().chain(goroots(context.ctx)).map(|tree| cleaned(&tree));
    let path = cleaned(path);
    trees.find(|tree| path.starts_with(tree))
}

/// The path without `.` and `..`.
fn cleaned(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(cleaned.pop()),
            other => cleaned.push(other),
        }
    }
    cleaned
}

fn goflags(_: &Inputs, goflags: &Set, findings: &mut Vec<Finding>) {
    let flags = match split(&goflags.setting.value) {
        Ok(flags) => flags,
        Err(fault) => {
            let what = goflags.is(&format!("cannot be read: {fault}"));
            let why = "every go command but `go env` and `go bug` ends with `parsing $GOFLAGS`";
            let fix = format!(
                "write each flag as one word, `-name=value`, in quotes as a whole if it has spaces: `'-ldflags=-s -w'`; or {}",
                goflags.removal()
            );
            findings.push(Finding::problem("env-goflags-unreadable", what, why, fix));
            return;
        }
    };
    for flag in flags {
        let (name, value) = match flag.trim_start_matches('-').split_once('=') {
            Some((name, value)) => (name, value),
            None => (flag.trim_start_matches('-'), ""),
        };
        let what = goflags.is(&format!("has `{flag}`"));
        let fix = |instead: &str| format!("{instead}, or {}", goflags.removal());
        findings.push(match (name, value) {
            ("C", _) => {
                let why = "every go command ends with `-C flag must be first flag on command line`";
                Finding::problem("env-goflags-folder", what, why, fix("give it on the command line"))
            }
            ("mod", "vendor") => {
                let why = "every go command builds from the folder `vendor`, and fails in a module without one; a module \
                           with one needs no flag since Go 1.14";
                Finding::note("env-goflags-vendor", what, why, fix("give it on the command line where it is needed"))
            }
            ("modfile", _) => {
                let why = "the go command reads that file in place of every module's go.mod when it builds; which release \
                           runs, the go.mod still says";
                Finding::note("env-goflags-modfile", what, why, fix("give it on the command line where it is needed"))
            }
            ("overlay", _) => {
                let why = "the go command reads other files than those in the folder, in every module";
                Finding::note("env-goflags-overlay", what, why, fix("give it on the command line where it is needed"))
            }
            ("toolexec", _) => {
                let why = "the go command starts that program in place of every compiler and linker, and keeps what it builds \
                           apart from all other builds";
                Finding::note("env-goflags-toolexec", what, why, fix("give it on the command line where it is needed"))
            }
            _ => continue,
        });
    }
}

/// The flags, or the go command's word about the first that it refuses.
fn split(text: &str) -> Result<Vec<&str>, String> {
    let is_space = |letter: char| matches!(letter, ' ' | '\t' | '\n' | '\r');
    let mut flags = Vec::new();
    let mut rest = text.trim_start_matches(is_space);
    while let Some(first) = rest.chars().next() {
        // Quotes count around a whole flag only.
        let (flag, after) = match first {
            '"' | '\'' => {
                let closed = rest.strip_prefix(first).and_then(|inner| inner.split_once(first));
                closed.ok_or_else(|| format!("unterminated {first} string"))?
            }
            _ => rest.split_at(rest.find(is_space).unwrap_or(rest.len())),
        };
        flags.push(flag);
        rest = after.trim_start_matches(is_space);
    }
    let is_flag = |flag: &&str| {
        let name = flag.strip_prefix("--").or_else(|| flag.strip_prefix('-')).unwrap_or_default();
        !name.is_empty() && !name.starts_with(['-', '='])
    };
    match flags.iter().find(|flag| !is_flag(flag)) {
        Some(odd) => Err(format!("`{odd}` is not a flag")),
        None => Ok(flags),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn goflags_are_read_as_the_go_command_reads_them() {
        for (text, expected) in [
            ("", Ok(vec![])),
            (" \t\n", Ok(vec![])),
            ("-v", Ok(vec!["-v"])),
            ("-mod=mod  --trimpath\t-x", Ok(vec!["-mod=mod", "--trimpath", "-x"])),
            ("'-ldflags=-s -w' \"-tags=a b\"", Ok(vec!["-ldflags=-s -w", "-tags=a b"])),
            ("-ldflags='-s", Ok(vec!["-ldflags='-s"])),
            ("'-x''-v'", Ok(vec!["-x", "-v"])),
            ("-ldflags='-s -w'", Ok(vec!["-ldflags='-s", "-w'"])),
            ("'-ldflags=-s", Err("unterminated ' string")),
            ("\"", Err("unterminated \" string")),
            ("-mod vendor", Err("`vendor` is not a flag")),
            ("v", Err("`v` is not a flag")),
            ("-", Err("`-` is not a flag")),
            ("--", Err("`--` is not a flag")),
            ("---x", Err("`---x` is not a flag")),
            ("-=x", Err("`-=x` is not a flag")),
            ("--=x", Err("`--=x` is not a flag")),
            ("''", Err("`` is not a flag")),
        ] {
            assert_eq!(split(text), expected.map_err(str::to_owned), "{text}");
        }
    }
}
