//! The table from which a shim reads what is installed, so that it need not start `goward`.
//!
//! One small text under goward's home, replaced as a whole by one rename; `docs/shim.md` has its format. The store
//! decides, not the table: the table names the generation and the state of the folder of toolchains at which it was
//! written, and a shim ignores an outdated one. So a process that dies before it rewrites the table costs speed only,
//! and so does a lost table.

use std::path::{Path, PathBuf};
use std::time::Duration;

use release::{Platform, Request, Version};

use crate::{SharedStore, Store, StoreError};

/// A process that holds the store's lock rewrites the table itself at its end, so a long wait is pointless.
const TABLE_WAIT_MAX: Duration = Duration::from_millis(80);

/// The entries of the table that the store does not know.
#[derive(Debug, Clone)]
pub struct ShimFacts {
    /// The goward program, which a shim starts for every case that is not plain.
    pub goward: PathBuf,
    /// The machine's own platform.
    pub platform: Platform,
    /// The user's configuration file, and when it had last changed, in nanoseconds since 1970, before it was read for
    /// the other facts; `None` if it did not exist. If it has changed since, a shim hands every case over.
    pub config: Option<(PathBuf, Option<u64>)>,
    /// Whether goward has to decide every case, because of a setting that no shim knows.
    pub hand_over: bool,
}

/// The largest table, in bytes: the size of the shim's buffer (`crates/bins/shim/src/limits.rs`). A longer table is
/// written without rows, and goward then decides every case.
const TABLE_BYTES_MAX: usize = 32 * 1024;
/// The first line, with the number of the format.
const FORMAT_LINE: &str = "goward-shim 1";

/// The entries of the table about the store, besides the installed toolchains.
struct Now {
    current_target: String,
    changed_unix_nanos: u64,
    default: Option<String>,
}

impl Store {
    /// Rewrites the table from the installed toolchains, the generation in use and the facts; writes nothing if the
    /// table is up to date. The store's lock is held.
    ///
    /// A path with a tab, a line end, or bytes that are not UTF-8 cannot be written to the table. Then there is no
    /// table, and a shim runs the next `go` of `PATH`; setup should report that.
    ///
    /// It is not synced: every shim ignores a truncated table, and the goward that the shim then calls rewrites it.
    ///
    /// # Errors
    /// When the store cannot be read or the table cannot be written; then the old table stays, and shims ignore it if
    /// it is outdated.
    pub fn write_shim_table(&self, facts: &ShimFacts) -> Result<(), StoreError> {
        let path = self.layout().shim_table();
        let fs = self.sys.fs();
        let Some(text) = self.shim_table(facts)? else {
            return fs.remove_file_if_there(&path).map_err(StoreError::io("remove", &path));
        };
        if self.is_written(&text) {
            Ok(())
        } else {
            fs.replace_not_durably(&path, text.as_bytes()).map_err(StoreError::io("write", &path))
        }
    }

    /// Whether the table has this text, and is one that a shim believes: a file that no other user may write to (a
    /// table made under a umask of 000 is rewritten, even if its text is right).
    fn is_written(&self, text: &str) -> bool {
        let (path, fs) = (self.layout().shim_table(), self.sys.fs());
        let is_private = |meta: sys::Meta| {
            let is_ours = meta.owner.is_none_or(|owner| owner == 0 || sys::Host::user_number() == Some(owner));
            meta.kind == sys::EntryKind::File && is_ours && (cfg!(windows) || meta.mode & 0o022 == 0)
        };
        matches!(fs.look(&path), Ok(Some(meta)) if is_private(meta))
            && fs.read(&path, TABLE_BYTES_MAX as u64).is_ok_and(|bytes| bytes == text.as_bytes())
    }

    /// Updates the table after a change. The store's lock is held. An error here costs the shims their speed only, so
    /// it does not fail the change.
    pub(crate) fn rewrite_table(&self) {
        let Some(facts) = self.shim_facts.as_ref().and_then(|facts| facts()) else { return };
        if let (Err(error), Some(progress)) = (self.write_shim_table(&facts), &self.progress) {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            progress.detail(&format!("the shims' table is unchanged: could not {error}{cause}"));
        }
    }

    /// As [`Store::rewrite_table`], for a caller that does not hold the store's lock.
    pub fn rewrite_shim_table(&self) {
        let Some(facts) = self.shim_facts.as_ref().and_then(|facts| facts()) else { return };
        // If there is no store, this does not make one.
        if !self.sys.fs().look(self.layout().home()).is_ok_and(|meta| meta.is_some()) {
            return;
        }
        let path = self.layout().shim_table();
        // Usually there is nothing to do, which needs no wait.
        let is_there = || !matches!(self.sys.fs().look(&path), Ok(None));
        if self.shim_table(&facts).is_ok_and(|text| text.map_or(!is_there(), |text| self.is_written(&text))) {
            return;
        }
        // A process that holds the lock longer rewrites the table itself, or has died: then the next change rewrites
        // it.
        if let Ok(_lock) = self.lock(self.layout().store_lock(), "renew the shims' table", TABLE_WAIT_MAX) {
            self.rewrite_table();
        }
    }

