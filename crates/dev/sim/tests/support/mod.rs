//! The shim's view of the machine, for tests of its deciding part.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use shim::{Machine, Opened, ReadResult};
use sys::Fs;

/// The machine as the shim sees it, with this environment.
pub struct Real<'a> {
    pub vars: &'a BTreeMap<String, String>,
    pub folder: &'a Path,
    pub opened: Opened,
}

impl Real<'_> {
    fn at(&self, path: &shim::Path) -> Option<PathBuf> {
        Some(self.folder.join(std::str::from_utf8(path.get()?).ok()?))
    }
}

fn absence(error: &std::io::Error) -> ReadResult {
    match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => ReadResult::Absent,
        _ => ReadResult::Odd,
    }
}

fn copied(bytes: &[u8], into: &mut [u8]) -> ReadResult {
    let length = bytes.len().min(into.len());
    into[..length].copy_from_slice(&bytes[..length]);
    ReadResult::Bytes(length)
}

impl Machine for Real<'_> {
    fn var(&self, name: &str) -> Option<&[u8]> {
        self.vars.get(name).map(String::as_bytes)
    }

    fn any_set(&self, begins: &[u8]) -> bool {
        self.vars
            .iter()
            .any(|(name, value)| shim::is_set_like(&[name.as_bytes(), b"=", value.as_bytes()].concat(), begins))
    }

    fn me(&self) -> Option<u32> {
        sys::Host::user_number()
    }

    fn opened(&self) -> Opened {
        self.opened
    }

    fn owner(&mut self, path: &shim::Path) -> Option<u32> {
        Fs::real().follow(&self.at(path)?).ok()??.owner
    }

    fn read_no_link(&mut self, path: &shim::Path, into: &mut [u8]) -> Option<usize> {
        match self.read(path, into) {
            ReadResult::Bytes(length) => Some(length),
            _ => None,
        }
    }

    fn read(&mut self, path: &shim::Path, into: &mut [u8]) -> ReadResult {
        let Some(path) = self.at(path) else { return ReadResult::Odd };
        // On a system without owners the shim does not read them either.
        if let (Ok(Some(named)), Ok(Some(meta))) = (Fs::real().look(&path), Fs::real().follow(&path)) {
            let number = |owner: Option<u32>| owner.unwrap_or_default();
            self.opened = Opened { owner: number(meta.owner), named_by: number(named.owner), mode: meta.mode };
        }
        match fs::metadata(&path) {
            Ok(meta) if meta.is_file() => fs::read(&path).map_or(ReadResult::Odd, |bytes| copied(&bytes, into)),
            Ok(_) => ReadResult::Odd,
            Err(error) => absence(&error),
        }
    }

    fn read_link(&mut self, path: &shim::Path, into: &mut [u8]) -> ReadResult {
        let Some(path) = self.at(path) else { return ReadResult::Odd };
        match fs::read_link(path) {
            Ok(target) => copied(target.to_str().unwrap().as_bytes(), into),
            Err(error) => absence(&error),
        }
    }

    fn changed(&mut self, path: &shim::Path) -> Option<u64> {
        let changed = fs::metadata(self.at(path)?).ok()?.modified().ok()?;
        u64::try_from(changed.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok()
    }
}
