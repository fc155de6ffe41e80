//! Zips: the official archives for Windows, toolchain modules, and wheels.
//!
//! The whole directory at the end is read and checked before the first file is written ([`directory`]); then workers
//! take entries one by one and inflate them by random access, and each checks the entry against the directory.
//!
//! This module reads the format itself, because a general library is lenient: it merges two entries of one name,
//! searches for the directory among trailing bytes and believes the directory over an entry's own header. Each of these
//! lets two programs see two different archives in one file.

mod directory;
mod inflate;

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};
use sys::ReadAt;

use crate::error::{ArchiveError, Refusal};
use crate::guard::{Admitted, EntryKind, Guard};
use crate::layout::{Placing, wheel_prefix};
use crate::limits::{Limits, RECORD_BYTES_MAX, WHOLE_BYTES_MAX, ZIP_WORKERS_MAX};
use crate::manifest::{FileRecord, Unpacked};
use crate::parallel_write::write_in_parallel;
use crate::record::{self, Row};
use crate::tree::{Tree, Writer};
use crate::{Layout, Unpack};
use directory::{Directory, Entry};
use inflate::Inflater;

pub(crate) use directory::read as directory_of;

/// Unpacks a zip, a toolchain module or a wheel, by the job's layout, on several threads.
///
/// The task gets the unpacked size before the first file is written.
///
/// # Errors
/// [`ArchiveError`]; the tree is then incomplete, and the caller removes it. No thread is left running.
pub fn unpack_zip(job: &Unpack, input: &dyn ReadAt) -> Result<Unpacked, ArchiveError> {
    job.sys.interrupt().check().map_err(|cause| ArchiveError::Interrupted { cause })?;
    let directory = directory_of(input, &job.limits)?;
    let placing = match Placing::of(&job.layout) {
        Some(placing) => placing,
        None => Placing::Wheel { prefix: find_prefix(&directory)? },
    };
    let mut guard = Guard::with(placing.clone(), job.limits.clone());
    let mut files = Vec::new();
    for entry in &directory.entries {
        match guard.admit(&entry.name, &entry.kind, entry.bytes)? {
            Admitted::File { path, executable } => files.push(Planned { entry, path, executable, row: None }),
            Admitted::Dropped => {}
        }
        guard
            .check_ratio(directory.bytes_archive, guard.bytes_total())
            .map_err(|refusal| ArchiveError::refused(&entry.name, refusal))?;
    }
    if let Placing::Wheel { .. } = placing {
        let rows = read_record(job, input, &directory)?;
        hold_to_record(&directory, &mut files, &rows)?;
    }
    job.task.expect_bytes(files.iter().map(|file| file.entry.bytes).sum());
    let tree = Tree::create(job)?;
    let records = write_all(job, input, &tree, &files)?;
    tree.finish(records)
}

/// Reads a whole zip as [`unpack_zip`] does, and writes nothing: for fuzzing.
pub(crate) fn read_through(input: &dyn ReadAt, layout: &Layout, limits: &Limits) -> Result<(), ArchiveError> {
    let directory = directory_of(input, limits)?;
    let placing = match Placing::of(layout) {
        Some(placing) => placing,
        None => Placing::Wheel { prefix: find_prefix(&directory)? },
    };
    let mut guard = Guard::with(placing, limits.clone());
    let interrupt = sys::Interrupt::new();
    let mut inflater = Inflater::new(&interrupt);
    for entry in &directory.entries {
        guard.admit(&entry.name, &entry.kind, entry.bytes)?;
        let mut bytes = 0;
        inflater.inflate(input, entry, &mut |piece| {
            bytes += piece.len() as u64;
            assert!(bytes <= entry.bytes, "more bytes than announced would be written");
            Ok(())
        })?;
    }
    Ok(())
}

/// A file of an archive, with its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedEntry {
    /// Its name, as the archive has it.
    pub name: String,
    /// The SHA-256 of its bytes.
    pub sha256: release::Digest,
}

/// Hashes every file of a zip, and writes nothing. The names are not judged: they are not for a disk.
///
/// # Errors
/// [`ArchiveError`], also for a name that is not UTF-8.
pub fn hash_zip(
    input: &dyn ReadAt,
    limits: &Limits,
    interrupt: &sys::Interrupt,
) -> Result<Vec<HashedEntry>, ArchiveError> {
    let directory = directory_of(input, limits)?;
    let mut inflater = Inflater::new(interrupt);
    let (mut hashed, mut bytes_total) = (Vec::new(), 0u64);
    for entry in directory.entries.iter().filter(|entry| entry.kind == EntryKind::File) {
        bytes_total = bytes_total.saturating_add(entry.bytes);
        if bytes_total > limits.bytes_total_max {
            return Err(ArchiveError::refused(&entry.name, Refusal::TotalTooLarge { max: limits.bytes_total_max }));
        }
        let name = std::str::from_utf8(&entry.name);
        let name = name.map_err(|_| ArchiveError::malformed("a name", "it is not UTF-8".to_owned()))?.to_owned();
        let mut hasher = Sha256::new();
        inflater.inflate(input, entry, &mut |piece| {
            hasher.update(piece);
            Ok(())
        })?;
        hashed.push(HashedEntry { name, sha256: hasher.into() });
    }
    Ok(hashed)
}

/// An admitted file that waits for a worker.
struct Planned<'d> {
    entry: &'d Entry,
    path: String,
    executable: bool,
    /// Its row in the wheel's RECORD.
    row: Option<Row>,
}

