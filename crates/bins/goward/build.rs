//! Builds the shim for the target of this build, so that it can be embedded: goward is a single file to install.
//!
//! It calls `rustc` directly, three times: for `pin`, for the shim's library, for the program. Nothing else works in
//! every case. A dependency cannot have a profile of its own, and this program has to be small in a debug build too and
//! can have no runtime, so it is not a dependency. A cargo inside of cargo would wait for the lock of the build folder,
//! or need a second one with the whole workspace resolved in it, which requires crates that may be missing offline. The
//! shim depends only on `pin`, which has no dependency, so cargo is not needed; the build takes about a second, and
//! runs only if one of its files has changed.
//!
//! The profile is that of `[profile.shim]` in the workspace's Cargo.toml, so that
//! `cargo build -p shim --profile shim --features raw` gives the same program.

use std::path::{Path, PathBuf};
use std::process::Command;

include!("../shim/link_args.rs");

/// The settings of `[profile.shim]` and its parent.
const PROFILE: [&str; 5] =
    ["-Copt-level=z", "-Cpanic=abort", "-Ccodegen-units=1", "-Cstrip=symbols", "-Cembed-bitcode=yes"];

#[expect(clippy::disallowed_methods, reason = "this is how a build script and cargo talk")]
fn var(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn main() {
    let crates = PathBuf::from(var("CARGO_MANIFEST_DIR")).join("../..");
    let (shim, pin) = (crates.join("bins/shim"), crates.join("model/pin"));
    // The emulation of `exec` on Windows is the one file that it shares with `sys`.
    println!("cargo::rerun-if-changed={}", crates.join("base/sys/src/windows/exec_emulation.rs").display());
    for path in [shim.join("src"), shim.join("raw.ld"), shim.join("link_args.rs"), pin.join("src")] {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(var("OUT_DIR"));
    let raw = is_raw_target(
        &var("CARGO_CFG_TARGET_OS"),
        &var("CARGO_CFG_TARGET_ARCH"),
        &var("CARGO_CFG_TARGET_POINTER_WIDTH"),
    );
    let pin_library = out.join("libpin.rlib");
    let shim_library = out.join("libshim.rlib");
    // For Windows the compiler would add the extension by itself.
    let windows = var("CARGO_CFG_TARGET_OS") == "windows";
    let program = out.join(if windows { "goward-shim.exe" } else { "goward-shim" });
    library("pin", &pin.join("src/lib.rs"), &pin_library, &[]);
    library("shim", &shim.join("src/lib.rs"), &shim_library, &[("pin", &pin_library)]);

    let mut rustc = rustc("goward_shim", "bin", &shim.join("src/main.rs"), &program);
    rustc.arg("-Clto=fat");
    // `pin` is found through the library that was built with it.
    rustc.arg("-L").arg(&out);
    rustc.arg("--extern").arg(external("shim", &shim_library));
    if raw {
        rustc.arg("--cfg").arg("raw");
        // It has its own entry point, and the compiler would link the one for musl.
        if var("CARGO_CFG_TARGET_ENV") == "musl" {
            rustc.arg("-Clink-self-contained=no");
        }
        for arg in LINK_ARGS {
            rustc.arg(format!("-Clink-arg={arg}"));
        }
        rustc.arg(format!("-Clink-arg=-Wl,-T,{}", shim.join("raw.ld").display()));
    }
    run(rustc);
    println!("cargo::rustc-env=GOWARD_SHIM_PROGRAM={}", program.display());
}

fn library(name: &str, source: &Path, into: &Path, needs: &[(&str, &Path)]) {
    let mut rustc = rustc(name, "rlib", source, into);
    for (name, path) in needs {
        rustc.arg("--extern").arg(external(name, path));
    }
    run(rustc);
}

fn external(name: &str, path: &Path) -> String {
    format!("{name}={}", path.display())
}

/// The compiler that cargo uses, for the target that it builds for, with its linker.
#[expect(clippy::disallowed_methods, reason = "a build script starts programs")]
fn rustc(name: &str, kind: &str, source: &Path, into: &Path) -> Command {
    let mut rustc = Command::new(var("RUSTC"));
    rustc.args(["--edition=2024", "--crate-name", name, "--crate-type", kind, "--cap-lints=allow"]);
    rustc.args(["--target", &var("TARGET")]).args(PROFILE).arg("--check-cfg=cfg(raw)");
    // For example, where cargo looks for the standard library of another system.
    let flags = var("CARGO_ENCODED_RUSTFLAGS");
    rustc.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    let linker = var("RUSTC_LINKER");
    if !linker.is_empty() {
        rustc.arg(format!("-Clinker={linker}"));
    }
    rustc.arg(source).arg("-o").arg(into);
    rustc
}

fn run(mut rustc: Command) {
    match rustc.output() {
        Ok(output) if output.status.success() => {}
        // A panic of the build script makes cargo report that the build failed.
        Ok(output) => panic!("{rustc:?} ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr)),
        Err(error) => panic!("{rustc:?} could not be started: {error}"),
    }
}
