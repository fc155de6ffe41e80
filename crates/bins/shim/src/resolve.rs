//! Collects only the inputs of the decision (name, arguments, variables, table, the files in the folders above), and
//! decides.

use crate::config;
use crate::decide::{Decision, Found, Why, contains, decide, decide_exact};
use crate::limits::{
    ARGS_MAX, FOLDERS_MAX, GO_FILE_BYTES_MAX, GOENV_BYTES_MAX, PATH_BYTES_MAX, PIN_FILE_BYTES_MAX, TABLE_BYTES_MAX,
};
use crate::machine::{Machine, Opened, ReadResult};
use crate::path::{Path, file_name, is_absolute, parent};
use crate::table::{self, Table};

/// The administrator, whose files count for all users.
const ROOT: u32 = 0;
/// Permission bits by which others than the owner may write.
const OTHERS_MAY_WRITE: u32 = 0o022;

/// How the shim was called.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The name: `go`, `gofmt`, `go1.26.4`.
    pub name: &'a [u8],
    /// The first arguments after it.
    pub args: [Option<&'a [u8]>; ARGS_MAX],
    /// The shim's own path, links followed. Its folder's parent is goward's home.
    pub own: &'a [u8],
    /// The working folder; empty if unknown.
    pub folder: &'a [u8],
}

/// A bump allocator over one buffer: pages that are not touched cost nothing.
pub struct Arena<'s> {
    free: &'s mut [u8],
}

impl<'s> Arena<'s> {
    /// Enough bytes for everything that is read.
    pub const BYTES: usize =
        TABLE_BYTES_MAX + 2 * GO_FILE_BYTES_MAX + PIN_FILE_BYTES_MAX + GOENV_BYTES_MAX + 4 * PATH_BYTES_MAX;

    /// All of this is free.
    pub fn new(free: &'s mut [u8]) -> Arena<'s> {
        Arena { free }
    }

    /// Lets a function write, and keeps as many bytes as it reports.
    pub fn keep(&mut self, bytes_max: usize, write: impl FnOnce(&mut [u8]) -> usize) -> &'s [u8] {
        let free = core::mem::take(&mut self.free);
        let end = free.len().min(bytes_max);
        let length = free.get_mut(..end).map_or(0, write).min(end);
        let (kept, free) = free.split_at_mut(length);
        self.free = free;
        kept
    }

    /// Reads a whole file that may not exist. With `presence_only` the bytes are not kept: `Some(b"")` if the file
    /// contains `go`, `None` if it does not or is missing.
    fn read(
        &mut self,
        machine: &mut impl Machine,
        path: &Path,
        bytes_max: usize,
        presence_only: bool,
    ) -> Result<Option<&'s [u8]>, Why> {
        let mut seen = ReadResult::Odd;
        // One byte more than allowed: a file that fills the buffer may be longer.
        let bytes = self.keep(bytes_max + 1, |into| {
            seen = machine.read(path, into);
            let ReadResult::Bytes(length) = seen else { return 0 };
            if !presence_only {
                return length;
            }
            if length <= bytes_max && !contains(into.get(..length).unwrap_or_default(), b"go") {
                seen = ReadResult::Absent;
            }
            0
        });
        match seen {
            ReadResult::Absent => Ok(None),
            ReadResult::Bytes(length) if length <= bytes_max => Ok(Some(bytes)),
            ReadResult::Bytes(_) | ReadResult::Odd => Err(Why::Unreadable),
        }
    }
}

/// The decision, and the path of `goward`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved<'s> {
    /// What is to be done.
    pub decision: Decision<'s>,
    /// The goward program, if the table has it.
    pub goward: Option<&'s [u8]>,
}

