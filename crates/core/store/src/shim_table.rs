//! The table from which the shim knows what is installed, so that it need not start `goward`.
//!
//! One small text under goward's home, written whole by one rename; `docs/shim.md` has its format. It is
//! never the truth: it says at which generation and at which state of the folder of toolchains it was
//! written, and the shim passes over one that is not of now. So a process that dies between a change and
//! the writing of the table costs speed and nothing else, and so does a table that was lost.

use std::path::Path;

use release::{Platform, Request, Version};

use crate::{Store, StoreError};

/// A table is no longer than this many bytes: what the shim has room for (`crates/bins/shim/src/limits.rs`).
/// One that would be longer is written without rows, and everything is then goward's to decide.
const TABLE_BYTES_MAX: usize = 32 * 1024;
/// The first line, with the number of the format.
const FORMAT_LINE: &str = "goward-shim 1";

/// What the table says of the store besides what is installed.
struct Now {
    current_target: String,
    changed_unix_nanos: u64,
    default: Option<String>,
}

impl Store {
    /// Writes the table anew from what is installed for this platform and from the generation in use. It is
    /// told where the goward program is, to which the shim turns with whatever is not plain.
    ///
    /// A folder whose path holds a tab, a line end, or what is not UTF-8 cannot stand in the table: there is
    /// none then, and whoever calls the shim gets the next `go` of `PATH`, which is to be said at setup.
    ///
    /// # Errors
    /// When the store cannot be read or the table not be written; then the old one is there, and is passed
    /// over where it is out of date.
    pub fn write_shim_table(&self, goward: &Path, platform: &Platform) -> Result<(), StoreError> {
        let path = self.layout().shim_table();
        let fs = self.sys.fs();
        let text = self.shim_table(goward, platform)?;
        match text {
            Some(text) => fs.replace(&path, text.as_bytes()).map_err(StoreError::io("write", &path)),
            None => fs.remove_file_if_there(&path).map_err(StoreError::io("remove", &path)),
        }
    }

    /// The table's text; `None` where it cannot be said in it.
    fn shim_table(&self, goward: &Path, platform: &Platform) -> Result<Option<String>, StoreError> {
        let (layout, fs) = (self.layout(), self.sys.fs());
        // What the table is stamped with is read before what it lists: a change between the two leaves an old
        // stamp, never a wrong list under a new one.
        let folder = layout.toolchains();
        let meta = fs.follow(&folder).map_err(StoreError::io("look at", &folder))?;
        let current_target = match self.current_target()? {
            Some(target) => target.to_str().map(str::to_owned),
            None => Some(String::new()),
        };
        let toolchains: Vec<_> =
            self.toolchains()?.into_iter().filter(|one| one.id.platform() == platform && is_offered(&one.id)).collect();
        let versions = || toolchains.iter().map(|toolchain| toolchain.id.version());
        // The default is a request like any other: `1.20` stands for the newest of 1.20 that is installed.
        let default = self.current()?.and_then(|generation| generation.toolchain.version().as_str().parse().ok());
        let default = default.and_then(|request: Request| request.select(versions()).map(|v| v.as_str().to_owned()));
        let now = Now {
            current_target: match current_target {
                Some(target) => target,
                None => return Ok(None),
            },
            changed_unix_nanos: meta.map_or(0, |meta| meta.modified_unix_nanos),
            default,
        };

        let Some(head) = self.head(goward, &now) else { return Ok(None) };
        let mut rows = String::new();
        let mut last = None;
        for version in versions().filter(|version| version.is_stable()) {
            let minor = version.minor();
            if last.as_ref() != Some(&minor)
                && let Some(newest) = Request::Minor(minor.clone()).select(versions())
            {
                rows.push_str(&format!("minor\t{minor}\t{newest}\n"));
            }
            last = Some(minor);
        }
        for toolchain in &toolchains {
            let Some(tree) = plain(&toolchain.tree) else { return Ok(None) };
            rows.push_str(&format!("go\t{}\t{tree}\n", toolchain.id.version()));
        }
        let fits = head.len() + rows.len() + END_LINE.len() <= TABLE_BYTES_MAX;
        Ok(Some(format!("{head}{}{END_LINE}", if fits { &rows } else { "" })))
    }

    fn head(&self, goward: &Path, now: &Now) -> Option<String> {
        let (layout, default) = (self.layout(), now.default.as_deref().unwrap_or(""));
        let (goward, home) = (plain(goward)?, plain(layout.home())?);
        let (current, folder) = (layout.current(), layout.toolchains());
        let (current, folder) = (plain(&current)?, plain(&folder)?);
        let (target, changed) = (plain(Path::new(&now.current_target))?, now.changed_unix_nanos);
        Some(format!(
            "{FORMAT_LINE}\ngoward\t{goward}\nhome\t{home}\ncurrent\t{current}\t{target}\n\
             toolchains\t{folder}\t{changed}\ndefault\t{default}\n"
        ))
    }
}

/// The last line: a table without it was cut short.
const END_LINE: &str = "end\n";

/// Whether a request could ever stand for it.
fn is_offered(id: &release::ToolchainId) -> bool {
    let version: &Version = id.version();
    // What has a kind and no number (`1.28rc`) is a request and never was a release.
    version.is_candidate() && !(version.is_prerelease() && version.parts().pre.is_empty())
}

/// A path that can stand in a line.
fn plain(path: &Path) -> Option<&str> {
    path.to_str().filter(|text| !text.contains(['\t', '\n', '\0']))
}
