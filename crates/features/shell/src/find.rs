//! Which shells the user has, and where their profiles are.

use std::path::{Path, PathBuf};

use sys::{EntryKind, Sys};

use crate::{Script, SetupError, Shell};

/// The user's folders that profiles stand in.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    pub home: PathBuf,
    /// `XDG_CONFIG_HOME`, or `.config`.
    pub config: PathBuf,
    /// `XDG_DATA_HOME`, or `.local/share`.
    pub data: PathBuf,
    zsh: PathBuf,
    nu: PathBuf,
}

impl Folders {
    pub(crate) fn of(sys: &Sys) -> Result<Folders, SetupError> {
        let env = sys.env();
        let variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        let home = env.home().ok_or(SetupError::NoHome { variable })?;
        let config = env.path_var("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"));
        // nushell's `$nu.default-config-dir`: the system's folder for settings, unless XDG_CONFIG_HOME is set.
        let nu = match (env.path_var("XDG_CONFIG_HOME"), env.path_var("APPDATA")) {
            (Some(config), _) => config,
            (None, Some(roaming)) if cfg!(windows) => roaming,
            (None, _) if cfg!(target_os = "macos") => home.join("Library").join("Application Support"),
            _ => home.join(".config"),
        };
        Ok(Folders {
            data: env.path_var("XDG_DATA_HOME").unwrap_or_else(|| home.join(".local").join("share")),
            zsh: env.path_var("ZDOTDIR").unwrap_or_else(|| home.clone()),
            nu: nu.join("nushell"),
            config,
            home,
        })
    }

    /// A folder or file that only somebody who uses this shell has.
    fn traces(&self, shell: Shell) -> Vec<PathBuf> {
        match shell {
            Shell::Bash => [".bashrc", ".bash_profile", ".bash_login"].map(|name| self.home.join(name)).to_vec(),
            Shell::Zsh => [".zshrc", ".zshenv", ".zprofile"].map(|name| self.zsh.join(name)).to_vec(),
            Shell::Fish => vec![self.config.join("fish")],
            Shell::Pwsh => vec![self.config.join("powershell"), self.home.join("Documents").join("PowerShell")],
            Shell::Nu => vec![self.nu.clone()],
            Shell::Elvish => vec![self.config.join("elvish"), self.home.join(".elvish")],
        }
    }
}

/// The shells that the user has: the one that `SHELL` names, and each whose program is on `PATH` and which has a profile.
///
/// # Errors
/// When there is no home folder, or none is found.
pub fn shells_of_user(sys: &Sys) -> Result<Vec<Shell>, SetupError> {
    let folders = Folders::of(sys)?;
    let login = sys.env().var("SHELL").and_then(|path| Shell::named(Path::new(path).file_stem()?.to_str()?));
    let mut shells = Vec::new();
    for shell in Shell::ALL {
        let traced = || folders.traces(shell).iter().any(|path| is_there(sys, path));
        if login == Some(shell) || (on_path(sys, shell.name()).is_some() && traced()) {
            shells.push(shell);
        }
    }
    if shells.is_empty() { Err(SetupError::NoShell) } else { Ok(shells) }
}

/// Where a program stands on `PATH`.
pub(crate) fn on_path(sys: &Sys, program: &str) -> Option<PathBuf> {
    let name = if cfg!(windows) { format!("{program}.exe") } else { program.to_owned() };
    let is_file =
        |path: &PathBuf| sys.fs().follow(path).ok().flatten().is_some_and(|meta| meta.kind == EntryKind::File);
    sys.env().search_path().into_iter().map(|folder| folder.join(&name)).find(is_file)
}

fn is_there(sys: &Sys, path: &Path) -> bool {
    sys.fs().look(path).ok().flatten().is_some()
}

/// A file that takes a block, and the script that the block reads.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub path: PathBuf,
    pub reads: Script,
}

