//! One world per test: a sealed home, an upstream on loopback, and goward between them.
#![allow(dead_code, reason = "killed.rs and windows_setup.rs use a part of this, and Windows another")]

use std::path::{Path, PathBuf};

use diag::Bytes;
use serde_json::Value;
use testkit::{Run, Running, Sandbox, TinyToolchain, Upstream, on_path, program};

/// The releases of most tests: two minors, one of them with two patches, an old one, and a prerelease of the next.
pub const OFFERED: [&str; 6] = ["1.25.9", "1.26.7", "1.26.8", "1.27.2", "1.27.3", "1.28rc1"];

/// A sealed home and its upstream.
pub struct World {
    pub upstream: Upstream,
    pub home: Sandbox,
}

impl World {
    /// Everything of [`OFFERED`] for this machine.
    pub fn new() -> World {
        World::offering(OFFERED.map(TinyToolchain::host))
    }

    /// These toolchains and no others.
    pub fn offering(toolchains: impl IntoIterator<Item = TinyToolchain>) -> World {
        let toolchains: Vec<TinyToolchain> = toolchains.into_iter().collect();
        let mut home = sealed();
        for toolchain in &toolchains {
            // Digests and sizes depend on the machine's name and on the compressor.
            home.redact(&toolchain.archive_sha256(), &format!("[SHA-256 of {}]", toolchain.version()));
            home.redact(&Bytes(toolchain.archive().len() as u64).to_string(), "[SIZE]");
            home.redact(&Bytes(toolchain.module_zip().len() as u64).to_string(), "[SIZE]");
            redact_names(&mut home, toolchain);
        }
        let upstream = Upstream::start(toolchains);
        home.set_env("GOWARD_OFFICIAL_URL", upstream.index_url())
            .set_env("GOPROXY", upstream.proxy_url())
            .set_env("GOSUMDB", upstream.gosumdb());
        World { upstream, home }
    }

    /// Asks these sources only, in this order.
    pub fn sources(mut self, names: &str) -> World {
        self.home.set_env("GOWARD_SOURCES", names);
        self
    }

    /// Asks the upstream's official index as a mirror of this name, too.
    pub fn mirror(mut self, name: &str) -> World {
        let mirrors = format!("{name}={}", self.upstream.index_url());
        self.home.set_env("GOWARD_MIRRORS", mirrors);
        self
    }

    /// Sets a variable.
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> World {
        self.home.set_env(name, value);
        self
    }

    /// Runs goward with the words of this line, which has no quotes.
    pub fn goward(&self, line: &str) -> Run {
        self.home.goward(line.split_whitespace())
    }

    /// Starts goward with the words of this line.
    pub fn spawn(&self, line: &str) -> Running {
        self.home.spawn(line.split_whitespace())
    }

    /// A path below goward's home.
    pub fn store(&self, below: &str) -> PathBuf {
        below.split('/').fold(self.home.goward_home(), |path, part| path.join(part))
    }

    /// The tree of a toolchain for this machine.
    pub fn tree(&self, version: &str) -> PathBuf {
        self.store(&format!("toolchains/go{version}.{}", platform()))
    }

    /// A program of a toolchain for this machine.
    pub fn program(&self, version: &str, name: &str) -> PathBuf {
        self.tree(version).join("bin").join(program::file_name(name))
    }

    /// The tree of the default: through links if there are links, else from the pointer file and the generation.
    pub fn default_tree(&self) -> PathBuf {
        default_tree(&self.home.goward_home())
    }

    /// The versions that are installed, as goward lists them.
    pub fn installed(&self) -> Vec<String> {
        let list = self.goward("list --json --quiet").success().json();
        list["toolchains"].as_array().unwrap().iter().map(|item| item["version"].as_str().unwrap().to_owned()).collect()
    }

    /// Nothing is listed, no tree is visible, and no half-made tree is left.
    #[track_caller]
    pub fn assert_nothing_installed(&self) {
        assert_eq!(self.installed(), [""; 0]);
        assert_eq!(names(&self.store("toolchains")), [""; 0]);
        assert_eq!(names(&self.store("staging")), [""; 0]);
    }