/// Collects and decides. The path is a work buffer.
pub fn resolve<'s>(machine: &mut impl Machine, arena: Arena<'s>, path: &mut Path, call: &Call<'_>) -> Resolved<'s> {
    let mut arena = arena;
    let home = parent(call.own).and_then(parent);
    let bytes = home.and_then(|home| {
        path.set(&[home, b"/shim.table"]);
        let bytes = arena.keep(TABLE_BYTES_MAX + 1, |into| machine.read_no_link(path, into).unwrap_or(0));
        // A table that another user could have written names neither a program to run nor the goward to call.
        let is_believed = machine.me().is_none_or(|me| is_private(machine.opened(), me));
        Some(bytes).filter(|bytes| is_believed && bytes.len() <= TABLE_BYTES_MAX)
    });
    let decision = match bytes.and_then(Table::parse) {
        Some(table) => decided(machine, &table, arena, path, call).unwrap_or_else(Decision::HandOver),
        None => Decision::HandOver(Why::NoTable),
    };
    Resolved { decision, goward: bytes.and_then(table::goward) }
}

/// Whether only the user and root can have written a file.
fn is_private(file: Opened, me: u32) -> bool {
    (file.owner == me || file.owner == ROOT) && file.mode & OTHERS_MAY_WRITE == 0
}

/// Whether the last read file, so many folders above the working folder, counts: the file and every folder from the
/// working folder up to it belong to the user, to root or to the working folder's owner (`project::Users`). Leaves the
/// path at that folder.
fn counts(machine: &mut impl Machine, path: &mut Path, folders_above: usize) -> bool {
    let Some(me) = machine.me() else { return true };
    let Opened { owner, named_by, .. } = machine.opened();
    let mut start = me;
    // The owner of the working folder matters only if a file is neither the user's nor root's.
    for _ in 0..2 {
        let is_ours = |owner: u32| owner == me || owner == ROOT || owner == start;
        let mut counts = is_ours(owner) && is_ours(named_by);
        path.set(&[b"./"]);
        for _ in 0..folders_above {
            path.push(b"../");
            counts &= machine.owner(path).is_some_and(is_ours);
        }
        if counts {
            return true;
        }
        path.set(&[b"./"]);
        start = machine.owner(path).unwrap_or(me);
    }
    false
}

fn decided<'t>(
    machine: &mut impl Machine,
    table: &Table<'t>,
    mut arena: Arena<'_>,
    path: &mut Path,
    call: &Call<'_>,
) -> Result<Decision<'t>, Why> {
    refuse_settings(machine, table)?;
    refuse_stale(machine, table, &mut arena, path)?;
    config::refuse_other(machine, table, path)?;
    match call.name {
        b"go" | b"gofmt" => {}
        name => return Ok(decide_exact(table, name)),
    }
    refuse_arguments(call)?;
    let found = find(machine, arena, path, call.folder)?;
    // A value that an outer goward has set does not count: the shim decides again.
    let gotoolchain = set(machine, "GOTOOLCHAIN").filter(|value| machine.var(MARK) != Some(value));
    Ok(decide(table, &Found { gotoolchain, go111module: set(machine, "GO111MODULE"), ..found }))
}

/// The variable that says which value of `GOTOOLCHAIN` is goward's (`crates/core/resolve/src/gotoolchain.rs`).
pub const MARK: &str = "GOWARD_TOOLCHAIN";
/// The folder below the home that has a `go1.X.Y` for every known release (`crates/core/store/src/layout.rs`).
pub const RELEASES: &str = "releases";

/// Variables that must not be set: goward's own, the go command's, those of
/// other tools. The last three are families of settings (`crates/core/context/src/settings`), none of which the shim
/// knows.
const MUST_BE_EMPTY: &[u8] = b"GOWARD_VERSION=\nGOWARD_CONFIG=\nGOWARD_LOCKED=\nGOWARD_FROZEN=\n\
    GOWORK=\nGOROOT=\nGOENV_VERSION=\nASDF_GOLANG_VERSION=\n\
    MISE_GO_VERSION=\nPROTO_GO_VERSION=\nGOWARD_RESOLVE_\nGOWARD_PIN_\nGOWARD_ISOLATE_\n";

