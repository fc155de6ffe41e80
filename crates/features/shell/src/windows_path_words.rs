//! Words about the user's `Path` on Windows: its name, its place, how to edit it by hand.

use std::path::PathBuf;

use sys::registry::{Root, USER_ENVIRONMENT, place};

/// The name of the variable.
pub(crate) const NAME: &str = "Path";

/// The command that opens the list for editing by hand, without an administrator.
pub(crate) const BY_HAND: &str = "rundll32 sysdm.cpl,EditEnvironmentVariables";

/// Its place, for people.
pub(crate) fn user_path() -> PathBuf {
    place(Root::User, USER_ENVIRONMENT, NAME)
}
