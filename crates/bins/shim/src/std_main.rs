//! The program on the standard library: for systems without raw system calls, and for builds that unwind.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the shim is a door of its own: it has neither the time nor the size for another"
)]

use std::collections::HashMap;
#[cfg(unix)]
use std::ffi::OsStr;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::UNIX_EPOCH;

use shim::path::called;
#[cfg(unix)]
use shim::path::is_plain;
use shim::{Arena, Call, Decision, MARK, Machine, Opened, Path, RELEASES, ReadResult, is_set_like, resolve};

/// The variable that marks the process that was handed over, and its name.
const MARKER: &str = "GOWARD_SHIM";
/// No program was found, as shells report it.
const STATUS_MISSING: u8 = 127;
/// A program was found and could not be started, as shells report it.
const STATUS_REFUSED: u8 = 126;

// The shim has no crate but `pin` below it (goward's build compiles it by hand), so the file is shared.
#[cfg(windows)]
#[path = "../../../base/sys/src/windows/exec_emulation.rs"]
#[expect(
    unsafe_code,
    reason = "the system's calls that the standard library does not offer; each says why it is sound"
)]
mod exec_emulation;

struct Real {
    vars: HashMap<String, Vec<u8>>,
    opened: Opened,
}

/// Functions that the standard library lacks.
#[cfg(unix)]
#[expect(unsafe_code, reason = "one call of the system's, which takes nothing and cannot fail")]
mod user {
    // SAFETY: this is POSIX' declaration of it, on every system with a `uid_t` of 32 bits, as all of Rust's have.
    unsafe extern "C" {
        safe fn getuid() -> u32;
    }

    pub fn number() -> u32 {
        getuid()
    }
}

/// `O_NONBLOCK | O_NOCTTY`: a pipe named go.mod must not block the shim.
#[cfg(any(target_os = "linux", target_os = "android"))]
const OPEN_FLAGS: i32 = 0o4_000 | 0o400;
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
const OPEN_FLAGS: i32 = 0x4 | 0x2_0000;

/// The working folder's physical path; empty if `$PWD` names the same folder by another path: then goward decides.
#[cfg(unix)]
fn working_folder(physical: PathBuf) -> PathBuf {
    use std::os::unix::fs::MetadataExt as _;
    let named = std::env::var_os("PWD").map(PathBuf::from);
    let Some(named) = named.filter(|named| *named != physical && is_plain(named.as_os_str().as_encoded_bytes())) else {
        return physical;
    };
    let identity = |path: &std::path::Path| fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()));
    match (identity(&named), identity(std::path::Path::new("."))) {
        (Some(one), Some(other)) if one == other => PathBuf::new(),
        _ => physical,
    }
}

#[cfg(not(unix))]
fn working_folder(physical: PathBuf) -> PathBuf {
    physical
}

