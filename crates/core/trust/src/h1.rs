//! The `h1:` hash of a tree of files, as the go command computes it.
//!
//! It covers names and contents only: no mode, no time, no order, no archive format. So a tree from a tar.gz, a zip, a
//! wheel or a module zip has the same hash, once the rules of the module form are applied. Sources:
//! `golang.org/x/mod/sumdb/dirhash` (Hash1) and `cmd/distpack/pack.go` (the contents of a toolchain module).

use std::fmt;
use std::str::FromStr;

use diag::{Class, Diagnose, Diagnosis};
use release::Digest;
use sha2::{Digest as _, Sha256};

use crate::hash::Hash;
use crate::limits::VERSION_LINE_BYTES_MAX;
use crate::missing_root_files;

/// An `h1:` hash: the SHA-256 over the sorted list of file hashes and names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct H1(pub Hash);

const H1_PREFIX: &str = "h1:";

/// The text is not `h1:` and 44 characters of base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tree's hash is `h1:` and 44 characters of base64")]
pub struct H1ParseError;

impl FromStr for H1 {
    type Err = H1ParseError;

    fn from_str(text: &str) -> Result<H1, H1ParseError> {
        let hash = text.strip_prefix(H1_PREFIX).ok_or(H1ParseError)?;
        Ok(H1(hash.parse().map_err(|_| H1ParseError)?))
    }
}

impl fmt::Display for H1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{H1_PREFIX}{}", self.0)
    }
}

impl fmt::Debug for H1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "H1({self})")
    }
}

release::text_serde!(H1);

/// Why a list of files has no `h1:` hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum H1Error {
    /// A name is empty, or holds a line break: lines of the hashed list would run into each other.
    #[error("hash the file `{}`: its name is empty or holds a line break", name.escape_debug())]
    Name {
        /// The name as it was given.
        name: String,
    },
    /// The list has a name twice.
    #[error("hash the file `{name}`: it is listed twice")]
    Twice { name: String },
    /// `go.mod` and `_go.mod` are in one folder and differ: one of them is not Go's.
    #[error("hash the tree: `{name}` differs from the `_go.mod` beside it")]
    TwoGoMods {
        /// The path of the `go.mod`.
        name: String,
    },
    /// The toolchain's name is not of the form `go1.27.3.linux-amd64`.
    #[error("hash the tree of `{}`: that is no toolchain's name (like `go1.27.3.linux-amd64`)", name.escape_debug())]
    Toolchain {
        /// The name as it was given.
        name: String,
    },
}

impl Diagnose for H1Error {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            H1Error::Name { .. } => Class::Integrity.word("tree-name-unusable"),
            H1Error::Twice { .. } => Class::Integrity.word("tree-name-twice"),
            H1Error::TwoGoMods { .. } => Class::Integrity.word("tree-go-mod-differs"),
            H1Error::Toolchain { .. } => Class::Usage.word("toolchain-name-malformed"),
        }
    }
}

/// The `h1:` hash of these files, with `prefix` before each name; the order does not matter.
///
/// # Errors
/// A name that is empty, holds a line break (as `dirhash.Hash1` refuses it) or is listed twice.
pub fn h1<'a>(prefix: &str, files: impl IntoIterator<Item = (&'a str, &'a Digest)>) -> Result<H1, H1Error> {
    let mut list: Vec<(&str, &Digest)> = files.into_iter().collect();
    // A prefix that all names share does not change their order.
    list.sort_unstable_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    if let Some((name, _)) = list.iter().find(|(name, _)| name.is_empty() || name.contains('\n')) {
        return Err(H1Error::Name { name: (*name).to_owned() });
    }
    if let Some(pair) = list.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(H1Error::Twice { name: pair[0].0.to_owned() });
    }
    let mut hasher = Sha256::new();
    for (name, hash) in list {
        hasher.update(hash.to_string());
        hasher.update(b"  ");
        hasher.update(prefix.as_bytes());
        hasher.update(name.as_bytes());
        hasher.update(b"\n");
    }
    Ok(H1(Hash(hasher.finalize().into())))
}

/// The hash of a toolchain's tree in module form, and the files that were filled in to compute it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolchainH1 {
    /// All files of the module form exist.
    Whole(H1),
    /// The packer omitted root files; each entry is the hash with one set of known texts filled in, best guess first.
    /// At most one can be the published one. A guess by itself proves nothing and does no harm: a wrong one cannot have
    /// the published hash.
    Completed(Vec<Completion>),
}

/// One way to fill in the root files that a packer omitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The hash of the tree with the files filled in.
    pub h1: H1,
    /// The files filled in, by name and SHA-256. They are *not* in the tree.
    pub files: Vec<(String, Digest)>,
}

