//! The registry of Windows, as far as a user's environment is in it.
//!
//! A user's variables are values below `HKEY_CURRENT_USER\Environment`, which no administrator is needed for; `PATH`
//! is one of them. What stands there is other programs' too, so a value is read as it is, its kind is kept, and only
//! the one entry is changed ([`PathList`]). A change carries the value from before ([`VariableChange`]): it is made only if that
//! value still stands there, and can be taken back as long as nobody has changed it since.
//!
//! Elsewhere there is no registry; [`Registry::in_memory`] stands for one in tests on every system.

mod change;
mod memory;
mod path_list;
#[cfg(windows)]
mod real;

use std::io;

pub use change::{VariableChange, VariableConflict};
pub use memory::MemoryRegistry;
pub use path_list::{PathList, PathListError};

/// Where a user's variables stand, below [`Root::User`].
pub const USER_ENVIRONMENT: &str = "Environment";
/// Where the machine's variables stand, below [`Root::Machine`].
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
    /// `REG_EXPAND_SZ`: text in which `%NAME%` stands for a variable.
    Expandable,
    /// Something else, by the system's number.
    Other(u32),
}

/// A value as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryValue {
    /// What it is.
    pub kind: ValueKind,
    /// Its bytes: text is UTF-16, little end first, and mostly ended by a zero.
    pub bytes: Vec<u8>,
}

impl RegistryValue {
    /// A text, ended by a zero as the system's own are.
    pub fn text(kind: ValueKind, units: &[u16]) -> RegistryValue {
        RegistryValue { kind, bytes: units.iter().chain([&0]).flat_map(|unit| unit.to_le_bytes()).collect() }
    }

    /// The units of its text, up to the zero; `None` where it is no text.
    pub fn units(&self) -> Option<Vec<u16>> {
        if matches!(self.kind, ValueKind::Other(_)) {
            return None;
        }
        let units = self.bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        Some(units.take_while(|unit| *unit != 0).collect())
    }

    /// Its text for people, what is no Unicode replaced.
    pub fn shown(&self) -> String {
        self.units().map(|units| String::from_utf16_lossy(&units)).unwrap_or_default()
    }
}

/// The registry, or what stands for it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Registry {
    inner: Inner,
}

#[derive(Debug, Clone)]
enum Inner {
    #[cfg(windows)]
    Real,
    Memory(MemoryRegistry),
}

impl Registry {
    /// This machine's; `None` where it has none.
    pub fn real() -> Option<Registry> {
        #[cfg(windows)]
        return Some(Registry { inner: Inner::Real });
        #[cfg(not(windows))]
        None
    }

    /// One in memory, for tests.
    pub fn in_memory(memory: MemoryRegistry) -> Registry {
        Registry { inner: Inner::Memory(memory) }
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

    /// Sets one of the user's values, or removes it.
    pub fn write(&self, key: &str, name: &str, value: Option<&RegistryValue>) -> io::Result<()> {
        match &self.inner {
            #[cfg(windows)]
            Inner::Real => real::write(key, name, value),
            Inner::Memory(memory) => memory.write(key, name, value.cloned()),
        }
    }

    /// Tells running programs that the user's variables have changed, so that what they start from now on has the new
    /// ones. Programs that are running keep theirs, shells among them. Returns whether it could be told.
    pub fn tell_of_change(&self) -> bool {
        match &self.inner {
            #[cfg(windows)]
            Inner::Real => crate::windows::tell_of_new_environment(),
            Inner::Memory(memory) => memory.told(),
        }
    }

    /// What other installers of Go have left that stands before goward or bends the go command: one line each.
    pub fn leftovers(&self, own_folder: &str) -> io::Result<Vec<String>> {
        const VARIABLES: [&str; 4] = ["GOROOT", "GOPATH", "GOBIN", "GOTOOLCHAIN"];
        const APP_PATHS: &str = r"Software\Microsoft\Windows\CurrentVersion\App Paths\go.exe";
        // What the official .msi leaves (golang/build, installer.wxs).
        const MSI: (&str, &str) = (r"Software\GoProgrammingLanguage", "installLocation");
        let mut found = Vec::new();
        for (root, key, whose) in
            [(Root::Machine, MACHINE_ENVIRONMENT, "the machine's"), (Root::User, USER_ENVIRONMENT, "the user's")]
        {
            if let Some(list) = self.read(root, key, "Path")?.as_ref().and_then(PathList::of) {
                for entry in list.entries_of_go().into_iter().filter(|entry| !path_list::is_same(entry, own_folder)) {
                    let before = if root == Root::Machine { ", which comes before the user's" } else { "" };
                    found.push(format!("{whose} PATH has `{entry}`{before}"));
                }
            }
            for name in VARIABLES {
                if let Some(value) = self.read(root, key, name)? {
                    found.push(format!("{whose} variable {name} is `{}`", value.shown()));
                }
            }
        }
        for (root, whose) in [(Root::Machine, "the machine's"), (Root::User, "the user's")] {
            if let Some(value) = self.read(root, APP_PATHS, "")? {
                found.push(format!("{whose} App Paths lead `go.exe` to `{}`", value.shown()));
            }
        }
        if let Some(value) = self.read(Root::User, MSI.0, MSI.1)? {
            found.push(format!("Go's own installer has put one into `{}`", value.shown()));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> RegistryValue {
        RegistryValue::text(ValueKind::Expandable, &text.encode_utf16().collect::<Vec<_>>())
    }

    #[test]
    fn what_other_installers_have_left_is_named_and_nothing_else_is() {
        let memory = MemoryRegistry::default();
        let registry = Registry::in_memory(memory.clone());
        assert!(registry.leftovers(r"C:\u\goward\shims").unwrap().is_empty());
        memory.put(Root::Machine, MACHINE_ENVIRONMENT, "Path", text(r"C:\Windows;C:\Program Files\Go\bin\;C:\Gourmet"));
        memory.put(Root::User, USER_ENVIRONMENT, "Path", text(r"C:\u\goward\shims;%USERPROFILE%\go\bin;C:\tools"));
        memory.put(Root::User, USER_ENVIRONMENT, "GOROOT", text(r"C:\Go"));
        memory.put(
            Root::Machine,
            r"Software\Microsoft\Windows\CurrentVersion\App Paths\go.exe",
            "",
            text(r"D:\go.exe"),
        );
        memory.put(Root::User, r"Software\GoProgrammingLanguage", "installLocation", text(r"C:\Program Files\Go\"));
        let found = registry.leftovers(r"c:\U\Goward\shims\").unwrap();
        assert_eq!(
            found,
            [
                r"the machine's PATH has `C:\Program Files\Go\bin\`, which comes before the user's",
                r"the user's PATH has `%USERPROFILE%\go\bin`",
                r"the user's variable GOROOT is `C:\Go`",
                r"the machine's App Paths lead `go.exe` to `D:\go.exe`",
                r"Go's own installer has put one into `C:\Program Files\Go\`",
            ]
        );
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
        // A key without values is a thing of the test's, and is left to the prefix.
        registry.tell_of_change();
    }
}
