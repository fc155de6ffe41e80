#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore talks to the real machine and to whoever runs it"
)]
//! The project's own chores: `cargo xtask CHORE`.

mod bench;
#[cfg(unix)]
mod cross;
mod fuzz;
mod reference;
mod tidy;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask tidy                  check the layers and where paths are built
cargo xtask reference [--check]   write (or compare) docs/reference
cargo xtask bench [--runs N]      measure against the floor and a peer
cargo xtask cross [PART]…         build, lint and run for Windows (Wine), static Linux, arm64, macOS; parts: windows, musl, arm,
                                  macos; --quick does less, --no-install installs nothing, --release-form optimises
cargo xtask fuzz [--seconds N]    run every fuzz target for so long (needs a nightly compiler)";

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["tidy"] => tidy::run(),
        ["reference"] => reference::run(false),
        ["reference", "--check"] => reference::run(true),
        ["bench"] => bench::run(7),
        ["bench", "--runs", runs] => bench::run(runs.parse()?),
        #[cfg(unix)]
        ["cross", rest @ ..] => cross::run(rest),
        ["fuzz"] => fuzz::run(20),
        ["fuzz", "--seconds", seconds] => fuzz::run(seconds.parse()?),
        _ => bail!("no such chore; there are:\n{USAGE}"),
    }
}

/// The root of the workspace.
fn root() -> Result<std::path::PathBuf> {
    let manifest = env!("CARGO_MANIFEST_DIR");
    match std::path::Path::new(manifest).ancestors().nth(3) {
        Some(root) => Ok(root.to_owned()),
        None => bail!("{manifest} is not three folders below a workspace"),
    }
}
