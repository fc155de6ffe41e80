//! The `goward` program. All it does is in the library beside it.

use std::process::ExitCode;

#[expect(clippy::disallowed_methods, reason = "only main reads the command line")]
fn main() -> ExitCode {
    goward::main(std::env::args_os())
}
