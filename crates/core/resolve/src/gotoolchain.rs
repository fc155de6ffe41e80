//! Keeps a go command from becoming another release than the one that was chosen.
//!
//! Since Go 1.21 a go command reads the `go` and `toolchain` lines of a project and becomes another release where they
//! name a newer one (cmd/go/internal/toolchain: `Select`). Whoever names a version, by a pin, a variable or on the command
//! line, gets that one: the program has `GOTOOLCHAIN=go1.24.11`, by which a go command stays what it is, and the same in
//! `GOWARD_TOOLCHAIN`, which marks the value as goward's. Where both are equal, a goward or a shim that is called from
//! within decides anew, as if neither were set: the folder there may pin another.
//!
//! Where a default decides, or what the project needs, nothing is set, and switching is the go command's own; but where a
//! go.mod or go.work is a pipe or a device, it is not let wait for it.

use release::ToolchainId;
use sys::{Env, UserProgram};

/// By this the go command is told which release to be.
const GOTOOLCHAIN: &str = "GOTOOLCHAIN";
/// The value that goward has given [`GOTOOLCHAIN`]. The shim has the same name (`bins/shim/src/resolve.rs`).
const MARK: &str = "GOWARD_TOOLCHAIN";

/// The user's `GOTOOLCHAIN`: what goward has set for a program around this one is none.
pub fn user_gotoolchain(env: &Env) -> Option<&str> {
    env.var(GOTOOLCHAIN).filter(|value| env.var(MARK) != Some(*value))
}

/// The value that a program gets, where it `keeps` its release. A user who says `local` has said as much.
pub(crate) fn fixed(env: &Env, keeps: bool, id: &ToolchainId) -> Option<String> {
    (keeps && user_gotoolchain(env) != Some("local")).then(|| id.version().tag())
}

/// The program with that value where it `keeps` its release, else without one that an outer goward has set.
pub(crate) fn settled(command: UserProgram, env: &Env, keeps: bool, id: &ToolchainId) -> UserProgram {
    match fixed(env, keeps, id) {
        Some(tag) => command.env(GOTOOLCHAIN, &tag).env(MARK, &tag),
        None => without_mark(command, env),
    }
}

/// The program without a `GOTOOLCHAIN` that an outer goward has set.
pub fn without_mark(command: UserProgram, env: &Env) -> UserProgram {
    match env.var(MARK) {
        Some(_) if user_gotoolchain(env).is_none() => command.env_remove(GOTOOLCHAIN).env_remove(MARK),
        Some(_) => command.env_remove(MARK),
        None => command,
    }
}