pub fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let first = words.first().map_or(&b"go"[..], |word| word.as_encoded_bytes());
    let file = std::env::current_exe().unwrap_or_default();
    let name = String::from_utf8_lossy(called(first, file.as_os_str().as_encoded_bytes())).into_owned();
    let own = real(file).unwrap_or_default();
    let folder = working_folder(std::env::current_dir().unwrap_or_default());
    let mut args = words.iter().skip(1).map(|word| word.as_encoded_bytes());
    let call = Call {
        name: name.as_bytes(),
        args: std::array::from_fn(|_| args.next()),
        // On systems whose paths are not bytes, goward handles names that are not UTF-8.
        own: own.to_str().unwrap_or_default().as_bytes(),
        folder: folder.to_str().unwrap_or_default().as_bytes(),
    };
    let vars = std::env::vars_os()
        .filter_map(|(name, value)| Some((key(name.into_string().ok()?), value.as_encoded_bytes().to_vec())));
    let mut machine = Real { vars: vars.collect(), opened: Opened::default() };
    let (mut arena, mut path) = (vec![0; Arena::BYTES], Path::empty());
    let choice = resolve(&mut machine, Arena::new(&mut arena), &mut path, &call);
    let rest = Rest::of(&words);
    let mut refusal = None;

    if let Decision::Run { version, tree, pinned } = choice.decision {
        let file = if name == "gofmt" { "gofmt" } else { "go" };
        let program = PathBuf::from(String::from_utf8_lossy(tree).into_owned()).join("bin").join(program_name(file));
        let mut command = Command::new(program);
        let command = rest.add(named(&mut command, &words));
        if pinned {
            let tag = format!("go{version}");
            command.env("GOTOOLCHAIN", &tag).env(MARK, &tag);
        } else if let Some(marked) = machine.var(MARK) {
            // A value that is not goward's is the user's, and stays.
            if machine.var("GOTOOLCHAIN") == Some(marked) {
                command.env_remove("GOTOOLCHAIN");
            }
            command.env_remove(MARK);
        }
        let home = own.parent().and_then(std::path::Path::parent);
        if let Some(path) = home.filter(|_| !pinned).and_then(with_releases) {
            command.env("PATH", path);
        }
        if let Some(status) = replace(command, &mut refusal) {
            return status;
        }
    }
    let folder = own.parent();
    let home = folder.and_then(std::path::Path::parent).unwrap_or(std::path::Path::new("")).display().to_string();
    let Some(marker) = mark(&machine, &name, &home) else {
        return missing(&name, "goward and this shim call each other");
    };
    // The table may be lost, or goward may have moved: then the pointer beside the shim may still point to one.
    let told = choice.goward.and_then(|path| std::str::from_utf8(path).ok()).map(PathBuf::from);
    // A relative path would name another program in every folder.
    for goward in told
        .into_iter()
        .chain(folder.and_then(std::path::Path::parent).and_then(beside))
        .filter(|path| path.is_absolute())
    {
        let mut command = Command::new(goward);
        command.arg("exec-shim").arg(&name);
        if let Some(status) = replace(rest.add(&mut command).env(MARKER, &marker), &mut refusal) {
            return status;
        }
    }
    // As a resolved path, whose spelling on Windows differs from that of the call.
    let itself = fs::canonicalize(&own).ok();
    for folder in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        let candidate = folder.join(program_name(&name));
        let other = candidate.is_file() && fs::canonicalize(&candidate).is_ok_and(|real| Some(real) != itself);
        if folder.is_absolute() && other && !same_file(&candidate, &own) {
            let mut command = Command::new(candidate);
            let command = rest.add(named(&mut command, &words)).env(MARKER, &marker);
            if let Some(status) = replace(command, &mut refusal) {
                return status;
            }
        }
    }
    match refusal {
        Some(refusal) => missing(&name, &refusal),
        None => missing(&name, "neither goward nor another such program on PATH could be started"),
    }
}

/// `PATH` with the folder of all releases' names first, which the go command looks for before it downloads one; none if
/// it is there already, or there is no `PATH`.
fn with_releases(home: &std::path::Path) -> Option<OsString> {
    let releases = home.join(RELEASES);
    let before = std::env::var_os("PATH")?;
    let mut folders: Vec<PathBuf> = std::env::split_paths(&before).collect();
    if folders.contains(&releases) {
        return None;
    }
    folders.insert(0, releases);
    std::env::join_paths(folders).ok()
}

/// `PROCESS:NAME:HOME`; `None` if this process has this mark already. A process keeps its number across `exec`.
#[cfg(unix)]
fn mark(machine: &Real, name: &str, home: &str) -> Option<String> {
    let marker = format!("{}:{name}:{home}", std::process::id());
    (machine.var(MARKER) != Some(marker.as_bytes())).then_some(marker)
}

/// `DEPTH:NAME:HOME`; `None` if the depth means a loop. Every program is a process of its own here, so they are
/// counted. A program below another `go` of `PATH` is not a loop, and not that deep.
#[cfg(windows)]
fn mark(machine: &Real, name: &str, home: &str) -> Option<String> {
    /// How many nested programs a shim may hand over without goward in between.
    const DEPTH_MAX: u32 = 32;
    let before = machine.var(MARKER).and_then(|marker| std::str::from_utf8(marker).ok());
    let depth = before.and_then(|marker| marker.split_once(':')?.0.parse().ok()).unwrap_or(0);
    (depth < DEPTH_MAX).then(|| format!("{}:{name}:{home}", depth + 1))
}

