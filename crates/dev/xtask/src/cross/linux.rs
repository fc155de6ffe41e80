//! Linux as one static file, which is the release form: on amd64, run in an otherwise empty folder; on arm64, run by an
//! emulator.
//!
//! With musl, since a static program built with glibc cannot resolve host names on a machine with another glibc's
//! modules (docs/platforms.md). rustup's library for musl includes the libraries that it links with. Debian has neither
//! a Rust library for musl nor an unwinder; the first is compiled ([`sysroot`]), the second is gcc's with
//! `unwind-musl.c` under it. For arm64 zig includes all of that.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::tools::{self, Compiler, Tools, ZIG, output, target_var};
use super::{Outcome, Rows, sysroot, test_run};

pub const MUSL: &str = "x86_64-unknown-linux-musl";
pub const ARM: &str = "aarch64-unknown-linux-musl";
const MUSL_GCC: &str = "/usr/bin/musl-gcc";
const QEMU_ARM: &str = "/usr/bin/qemu-aarch64-static";
const UNSHARE: &str = "/usr/bin/unshare";
/// The certificates in the bare folder, and the paths at which programs look for them.
const CERTIFICATES: &str = "etc/ssl/certs/ca-certificates.crt";
/// The other files that the bare folder shares with this machine: the configuration of name resolution.
const NAMES: [&str; 2] = ["etc/resolv.conf", "etc/hosts"];
/// A release whose own settings name the module proxy, as every Go's since 1.21.
const GOENV_RELEASE: &str = "1.27.3";
/// goward's exit code when no source could be reached (docs/reference/exit-codes.md).
const NO_SOURCE: i32 = 4;
/// The release that is run on arm64: an old one, since an emulated one is slow.
const ARM_RELEASE: &str = "1.22.10";
/// The release that is run there.
const REQUEST: &str = "1.27";

/// Of the whole workspace, so that dependencies have the features that they have in the tests.
const BUILD: [&str; 6] = ["build", "--workspace", "--exclude", "xtask", "--bin", "goward"];

/// amd64: built, looked at, and run where there is nothing but the file and certificates.
pub fn musl(tools: &Tools, rows: &mut Rows, whole: bool) -> Result<()> {
    let Some(compiler) = super::compiler_for(tools, rows, MUSL, &[(MUSL_GCC, "musl-tools")]) else { return Ok(()) };
    let mut flags = sysroot::flags(tools, &compiler, MUSL)?;
    // rustup's library includes musl's start files and an unwinder; a compiled one has neither.
    if let Compiler::Debian(_) = &compiler {
        let unwinder = unwinder(tools, &compiler)?;
        flags.push_str(" -Clink-self-contained=no -Ctarget-feature=+crt-static -Crelocation-model=static -Lnative=");
        flags.push_str(&unwinder.to_string_lossy());
    }
    let mut build = tools.cargo(&compiler, &BUILD);
    build.args(["--locked", "--target", MUSL]);
    build.env(target_var(MUSL, "RUSTFLAGS"), flags).env("CC_x86_64_unknown_linux_musl", MUSL_GCC);
    if let Compiler::Debian(_) = &compiler {
        // If the compiler includes the start files, musl's own gcc would add a loader to them.
        build.env(target_var(MUSL, "LINKER"), MUSL_GCC);
    }
    let form = optimise(&mut build, whole);
    let file = built(tools, &compiler, MUSL, whole);
    let done = tools::run(&mut build).and_then(|took| Ok(format!("{took}, {form}, {}", static_file(&file)?)));
    if rows.step(MUSL, Outcome::Built, "one static file", done) {
        bare(tools, rows, &file)?;
    }
    Ok(())
}

/// The release form is optimised as a whole, which takes longest; the checks do not need it.
fn optimise(build: &mut Command, whole: bool) -> &'static str {
    if whole {
        build.arg("--release");
        return "release form";
    }
    tools::build_fast(build);
    "not optimised as the release form is (`--release-form` does that)"
}

fn built(tools: &Tools, compiler: &Compiler, target: &str, whole: bool) -> PathBuf {
    tools.target_folder(compiler).join(target).join(if whole { "release" } else { "debug" }).join("goward")
}

/// Whether a program needs no loader and no library; its size.
fn static_file(file: &Path) -> Result<String> {
    let headers = output(Command::new("readelf").args(["--program-headers", "--dynamic", "--wide"]).arg(file))?;
    if headers.contains("INTERP") || headers.contains("NEEDED") {
        bail!("{} needs a loader or a library", file.display());
    }
    Ok(format!("{} bytes, no loader, no library", fs::metadata(file)?.len()))
}

