//! Builds the program that stands in for scripts where the system runs none; see `fake_program/main.rs`.
//!
//! `rustc` is called by itself: a dependency cannot have a profile of its own, and this program, which every tiny
//! toolchain holds several times, has to be small in a debug build too.

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
    rustc.args(["-Copt-level=z", "-Cpanic=abort", "-Ccodegen-units=1", "-Cstrip=symbols", "-Clto=fat"]);
    // Without all of `-Clto=fat` the library's parts that unwind would be asked for, and nothing here has them.
    // Where cargo looks for the standard library of another system, for one.
    let flags = var("CARGO_ENCODED_RUSTFLAGS");
    rustc.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    let linker = var("RUSTC_LINKER");
    if !linker.is_empty() {
        rustc.arg(format!("-Clinker={linker}"));
    }
    rustc.arg(SOURCE).arg("-o").arg(&program);
    match rustc.output() {
        Ok(output) if output.status.success() => {}
        // A build script that panics is how cargo is told that nothing can be built.
        Ok(output) => panic!("{rustc:?} ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr)),
        Err(error) => panic!("{rustc:?} could not be started: {error}"),
    }
    println!("cargo::rustc-env=TESTKIT_FAKE_PROGRAM={}", program.display());
}