/// The arguments after the program's name, unchanged.
#[cfg(unix)]
struct Rest<'w>(&'w [OsString]);

#[cfg(unix)]
impl<'w> Rest<'w> {
    fn of(words: &'w [OsString]) -> Rest<'w> {
        Rest(words.get(1..).unwrap_or_default())
    }

    fn add<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.args(self.0)
    }
}

/// The arguments after the program's name, unchanged: one text, which is not parsed.
#[cfg(windows)]
struct Rest(OsString);

#[cfg(windows)]
impl Rest {
    fn of(_words: &[OsString]) -> Rest {
        use std::os::windows::ffi::OsStringExt;
        Rest(OsString::from_wide(shim::after_program_name(exec_emulation::command_line())))
    }

    fn add<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        use std::os::windows::process::CommandExt;
        if self.0.is_empty() { command } else { command.raw_arg(&self.0) }
    }
}

/// The shim's path, links followed. On Windows shims are not links, and a resolved path has a spelling to which nothing
/// can be appended.
fn real(path: PathBuf) -> io::Result<PathBuf> {
    if cfg!(windows) { Ok(path) } else { fs::canonicalize(path) }
}

/// Windows ignores the case of variables.
fn key(name: String) -> String {
    if cfg!(windows) { name.to_ascii_uppercase() } else { name }
}

/// The target of the pointer to goward beside the shims of this home.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere the pointer is read, and may be no path")]
fn beside(home: &std::path::Path) -> Option<PathBuf> {
    // Starting the program follows the link.
    Some(home.join("shims").join(".goward"))
}

/// The target of the pointer to goward beside the shims of this home: a file with the path (`sys`, `Fs::pointed_at`).
#[cfg(windows)]
fn beside(home: &std::path::Path) -> Option<PathBuf> {
    let text = fs::read_to_string(home.join("shims").join(".goward")).ok()?;
    let path = PathBuf::from(text.strip_suffix('\n')?);
    path.is_absolute().then_some(path)
}

fn program_name(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

fn missing(name: &str, why: &str) -> ExitCode {
    eprintln!("goward shim: could not run `{name}`: {why}\n  hint: run `goward setup`, or take this shim off PATH");
    ExitCode::from(STATUS_MISSING)
}

/// Replaces this process by a program. `None` if it does not exist; keeps the reason for a refusal.
#[cfg(unix)]
fn replace(command: &mut Command, refusal: &mut Option<String>) -> Option<ExitCode> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    refused(command, &error, refusal)
}

/// Runs a program and ends with its code. `None` if it does not exist; keeps the reason for a refusal.
#[cfg(windows)]
#[expect(clippy::exit, reason = "an `ExitCode` has eight bits, and a code here has 32")]
fn replace(command: &mut Command, refusal: &mut Option<String>) -> Option<ExitCode> {
    match exec_emulation::emulate_exec(command) {
        Ok(code) => std::process::exit(code.cast_signed()),
        Err(error) => refused(command, &error, refusal),
    }
}

fn refused(command: &Command, error: &io::Error, refusal: &mut Option<String>) -> Option<ExitCode> {
    if error.kind() != io::ErrorKind::NotFound {
        *refusal = Some(format!("{}: {error}", std::path::Path::new(command.get_program()).display()));
    }
    (error.kind() == io::ErrorKind::ArgumentListTooLong).then(|| {
        eprintln!("goward shim: {error}");
        ExitCode::from(STATUS_REFUSED)
    })
}

/// Keeps the name by which the shim was called.
#[cfg(unix)]
fn named<'c>(command: &'c mut Command, words: &[OsString]) -> &'c mut Command {
    use std::os::unix::process::CommandExt;
    command.arg0(words.first().map_or(OsStr::new("go"), |word| word))
}

#[cfg(not(unix))]
fn named<'c>(command: &'c mut Command, _words: &[OsString]) -> &'c mut Command {
    command
}

