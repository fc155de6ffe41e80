//! Sets the module proxies that this build asks if no `GOPROXY` is set anywhere.
//!
//! The code names no registry's host. A release build takes `GOWARD_DEFAULT_GOPROXY` alone, so that the same source and
//! the same variable give the same program; a debug build also takes the go command's value on the build machine. The
//! build refuses credentials in either: every copy of the program would show them.

use std::process::{Command, ExitCode};

/// The origin of a value from the go command of the build machine.
const OF_GO: &str = "`go env GOPROXY` of the machine that built this program";

#[expect(clippy::disallowed_methods, reason = "this is how a build script and cargo talk")]
fn var(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn main() -> ExitCode {
    for name in ["GOWARD_DEFAULT_GOPROXY", "GOPROXY"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    let (value, origin) = match var("GOWARD_DEFAULT_GOPROXY") {
        Some(value) => (value, "GOWARD_DEFAULT_GOPROXY when this program was built"),
        None if var("PROFILE").as_deref() == Some("debug") => (of_go().unwrap_or_default(), OF_GO),
        None => (String::new(), "GOWARD_DEFAULT_GOPROXY was not set when this program was built"),
    };
    let value = value.trim();
    if let Some(word) = value.split([',', '|']).find(|word| may_hold_a_secret(word)) {
        let shown = word.rsplit('@').next().unwrap_or_default().split(['?', '#']).next().unwrap_or_default();
        println!(
            "cargo::error=the default GOPROXY of a build must hold no credentials, and the address of `{shown}` does \
             ({origin}); set GOWARD_DEFAULT_GOPROXY to one without, or to nothing"
        );
        return ExitCode::FAILURE;
    }
    assert!(!value.contains(['\n', '\r']), "a GOPROXY value is one line");
    println!("cargo::rustc-env=GOWARD_BUILD_GOPROXY={value}");
    println!("cargo::rustc-env=GOWARD_BUILD_GOPROXY_ORIGIN={origin}");
    ExitCode::SUCCESS
}

/// A user, a password or a query: text after `?` or before `@` may be a token.
fn may_hold_a_secret(word: &str) -> bool {
    word.contains(['@', '?', '#'])
}

/// The go command's value, if there is a go command; it fetches no other toolchain for this.
#[expect(clippy::disallowed_methods, reason = "a build script starts programs")]
fn of_go() -> Option<String> {
    let output = Command::new("go").args(["env", "GOPROXY"]).env("GOTOOLCHAIN", "local").output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}
