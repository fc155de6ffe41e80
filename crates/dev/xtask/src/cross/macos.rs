//! macOS on arm64: checked and linted, and linked where that can be done. Nothing here can run it.

use anyhow::Result;

use super::tools::{self, Tools, target_var};
use super::{Outcome, Rows, sysroot};

const TARGET: &str = "aarch64-apple-darwin";

pub fn run(tools: &Tools, rows: &mut Rows) -> Result<()> {
    if let Some(lack) = tools.lacks(&[]) {
        rows.add(TARGET, Outcome::NotDone(lack));
        return Ok(());
    }
    let sysroot = sysroot::make(tools, TARGET)?;
    let mut clippy = tools.cargo(&["clippy", "--workspace", "--all-targets", "--target", TARGET, "--locked"]);
    clippy
        .args(["--", "-D", "warnings"])
        .env(target_var(TARGET, "RUSTFLAGS"), format!("--sysroot {}", sysroot.display()))
        .env("CC_aarch64_apple_darwin", tools.script("stub-cc"))
        .env("AR_aarch64_apple_darwin", tools.script("stub-ar"))
        // What stubs have made must not be linked later.
        .env("CARGO_TARGET_DIR", tools.keyed("target-stubs"));
    rows.step(TARGET, Outcome::Checked, "clippy of everything, warnings refused", tools::run(&mut clippy));
    rows.add(TARGET, Outcome::NotDone("nothing was run: nothing here runs programs for macOS".to_owned()));
    Ok(())
}