    /// The record of a toolchain.
    pub fn record(&self, version: &str) -> Value {
        let path = self.store(&format!("manifests/go{version}.{}.json", platform()));
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    /// The kinds of witnesses of a toolchain.
    pub fn witnesses(&self, version: &str) -> Vec<String> {
        let record = self.record(version);
        record["witnesses"].as_array().unwrap().iter().map(|w| w["kind"].as_str().unwrap().to_owned()).collect()
    }
}

/// A sealed home where waits are short and the machine's name does not show in snapshots.
pub fn sealed() -> Sandbox {
    let mut home = Sandbox::new(env!("CARGO_BIN_EXE_goward"));
    home.set_env("GOWARD_BACKOFF_MILLISECONDS", "1")
        .set_env("GOWARD_STALL_SECONDS", "60")
        .set_env("GOWARD_TRIES", "2")
        // The disk of this machine is not the tests'.
        .set_env("GOWARD_SNAPSHOT_DISK_STOP_PERCENT", "101")
        .set_env("GOWARD_SNAPSHOT_DISK_FREE_PERCENT", "101")
        .redact(&platform(), "[PLATFORM]")
        .redact(&platform().replace('-', "/"), "[PLATFORM]");
    if cfg!(windows) {
        // Without links there is a junction for other programs; see `docs/platforms.md`.
        let own = |below: &[&str]| below.iter().fold(home.goward_home(), |path, part| path.join(part));
        let junction = own(&["default"]);
        // Windows makes junctions, and Wine does not: only there a missing one is fine.
        if Path::new(r"C:\windows\system32\winecfg.exe").exists() {
            let none = "other programs find go by the shims only";
            home.redact(&format!("no junction could be made at `{}`: {none}\n", junction.display()), "");
        }
    }
    home
}

/// Windows' archives are zips; snapshots have the name that the others have.
pub fn redact_names(home: &mut Sandbox, toolchain: &TinyToolchain) {
    if cfg!(windows) {
        let version = toolchain.version();
        home.redact(&toolchain.archive_name(), &format!("go{version}.[PLATFORM].tar.gz"));
        let module = format!("{}.zip", toolchain.module_version());
        home.redact(&module, &format!("v0.0.1-go{version}.[PLATFORM].zip"));
    }
}

/// This machine as Go names it: `linux-amd64`.
pub fn platform() -> String {
    testkit::tiny::host_platform()
}

/// The tree of the default in this home of goward's.
pub fn default_tree(home: &Path) -> PathBuf {
    if !cfg!(windows) {
        return home.join("current").join("go");
    }
    let pointer = std::fs::read_to_string(home.join("current")).unwrap();
    let text = std::fs::read(home.join(pointer.trim_end()).join("generation.json")).unwrap();
    let generation: Value = serde_json::from_slice(&text).unwrap();
    home.join("toolchains").join(generation["toolchain"].as_str().unwrap())
}

/// The program of this name in the tree of the default.
pub fn default_program(home: &Path, name: &str) -> PathBuf {
    default_tree(home).join("bin").join(program::file_name(name))
}

/// The path of a toolchain's archive at the official site, behind its redirect.
pub fn official_file(toolchain: &TinyToolchain) -> String {
    format!("/go/{}", toolchain.archive_name())
}

/// Lets the owner write to what goward has made read-only.
pub fn make_writable(path: &Path) {
    let mut permissions = std::fs::metadata(path).unwrap().permissions();
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, if path.is_dir() { 0o755 } else { 0o644 });
    #[cfg(windows)]
    #[expect(clippy::permissions_set_readonly_false, reason = "on Windows it is one bit")]
    permissions.set_readonly(false);
    std::fs::set_permissions(path, permissions).unwrap();
}

/// The names in a folder, sorted; none if it does not exist.
pub fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into()).collect();
    names.sort();
    names
}

/// The machine's own Python with pip, called in a way that works in a sealed home; or why there is none.
pub fn pip() -> Result<String, String> {
    for name in ["python3", "python"] {
        let Some(python) = on_path(name) else { continue };
        // A wrapper script would not work in the sealed home: ask Python for its real path.
        let asked = std::process::Command::new(python).args(["-c", "import sys; print(sys.executable)"]).output();
        let Ok(output) = asked else { continue };
        let real = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let help = Sandbox::new(&real).goward(["-m", "pip", "install", "--help"]);
        if help.code == 0 && help.stdout.contains("--report") && !real.contains(' ') {
            return Ok(format!("{real} -m pip"));
        }
    }
    Err("no Python with a pip that knows --report is on PATH".to_owned())
}
