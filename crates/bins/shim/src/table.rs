//! The table that the store keeps: what is installed, and where. `docs/shim.md` has its format.

use crate::limits::TABLE_BYTES_MAX;
use crate::path::is_absolute;

/// The first line of a table that this shim can read.
pub const FORMAT_LINE: &[u8] = b"goward-shim 1";

/// A valid table. It borrows from the bytes that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table<'t> {
    /// goward's home, from which the table was written.
    pub home: &'t [u8],
    /// The link to the generation in use, and its target when the table was written: empty if there was none.
    pub current: (&'t [u8], &'t [u8]),
    /// The folder of the toolchains, and when it had last changed when the table was written, in
    /// nanoseconds since 1970.
    pub toolchains: (&'t [u8], u64),
    /// The folder of the administrator's toolchains, empty if no such store is named; and when it had last changed when
    /// the table was written, `None` if it did not exist.
    pub system: (&'t [u8], Option<u64>),
    /// The user's configuration, empty if the user has no folder for one; and when it had last changed when goward read
    /// it, in nanoseconds since 1970, `None` if it did not exist.
    pub config: (&'t [u8], Option<u64>),
    /// The version of the default's toolchain, if there is one that is installed.
    pub default: Option<&'t str>,
    rows: &'t [u8],
}

/// The path of the goward program. A table of any later format has it too: every format begins with its own line and
/// this one.
pub fn goward(bytes: &[u8]) -> Option<&[u8]> {
    let mut lines = lines(bytes);
    lines.next().filter(|line| line.starts_with(b"goward-shim "))?;
    field(lines.next()?, b"goward").filter(|path| is_absolute(path))
}

impl<'t> Table<'t> {
    /// Parses a table. `None` if it is truncated or invalid.
    pub fn parse(bytes: &'t [u8]) -> Option<Table<'t>> {
        // The reader passes one byte more of a longer file.
        let body = bytes.strip_suffix(b"end\n").filter(|_| bytes.len() <= TABLE_BYTES_MAX)?;
        let mut lines = lines(body);
        if lines.next()? != FORMAT_LINE {
            return None;
        }
        lines.next()?;
        let home = field(lines.next()?, b"home")?;
        let (link, target) = cut(field(lines.next()?, b"current")?)?;
        let (folder, changed) = cut(field(lines.next()?, b"toolchains")?)?;
        let changed = number(changed)?;
        let system = stamped(lines.next()?, b"system")?;
        let config = stamped(lines.next()?, b"config")?;
        let default = text(field(lines.next()?, b"default")?)?;
        let rows = body.get(lines.at..)?;
        let table = Table {
            home,
            current: (link, target),
            toolchains: (folder, changed),
            system,
            config,
            default: Some(default).filter(|text| !text.is_empty()),
            rows,
        };
        table.rows().all(|row| row.is_some()).then_some(table)
    }

    /// The tree of exactly this version.
    pub fn tree(&self, version: &str) -> Option<&'t [u8]> {
        self.installed().find(|(name, _)| *name == version).map(|(_, tree)| tree)
    }

    /// The installed version that is equal to this one for Go: `1.20` for `1.20.0`. The store never lists both.
    pub fn equal(&self, version: &str) -> Option<&'t str> {
        self.installed().map(|(name, _)| name).find(|name| pin::compare(name, version).is_eq())
    }

    /// The newest installed release of a minor.
    pub fn newest(&self, minor: &str) -> Option<&'t str> {
        self.rows().flatten().find_map(|row| match row {
            Row::Minor(name, version) if name == minor => Some(version),
            _ => None,
        })
    }

    fn installed(&self) -> impl Iterator<Item = (&'t str, &'t [u8])> {
        self.rows().flatten().filter_map(|row| match row {
            Row::Go(version, tree) => Some((version, tree)),
            Row::Minor(..) => None,
        })
    }

    fn rows(&self) -> impl Iterator<Item = Option<Row<'t>>> {
        let folder = self.toolchains.0;
        lines(self.rows).map(move |line| Row::parse(line, folder))
    }
}

enum Row<'t> {
    Go(&'t str, &'t [u8]),
    Minor(&'t str, &'t str),
}

impl<'t> Row<'t> {
    fn parse(line: &'t [u8], folder: &[u8]) -> Option<Row<'t>> {
        if let Some(rest) = field(line, b"go") {
            let (version, tree) = cut(rest)?;
            return Some(Row::Go(text(version)?, Some(tree).filter(|tree| is_tree_in(tree, folder))?));
        }
        let (minor, version) = cut(field(line, b"minor")?)?;
        Some(Row::Minor(text(minor)?, text(version)?))
    }
}

/// Whether a tree belongs to the store: directly in the folder of its toolchains, with a name of their form. The store
/// writes no row with another path.
fn is_tree_in(tree: &[u8], folder: &[u8]) -> bool {
    let is_separator = |byte: &u8| *byte == b'/' || cfg!(windows) && *byte == b'\\';
    match tree.strip_prefix(folder).and_then(<[u8]>::split_first) {
        Some((first, name)) => {
            is_absolute(tree) && is_separator(first) && name.starts_with(b"go") && !name.iter().any(is_separator)
        }
        None => false,
    }
}

/// The lines of a text, each with a line feed at its end. Text after the last line feed is not a line.
#[inline(never)]
pub(crate) fn lines(bytes: &[u8]) -> Lines<'_> {
    Lines { bytes, at: 0 }
}

pub(crate) struct Lines<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        let rest = self.bytes.get(self.at..)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        self.at += end + 1;
        rest.get(..end)
    }
}

/// A path after its key, and an optional time.
#[inline(never)]
fn stamped<'t>(line: &'t [u8], key: &[u8]) -> Option<(&'t [u8], Option<u64>)> {
    let (path, stamp) = cut(field(line, key)?)?;
    Some((path, if stamp.is_empty() { None } else { Some(number(stamp)?) }))
}

/// The text after a key and a tab.
#[inline(never)]
fn field<'t>(line: &'t [u8], key: &[u8]) -> Option<&'t [u8]> {
    line.strip_prefix(key)?.strip_prefix(b"\t")
}

/// The two fields on both sides of the first tab.
fn cut(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = line.iter().position(|byte| *byte == b'\t')?;
    Some((line.get(..at)?, line.get(at + 1..)?))
}

/// ASCII as text: a version has nothing else. The library's UTF-8 check would be a twentieth of the program.
#[inline(never)]
#[expect(unsafe_code, reason = "the one reader of text; its block says why it is sound")]
pub(crate) fn text(bytes: &[u8]) -> Option<&str> {
    // SAFETY: bytes below 128 are each a character of UTF-8.
    bytes.iter().all(u8::is_ascii).then(|| unsafe { core::str::from_utf8_unchecked(bytes) })
}

fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |sum, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}
