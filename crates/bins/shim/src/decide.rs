//! The decision, out of what was found. It says less than `crates/model/project` does, and never anything else.

use crate::limits::VERSION_BYTES_MAX;
use crate::table::{Table, text};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'t> {
    /// Run the program of this version's tree.
    Run {
        /// The version.
        version: &'t str,
        /// The root of the tree.
        tree: &'t [u8],
        /// Whether a pin names it: then a go command has to stay what it is, whatever go.mod suggests.
        pinned: bool,
    },
    /// It cannot be decided at once: `goward` shall look, and speak where something is wrong.
    HandOver(Why),
}

/// Why `goward` has to look. For tests and for whoever debugs; nobody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// The program was called by a name that is none of ours, or that stands for nothing installed.
    Name,
    /// An argument bears on the choice: `+1.26`, `-C dir`.
    Argument,
    /// A variable bears on the choice.
    Setting,
    /// There is no table, or one that is not understood.
    NoTable,
    /// The store has changed since the table was written.
    Stale,
    /// Something on the way up cannot be read, or is not what its name says.
    Unreadable,
    /// A file that pins in a way that only `goward` reads.
    PinFile,
    /// The file that pins, or a folder on the way to it, is somebody else's.
    Stranger,
    /// A go.mod right in the folder for temporary files, which the go command passes over.
    TempFolder,
    /// The user's file of Go settings speaks of modules or workspaces.
    Goenv,
    /// The pin is no plain version or minor.
    OddPin,
    /// A line of go.mod or go.work is no plain version.
    OddLine,
    /// The pin is older than what the project needs.
    Conflict,
    /// What is wanted is not installed.
    NotInstalled,
    /// Nothing says anything, and there is no default.
    Nothing,
}

/// The files that were found on the way up. `None` is for what is not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found<'a> {
    /// The nearest `.go-version`, where no file that pins in another way is nearer.
    pub pin: Option<&'a [u8]>,
    /// The nearest go.work.
    pub work: Option<&'a [u8]>,
    /// The nearest go.mod.
    pub module: Option<&'a [u8]>,
    /// The user's file of Go settings, looked for where there is a go.mod or a go.work.
    pub goenv: Option<&'a [u8]>,
}

/// Decides for a project. No variable and no argument that bears on the choice may be set.
pub fn decide<'t>(table: &Table<'t>, found: &Found<'_>) -> Decision<'t> {
    match version(table, found) {
        Ok(version) => run(table, version, found.pin.is_some()),
        Err(why) => Decision::HandOver(why),
    }
}

/// Decides for a name like `go1.26.4`: that version and no other.
pub fn decide_exact<'t>(table: &Table<'t>, name: &[u8]) -> Decision<'t> {
    let version = name.strip_prefix(b"go").and_then(plain);
    match version.and_then(|version| table.equal(version).filter(|installed| *installed == version)) {
        Some(version) => run(table, version, false),
        None => Decision::HandOver(Why::Name),
    }
}

fn run<'t>(table: &Table<'t>, version: &'t str, pinned: bool) -> Decision<'t> {
    match table.tree(version) {
        Some(tree) => Decision::Run { version, tree, pinned },
        None => Decision::HandOver(Why::NotInstalled),
    }
}

fn version<'t>(table: &Table<'t>, found: &Found<'_>) -> Result<&'t str, Why> {
    let project = found.work.or(found.module);
    if project.is_some() && found.goenv.is_some_and(speaks_of_modules) {
        return Err(Why::Goenv);
    }
    let floor = project.map(Floor::read).transpose()?.unwrap_or_default();
    match found.pin {
        Some(file) => pinned(table, file, &floor),
        None => raised(table, table.default.ok_or(Why::Nothing)?, &floor),
    }
}

fn pinned<'t>(table: &Table<'t>, file: &[u8], floor: &Floor<'_>) -> Result<&'t str, Why> {
    let mut codes = file.split(|byte| *byte == b'\n').map(|line| {
        let code = line.split(|byte| *byte == b'#').next().unwrap_or(line);
        code.trim_ascii()
    });
    let code = codes.find(|code| !code.is_empty()).ok_or(Why::OddPin)?;
    let wanted = plain(code.strip_prefix(b"go").unwrap_or(code)).ok_or(Why::OddPin)?;
    let parts = pin::parse(wanted).ok_or(Why::OddPin)?;
    let numbers = wanted.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit());
    let selected = match wanted.bytes().filter(|byte| *byte == b'.').count() {
        // A major alone stands for the newest of many.
        0 => return Err(Why::OddPin),
        1 if numbers => table.newest(wanted),
        // `1.28rc` asks for the newest of several.
        _ if parts.is_prerelease() && parts.pre.is_empty() => return Err(Why::OddPin),
        _ => table.equal(wanted),
    };
    let selected = selected.ok_or(Why::NotInstalled)?;
    match floor.go {
        Some(go) if pin::compare(selected, go).is_lt() => Err(Why::Conflict),
        _ => Ok(selected),
    }
}

