//! Builds the standard library for a target, for compilers without one: compiled once, in the layout that the compiler
//! expects.
//!
//! Debian packages its compiler and the library's source together, and the library for its own systems only. Cargo can
//! build it (`-Z build-std`), which would need the compiler's unstable switch in every later build; so its output is
//! copied into a folder for a plain `--sysroot`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::tools::{Compiler, Tools, run};

/// The crates that later builds name.
const CRATES: &str = "build-std=std,panic_unwind,panic_abort,proc_macro,test";
/// The machine's own library, from Debian: build scripts are built with the same sysroot.
const HOST: &str = "x86_64-unknown-linux-gnu";

/// The flags with which the compiler finds the library for this target. If it has none, one is built first.
pub fn flags(tools: &Tools, compiler: &Compiler, target: &str) -> Result<String> {
    match compiler {
        Compiler::Pinned => Ok(String::new()),
        Compiler::Debian(_) => Ok(format!("--sysroot {}", make(tools, compiler, target)?.display())),
    }
}

fn make(tools: &Tools, compiler: &Compiler, target: &str) -> Result<PathBuf> {
    let sysroot = tools.keyed(compiler, "sysroot");
    let libraries = sysroot.join("lib/rustlib");
    let place = libraries.join(target);
    if place.join("lib").exists() {
        return Ok(sysroot);
    }
    println!("cross: compile the standard library for {target}");
    fs::create_dir_all(&libraries)?;
    let host = libraries.join(HOST);
    if !host.exists() {
        symlink(format!("/usr/lib/rustlib/{HOST}"), &host).context("link the machine's own library")?;
    }
    // Cargo builds the library for some package; this one has nothing in it.
    let empty = tools.keyed(compiler, "std").join(target);
    fs::create_dir_all(empty.join("src"))?;
    fs::write(empty.join("Cargo.toml"), "[package]\nname = \"nothing\"\nedition = \"2024\"\n[workspace]\n")?;
    fs::write(empty.join("src/lib.rs"), "")?;
    let built = empty.join("target");
    run(tools
        .cargo(compiler, &["build", "--release", "--target", target, "-Z", CRATES])
        .current_dir(&empty)
        .env("CARGO_TARGET_DIR", &built)
        .env("RUSTC_WRAPPER", tools.script("rustc-std"))
        // Debian's compiler is a stable one; the library is its own.
        .env("RUSTC_BOOTSTRAP", "1"))?;
    // The name appears when the folder is complete.
    let staged = libraries.join(format!("{target}.new"));
    let _ = fs::remove_dir_all(&staged);
    fs::create_dir_all(staged.join("lib"))?;
    let mut count = 0;
    for entry in fs::read_dir(built.join(target).join("release/deps"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libnothing-") {
            fs::copy(&path, staged.join("lib").join(&name))?;
            count += 1;
        }
    }
    if count == 0 {
        bail!("cargo has built no library for {target}");
    }
    fs::rename(&staged, &place)?;
    fs::remove_dir_all(&empty)?;
    Ok(sysroot)
}
