//! The registry of Windows, as far as a user's environment is in it.
//!
//! A user's variables are values below `HKEY_CURRENT_USER\Environment`, which needs no administrator; `PATH` is one of
//! them. Other programs use them too, so a value is read as it is, its kind is kept, and only the one entry is changed
//! ([`PathList`]). A change has the former value ([`VariableChange`]): it is made only if the variable still has that
//! value, and can be reverted as long as no other program has changed it since.
//!
//! A write is synced before the call returns: the system itself writes the registry to disk later, and a power cut
//! could lose a change that goward has reported as done.
//!
//! Other systems have no registry; [`Registry::in_memory`] replaces it in tests on every system.

mod change;
mod memory;
mod path_list;
#[cfg(windows)]
mod real;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fault::{Adversary, Op, OpKind, carry_out};

pub use change::{VariableChange, VariableConflict};
pub use memory::MemoryRegistry;
pub use path_list::{PathList, PathListError, SETX_UNITS_MAX, expanded, is_same};

/// The key of a user's variables, below [`Root::User`].
pub const USER_ENVIRONMENT: &str = "Environment";
/// The key of the machine's variables, below [`Root::Machine`].
pub const MACHINE_ENVIRONMENT: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment";

/// Whose settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// `HKEY_CURRENT_USER`
    User,
    /// `HKEY_LOCAL_MACHINE`: read, never written.
    Machine,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// `REG_SZ`
    Text,
    /// `REG_EXPAND_SZ`: text in which `%NAME%` is a variable.
    Expandable,
    /// Another kind, by the system's number.
    Other(u32),
}

/// A value of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryValue {
    /// What it is.
    pub kind: ValueKind,
    /// Its bytes: text is UTF-16, little-endian, and usually ends with a zero.
    pub bytes: Vec<u8>,
}

impl RegistryValue {
    /// A text, with a zero at its end as the system writes it.
    pub fn text(kind: ValueKind, units: &[u16]) -> RegistryValue {
        RegistryValue { kind, bytes: units.iter().chain([&0]).flat_map(|unit| unit.to_le_bytes()).collect() }
    }

    /// The units of its text, up to the zero; `None` if it is not text.
    pub fn units(&self) -> Option<Vec<u16>> {
        if matches!(self.kind, ValueKind::Other(_)) {
            return None;
        }
        let units = self.bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        Some(units.take_while(|unit| *unit != 0).collect())
    }

    /// Its text for people, with invalid Unicode replaced.
    pub fn shown(&self) -> String {
        self.units().map(|units| String::from_utf16_lossy(&units)).unwrap_or_default()
    }
}

/// The registry, or its replacement. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    inner: Inner,
    adversary: Option<Arc<dyn Adversary>>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.fmt(f)
    }
}

#[derive(Debug, Clone)]
enum Inner {
    #[cfg(windows)]
    Real,
    Memory(MemoryRegistry),
}

impl Registry {
    /// This machine's; `None` if it has none.
    pub fn real() -> Option<Registry> {
        #[cfg(windows)]
        return Some(Registry { inner: Inner::Real, adversary: None });
        #[cfg(not(windows))]
        None
    }

    /// One in memory, for tests.
    pub fn in_memory(memory: MemoryRegistry) -> Registry {
        Registry { inner: Inner::Memory(memory), adversary: None }
    }

    /// The same, whose changes an adversary sees.
    pub(crate) fn watched_by(&self, adversary: Option<&Arc<dyn Adversary>>) -> Registry {
        Registry { inner: self.inner.clone(), adversary: adversary.cloned() }
    }

    /// A value; `None` where there is none of this name.
    ///
    /// # Errors
    /// What the system says; so for all functions below.
    pub fn read(&self, root: Root, key: &str, name: &str) -> io::Result<Option<RegistryValue>> {
        match &self.inner {
            #[cfg(windows)]
            Inner::Real => real::read(root, key, name),
            Inner::Memory(memory) => Ok(memory.read(root, key, name)),
        }
    }

    /// Sets one of the user's values, or removes it, durably.
    pub fn write(&self, key: &str, name: &str, value: Option<&RegistryValue>) -> io::Result<()> {
        carry_out(
            self.adversary.as_ref(),
            || Op::new(OpKind::SetValue, &place(Root::User, key, name)),
            None,
            || match &self.inner {
                #[cfg(windows)]
                Inner::Real => real::write(key, name, value),
                Inner::Memory(memory) => memory.write(key, name, value.cloned()),
            },
        )?;
        self.sync(key, name)
    }

