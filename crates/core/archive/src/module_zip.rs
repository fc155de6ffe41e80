//! Writes a tree as a toolchain module zip, which a Go module proxy serves as `golang.org/toolchain`.
//!
//! The rules are those of Go's own packer (`cmd/distpack/pack.go`) and of module zips (`golang.org/x/mod/zip`): every
//! entry below `golang.org/toolchain@v0.0.1-goX.os-arch/`, no folders, no `api`, `doc`, `misc`, `test` at the top, each
//! `go.mod` called `_go.mod`. The hash that the go command checks is over names and contents, so goward chooses the
//! bytes of the zip: sorted by name, no times, deflated at one level. The same tree gives the same file.

use std::io::{self, Write};

use release::Digest;

use crate::manifest::{FileRecord, Manifest};

/// The compression level: module zips are made once and kept, but a user waits for them.
const DEFLATE_LEVEL: u32 = 6;
/// The largest module zip that the go command takes, in bytes (`golang.org/x/mod/zip`, MaxZipFile).
const ZIP_BYTES_MAX: u64 = 500 << 20;
/// The version that a reader needs: 2.0, deflate.
const VERSION_NEEDED: u16 = 20;
/// The first day that a zip can express (1980-01-01), in place of a real time.
const NO_DATE: u16 = 0x0021;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
const DEFLATED: u16 = 8;

/// The state of a zip while it is written.
struct Zip<'o> {
    out: &'o mut dyn Write,
    at: u64,
    directory: Vec<u8>,
    entries: u16,
}

/// Writes the module zip of a tree. `module` is the version of the module (`v0.0.1-go1.27.3.linux-amd64`); `content`
/// returns a file's bytes, which are checked against the manifest.
///
/// # Errors
/// What `content` or the writer says; `InvalidData` for a file that differs from the manifest, or a tree that is larger
/// than a module zip may be.
pub fn write_module_zip(
    out: &mut dyn Write,
    module: &str,
    manifest: &Manifest,
    content: &mut dyn FnMut(&FileRecord) -> io::Result<Vec<u8>>,
) -> io::Result<()> {
    let mut named: Vec<(String, &FileRecord)> = manifest
        .files
        .iter()
        .filter(|file| !is_outside(&file.path))
        .map(|file| (format!("golang.org/toolchain@{module}/{}", module_name(&file.path)), file))
        .collect();
    named.sort_by(|one, other| one.0.cmp(&other.0));
    let mut zip = Zip { out, at: 0, directory: Vec::new(), entries: 0 };
    for (name, file) in named {
        let bytes = content(file)?;
        if bytes.len() as u64 != file.bytes || Digest::of(&bytes) != file.sha256 {
            return Err(invalid(format!("`{}` is not what its manifest says", file.path)));
        }
        zip.add(&name, &bytes)?;
    }
    zip.end()
}

/// Writes a zip with these files, in this order; each is a name with its bytes.
///
/// # Errors
/// What an entry or the writer says; `InvalidData` for a name or a whole that is too large for a zip of 32 bits.
pub fn write_zip(
    out: &mut dyn Write,
    entries: &mut dyn Iterator<Item = io::Result<(String, Vec<u8>)>>,
) -> io::Result<()> {
    let mut zip = Zip { out, at: 0, directory: Vec::new(), entries: 0 };
    for entry in entries {
        let (name, bytes) = entry?;
        zip.add(&name, &bytes)?;
    }
    zip.end()
}

/// The top folders that a module does not have.
fn is_outside(path: &str) -> bool {
    path.split_once('/').is_some_and(|(top, _)| matches!(top, "api" | "doc" | "misc" | "test"))
}

fn module_name(path: &str) -> String {
    match path.strip_suffix("go.mod") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => format!("{folder}_go.mod"),
        _ => path.to_owned(),
    }
}

