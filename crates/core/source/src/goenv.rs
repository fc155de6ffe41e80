//! The user's Go configuration, read without running go.
//!
//! A setting is read from the places that the go command reads (cmd/go/internal/cfg:
//! `EnvOrAndChanged`): the environment, the user's file that `go env -w` writes (`GOENV`, else
//! `go/env` in the user's configuration folder), then `go.env` in a GOROOT. The result names the
//! place.

use std::path::{Path, PathBuf};

use sys::Sys;

use crate::limits::GOENV_BYTES_MAX;

/// A value of the user's Go configuration, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoSetting {
    /// The value.
    pub value: String,
    /// Its place: `GOPROXY in the environment`, or `path:line`.
    pub origin: String,
}

/// Looks a setting up. `goroots` are trees whose `go.env` counts, best first: installed toolchains; the
/// `go` on `PATH` comes after them.
///
/// An unreadable file counts as empty, as for the go command.
pub fn go_setting(sys: &Sys, name: &str, goroots: &[PathBuf]) -> Option<GoSetting> {
    if let Some(value) = sys.env().var(name) {
        return Some(GoSetting { value: value.to_owned(), origin: format!("{name} in the environment") });
    }
    let on_path = sys.env().search_path().into_iter().filter_map(|folder| goroot_of(sys, &folder));
    let files = user_go_env(sys)
        .into_iter()
        .chain(sys.env().path_var("GOROOT").map(|root| root.join("go.env")))
        .chain(goroots.iter().map(|root| root.join("go.env")))
        .chain(on_path.map(|root| root.join("go.env")));
    files.into_iter().find_map(|path| in_file(sys, name, &path))
}

fn in_file(sys: &Sys, name: &str, path: &Path) -> Option<GoSetting> {
    let file = GoEnvFile::read(sys, path);
    let line = file.last(name).filter(|line| !line.value.trim().is_empty())?;
    Some(GoSetting { value: line.value.trim().to_owned(), origin: format!("{}:{}", path.display(), line.number) })
}

/// Looks a setting up in the user's file only, which `go env -w` writes.
pub fn user_go_setting(sys: &Sys, name: &str) -> Option<GoSetting> {
    in_file(sys, name, &user_go_env(sys)?)
}

/// A file of `NAME=value` lines: the one that `go env -w` writes, or a tree's `go.env`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoEnvFile {
    lines: Vec<GoEnvLine>,
}

/// One line of such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoEnvLine {
    /// The variable.
    pub name: String,
    /// Its value, untrimmed; it may be empty.
    pub value: String,
    /// The line, counted from 1.
    pub number: usize,
}

impl GoEnvFile {
    /// Reads as the go command does (cmd/go/internal/cfg: `readEnvFile`): ignores a line that does not begin with a
    /// capital letter or has no `=`, trims nothing, and treats an unreadable file as empty, also one that is too long
    /// or not text.
    pub fn read(sys: &Sys, path: &Path) -> GoEnvFile {
        let bytes = sys.fs().read(path, GOENV_BYTES_MAX).ok();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        let lines = text.split('\n').enumerate().filter_map(|(index, line)| {
            let (name, value) = line.split_once('=')?;
            name.starts_with(|first: char| first.is_ascii_uppercase()).then(|| GoEnvLine {
                name: name.to_owned(),
                value: value.to_owned(),
                number: index + 1,
            })
        });
        GoEnvFile { lines: lines.collect() }
    }

    /// Every line, in order.
    pub fn lines(&self) -> &[GoEnvLine] {
        &self.lines
    }

    /// The lines of a user's file that count: a later line replaces an earlier one, also with an empty value.
    pub fn last(&self, name: &str) -> Option<&GoEnvLine> {
        self.lines.iter().rev().find(|line| line.name == name)
    }

    /// The lines of a tree's `go.env` that count: the first value stays.
    pub fn first(&self, name: &str) -> Option<&GoEnvLine> {
        self.lines.iter().find(|line| line.name == name)
    }
}

/// The file that `go env -w` writes: `GOENV`, else `go/env` in the user's configuration folder; none if `GOENV=off`
/// (cmd/go/internal/cfg: `EnvFile`). It may not exist.
pub fn user_go_env(sys: &Sys) -> Option<PathBuf> {
    match sys.env().var("GOENV") {
        Some("off") => None,
        Some(path) => Some(PathBuf::from(path)),
        None => sys.env().user_config_folder().map(|folder| folder.join("go").join("env")),
    }
}

/// The tree of a `go` in a folder of `PATH`, links followed.
fn goroot_of(sys: &Sys, folder: &Path) -> Option<PathBuf> {
    let go = folder.join(sys::program_file_name("go"));
    let real = sys.fs().resolve(&go).ok()?;
    Some(real.parent()?.parent()?.to_owned())
}
