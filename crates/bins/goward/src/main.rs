//! The `goward` program. The library beside it has all of the code.

use std::process::ExitCode;

#[expect(clippy::disallowed_methods, reason = "only main reads the command line")]
fn main() -> ExitCode {
    goward::main(std::env::args_os())
}
