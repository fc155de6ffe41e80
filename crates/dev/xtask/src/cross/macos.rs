//! macOS on arm64: checked and linted, and linked where that can be done. Nothing here can run it.

use std::fs;

use anyhow::{Result, ensure};

use super::tools::{self, Compiler, Tools, ZIG, target_var};
use super::{Outcome, Rows, linux, sysroot};

const TARGET: &str = "aarch64-apple-darwin";
/// How a 64-bit Mach-O file begins, and its number for arm64.
const MACH_O_ARM64: [u8; 8] = [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1];

pub fn run(tools: &Tools, rows: &mut Rows, quick: bool) -> Result<()> {
    let compiler = match tools.compiler(TARGET) {
        Ok(compiler) => compiler,
        Err(lack) => {
            rows.add(TARGET, Outcome::NotDone(lack));
            return Ok(());
        }
    };
    let flags = sysroot::flags(tools, &compiler, TARGET)?;
    let mut clippy = tools.cargo(&compiler, &["clippy", "--workspace", "--target", TARGET, "--locked"]);
    clippy
        .env(target_var(TARGET, "RUSTFLAGS"), &flags)
        .env("CC_aarch64_apple_darwin", tools.script("stub-cc"))
        .env("AR_aarch64_apple_darwin", tools.script("stub-ar"))
        // What stubs have made must not be linked later.
        .env("CARGO_TARGET_DIR", tools.keyed(&compiler, "target-stubs"));
    rows.step(TARGET, Outcome::Checked, super::lint(&mut clippy), tools::run(&mut clippy));
    if quick {
        rows.add(TARGET, Outcome::NotDone("linking (--quick)".to_owned()));
    } else if let Some(lack) = tools.lacks(&[ZIG]) {
        rows.add(TARGET, Outcome::NotDone(format!("linking: {lack}")));
    } else {
        link(tools, rows, &compiler, &flags)?;
    }
    rows.add(TARGET, Outcome::NotDone("nothing was run: nothing here runs programs for macOS".to_owned()));
    Ok(())
}

fn link(tools: &Tools, rows: &mut Rows, compiler: &Compiler, flags: &str) -> Result<()> {
    let zig = linux::zig(tools, "aarch64-macos")?;
    // The compiler asks for the folder of Apple's development kit; zig has what is needed of it.
    let kit = tools.at("no-apple-kit");
    fs::create_dir_all(&kit)?;
    let mut build = tools.cargo(compiler, &["build", "--package", "goward", "--target", TARGET, "--locked"]);
    tools::build_fast(&mut build);
    build
        .env(target_var(TARGET, "RUSTFLAGS"), flags)
        .env(target_var(TARGET, "LINKER"), &zig)
        .env("CC_aarch64_apple_darwin", &zig)
        .env("SDKROOT", &kit);
    let built = tools::run(&mut build).and_then(|took| {
        let file = tools.target_folder(compiler).join(TARGET).join("debug/goward");
        let bytes = fs::read(&file)?;
        ensure!(bytes.starts_with(&MACH_O_ARM64), "{} is no program for macOS on arm64", file.display());
        Ok(format!("{took}, {} bytes", bytes.len()))
    });
    rows.step(TARGET, Outcome::Built, "goward, linked with zig", built);
    Ok(())
}
