//! The tools of the machine, and the folders for their output.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// Debian's compiler.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_CLIPPY: &str = "/usr/bin/cargo-clippy";
const DEBIAN_CLIPPY_DRIVER: &str = "/usr/bin/clippy-driver";
/// The source of its standard library, for cargo's `build-std`.
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/std";
/// The packages of Debian's compiler.
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy"];

/// A program of the system that a part needs, and the Debian package that has it.
pub type Needed = (&'static str, &'static str);
/// zig, which is a Python package: below the cache, so that the system does not change.
pub const ZIG: Needed = ("zig/ziglang/zig", "zig");

/// The compiler and library that build for another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compiler {
    /// The one that the workspace is pinned to; rustup has its library for the target.
    Pinned,
    /// Debian's, of this version. Its library is compiled from the source that is packaged with it.
    Debian(String),
}

/// The programs, and the cache.
pub struct Tools {
    /// The root of the workspace.
    pub root: PathBuf,
    /// The folder for all output.
    pub cache: PathBuf,
    /// Whether missing packages may be installed.
    install: bool,
    /// Whether to use Debian's compiler even if rustup has the library.
    compile_library: bool,
}

impl Tools {
    /// Makes a missing cache.
    pub fn new(install: bool, compile_library: bool) -> Result<Tools> {
        let root = crate::root()?;
        let cache = std::env::var_os("GOWARD_CROSS_CACHE").map_or_else(|| root.join("target/cross"), PathBuf::from);
        std::fs::create_dir_all(&cache)?;
        Ok(Tools { root, cache: cache.canonicalize()?, install, compile_library })
    }

    /// Why a part cannot run, if one of these programs is missing and cannot be installed.
    pub fn lacks(&self, needed: &[Needed]) -> Option<String> {
        let missing = || needed.iter().filter(|(path, _)| !self.at(path).exists()).map(|(_, package)| *package);
        let packages: Vec<&str> = missing().collect();
        self.install(&packages);
        missing().next().map(|package| format!("{package} is not installed"))
    }

    /// Installs packages; the script reports a failure, and the next check finds the program missing.
    fn install(&self, packages: &[&str]) {
        if !self.install || packages.is_empty() {
            return;
        }
        let script = self.root.join(".ci/setup-cross");
        if let Err(error) = Command::new("bash").arg(script).arg(&self.cache).args(packages).status() {
            println!("cross: .ci/setup-cross could not be run: {error}");
        }
    }

    /// The compiler that has a library for the target, or can get one; `Err` has the reason why there is none.
    pub fn compiler(&self, target: &str) -> Result<Compiler, String> {
        if !self.compile_library && self.has_library(target) {
            return Ok(Compiler::Pinned);
        }
        let is_there = || {
            [DEBIAN_LIBRARY, DEBIAN_CARGO, DEBIAN_CLIPPY, DEBIAN_CLIPPY_DRIVER]
                .iter()
                .all(|path| Path::new(path).exists())
        };
        if !is_there() {
            self.install(&DEBIAN_PACKAGES);
        }
        let asked = is_there().then(|| output(Command::new(DEBIAN_RUSTC).arg("-V")).ok()).flatten();
        let Some(text) = asked else {
            let packages = DEBIAN_PACKAGES.join(", ");
            return Err(format!("rustup has no library for {target}, and these are not installed: {packages}"));
        };
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').filter(|word| !word.is_empty());
        Ok(Compiler::Debian(words.take(3).collect::<Vec<_>>().join("-")))
    }

    /// Whether the pinned compiler has the library for the target; rustup is asked to fetch it.
    fn has_library(&self, target: &str) -> bool {
        let lists = || {
            let listed = output(Command::new("rustup").args(["target", "list", "--installed"]).current_dir(&self.root));
            listed.is_ok_and(|listed| listed.lines().any(|line| line == target))
        };
        if lists() {
            return true;
        }
        if self.install {
            println!("cross: ask rustup for the standard library for {target}");
            let mut rustup = Command::new("rustup");
            rustup.args(["target", "add", target]).current_dir(&self.root).stdout(Stdio::null());
            // It reports the reason itself.
            let _ = rustup.status();
        }
        lists()
    }

    /// A path; one that is not absolute is below the cache.
    pub fn at(&self, path: &str) -> PathBuf {
        self.cache.join(path)
    }

    /// zig's program.
    pub fn zig(&self) -> PathBuf {
        self.at(ZIG.0)
    }

    /// One of the small programs beside this chore.
    pub fn script(&self, name: &str) -> PathBuf {
        self.root.join("crates/dev/xtask/cross").join(name)
    }

