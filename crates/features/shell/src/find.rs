//! Finds the user's shells and their profiles.

use std::path::{Path, PathBuf};

use sys::registry::{Registry, Root, ValueKind, expanded};
use sys::{EntryKind, Env, Sys};

use crate::limits::PROFILE_BYTES_MAX;
use crate::{Script, SetupError, Shell, block};

/// The registry key with the paths of the user's own folders, which can be moved (`SHGetKnownFolderPath`).
const USER_FOLDERS: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders";
/// The name of the user's documents there.
const DOCUMENTS: &str = "Personal";
/// The profiles of Windows PowerShell 5.1: for all its hosts, and for the console.
const OLD_PROFILES: [&str; 2] = ["profile.ps1", "Microsoft.PowerShell_profile.ps1"];

/// The user's folders that contain profiles.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    pub home: PathBuf,
    /// `XDG_CONFIG_HOME`, or `.config`.
    pub config: PathBuf,
    /// `XDG_DATA_HOME`, or `.local/share`.
    pub data: PathBuf,
    zsh: PathBuf,
    nu: PathBuf,
    /// The user's documents, if there is a registry: on Windows they contain PowerShell's profiles.
    documents: Option<PathBuf>,
}

impl Folders {
    pub(crate) fn of(sys: &Sys) -> Result<Folders, SetupError> {
        let env = sys.env();
        let variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        let (Some(home), Some(config), Some(data)) = (env.home(), env.xdg_config_folder(), env.xdg_data_folder())
        else {
            return Err(SetupError::NoHome { variable });
        };
        // nushell's `$nu.default-config-dir`: the system's folder for settings, unless XDG_CONFIG_HOME is set.
        let nu = match (env.path_var("XDG_CONFIG_HOME"), env.path_var("APPDATA")) {
            (Some(config), _) => config,
            (None, Some(roaming)) if sys.registry().is_some() => roaming,
            (None, _) if cfg!(target_os = "macos") => home.join("Library").join("Application Support"),
            _ => home.join(".config"),
        };
        Ok(Folders {
            zsh: env.path_var("ZDOTDIR").unwrap_or_else(|| home.clone()),
            nu: nu.join("nushell"),
            documents: sys.registry().map(|registry| documents(registry, env, &home)),
            config,
            data,
            home,
        })
    }

    /// A folder or file that only a user of this shell has.
    fn traces(&self, shell: Shell) -> Vec<PathBuf> {
        match shell {
            Shell::Bash => [".bashrc", ".bash_profile", ".bash_login"].map(|name| self.home.join(name)).to_vec(),
            Shell::Zsh => [".zshrc", ".zshenv", ".zprofile"].map(|name| self.zsh.join(name)).to_vec(),
            Shell::Fish => vec![self.config.join("fish")],
            Shell::Pwsh => match &self.documents {
                Some(documents) => {
                    let old = OLD_PROFILES.map(|name| documents.join("WindowsPowerShell").join(name));
                    old.into_iter().chain([documents.join("PowerShell")]).collect()
                }
                None => vec![self.config.join("powershell")],
            },
            Shell::Nu => vec![self.nu.clone()],
            Shell::Elvish => vec![self.config.join("elvish"), self.home.join(".elvish")],
        }
    }
}

/// The user's documents: a user may have moved them, and a company's policy or OneDrive does.
fn documents(registry: &Registry, env: &Env, home: &Path) -> PathBuf {
    let value = registry.read(Root::User, USER_FOLDERS, DOCUMENTS).ok().flatten();
    let text = value.and_then(|value| {
        let text = String::from_utf16(&value.units()?).ok()?;
        Some(if value.kind == ValueKind::Expandable { expanded(&text, env) } else { text })
    });
    let path = text.map(PathBuf::from);
    path.filter(|path| path.is_absolute()).unwrap_or_else(|| home.join("Documents"))
}

/// The shell of `SHELL`, if goward knows it.
pub fn login_shell(sys: &Sys) -> Option<Shell> {
    sys.env().var("SHELL").and_then(|path| Shell::named(Path::new(path).file_stem()?.to_str()?))
}

