//! Why an archive did not become a tree.

use std::io;
use std::path::PathBuf;

use diag::{Class, Diagnose, Diagnosis};

use crate::limits::SHOWN_CHARS_MAX;

/// Why an archive could not be unpacked. The caller removes the incomplete tree.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum ArchiveError {
    /// The guard, or a rule of the format, does not let an entry pass. The archive is hostile or broken.
    #[error("unpack entry `{entry}`: {refusal}")]
    Refused {
        /// The entry's name as it is safe to print.
        entry: String,
        refusal: Refusal,
    },
    /// The archive ends before its end.
    #[error("unpack the archive: it ends in the middle of {within}")]
    Truncated {
        /// What was being read.
        within: &'static str,
    },
    /// The archive breaks its format in a place that belongs to no entry.
    #[error("read {what}: {reason}")]
    Malformed {
        /// What was being read.
        what: &'static str,
        reason: String,
    },
    /// The tree is whole, and is not a Go toolchain.
    #[error("find a Go toolchain in the archive: there is no `{missing}`")]
    Shape {
        /// What every toolchain has and this tree has not.
        missing: &'static str,
    },
    /// The archive's bytes could not be had. The cause is the reader's own error.
    #[error("read the archive")]
    Input {
        /// What the reader said.
        #[source]
        cause: io::Error,
    },
    /// The tree's files could not be written.
    #[error("{action} {}", path.display())]
    Disk {
        /// What was tried: `create`, `write`, …
        action: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The user asked to stop.
    #[error("unpack the archive")]
    Interrupted {
        /// What the interrupt said.
        #[source]
        cause: io::Error,
    },
}

/// Why an entry does not pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum Refusal {
    /// Starts at the root of a file system, or of a drive.
    #[error("its path is absolute")]
    Absolute,
    /// Has a `..` or `.` in it.
    #[error("its path has a `.` or `..` in it")]
    DotComponent,
    /// Has two slashes in a row, or no name at all.
    #[error("its path has an empty part")]
    EmptyComponent,
    /// Is not UTF-8.
    #[error("its name is not UTF-8")]
    NotUtf8,
    /// Has a character that some system cannot store, or that hides what a name says.
    #[error("its name has the character {0:?}, which some systems cannot store or show")]
    Character(char),
    /// Is a name that Windows keeps for a device.
    #[error("its name is reserved on Windows")]
    ReservedName,
    /// Ends in a dot or a space, which Windows drops.
    #[error("a part of its path ends in a dot or a space")]
    TrailingDotOrSpace,
    /// Too long.
    #[error("its path is longer than {max} bytes")]
    PathTooLong { max: usize },
    /// Too deep.
    #[error("its path is deeper than {max} folders")]
    PathTooDeep { max: usize },
    /// A symbolic or hard link.
    #[error("it is a link")]
    Link,
    /// A device, a pipe, a socket.
    #[error("it is a device")]
    Device,
    /// A kind of entry that no toolchain has.
    #[error("it is of the unknown kind {0}")]
    UnknownKind(String),
    /// The same name again.
    #[error("there are two entries of this name")]
    Duplicate,
    /// A name that differs from another in case alone.
    #[error("it is the same name as `{other}` where case does not count")]
    CaseCollision {
        /// The entry that came before.
        other: String,
    },
    /// A name that is a file here and a folder there.
    #[error("`{other}` is a file in one place and a folder in another")]
    FileAndFolder {
        /// The name that is both.
        other: String,
    },
    /// A folder with bytes in it.
    #[error("it is a folder with {bytes} bytes")]
    FolderWithBytes {
        /// What it announces.
        bytes: u64,
    },
    /// Too many entries.
    #[error("it is one more than {max} entries")]
    TooManyEntries { max: u64 },
    /// Too large.
    #[error("it has {bytes} bytes, more than {max}")]
    FileTooLarge {
        /// What it announces.
        bytes: u64,
        max: u64,
    },
    /// All together too large.
    #[error("with it the archive has more than {max} bytes")]
    TotalTooLarge { max: u64 },
    /// An archive that unpacks to too many times its size.
    #[error("the archive unpacks to more than {max} times its size")]
    Bomb { max: u64 },
    /// Not in the folder where the layout has the tree.
    #[error("it lies outside `{prefix}`")]
    OutsideLayout {
        /// Where entries may lie.
        prefix: String,
    },
    /// A `go.mod` where the module form has only `_go.mod`.
    #[error("a toolchain module has no file of this name")]
    GoModInModule,
    /// A `go.mod` of the module cache that is no copy of the `_go.mod` beside it.
    #[error("it differs from the `_go.mod` beside it")]
    TwoGoMods,
    /// Encrypted.
    #[error("it is encrypted")]
    Encrypted,
    /// Packed in a way that no toolchain is.
    #[error("its compression method {0} is not supported")]
    Method(u16),
    /// Its bytes are also another's, or lie outside the archive.
    #[error("its bytes overlap others or lie outside the archive")]
    Overlap,
    /// Bytes between entries that belong to none.
    #[error("there are bytes before or after it that belong to no entry")]
    Gap,
    /// The directory and the entry's own header say different things.
    #[error("the zip directory and its own header disagree about its {what}")]
    HeadersDisagree {
        /// What they disagree about.
        what: &'static str,
    },
    /// More or fewer bytes than announced.
    #[error("it has more or fewer bytes than the {announced} announced")]
    SizeLies {
        /// What was announced.
        announced: u64,
    },
    /// Its packed bytes are not what the method says.
    #[error("its compressed bytes are corrupt")]
    Corrupt,
    /// Its checksum is another.
    #[error("its CRC-32 differs: expected {expected:08x}, got {actual:08x}")]
    Crc {
        /// What the archive says.
        expected: u32,
        /// What the bytes give.
        actual: u32,
    },
    /// An extension header that is broken or asks for what no toolchain has.
    #[error("its extension header is not acceptable: {0}")]
    Extension(String),
    /// The wheel's RECORD does not list it.
    #[error("the wheel's RECORD does not list it with a SHA-256")]
    NotInRecord,
    /// The wheel's RECORD lists it, and it is not there.
    #[error("the wheel's RECORD lists it, but the wheel does not have it")]
    MissingFromWheel,
    /// The wheel's RECORD has another hash or size.
    #[error("its SHA-256 or size is not the one in the wheel's RECORD")]
    RecordDiffers,
}