fn find_prefix(directory: &Directory) -> Result<String, ArchiveError> {
    // A name that is not UTF-8 is not in the tree; the guard will refuse it.
    let names: Vec<&str> = directory.entries.iter().filter_map(|entry| std::str::from_utf8(&entry.name).ok()).collect();
    match wheel_prefix(&names) {
        Ok(Some(prefix)) => Ok(prefix.to_owned()),
        Ok(None) => Err(ArchiveError::Shape { missing: "VERSION beside bin/go" }),
        Err(second) => Err(ArchiveError::malformed("the wheel", format!("it has a second tree at `{second}`"))),
    }
}

/// The wheel's RECORD, which is in the one `*.dist-info` folder at its root.
fn read_record(job: &Unpack, input: &dyn ReadAt, directory: &Directory) -> Result<HashMap<String, Row>, ArchiveError> {
    let mut found = None;
    for entry in &directory.entries {
        let is_record = entry
            .name
            .strip_suffix(b"/RECORD")
            .is_some_and(|folder| folder.ends_with(b".dist-info") && !folder.contains(&b'/'));
        if is_record && found.replace(entry).is_some() {
            return Err(ArchiveError::malformed("the wheel", "it has two RECORD files"));
        }
    }
    let entry = found.ok_or_else(|| ArchiveError::malformed("the wheel", "it has no RECORD"))?;
    if entry.bytes > RECORD_BYTES_MAX {
        let refusal = Refusal::FileTooLarge { bytes: entry.bytes, max: RECORD_BYTES_MAX };
        return Err(ArchiveError::refused(&entry.name, refusal));
    }
    let mut text = Vec::new();
    Inflater::new(job.sys.interrupt()).inflate(input, entry, &mut |bytes| {
        text.extend_from_slice(bytes);
        Ok(())
    })?;
    let mut rows = record::parse(&text)?;
    // RECORD cannot contain its own hash, nor that of signatures over it (the wheel specification).
    if let Ok(own) = std::str::from_utf8(&entry.name) {
        for end in ["", ".jws", ".p7s"] {
            rows.entry(format!("{own}{end}")).or_insert(Row { sha256: None, bytes: None }).sha256 = None;
        }
    }
    Ok(rows)
}

/// Checks that every entry has a row and every row an entry, and that every kept file has a hash.
fn hold_to_record(
    directory: &Directory,
    files: &mut [Planned],
    rows: &HashMap<String, Row>,
) -> Result<(), ArchiveError> {
    let row_of = |name: &[u8]| std::str::from_utf8(name).ok().and_then(|name| rows.get(name));
    let mut unseen: std::collections::HashSet<&str> = rows.keys().map(String::as_str).collect();
    for entry in directory.entries.iter().filter(|entry| entry.kind == crate::EntryKind::File) {
        if row_of(&entry.name).is_none() {
            return Err(ArchiveError::refused(&entry.name, Refusal::NotInRecord));
        }
        unseen.remove(std::str::from_utf8(&entry.name).unwrap_or_default());
    }
    // The smallest, so that the same wheel gives the same error each time.
    let missing =
        unseen.into_iter().filter(|name| !name.ends_with("/RECORD.jws") && !name.ends_with("/RECORD.p7s")).min();
    if let Some(missing) = missing {
        return Err(ArchiveError::refused(missing.as_bytes(), Refusal::MissingFromWheel));
    }
    for file in files {
        match row_of(&file.entry.name) {
            Some(row) if row.sha256.is_some() => file.row = Some(*row),
            _ => return Err(ArchiveError::refused(&file.entry.name, Refusal::NotInRecord)),
        }
    }
    Ok(())
}

/// Writes all files on as many threads as there are processors.
fn write_all(
    job: &Unpack,
    input: &dyn ReadAt,
    tree: &Tree,
    files: &[Planned],
) -> Result<Vec<FileRecord>, ArchiveError> {
    let begin = || Inflater::new(job.sys.interrupt());
    write_in_parallel(tree, files, ZIP_WORKERS_MAX, begin, |inflater, writer, planned| {
        write_one(job, input, inflater, writer, planned)
    })
}

fn write_one(
    job: &Unpack,
    input: &dyn ReadAt,
    inflater: &mut Inflater,
    writer: &mut Writer,
    planned: &Planned,
) -> Result<(), ArchiveError> {
    if writer.shares_files() && planned.entry.bytes <= WHOLE_BYTES_MAX {
        return write_whole(job, input, inflater, writer, planned);
    }
    let mut file = writer.begin(planned.path.clone(), planned.executable)?;
    inflater.inflate(input, planned.entry, &mut |bytes| {
        file.write(bytes)?;
        job.task.advance(bytes.len() as u64);
        Ok(())
    })?;
    let written = writer.end(file)?;
    check_row(planned, written)
}

/// An entry that a sibling may have: inflated into memory, so that it need not be written first.
fn write_whole(
    job: &Unpack,
    input: &dyn ReadAt,
    inflater: &mut Inflater,
    writer: &mut Writer,
    planned: &Planned,
) -> Result<(), ArchiveError> {
    let mut content = Vec::with_capacity(usize::try_from(planned.entry.bytes).unwrap_or(0));
    inflater.inflate(input, planned.entry, &mut |bytes| {
        content.extend_from_slice(bytes);
        job.task.advance(bytes.len() as u64);
        Ok(())
    })?;
    let written = writer.whole(planned.path.clone(), planned.executable, &content)?;
    check_row(planned, written)
}

fn check_row(planned: &Planned, written: &FileRecord) -> Result<(), ArchiveError> {
    if let Some(row) = planned.row
        && (row.sha256 != Some(written.sha256) || row.bytes.is_some_and(|bytes| bytes != written.bytes))
    {
        return Err(ArchiveError::refused(&planned.entry.name, Refusal::RecordDiffers));
    }
    Ok(())
}