    /// Syncs a value of the user, whichever program wrote it.
    ///
    /// # Errors
    /// What the system says.
    pub fn sync(&self, key: &str, name: &str) -> io::Result<()> {
        // In memory a sync costs nothing, and the simulated power cut needs it, so it is never skipped.
        carry_out(
            self.adversary.as_ref(),
            || Op::new(OpKind::SyncValues, &place(Root::User, key, name)),
            None,
            || match &self.inner {
                #[cfg(windows)]
                Inner::Real => real::sync(key),
                Inner::Memory(memory) => {
                    memory.sync();
                    Ok(())
                }
            },
        )
    }

    /// Notifies running programs that the user's variables have changed, so that programs that they start from now on
    /// get the new ones. Running programs keep theirs, also shells. Returns whether the notification succeeded.
    pub fn tell_of_change(&self) -> bool {
        match &self.inner {
            #[cfg(windows)]
            Inner::Real => crate::windows::tell_of_new_environment(),
            Inner::Memory(memory) => memory.told(),
        }
    }
}

/// The place of a value, as people and the system's own tools write it: `HKCU\Environment\Path`.
pub fn place(root: Root, key: &str, name: &str) -> PathBuf {
    let root = match root {
        Root::User => "HKCU",
        Root::Machine => "HKLM",
    };
    let name = if name.is_empty() { "(Default)" } else { name };
    Path::new(&format!(r"{root}\{key}\{name}")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> RegistryValue {
        RegistryValue::text(ValueKind::Expandable, &text.encode_utf16().collect::<Vec<_>>())
    }

    #[cfg(windows)]
    #[test]
    fn the_machine_s_own_registry_keeps_kind_and_bytes() {
        let (registry, key) = (Registry::real().unwrap(), format!(r"Software\goward-test-{}", std::process::id()));
        assert_eq!(registry.read(Root::User, &key, "Path").unwrap(), None);
        let value = text("%A%;C:\\t\u{e9}st;\u{1f600}");
        registry.write(&key, "Path", Some(&value)).unwrap();
        assert_eq!(registry.read(Root::User, &key, "Path").unwrap(), Some(value));
        registry.write(&key, "Path", None).unwrap();
        registry.write(&key, "Path", None).unwrap();
        assert_eq!(registry.read(Root::User, &key, "Path").unwrap(), None);
        // Only the test has a key without values; the prefix decides.
        registry.tell_of_change();
    }

    #[test]
    fn a_value_is_written_before_the_eyes_of_an_adversary_and_survives_a_power_cut_once_it_is_synced() {
        use crate::{Clock, Env, FailAt, Fs, Sys};
        let read = |memory: &MemoryRegistry| {
            let registry = Registry::in_memory(memory.clone());
            registry.read(Root::User, USER_ENVIRONMENT, "A").unwrap().map(|value| value.shown())
        };
        for (nth, now, later) in [(1, None, None), (2, Some("a"), None), (3, Some("a"), Some("a"))] {
            let memory = MemoryRegistry::default();
            let fs = Fs::faulty(Arc::new(FailAt::from(nth, io::ErrorKind::PermissionDenied)));
            let sys = Sys::new(fs, Clock::manual(0), Env::of_this_process());
            assert!(sys.registry().is_none());
            let sys = sys.with_registry(&Registry::in_memory(memory.clone()));
            let write = sys.registry().unwrap().write(USER_ENVIRONMENT, "A", Some(&text("a")));
            assert_eq!(write.is_ok(), nth == 3);
            assert_eq!(read(&memory).as_deref(), now);
            assert_eq!(read(&memory.after_power_cut()).as_deref(), later);
            assert_eq!(read(&memory.copy()).as_deref(), now);
        }
    }

    #[test]
    fn a_place_is_written_as_the_system_s_tools_write_it() {
        assert_eq!(place(Root::User, USER_ENVIRONMENT, "Path"), Path::new(r"HKCU\Environment\Path"));
        assert_eq!(place(Root::Machine, "Software", ""), Path::new(r"HKLM\Software\(Default)"));
    }
}