/// The user's shells: the one that `SHELL` names, and each that has a program on `PATH` and a profile.
///
/// On Windows none is needed: `cmd` has no profile, and bash and its like take PATH from Windows.
///
/// # Errors
/// When there is no home folder, or no shell is found and there is no registry either.
pub fn shells_of_user(sys: &Sys) -> Result<Vec<Shell>, SetupError> {
    let folders = Folders::of(sys)?;
    let login = login_shell(sys);
    let is_windows = sys.registry().is_some();
    let mut shells = Vec::new();
    for shell in Shell::ALL.into_iter().filter(|shell| !is_windows || shell.is_native_to_windows()) {
        let traced = || folders.traces(shell).iter().any(|path| is_there(sys, path));
        // Windows PowerShell is another program, with profiles of its own.
        let is_old = || shell == Shell::Pwsh && is_windows && is_on_path(sys, "powershell");
        if login == Some(shell) || ((is_on_path(sys, shell.name()) || is_old()) && traced()) {
            shells.push(shell);
        }
    }
    if shells.is_empty() && !is_windows { Err(SetupError::NoShell) } else { Ok(shells) }
}

/// Whether a file of this program's name is on `PATH`; that the user may start it is not asked.
fn is_on_path(sys: &Sys, name: &str) -> bool {
    let name = sys::program_file_name(name);
    let is_file =
        |path: PathBuf| sys.fs().follow(&path).is_ok_and(|meta| meta.is_some_and(|meta| meta.kind == EntryKind::File));
    sys.env().search_path().into_iter().any(|folder| is_file(folder.join(&name)))
}

fn is_there(sys: &Sys, path: &Path) -> bool {
    sys.fs().look(path).ok().flatten().is_some()
}

/// A file that takes a block, and the script that the block reads.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub path: PathBuf,
    pub reads: Script,
    /// Whether its shell by default runs no profiles without the user's permission.
    pub needs_leave: bool,
}

