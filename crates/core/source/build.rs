//! Says which module proxies this build asks where no `GOPROXY` is set anywhere.
//!
//! No registry's host stands in the code. A release build takes `GOWARD_DEFAULT_GOPROXY` alone, so that whoever builds
//! the same source with the same variable gets the same program; a debug build also takes what the go command of the
//! building machine says. Either is refused with credentials in it: every copy of the program would show them.

use std::process::{Command, ExitCode};

/// Where the go command of the building machine was asked.
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

/// A user, a password or a query: what follows `?` or stands before `@` may be a token.
fn may_hold_a_secret(word: &str) -> bool {
    word.contains(['@', '?', '#'])
}

/// What the go command says, if there is one; it gets no other toolchain for this.
#[expect(clippy::disallowed_methods, reason = "a build script starts programs")]
fn of_go() -> Option<String> {
    let output = Command::new("go").args(["env", "GOPROXY"]).env("GOTOOLCHAIN", "local").output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}