impl ToolchainH1 {
    /// Whether the tree is the published one; if it is, the names of the files that had to be filled in (none for a
    /// whole tree).
    pub fn matches(&self, published: &H1) -> Option<Vec<String>> {
        match self {
            ToolchainH1::Whole(h1) => (h1 == published).then(Vec::new),
            ToolchainH1::Completed(ways) => ways
                .iter()
                .find(|way| way.h1 == *published)
                .map(|way| way.files.iter().map(|(name, _)| name.clone()).collect()),
        }
    }

    /// The most likely hash, to print if there is nothing to compare with.
    pub fn likely(&self) -> Option<H1> {
        match self {
            ToolchainH1::Whole(h1) => Some(*h1),
            ToolchainH1::Completed(ways) => ways.first().map(|way| way.h1),
        }
    }
}

/// The folders at the top of an archive that a toolchain module does not have (`cmd/distpack/pack.go`). The log does
/// not cover files in them.
pub const FOLDERS_OUTSIDE_MODULE: [&str; 4] = ["api", "doc", "misc", "test"];

/// Whether the log covers a file of a toolchain's tree, by its path from the tree's root.
pub fn is_in_module(path: &str) -> bool {
    !path.split_once('/').is_some_and(|(top, _)| FOLDERS_OUTSIDE_MODULE.contains(&top))
}

/// Whether a packer of wheels adds this file to a toolchain's tree; Go itself never has such a file. The caller
/// excludes such files, and reports that: [`toolchain_h1`] counts them as extra files.
pub fn is_packer_addition(path: &str) -> bool {
    path == "__init__.py" || path.starts_with("__pycache__/")
}

/// Whether the content of a tree's `VERSION` file names this version (`go1.27.3`): its first line is exactly that.
pub fn version_file_names(content: &[u8], version: &str) -> bool {
    let head = &content[..content.len().min(VERSION_LINE_BYTES_MAX)];
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    !version.is_empty() && line.strip_suffix(b"\r").unwrap_or(line) == version.as_bytes()
}

/// The `h1:` hash of a toolchain's tree as module `golang.org/toolchain`, whatever archive it came in.
///
/// `toolchain` is version and platform as *requested* (`go1.27.3.linux-amd64`), never as the tree names them. `files`
/// are the regular files of the tree by their path from its root (the folder with `VERSION`), with `/` between names.
/// The rules of the module form are: no `api`, `doc`, `misc`, `test`; every `go.mod` is named `_go.mod` (if both exist,
/// as in the module cache, they must be equal and count once). Root files that packers of wheels omit are filled in
/// from known hashes, see [`ToolchainH1::Completed`].
///
/// # Errors
/// A name that cannot be hashed, a `go.mod` that differs from its twin, or a malformed toolchain name.
pub fn toolchain_h1<'a>(
    toolchain: &str,
    files: impl IntoIterator<Item = (&'a str, &'a Digest)>,
) -> Result<ToolchainH1, H1Error> {
    let malformed = || H1Error::Toolchain { name: toolchain.to_owned() };
    let minor = minor_of(toolchain).ok_or_else(malformed)?;
    let prefix = format!("golang.org/toolchain@v0.0.1-{toolchain}/");

    let (go_mods, mut list): (Vec<_>, Vec<_>) = files
        .into_iter()
        .filter(|(path, _)| is_in_module(path))
        .map(|(path, hash)| (path.to_owned(), hash))
        .partition(|(path, _)| path == "go.mod" || path.ends_with("/go.mod"));
    list.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut renamed = Vec::with_capacity(go_mods.len());
    for (path, hash) in go_mods {
        let folder = path.strip_suffix("go.mod").unwrap_or_default();
        let twin = format!("{folder}_go.mod");
        match list.binary_search_by(|(other, _)| other.as_str().cmp(&twin)) {
            Ok(found) if list[found].1 == hash => {}
            Ok(_) => return Err(H1Error::TwoGoMods { name: path }),
            Err(_) => renamed.push((twin, hash)),
        }
    }
    list.extend(renamed);

    let named = || list.iter().map(|(path, hash)| (path.as_str(), *hash));
    let ways = missing_root_files::completions(minor, |name| list.iter().any(|(path, _)| path == name));
    if ways.is_empty() {
        return Ok(ToolchainH1::Whole(h1(&prefix, named())?));
    }
    let mut hashes = Vec::with_capacity(ways.len());
    for files in &ways {
        let filled_in = files.iter().map(|(name, hash)| (name.as_str(), hash));
        hashes.push(h1(&prefix, named().chain(filled_in))?);
    }
    let completion = |(h1, files)| Completion { h1, files };
    Ok(ToolchainH1::Completed(hashes.into_iter().zip(ways).map(completion).collect()))
}

/// The minor number of `go1.27.3.linux-amd64` (here 27). The name becomes part of every hashed line, so only the
/// characters of Go's own names are allowed.
fn minor_of(toolchain: &str) -> Option<u32> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
    let rest = toolchain.strip_prefix("go1.")?;
    if !toolchain.bytes().all(plain) || !rest.contains('-') || toolchain.len() > crate::limits::NAME_BYTES_MAX {
        return None;
    }
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests;