/// The profiles of a shell. `is_named`: whether the user has named this shell.
///
/// - bash reads `.bashrc` in interactive shells that are no login shells, and the first of `.bash_profile`,
///   `.bash_login` and `.profile` in login shells (bash(1), INVOCATION): both kinds are common, so both files get the
///   block. `.profile` gets the POSIX script, since desktop sessions read it with `sh`, so that programs that they
///   start (an editor) have the shims, too. goward makes no `.bash_profile`: it would hide a `.profile`.
/// - zsh reads `.zshrc` in interactive shells, last of all: macOS has put its own folders first by then (`path_helper`
///   in `/etc/zprofile`), which would override `.zshenv`; and every script reads `.zshenv`, but its caller should set
///   its `PATH`.
/// - fish reads every file in `conf.d`.
/// - PowerShell: the profile of all its hosts, so that an editor's terminal reads it, too. On Windows that of
///   PowerShell 7, and that of Windows PowerShell 5.1 only if the user has one, or has named PowerShell and has no
///   other: without permission (`Set-ExecutionPolicy`) it runs none, and would print an error at each start.
/// - elvish: `rc.elv`; in the old folder if that is in use.
///
/// nushell has none here: a file that `source` names must exist when nushell reads a profile, so the script itself is
/// in nushell's autoload folder.
pub(crate) fn profiles(sys: &Sys, folders: &Folders, shell: Shell, is_named: bool) -> Vec<Profile> {
    let profile = |path: PathBuf, reads| Profile { path, reads, needs_leave: false };
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
        Shell::Pwsh if let Some(documents) = &folders.documents => {
            let (old, new) = (documents.join("WindowsPowerShell"), documents.join("PowerShell"));
            let has_new_program = is_on_path(sys, shell.name());
            let needs_leave = !OLD_PROFILES.iter().any(|name| is_there(&old.join(name)));
            let has_old = !needs_leave || is_named && !has_new_program && is_on_path(sys, "powershell");
            let has_new = !has_old || is_there(&new) || has_new_program;
            let profile = |folder: PathBuf| profile(folder.join("profile.ps1"), Script::Pwsh);
            let old = has_old.then(|| Profile { needs_leave, ..profile(old) });
            has_new.then(|| profile(new)).into_iter().chain(old).collect()
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

/// Every profile that an earlier setup may have written to, whether or not it exists now.
pub(crate) fn profiles_ever(folders: &Folders, shell: Shell) -> Vec<PathBuf> {
    let home = |names: &[&str]| names.iter().map(|name| folders.home.join(name)).collect();
    match shell {
        Shell::Bash => home(&[".bashrc", ".bash_profile", ".bash_login", ".profile"]),
        Shell::Zsh => [".zshrc", ".zshenv", ".zprofile"].map(|name| folders.zsh.join(name)).to_vec(),
        Shell::Fish => {
            ["conf.d/goward.fish", "config.fish"].map(|name| folders.config.join("fish").join(name)).to_vec()
        }
        Shell::Pwsh => powershell_folders(folders).into_iter().map(|folder| folder.join("profile.ps1")).collect(),
        Shell::Nu => Vec::new(),
        Shell::Elvish => {
            vec![folders.home.join(".elvish").join("rc.elv"), folders.config.join("elvish").join("rc.elv")]
        }
    }
}

/// The present and former folders of PowerShell's profiles.
fn powershell_folders(folders: &Folders) -> Vec<PathBuf> {
    let mut places = vec![folders.config.join("powershell")];
    for documents in [Some(folders.home.join("Documents")), folders.documents.clone()].into_iter().flatten() {
        places.extend(["PowerShell", "WindowsPowerShell"].map(|name| documents.join(name)));
    }
    places.sort();
    places.dedup();
    places
}

/// PowerShell's profiles of one host only (`$PROFILE`), which run after that of all hosts (about_Profiles). goward never
/// writes there.
pub(crate) fn profiles_of_hosts(folders: &Folders) -> Vec<PathBuf> {
    let names = ["Microsoft.PowerShell_profile.ps1", "Microsoft.VSCode_profile.ps1"];
    powershell_folders(folders).iter().flat_map(|folder| names.map(|name| folder.join(name))).collect()
}

/// Whether a profile of the user's has a block of `goward setup`, or nushell a file of it.
pub fn is_set_up(sys: &Sys) -> bool {
    let Ok(folders) = Folders::of(sys) else { return false };
    let has_block = |path: &PathBuf| {
        let read = sys.fs().read_if_there(path, PROFILE_BYTES_MAX).ok().flatten();
        read.is_some_and(|bytes| block::find(&bytes).is_ok_and(|found| !found.is_empty()))
    };
    let shells = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Pwsh, Shell::Elvish];
    shells.iter().any(|shell| profiles_ever(&folders, *shell).iter().any(has_block))
        || is_there(sys, &nu_autoload(&folders))
}

/// The file that nushell loads goward's script from: its autoload folder.
pub(crate) fn nu_autoload(folders: &Folders) -> PathBuf {
    folders.nu.join("autoload").join("goward.nu")
}

/// The file from which direnv loads `use goward`, if the user has direnv.
pub(crate) fn direnv_lib(sys: &Sys, folders: &Folders) -> Option<PathBuf> {
    let folder = folders.config.join("direnv");
    let has = is_on_path(sys, "direnv") || is_there(sys, &folder);
    has.then(|| folder.join("lib").join("goward.sh"))
}

/// The file from which a shell loads goward's completions. zsh, PowerShell and elvish have no folder for a user's own;
/// goward's script for them reads one in goward's home.
pub(crate) fn completion(folders: &Folders, layout: &store::Layout, shell: Shell) -> PathBuf {
    match shell {
        Shell::Bash => folders.data.join("bash-completion").join("completions").join("goward"),
        Shell::Zsh => layout.zsh_completion(),
        Shell::Fish => folders.config.join("fish").join("completions").join("goward.fish"),
        Shell::Nu => folders.nu.join("autoload").join("goward-completions.nu"),
        Shell::Pwsh => layout.activation("complete.ps1"),
        Shell::Elvish => layout.activation("complete.elv"),
    }
}
