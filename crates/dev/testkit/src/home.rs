//! A sealed home: programs in it do not see the machine around it.
//!
//! Each [`Sandbox`] is a separate folder, with a space and letters beyond ASCII in its name, since such folders exist
//! and break programs. The environment is cleared and rebuilt: HOME, the XDG folders, GOWARD_HOME and TMPDIR are
//! inside, PATH is one folder that is empty until the test adds a program, and requests beyond loopback go to a closed
//! port. Every run has a time limit; a [`Run`] is exit code and both streams. Dropping the sandbox removes the folder.

mod process;
mod redact;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use process::{Run, Running};

use crate::program::Program;

/// The name of each test's home. A space and letters beyond ASCII break careless programs.
const HOME_NAME: &str = "t\u{e9}st h\u{f6}me";

/// A proxy that refuses: nothing listens on the discard port of loopback.
const CLOSED_DOOR: &str = "http://127.0.0.1:9";

/// One test's world. Dropping it removes it.
pub struct Sandbox {
    // Kept for its Drop.
    _folder: tempfile::TempDir,
    binary: PathBuf,
    home: PathBuf,
    folder: PathBuf,
    env: BTreeMap<OsString, OsString>,
    redactions: Vec<(String, String)>,
}

impl Sandbox {
    /// A new home for runs of this program; tests of goward pass `env!("CARGO_BIN_EXE_goward")`.
    pub fn new(binary: impl AsRef<Path>) -> Sandbox {
        let folder = tempfile::Builder::new().prefix("goward-test-").tempdir().expect("a temporary folder");
        // Programs inside see the real path; on macOS the temporary folder is behind a link.
        let root = folder.path().canonicalize().expect("the folder was just made");
        // Windows returns the long form of a path here, and other functions the short one.
        let root = root.to_str().and_then(|path| path.strip_prefix(r"\\?\")).map_or(root.clone(), PathBuf::from);
        let home = root.join(HOME_NAME);
        let binary = binary.as_ref().to_path_buf();
        let mut sandbox = Sandbox {
            folder: home.join("work"),
            _folder: folder,
            binary,
            home: home.clone(),
            env: BTreeMap::new(),
            redactions: Vec::new(),
        };
        for (name, below) in [
            ("HOME", ""),
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_CACHE_HOME", ".cache"),
            ("TMPDIR", "tmp"),
            ("PATH", "path"),
        ] {
            let folder = sandbox.below(below);
            std::fs::create_dir_all(&folder).expect("a folder in the sandbox");
            sandbox.set_env(name, &folder);
        }
        std::fs::create_dir_all(&sandbox.folder).expect("a folder in the sandbox");
        sandbox.set_env("GOWARD_HOME", sandbox.goward_home());
        sandbox.set_env("GOWARD_SYSTEM_HOME", sandbox.home.join(".goward-system"));
        // This build's default proxy depends on the build machine, so tests do not use it.
        sandbox.set_env("GOWARD_PROXY_DEFAULT", "none");
        sandbox.set_env("LANG", "C.UTF-8");
        sandbox.set_env("NO_COLOR", "1");
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
            sandbox.set_env(name, CLOSED_DOOR);
        }
        for name in ["NO_PROXY", "no_proxy"] {
            sandbox.set_env(name, "127.0.0.1,localhost");
        }
        // No authorities: what this machine trusts is read at every start, which costs more than most of what is tested.
        let authorities = root.join("no-authorities.pem");
        std::fs::write(&authorities, "").expect("a file in the sandbox");
        sandbox.set_env("SSL_CERT_FILE", &authorities);
        sandbox.add_windows_env();
        sandbox
    }

    /// Variables that a program on Windows needs to start or to find its folders.
    fn add_windows_env(&mut self) {
        if !cfg!(windows) {
            return;
        }
        for name in ["SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT"] {
            if let Some(value) = std::env::var_os(name) {
                self.set_env(name, value);
            }
        }
        for (name, below) in [("TEMP", "tmp"), ("TMP", "tmp"), ("APPDATA", ".config"), ("LOCALAPPDATA", ".local/share")]
        {
            self.set_env(name, self.below(below));
        }
        self.set_env("USERPROFILE", self.home.clone());
    }

    /// Runs another program from here on.
    pub fn set_program(&mut self, binary: impl AsRef<Path>) -> &mut Sandbox {
        self.binary = binary.as_ref().to_path_buf();
        self
    }

    /// HOME.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// A path below HOME; slashes in the argument become the system's separators.
    pub fn below(&self, path: &str) -> PathBuf {
        path.split('/').filter(|part| !part.is_empty()).fold(self.home.clone(), |path, part| path.join(part))
    }

    /// GOWARD_HOME. It does not exist until goward makes it.
    pub fn goward_home(&self) -> PathBuf {
        self.home.join(".goward")
    }

    /// The working folder of programs: `work` below HOME, unless [`Sandbox::cd`] changed it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Changes the working folder of later programs to another folder below HOME, which is made if missing.
    pub fn cd(&mut self, below_home: &str) -> &mut Sandbox {
        self.folder = self.below(below_home);
        std::fs::create_dir_all(&self.folder).expect("a folder in the sandbox");
        self
    }

    /// Writes a file, by its path below [`Sandbox::folder`]; folders are made. Returns the full path.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("a folder in the sandbox");
        std::fs::write(&path, text).expect("a file in the sandbox");
        path
    }