fn invalid(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

impl Zip<'_> {
    /// APPNOTE.TXT 4.3.7 and 4.3.12. Nothing here needs 64 bits: the whole is below 500 MiB.
    fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::new(DEFLATE_LEVEL));
        encoder.write_all(bytes)?;
        let packed = encoder.finish()?;
        let mut checksum = flate2::Crc::new();
        checksum.update(bytes);
        let name_bytes = u16::try_from(name.len()).map_err(|_| invalid(format!("`{name}` is too long a name")))?;
        let small = |length: usize| u32::try_from(length).map_err(|_| invalid(format!("`{name}` is too large")));
        let mut common = Vec::with_capacity(26);
        for word in [FLAGS, DEFLATED, 0, NO_DATE] {
            common.extend_from_slice(&word.to_le_bytes());
        }
        for word in [checksum.sum(), small(packed.len())?, small(bytes.len())?] {
            common.extend_from_slice(&word.to_le_bytes());
        }
        common.extend_from_slice(&name_bytes.to_le_bytes());
        common.extend_from_slice(&0_u16.to_le_bytes());

        let offset = u32::try_from(self.at).map_err(|_| invalid("the zip is too large".to_owned()))?;
        self.directory.extend_from_slice(b"PK\x01\x02");
        self.directory.extend_from_slice(&VERSION_NEEDED.to_le_bytes());
        self.directory.extend_from_slice(&VERSION_NEEDED.to_le_bytes());
        self.directory.extend_from_slice(&common);
        // No comment, first disk, no attributes.
        self.directory.extend_from_slice(&[0; 10]);
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(name.as_bytes());
        self.entries = self.entries.checked_add(1).ok_or_else(|| invalid("the tree has too many files".to_owned()))?;

        self.put(b"PK\x03\x04")?;
        self.put(&VERSION_NEEDED.to_le_bytes())?;
        self.put(&common)?;
        self.put(name.as_bytes())?;
        self.put(&packed)
    }

    /// APPNOTE.TXT 4.3.16.
    fn end(mut self) -> io::Result<()> {
        let (start, directory) = (self.at, std::mem::take(&mut self.directory));
        self.put(&directory)?;
        let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
        end.extend_from_slice(&self.entries.to_le_bytes());
        end.extend_from_slice(&self.entries.to_le_bytes());
        for word in [directory.len() as u64, start] {
            let word = u32::try_from(word).map_err(|_| invalid("the zip is too large".to_owned()))?;
            end.extend_from_slice(&word.to_le_bytes());
        }
        end.extend_from_slice(&[0; 2]);
        self.put(&end)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        if self.at > ZIP_BYTES_MAX {
            return Err(invalid(format!(
                "a zip that goward writes has at most {ZIP_BYTES_MAX} bytes, and this one has more"
            )));
        }
        self.out.write_all(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> (Manifest, Vec<(String, Vec<u8>)>) {
        let files: Vec<(String, Vec<u8>)> = [
            ("VERSION", "go1.27.3\n"),
            ("bin/go", "#!/bin/sh\n"),
            ("src/go.mod", "module std\n"),
            ("src/fmt/print.go", "package fmt\n"),
            ("pkg/tool/x", "x"),
            ("test/a.go", "package a\n"),
            ("doc/x", ""),
            ("go.mod", "m"),
            ("src/xgo.mod", "not one"),
        ]
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .to_vec();
        let record = |(path, bytes): &(String, Vec<u8>)| FileRecord {
            path: path.clone(),
            bytes: bytes.len() as u64,
            executable: false,
            sha256: Digest::of(bytes),
        };
        (Manifest::new(files.iter().map(record).collect()), files)
    }

    fn zipped(manifest: &Manifest, files: &[(String, Vec<u8>)]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        write_module_zip(&mut out, "v0.0.1-go1.27.3.linux-amd64", manifest, &mut |file| {
            Ok(files.iter().find(|(path, _)| *path == file.path).map(|(_, bytes)| bytes.clone()).unwrap_or_default())
        })?;
        Ok(out)
    }

    #[test]
    fn a_module_zip_is_read_back_by_another_reader_with_the_module_s_names() {
        let (manifest, files) = tree();
        let bytes = zipped(&manifest, &files).unwrap();
        assert_eq!(bytes, zipped(&manifest, &files).unwrap(), "the same tree gives the same file");
        let mut zip = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        let prefix = "golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/";
        let names: Vec<String> =
            zip.file_names().map(|name| name.unwrap().strip_prefix(prefix).unwrap().to_owned()).collect();
        let mut sorted = names.clone();
        sorted.sort();
        let expected = ["VERSION", "_go.mod", "bin/go", "pkg/tool/x", "src/_go.mod", "src/fmt/print.go", "src/xgo.mod"];
        assert_eq!(sorted, expected);
        let mut text = String::new();
        io::Read::read_to_string(&mut zip.by_name(&format!("{prefix}src/_go.mod")).unwrap(), &mut text).unwrap();
        assert_eq!(text, "module std\n");
    }

    #[test]
    fn a_file_that_is_not_what_the_manifest_says_is_refused() {
        let (manifest, mut files) = tree();
        files[3].1[0] ^= 1;
        let error = zipped(&manifest, &files).unwrap_err();
        assert_eq!(error.to_string(), "`src/fmt/print.go` is not what its manifest says");
    }
}
