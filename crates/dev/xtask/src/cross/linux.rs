//! Linux as one static file, which is the release form: on amd64, run in a folder where nothing else is; on arm64,
//! run by an emulator.
//!
//! With musl, since a static program made with glibc cannot look names up where another glibc's modules are installed
//! (docs/platforms.md). rustup's library for musl brings what it links with. Debian has neither a Rust library for musl nor
//! an unwinder; the first is compiled ([`sysroot`]), the second is gcc's with `unwind-musl.c` under it. For arm64 zig
//! brings all of that.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::tools::{self, Compiler, Tools, ZIG, output, target_var};
use super::{Outcome, Rows, sysroot};

const MUSL: &str = "x86_64-unknown-linux-musl";
pub const ARM: &str = "aarch64-unknown-linux-musl";
const MUSL_GCC: &str = "/usr/bin/musl-gcc";
const QEMU_ARM: &str = "/usr/bin/qemu-aarch64-static";
const UNSHARE: &str = "/usr/bin/unshare";
/// The certificates that the bare folder has, and where programs look for them.
const CERTIFICATES: &str = "etc/ssl/certs/ca-certificates.crt";
/// What the bare folder shares with this machine besides: who answers for names.
const NAMES: [&str; 2] = ["etc/resolv.conf", "etc/hosts"];
/// A release whose own settings name the module proxy, as those of every Go do since 1.21.
const GOENV_RELEASE: &str = "1.27.3";
/// goward's exit code when no source could be reached (docs/reference/exit-codes.md).
const NO_SOURCE: u8 = 4;
/// The release that is run there.
const REQUEST: &str = "1.27";

/// amd64: built, looked at, and run where there is nothing but the file and certificates.
pub fn musl(tools: &Tools, rows: &mut Rows, whole: bool) -> Result<()> {
    let compiler = match tools.compiler(MUSL) {
        Ok(compiler) => compiler,
        Err(lack) => {
            rows.add(MUSL, Outcome::NotDone(lack));
            return Ok(());
        }
    };
    if let Some(lack) = tools.lacks(&[(MUSL_GCC, "musl-tools")]) {
        rows.add(MUSL, Outcome::NotDone(lack));
        return Ok(());
    }
    let mut flags = sysroot::flags(tools, &compiler, MUSL)?;
    // rustup's library brings musl's start files and an unwinder; a compiled one has neither.
    if let Compiler::Debian(_) = &compiler {
        let unwinder = unwinder(tools, &compiler)?;
        flags.push_str(" -Clink-self-contained=no -Ctarget-feature=+crt-static -Crelocation-model=static -Lnative=");
        flags.push_str(&unwinder.to_string_lossy());
    }
    let mut build =
        tools.cargo(&compiler, &["build", "--release", "--package", "goward", "--target", MUSL, "--locked"]);
    build.env(target_var(MUSL, "RUSTFLAGS"), flags).env("CC_x86_64_unknown_linux_musl", MUSL_GCC);
    if let Compiler::Debian(_) = &compiler {
        // Where the compiler brings the start files, musl's own gcc would add a loader to them.
        build.env(target_var(MUSL, "LINKER"), MUSL_GCC);
    }
    let form = optimise(&mut build, whole);
    let file = built(tools, &compiler, MUSL);
    let done = tools::run(&mut build).and_then(|took| Ok(format!("{took}, {form}, {}", static_file(&file)?)));
    if rows.step(MUSL, Outcome::Built, "one static file", done) {
        bare(tools, rows, &file)?;
    }
    Ok(())
}

/// The release form is optimised as a whole, which takes longer than all else; the proof does not need it.
fn optimise(build: &mut Command, whole: bool) -> &'static str {
    if whole {
        return "release form";
    }
    build.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    build.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    "not optimised as the release form is (`--release-form` does that)"
}

fn built(tools: &Tools, compiler: &Compiler, target: &str) -> PathBuf {
    tools.target_folder(compiler).join(target).join("release/goward")
}

/// Whether a program needs no loader and no library; its size.
fn static_file(file: &Path) -> Result<String> {
    let headers = output(Command::new("readelf").args(["--program-headers", "--dynamic", "--wide"]).arg(file))?;
    if headers.contains("INTERP") || headers.contains("NEEDED") {
        bail!("{} needs a loader or a library", file.display());
    }
    Ok(format!("{} bytes, no loader, no library", fs::metadata(file)?.len()))
}

/// gcc's unwinder for musl: its archive, and what it asks of the C library.
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

