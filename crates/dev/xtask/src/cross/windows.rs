//! Windows on amd64: linted, built, and its tests run under Wine.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::tools::{self, Tools, output, target_var};
use super::{Outcome, Rows, sysroot};

pub const TARGET: &str = "x86_64-pc-windows-gnu";
pub const WINE: &str = "/usr/lib/wine/wine64";
const WINESERVER: &str = "/usr/lib/wine/wineserver64";
const MINGW: &str = "/usr/bin/x86_64-w64-mingw32-gcc";

/// The packages whose tests run under Wine with `--quick`; otherwise all but the chores' own.
const PACKAGES_QUICK: [&str; 5] = ["sys", "store", "shim", "release", "goward"];

pub fn run(tools: &Tools, rows: &mut Rows, quick: bool) -> Result<()> {
    if let Some(lack) = tools.lacks(&[(MINGW, "gcc-mingw-w64-x86-64-win32")]) {
        rows.add(TARGET, Outcome::NotDone(lack));
        return Ok(());
    }
    let sysroot = sysroot::make(tools, TARGET)?;
    let cargo = |words: &[&str]| {
        let mut command = tools.cargo(words);
        command.args(["--target", TARGET, "--locked"]);
        command.env(target_var(TARGET, "RUSTFLAGS"), format!("--sysroot {}", sysroot.display()));
        command
    };
    let mut clippy = cargo(&["clippy", "--workspace", "--exclude", "xtask"]);
    let what = super::lint(&mut clippy, quick);
    rows.step(TARGET, Outcome::Checked, what, tools::run(&mut clippy));
    if let Some(lack) = tools.lacks(&[(WINE, "wine64")]) {
        rows.add(TARGET, Outcome::NotDone(format!("nothing was run: {lack}")));
        return Ok(());
    }
    let prefix = prefix(tools)?;
    // One call for all: with one set of packages every dependency is built once.
    let mut test = cargo(&["test", "--no-fail-fast"]);
    if quick {
        test.args(PACKAGES_QUICK.iter().flat_map(|package| ["--package", package]));
    } else {
        test.args(["--workspace", "--exclude", "xtask"]);
    }
    tools::build_fast(&mut test);
    test.env(target_var(TARGET, "RUNNER"), tools.script("wine-run"))
        .env("WINEPREFIX", &prefix)
        .env("INSTA_UPDATE", "no");
    rows.step(TARGET, Outcome::Ran, "goward.exe and the tests under Wine", tools::run(&mut test));
    super::job::run(tools, rows, &prefix)?;
    // Nothing of this prefix stays behind.
    let _ = Command::new(WINESERVER).arg("-k").env("WINEPREFIX", &prefix).status();
    if quick {
        rows.add(TARGET, Outcome::NotDone("tests of the other crates (--quick)".to_owned()));
    }
    for (what, why) in NOT_SHOWN {
        rows.add(TARGET, Outcome::NotDone(format!("{what}: {why}")));
    }
    Ok(())
}

/// What Wine 8 cannot show.
const NOT_SHOWN: [(&str, &str); 3] = [
    ("junctions and symbolic links", "Wine 8 makes none; goward reports that it has none"),
    ("PowerShell", "there is none for this machine"),
    ("real Windows", "Wine stands for it"),
];

/// A Windows of its own for the tests, made once.
pub fn prefix(tools: &Tools) -> Result<PathBuf> {
    let prefix = tools.at("wine");
    let library = prefix.join("drive_c/windows/system32/bcryptprimitives.dll");
    if library.exists() {
        return Ok(prefix);
    }
    // Wine's own processes outlive the program, and would keep a pipe open.
    let wine = |words: &[&str]| {
        let mut command = Command::new(WINE);
        command.args(words).env("WINEPREFIX", &prefix).env("WINEDEBUG", "-all");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        tools::run(&mut command)
    };
    wine(&["wineboot", "-i"]).context("make a Wine prefix")?;
    // It says that it is Windows 7 unless it is told otherwise, and Go has not run there since 1.21.
    wine(&["reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"])?;
    let staged = tools.at("bcryptprimitives.dll");
    output(
        Command::new(MINGW)
            .args(["-Os", "-s", "-shared", "-o"])
            .arg(&staged)
            .arg(tools.script("bcryptprimitives.c"))
            .arg("-ladvapi32"),
    )?;
    fs::copy(&staged, &library).context("put bcryptprimitives.dll into the prefix")?;
    Ok(prefix)
}
