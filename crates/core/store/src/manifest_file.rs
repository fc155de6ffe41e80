//! The list of a toolchain's files as text.
//!
//! One line for each file, sorted by path: SHA-256 in hex, size in bytes, `x` or `-` for
//! executable, path; separated by single spaces. A path is the rest of the line and never holds a
//! line end (the guard of `archive` refuses control characters).

use archive::{FileRecord, Manifest};
use release::Digest;

/// The largest manifest that goward reads, in bytes: Go trees have about 15,000 files.
pub(crate) const BYTES_MAX: u64 = 64 << 20;

/// The text, and its hash.
pub(crate) fn encode(manifest: &Manifest) -> (Vec<u8>, Digest) {
    use std::fmt::Write;
    let mut text = String::with_capacity(manifest.files.len() * 120);
    for file in &manifest.files {
        let mode = if file.executable { 'x' } else { '-' };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} {} {mode} {}", file.sha256, file.bytes, file.path);
    }
    let digest = Digest::of(text.as_bytes());
    (text.into_bytes(), digest)
}

/// The SHA-256 of a manifest, as records have it.
pub fn manifest_digest(manifest: &Manifest) -> Digest {
    encode(manifest).1
}

/// Parses the text, if its hash is the recorded one.
pub(crate) fn parse(bytes: &[u8], recorded: &Digest) -> Result<Manifest, String> {
    let actual = Digest::of(bytes);
    if actual != *recorded {
        return Err(format!("its SHA-256 is {actual}, recorded was {recorded}"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let files = text
        .lines()
        .enumerate()
        .map(|(index, line)| parse_line(line).ok_or_else(|| format!("line {} is malformed", index + 1)))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Manifest { files })
}

fn parse_line(line: &str) -> Option<FileRecord> {
    let mut fields = line.splitn(4, ' ');
    let sha256 = fields.next()?.parse().ok()?;
    let bytes = fields.next()?.parse().ok()?;
    let executable = match fields.next()? {
        "x" => true,
        "-" => false,
        _ => return None,
    };
    let path = fields.next().filter(|path| !path.is_empty())?.to_owned();
    Some(FileRecord { path, bytes, executable, sha256 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let file = |path: &str, executable| FileRecord {
            path: path.into(),
            bytes: 3,
            executable,
            sha256: Digest::from_bytes([9; 32]),
        };
        Manifest { files: vec![file("VERSION", false), file("bin/a b", true)] }
    }

    #[test]
    fn a_manifest_reads_back_as_it_was_written() {
        let (text, digest) = encode(&manifest());
        let read = parse(&text, &digest).unwrap();
        assert_eq!(encode(&read).0, text);
        assert_eq!(read.files[1].path, "bin/a b");
        assert!(read.files[1].executable);
    }

    #[test]
    fn a_manifest_with_one_changed_byte_is_refused() {
        let (text, digest) = encode(&manifest());
        for at in 0..text.len() {
            let mut changed = text.clone();
            changed[at] ^= 1;
            assert!(parse(&changed, &digest).is_err());
        }
    }
}
