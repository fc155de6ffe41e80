//! Compares the tree on disk with its manifest.
//!
//! A few threads hash files while another walks the folders for extra files. The walk enters only folders of the
//! manifest and follows no link, so added files cannot redirect it or make it long.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use archive::{FileRecord, Manifest};
use diag::TaskHandle;
use sys::{EntryKind, Fs, Sys};

use crate::limits::{BATCH_FILES, READ_BYTES, THREADS_MAX, THREADS_MIN};

/// A fault of one name in a tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// It is in the manifest and not in the tree.
    Missing,
    /// Its bytes are others.
    Changed {
        /// How many bytes it has.
        bytes: u64,
        /// How many the manifest has.
        bytes_expected: u64,
    },
    /// Its bytes are right; its execute bit is wrong.
    Mode {
        /// Its permission bits.
        mode: u32,
        /// Whether it should be executable.
        executable: bool,
    },
    /// A link, a folder or a device instead of a file, or a link instead of a folder.
    NotAFile {
        /// What the tree has there.
        found: &'static str,
    },
    /// It cannot be read.
    Unreadable {
        /// The system's words.
        why: String,
    },
    /// It is in the tree and not in the manifest.
    Extra {
        /// What it is.
        found: &'static str,
    },
}

impl FaultKind {
    /// One word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            FaultKind::Missing => "missing",
            FaultKind::Changed { .. } => "changed",
            FaultKind::Mode { .. } => "mode",
            FaultKind::NotAFile { .. } => "no file",
            FaultKind::Unreadable { .. } => "unreadable",
            FaultKind::Extra { .. } => "extra",
        }
    }
}

/// One faulty name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Its path below the tree's root, with `/` between names.
    pub path: String,
    /// What is wrong.
    pub kind: FaultKind,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:<10} {}", self.kind.word(), archive::printable(self.path.as_bytes()))?;
        match &self.kind {
            FaultKind::Missing => Ok(()),
            FaultKind::Changed { bytes, bytes_expected } if bytes != bytes_expected => {
                write!(f, " (has {bytes} of {bytes_expected} bytes)")
            }
            FaultKind::Changed { .. } => write!(f, " (its SHA-256 is another)"),
            FaultKind::Mode { mode, executable } => {
                let wanted = if *executable { "should be executable" } else { "should not be executable" };
                write!(f, " (mode {mode:o}, {wanted})")
            }
            FaultKind::NotAFile { found } | FaultKind::Extra { found } => write!(f, " ({found})"),
            FaultKind::Unreadable { why } => write!(f, " ({why})"),
        }
    }
}

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// How many files the manifest has.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// How many of them are right.
    pub good: u64,
    /// The faults, sorted by path.
    pub faults: Vec<Fault>,
}

