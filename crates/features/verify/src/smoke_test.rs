//! Checks that a toolchain's go command works: runs it, in a separate environment.
//!
//! It gets nothing of the user's environment and writes to none of the user's folders: home, caches and temporary
//! folder are a staging folder of the store, which is removed afterwards.

use context::Ctx;
use store::Toolchain;
use sys::{Environment, Helper, Program};

use crate::limits::{SMOKE_TEST_BYTES_MAX, SMOKE_TEST_TIME_MAX};

/// One program that ran, and its output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmokeTest {
    /// What was run.
    pub command: String,
    /// Whether its output was right.
    pub good: bool,
    /// Its output, or the fault.
    pub says: String,
}

/// Variables without which no program runs on Windows.
const KEPT: [&str; 3] = ["SYSTEMROOT", "WINDIR", "COMSPEC"];
/// How many characters of a program's error are quoted.
const COMPLAINT_CHARS_MAX: usize = 300;

/// Runs `go version`, `go env GOROOT` and `go list std`.
///
/// # Errors
/// When no staging folder can be made. A failing program is a result, not an error.
pub fn run_go(ctx: &Ctx, toolchain: &Toolchain) -> Result<Vec<SmokeTest>, store::StoreError> {
    let staging = ctx.store.stage(&toolchain.id)?;
    let scratch = staging.tree();
    let version = toolchain.id.version().tag();
    let platform = toolchain.id.platform();
    let expected = format!("go version {version} {}/{}", platform.os(), platform.arch());
    let mut smoke_tests = Vec::new();
    if let Err(error) = ctx.sys.fs().create_dirs(&scratch) {
        smoke_tests.push(SmokeTest {
            command: "go".to_owned(),
            good: false,
            says: format!("no scratch folder: {error}"),
        });
    } else {
        let run = |args: &[&str]| captured(ctx, toolchain, &scratch, args);
        smoke_tests.push(judged("go version", run(&["version"]), |said| {
            // An experiment's name may follow.
            (said == expected || said.starts_with(&format!("{expected} "))).then(|| said.to_owned())
        }));
        smoke_tests.push(judged("go env GOROOT", run(&["env", "GOROOT"]), |said| {
            let same = |path: &std::path::Path| ctx.sys.fs().resolve(path).ok();
            let here = same(&toolchain.tree);
            (here.is_some() && same(std::path::Path::new(said)) == here).then(|| said.to_owned())
        }));
        smoke_tests.push(judged("go list std", run(&["list", "std"]), |said| {
            let packages = said.lines().count();
            let has = |name: &str| said.lines().any(|line| line == name);
            (has("fmt") && has("net/http")).then(|| format!("{packages} packages"))
        }));
    }
    ctx.store.discard(staging);
    Ok(smoke_tests)
}

fn captured(ctx: &Ctx, toolchain: &Toolchain, scratch: &std::path::Path, args: &[&str]) -> Result<String, String> {
    let go = toolchain.tree.join("bin").join(sys::program_file_name("go"));
    let mut environment = Environment::empty();
    for (name, value) in ctx.sys.env().vars() {
        if KEPT.iter().any(|kept| name.eq_ignore_ascii_case(kept)) {
            environment = environment.with(name, value);
        }
    }
    for name in ["HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "LOCALAPPDATA", "APPDATA", "GOCACHE", "GOPATH"] {
        environment = environment.with(name, scratch.join(name));
    }
    for folder in ["TMPDIR", "TEMP", "TMP"] {
        // A program that lacks it reports that itself.
        let _ = ctx.sys.fs().create_dirs(&scratch.join(folder));
    }
    for (name, value) in [
        ("GOENV", "off"),
        ("GOTOOLCHAIN", "local"),
        ("GOFLAGS", ""),
        ("CGO_ENABLED", "0"),
        ("GO111MODULE", "off"),
        ("GOTELEMETRY", "off"),
        ("PATH", ""),
    ] {
        environment = environment.with(name, value);
    }
    let go = Program::at(go).map_err(|error| format!("cannot be run: {error}"))?;
    let folder = ctx.store.empty_folder().map_err(|error| format!("cannot be run: could not {error}"))?;
    let helper = Helper::new(go, folder, environment).args(args.iter().copied());
    let ended = ctx
        .sys
        .process()
        .capture(helper, SMOKE_TEST_BYTES_MAX, SMOKE_TEST_TIME_MAX, ctx.sys.interrupt())
        .map_err(|error| format!("cannot be run: {error}"))?;
    let said = String::from_utf8_lossy(&ended.stdout).trim().to_owned();
    match ended.code {
        Some(0) => Ok(said),
        _ if ended.timed_out => Err(format!("did not end within {} s", SMOKE_TEST_TIME_MAX.as_secs())),
        code => {
            let complaint: String =
                String::from_utf8_lossy(&ended.stderr).trim().chars().take(COMPLAINT_CHARS_MAX).collect();
            let how = code.map_or("a signal".to_owned(), |code| format!("exit code {code}"));
            Err(format!("ended with {how}: {}", archive::printable(complaint.as_bytes())))
        }
    }
}

fn judged(command: &str, said: Result<String, String>, judge: impl FnOnce(&str) -> Option<String>) -> SmokeTest {
    let (good, says) = match said {
        Ok(said) => match judge(&said) {
            Some(says) => (true, says),
            None => {
                let cut: String = said.chars().take(COMPLAINT_CHARS_MAX).collect();
                (false, format!("said `{}`", archive::printable(cut.as_bytes())))
            }
        },
        Err(why) => (false, why),
    };
    SmokeTest { command: command.to_owned(), good, says }
}
