//! The worlds on disk, and the go commands that run in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::case::Case;

/// The answer of a go command, or of the model, for a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The go command that was started does it itself.
    Local,
    /// A toolchain of this name.
    Named(String),
    /// None: a setting or a line is refused, or cannot name a toolchain.
    Refused,
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Answer::Local => f.write_str("local"),
            Answer::Named(name) => write!(f, "{}", name.escape_debug()),
            Answer::Refused => f.write_str("refused"),
        }
    }
}

/// The folder with all files of the test.
pub struct Ground {
    root: PathBuf,
}

impl Ground {
    /// An empty ground of this name.
    pub fn new(name: &str) -> Ground {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("home/.config/go/telemetry")).expect("the build folder can be written to");
        let root = root.canonicalize().expect("it was just made");
        // Telemetry counts of these runs are useless.
        fs::write(root.join("home/.config/go/telemetry/mode"), "off 2026-01-01").expect("a new file");
        for folder in ["tmp", "bin"] {
            fs::create_dir_all(root.join(folder)).expect("a new folder");
        }
        Ground { root }
    }

    /// Makes the case's world. `index` keeps worlds apart whatever their names are.
    pub fn make(&self, case: &Case, index: usize) -> World {
        let root = self.root.join(format!("world-{index}"));
        fs::create_dir_all(&root).expect("a new folder");
        let place = |path: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("below the root")).expect("a new folder");
            path
        };
        for (path, content) in &case.files {
            fs::write(place(path), content).unwrap_or_else(|error| panic!("{}: {path}: {error}", case.name));
        }
        for (path, target) in &case.links {
            std::os::unix::fs::symlink(root.join(target), place(path)).expect("a new link");
        }
        for folder in case.folders.iter().chain(&case.chdir).chain([&case.folder]) {
            fs::create_dir_all(root.join(folder)).expect("a new folder");
        }
        let goenv = self.root.join(format!("goenv-{index}"));
        if let Some(content) = &case.goenv {
            fs::write(&goenv, content.replace("{root}", &root.display().to_string())).expect("a new file");
        }
        World { root, goenv, home: self.root.join("home"), temp: self.root.join("tmp"), bin: self.root.join("bin") }
    }

    /// Removes it all. Not called if a test fails, to keep the files.
    pub fn clean(self) {
        fs::remove_dir_all(self.root).expect("our own folder");
    }

    /// Puts a program of this name on the path of [`World::ask_with_programs`]: it prints its name.
    pub fn offer_program(&self, name: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.root.join("bin").join(name);
        fs::write(&path, "#!/bin/sh\necho \"went to ${0##*/}\"\n").expect("a new file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("our own file");
    }
}

/// A case on disk.
pub struct World {
    pub root: PathBuf,
    pub goenv: PathBuf,
    home: PathBuf,
    temp: PathBuf,
    bin: PathBuf,
}

impl World {
    /// A setting of the case, with `{root}` and `{base}` filled in.
    pub fn setting(&self, case: &Case, name: &str, base: &str) -> Option<String> {
        Some(case.setting(name)?.replace("{root}", &self.root.display().to_string()).replace("{base}", base))
    }

    pub fn temp(&self, case: &Case, base: &str) -> String {
        self.setting(case, "TMPDIR", base).unwrap_or_else(|| self.temp.display().to_string())
    }

    /// This go command's choice, from its message about the missing toolchain.
    pub fn ask(&self, case: &Case, goroot: &Path, version: &str) -> Result<Answer, String> {
        let (success, said) = self.run(case, goroot, version, "/nonexistent");
        answer(success, &said).ok_or_else(|| format!("{}: go{version} said: {said}", case.name))
    }

    /// The name of the program to which this go command switches, of those on its path.
    pub fn ask_with_programs(&self, case: &Case, goroot: &Path, version: &str) -> String {
        let bin = self.bin.display().to_string();
        let (_, said) = self.run(case, goroot, version, &bin);
        said.lines().find_map(|line| line.strip_prefix("went to ")).unwrap_or(&said).to_owned()
    }

    fn run(&self, case: &Case, goroot: &Path, version: &str, path: &str) -> (bool, String) {
        let root = self.root.display().to_string();
        let filled = |text: &str| text.replace("{root}", &root).replace("{base}", version);
        let mut command = Command::new(goroot.join("bin/go"));
        command
            .current_dir(self.root.join(&case.folder))
            .stdin(Stdio::null())
            .env_clear()
            .env("HOME", &self.home)
            .env("GOENV", &self.goenv)
            .env("TMPDIR", &self.temp)
            .env("PATH", path)
            .env("GOPROXY", "off")
            .env("GOFLAGS", "-mod=mod")
            .envs(case.settings.iter().map(|(key, value)| (key, filled(value))));
        match case.args.as_slice() {
            [] => command.arg("version"),
            args => command.args(args.iter().map(|arg| filled(arg))),
        };
        let output = command.output().unwrap_or_else(|error| panic!("go{version} cannot be run: {error}"));
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

/// Parses the go command's output. `None` if it is not a known message.
fn answer(success: bool, said: &str) -> Option<Answer> {
    if success {
        return Some(Answer::Local);
    }
    for line in said.lines() {
        // Newer ones print `go: go: invalid GOWORK`.
        let line = line.trim_start_matches("go: ");
        // A go.work that is a folder is refused as well.
        let refused = ["invalid GOTOOLCHAIN ", "invalid GOWORK: ", "invalid toolchain"];
        if refused.iter().any(|word| line.starts_with(word)) || line.ends_with(": is a directory") {
            return Some(Answer::Refused);
        }
        let named = if let Some(rest) = line.strip_prefix("download ") {
            rest.split_once(" for ")
                .filter(|(_, why)| why.ends_with("toolchain not available"))
                .or(rest.split_once(": "))
        } else {
            line.strip_prefix("cannot find \"").and_then(|rest| rest.split_once("\" in PATH"))
        };
        if let Some((name, _)) = named {
            let name = if line.starts_with("cannot") { unquoted(name) } else { name.to_owned() };
            // Of a language there is no toolchain; a program of that name would have been run.
            let language = pin::toolchain_version(&name).is_some_and(pin::is_language_version_without_release);
            return Some(if language { Answer::Refused } else { Answer::Named(name) });
        }
        // Later steps after a choice, which need the network.
        if line.contains("module lookup disabled by GOPROXY=off") {
            return Some(Answer::Local);
        }
    }
    None
}

/// Reads what the go command has quoted; its format verb is `%q`.
fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        let kind = rest.next().expect("a quoted text does not end so");
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let number: String = rest.by_ref().take(digits).collect();
        out.push(match kind {
            'a' => '\x07',
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            'u' | 'U' => u32::from_str_radix(&number, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}'),
            // One byte that is no text, or a control character.
            'x' => u8::from_str_radix(&number, 16).ok().filter(u8::is_ascii).map_or('\u{fffd}', char::from),
            other => other,
        });
    }
    out
}