/// gcc's unwinder for musl: its archive, and the functions that it needs from the C library.
fn unwinder(tools: &Tools, compiler: &Compiler) -> Result<PathBuf> {
    let folder = tools.keyed(compiler, "unwinder");
    let archive = folder.join("libunwind.a");
    if archive.exists() {
        return Ok(folder);
    }
    fs::create_dir_all(&folder)?;
    let object = folder.join("unwind-musl.o");
    output(Command::new(MUSL_GCC).args(["-O2", "-fPIC", "-c", "-o"]).arg(&object).arg(tools.script("unwind-musl.c")))?;
    let gcc = output(Command::new("gcc").arg("-print-file-name=libgcc_eh.a"))?;
    let staged = folder.join("libunwind.a.new");
    fs::copy(&gcc, &staged).with_context(|| format!("copy {gcc}"))?;
    output(Command::new("ar").arg("r").arg(&staged).arg(&object))?;
    fs::rename(&staged, &archive)?;
    Ok(folder)
}

/// Runs the program with its folder as the root.
fn bare(tools: &Tools, rows: &mut Rows, file: &Path) -> Result<()> {
    let root = tools.at("bare");
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join(CERTIFICATES).parent().context("a folder")?)?;
    for folder in ["root", "tmp", "dev", "proc"] {
        fs::create_dir_all(root.join(folder))?;
    }
    fs::copy(file, root.join("goward"))?;
    for shared in NAMES.into_iter().chain([CERTIFICATES]) {
        let from = Path::new("/").join(shared);
        if from.exists() {
            fs::copy(from, root.join(shared))?;
        }
    }
    // The go command finds its own tree through /proc; the mount is gone with the last process that sees it.
    const MOUNT: &str = "mount --bind /proc \"$0/proc\"";
    let inside = |script: &str, words: &[&str]| {
        let mut command = Command::new(UNSHARE);
        command.args(["--mount", "/bin/sh", "-c", script]).arg(&root).args(words).env_clear().current_dir("/");
        command.env("HOME", "/root").env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.envs(network());
        command
    };
    if let Err(error) = output(&mut inside(MOUNT, &[])) {
        let why = format!("nothing was run in a bare folder, which only root may: {error:#}");
        rows.add(MUSL, Outcome::NotDone(why));
        return Ok(());
    }
    let enter = format!("{MOUNT} && exec chroot \"$0\" \"$@\"");
    let version = output(&mut inside(&enter, &["/goward", "--version"]));
    if !rows.step(MUSL, Outcome::Ran, "in a folder with nothing but certificates", version) {
        return Ok(());
    }
    let go = ["/goward", "run", REQUEST, "--", "go", "version"];
    let what = "names looked up, TLS spoken, a real toolchain installed and run there";
    let first = inside(&enter, &go).output()?;
    if first.status.code() == Some(NO_SOURCE) && !has_source(tools)? {
        rows.add(MUSL, Outcome::NotDone(format!("{what}: this machine's own goward finds no source either")));
    } else {
        let done = said(&first).and_then(|said| {
            ensure!(said.starts_with(&format!("go version go{REQUEST}")), "`go version` said `{said}`");
            output(inside(&enter, &go).env("GOWARD_OFFLINE", "1")).map(|_| format!("{said}; again offline"))
        });
        rows.step(MUSL, Outcome::Ran, what, done);
    }
    fs::remove_dir_all(&root)?;
    Ok(())
}

/// The output of a successful program.
fn said(output: &std::process::Output) -> Result<String> {
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "it ended with {}: {}", output.status, complaint.trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The source of toolchains is this machine's: its module proxy, else its Go's; and its HTTP proxy.
fn network() -> Vec<(&'static str, OsString)> {
    let mut variables = vec![("GOPROXY", goproxy().into())];
    for name in ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "GONOSUMDB", "GOSUMDB"] {
        variables.extend(std::env::var_os(name).map(|value| (name, value)));
    }
    variables
}

/// Whether this machine's own goward finds the release that another one did not: then the machine is not at fault.
fn has_source(tools: &Tools) -> Result<bool> {
    let home = tempfile::tempdir()?;
    let mut goward = tools.cargo(&Compiler::Pinned, &["run", "--quiet", "--locked", "--package", "goward", "--"]);
    goward.args(["run", REQUEST, "--", "go", "version"]).env("GOWARD_HOME", home.path()).envs(network());
    Ok(goward.output()?.status.success())
}

/// The caller's module proxy: from the environment, else as Go's own settings have it (`go.env` in a tree that is made
/// for tests), else none.
fn goproxy() -> String {
    let settings = || {
        let tree = testkit::real::toolchain(GOENV_RELEASE).ok()?;
        let text = fs::read_to_string(tree.join("go.env")).ok()?;
        text.lines().find_map(|line| line.strip_prefix("GOPROXY=")).map(str::to_owned)
    };
    let named = std::env::var("GOPROXY").ok().filter(|value| !value.is_empty());
    named.or_else(settings).unwrap_or_else(|| "off".to_owned())
}

