//! The machine's registry.

use std::borrow::Cow;
use std::io;

use windows_sys::Win32::System::Registry::RegFlushKey;
use winreg::enums::{HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, KEY_READ, RegType};
use winreg::{HKEY, RegKey, RegValue};

use super::{RegistryValue, Root, ValueKind};

pub(super) fn read(root: Root, key: &str, name: &str) -> io::Result<Option<RegistryValue>> {
    let root: HKEY = match root {
        Root::User => HKEY_CURRENT_USER,
        Root::Machine => HKEY_LOCAL_MACHINE,
    };
    let value = RegKey::predef(root).open_subkey_with_flags(key, KEY_READ).and_then(|key| key.get_raw_value(name));
    match value {
        Ok(value) => Ok(Some(RegistryValue { kind: kind_of(&value.vtype), bytes: value.bytes.into_owned() })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn write(key: &str, name: &str, value: Option<&RegistryValue>) -> io::Result<()> {
    let (key, _) = RegKey::predef(HKEY_CURRENT_USER).create_subkey(key)?;
    match value {
        Some(value) => {
            let vtype = match value.kind {
                ValueKind::Text => RegType::REG_SZ,
                ValueKind::Expandable => RegType::REG_EXPAND_SZ,
                // goward writes no value of another kind, and never writes back one that it read.
                ValueKind::Other(_) => return Err(io::Error::from(io::ErrorKind::InvalidInput)),
            };
            key.set_raw_value(name, &RegValue { bytes: Cow::Borrowed(&value.bytes), vtype })
        }
        None => match key.delete_value(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            outcome => outcome,
        },
    }
}

/// Syncs a key: otherwise the system writes it to disk later.
#[expect(unsafe_code, reason = "the system's own call")]
pub(super) fn sync(key: &str) -> io::Result<()> {
    let key = match RegKey::predef(HKEY_CURRENT_USER).open_subkey_with_flags(key, KEY_READ) {
        Ok(key) => key,
        // A missing key needs no sync.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    // SAFETY: the key is open for the whole call.
    match unsafe { RegFlushKey(key.raw_handle().cast()) } {
        0 => Ok(()),
        code => Err(io::Error::from_raw_os_error(code.cast_signed())),
    }
}

fn kind_of(vtype: &RegType) -> ValueKind {
    match vtype {
        RegType::REG_SZ => ValueKind::Text,
        RegType::REG_EXPAND_SZ => ValueKind::Expandable,
        other => ValueKind::Other(other.clone() as u32),
    }
}