    /// Reads a file, by its path below [`Sandbox::folder`].
    pub fn read(&self, path: &str) -> String {
        let path = self.folder.join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
    }

    /// Puts a script of this name on PATH (Unix). Returns its path.
    pub fn add_program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.path_folder().join(name);
        std::fs::write(&path, script).expect("a file in the sandbox");
        crate::program::set_mode(&path, 0o755);
        path
    }

    /// Puts a program on PATH that this system runs. Returns its path.
    pub fn add_small_program(&self, name: &str, program: &Program) -> PathBuf {
        self.write_program(self.path_folder().join(name), program)
    }

    /// Writes a program that this system runs, by its path below [`Sandbox::folder`] and without the extension of
    /// Windows. Returns the full path.
    pub fn write_program(&self, path: impl AsRef<Path>, program: &Program) -> PathBuf {
        let mut path = self.folder.join(path).into_os_string();
        path.push(std::env::consts::EXE_SUFFIX);
        let path = PathBuf::from(path);
        std::fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("a folder in the sandbox");
        program.place(&path);
        path
    }

    /// The folder of PATH; empty at first.
    pub fn path_folder(&self) -> PathBuf {
        self.home.join("path")
    }

    /// Puts one more folder at the end of PATH.
    pub fn add_to_path(&mut self, folder: impl AsRef<Path>) -> &mut Sandbox {
        let old = self.env.get(OsStr::new("PATH")).cloned().unwrap_or_default();
        let folders = std::env::split_paths(&old).filter(|folder| !folder.as_os_str().is_empty());
        let joined = std::env::join_paths(folders.chain([folder.as_ref().to_path_buf()])).expect("no colon in a path");
        self.set_env("PATH", joined)
    }

    /// Sets a variable for later programs.
    pub fn set_env(&mut self, name: &str, value: impl AsRef<OsStr>) -> &mut Sandbox {
        self.env.insert(name.into(), value.as_ref().to_owned());
        self
    }

    /// Removes a variable for later programs.
    pub fn remove_env(&mut self, name: &str) -> &mut Sandbox {
        self.env.remove(OsStr::new(name));
        self
    }

    /// Allows the network, for the few tests that fetch something real.
    pub fn unseal_network(&mut self) -> &mut Sandbox {
        self.remove_env("SSL_CERT_FILE");
        if let Some(value) = std::env::var_os("SSL_CERT_FILE") {
            self.set_env("SSL_CERT_FILE", value);
        }
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            self.remove_env(name).remove_env(&name.to_lowercase());
            for name in [name.to_owned(), name.to_lowercase()] {
                if let Some(value) = std::env::var_os(&name) {
                    self.set_env(&name, value);
                }
            }
        }
        self
    }

    /// Replaces a text by this word in snapshots, for parts that vary from run to run.
    pub fn redact(&mut self, text: &str, word: &str) -> &mut Sandbox {
        self.redactions.push((text.into(), word.into()));
        self
    }

    /// Runs the program to its end, with an empty standard input.
    pub fn goward<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        self.spawn(args).wait()
    }

    /// Starts the program, so that the test can stop it at any moment.
    pub fn spawn<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Running {
        self.spawn_program(&self.binary, args)
    }

    /// Runs another program in this world, by its path.
    pub fn run_program<S: AsRef<OsStr>>(&self, program: impl AsRef<OsStr>, args: impl IntoIterator<Item = S>) -> Run {
        self.spawn_program(program, args).wait()
    }

    /// Starts another program in this world, by its path.
    pub fn spawn_program<S: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        args: impl IntoIterator<Item = S>,
    ) -> Running {
        let mut command = self.command(program);
        command.args(args);
        Running::start(command, self.redactions())
    }

    /// A command in this world with an empty standard input, for cases that the other functions do not cover.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.env).current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    /// The texts to replace in snapshots, and their words; longer texts first.
    fn redactions(&self) -> Vec<(String, String)> {
        let mut all = self.redactions.clone();
        all.push((self.binary.display().to_string(), "[GOWARD]".into()));
        all.push((self.home.display().to_string(), "[HOME]".into()));
        all.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        all
    }
}