    /// The table's text; `None` if a path cannot be written in it.
    fn shim_table(&self, facts: &ShimFacts) -> Result<Option<String>, StoreError> {
        let (layout, fs) = (self.layout(), self.sys.fs());
        // The stamp of the table is read before its rows: a change in between leaves an old stamp, never wrong rows
        // under a new stamp.
        let folder = layout.toolchains();
        let meta = fs.follow(&folder).map_err(StoreError::io("look at", &folder))?;
        let current_target = match self.current_target()? {
            Some(target) => target.to_str().map(str::to_owned),
            None => Some(String::new()),
        };
        // Where the list cannot be read, goward decides every case, and says so.
        let blocks = self.blocks();
        let knows_blocks = blocks.is_ok();
        let blocks = blocks.unwrap_or_default();
        let mut toolchains = self.toolchains()?;
        toolchains.retain(|one| *one.id.platform() == facts.platform && is_offered(&one.id));
        let versions = || toolchains.iter().map(|toolchain| toolchain.id.version());
        // The default is a request like any other: `1.20` means the newest of 1.20 that is installed.
        // Where the default is damaged, shims hand over what needs it, and goward says what is wrong.
        let default =
            self.current_if_readable().and_then(|generation| generation.toolchain.version().as_str().parse().ok());
        let default = default.and_then(|request: Request| request.select(versions()).map(|v| v.as_str().to_owned()));
        let now = Now {
            current_target: match current_target {
                Some(target) => target,
                None => return Ok(None),
            },
            changed_unix_nanos: meta.map_or(0, |meta| meta.modified_unix_nanos),
            default,
        };

        let Some(head) = self.head(facts, &now) else { return Ok(None) };
        let mut rows = String::new();
        let mut last = None;
        // A minor with a blocked patch has no row: goward picks the newest that is not blocked. The shim has no clock, and
        // a block may run out.
        let is_split = |minor: &release::Minor| versions().any(|one| one.minor() == *minor && !blocks.allows(one));
        for version in versions().filter(|version| version.is_stable()) {
            let minor = version.minor();
            if last.as_ref() != Some(&minor)
                && !is_split(&minor)
                && let Some(newest) = Request::Minor(minor.clone()).select(versions())
            {
                rows.push_str(&format!("minor\t{minor}\t{newest}\n"));
            }
            last = Some(minor);
        }
        // goward refuses a blocked one, and names who blocked it.
        for toolchain in toolchains.iter().filter(|one| blocks.allows(one.id.version())) {
            let Some(tree) = plain(&toolchain.tree) else { return Ok(None) };
            rows.push_str(&format!("go\t{}\t{tree}\n", toolchain.id.version()));
        }
        // A second store has no rows here, so goward has to find the newest release, and the blocks of that store, which
        // change without this one.
        let alone = !matches!(self.shared_store(), SharedStore::Trusted(_));
        let fits =
            alone && knows_blocks && !facts.hand_over && head.len() + rows.len() + END_LINE.len() <= TABLE_BYTES_MAX;
        Ok(Some(format!("{head}{}{END_LINE}", if fits { &rows } else { "" })))
    }

    fn head(&self, facts: &ShimFacts, now: &Now) -> Option<String> {
        let (layout, default) = (self.layout(), now.default.as_deref().unwrap_or(""));
        let (goward, home) = (plain(&facts.goward)?, plain(layout.home())?);
        let (config, stamp) = match &facts.config {
            Some((config, stamp)) => (plain(config)?, stamp.map(|nanos| nanos.to_string()).unwrap_or_default()),
            None => ("", String::new()),
        };
        let of_system = self.shared_store_folder();
        let (system, system_stamp) = match &of_system {
            Some((folder, stamp)) => (plain(folder)?, stamp.map(|nanos| nanos.to_string()).unwrap_or_default()),
            None => ("", String::new()),
        };
        let (current, folder) = (layout.current(), layout.toolchains());
        let (current, folder) = (plain(&current)?, plain(&folder)?);
        let (target, changed) = (plain(Path::new(&now.current_target))?, now.changed_unix_nanos);
        Some(format!(
            "{FORMAT_LINE}\ngoward\t{goward}\nhome\t{home}\ncurrent\t{current}\t{target}\n\
             toolchains\t{folder}\t{changed}\nsystem\t{system}\t{system_stamp}\nconfig\t{config}\t{stamp}\ndefault\t{default}\n"
        ))
    }
}

/// The last line: a table without it was cut short.
const END_LINE: &str = "end\n";

/// Whether a request could ever select it.
fn is_offered(id: &release::ToolchainId) -> bool {
    let version: &Version = id.version();
    // What has a kind and no number (`1.28rc`) is a request and never was a release.
    version.is_candidate() && !(version.is_prerelease() && version.parts().pre.is_empty())
}

/// A path that a line can contain.
fn plain(path: &Path) -> Option<&str> {
    path.to_str().filter(|text| !text.contains(['\t', '\n', '\0']))
}