/// arm64: built with zig, run by qemu.
pub fn arm(tools: &Tools, rows: &mut Rows) -> Result<()> {
    let Some(compiler) = super::compiler_for(tools, rows, ARM, &[ZIG]) else { return Ok(()) };
    let flags = sysroot::flags(tools, &compiler, ARM)?;
    let zig = zig(tools, "aarch64-linux-musl")?;
    let mut build = tools.cargo(&compiler, &BUILD);
    build.args(["--locked", "--target", ARM]);
    with_zig(&mut build, &flags, &zig);
    optimise(&mut build, false);
    let file = built(tools, &compiler, ARM, false);
    let done = tools::run(&mut build).and_then(|took| Ok(format!("{took}, {}", static_file(&file)?)));
    if !rows.step(ARM, Outcome::Built, "one static file", done) {
        return Ok(());
    }
    if let Some(lack) = tools.lacks(&[(QEMU_ARM, "qemu-user-static")]) {
        rows.add(ARM, Outcome::NotDone(format!("nothing was run: {lack}")));
        return Ok(());
    }
    let _emulated = match Emulation::begin() {
        Ok(emulated) => emulated,
        Err(error) => {
            let why = format!("nothing was run: the system starts no program for arm64 (only root may ask): {error:#}");
            rows.add(ARM, Outcome::NotDone(why));
            return Ok(());
        }
    };
    // The shim makes raw system calls, which differ between processors.
    let mut test =
        tools.cargo(&compiler, &["test", "--no-fail-fast", "--package", "shim", "--target", ARM, "--locked"]);
    with_zig(&mut test, &flags, &zig);
    rows.step(ARM, Outcome::Ran, "the shim's tests under qemu", test_run::run(&mut test).map(|tests| tests.told()));
    rows.step(ARM, Outcome::Ran, "a real toolchain under qemu", arm_job(tools, &file));
    rows.add(ARM, Outcome::NotDone("the other tests: emulated they take too long".to_owned()));
    Ok(())
}

fn with_zig(cargo: &mut Command, flags: &str, zig: &Path) {
    cargo
        .env(target_var(ARM, "RUSTFLAGS"), format!("{flags} -Clink-self-contained=no"))
        .env(target_var(ARM, "LINKER"), zig)
        .env("CC_aarch64_unknown_linux_musl", zig);
}

/// Installs a real Go for arm64, makes it the default, and calls it through its shim.
fn arm_job(tools: &Tools, goward: &Path) -> Result<String> {
    let home = tools.at("arm-home");
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home)?;
    fs::write(home.join("go.mod"), "module m\n\ngo 1.22\n")?;
    let run = |program: &Path, words: &[&str]| {
        let mut command = tools::plain(program);
        command.args(words).current_dir(&home).env("HOME", &home).env("GOWARD_HOME", home.join("goward"));
        output(command.envs(network()))
    };
    for words in [&["install", ARM_RELEASE][..], &["use", ARM_RELEASE], &["shims", "--write"], &["which", "--explain"]]
    {
        run(goward, words)?;
    }
    let said = run(&home.join("goward/shims/go"), &["version"])?;
    if said != format!("go version go{ARM_RELEASE} linux/arm64") {
        bail!("`go version` through the shim said `{said}`");
    }
    run(goward, &["verify", ARM_RELEASE])?;
    fs::remove_dir_all(&home)?;
    Ok(format!("installed, made the default, verified; through the shim: {said}"))
}

/// While this value lives the system starts programs for arm64 with qemu (`binfmt_misc`).
struct Emulation {
    /// Whether the file system for that was mounted by this value.
    mounted: bool,
}

impl Emulation {
    const FOLDER: &str = "/proc/sys/fs/binfmt_misc";
    const NAME: &str = "goward-arm64";

    fn begin() -> Result<Emulation> {
        let register = Path::new(Self::FOLDER).join("register");
        let mounted = !register.exists();
        if mounted {
            output(Command::new("mount").args(["-t", "binfmt_misc", "none", Self::FOLDER]))?;
        }
        // How an ELF file for this processor begins, and which bits of that count. P: the program is told the name by
        // which it was called. F: the emulator is opened now, so that it is there in any folder that is made the root.
        let kind = [
            ":goward-arm64:M::",
            r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:",
            r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:",
            QEMU_ARM,
            ":PF",
        ];
        let emulation = Emulation { mounted };
        // One that a killed run has left.
        Self::forget();
        fs::write(&register, kind.concat()).context("register the emulator")?;
        Ok(emulation)
    }

    fn forget() {
        let _ = fs::write(Path::new(Self::FOLDER).join(Self::NAME), "-1");
    }
}

impl Drop for Emulation {
    fn drop(&mut self) {
        Self::forget();
        if self.mounted {
            let _ = Command::new("umount").arg(Self::FOLDER).status();
        }
    }
}

/// A program with which zig links for a target: cargo needs one path, without arguments.
pub fn zig(tools: &Tools, target: &str) -> Result<PathBuf> {
    let path = tools.at(&format!("zig-{target}"));
    let text = format!(
        "#!/bin/sh\nZIG='{}' exec '{}' {target} \"$@\"\n",
        tools.zig().display(),
        tools.script("zig-cc").display()
    );
    fs::write(&path, text)?;
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(path)
}