/// Runs the program in a folder of its own as its whole world.
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
    let proxy = goproxy();
    let inside = |words: &[&str]| {
        // The go command finds its own tree through /proc; the mount is gone with the last process that sees it.
        const ENTER: &str = "mount --bind /proc \"$0/proc\" && exec chroot \"$0\" \"$@\"";
        let mut command = Command::new(UNSHARE);
        command.args(["--mount", "/bin/sh", "-c", ENTER]).arg(&root).args(words).env_clear().current_dir("/");
        command.env("HOME", "/root").env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        // Where the toolchain comes from is this machine's to say: its module proxy, else its Go's.
        command.env("GOPROXY", &proxy);
        for name in ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "GONOSUMDB", "GOSUMDB"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
    };
    let version = match output(&mut inside(&["/goward", "--version"])) {
        Ok(version) => version,
        Err(error) => {
            let why = format!("nothing was run in a bare folder, which only root may: {error:#}");
            rows.add(MUSL, Outcome::NotDone(why));
            return Ok(());
        }
    };
    rows.add(MUSL, Outcome::Ran(format!("{version} in a folder with nothing but certificates")));
    let go = ["/goward", "run", REQUEST, "--", "go", "version"];
    let what = "names looked up, TLS spoken, a real toolchain installed and run there";
    let mut first = inside(&go);
    match output(&mut first) {
        Ok(said) if said.starts_with(&format!("go version go{REQUEST}")) => {
            let again = output(inside(&go).env("GOWARD_OFFLINE", "1")).map(|_| format!("{said}; again offline"));
            rows.step(MUSL, Outcome::Ran, what, again);
        }
        Ok(said) => rows.add(MUSL, Outcome::Failed(format!("{what}: `go version` said `{said}`"))),
        // No source is a lack of the machine's; goward says which was asked and what came of it.
        Err(error) if format!("{error:#}").contains(&format!("exit status: {NO_SOURCE}")) => {
            rows.add(MUSL, Outcome::NotDone(format!("{what}: no source gave it: {error:#}")));
        }
        Err(error) => rows.add(MUSL, Outcome::Failed(format!("{what}: {error:#}"))),
    }
    fs::remove_dir_all(&root)?;
    Ok(())
}

/// The module proxy of whoever runs this: from the environment, else as Go's own settings have it (`go.env` in a tree
/// that is made for tests), else none.
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
    let compiler = match tools.compiler(ARM) {
        Ok(compiler) => compiler,
        Err(lack) => {
            rows.add(ARM, Outcome::NotDone(lack));
            return Ok(());
        }
    };
    if let Some(lack) = tools.lacks(&[ZIG]) {
        rows.add(ARM, Outcome::NotDone(lack));
        return Ok(());
    }
    let flags = sysroot::flags(tools, &compiler, ARM)?;
    let zig = zig(tools, "aarch64-linux-musl")?;
    let mut build = tools.cargo(&compiler, &["build", "--release", "--package", "goward", "--target", ARM, "--locked"]);
    build
        .env(target_var(ARM, "RUSTFLAGS"), format!("{flags} -Clink-self-contained=no"))
        .env(target_var(ARM, "LINKER"), &zig)
        .env("CC_aarch64_unknown_linux_musl", &zig);
    optimise(&mut build, false);
    let file = built(tools, &compiler, ARM);
    let done = tools::run(&mut build).and_then(|took| Ok(format!("{took}, {}", static_file(&file)?)));
    if !rows.step(ARM, Outcome::Built, "one static file", done) {
        return Ok(());
    }
    if let Some(lack) = tools.lacks(&[(QEMU_ARM, "qemu-user-static")]) {
        rows.add(ARM, Outcome::NotDone(format!("nothing was run: {lack}")));
        return Ok(());
    }
    let home = tools.at("arm-home");
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home)?;
    fs::write(home.join("go.mod"), "module m\n\ngo 1.26.0\n")?;
    for words in [&["--version"][..], &["list"], &["which", "--explain", "--no-install"], &["status"]] {
        let mut command = Command::new(QEMU_ARM);
        command.arg(&file).args(words).current_dir(&home).env_clear().env("HOME", &home).env("GOWARD_OFFLINE", "1");
        let what = format!("`goward {}` under qemu", words.join(" "));
        rows.step(ARM, Outcome::Ran, &what, told(&mut command));
    }
    rows.add(ARM, Outcome::NotDone("a real toolchain was not run: emulated, it is too slow to be a test".to_owned()));
    Ok(())
}

/// What a program says, whether it likes what it found or not; only a crash is a fault here.
fn told(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).lines().next().unwrap_or_default().to_owned();
    match output.status.code() {
        Some(code) if code < 100 => Ok(said),
        _ => bail!("it ended with {}: {said}", output.status),
    }
}

/// A program by which zig links for a target: cargo wants one path, without arguments.
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
