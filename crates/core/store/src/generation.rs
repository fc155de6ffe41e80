//! Moves the machine from one generation to another.
//!
//! Never edits a generation in place: a reader that holds `current` sees the old set or the new set, never a mixture. A
//! switch fills the spare generation that the previous switch made, syncs it, renames it to its number, and only then
//! replaces the link `current` by one rename. A rollback is that last rename alone. Neither needs free disk: the
//! spare's folder and its record's block exist already. A new spare is made after the link has moved, and if that fails
//! the next switch makes its own.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use release::ToolchainId;
use serde::{Deserialize, Serialize};
use sys::EntryKind;

use crate::author::Author;
use crate::format::{FORMAT, check_format, first_format};
use crate::journal::{JournalRecord, OperationKind};
use crate::json::to_json;
use crate::states::State;
use crate::{Store, StoreError};

/// The largest record of a generation, in bytes.
pub(crate) const RECORD_BYTES_MAX: u64 = 1 << 20;
/// The size of a spare's record, in bytes: one block of most file systems. Spaces pad a record to it.
const SPARE_RECORD_BYTES: usize = 4096;

/// The note of a move that `undo` made.
const NOTE_OF_UNDO: &str = "undo";

/// A numbered default: which toolchain it is, and who set it and when.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Generation {
    /// The format of this record; a higher one than this goward knows is refused.
    #[serde(default = "first_format")]
    pub format: u32,
    /// Its number; they only grow.
    pub number: u64,
    /// The generation that was in use before; an undo returns to it.
    pub parent: Option<u64>,
    /// The default toolchain.
    pub toolchain: ToolchainId,
    /// When it was made, in seconds since 1970.
    pub made_unix_seconds: u64,
    /// The same in nanoseconds, which orders records within a second; old records lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_unix_nanos: Option<u64>,
    /// Who made it.
    pub author: Author,
}

impl Generation {
    /// When it was made, in nanoseconds since 1970; for an old record, the start of its second.
    pub fn nanos(&self) -> u64 {
        self.made_unix_nanos.unwrap_or_else(|| self.made_unix_seconds.saturating_mul(1_000_000_000))
    }
}

/// The result of moving the default, read while the store's lock was held, so that no other process changed it in
/// between.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The generation in use now.
    pub generation: Generation,
    /// The one in use before; the same if nothing had to move.
    pub left: Option<Generation>,
}

impl Moved {
    /// Whether another generation is in use now.
    pub fn is_change(&self) -> bool {
        self.left.as_ref().is_none_or(|left| left.number != self.generation.number)
    }
}

impl Store {
    /// The generation in use, if there is one.
    ///
    /// # Errors
    /// `Default` when `current` is not a pointer, or the record that it points to cannot be read. Only a command that
    /// needs the default may fail for it.
    pub fn current(&self) -> Result<Option<Generation>, StoreError> {
        let pointer = self.layout().current();
        let damaged = |path: &Path, reason: String| StoreError::Default { path: path.to_owned(), reason };
        let Some(target) = self.current_target()? else {
            let found = self.sys.fs().look(&pointer).map_err(StoreError::io("look at", &pointer))?;
            return match found {
                None => Ok(None),
                Some(_) => Err(damaged(&pointer, "it is not a pointer to a generation".to_owned())),
            };
        };
        let folder = self.layout().home().join(&target);
        let generation = self.read_generation(&folder).map_err(|error| match error {
            StoreError::Io(failure)
                if matches!(failure.cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                damaged(&pointer, format!("it points to `{}`, which has no generation.json", target.display()))
            }
            StoreError::Io(failure) => damaged(&failure.path, failure.cause.to_string()),
            StoreError::Record { path, cause } => damaged(&path, format!("its record is damaged: {cause}")),
            other => other,
        })?;
        match number_of(&target) {
            Some(number) if number != generation.number => {
                let reason = format!("it records the number {} and is generation {number}", generation.number);
                Err(damaged(&folder.join("generation.json"), reason))
            }
            _ => Ok(Some(generation)),
        }
    }

