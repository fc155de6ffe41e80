//! Calls Wine, and converts paths for its Windows.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use super::tools;

/// The Windows that the tests are built for.
pub const TARGET: &str = "x86_64-pc-windows-gnu";
/// Wine's loader for programs of 64 bits.
pub const WINE: &str = "/usr/lib/wine/wine64";

/// A path as seen by Windows programs of the prefix.
pub fn windows_path(prefix: &Path, path: &Path) -> OsString {
    let text = match path.strip_prefix(prefix.join("drive_c")) {
        Ok(below) => format!("C:/{}", below.display()),
        Err(_) => format!("Z:{}", path.display()),
    };
    text.replace('/', "\\").into()
}

/// Wine, without its helpers for a desktop, which outlive their caller and wait for a user.
pub fn wine() -> Command {
    let mut command = tools::plain(WINE);
    command.env("WINEDEBUG", "-all").env("WINEDLLOVERRIDES", "explorer.exe,winemenubuilder.exe=d;mscoree,mshtml=");
    command
}
