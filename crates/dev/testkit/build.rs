//! Builds the program that replaces scripts on systems without them; see `fake_program/main.rs`.
//!
//! It calls `rustc` directly: a dependency cannot have a profile of its own, and this program, which every tiny
//! toolchain contains several times, has to be small in a debug build too.

use std::path::PathBuf;
use std::process::Command;

const SOURCE: &str = "fake_program/main.rs";

#[expect(clippy::disallowed_methods, reason = "this is how a build script and cargo talk")]
fn var(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "a build script starts programs")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={SOURCE}");
    if var("CARGO_CFG_TARGET_OS") != "windows" {
        return;
    }
    let program = PathBuf::from(var("OUT_DIR")).join("fake-program.exe");
    let mut rustc = Command::new(var("RUSTC"));
    rustc.args(["--edition=2024", "--crate-name", "fake_program", "--crate-type", "bin", "--target", &var("TARGET")]);
    // With a weaker setting than `-Clto=fat` the linker requires the library's unwinding code, which is missing here.
    rustc.args(["-Copt-level=z", "-Cpanic=abort", "-Ccodegen-units=1", "-Cstrip=symbols", "-Clto=fat"]);
    // These flags say, for example, where the standard library of another target is.
    let flags = var("CARGO_ENCODED_RUSTFLAGS");
    rustc.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    let linker = var("RUSTC_LINKER");
    if !linker.is_empty() {
        rustc.arg(format!("-Clinker={linker}"));
    }
    rustc.arg(SOURCE).arg("-o").arg(&program);
    match rustc.output() {
        Ok(output) if output.status.success() => {}
        // A panic of the build script makes cargo report that the build failed.
        Ok(output) => panic!("{rustc:?} ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr)),
        Err(error) => panic!("{rustc:?} could not be started: {error}"),
    }
    println!("cargo::rustc-env=TESTKIT_FAKE_PROGRAM={}", program.display());
}
