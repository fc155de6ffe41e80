//! What the machine has to build with, and where what is made has its place.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// Debian's compiler and what goes with it.
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
/// Where the source of the standard library stands, for cargo's `build-std`.
const LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/std";

/// The programs, and the cache.
pub struct Tools {
    /// The root of the workspace.
    pub root: PathBuf,
    /// Where all that is made stands.
    pub cache: PathBuf,
    /// The compiler's version, as a name; `None` where there is no such compiler.
    pub compiler: Option<String>,
}

impl Tools {
    /// Looks for everything, after installing what is missing if that is wanted.
    pub fn find(install: bool) -> Result<Tools> {
        let root = crate::root()?;
        let cache = std::env::var_os("GOWARD_CROSS_CACHE").map_or_else(|| root.join("target/cross"), PathBuf::from);
        std::fs::create_dir_all(&cache)?;
        let cache = cache.canonicalize()?;
        if install {
            // It says itself what it could not install.
            Command::new("bash")
                .arg(root.join(".ci/setup-cross"))
                .arg(&cache)
                .status()
                .context("run .ci/setup-cross")?;
        }
        let compiler = match Path::new(LIBRARY).exists() && Path::new(CARGO).exists() {
            true => Command::new(RUSTC).arg("-V").output().ok().filter(|output| output.status.success()),
            false => None,
        };
        let compiler = compiler.map(|output| {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let words: Vec<_> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').collect();
            words.iter().filter(|word| !word.is_empty()).take(3).copied().collect::<Vec<_>>().join("-")
        });
        Ok(Tools { root, cache, compiler })
    }

    /// Why a target cannot be built, if one of these programs or folders is missing.
    pub fn lacks(&self, needed: &[(&str, &str)]) -> Option<String> {
        if self.compiler.is_none() {
            return Some("Debian's rustc-web, cargo-web and rust-web-src are not installed".to_owned());
        }
        let missing = needed.iter().find(|(path, _)| !self.at(path).exists());
        missing.map(|(_, package)| format!("{package} is not installed"))
    }

    /// A path; one that is not absolute is below the cache.
    pub fn at(&self, path: &str) -> PathBuf {
        self.cache.join(path)
    }

    /// zig's program.
    pub fn zig(&self) -> PathBuf {
        self.at("zig/ziglang/zig")
    }

    /// One of the small programs that stand beside this chore.
    pub fn script(&self, name: &str) -> PathBuf {
        self.root.join("crates/dev/xtask/cross").join(name)
    }

    /// A folder that belongs to this compiler and to no other.
    pub fn keyed(&self, name: &str) -> PathBuf {
        self.cache.join(format!("{name}-{}", self.compiler.as_deref().unwrap_or("none")))
    }

    /// Debian's cargo, with nothing in its environment of the cargo that runs this chore.
    pub fn cargo(&self, words: &[&str]) -> Command {
        let mut command = Command::new(CARGO);
        command.args(words).current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let is_cargos = text.starts_with("CARGO_") && !matches!(&*text, "CARGO_HOME" | "CARGO_NET_OFFLINE");
            let is_compilers =
                text.starts_with("RUSTUP_") || text.starts_with("RUSTC") || text.starts_with("RUSTFLAGS");
            if is_cargos && !text.starts_with("CARGO_REGISTRIES") && !text.starts_with("CARGO_SOURCE")
                || is_compilers
                || matches!(&*text, "CARGO" | "LD_LIBRARY_PATH")
            {
                command.env_remove(&name);
            }
        }
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("RUSTC", RUSTC).env("PATH", format!("/usr/bin:{path}"));
        command.env("CARGO_TARGET_DIR", self.keyed("target"));
        command
    }
}

/// Leaves most dependencies unoptimised: most of the time would go into them, and their tests are run elsewhere. What a
/// real archive goes through is optimised all the same.
pub fn build_fast(cargo: &mut Command) {
    const BUSY: [&str; 5] = ["sha2", "zlib-rs", "flate2", "crc32fast", "memchr"];
    cargo.args(["--config", "profile.dev.package.\"*\".opt-level=0"]);
    for package in BUSY {
        cargo.args(["--config", &format!("profile.dev.package.{package}.opt-level=2")]);
    }
}

/// Runs a command to its end with our own streams; says how long it took.
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

/// Runs a command and gives its standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command.output().with_context(|| format!("start `{shown}`"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{shown}` ended with {}: {}", output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// The variable by which cargo is told something for one target: `CARGO_TARGET_X86_64_…_RUNNER`.
pub fn target_var(target: &str, what: &str) -> String {
    format!("CARGO_TARGET_{}_{what}", target.to_uppercase().replace('-', "_"))
}