impl Comparison {
    /// Whether the tree has exactly the files of the manifest.
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Compares a tree with its manifest, every byte of it.
///
/// # Errors
/// `Interrupted` when the user has interrupted. An unreadable file is a fault, not an error.
pub fn compare(sys: &Sys, tree: &Path, manifest: &Manifest, task: &dyn TaskHandle) -> std::io::Result<Comparison> {
    let work = Work { sys, tree, order: in_order(manifest), next: AtomicUsize::new(0), task };
    let threads = sys::cpu_count().clamp(THREADS_MIN, THREADS_MAX);
    let (mut faults, walked) = std::thread::scope(|scope| {
        let hashers: Vec<_> = (1..threads).map(|_| scope.spawn(|| work.hash())).collect();
        // The walk is short: this thread helps when it is done.
        let walked = walk(sys.fs(), tree, manifest);
        let mut faults = work.hash()?;
        for hasher in hashers {
            match hasher.join() {
                Ok(more) => faults.extend(more?),
                // A panic is a bug in goward; it continues in the calling thread.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok::<_, std::io::Error>((faults, walked))
    })?;
    // The walk's fault of a name counts more: a file behind a link is not in the tree, whatever its bytes.
    for fault in walked {
        faults.insert(fault.path, fault.kind);
    }
    let faults: Vec<Fault> = faults.into_iter().map(|(path, kind)| Fault { path, kind }).collect();
    let files = manifest.files.len() as u64;
    let good = files - faults.iter().filter(|fault| manifest.find(&fault.path).is_some()).count() as u64;
    Ok(Comparison { files, bytes: manifest.bytes_total(), good, faults })
}

/// The large files first: a large file at the end would keep one thread busy alone.
fn in_order(manifest: &Manifest) -> Vec<&FileRecord> {
    let (mut order, small): (Vec<_>, Vec<_>) = manifest.files.iter().partition(|file| file.bytes > READ_BYTES as u64);
    order.sort_by_key(|file| std::cmp::Reverse(file.bytes));
    order.extend(small);
    order
}

struct Work<'a> {
    sys: &'a Sys,
    tree: &'a Path,
    order: Vec<&'a FileRecord>,
    next: AtomicUsize,
    task: &'a dyn TaskHandle,
}

impl Work<'_> {
    fn hash(&self) -> std::io::Result<BTreeMap<String, FaultKind>> {
        let mut faults = BTreeMap::new();
        let mut buffer = vec![0; READ_BYTES];
        let mut path = self.tree.to_path_buf();
        loop {
            let from = self.next.fetch_add(BATCH_FILES, Ordering::Relaxed);
            let Some(rest) = self.order.get(from..) else { return Ok(faults) };
            if rest.is_empty() {
                return Ok(faults);
            }
            self.sys.interrupt().check()?;
            let mut bytes = 0;
            for file in rest.iter().take(BATCH_FILES) {
                path.clear();
                path.push(self.tree);
                path.push(&file.path);
                if let Some(kind) = look(self.sys, &path, file, &mut buffer)? {
                    faults.insert(file.path.clone(), kind);
                }
                bytes += file.bytes;
            }
            self.task.advance(bytes);
        }
    }
}

/// The fault of one file, if it has one.
fn look(sys: &Sys, path: &Path, expected: &FileRecord, buffer: &mut [u8]) -> std::io::Result<Option<FaultKind>> {
    let (file, meta) = match sys.fs().open_regular(path) {
        Ok(opened) => opened,
        Err(error) => {
            return Ok(Some(match error.kind() {
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => FaultKind::Missing,
                // The walk reports its kind.
                std::io::ErrorKind::InvalidInput => FaultKind::NotAFile { found: "not a regular file" },
                _ => FaultKind::Unreadable { why: error.to_string() },
            }));
        }
    };
    if meta.bytes != expected.bytes {
        return Ok(Some(FaultKind::Changed { bytes: meta.bytes, bytes_expected: expected.bytes }));
    }
    let hashed = match archive::hash_reader(&mut file.take(expected.bytes), sys.interrupt(), buffer, |_| Ok(())) {
        Ok(hashed) => hashed,
        Err(stopped) if stopped.kind() == std::io::ErrorKind::Interrupted => return Err(stopped),
        Err(error) => return Ok(Some(FaultKind::Unreadable { why: error.to_string() })),
    };
    // It was truncated during the read.
    if hashed.bytes != expected.bytes || hashed.sha256 != expected.sha256 {
        return Ok(Some(FaultKind::Changed { bytes: hashed.bytes, bytes_expected: expected.bytes }));
    }
    let executable = meta.mode & 0o111 != 0;
    Ok((cfg!(unix) && executable != expected.executable)
        .then_some(FaultKind::Mode { mode: meta.mode, executable: expected.executable }))
}

/// Every extra name in the tree, and every name of another kind.
fn walk(fs: &Fs, tree: &Path, manifest: &Manifest) -> Vec<Fault> {
    let mut folders: HashMap<&str, HashSet<&str>> = HashMap::new();
    for file in &manifest.files {
        let mut path = file.path.as_str();
        // Adds each name to its folder, and the folder to its parent, until one is known.
        loop {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            if !folders.entry(folder).or_default().insert(name) || folder.is_empty() {
                break;
            }
            path = folder;
        }
    }
    let mut faults = Vec::new();
    let mut behind = Vec::new();
    for (folder, names) in &folders {
        let entries = match fs.entries(&tree.join(folder)) {
            Ok(entries) => entries,
            // Then its files are missing or unreadable, and are reported.
            Err(_) => continue,
        };
        for (name, kind) in entries {
            let name = name.to_string_lossy();
            let path = if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
            let is_folder = folders.contains_key(path.as_str());
            match kind {
                _ if !names.contains(name.as_ref()) => {
                    faults.push(Fault { path, kind: FaultKind::Extra { found: kind.noun() } });
                }
                EntryKind::Dir if is_folder => {}
                EntryKind::File if !is_folder => {}
                kind => {
                    if is_folder {
                        behind.push(format!("{path}/"));
                    }
                    faults.push(Fault { path, kind: FaultKind::NotAFile { found: kind.noun() } });
                }
            }
        }
    }
    // A folder behind a link is not in the tree: findings in it do not count.
    if !behind.is_empty() {
        let is_behind = |path: &str| behind.iter().any(|folder| path.starts_with(folder.as_str()));
        faults.retain(|fault| !is_behind(&fault.path));
        let lost = manifest.files.iter().filter(|file| is_behind(&file.path));
        faults.extend(lost.map(|file| Fault { path: file.path.clone(), kind: FaultKind::Missing }));
    }
    faults
}
