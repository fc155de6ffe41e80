//! The user's folders for settings and data (XDG Base Directory Specification, and what Windows and macOS have instead).

use std::path::PathBuf;

use crate::Env;

impl Env {
    /// `XDG_CONFIG_HOME`, or `.config` in the home folder; so on every system.
    pub fn xdg_config_folder(&self) -> Option<PathBuf> {
        self.path_var("XDG_CONFIG_HOME").or_else(|| Some(self.home()?.join(".config")))
    }

    /// `XDG_DATA_HOME`, or `.local/share` in the home folder; so on every system.
    pub fn xdg_data_folder(&self) -> Option<PathBuf> {
        self.path_var("XDG_DATA_HOME").or_else(|| Some(self.home()?.join(".local").join("share")))
    }

    /// The system's own folder for settings, as Go's `os.UserConfigDir` has it: `%APPDATA%` on Windows,
    /// `Library/Application Support` on macOS.
    pub fn user_config_folder(&self) -> Option<PathBuf> {
        if cfg!(windows) {
            self.path_var("APPDATA")
        } else if cfg!(target_os = "macos") {
            Some(self.home()?.join("Library").join("Application Support"))
        } else {
            self.xdg_config_folder()
        }
    }
}