impl ArchiveError {
    pub(crate) fn refused(entry: &[u8], refusal: Refusal) -> ArchiveError {
        ArchiveError::Refused { entry: printable(entry), refusal }
    }

    pub(crate) fn malformed(what: &'static str, reason: impl Into<String>) -> ArchiveError {
        ArchiveError::Malformed { what, reason: reason.into() }
    }
}

impl Diagnose for ArchiveError {
    fn diagnosis(&self) -> Diagnosis {
        let another_source = "do not use this archive; get the toolchain from another source with `--source`";
        match self {
            Self::Refused { .. } => Class::Integrity.word("archive-entry-refused").hint(another_source),
            Self::Truncated { .. } => Class::Integrity.word("archive-truncated").hint("fetch the archive again"),
            Self::Malformed { .. } => Class::Integrity.word("archive-malformed").hint(another_source),
            Self::Shape { .. } => Class::Integrity.word("archive-not-a-toolchain").hint(another_source),
            Self::Input { cause } => Class::of_io(cause).word("archive-input"),
            Self::Disk { cause, .. } => Diagnosis::of_io("archive-disk", cause),
            Self::Interrupted { .. } => Class::Interrupted.word("interrupted"),
        }
    }
}

/// A hostile name in printable form: control and invisible characters escaped, bytes that are no text as `\xNN`, cut
/// after 200 characters.
pub fn printable(name: &[u8]) -> String {
    let mut out = String::new();
    match std::str::from_utf8(name) {
        Ok(text) => {
            for (count, character) in text.chars().enumerate() {
                if count == SHOWN_CHARS_MAX {
                    out.push('…');
                    break;
                }
                if diag::deceives(character) {
                    out.extend(character.escape_default());
                } else {
                    out.push(character);
                }
            }
        }
        Err(_) => {
            let kept = &name[..name.len().min(SHOWN_CHARS_MAX)];
            out = kept.escape_ascii().to_string();
            if kept.len() < name.len() {
                out.push('…');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_cannot_write_to_the_terminal() {
        assert_eq!(printable(b"go/\x1b[2J\n"), "go/\\u{1b}[2J\\n");
        assert_eq!(printable("go/\u{202e}og.exe".as_bytes()), "go/\\u{202e}og.exe");
        assert_eq!(printable(b"go/\xff\x07"), "go/\\xff\\x07");
        assert_eq!(printable("go/Þ.go".as_bytes()), "go/Þ.go");
        assert_eq!(printable(&[b'a'; 1000]).chars().count(), 201);
        assert_eq!(printable(&[0xff; 1000]).len(), 200 * 4 + '…'.len_utf8());
    }
}
