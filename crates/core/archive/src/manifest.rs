//! The manifest of a tree.

use release::Digest;
use sha2::{Digest as _, Sha256};

use crate::error::ArchiveError;
use crate::limits::VERSION_BYTES_MAX;

/// One file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// Its path below the tree's root (GOROOT), components separated by `/` on every system.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Whether it is executable: 0755, else 0644.
    pub executable: bool,
    /// The SHA-256 of its bytes.
    pub sha256: Digest,
}

/// Every file of a tree, sorted by the bytes of its path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The files.
    pub files: Vec<FileRecord>,
}

impl Manifest {
    /// A manifest of these files, which it sorts.
    pub fn new(mut files: Vec<FileRecord>) -> Manifest {
        files.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        Manifest { files }
    }

    /// The bytes of all files together.
    pub fn bytes_total(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// One hash for the list of files, over every path and the hash of its bytes, for a tree that never was one
    /// archive.
    pub fn list_sha256(&self) -> Digest {
        let mut hasher = Sha256::new();
        for file in &self.files {
            hasher.update(file.sha256.as_bytes());
            hasher.update(file.path.as_bytes());
            // No path holds a line end: the guard refuses it.
            hasher.update(b"\n");
        }
        hasher.into()
    }

    /// The file with this path.
    pub fn find(&self, path: &str) -> Option<&FileRecord> {
        self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok().map(|at| &self.files[at])
    }

    fn has_folder(&self, folder_with_slash: &str) -> bool {
        let at = self.files.partition_point(|file| file.path.as_str() < folder_with_slash);
        self.files.get(at).is_some_and(|file| file.path.starts_with(folder_with_slash))
    }
}

/// A completely unpacked tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// What it holds.
    pub manifest: Manifest,
    /// The first line of its `VERSION` file (`go1.27.3`): the tree's own claim, which proves nothing.
    pub version_line: String,
}

/// Whether these files look like a Go toolchain: `VERSION`, a go command, `src/` and `pkg/`.
///
/// # Errors
/// [`ArchiveError::Shape`] with what is missing.
pub fn check_shape(manifest: &Manifest) -> Result<(), ArchiveError> {
    let missing = if manifest.find("VERSION").is_none() {
        "VERSION"
    } else if manifest.find("bin/go").is_none() && manifest.find("bin/go.exe").is_none() {
        "bin/go"
    } else if !manifest.has_folder("src/") {
        "src"
    } else if !manifest.has_folder("pkg/") {
        "pkg"
    } else {
        return Ok(());
    };
    Err(ArchiveError::Shape { missing })
}

/// The first line of a VERSION file, if it is one short printable line of text.
pub(crate) fn version_line(bytes: &[u8]) -> Result<String, ArchiveError> {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = first.strip_suffix(b"\r").unwrap_or(first);
    let printable = first.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    if first.is_empty() || !printable || bytes.len() > VERSION_BYTES_MAX {
        return Err(ArchiveError::Malformed { what: "VERSION", reason: "its first line is not a version".to_owned() });
    }
    Ok(String::from_utf8_lossy(first).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(paths: &[&str]) -> Manifest {
        let file = |path: &&str| FileRecord {
            path: (*path).to_owned(),
            bytes: 1,
            executable: false,
            sha256: Digest::from_bytes([0; 32]),
        };
        Manifest::new(paths.iter().map(file).collect())
    }

    #[test]
    fn a_tree_without_one_of_its_four_marks_is_not_a_toolchain() {
        let whole = ["bin/go", "src/fmt/print.go", "VERSION", "pkg/tool/x"];
        assert!(check_shape(&manifest(&whole)).is_ok());
        assert!(check_shape(&manifest(&["bin/go.exe", "src/a", "VERSION", "pkg/x"])).is_ok());
        for (left_out, word) in [(0, "bin/go"), (1, "src"), (2, "VERSION"), (3, "pkg")] {
            let mut paths = whole.to_vec();
            paths.remove(left_out);
            let Err(ArchiveError::Shape { missing }) = check_shape(&manifest(&paths)) else { panic!("{word}") };
            assert_eq!(missing, word);
        }
        assert!(check_shape(&manifest(&["bin/go", "srcs/a", "src.txt", "VERSION", "pkg/x"])).is_err());
    }

    #[test]
    fn a_manifest_is_sorted_by_bytes_and_finds_its_files() {
        let manifest = manifest(&["src/b", "src", "src-a", "src/a", "Z"]);
        let paths: Vec<_> = manifest.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["Z", "src", "src-a", "src/a", "src/b"]);
        assert!(manifest.find("src/b").is_some());
        assert!(manifest.find("src/c").is_none());
        assert_eq!(manifest.bytes_total(), 5);
    }

    #[test]
    fn only_a_printable_first_line_is_a_version() {
        assert_eq!(version_line(b"go1.22.10\ntime 2024\n").unwrap(), "go1.22.10");
        assert_eq!(version_line(b"go1.4").unwrap(), "go1.4");
        assert_eq!(version_line(b"go1.4\r\nx").unwrap(), "go1.4");
        for bad in [&b""[..], b"\ngo1.4", b"go1\x1b[2J", b"go1.\xff", &[b'a'; 5000]] {
            assert!(version_line(bad).is_err());
        }
    }
}
