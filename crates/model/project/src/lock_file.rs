//! `goward.lock`: the hashes that a project's toolchains must have.
//!
//! ```toml
//! schema = 1
//!
//! [[toolchain]]
//! version = "1.27.3"
//! platform = "linux/amd64"
//! h1 = "h1:…"                # of the files, from Go's checksum database
//! record = 69478030          # where the database has it
//! tree-size = 70835252       # the size of the signed tree that it was proven in
//! archive = "go1.27.3.linux-amd64.tar.gz"
//! sha256 = "…"               # of that archive
//! bytes = 68123456
//! ```
//!
//! Reading is strict: one schema, no unknown key, no toolchain twice, and every error has line and column. Writing is
//! deterministic: the same toolchains always give the same bytes.

use std::fmt::Write;
use std::ops::Range;

use diag::{Class, Diagnose, Diagnosis};
use release::{Digest, Platform, ToolchainId, Version, escaped};
use serde::Deserialize;
use toml::Spanned;

/// The name of a lock file.
pub const LOCK_FILE_NAME: &str = "goward.lock";
/// The schema that this version writes and reads.
pub const LOCK_SCHEMA: u32 = 1;
/// Bytes of a lock file: 1,000 toolchains of some 400 bytes.
pub const LOCK_BYTES_MAX: usize = 512 * 1024;
/// Toolchains in a lock file: every platform that Go has, for twenty versions.
const LOCK_ENTRIES_MAX: usize = 1000;

/// One toolchain in a lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// Which one.
    pub toolchain: ToolchainId,
    /// The facts of Go's checksum database.
    pub log: Option<LockedLog>,
    /// The facts of the release index.
    pub archive: Option<LockedArchive>,
    /// The line on which it begins, counted from 1; 0 for one that was not read from a file.
    pub line: usize,
}

/// The facts of Go's checksum database about a toolchain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedLog {
    /// The hash of its files, `h1:` and 44 characters of base64.
    pub h1: String,
    /// The record's number.
    pub record: u64,
    /// The size of the signed tree that it was proven in.
    pub tree_size: u64,
}

/// The facts of the release index about a toolchain's archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedArchive {
    /// Its file name.
    pub name: String,
    /// Its SHA-256.
    pub sha256: Digest,
    /// Its size in bytes, if the index has it.
    pub bytes: Option<u64>,
}

/// A lock file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockFile {
    /// Its toolchains, sorted.
    pub toolchains: Vec<Locked>,
}

/// Why a lock file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read line {line}, column {column}: {reason}")]
pub struct LockFileError {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub reason: String,
}