    /// The generation in use, if there is one and it can be read: for a command that shows the default and does not
    /// need it.
    pub fn current_if_readable(&self) -> Option<Generation> {
        self.current().ok().flatten()
    }

    /// Whether other programs get to a generation's toolchain through `current`, which points to the generation.
    pub(crate) fn leads_to(&self, generation: &Generation) -> Result<bool, StoreError> {
        let (fs, link) = (self.sys.fs(), self.layout().current().join("go"));
        if !fs.pointers_are_links() {
            return Ok(true);
        }
        let Some(toolchain) = self.find_installed(&generation.toolchain)? else { return Ok(false) };
        Ok(matches!((fs.resolve(&link), fs.resolve(&toolchain.tree)), (Ok(a), Ok(b)) if a == b))
    }

    /// The target of `current`, unresolved; `None` if no generation is in use.
    pub(crate) fn current_target(&self) -> Result<Option<PathBuf>, StoreError> {
        let pointer = self.layout().current();
        self.sys.fs().pointed_at(&pointer).map_err(StoreError::io("read the pointer", &pointer))
    }

    /// One generation.
    ///
    /// # Errors
    /// `NoGeneration`, or when its record cannot be read.
    pub fn generation(&self, number: u64) -> Result<Generation, StoreError> {
        let folder = self.layout().generation(number);
        match self.sys.fs().look(&folder).map_err(StoreError::io("look at", &folder))? {
            Some(_) => self.read_generation(&folder),
            None => Err(StoreError::NoGeneration { number }),
        }
    }

