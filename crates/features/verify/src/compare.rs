//! The tree on disk against the list of its files.
//!
//! Files are hashed by a few threads while the folders are walked for what does not belong. The walk
//! enters only folders that the list knows and follows no link, so what somebody has put into a tree
//! cannot lead it astray or make it long.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use archive::{FileRecord, Manifest};
use diag::TaskHandle;
use sha2::{Digest, Sha256};
use sys::{EntryKind, Fs, Sys};

use crate::limits::{BATCH_FILES, READ_BYTES, THREADS_MAX, THREADS_MIN};

/// What is wrong with one name in a tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// It is in the list and not in the tree.
    Missing,
    /// Its bytes are others.
    Changed {
        /// How many bytes it has.
        bytes: u64,
        /// How many the list says.
        bytes_expected: u64,
    },
    /// Its bytes are right; whether it may be run is not.
    Mode {
        /// Its permission bits.
        mode: u32,
        /// Whether it should be executable.
        executable: bool,
    },
    /// A link, a folder or a device stands where a file should, or a link where a folder should.
    NotAFile {
        /// What stands there.
        found: &'static str,
    },
    /// It cannot be read.
    Unreadable {
        /// The system's words.
        why: String,
    },
    /// It is in the tree and not in the list.
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

/// One name that is not as it should be.
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

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// How many files the list has.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// How many of them are as they should be.
    pub good: u64,
    /// What is wrong, sorted by path.
    pub faults: Vec<Fault>,
}

impl Comparison {
    /// Whether the tree is what the list says, and nothing else.
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Compares a tree with its list, every byte of it.
///
/// # Errors
/// `Interrupted` when the user asked to stop. What cannot be read is a fault, no error.
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
                // A panic is a bug of ours; it goes on where it would have gone without threads.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok::<_, std::io::Error>((faults, walked))
    })?;
    // What the walk saw of a name weighs more: a file behind a link is not the tree's, whatever it holds.
    for fault in walked {
        faults.insert(fault.path, fault.kind);
    }
    let faults: Vec<Fault> = faults.into_iter().map(|(path, kind)| Fault { path, kind }).collect();
    let files = manifest.files.len() as u64;
    let good = files - faults.iter().filter(|fault| manifest.find(&fault.path).is_some()).count() as u64;
    Ok(Comparison { files, bytes: manifest.bytes_total(), good, faults })
}

/// The large files first: one that is met last would keep one thread busy alone.
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
                if let Some(kind) = look(self.sys.fs(), &path, file, &mut buffer) {
                    faults.insert(file.path.clone(), kind);
                }
                bytes += file.bytes;
            }
            self.task.advance(bytes);
        }
    }
}

/// What is wrong with one file, if anything is.
fn look(fs: &Fs, path: &Path, expected: &FileRecord, buffer: &mut [u8]) -> Option<FaultKind> {
    let (mut file, meta) = match fs.open_regular(path) {
        Ok(opened) => opened,
        Err(error) => {
            return Some(match error.kind() {
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => FaultKind::Missing,
                // The walk knows what it is.
                std::io::ErrorKind::InvalidInput => FaultKind::NotAFile { found: "not a regular file" },
                _ => FaultKind::Unreadable { why: error.to_string() },
            });
        }
    };
    if meta.bytes != expected.bytes {
        return Some(FaultKind::Changed { bytes: meta.bytes, bytes_expected: expected.bytes });
    }
    let mut hasher = Sha256::new();
    let mut left = expected.bytes;
    while left > 0 {
        match file.read(buffer) {
            // It was cut while it was read.
            Ok(0) => return Some(FaultKind::Changed { bytes: expected.bytes - left, bytes_expected: expected.bytes }),
            Ok(read) => {
                hasher.update(&buffer[..read]);
                left = left.saturating_sub(read as u64);
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Some(FaultKind::Unreadable { why: error.to_string() }),
        }
    }
    if <[u8; 32]>::from(hasher.finalize()) != expected.sha256 {
        return Some(FaultKind::Changed { bytes: expected.bytes, bytes_expected: expected.bytes });
    }
    let executable = meta.mode & 0o111 != 0;
    (cfg!(unix) && executable != expected.executable)
        .then_some(FaultKind::Mode { mode: meta.mode, executable: expected.executable })
}

/// Everything that stands in the tree and does not belong, and every name that is of another kind.
fn walk(fs: &Fs, tree: &Path, manifest: &Manifest) -> Vec<Fault> {
    let mut folders: HashMap<&str, HashSet<&str>> = HashMap::new();
    for file in &manifest.files {
        let mut path = file.path.as_str();
        // Each name is put into its folder, and the folder into its own, until one is known.
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
            // Then its files are missing, or unreadable, and say so themselves.
            Err(_) => continue,
        };
        for (name, kind) in entries {
            let name = name.to_string_lossy();
            let path = if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
            let is_folder = folders.contains_key(path.as_str());
            match kind {
                _ if !names.contains(name.as_ref()) => {
                    faults.push(Fault { path, kind: FaultKind::Extra { found: noun(kind) } });
                }
                EntryKind::Dir if is_folder => {}
                EntryKind::File if !is_folder => {}
                kind => {
                    if is_folder {
                        behind.push(format!("{path}/"));
                    }
                    faults.push(Fault { path, kind: FaultKind::NotAFile { found: noun(kind) } });
                }
            }
        }
    }
    // A folder that is reached through a link is not the tree's: what was found in it counts for nothing.
    if !behind.is_empty() {
        let is_behind = |path: &str| behind.iter().any(|folder| path.starts_with(folder.as_str()));
        faults.retain(|fault| !is_behind(&fault.path));
        let lost = manifest.files.iter().filter(|file| is_behind(&file.path));
        faults.extend(lost.map(|file| Fault { path: file.path.clone(), kind: FaultKind::Missing }));
    }
    faults
}

fn noun(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "a file",
        EntryKind::Dir => "a folder",
        EntryKind::Link => "a link",
        EntryKind::Other => "neither file nor folder",
    }
}
