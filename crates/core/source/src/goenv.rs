//! The user's Go configuration, read without running go.
//!
//! A setting is looked for where the go command looks (cmd/go/internal/cfg: `EnvOrAndChanged`): the
//! environment, the user's file that `go env -w` writes (`GOENV`, else `go/env` in the user's
//! configuration folder), then `go.env` in a GOROOT. Whatever the last one, its place is told.

use std::path::{Path, PathBuf};

use sys::Sys;

use crate::limits::GOENV_BYTES_MAX;

/// A value of the user's Go configuration, with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoSetting {
    /// The value.
    pub value: String,
    /// Where it stands: `GOPROXY in the environment`, or `path:line`.
    pub origin: String,
}

/// Looks a setting up. `goroots` are trees whose `go.env` counts, best first: installed toolchains; the
/// `go` on `PATH` comes after them.
///
/// A file that cannot be read says nothing, as for the go command.
pub fn go_setting(sys: &Sys, name: &str, goroots: &[PathBuf]) -> Option<GoSetting> {
    if let Some(value) = sys.env().var(name) {
        return Some(GoSetting { value: value.to_owned(), origin: format!("{name} in the environment") });
    }
    let on_path = sys.env().search_path().into_iter().filter_map(|folder| goroot_of(sys, &folder));
    let files = user_file(sys)
        .into_iter()
        .chain(sys.env().path_var("GOROOT").map(|root| root.join("go.env")))
        .chain(goroots.iter().map(|root| root.join("go.env")))
        .chain(on_path.map(|root| root.join("go.env")));
    files.into_iter().find_map(|path| in_file(sys, name, &path))
}

/// Looks a setting up in the user's file only: what `go env -w` has left there.
pub fn user_go_setting(sys: &Sys, name: &str) -> Option<GoSetting> {
    in_file(sys, name, &user_file(sys)?)
}

/// The file that `go env -w` writes.
fn user_file(sys: &Sys) -> Option<PathBuf> {
    match sys.env().var("GOENV") {
        Some("off") => None,
        Some(path) => Some(PathBuf::from(path)),
        None => user_config_folder(sys).map(|folder| folder.join("go").join("env")),
    }
}

fn in_file(sys: &Sys, name: &str, path: &Path) -> Option<GoSetting> {
    let bytes = sys.fs().read(path, GOENV_BYTES_MAX).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.lines().enumerate().find_map(|(index, line)| {
        let (key, value) = line.trim().split_once('=')?;
        (key == name && !value.is_empty())
            .then(|| GoSetting { value: value.to_owned(), origin: format!("{}:{}", path.display(), index + 1) })
    })
}

/// The tree of a `go` in a folder of `PATH`, links followed.
fn goroot_of(sys: &Sys, folder: &Path) -> Option<PathBuf> {
    let go = folder.join(if cfg!(windows) { "go.exe" } else { "go" });
    let real = sys.fs().resolve(&go).ok()?;
    Some(real.parent()?.parent()?.to_owned())
}

/// Go's `os.UserConfigDir`.
fn user_config_folder(sys: &Sys) -> Option<PathBuf> {
    let env = sys.env();
    if cfg!(windows) {
        return env.path_var("APPDATA");
    }
    if cfg!(target_os = "macos") {
        return Some(env.home()?.join("Library").join("Application Support"));
    }
    env.path_var("XDG_CONFIG_HOME").or_else(|| Some(env.home()?.join(".config")))
}