    /// Every generation, oldest first.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn generations(&self) -> Result<Vec<Generation>, StoreError> {
        self.numbers()?.into_iter().map(|number| self.generation(number)).collect()
    }

    /// Every generation that can be read, oldest first; [`Store::faults`] names the others.
    ///
    /// # Errors
    /// When their folder cannot be read.
    pub fn readable_generations(&self) -> Result<Vec<Generation>, StoreError> {
        Ok(self.numbers()?.into_iter().filter_map(|number| self.generation(number).ok()).collect())
    }

    /// Makes a toolchain the default: builds the next generation and moves `current` to it.
    ///
    /// Returns the generation in use afterwards. If the toolchain is the default already, nothing moves. A damaged
    /// default is replaced like any other.
    ///
    /// # Errors
    /// `NotInstalled`, `Blocked`, `Busy`, or what the system says; then the generation that was in use still is.
    pub fn switch(&self, id: &ToolchainId, author: Author, wait_max: Duration) -> Result<Generation, StoreError> {
        self.switch_from(id, author, wait_max).map(|moved| moved.generation)
    }

    /// As [`Store::switch`], and also returns the generation that was in use before.
    ///
    /// # Errors
    /// As [`Store::switch`].
    pub fn switch_from(&self, id: &ToolchainId, author: Author, wait_max: Duration) -> Result<Moved, StoreError> {
        let _lock = self.lock(self.layout().store_lock(), &format!("switch to {id}"), wait_max)?;
        self.check_not_blocked(id.version())?;
        let left = match self.current() {
            Err(StoreError::Default { .. }) => None,
            read => read?,
        };
        if let Some(current) = left.clone().filter(|current| current.toolchain == *id)
            && self.leads_to(&current)?
        {
            return Ok(Moved { generation: current, left });
        }
        let generation = self.next_generation(id, author)?;
        self.build(&generation)?;
        self.point_at(generation.number)?;
        // The switch is done and durable. The next one makes its own spare if this cannot be made now.
        let _ = self.make_spare();
        Ok(Moved { generation, left })
    }

    /// Returns to a generation that was in use before: one rename of one link.
    ///
    /// # Errors
    /// `NoGeneration`, `NotInstalled` where its toolchain has been removed since, `Blocked`, `Busy`, or what the
    /// system says; then the generation that was in use still is.
    pub fn roll_back(&self, to: u64, author: Author, wait_max: Duration) -> Result<Generation, StoreError> {
        self.roll_back_from(None, to, author, wait_max).map(|moved| moved.generation)
    }

    /// As [`Store::roll_back`], but only from the generation `from`, if one is named: a step back that was planned from
    /// one generation must not start from another.
    ///
    /// # Errors
    /// As [`Store::roll_back`]; `Overtaken` where another generation is in use.
    pub fn roll_back_from(
        &self,
        from: Option<u64>,
        to: u64,
        author: Author,
        wait_max: Duration,
    ) -> Result<Moved, StoreError> {
        self.move_to(from, to, author, wait_max, None)
    }

    /// As [`Store::roll_back_from`], as the undo of a change of the default: it is no rollback that an undo takes back.
    ///
    /// # Errors
    /// As there.
    pub fn undo_default(&self, from: u64, to: u64, author: Author, wait_max: Duration) -> Result<Moved, StoreError> {
        self.move_to(Some(from), to, author, wait_max, Some(NOTE_OF_UNDO.to_owned()))
    }

    /// The rollback that led to the generation in use, if nothing has moved the default since: the generation that it
    /// left, and when it was, in nanoseconds since 1970.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn last_rollback(&self, current: u64) -> Result<Option<(u64, u64)>, StoreError> {
        let records = self.journal_records()?;
        let Some(last) = records.iter().rev().find(|record| record.kind == OperationKind::Rollback) else {
            return Ok(None);
        };
        // An earlier goward did not mark the moves of `undo`.
        let command = last.author.as_ref().map(|author| author.command.as_slice()).unwrap_or_default();
        let is_undo = last.note.as_deref() == Some(NOTE_OF_UNDO) || command.iter().any(|word| word == "undo");
        let made = last.unix_nanos.unwrap_or_else(|| last.unix_seconds.saturating_mul(1_000_000_000));
        let left = last.generations.filter(|(_, entered)| *entered == current && !is_undo).map(|(left, _)| left);
        Ok(left.map(|left| (left, made)))
    }

    fn move_to(
        &self,
        from: Option<u64>,
        to: u64,
        author: Author,
        wait_max: Duration,
        note: Option<String>,
    ) -> Result<Moved, StoreError> {
        let _lock = self.lock(self.layout().store_lock(), &format!("roll back to {to}"), wait_max)?;
        let generation = self.generation(to)?;
        if self.find_installed(&generation.toolchain)?.is_none() {
            return Err(StoreError::NotInstalled { id: generation.toolchain });
        }
        self.check_way_back(&generation)?;
        let before = match self.current() {
            Err(StoreError::Default { .. }) if from.is_none() => None,
            read => read?,
        };
        let number = before.as_ref().map(|before| before.number);
        if from.is_some() && from != number {
            return Err(StoreError::Overtaken);
        }
        if number == Some(to) {
            return Ok(Moved { generation, left: before });
        }
        self.point_at(to)?;
        let record = JournalRecord {
            operation: format!("{}-{}", self.sys.clock().unix_nanos(), self.sys.process().id()),
            kind: OperationKind::Rollback,
            version: 1,
            state: State::Done,
            unix_seconds: self.sys.clock().unix_seconds(),
            unix_nanos: self.unix_nanos(),
            toolchain: generation.toolchain.clone(),
            checkpoint: None,
            generations: number.map(|before| (before, to)),
            author: Some(author),
            note,
        };
        // The link decides and has moved; on a full disk the journal lacks this line.
        let _ = self.note_done(record);
        Ok(Moved { generation, left: before })
    }

    /// Refuses to go back to a blocked version, with `--force` as the way out.
    pub(crate) fn check_way_back(&self, to: &Generation) -> Result<(), StoreError> {
        match self.check_not_blocked(to.toolchain.version()) {
            Err(StoreError::Blocked { block, .. }) => Err(StoreError::Blocked { block, can_force: true }),
            checked => checked,
        }
    }

    /// The record of the next generation, with this toolchain as the default. The store's lock is held.
    pub(crate) fn next_generation(&self, id: &ToolchainId, author: Author) -> Result<Generation, StoreError> {
        if self.find_installed(id)?.is_none() {
            return Err(StoreError::NotInstalled { id: id.clone() });
        }
        let clock = self.sys.clock();
        Ok(Generation {
            format: FORMAT,
            number: self.next_number()?,
            parent: self.current_if_readable().map(|before| before.number),
            toolchain: id.clone(),
            made_unix_seconds: clock.unix_seconds(),
            made_unix_nanos: self.unix_nanos(),
            author,
        })
    }

    fn read_generation(&self, folder: &Path) -> Result<Generation, StoreError> {
        let path = folder.join("generation.json");
        let read = self.sys.fs().read(&path, RECORD_BYTES_MAX);
        let bytes = read.map_err(StoreError::io("read the generation", &path))?;
        let read = serde_json::from_slice::<Generation>(&bytes).and_then(|generation| {
            check_format(generation.format)?;
            Ok(generation)
        });
        read.map_err(|cause| StoreError::Record { path, cause })
    }

    /// The numbers of all generations, in their order.
    pub(crate) fn numbers(&self) -> Result<Vec<u64>, StoreError> {
        let folder = self.layout().generations();
        let names = self.sys.fs().names_if_there(&folder).map_err(StoreError::io("list", &folder))?;
        let mut numbers: Vec<u64> = names.iter().filter_map(|name| name.to_str()?.parse().ok()).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// A number that no generation has had: also those that a repair has set aside count, and the one that `current`
    /// names.
    fn next_number(&self) -> Result<u64, StoreError> {
        let aside = self.numbers_set_aside();
        let named = self.current_target().ok().flatten().and_then(|target| number_of(&target));
        let last = self.numbers()?.into_iter().chain(aside).chain(named).max().unwrap_or(0);
        Ok(last.saturating_add(1))
    }

    /// Moves aside what is in the way of the spare: its folder, record or link is of another kind.
    fn clear_way_for_spare(&self) -> Result<(), StoreError> {
        let spare = self.layout().spare_generation();
        self.clear_way(&self.layout().generations(), EntryKind::Dir)?;
        self.clear_way(&spare, EntryKind::Dir)?;
        self.clear_way(&spare.join("generation.json"), EntryKind::File)?;
        self.clear_way(&spare.join("go"), EntryKind::Link)
    }

    /// Fills the spare and gives it its number, durably.
    pub(crate) fn build(&self, generation: &Generation) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        let (folder, spare) = (self.layout().generations(), self.layout().spare_generation());
        self.clear_way_for_spare()?;
        if fs.look(&spare).map_err(StoreError::io("look at", &spare))?.is_none() {
            self.make_spare()?;
        }
        // Where `current` is a file, no path goes through it, and no program would follow this link.
        if fs.pointers_are_links() {
            let link = spare.join("go");
            fs.remove_file_if_there(&link).map_err(StoreError::io("remove", &link))?;
            let target = self.link_target(&generation.toolchain)?;
            fs.symlink_dir(&target, &link).map_err(StoreError::io("make the link", &link))?;
        }
        let record = spare.join("generation.json");
        let mut json = to_json(generation);
        json.resize(json.len().max(SPARE_RECORD_BYTES), b' ');
        // The bytes overwrite those of the spare in place, since its block is allocated already.
        let written = fs.update(&record).and_then(|mut file| {
            file.write_all(&json)?;
            file.set_length(json.len() as u64)?;
            file.sync()
        });
        written.map_err(StoreError::io("write", &record))?;
        fs.sync_dir(&spare).map_err(StoreError::io("make durable", &spare))?;
        let place = self.layout().generation(generation.number);
        fs.rename(&spare, &place).map_err(StoreError::io("move the generation to", &place))?;
        fs.sync_dir(&folder).map_err(StoreError::io("make durable", &folder))
    }

    /// Makes the folder and the block that the next generation needs.
    pub(crate) fn make_spare(&self) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        let spare = self.layout().spare_generation();
        fs.create_dirs_durably(&spare).map_err(StoreError::io("make the folder", &spare))?;
        let record = spare.join("generation.json");
        let written = fs.update(&record).and_then(|mut file| file.write_all(&[b' '; SPARE_RECORD_BYTES]));
        written.map_err(StoreError::io("write", &record))
    }
}

/// The number of the generation that `current` points to, if the path names one.
pub(crate) fn number_of(target: &Path) -> Option<u64> {
    target.file_name()?.to_str()?.parse().ok()
}
