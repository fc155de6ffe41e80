//! Keeps a go command from switching to another release than the chosen one.
//!
//! Since Go 1.21 a go command reads the `go` and `toolchain` lines of a project and switches to another release if they
//! name a newer one (cmd/go/internal/toolchain: `Select`). If the user names a version, by a pin, a variable or on the
//! command line, that version runs: the program has `GOTOOLCHAIN=go1.24.11`, which keeps a go command from switching,
//! and the same in `GOWARD_TOOLCHAIN`, which marks the value as goward's. If both are equal, a nested goward or shim
//! decides again, as if neither were set: the folder there may pin another version.
//!
//! If a default decides, or what the project needs, goward sets nothing, and the go command switches by itself; but if
//! a go.mod or go.work is a pipe or a device, goward sets it, so that the go command does not wait.

use release::ToolchainId;
use sys::{Env, UserProgram};

/// The variable from which the go command reads which release to be.
const GOTOOLCHAIN: &str = "GOTOOLCHAIN";
/// The value that goward has given [`GOTOOLCHAIN`]. The shim has the same name (`bins/shim/src/resolve.rs`).
const MARK: &str = "GOWARD_TOOLCHAIN";

/// The user's `GOTOOLCHAIN`; a value that an outer goward has set does not count.
pub fn user_gotoolchain(env: &Env) -> Option<&str> {
    env.var(GOTOOLCHAIN).filter(|value| env.var(MARK) != Some(*value))
}

/// The value for a program that `keeps` its release. The user's own `local` has the same effect.
fn fixed(env: &Env, keeps: bool, id: &ToolchainId) -> Option<String> {
    (keeps && user_gotoolchain(env) != Some("local")).then(|| id.version().tag())
}

/// A variable of a program and its value; none where it is removed.
pub type EnvChange = (&'static str, Option<String>);

/// What goward changes for a program that `keeps` its release: that value and its mark. For another one it removes what
/// an outer goward has set.
pub(crate) fn changes(env: &Env, keeps: bool, id: &ToolchainId) -> Vec<EnvChange> {
    match fixed(env, keeps, id) {
        Some(tag) => vec![(GOTOOLCHAIN, Some(tag.clone())), (MARK, Some(tag))],
        None => removals(env),
    }
}

/// The value that these changes give a variable.
pub(crate) fn new_value(changes: &[EnvChange], name: &str) -> Option<String> {
    changes.iter().find(|(changed, _)| *changed == name).and_then(|(_, value)| value.clone())
}

fn removals(env: &Env) -> Vec<EnvChange> {
    match env.var(MARK) {
        Some(_) if user_gotoolchain(env).is_none() => vec![(GOTOOLCHAIN, None), (MARK, None)],
        Some(_) => vec![(MARK, None)],
        None => Vec::new(),
    }
}

/// The program with these changes.
pub(crate) fn settled(command: UserProgram, env: &Env, keeps: bool, id: &ToolchainId) -> UserProgram {
    with(command, changes(env, keeps, id))
}

/// The program without a `GOTOOLCHAIN` that an outer goward has set.
pub fn without_mark(command: UserProgram, env: &Env) -> UserProgram {
    with(command, removals(env))
}

fn with(command: UserProgram, changes: Vec<EnvChange>) -> UserProgram {
    changes.into_iter().fold(command, |command, (name, value)| match value {
        Some(value) => command.env(name, &value),
        None => command.env_remove(name),
    })
}
