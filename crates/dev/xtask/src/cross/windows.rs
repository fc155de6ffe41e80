//! Windows on amd64: linted, built, and its tests run under Wine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::tools::{self, Compiler, Needed, Tools, output, target_var};
use super::wine::{TARGET, WINE, windows_path, wine};
use super::{Outcome, Rows, job, sysroot, test_run};
use crate::elsewhere::left_out_on_windows;

const WINESERVER: &str = "/usr/lib/wine/wineserver64";
const MINGW: &str = "/usr/bin/x86_64-w64-mingw32-gcc";

/// The tools that the tests need besides the compiler.
const NEEDED: [Needed; 2] = [(MINGW, "gcc-mingw-w64-x86-64-win32"), (WINE, "wine64")];

/// Crates whose tests do not run under Wine with `--quick`, each with the reason. A crate that is not named here runs,
/// so that a new crate is skipped only by decision.
const NOT_QUICK: [(&str, &str); 7] = [
    ("pin", "text in, values out: nothing in it asks the system"),
    ("release", "text in, values out: nothing in it asks the system"),
    ("project", "what files hold, not where they are: nothing in it asks the system"),
    ("diag", "words and columns: nothing in it asks the system"),
    ("trust", "hashes and signatures: bytes in, a verdict out, and a minute of it under Wine"),
    ("testkit", "the kit itself; what it does on Windows is used by every other crate's tests there"),
    ("sim", "minutes under Wine; a switch and an undo over pointer files are stopped on this system instead"),
];

/// The replacement for `sim` with `--quick`: the verbs that move a pointer, each stopped at every operation in all
/// fault models, with pointer files as on Windows.
const POINTER_TESTS: &str = "the_old_default_or";

pub fn run(tools: &Tools, rows: &mut Rows, quick: bool) -> Result<()> {
    let Some(compiler) = super::compiler_for(tools, rows, TARGET, &NEEDED[..1]) else { return Ok(()) };
    let flags = sysroot::flags(tools, &compiler, TARGET)?;
    let cargo = |words: &[&str]| {
        let mut command = tools.cargo(&compiler, words);
        command.args(["--target", TARGET, "--locked"]);
        command.env(target_var(TARGET, "RUSTFLAGS"), &flags);
        command
    };
    if let Some(lack) = tools.lacks(&NEEDED) {
        let mut clippy = cargo(&["clippy", "--workspace", "--exclude", "xtask"]);
        rows.step(TARGET, Outcome::Checked, super::lint(&mut clippy), tools::run(&mut clippy));
        rows.add(TARGET, Outcome::NotDone(format!("nothing was run: {lack}")));
        return Ok(());
    }
    let wine = Wine::begin(tools)?;
    let prefix = &wine.prefix;
    // One call for all: with one set of packages every dependency is built once.
    let mut test = cargo(&["test", "--no-fail-fast", "--workspace", "--exclude", "xtask"]);
    let left_out = if quick { &NOT_QUICK[..] } else { &[] };
    for (package, why) in left_out {
        test.args(["--exclude", package]);
        rows.add(TARGET, Outcome::NotDone(format!("the tests of {package}: {why} (--quick)")));
    }
    tools::build_fast(&mut test);
    tools.lint_too(&compiler, &mut test)?;
    test.env(target_var(TARGET, "RUNNER"), tools.script("wine-run"))
        .env("WINEPREFIX", prefix)
        // No real user has the variables of the prefix's user.
        .env("GOWARD_TEST_REGISTRY", "1")
        .env("INSTA_UPDATE", "no");
    let tests = test_run::run(&mut test);
    if let Ok(tests) = &tests {
        for (test, why) in &tests.ignored {
            rows.add(TARGET, Outcome::NotDone(format!("test {test}: {why}")));
        }
    }
    let told = tests.map(|tests| tests.told());
    if rows.step(TARGET, Outcome::Ran, "linted (warnings refused), and the tests under Wine", told) {
        job::run(rows, prefix, &wine.memory, &tools.target_folder(&compiler))?;
    }
    if quick {
        let mut stopped = tools.cargo(&Compiler::Pinned, &["test", "--workspace", "--locked", "--test", "crash"]);
        // As `.ci/run` builds it: nothing is compiled again.
        tools.lint_too(&Compiler::Pinned, &mut stopped)?;
        stopped.arg(POINTER_TESTS).env("SIM_POINTER_FILES", "1");
        let stopped = test_run::run(&mut stopped).map(|tests| tests.told());
        rows.step(TARGET, Outcome::Ran, "stops of a switch and an undo over pointer files, on this system", stopped);
    }
    for file in left_out_on_windows(&tools.root, &crate::files::sources(&tools.root.join("crates"))?)? {
        let what = format!("{} tests of {}: {}", file.tests, file.path.display(), file.why);
        rows.add(TARGET, Outcome::NotDone(what));
    }
    for (what, why) in NOT_SHOWN {
        rows.add(TARGET, Outcome::NotDone(format!("{what}: {why}")));
    }
    Ok(())
}

