//! The decision, from the collected inputs. It decides less than `crates/model/project`, and never differently.

use crate::limits::VERSION_BYTES_MAX;
use crate::table::{Table, text};

/// The decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'t> {
    /// Run the program of this version's tree.
    Run {
        /// The version.
        version: &'t str,
        /// The root of the tree.
        tree: &'t [u8],
        /// Whether a pin names it: then a go command must not switch, whatever go.mod suggests.
        pinned: bool,
    },
    /// Hand over to `goward`, which decides and reports errors.
    HandOver(Why),
}

/// Why `goward` has to decide. For tests and debugging; never printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// The program was called by an unknown name, or by that of a release that is not installed.
    Name,
    /// An argument affects the choice: `+1.26`, `-C dir`.
    Argument,
    /// A variable affects the choice.
    Setting,
    /// There is no table, or an invalid one.
    NoTable,
    /// The store has changed since the table was written.
    Stale,
    /// A file in a folder above cannot be read, or is not a regular file.
    Unreadable,
    /// A pin file that only `goward` reads.
    PinFile,
    /// Another user owns the pin file, or a folder up to it.
    Stranger,
    /// A go.mod directly in the folder for temporary files, which the go command ignores.
    TempFolder,
    /// The user's file of Go settings mentions modules or workspaces.
    Goenv,
    /// The pin is not a plain version or minor.
    OddPin,
    /// A line of go.mod or go.work is not a plain version.
    OddLine,
    /// The pin is older than what the project needs.
    Conflict,
    /// The wanted version is not installed.
    NotInstalled,
    /// Nothing asks for a version, and there is no default.
    Nothing,
}

/// The files that were found in the folders above. `None` for a missing one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found<'a> {
    /// The nearest `.go-version`, if no other pin file is nearer.
    pub pin: Option<&'a [u8]>,
    /// The nearest go.work.
    pub work: Option<&'a [u8]>,
    /// The nearest go.mod.
    pub module: Option<&'a [u8]>,
    /// The user's file of Go settings, which is read if there is a go.mod or a go.work.
    pub goenv: Option<&'a [u8]>,
}

/// Decides for a project. The caller has checked that no variable and no argument affects the choice.
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
        // A bare major means the newest of many.
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

/// The default, or the project's floor or suggestion if that is newer.
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
    // A newer installed patch of the same minor suffices.
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

/// The prefix `MAJOR.MINOR` of a version.
fn minor(version: &str) -> Option<&str> {
    let parts = pin::parse(version)?;
    let text = version.get(..parts.major.len() + 1 + parts.minor.len())?;
    text.ends_with(parts.minor).then_some(text)
}

/// The project's floor and its suggestion.
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
            // goward decides about `toolchain default`, a builder's suffix and a language version.
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

/// Whether a line's version is plain: not one about which go commands differ (a prerelease of a patch, or anything but
/// Go 1), and not a prerelease without its number, which was never released.
fn is_ordinary(version: &str) -> bool {
    pin::parse(version).is_some_and(|parts| {
        let unnumbered = parts.is_prerelease() && parts.pre.is_empty();
        parts.major == "1" && !parts.is_patch_prerelease() && !unnumbered
    })
}

/// Whether the user's settings could switch modules off or name a workspace. A search for the words suffices: a comment
/// with one in it costs a start of `goward`.
fn speaks_of_modules(goenv: &[u8]) -> bool {
    [&b"GOWORK"[..], b"GO111MODULE"].iter().any(|word| contains(goenv, word))
}

/// Whether a text contains a word. Four callers share it, since the program has to stay small.
#[inline(never)]
pub(crate) fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}