/// The profiles of a shell.
///
/// - bash reads `.bashrc` in interactive shells that are no login shells, and the first of `.bash_profile`, `.bash_login`
///   and `.profile` in login shells (bash(1), INVOCATION): both kinds are met daily, so both files get the block.
///   `.profile` gets the POSIX script, since desktop sessions read it with `sh`, and what is started from there (an editor)
///   has the shims, too. No `.bash_profile` is made: it would hide a `.profile`.
/// - zsh reads `.zshrc` in interactive shells, last of all: macOS has put its own folders first by then (`path_helper` in
///   `/etc/zprofile`), which would undo what `.zshenv` says; and `.zshenv` is read by every script, whose `PATH` is its
///   caller's business.
/// - fish reads every file in `conf.d`.
/// - PowerShell: the profile of all its hosts, so that an editor's terminal reads it, too.
/// - elvish: `rc.elv`; the old folder where that is in use.
///
/// nushell has none here: a file that `source` names must be there when nushell reads a profile, so its script itself
/// stands in the folder that it loads from.
pub(crate) fn profiles(sys: &Sys, folders: &Folders, shell: Shell) -> Vec<Profile> {
    let profile = |path: PathBuf, reads| Profile { path, reads };
    let is_there = |path: &PathBuf| is_there(sys, path);
    match shell {
        Shell::Bash => {
            let own = [".bash_profile", ".bash_login"].map(|name| folders.home.join(name)).into_iter().find(is_there);
            let common = folders.home.join(".profile");
            let common = (own.is_none() || is_there(&common)).then(|| profile(common, Script::Sh));
            let rc = profile(folders.home.join(".bashrc"), Script::Bash);
            [Some(rc), own.map(|path| profile(path, Script::Bash)), common].into_iter().flatten().collect()
        }
        Shell::Zsh => vec![profile(folders.zsh.join(".zshrc"), Script::Zsh)],
        Shell::Fish => vec![profile(folders.config.join("fish").join("conf.d").join("goward.fish"), Script::Fish)],
        Shell::Pwsh if cfg!(windows) => {
            // PowerShell 7, and Windows PowerShell 5.1 where somebody uses it.
            let documents = folders.home.join("Documents");
            let old = documents.join("WindowsPowerShell");
            let new = profile(documents.join("PowerShell").join("profile.ps1"), Script::Pwsh);
            let old = is_there(&old).then(|| profile(old.join("profile.ps1"), Script::Pwsh));
            [Some(new), old].into_iter().flatten().collect()
        }
        Shell::Pwsh => vec![profile(folders.config.join("powershell").join("profile.ps1"), Script::Pwsh)],
        Shell::Nu => Vec::new(),
        Shell::Elvish => {
            let old = folders.home.join(".elvish").join("rc.elv");
            let new = folders.config.join("elvish").join("rc.elv");
            vec![profile(if is_there(&old) && !is_there(&new) { old } else { new }, Script::Elvish)]
        }
    }
}

/// Every profile that an earlier setup may have written into, whatever is there now.
pub(crate) fn profiles_ever(folders: &Folders, shell: Shell) -> Vec<PathBuf> {
    let home = |names: &[&str]| names.iter().map(|name| folders.home.join(name)).collect();
    match shell {
        Shell::Bash => home(&[".bashrc", ".bash_profile", ".bash_login", ".profile"]),
        Shell::Zsh => [".zshrc", ".zshenv", ".zprofile"].map(|name| folders.zsh.join(name)).to_vec(),
        Shell::Fish => {
            ["conf.d/goward.fish", "config.fish"].map(|name| folders.config.join("fish").join(name)).to_vec()
        }
        Shell::Pwsh => {
            let documents = folders.home.join("Documents");
            let folders =
                [folders.config.join("powershell"), documents.join("PowerShell"), documents.join("WindowsPowerShell")];
            folders.map(|folder| folder.join("profile.ps1")).to_vec()
        }
        Shell::Nu => Vec::new(),
        Shell::Elvish => {
            vec![folders.home.join(".elvish").join("rc.elv"), folders.config.join("elvish").join("rc.elv")]
        }
    }
}

/// The file that nushell loads goward's script from: its autoload folder.
pub(crate) fn nu_autoload(folders: &Folders) -> PathBuf {
    folders.nu.join("autoload").join("goward.nu")
}

/// The file that direnv loads `use goward` from, where the user has direnv.
pub(crate) fn direnv_lib(sys: &Sys, folders: &Folders) -> Option<PathBuf> {
    let folder = folders.config.join("direnv");
    let has = on_path(sys, "direnv").is_some() || is_there(sys, &folder);
    has.then(|| folder.join("lib").join("goward.sh"))
}

/// Where a shell looks for the user's completions. zsh has no such folder; its script reads goward's own.
pub(crate) fn completion(folders: &Folders, layout: &store::Layout, shell: Shell) -> Option<PathBuf> {
    match shell {
        Shell::Bash => Some(folders.data.join("bash-completion").join("completions").join("goward")),
        Shell::Zsh => Some(layout.zsh_completion()),
        Shell::Fish => Some(folders.config.join("fish").join("completions").join("goward.fish")),
        Shell::Pwsh | Shell::Nu | Shell::Elvish => None,
    }
}