    /// A folder for this compiler only.
    pub fn keyed(&self, compiler: &Compiler, name: &str) -> PathBuf {
        match compiler {
            Compiler::Pinned => self.cache.join(name),
            Compiler::Debian(version) => self.cache.join(format!("{name}-{version}")),
        }
    }

    /// cargo's target folder. With the pinned compiler that is the workspace's own: code that runs on this machine
    /// during the build (macros, build scripts) is then built once for all targets.
    pub fn target_folder(&self, compiler: &Compiler) -> PathBuf {
        match compiler {
            Compiler::Pinned => {
                std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), PathBuf::from)
            }
            Compiler::Debian(_) => self.keyed(compiler, "target"),
        }
    }

    /// The compiler's cargo, without the variables of the cargo that runs this chore.
    pub fn cargo(&self, compiler: &Compiler, words: &[&str]) -> Command {
        let mut command = match compiler {
            Compiler::Pinned => Command::new("cargo"),
            Compiler::Debian(_) => Command::new(DEBIAN_CARGO),
        };
        command.args(words).current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO") && !KEPT.iter().any(|kept| text.starts_with(kept)) || is_foreign(&text) {
                command.env_remove(&name);
            }
        }
        if let Compiler::Debian(_) = compiler {
            let path = std::env::var("PATH").unwrap_or_default();
            command.env("RUSTC", DEBIAN_RUSTC).env("PATH", format!("/usr/bin:{path}"));
        }
        command.env("CARGO_TARGET_DIR", self.target_folder(compiler));
        command
    }
}

/// The variables with which cargo reaches its crates; all others of this chore's cargo are removed.
const KEPT: [&str; 6] = ["CARGO_HOME", "CARGO_NET", "CARGO_HTTP", "CARGO_REGISTRIES", "CARGO_REGISTRY", "CARGO_SOURCE"];

/// Whether a variable of the caller would affect the build or the tests.
fn is_foreign(name: &str) -> bool {
    const BEGINNINGS: [&str; 9] =
        ["GOWARD_", "INSTA_", "WINE", "RUSTUP_TOOLCHAIN", "RUSTC", "RUSTFLAGS", "RUST_TEST_", "CC_", "CFLAGS"];
    const NAMES: [&str; 8] = ["CC", "AR", "DISPLAY", "LD_LIBRARY_PATH", "GOROOT", "GOTOOLCHAIN", "GOFLAGS", "GOENV"];
    BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) || NAMES.contains(&name)
}

impl Tools {
    /// Makes this build lint our own crates as it compiles them, warnings refused: clippy's driver takes the compiler's
    /// place for them. `cargo clippy` by itself would first check every dependency, which the build compiles anyway.
    /// `Err` where the compiler's driver is not found.
    pub fn lint_too(&self, compiler: &Compiler, build: &mut Command) -> Result<()> {
        let driver = match compiler {
            Compiler::Pinned => {
                output(Command::new("rustup").args(["which", "clippy-driver"]).current_dir(&self.root))?
            }
            Compiler::Debian(_) => DEBIAN_CLIPPY_DRIVER.to_owned(),
        };
        build
            .env("RUSTC_WORKSPACE_WRAPPER", driver)
            .env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
        Ok(())
    }
}

/// A program with nothing in its environment that would bend what it does.
pub fn plain(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_foreign(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command
}

/// Builds with less than the workspace's own profile: without line tables, and with optimisation only for code that
/// handles real archives. The other tests that need more run on this system.
pub fn build_fast(cargo: &mut Command) {
    const PLAIN: [&str; 6] = ["num-bigint-dig", "ring", "rsa", "sha1", "sha1-checked", "zstd-sys"];
    cargo.args(["--config", "profile.dev.debug=false"]);
    for package in PLAIN {
        cargo.args(["--config", &format!("profile.dev.package.{package}.opt-level=0")]);
    }
}

/// Runs a command to its end with this process's streams; returns how long it took.
pub fn run(command: &mut Command) -> Result<String> {
    let start = Instant::now();
    let shown = shown(command);
    println!("cross: {shown}");
    let status = command.status().with_context(|| format!("start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(format!("{} s", start.elapsed().as_secs()))
}

/// Runs a command and returns its standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command.output().with_context(|| format!("start `{shown}`"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{shown}` ended with {}: {}", output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A command as a line.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// The variable with a cargo setting for one target: `CARGO_TARGET_X86_64_…_RUNNER`.
pub fn target_var(target: &str, what: &str) -> String {
    format!("CARGO_TARGET_{}_{what}", target.to_uppercase().replace('-', "_"))
}
