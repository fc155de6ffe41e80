//! Asks the go command of a toolchain about a project, or about modules that are nobody's project.
//!
//! This is the one program that goward starts for itself in a folder that is not its own, and it comes out of goward's own
//! store. It runs nothing of what it finds there: `GOTOOLCHAIN=local` keeps it from switching to another Go, fetched
//! behind the user's back; `-mod=readonly` keeps it from writing; and the user's `GOFLAGS` are left out, since they can
//! name programs to be run (`-toolexec`).

use context::Ctx;
use store::Toolchain;
use sys::{Environment, Helper, Program, program_file_name};

use crate::goenv::isolation;
use crate::launch::{LaunchError, path_with};

/// What a go command is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// The project in the working folder.
    Project,
    /// Modules by their names: no go.mod, go.work or go.sum bears on the answer.
    Modules,
}

/// The go command of a toolchain, ready to be given its question.
///
/// # Errors
/// When no folder can be made for it, or the project whose own folders are asked for cannot be found out.
pub(crate) fn question(ctx: &Ctx, toolchain: &Toolchain, about: About) -> Result<Helper, LaunchError> {
    let bin = toolchain.tree.join("bin");
    let go = bin.join(program_file_name("go"));
    let go = Program::at(go).map_err(|error| LaunchError::refused(&error.path.clone(), error.into()))?;
    let mut environment = Environment::of(ctx.sys.env())
        .with("PATH", path_with(ctx, &bin))
        .with("GOTOOLCHAIN", "local")
        .with("GOFLAGS", "-mod=readonly")
        .without("GOROOT");
    for one in isolation(ctx, toolchain)? {
        let made = ctx.sys.fs().create_private_dirs(&one.path);
        made.map_err(|cause| LaunchError::Isolate { name: one.name, path: one.path.clone(), cause })?;
        environment = environment.with(one.name, one.path);
    }
    if ctx.is_offline() {
        environment = environment.with("GOPROXY", "off");
    }
    match about {
        About::Project => Ok(in_project(ctx, go, environment)),
        About::Modules => {
            let folder = ctx.store.empty_folder().map_err(|error| LaunchError::Folder(Box::new(error)))?;
            Ok(Helper::new(go, folder, environment.with("GOWORK", "off").with("GO111MODULE", "on")))
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "it is asked about the folder that it runs in, as the module says")]
fn in_project(ctx: &Ctx, go: Program, environment: Environment) -> Helper {
    Helper::asking_about(go, ctx.sys.env().folder(), environment)
}
