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
        /// Whether a pin names it: then a go command must not switch, whatever go.mod suggests. Not if the user's
        /// `GOTOOLCHAIN=local` keeps it from that already.
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
    /// A variable affects the choice, or has an unusual value.
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
    /// The user's `GOTOOLCHAIN`, if it is not empty.
    pub gotoolchain: Option<&'a [u8]>,
    /// `GO111MODULE`, if it is not empty.
    pub go111module: Option<&'a [u8]>,
}

/// Decides for a project. The caller has checked that no argument and no other variable affects the choice.
pub fn decide<'t>(table: &Table<'t>, found: &Found<'_>) -> Decision<'t> {
    match version(table, found) {
        Ok((version, pinned)) => run(table, version, pinned && found.gotoolchain != Some(b"local")),
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

/// The version, and whether a pin names it.
fn version<'t>(table: &Table<'t>, found: &Found<'_>) -> Result<(&'t str, bool), Why> {
    let project = found.work.or(found.module);
    if project.is_some() && found.goenv.is_some_and(speaks_of_modules) {
        return Err(Why::Goenv);
    }
    let has_modules = match found.go111module {
        None | Some(b"on") => true,
        Some(b"auto") => project.is_some(),
        Some(b"off") => false,
        // goward says what it makes of any other word.
        Some(_) => return Err(Why::Setting),
    };
    // Without modules neither the project's lines nor `GOTOOLCHAIN` count.
    let floor = project.filter(|_| has_modules).map(Floor::read).transpose()?.unwrap_or_default();
    let gotoolchain = found.gotoolchain.filter(|_| has_modules).map(Gotoolchain::read).transpose()?;
    // What is selected: that counts if it is new enough. All others return a base, which the project may raise.
    let (selected, is_pinned) = match (gotoolchain, found.pin) {
        (Some(Gotoolchain::Exact(version)), _) => (table.equal(version), false),
        (_, Some(file)) => (pinned(table, file)?, true),
        (Some(Gotoolchain::Local), None) => (Some(table.default.ok_or(Why::Nothing)?), false),
        (base, None) => {
            let base = match base {
                Some(Gotoolchain::Base(version)) => Some(version),
                _ => table.default,
            };
            return Ok((raised(table, base.ok_or(Why::Nothing)?, &floor)?, false));
        }
    };
    let selected = selected.ok_or(Why::NotInstalled)?;
    match floor.go {
        Some(go) if pin::compare(selected, go).is_lt() => Err(Why::Conflict),
        _ => Ok((selected, is_pinned)),
    }
}

/// What the user's `GOTOOLCHAIN` says, as `crates/model/project/src/setting.rs` has it.
enum Gotoolchain<'a> {
    /// `go1.26.4`: exactly that.
    Exact(&'a str),
    /// `go1.26.4+auto`, `go1.26.4+path`: the base, which the project may raise.
    Base(&'a str),
    /// `local`: the default, which nothing raises.
    Local,
    /// `auto`, `path`, `local+auto`, `local+path`: the project decides, as without the variable.
    Project,
}

impl<'a> Gotoolchain<'a> {
    /// Reads the usual forms; goward reads all others.
    #[inline(never)]
    fn read(value: &'a [u8]) -> Result<Gotoolchain<'a>, Why> {
        let base = value.strip_suffix(b"+auto").or(value.strip_suffix(b"+path"));
        Ok(match (base, value) {
            (Some(b"local"), _) | (None, b"auto" | b"path") => Gotoolchain::Project,
            (None, b"local") => Gotoolchain::Local,
            (Some(base), _) => Gotoolchain::Base(release(base).ok_or(Why::Setting)?),
            (None, name) => Gotoolchain::Exact(release(name).ok_or(Why::Setting)?),
        })
    }
}

/// The installed version that a `.go-version` names, if there is one.
fn pinned<'t>(table: &Table<'t>, file: &[u8]) -> Result<Option<&'t str>, Why> {
    let mut codes = file.split(|byte| *byte == b'\n').map(|line| {
        let code = line.split(|byte| *byte == b'#').next().unwrap_or(line);
        code.trim_ascii()
    });
    let code = codes.find(|code| !code.is_empty()).ok_or(Why::OddPin)?;
    let wanted = plain(code.strip_prefix(b"go").unwrap_or(code)).ok_or(Why::OddPin)?;
    let parts = pin::parse(wanted).ok_or(Why::OddPin)?;
    let numbers = wanted.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit());
    match wanted.bytes().filter(|byte| *byte == b'.').count() {
        // A bare major means the newest of many.
        0 => Err(Why::OddPin),
        1 if numbers => Ok(table.newest(wanted)),
        // `1.28rc` asks for the newest of several.
        _ if parts.is_prerelease() && parts.pre.is_empty() => Err(Why::OddPin),
        _ => Ok(table.equal(wanted)),
    }
}

/// The base, or the project's floor or suggestion if that is newer.
fn raised<'t>(table: &Table<'t>, base: &str, floor: &Floor<'_>) -> Result<&'t str, Why> {
    let newer = |version: &&str, than: &str| pin::compare(version, than).is_gt();
    let suggested = floor.toolchain.filter(|version| newer(version, base));
    let needed = floor.go.filter(|version| newer(version, suggested.unwrap_or(base)));
    let mut buffer = [0; VERSION_BYTES_MAX + 2];
    let wanted = match (needed, suggested) {
        (Some(go), _) => first_release(go, &mut buffer).ok_or(Why::OddLine)?,
        (None, Some(toolchain)) => toolchain,
        (None, None) => return table.equal(base).ok_or(Why::NotInstalled),
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
            release(line.value).ok_or(Why::OddLine)
        });
        Ok(Floor { go, toolchain: toolchain.transpose()? })
    }
}

/// A version that is written as Go writes it, without `go` in front, and not longer than any real one.
fn plain(bytes: &[u8]) -> Option<&str> {
    let text = text(bytes).filter(|text| text.len() <= VERSION_BYTES_MAX)?;
    pin::is_valid(text).then_some(text)
}

/// The version in a plain name of a release: `1.26.4` of `go1.26.4`.
#[inline(never)]
fn release(name: &[u8]) -> Option<&str> {
    name.strip_prefix(b"go").and_then(plain).filter(|version| is_ordinary(version) && !pin::is_lang(version))
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
pub fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}
