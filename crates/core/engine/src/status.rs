//! The store's state: unfinished operations, leftovers, kept downloads.

use store::{JournalRecord, StoreError};

use context::Ctx;

/// The store's state at a glance.
#[derive(Debug, Clone)]
pub struct Status {
    /// The store's folder.
    pub home: std::path::PathBuf,
    /// The generation in use.
    pub generation: Option<u64>,
    /// The default toolchain.
    pub default: Option<String>,
    /// Whether the default, or that there is none, could be read.
    pub is_default_known: bool,
    /// How many toolchains are installed.
    pub toolchains: usize,
    /// Unfinished operations, whose process works on them or has died.
    pub unfinished: Vec<JournalRecord>,
    /// The bytes of unfinished downloads, by name.
    pub downloads: Vec<(String, u64)>,
    /// Whether nothing is left over: no open change of files, no unfinished tree, no torn journal.
    pub clean: bool,
    /// What is wrong with the store, in words, which the caller finds out. Empty unless another program has changed it.
    pub faults: Vec<String>,
}

/// Reads the store. Changes nothing and takes no lock.
///
/// # Errors
/// When the store cannot be read.
pub fn status(ctx: &Ctx) -> Result<Status, StoreError> {
    let current = ctx.store.current();
    let is_default_known = current.is_ok();
    let current = current.ok().flatten();
    Ok(Status {
        home: ctx.store.layout().home().to_owned(),
        generation: current.as_ref().map(|current| current.number),
        default: current.map(|current| current.toolchain.to_string()),
        is_default_known,
        toolchains: ctx.store.toolchains()?.len(),
        unfinished: ctx.store.unfinished()?,
        downloads: ctx.store.partial_downloads()?,
        clean: ctx.store.is_clean()?,
        faults: Vec::new(),
    })
}