impl Diagnose for LockFileError {
    fn diagnosis(&self) -> Diagnosis {
        Class::Usage
            .word("lock-file-malformed")
            .hint("`goward pin --lock` rewrites it; that also resolves a merge conflict")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    schema: Spanned<u32>,
    #[serde(default)]
    toolchain: Vec<Spanned<RawLocked>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawLocked {
    version: Spanned<String>,
    platform: Spanned<String>,
    h1: Option<Spanned<String>>,
    record: Option<u64>,
    tree_size: Option<u64>,
    archive: Option<Spanned<String>>,
    sha256: Option<Spanned<String>>,
    bytes: Option<u64>,
}

/// A reason, and its range in the text.
type Fault = (Range<usize>, String);

impl LockFile {
    /// Reads a lock file.
    ///
    /// # Errors
    /// The fault, with its line and column.
    pub fn parse(bytes: &[u8]) -> Result<LockFile, LockFileError> {
        if bytes.len() > LOCK_BYTES_MAX {
            let reason = format!("it has {} bytes, at most {LOCK_BYTES_MAX} are read", bytes.len());
            return Err(LockFileError { line: 1, column: 1, reason });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let (line, column) = place(&String::from_utf8_lossy(&bytes[..error.valid_up_to()]), error.valid_up_to());
            LockFileError { line, column, reason: "it is not UTF-8".to_owned() }
        })?;
        read(text).map_err(|(span, reason)| {
            let (line, column) = place(text, span.start);
            LockFileError { line, column, reason }
        })
    }

    /// The text of the file.
    pub fn encode(&self) -> String {
        let mut text = format!(
            "# Written by `goward pin --lock`: the hashes that this project's Go toolchains must have.\n\
             schema = {LOCK_SCHEMA}\n"
        );
        let mut sorted: Vec<&Locked> = self.toolchains.iter().collect();
        sorted.sort_by(|one, other| one.toolchain.cmp(&other.toolchain));
        for Locked { toolchain, log, archive, .. } in sorted {
            let (version, platform) = (toolchain.version(), toolchain.platform());
            let (os, arch) = (platform.os(), platform.arch());
            // Writing to a string cannot fail. No value contains a quote or a backslash: each is a checked word.
            let _ = write!(text, "\n[[toolchain]]\nversion = \"{version}\"\nplatform = \"{os}/{arch}\"\n");
            if let Some(LockedLog { h1, record, tree_size }) = log {
                let _ = write!(text, "h1 = \"{h1}\"\nrecord = {record}\ntree-size = {tree_size}\n");
            }
            if let Some(LockedArchive { name, sha256, bytes }) = archive {
                let _ = write!(text, "archive = \"{name}\"\nsha256 = \"{sha256}\"\n");
                if let Some(bytes) = bytes {
                    let _ = writeln!(text, "bytes = {bytes}");
                }
            }
        }
        text
    }

    /// Its entry for a toolchain.
    pub fn find(&self, id: &ToolchainId) -> Option<&Locked> {
        self.toolchains.iter().find(|locked| locked.toolchain == *id)
    }

    /// The platforms that it covers, sorted.
    pub fn platforms(&self) -> Vec<Platform> {
        let mut platforms: Vec<Platform> =
            self.toolchains.iter().map(|locked| locked.toolchain.platform().clone()).collect();
        platforms.sort();
        platforms.dedup();
        platforms
    }
}

fn read(text: &str) -> Result<LockFile, Fault> {
    let raw: RawFile = toml::from_str(text).map_err(|error| {
        let message = escaped(error.message());
        (error.span().unwrap_or(0..0), message)
    })?;
    if *raw.schema.get_ref() != LOCK_SCHEMA {
        let reason = format!("its schema is {}, and this goward reads {LOCK_SCHEMA}", raw.schema.get_ref());
        return Err((raw.schema.span(), reason));
    }
    if let Some(extra) = raw.toolchain.get(LOCK_ENTRIES_MAX) {
        return Err((extra.span(), format!("it has more than {LOCK_ENTRIES_MAX} toolchains")));
    }
    let mut toolchains: Vec<Locked> = Vec::with_capacity(raw.toolchain.len());
    for entry in raw.toolchain {
        let span = entry.span();
        let locked = read_one(text, span.clone(), entry.into_inner())?;
        if let Some(first) = toolchains.iter().find(|other| other.toolchain == locked.toolchain) {
            return Err((span, format!("{} occurs again, first on line {}", locked.toolchain, first.line)));
        }
        toolchains.push(locked);
    }
    toolchains.sort_by(|one, other| one.toolchain.cmp(&other.toolchain));
    Ok(LockFile { toolchains })
}

fn read_one(text: &str, span: Range<usize>, raw: RawLocked) -> Result<Locked, Fault> {
    let version: Version = raw
        .version
        .get_ref()
        .parse()
        .map_err(|error: release::VersionError| (raw.version.span(), error.to_string()))?;
    let platform = raw
        .platform
        .get_ref()
        .split_once('/')
        .ok_or_else(|| "a platform is written `os/arch`".to_owned())
        .and_then(|(os, arch)| Platform::new(os, arch).map_err(|error| error.to_string()))
        .map_err(|reason| (raw.platform.span(), reason))?;
    let toolchain = ToolchainId::new(version, platform);
    let log = match (raw.h1, raw.record, raw.tree_size) {
        (Some(h1), Some(record), Some(tree_size)) if record < tree_size => {
            if !is_h1(h1.get_ref()) {
                return Err((h1.span(), "a tree's hash is `h1:` and 44 characters of base64".to_owned()));
            }
            Some(LockedLog { h1: h1.into_inner(), record, tree_size })
        }
        (Some(_), Some(record), Some(tree_size)) => {
            return Err((span, format!("record {record} is not in a tree of {tree_size} records")));
        }
        (None, None, None) => None,
        _ => return Err((span, "`h1`, `record` and `tree-size` occur together or not at all".to_owned())),
    };
    let archive = match (raw.archive, raw.sha256) {
        (Some(name), Some(sha256)) => {
            if *name.get_ref() != toolchain.archive_name() {
                let reason = format!("the archive of {toolchain} is called `{}`", toolchain.archive_name());
                return Err((name.span(), reason));
            }
            let digest: Digest =
                sha256.get_ref().parse().map_err(|error: release::DigestError| (sha256.span(), error.to_string()))?;
            Some(LockedArchive { name: name.into_inner(), sha256: digest, bytes: raw.bytes })
        }
        (None, None) if raw.bytes.is_none() => None,
        _ => return Err((span, "`archive`, `sha256` and `bytes` occur together or not at all".to_owned())),
    };
    if log.is_none() && archive.is_none() {
        return Err((span, format!("{toolchain} has neither `h1` nor `sha256`: nothing could be held to it")));
    }
    Ok(Locked { toolchain, log, archive, line: place(text, span.start).0 })
}

fn is_h1(text: &str) -> bool {
    text.strip_prefix("h1:").is_some_and(|hash| {
        let body = hash.strip_suffix('=').unwrap_or_default();
        body.len() == 43 && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    })
}

/// Line and column of a place in a text, both counted from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const H1: &str = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    fn file() -> LockFile {
        let locked = |name: &str, both: bool| {
            let toolchain: ToolchainId = name.parse().unwrap();
            Locked {
                archive: both.then(|| LockedArchive {
                    name: toolchain.archive_name(),
                    sha256: Digest::from_bytes([7; 32]),
                    bytes: Some(9),
                }),
                log: Some(LockedLog { h1: H1.to_owned(), record: 5, tree_size: 6 }),
                toolchain,
                line: 0,
            }
        };
        LockFile { toolchains: vec![locked("go1.27.3.linux-amd64", true), locked("go1.27.3.darwin-arm64", false)] }
    }

    #[test]
    fn a_lock_file_reads_as_it_was_written_and_is_written_the_same_each_time() {
        let text = file().encode();
        let read = LockFile::parse(text.as_bytes()).unwrap();
        assert_eq!(read.encode(), text);
        let lines: Vec<usize> = read.toolchains.iter().map(|locked| locked.line).collect();
        assert_eq!(lines, [4, 11]);
        let mut other = file();
        other.toolchains.reverse();
        assert_eq!(other.encode(), text, "the order of what is given does not matter");
        assert_eq!(
            read.find(&"go1.27.3.linux-amd64".parse().unwrap()).unwrap().archive.as_ref().unwrap().bytes,
            Some(9)
        );
        assert_eq!(LockFile::parse(b"schema = 1\n"), Ok(LockFile::default()));
    }

    #[test]
    fn every_error_says_line_and_column() {
        let text = file().encode();
        let wrong = |from: &str, to: &str| LockFile::parse(text.replacen(from, to, 1).as_bytes()).unwrap_err();
        let cases = [
            ("schema = 1", "schema = 2", 2, 10, "its schema is 2"),
            ("schema = 1", "schema = 1\nschema = 1", 3, 1, "duplicate"),
            ("schema = 1", "", 1, 1, "missing field"),
            ("schema = 1", "schema = 1\nmore = 1", 3, 1, "unknown field"),
            ("1.27.3", "1.27.x", 5, 11, "1.27.x"),
            ("darwin/arm64", "darwin-arm64", 6, 12, "os/arch"),
            ("record = 5", "record = 6", 4, 1, "record 6 is not in a tree of 6 records"),
            ("record = 5\n", "", 4, 1, "occur together"),
            (H1, "h1:AAAA", 7, 6, "44 characters"),
            ("darwin/arm64", "linux/amd64", 11, 1, "occurs again, first on line 4"),
            ("go1.27.3.linux-amd64.tar.gz", "evil.tar.gz", 17, 11, "is called `go1.27.3.linux-amd64.tar.gz`"),
            ("0707", "07g7", 18, 10, "SHA-256"),
            ("bytes = 9", "bytes = -9", 19, 9, "invalid"),
            ("bytes = 9", "bytes = 9\nhash = 1", 20, 1, "unknown field"),
        ];
        for (from, to, line, column, words) in cases {
            let error = wrong(from, to);
            assert!(error.reason.contains(words), "{from} -> {to}: {error}");
            assert_eq!((error.line, error.column), (line, column), "{from} -> {to}: {error}");
        }
        let error = LockFile::parse(b"schema = 1\n\xff").unwrap_err();
        assert_eq!((error.line, error.column), (2, 1));
        assert!(LockFile::parse(&vec![b'#'; LOCK_BYTES_MAX + 1]).is_err());
    }
}
