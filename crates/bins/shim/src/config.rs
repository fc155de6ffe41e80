//! Checks that the user's configuration is the one for which the table was written.

use crate::decide::Why;
use crate::machine::Machine;
use crate::path::{Path, is_absolute};
use crate::table::Table;

/// Hands over if the environment names another configuration than the table, or if that file has changed since goward
/// read it: then a setting may affect the choice.
pub fn refuse_other(machine: &mut impl Machine, table: &Table<'_>, path: &mut Path) -> Result<(), Why> {
    const NAME: &[u8] = if cfg!(windows) { b"\\goward\\config.toml" } else { b"/goward/config.toml" };
    let (config, read) = table.config;
    // As in `context::settings`: a path that is not absolute counts as not set.
    let set = |name: &str| machine.var(name).filter(|value| is_absolute(value));
    match set(if cfg!(windows) { "APPDATA" } else { "XDG_CONFIG_HOME" }) {
        Some(folder) => path.set(&[folder, NAME]),
        None => match set("HOME").filter(|_| !cfg!(windows)) {
            Some(home) => path.set(&[home, b"/.config", NAME]),
            None => path.set(&[]),
        },
    }
    let same = path.get() == Some(config);
    let unchanged = config.is_empty() || machine.changed(path) == read;
    if same && unchanged { Ok(()) } else { Err(Why::Setting) }
}
