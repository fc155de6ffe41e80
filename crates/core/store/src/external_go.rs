//! Go installations that run in place: a distribution's package, or a build from source.
//!
//! They are not toolchains: the store has only a record of their path and of why they are not official. They can change
//! or vanish at any time; goward checks that when it uses one. On disk: `system.json`, replaced whole under the store's
//! lock.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::format::check_format;
use crate::json::to_json;
use crate::{Store, StoreError};

/// The largest `system.json` that goward reads, in bytes.
const BYTES_MAX: u64 = 1 << 20;
/// The largest number of registered installations; no machine needs more.
const EXTERNAL_MAX: usize = 100;
/// The format of the file that this version writes. A reader refuses a higher one.
const FORMAT: u32 = 1;

/// A Go installation that runs in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalGo {
    /// Its GOROOT, links followed.
    pub path: PathBuf,
    /// The first line of its `VERSION` when it was registered, if it has one; nothing vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_line: Option<String>,
    /// Why it is not an official toolchain, in words.
    pub why: String,
    /// When it was registered, in seconds since 1970.
    pub registered_unix_seconds: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Registered {
    format: u32,
    #[serde(default)]
    installations: Vec<ExternalGo>,
}

impl Store {
    /// The registered installations, sorted by path. Does not check that they still exist.
    ///
    /// # Errors
    /// When the registry cannot be read, or is not one of ours.
    pub fn external_gos(&self) -> Result<Vec<ExternalGo>, StoreError> {
        let path = self.layout().external_gos();
        let read = self.sys.fs().read_if_there(&path, BYTES_MAX);
        let Some(bytes) = read.map_err(StoreError::io("read", &path))? else { return Ok(Vec::new()) };
        let registered: Result<Registered, _> = serde_json::from_slice(&bytes);
        let registered = registered.and_then(|registered| check_format(registered.format).map(|()| registered));
        Ok(registered.map_err(|cause| StoreError::Record { path, cause })?.installations)
    }

    /// Registers an installation; one at the same path is replaced.
    ///
    /// # Errors
    /// When the registry cannot be read or written.
    pub fn register_external(&self, go: ExternalGo, wait_max: Duration) -> Result<(), StoreError> {
        self.change_external_gos("register a system Go", wait_max, |gos| {
            gos.retain(|known| known.path != go.path);
            gos.push(go);
            gos.sort_by(|a, b| a.path.cmp(&b.path));
            gos.truncate(EXTERNAL_MAX);
        })
    }

    /// Forgets the installation at this path; returns whether it was registered. Does not touch the installation
    /// itself.
    ///
    /// # Errors
    /// When the registry cannot be read or written.
    pub fn forget_external(&self, path: &Path, wait_max: Duration) -> Result<bool, StoreError> {
        let mut was_there = false;
        self.change_external_gos("forget a system Go", wait_max, |gos| {
            let before = gos.len();
            gos.retain(|known| known.path != path);
            was_there = gos.len() < before;
        })?;
        Ok(was_there)
    }

    fn change_external_gos(
        &self,
        purpose: &str,
        wait_max: Duration,
        change: impl FnOnce(&mut Vec<ExternalGo>),
    ) -> Result<(), StoreError> {
        let (fs, path) = (self.sys.fs(), self.layout().external_gos());
        self.make_home()?;
        let _lock = self.lock(self.layout().store_lock(), purpose, wait_max)?;
        let mut registered = Registered { format: FORMAT, installations: self.external_gos()? };
        change(&mut registered.installations);
        fs.replace(&path, &to_json(&registered)).map_err(StoreError::io("write", &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sys::{Clock, Env, Fs, Sys};

    const WAIT: Duration = Duration::from_secs(5);

    fn store(home: &Path) -> Store {
        let nothing: [(&str, &str); 0] = [];
        let sys = Sys::new(Fs::real(), Clock::real(), Env::of(nothing, home.to_owned(), None));
        Store::at(&sys, crate::TrustedHome::of(&sys, home.join("store")).unwrap())
    }

    fn go(path: &str) -> ExternalGo {
        ExternalGo {
            path: path.into(),
            version_line: Some("go1.26.5-1".into()),
            why: "a suffix".into(),
            registered_unix_seconds: 7,
        }
    }

    #[test]
    fn what_is_registered_is_found_again_and_once() {
        let home = tempfile::tempdir().unwrap();
        let store = store(home.path());
        assert_eq!(store.external_gos().unwrap(), []);
        store.register_external(go("/usr/lib/go"), WAIT).unwrap();
        store.register_external(go("/opt/go"), WAIT).unwrap();
        let changed = ExternalGo { why: "another".into(), ..go("/opt/go") };
        store.register_external(changed.clone(), WAIT).unwrap();
        assert_eq!(store.external_gos().unwrap(), [changed, go("/usr/lib/go")]);
        assert!(store.forget_external(Path::new("/opt/go"), WAIT).unwrap());
        assert!(!store.forget_external(Path::new("/opt/go"), WAIT).unwrap());
        assert_eq!(store.external_gos().unwrap(), [go("/usr/lib/go")]);
    }

    #[test]
    fn a_registry_of_a_later_goward_is_refused_and_not_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let store = store(home.path());
        store.register_external(go("/opt/go"), WAIT).unwrap();
        let later = br#"{"format": 9, "installations": []}"#;
        Fs::real().replace(&store.layout().external_gos(), later).unwrap();
        assert!(matches!(store.external_gos(), Err(StoreError::Record { .. })));
        assert!(store.register_external(go("/usr/lib/go"), WAIT).is_err());
        assert_eq!(Fs::real().read(&store.layout().external_gos(), 100).unwrap(), later);
    }
}
