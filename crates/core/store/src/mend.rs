//! Repairs the pointer `current` and the generations.
//!
//! A damaged generation is moved to `set-aside/` and its number is never used again. If `current` was damaged, a new
//! generation takes its place, with the toolchain that the damaged one names, else that of the newest generation that
//! can be read. A generation of a later goward is not damaged and stays.
//!
//! Every step is a rename, and a stop between two of them leaves a store that another repair continues.

use std::time::Duration;

use release::ToolchainId;

use crate::author::Author;
use crate::format::is_of_later_goward;
use crate::generation::{RECORD_BYTES_MAX, number_of};
use crate::{Store, StoreError};

impl Store {
    /// Moves damaged generations aside and restores the default; returns what was done, a line each.
    ///
    /// # Errors
    /// `Busy`, or what the system says.
    pub fn mend_default(&self, author: Author, wait_max: Duration) -> Result<Vec<String>, StoreError> {
        let _lock = self.lock(self.layout().store_lock(), "repair the default", wait_max)?;
        let current = self.current();
        let toolchain = match &current {
            Ok(None) => None,
            Ok(Some(generation)) if self.leads_to(generation)? => None,
            // It can be read, and other programs do not get to it: the same again.
            Ok(Some(generation)) => Some(generation.toolchain.clone()),
            Err(_) => self.last_default()?,
        };
        let mut done = Vec::new();
        for (number, what) in self.damaged_generations()? {
            if self.is_of_later_goward(number) {
                continue;
            }
            let aside = self.set_path_aside(&self.layout().generation(number))?;
            done.push(format!("{what}: moved to `{}`", aside.display()));
        }
        if let Some(id) = toolchain
            && self.find_installed(&id)?.is_some()
        {
            let generation = self.next_generation(&id, author)?;
            self.build(&generation)?;
            self.point_at(generation.number)?;
            let _ = self.make_spare();
            done.push(format!("the default is {} again (generation {})", id.version().tag(), generation.number));
        } else if current.is_err() {
            let aside = self.set_path_aside(&self.layout().current())?;
            self.rewrite_table();
            done.push(format!("no default is set; `current` was damaged and is now `{}`", aside.display()));
        }
        Ok(done)
    }

    /// The toolchain that a damaged `current` most likely meant, if it is installed.
    fn last_default(&self) -> Result<Option<ToolchainId>, StoreError> {
        let named = self.current_target().ok().flatten().and_then(|target| number_of(&target));
        let of_link = named.and_then(|number| {
            let target = self.sys.fs().read_link(&self.layout().generation(number).join("go")).ok()?;
            target.file_name()?.to_str()?.parse().ok()
        });
        let mut candidates: Vec<ToolchainId> = Vec::from_iter(of_link);
        let readable = self.readable_generations()?;
        candidates.extend(readable.into_iter().rev().map(|generation| generation.toolchain));
        for id in candidates {
            if self.find_installed(&id)?.is_some() {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Whether a record that cannot be read is of a format that only a later goward knows.
    fn is_of_later_goward(&self, number: u64) -> bool {
        let path = self.layout().generation(number).join("generation.json");
        let bytes = self.sys.fs().read(&path, RECORD_BYTES_MAX).unwrap_or_default();
        is_of_later_goward(&bytes)
    }
}