/// The default, or what the project needs or suggests where that is newer.
fn raised<'t>(table: &Table<'t>, default: &'t str, floor: &Floor<'_>) -> Result<&'t str, Why> {
    let newer = |version: &&str, than: &str| pin::compare(version, than).is_gt();
    let suggested = floor.toolchain.filter(|version| newer(version, default));
    let needed = floor.go.filter(|version| newer(version, suggested.unwrap_or(default)));
    let mut buffer = [0; VERSION_BYTES_MAX + 2];
    let wanted = match (needed, suggested) {
        (Some(go), _) => first_release(go, &mut buffer).ok_or(Why::OddLine)?,
        (None, Some(toolchain)) => toolchain,
        (None, None) => return Ok(default),
    };
    if let Some(installed) = table.equal(wanted) {
        return Ok(installed);
    }
    // A newer installed patch of the same minor will do.
    let newest = minor(wanted).and_then(|minor| table.newest(minor)).ok_or(Why::NotInstalled)?;
    if pin::compare(newest, wanted).is_lt() { Err(Why::NotInstalled) } else { Ok(newest) }
}

/// `1.22.0` for the language version `1.22`; every other version as it is.
fn first_release<'b>(version: &'b str, buffer: &'b mut [u8; VERSION_BYTES_MAX + 2]) -> Option<&'b str> {
    if !pin::is_language_version_without_release(version) {
        return Some(version);
    }
    let end = version.len() + 2;
    buffer.get_mut(..version.len())?.copy_from_slice(version.as_bytes());
    buffer.get_mut(version.len()..end)?.copy_from_slice(b".0");
    text(buffer.get(..end)?)
}

/// The front of a version that is `MAJOR.MINOR`.
fn minor(version: &str) -> Option<&str> {
    let parts = pin::parse(version)?;
    let text = version.get(..parts.major.len() + 1 + parts.minor.len())?;
    text.ends_with(parts.minor).then_some(text)
}

/// What the project needs, and what it suggests.
#[derive(Default)]
struct Floor<'a> {
    go: Option<&'a str>,
    toolchain: Option<&'a str>,
}

impl<'a> Floor<'a> {
    fn read(file: &'a [u8]) -> Result<Floor<'a>, Why> {
        let lines = pin::scan(file);
        let go = lines.go.map(|line| plain(line.value).filter(|go| is_ordinary(go)).ok_or(Why::OddLine)).transpose()?;
        let toolchain = lines.toolchain.map(|line| {
            // `toolchain default`, a builder's suffix and a language version are all for goward.
            let version = line.value.strip_prefix(b"go").and_then(plain);
            version.filter(|version| is_ordinary(version) && !pin::is_lang(version)).ok_or(Why::OddLine)
        });
        Ok(Floor { go, toolchain: toolchain.transpose()? })
    }
}

/// A version that is written as Go writes it, without `go` in front, and not longer than any real one.
fn plain(bytes: &[u8]) -> Option<&str> {
    let text = text(bytes).filter(|text| text.len() <= VERSION_BYTES_MAX)?;
    pin::is_valid(text).then_some(text)
}

/// Whether a line's version is none of those about which go commands differ: a prerelease of a patch, or
/// anything that is not Go 1. Nor a prerelease without its number, which never was released.
fn is_ordinary(version: &str) -> bool {
    pin::parse(version).is_some_and(|parts| {
        let unnumbered = parts.is_prerelease() && parts.pre.is_empty();
        parts.major == "1" && !parts.is_patch_prerelease() && !unnumbered
    })
}

/// Whether the user's settings could switch modules off or name a workspace. To look for the words is
/// enough: a comment with one in it costs a start of `goward`.
fn speaks_of_modules(goenv: &[u8]) -> bool {
    [&b"GOWORK"[..], b"GO111MODULE"].iter().any(|word| contains(goenv, word))
}

/// Whether a word stands anywhere in a text. Four places ask, and the program has to stay small.
#[inline(never)]
pub(crate) fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}
