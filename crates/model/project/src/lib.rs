//! Which toolchain a folder asks for, and why.
//!
//! [`Inputs`] are what the caller found: files in the folders from the working folder upwards, a few
//! settings, the user's default. [`decide`] turns them into a [`Decision`]: what is wanted, and one
//! [`Reason`] for every file and rule that was looked at, so that `which --explain` can show the whole
//! way. Nothing here reads a file, the environment or a clock, and nothing here knows which releases
//! exist: a request is matched with them later.
//!
//! # The rules
//!
//! A *pin* is an explicit choice. The first of these counts:
//!
//! 1. a request on the command line,
//! 2. `GOWARD_VERSION`,
//! 3. an exact `GOTOOLCHAIN` in the environment (`go1.26.4`, without `+auto` or `+path`),
//! 4. the variables of other tools (`GOENV_VERSION`, `ASDF_GOLANG_VERSION`, `MISE_GO_VERSION`,
//!    `PROTO_GO_VERSION`), those of which files count,
//! 5. the nearest file that pins; within one folder in the order of [`PinFiles`]: `.go-version`,
//!    `.tool-versions`, the files of mise, `.prototools`; a dev container and a Dockerfile only where asked.
//!
//! `system` in one of the last two says that nothing pins: what stands further up does not count, and the
//! project and the default decide. A Go that goward did not install is never run.
//!
//! A file that pins counts only if it belongs to the right users ([`Users`]): what a neighbour has put into a folder
//! above is passed over, and told.
//!
//! A *floor* is what the project needs at least: the `go` line of go.work, or of go.mod where there
//! is no go.work. The `toolchain` line only suggests. Both are read exactly as the go command reads
//! them before it chooses a toolchain (`cmd/go/internal/toolchain/select.go`):
//!
//! - `GO111MODULE=off` means no floor, and then `GOTOOLCHAIN` is not looked at either; `auto` means the
//!   same where there is neither a go.mod nor a go.work;
//! - any go.work above the working folder comes before any go.mod; `GOWORK=off` passes over go.work,
//!   `GOWORK=/path` names it;
//! - `go 1.22` is satisfied by `1.22rc1`; where a toolchain must be chosen for it, that is `1.22.0`;
//! - `toolchain default` keeps the base, and so does `GOTOOLCHAIN=local`;
//! - a `go` line that is no version is passed over here, since the go command itself reports it; what
//!   would have to be called `go2…` is refused, since the go command looks for nothing of such a name;
//! - what cannot be read is an error only where it would have decided.
//!
//! With a pin, the pin decides, and [`check_floor`] refuses one below the floor with both places
//! named. Without one, the base (`GOTOOLCHAIN=go1.26.4+auto`, else the user's default) is raised to
//! the suggestion and to the floor where these are higher ([`Floor::raise`]).
//!
//! Where go commands differ the newest counts, which is 1.27. Not done here: `go install pkg@version` and
//! `go run pkg@version`, which up to Go 1.24 at least pass over the project and may need more than it; what
//! the go command answers itself whatever is chosen (`go env GOTOOLCHAIN`); `GOTOOLCHAIN` in a GOENV file
//! or go.env, which the chosen go command reads; and its rule not to leave its own source tree in search
//! of a go.work.
//!
//! What stands in these files is foreign. A name with a path separator is refused with file and line
//! (CVE-2023-39320), content is bounded, and nothing that is not a Go version comes out.
//!
//! Tested by tables, by properties over hostile content, and by the conformance suite, which asks real go
//! commands in hundreds of worlds (`tests/conformance`, `docs/resolver.md`).

mod choice;
mod decide;
mod error;
mod file_name;
mod floor;
mod input;
pub mod limits;
mod lock_file;
mod modules;
mod origin;
mod owner;
mod pin_file;
mod reason;
mod requirement;
mod setting;
mod walk;

pub use choice::Base;
pub use decide::{Decision, Want, decide};
pub use error::{GotoolchainFault, PinFileFault, ProjectError};
pub use file_name::{FileName, PinFiles, PinKind};
pub use floor::{BelowFloor, Floor, GoLine, LanguageToolchain, Raised, Suggestion, check_floor};
pub use input::{DefaultPin, Folder, FoundFile, Inputs, ToolVariables, ToolchainLine};
pub use lock_file::{
    LOCK_BYTES_MAX, LOCK_FILE_NAME, LOCK_SCHEMA, LockFile, LockFileError, Locked, LockedArchive, LockedLog,
};
pub use modules::{Demand, Demander, ModuleGraph};
pub use origin::{Origin, Rule};
pub use owner::{Stranger, Users};
pub use reason::{Reason, Verdict};
