#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore talks to the real machine and to whoever runs it"
)]
//! The project's own chores: `cargo xtask CHORE`.

mod bench;
mod bench_bundle;
mod bench_shells;
mod bench_verify;
mod circles;
#[cfg(unix)]
mod cross;
mod elsewhere;
mod files;
mod fuzz;
mod links;
mod promises;
mod reference;
mod tidy;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask tidy                  check the layers, where paths are built, and that what is left out says why
cargo xtask reference [--check]   write (or compare) docs/reference
cargo xtask bench [--runs N]      measure against the floor and a peer
cargo xtask bench shells          measure shell start and prompt hook beside peers
cargo xtask bench --shims [GOWARD]  measure the shims alone
cargo xtask bench-bundle [--goward FILE]  measure an install from a bundle against one from a mirror
cargo xtask bench-verify [N]       measure the check of a tree against its floor, N pairs
cargo xtask cross [PART]…         build, lint and run for Windows (Wine), static Linux, arm64, macOS; parts: windows, musl, arm,
                                  macos; --quick does less, --no-install installs nothing, --release-form optimises,
                                  --compile-library takes Debian's compiler
cargo xtask fuzz [--quick] [--seconds N]  build every fuzz target and run it for so long; --quick leaves out those that
                                  take most of the time of a build";

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["tidy"] => tidy::run(),
        ["reference"] => reference::run(false),
        ["reference", "--check"] => reference::run(true),
        ["bench"] => bench::run(7),
        ["bench", "--runs", runs] => bench::run(runs.parse()?),
        ["bench", "shells"] => bench_shells::run(200),
        ["bench", "--shims"] => bench::run_shims(None),
        ["bench", "--shims", goward] => bench::run_shims(Some(goward)),
        ["bench-bundle"] => bench_bundle::run(5, None),
        ["bench-bundle", "--goward", program] => bench_bundle::run(5, Some(program)),
        ["bench-verify"] => bench_verify::run(15),
        ["bench-verify", runs] => bench_verify::run(runs.parse()?),
        ["bench-verify-optimised", runs] => bench_verify::run_optimised(runs.parse()?),
        #[cfg(unix)]
        ["cross", rest @ ..] => cross::run(rest),
        ["fuzz"] => fuzz::run(20, false),
        ["fuzz", "--seconds", seconds] => fuzz::run(seconds.parse()?, false),
        ["fuzz", "--quick", "--seconds", seconds] => fuzz::run(seconds.parse()?, true),
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