/// Whether a variable, as `NAME=value`, begins with one of these lines and has a value.
pub fn is_set_like(variable: &[u8], begins: &[u8]) -> bool {
    // Every line begins so, and most variables do not.
    matches!(variable.first(), Some(b'A' | b'G' | b'M' | b'P'))
        && variable.last() != Some(&b'=')
        && table::lines(begins).any(|begin| variable.starts_with(begin))
}

/// The names to look for in a folder. After the third come pin files that only goward reads: with `.go-version` they
/// are `project::PinFiles::default()`. The last is the lock file: goward compares the toolchain with it.
const NAMES: &[u8] = b"go.work\ngo.mod\n.go-version\n.tool-versions\n.mise.local.toml\nmise.local.toml\n.mise.toml\n\
    mise.toml\nmise/config.toml\n.mise/config.toml\n.config/mise.toml\n.config/mise/config.toml\n.prototools\n\
    goward.lock\n";

/// The index in [`NAMES`] of the first name in a subfolder that hardly any project has: the shim looks for that folder
/// first.
const IN_CONFIG: usize = 10;
const CONFIG: &[u8] = b".config";

/// The index in [`NAMES`] of the lock file, which counts beside every pin.
const LOCK: usize = 13;

/// The index in [`NAMES`] of mise's global default, in the user's home folder. There it does not count.
const MISE_OF_USER: usize = 11;

/// Hands over if a variable affects the choice, or the toolchain to run.
fn refuse_settings(machine: &impl Machine, table: &Table<'_>) -> Result<(), Why> {
    let another_home = set(machine, "GOWARD_HOME").is_some_and(|home| home != table.home);
    let folder: &[u8] = if cfg!(windows) { b"\\toolchains" } else { b"/toolchains" };
    let another_home = another_home
        || set(machine, "GOWARD_SYSTEM_HOME").is_some_and(|home| table.system.0.strip_suffix(folder) != Some(home));
    let folder_flag = set(machine, "GOFLAGS").is_some_and(|flags| contains(flags, b"-C"));
    let plain = !another_home && !folder_flag && !machine.any_set(MUST_BE_EMPTY);
    if plain { Ok(()) } else { Err(Why::Setting) }
}

/// A variable that is set and not empty.
#[inline(never)]
fn set<'m>(machine: &'m impl Machine, name: &str) -> Option<&'m [u8]> {
    machine.var(name).filter(|value| !value.is_empty())
}

/// A table that is older than the store is ignored: a process may have died between the two writes.
fn refuse_stale(
    machine: &mut impl Machine,
    table: &Table<'_>,
    arena: &mut Arena<'_>,
    path: &mut Path,
) -> Result<(), Why> {
    let (folder, changed) = table.toolchains;
    path.set(&[folder]);
    if machine.changed(path) != Some(changed) {
        return Err(Why::Stale);
    }
    // A second store, whose toolchains count too.
    let (folder, changed) = table.system;
    path.set(&[folder]);
    if !folder.is_empty() && machine.changed(path) != changed {
        return Err(Why::Stale);
    }
    let (current, target) = table.current;
    path.set(&[current]);
    let mut odd = false;
    let points_at = arena.keep(PATH_BYTES_MAX, |into| match machine.read_link(path, into) {
        ReadResult::Bytes(length) => length,
        ReadResult::Absent => 0,
        ReadResult::Odd => {
            odd = true;
            0
        }
    });
    if !odd && points_at == target { Ok(()) } else { Err(Why::Stale) }
}

fn refuse_arguments(call: &Call<'_>) -> Result<(), Why> {
    let mut args = call.args.iter().flatten();
    let odd = args.any(|arg| arg.starts_with(b"-C") || arg.starts_with(b"--C"));
    let version = call.args.first().copied().flatten().is_some_and(|arg| arg.first() == Some(&b'+'));
    if odd || version { Err(Why::Argument) } else { Ok(()) }
}

