//! Asks the go command of a toolchain about a project, or about modules outside of any project.
//!
//! This is the only program that goward starts for itself in a folder that is not its own, and it is in goward's own
//! store. It runs nothing of that folder: `GOTOOLCHAIN=local` keeps it from fetching and switching to another Go,
//! `-mod=readonly` keeps it from writing, and goward removes the user's `GOFLAGS`, which can name programs to run
//! (`-toolexec`).

use context::Ctx;
use store::Toolchain;
use sys::{Environment, Helper, Program, program_file_name};

use crate::goenv::isolation;
use crate::launch::{LaunchError, path_with};

/// The subject of a question to a go command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// The project in the working folder.
    Project,
    /// Modules by their names: no go.mod, go.work or go.sum affects the answer.
    Modules,
}

/// The go command of a toolchain, without its arguments.
///
/// # Errors
/// When no folder can be made for it, or the project for `isolate.*` cannot be determined.
pub(crate) fn question(ctx: &Ctx, toolchain: &Toolchain, about: About) -> Result<Helper, LaunchError> {
    let bin = toolchain.tree.join("bin");
    let go = bin.join(program_file_name("go"));
    let go = Program::at(go).map_err(|error| LaunchError::refused(&error.path.clone(), error.into()))?;
    let mut environment = Environment::of(ctx.sys.env())
        .with("PATH", path_with(ctx, &[&bin]))
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
