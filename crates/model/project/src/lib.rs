//! Which toolchain a folder asks for, and why.
//!
//! [`Inputs`] are what the caller found: files in the folders from the working folder upwards, a few settings, the
//! user's default. [`decide`] turns them into a [`Decision`]: the wanted version, and one [`Reason`] for every file and
//! rule that was read, so that `which --explain` can print all of them. This crate reads no file, environment or clock,
//! and does not know which releases exist: a request is matched with them later.
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
//! `system` in one of the last two says that nothing pins: files further up do not count, and the project and the
//! default decide. A pin never selects a Go that goward did not install.
//!
//! A pin file counts only if it belongs to the right users ([`Users`]): another user's file in a folder above is
//! ignored, and reported.
//!
//! A *floor* is what the project needs at least: the `go` line of go.work, or of go.mod where there
//! is no go.work. The `toolchain` line only suggests. Both are read exactly as the go command reads
//! them before it chooses a toolchain (`cmd/go/internal/toolchain/select.go`):
//!
//! - `GO111MODULE=off` means no floor, and then `GOTOOLCHAIN` is ignored too; `auto` means the same if there is neither
//!   a go.mod nor a go.work;
//! - any go.work above the working folder comes before any go.mod; `GOWORK=off` ignores go.work, `GOWORK=/path` names
//!   it;
//! - `1.22rc1` satisfies `go 1.22`; if a toolchain must be chosen for it, that is `1.22.0`;
//! - `toolchain default` keeps the base, and so does `GOTOOLCHAIN=local`;
//! - a `go` line that is not a version is ignored here, since the go command itself reports it; a name that would begin
//!   with `go2` is refused, since the go command looks for no such name;
//! - an unreadable file is an error only if it would have decided.
//!
//! With a pin, the pin decides, and [`check_floor`] refuses one below the floor and names both
//! places. Without one, the base (`GOTOOLCHAIN=go1.26.4+auto`, else the user's default) is raised
//! to the suggestion and to the floor if these are higher ([`Floor::raise`]).
//!
//! If go commands differ the newest counts, which is 1.27. Not modelled: `go install pkg@version` and `go run
//! pkg@version`, which up to at least Go 1.24 ignore the project and may need more than it; questions that the go
//! command answers itself (`go env GOTOOLCHAIN`); `GOTOOLCHAIN` in a GOENV file or go.env, which the chosen go command
//! reads; and its rule not to leave its own source tree in search of a go.work.
//!
//! The content of these files is untrusted. A name with a path separator is refused with file and line
//! (CVE-2023-39320), content is bounded, and the result is always a Go version.
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
pub use requirement::ModuleMode;