/// Reads the files from the working folder upwards.
fn find<'r>(machine: &mut impl Machine, mut arena: Arena<'r>, path: &mut Path, from: &[u8]) -> Result<Found<'r>, Why> {
    let mut folder = Some(from).filter(|from| is_absolute(from)).ok_or(Why::Unreadable)?;
    // go.work, go.mod, pin files, and the lock file.
    let mut files = [None; 4];
    // Names relative to the working folder are the fastest for the system: `go.mod`, `../go.mod`, and so on.
    path.set(&[]);
    let mut no_config = false;
    for folders_above in 0..FOLDERS_MAX {
        for (index, name) in table::lines(NAMES).enumerate() {
            // One call site for reads, since this is most of the program.
            let bytes_max = if index < 2 { GO_FILE_BYTES_MAX } else { PIN_FILE_BYTES_MAX };
            let Some(place @ None) = files.get_mut(if index == LOCK { 3 } else { index.min(2) }) else { continue };
            if index == IN_CONFIG {
                path.push(CONFIG);
                no_config = machine.read(path, &mut []) == ReadResult::Absent;
                path.pop(CONFIG.len());
            }
            if no_config && (index == IN_CONFIG || index == MISE_OF_USER) {
                continue;
            }
            path.push(name);
            let read = arena.read(machine, path, bytes_max, index > 2)?;
            path.pop(name.len());
            match index {
                _ if read.is_none() => continue,
                1 if is_temp(machine, folder) => return Err(Why::TempFolder),
                2 if !counts(machine, path, folders_above) => return Err(Why::Stranger),
                0..=2 => {}
                MISE_OF_USER if set(machine, "HOME") == Some(folder) => continue,
                _ => return Err(Why::PinFile),
            }
            *place = read;
        }
        path.push(b"../");
        match parent(folder) {
            Some(above) => folder = above,
            None => {
                let [work, module, pin, _] = files;
                let goenv = match work.or(module) {
                    Some(_) => settings(machine, arena, path)?,
                    None => None,
                };
                return Ok(Found { pin, work, module, goenv, ..Found::default() });
            }
        }
    }
    Err(Why::Unreadable)
}

/// Whether this is the folder for temporary files: that of the environment, or the system's.
fn is_temp(machine: &impl Machine, folder: &[u8]) -> bool {
    if cfg!(windows) {
        // The system reads these, in this order, and paths have many spellings: goward decides about a go.mod there.
        let mut named = ["TMP", "TEMP"].iter().filter_map(|name| machine.var(name));
        let bare = |path: &[u8]| path.len() - usize::from(matches!(path.last(), Some(b'\\' | b'/')));
        return named.any(|named| {
            let named = named.get(..bare(named)).unwrap_or(named);
            file_name(named).eq_ignore_ascii_case(file_name(folder))
        });
    }
    let named = machine.var("TMPDIR");
    folder == b"/tmp" || named.is_some_and(|named| named.strip_suffix(b"/").unwrap_or(named) == folder)
}

/// The file that `go env -w` writes, in the go command's place (`os.UserConfigDir`).
fn settings<'r>(machine: &mut impl Machine, mut arena: Arena<'r>, path: &mut Path) -> Result<Option<&'r [u8]>, Why> {
    match machine.var("GOENV") {
        Some(b"off") => return Ok(None),
        Some(_) => return Err(Why::Goenv),
        None => {}
    }
    if cfg!(windows) {
        path.set(&[set(machine, "APPDATA").filter(|folder| is_absolute(folder)).ok_or(Why::Goenv)?, b"/go/env"]);
    } else if let Some(config) = set(machine, "XDG_CONFIG_HOME").filter(|_| !cfg!(target_os = "macos")) {
        // goward ignores one that is not absolute.
        path.set(&[Some(config).filter(|config| config.first() == Some(&b'/')).ok_or(Why::Goenv)?, b"/go/env"]);
    } else {
        let below: &[u8] = if cfg!(target_os = "macos") { b"/Library/Application Support" } else { b"/.config" };
        path.set(&[set(machine, "HOME").ok_or(Why::Goenv)?, below, b"/go/env"]);
    }
    arena.read(machine, path, GOENV_BYTES_MAX, false).map_err(|_| Why::Goenv)
}