/// The job alone, with the goward.exe that was built last.
pub fn job(tools: &Tools, rows: &mut Rows) -> Result<()> {
    match tools.compiler(TARGET) {
        Ok(compiler) if tools.lacks(&NEEDED).is_none() => {
            let wine = Wine::begin(tools)?;
            job::run(rows, &wine.prefix, &wine.memory, &tools.target_folder(&compiler))
        }
        _ => bail!("what the job needs is not there: `cargo xtask cross windows` says what"),
    }
}

/// How much memory must be free for temporary files: two trees of Go, and the tests' files.
const MEMORY_BYTES_MIN: u64 = 3 << 30;

/// The Windows of the prefix, while this runs. Its processes end with it, and its temporary files go.
struct Wine {
    prefix: PathBuf,
    /// The folder for frequent writes: in memory if there is enough, since every file of a tree is flushed by itself.
    memory: tempfile::TempDir,
}

impl Wine {
    fn begin(tools: &Tools) -> Result<Wine> {
        let prefix = prefix(tools)?;
        let shared = Path::new("/dev/shm");
        let free = sys::Sys::real().fs().space(shared).ok().flatten().map_or(0, |space| space.bytes_free);
        let base = if free >= MEMORY_BYTES_MIN { shared.to_owned() } else { prefix.join("drive_c/users") };
        let memory = tempfile::Builder::new().prefix("goward cross ").tempdir_in(base)?;
        let wine = Wine { prefix, memory };
        let path = windows_path(&wine.prefix, wine.memory.path()).to_string_lossy().into_owned();
        for name in ["TEMP", "TMP"] {
            run_wine(&wine.prefix, &["reg", "add", r"HKCU\Environment", "/v", name, "/d", &path, "/f"])?;
        }
        // The rest of a killed run; usually there is none, which `reg` reports as an error.
        let _ = run_wine(&wine.prefix, &["reg", "delete", r"HKCU\Environment", "/v", "Path", "/f"]);
        Ok(wine)
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        let _ = Command::new(WINESERVER).arg("-k").env("WINEPREFIX", &self.prefix).status();
    }
}

/// Runs one of Wine's own programs. Discards its output: Wine's processes outlive it, and would keep a pipe open.
fn run_wine(prefix: &Path, words: &[&str]) -> Result<String> {
    let mut command = wine();
    command.args(words).env("WINEPREFIX", prefix);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    tools::run(&mut command)
}

/// What Wine 8 cannot show.
const NOT_SHOWN: [(&str, &str); 3] = [
    ("junctions and symbolic links", "Wine 8 makes none; goward reports that it has none"),
    ("PowerShell", "there is none for this machine"),
    ("real Windows", "Wine stands for it"),
];

/// A separate Windows for the tests, made once.
fn prefix(tools: &Tools) -> Result<PathBuf> {
    let prefix = tools.at("wine");
    let library = prefix.join("drive_c/windows/system32/bcryptprimitives.dll");
    if library.exists() {
        return Ok(prefix);
    }
    run_wine(&prefix, &["wineboot", "-i"]).context("make a Wine prefix")?;
    // By default it reports Windows 7, on which Go has not run since 1.21.
    run_wine(&prefix, &["reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"])?;
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
