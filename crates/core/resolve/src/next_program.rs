//! Finds the next program of a name on `PATH`, for a shim without a version to run.

use std::ffi::OsString;
use std::path::Path;

use context::{Ctx, SHIM_BYTES_MAX};
use diag::{Class, Diagnose, Diagnosis};
use sys::{Program, program_file_name};

/// The bytes that every shim contains, even one that others built: the name of the variable that it sets.
const MARK: &[u8] = b"GOWARD_SHIM";

/// There is no such program.
#[derive(Debug, thiserror::Error)]
#[error("run `{name}`: nothing here asks for a toolchain, no default is set, and no other `{name}` is on PATH")]
pub struct NextError {
    /// The program.
    pub name: String,
}

impl Diagnose for NextError {
    fn diagnosis(&self) -> Diagnosis {
        Class::CommandMissing
            .word("nothing-chosen")
            .hint("`goward use latest` sets a default, `goward pin VERSION` writes the project's version file")
    }
}

/// The first program of this name on `PATH` that is not a shim of any home.
///
/// # Errors
/// When there is none.
pub fn next_program(ctx: &Ctx, name: &str) -> Result<Program, NextError> {
    // With its extension, if there is one: a batch file of that name is not a go command.
    let file = OsString::from(program_file_name(name));
    let found = ctx.sys.env().programs(ctx.sys.fs(), &file).find(|program| !is_shim(ctx, program.path()));
    found.ok_or_else(|| NextError { name: name.to_owned() })
}

/// Whether a program is a shim, links followed. An unreadable one counts as a program: the system may refuse it.
pub(crate) fn is_shim(ctx: &Ctx, path: &Path) -> bool {
    let fs = ctx.sys.fs();
    let small = fs.follow(path).is_ok_and(|meta| meta.is_some_and(|meta| meta.bytes <= SHIM_BYTES_MAX));
    small && fs.read(path, SHIM_BYTES_MAX).is_ok_and(|bytes| bytes.windows(MARK.len()).any(|window| window == MARK))
}