#[cfg(windows)]
impl Drop for Sandbox {
    fn drop(&mut self) {
        // Read-only files prevent the removal of a folder there.
        make_writable(&self.home);
    }
}

/// A file that cannot be made writable stays, and so does the folder.
#[cfg(windows)]
fn make_writable(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(meta) = entry.metadata() else { continue };
        if meta.is_dir() {
            make_writable(&entry.path());
        }
        let mut permissions = meta.permissions();
        if permissions.readonly() {
            #[expect(clippy::permissions_set_readonly_false, reason = "this is about Windows, where it is one bit")]
            permissions.set_readonly(false);
            let _ = std::fs::set_permissions(entry.path(), permissions);
        }
    }
}

/// Whether two names are of one file.
#[cfg(unix)]
pub fn is_one_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let number = |path: &Path| std::fs::metadata(path).map(|meta| (meta.dev(), meta.ino())).expect("a file");
    number(one) == number(other)
}

/// Whether two names are of one file. The standard library does not report it there; but a time that is set through one
/// name is visible through the other.
#[cfg(windows)]
pub fn is_one_file(one: &Path, other: &Path) -> bool {
    let modified = |path: &Path| std::fs::metadata(path).and_then(|meta| meta.modified()).expect("a file");
    let set = |time| {
        let permissions = std::fs::metadata(one).expect("a file").permissions();
        let mut writable = permissions.clone();
        #[expect(clippy::permissions_set_readonly_false, reason = "this is about Windows, where it is one bit")]
        writable.set_readonly(false);
        std::fs::set_permissions(one, writable).expect("a file of ours");
        let file = std::fs::OpenOptions::new().write(true).open(one).expect("a file that may be written to");
        file.set_modified(time).expect("a time");
        drop(file);
        std::fs::set_permissions(one, permissions).expect("a file of ours");
    };
    let before = modified(one);
    // No file of a test is from that moment.
    let odd = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    set(odd);
    let is_one = modified(other) == odd;
    set(before);
    is_one
}

/// The path of a program on the PATH of the test itself, for tests that need one of the machine's.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let file = |folder: PathBuf| folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    std::env::split_paths(&path).map(file).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_names_of_one_file_are_told_from_two_files_with_the_same_text() {
        let folder = tempfile::tempdir().expect("a file of ours");
        let [one, name, copy] = ["one", "name", "copy"].map(|name| folder.path().join(name));
        std::fs::write(&one, "text").expect("a file of ours");
        std::fs::hard_link(&one, &name).expect("a file of ours");
        std::fs::copy(&one, &copy).expect("a file of ours");
        let mut permissions = std::fs::metadata(&one).expect("a file of ours").permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&one, permissions.clone()).expect("a file of ours");
        assert!(is_one_file(&one, &name) && is_one_file(&name, &one));
        assert!(!is_one_file(&one, &copy) && !is_one_file(&copy, &one));
        #[expect(clippy::permissions_set_readonly_false, reason = "it is about to be removed")]
        permissions.set_readonly(false);
        std::fs::set_permissions(&one, permissions).expect("a file of ours");
    }
}
