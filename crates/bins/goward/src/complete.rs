//! Completes a command line in a shell: commands, options and values.
//!
//! The scripts of `goward completions` call goward with the variable [`VARIABLE`] set and the words typed so far after
//! `--`. goward answers from the command tree and from [`crate::candidates`].

use std::ffi::{OsStr, OsString};

use clap_complete::env::{CompleteEnv, Shells};
use sys::Sys;

use crate::cli;

/// The variable that asks for candidates; its value is the shell.
pub(crate) const VARIABLE: &str = "GOWARD_COMPLETE";

/// Prints candidates if the environment asks for them. Returns whether it did.
pub(crate) fn complete(sys: &Sys, args: &[OsString]) -> bool {
    if sys.env().var_os(VARIABLE).is_none_or(OsStr::is_empty) {
        return false;
    }
    let env = CompleteEnv::with_factory(cli::command).var(VARIABLE).bin("goward").completer("goward");
    // An unknown shell, or a closed pipe: no candidates.
    env.try_complete(args.iter().cloned(), Some(sys.env().folder())).unwrap_or(true)
}

/// The script that makes a shell ask goward; none for a shell that it does not know.
pub(crate) fn script(shell: &str) -> Option<String> {
    let mut script = Vec::new();
    Shells::builtins()
        .completer(shell)?
        .write_registration(VARIABLE, "goward", "goward", "goward", &mut script)
        .ok()?;
    let mut text = String::from_utf8_lossy(&script).into_owned();
    if shell == "zsh" {
        // zsh loads the file at the first completion, which then has to be answered, too.
        text.push_str("if [ \"$funcstack[1]\" = \"_goward\" ]; then\n    _clap_dynamic_completer_goward \"$@\"\nfi\n");
    }
    Some(text)
}