/// Whether two names are one file.
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

    fn any_set(&self, begins: &[u8]) -> bool {
        self.vars.iter().any(|(name, value)| is_set_like(&[name.as_bytes(), b"=", value].concat(), begins))
    }

    fn me(&self) -> Option<u32> {
        #[cfg(unix)]
        return Some(user::number());
        // The shim does not read owners there.
        #[cfg(not(unix))]
        None
    }

    fn opened(&self) -> Opened {
        self.opened
    }

    fn owner(&mut self, path: &Path) -> Option<u32> {
        Some(owned(&fs::metadata(to_std(path)?).ok()?).owner)
    }

    fn read(&mut self, path: &Path, into: &mut [u8]) -> ReadResult {
        let Some(path) = to_std(path) else { return ReadResult::Odd };
        let looked = fs::symlink_metadata(&path).and_then(|named| Ok((owned(&named).owner, fs::metadata(&path)?)));
        let named_by = match looked {
            Ok((named_by, meta)) if meta.is_file() => named_by,
            Ok(_) => return ReadResult::Odd,
            Err(error) => return absence(&error),
        };
        let read = self.read_opened(&path, into);
        self.opened.named_by = named_by;
        read.map_or_else(|error| absence(&error), ReadResult::Bytes)
    }

    fn read_no_link(&mut self, path: &Path, into: &mut [u8]) -> Option<usize> {
        let path = to_std(path)?;
        // In the shim's own home only the user could swap a link between these two calls, and the opened file is
        // checked.
        let is_file = fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file());
        is_file.then(|| self.read_opened(&path, into).ok())?
    }

    #[cfg(windows)]
    fn read_link(&mut self, path: &Path, into: &mut [u8]) -> ReadResult {
        match self.read(path, into) {
            // A line without its end is truncated.
            ReadResult::Bytes(length) if length < into.len() => match into.get(..length) {
                Some([line @ .., b'\n']) => ReadResult::Bytes(line.len()),
                _ => ReadResult::Odd,
            },
            ReadResult::Absent => ReadResult::Absent,
            _ => ReadResult::Odd,
        }
    }

    #[cfg(unix)]
    fn read_link(&mut self, path: &Path, into: &mut [u8]) -> ReadResult {
        let Some(path) = to_std(path) else { return ReadResult::Odd };
        let target = match fs::read_link(&path) {
            Ok(target) => target,
            Err(error) => return absence(&error),
        };
        let target = target.as_os_str().as_encoded_bytes();
        match into.get_mut(..target.len()) {
            Some(arena) => {
                arena.copy_from_slice(target);
                ReadResult::Bytes(target.len())
            }
            None => ReadResult::Odd,
        }
    }

    fn changed(&mut self, path: &Path) -> Option<u64> {
        let since = fs::metadata(to_std(path)?).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        u64::try_from(since.as_nanos()).ok()
    }
}

impl Real {
    /// Reads the present file, which may be another one than at the check.
    fn read_opened(&mut self, path: &std::path::Path, into: &mut [u8]) -> io::Result<usize> {
        let mut options = fs::OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, OPEN_FLAGS);
        let mut file = options.read(true).open(path)?;
        let meta = file.metadata()?;
        self.opened = owned(&meta);
        if !meta.is_file() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut length = 0;
        while let Some(arena) = into.get_mut(length..).filter(|arena| !arena.is_empty()) {
            match file.read(arena)? {
                0 => break,
                bytes => length += bytes,
            }
        }
        Ok(length)
    }
}

/// Whose a file is.
#[cfg(unix)]
fn owned(meta: &fs::Metadata) -> Opened {
    use std::os::unix::fs::MetadataExt;
    Opened { owner: meta.uid(), named_by: meta.uid(), mode: meta.mode() }
}

/// The owners of a file: the shim does not read them here.
#[cfg(not(unix))]
fn owned(_meta: &fs::Metadata) -> Opened {
    Opened::default()
}

fn absence(error: &io::Error) -> ReadResult {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadResult::Absent,
        _ => ReadResult::Odd,
    }
}

fn to_std(path: &Path) -> Option<PathBuf> {
    path.get().and_then(|bytes| std::str::from_utf8(bytes).ok()).map(PathBuf::from)
}
