//! Resolves a program: an absolute path, or a name that is looked up in the absolute folders of `PATH`.
//!
//! A relative path names another file in every folder, so the author of the folder would choose what runs. The types
//! exclude such a path: a [`Program`] is absolute, and [`Sys::find_program`] ignores `.`, empty and relative entries of
//! `PATH`.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Component, Path, PathBuf};

use crate::{EntryKind, Env, Fs, Sys};

/// A program by its absolute path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program(PathBuf);

/// A path of a program that is not absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAbsolute {
    /// The path, as it was given.
    pub path: PathBuf,
}

impl fmt::Display for NotAbsolute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an absolute path: it would name another program in every folder", self.path.display())
    }
}

impl std::error::Error for NotAbsolute {}

impl From<NotAbsolute> for std::io::Error {
    fn from(error: NotAbsolute) -> std::io::Error {
        std::io::Error::new(std::io::ErrorKind::InvalidInput, error)
    }
}

impl Program {
    /// The program at this path.
    ///
    /// # Errors
    /// When the path is not absolute.
    pub fn at(path: impl Into<PathBuf>) -> Result<Program, NotAbsolute> {
        let path = path.into();
        if path.is_absolute() { Ok(Program(path)) } else { Err(NotAbsolute { path }) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Whether a word of a setting can name a program: an absolute path, or a name alone.
    pub fn is_word(word: &str) -> bool {
        Path::new(word).is_absolute() || is_name(OsStr::new(word))
    }
}

/// Why a word names no program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoProgram {
    /// It is a path that is not absolute.
    Relative(NotAbsolute),
    /// No absolute folder of `PATH` has a program of this name.
    NotOnPath {
        /// The name.
        name: String,
    },
}

impl fmt::Display for NoProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoProgram::Relative(error) => error.fmt(f),
            NoProgram::NotOnPath { name } => {
                write!(f, "no program `{name}` is on PATH (of which only absolute folders are looked at)")
            }
        }
    }
}

impl std::error::Error for NoProgram {}

impl Sys {
    /// The program that a word names: the path itself if it is absolute, else the first program of that name in the
    /// absolute folders of `PATH`.
    ///
    /// # Errors
    /// When it is a relative path, or there is none on `PATH`. Does not check an absolute path: the system refuses it
    /// with its own error.
    pub fn find_program(&self, word: impl AsRef<OsStr>) -> Result<Program, NoProgram> {
        let word = word.as_ref();
        if Path::new(word).is_absolute() {
            return Ok(Program(PathBuf::from(word)));
        }
        if !is_name(word) {
            return Err(NoProgram::Relative(NotAbsolute { path: word.into() }));
        }
        let missing = || NoProgram::NotOnPath { name: word.to_string_lossy().into_owned() };
        self.env().programs(self.fs(), word).next().ok_or_else(missing)
    }
}

impl Env {
    /// The programs of this name in `PATH`, in its order; none if the name is a path.
    pub fn programs<'a>(&self, fs: &'a Fs, name: &'a OsStr) -> impl Iterator<Item = Program> + 'a {
        programs_in(fs, self.search_path(), name)
    }
}

/// The programs of this name in these folders, in their order; none if the name is a path. Ignores folders that are not
/// absolute.
pub fn programs_in<'a>(
    fs: &'a Fs,
    folders: impl IntoIterator<Item = PathBuf, IntoIter: 'a>,
    name: &'a OsStr,
) -> impl Iterator<Item = Program> + 'a {
    let folders = folders.into_iter().filter(move |folder| folder.is_absolute() && is_name(name));
    let paths = folders.flat_map(move |folder| with_suffixes(folder.join(name)));
    paths.filter(|path| fs.is_program(path)).map(Program)
}

impl Fs {
    /// Whether this is a file that the system would start, links followed.
    pub fn is_program(&self, path: &Path) -> bool {
        match self.follow(path) {
            Ok(Some(meta)) => meta.kind == EntryKind::File && (cfg!(windows) || meta.mode & 0o111 != 0),
            _ => false,
        }
    }
}

/// The file of a program of this machine: `go.exe` on Windows, `go` elsewhere.
pub fn program_file_name(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

/// A bare name: without a folder, and not a folder itself (`..`).
fn is_name(word: &OsStr) -> bool {
    let mut parts = Path::new(word).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(name)), None) if name == word)
}

/// The extensions that Windows itself starts, in the order of its shells. Other programs open the rest of `PATHEXT`,
/// which is the task of a shell.
const PROGRAM_SUFFIXES: [&str; 4] = [".com", ".exe", ".bat", ".cmd"];

/// The files that a path of a program can mean: itself. On Windows a program is found without its extension; and a file
/// with none of these extensions, `tool.v2`, is data, which must not hide `tool.v2.exe`.
pub fn with_suffixes(path: PathBuf) -> Vec<PathBuf> {
    if !cfg!(windows) {
        return vec![path];
    }
    let with = |suffix: &&str| {
        let mut with_suffix = path.clone().into_os_string();
        with_suffix.push(suffix);
        PathBuf::from(with_suffix)
    };
    let mut paths: Vec<PathBuf> = PROGRAM_SUFFIXES.iter().map(with).collect();
    let is_suffix = |end: &OsStr| PROGRAM_SUFFIXES.iter().any(|suffix| end.eq_ignore_ascii_case(&suffix[1..]));
    if path.extension().is_some_and(is_suffix) {
        paths.insert(0, path);
    }
    paths
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::Clock;

    #[test]
    fn a_program_is_named_by_an_absolute_path_or_by_a_name_alone() {
        for word in ["pip3", "/usr/bin/pip3", "python3.11", "...", "-"] {
            assert!(Program::is_word(word), "{word}");
        }
        for word in ["", ".", "..", "./pip3", "x/y", "pip3/", "../pip3", "pip3/."] {
            assert!(!Program::is_word(word), "{word}");
        }
        assert!(Program::at("bin/go").is_err());
        assert!(Program::at("/bin/go").is_ok());
    }

    #[test]
    fn only_absolute_folders_of_path_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let fs = Fs::real();
        let place = |name: &str, mode| {
            fs.create_dirs(folder.path().join(name).parent().unwrap()).unwrap();
            fs.replace(&folder.path().join(name), b"#!/bin/sh\n").unwrap();
            fs.set_mode(&folder.path().join(name), mode).unwrap();
        };
        place("tool", 0o755);
        place("data/tool", 0o644);
        place("bin/tool", 0o755);
        let sys = |path: String| {
            let env = Env::of([("PATH", path)], folder.path().to_owned(), None);
            Sys::new(Fs::real(), Clock::real(), env)
        };
        let at = |name: &str| folder.path().join(name).display().to_string();
        let whole = sys(format!(".::data:{}:./bin:bin:{}:", at("data"), at("bin")));
        assert_eq!(whole.find_program("tool").unwrap().path(), folder.path().join("bin/tool"));
        assert!(matches!(whole.find_program("bin/tool"), Err(NoProgram::Relative(_))));
        assert_eq!(whole.find_program(at("tool")).unwrap().path(), folder.path().join("tool"));
        for path in ["", ":", ".", "bin", "::./bin"] {
            assert!(matches!(sys(path.to_owned()).find_program("tool"), Err(NoProgram::NotOnPath { .. })), "{path}");
        }
    }
}
