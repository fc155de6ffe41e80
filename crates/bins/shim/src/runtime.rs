//! The program on the standard library: for systems whose calls are not ours to make, and for builds
//! that unwind.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the shim is a door of its own: it has neither the time nor the size for another"
)]

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::UNIX_EPOCH;

use shim::{Call, Decision, Machine, Path, Room, Seen, choose, path::file_name};

/// The variable that says which process was handed over, and by which name.
const MARKER: &str = "GOWARD_SHIM";
/// No program was found, as shells report it.
const STATUS_MISSING: u8 = 127;
/// A program was found and could not be started, as shells report it.
const STATUS_REFUSED: u8 = 126;

struct Real {
    vars: HashMap<String, Vec<u8>>,
}

pub fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let called = words.first().map_or(&b"go"[..], |word| word.as_encoded_bytes());
    let name = String::from_utf8_lossy(file_name(called)).into_owned();
    let own = std::env::current_exe().and_then(fs::canonicalize).unwrap_or_default();
    let folder = std::env::current_dir().unwrap_or_default();
    let mut args = words.iter().skip(1).map(|word| word.as_encoded_bytes());
    let call = Call {
        name: name.as_bytes(),
        args: std::array::from_fn(|_| args.next()),
        // What is not UTF-8 is left to goward on systems where bytes are no path.
        own: own.to_str().unwrap_or_default().as_bytes(),
        folder: folder.to_str().unwrap_or_default().as_bytes(),
    };
    let vars = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.as_encoded_bytes().to_vec())));
    let mut machine = Real { vars: vars.collect() };
    let (mut room, mut path) = (vec![0; Room::BYTES], Path::empty());
    let choice = choose(&mut machine, Room::new(&mut room), &mut path, &call);
    let rest = || words.iter().skip(1);

    if let Decision::Run { tree, .. } = choice.decision {
        let file = if name == "gofmt" { "gofmt" } else { "go" };
        let program = PathBuf::from(String::from_utf8_lossy(tree).into_owned()).join("bin").join(program_name(file));
        let mut command = Command::new(program);
        if let Some(status) = replace(named(&mut command, &words).args(rest())) {
            return status;
        }
    }
    let folder = own.parent();
    let home = folder.and_then(std::path::Path::parent).unwrap_or(std::path::Path::new("")).display();
    let marker = format!("{}:{name}:{home}", std::process::id());
    if std::env::var(MARKER).is_ok_and(|value| value == marker) {
        return missing(&name, "goward and this shim call each other");
    }
    // The table may have been lost, or goward moved: then the link beside us may still lead to one.
    let told = choice.goward.and_then(|path| std::str::from_utf8(path).ok()).map(PathBuf::from);
    for goward in told.into_iter().chain(folder.map(|folder| folder.join(".goward"))) {
        let mut command = Command::new(goward);
        command.arg("exec-shim").arg(&name).args(rest()).env(MARKER, &marker);
        if let Some(status) = replace(&mut command) {
            return status;
        }
    }
    for folder in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        let candidate = folder.join(program_name(&name));
        let other = candidate.is_file() && fs::canonicalize(&candidate).is_ok_and(|real| real != own);
        if folder.is_absolute() && other && !same_file(&candidate, &own) {
            let mut command = Command::new(candidate);
            if let Some(status) = replace(named(&mut command, &words).args(rest()).env(MARKER, &marker)) {
                return status;
            }
        }
    }
    missing(&name, "neither goward nor another such program on PATH could be started")
}

fn program_name(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

fn missing(name: &str, why: &str) -> ExitCode {
    eprintln!("goward shim: could not run `{name}`: {why}\n  hint: run `goward setup`, or take this shim off PATH");
    ExitCode::from(STATUS_MISSING)
}

/// Puts a program in our place, or runs it where the system knows no such thing. `None` where it is not
/// there to be run.
#[cfg(unix)]
fn replace(command: &mut Command) -> Option<ExitCode> {
    use std::os::unix::process::CommandExt;
    refused(&command.exec())
}

#[cfg(not(unix))]
fn replace(command: &mut Command) -> Option<ExitCode> {
    match command.status() {
        // A code that does not fit tells at least that it was not 0.
        Ok(status) => Some(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1))),
        Err(error) => refused(&error),
    }
}

fn refused(error: &io::Error) -> Option<ExitCode> {
    (error.kind() == io::ErrorKind::ArgumentListTooLong).then(|| {
        eprintln!("goward shim: {error}");
        ExitCode::from(STATUS_REFUSED)
    })
}

/// Keeps the name by which we were called.
#[cfg(unix)]
fn named<'c>(command: &'c mut Command, words: &[OsString]) -> &'c mut Command {
    use std::os::unix::process::CommandExt;
    command.arg0(words.first().map_or(OsStr::new("go"), |word| word))
}

#[cfg(not(unix))]
fn named<'c>(command: &'c mut Command, _words: &[OsString]) -> &'c mut Command {
    command
}

/// Whether two names lead to one file.
#[cfg(unix)]
fn same_file(a: &std::path::Path, b: &std::path::Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path| fs::metadata(path).map(|meta| (meta.dev(), meta.ino()));
    matches!((identity(a), identity(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(not(unix))]
fn same_file(_a: &std::path::Path, _b: &std::path::Path) -> bool {
    false
}

impl Machine for Real {
    fn var(&self, name: &str) -> Option<&[u8]> {
        self.vars.get(name).map(Vec::as_slice)
    }

    fn any_set(&self, begins: &[&str]) -> bool {
        let begins_so = |name: &str| {
            begins.iter().any(|begin| begin.strip_suffix('=').map_or(name.starts_with(begin), |whole| name == whole))
        };
        self.vars.iter().any(|(name, value)| !value.is_empty() && begins_so(name))
    }

    fn read(&mut self, path: &Path, into: &mut [u8]) -> Seen {
        let Some(path) = to_std(path) else { return Seen::Odd };
        match fs::metadata(&path) {
            Ok(meta) if meta.is_file() => {}
            Ok(_) => return Seen::Odd,
            Err(error) => return absence(&error),
        }
        let read = fs::File::open(&path).and_then(|mut file| {
            let mut length = 0;
            while let Some(room) = into.get_mut(length..).filter(|room| !room.is_empty()) {
                match file.read(room)? {
                    0 => break,
                    bytes => length += bytes,
                }
            }
            Ok(length)
        });
        read.map_or_else(|error| absence(&error), Seen::Bytes)
    }

    fn read_link(&mut self, path: &Path, into: &mut [u8]) -> Seen {
        let Some(path) = to_std(path) else { return Seen::Odd };
        let target = match fs::read_link(&path) {
            Ok(target) => target,
            Err(error) => return absence(&error),
        };
        let target = target.as_os_str().as_encoded_bytes();
        match into.get_mut(..target.len()) {
            Some(room) => {
                room.copy_from_slice(target);
                Seen::Bytes(target.len())
            }
            None => Seen::Odd,
        }
    }

    fn changed(&mut self, path: &Path) -> Option<u64> {
        let since = fs::metadata(to_std(path)?).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        u64::try_from(since.as_nanos()).ok()
    }
}

fn absence(error: &io::Error) -> Seen {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Seen::Absent,
        _ => Seen::Odd,
    }
}

fn to_std(path: &Path) -> Option<PathBuf> {
    path.get().and_then(|bytes| std::str::from_utf8(bytes).ok()).map(PathBuf::from)
}
