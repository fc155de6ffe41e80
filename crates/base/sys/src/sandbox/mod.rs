//! The calls of Linux that cut a program off: name spaces, a root of its own, rights, Landlock, the filter of system
//! calls, control groups; and the processes that make them.
//!
//! A sandbox needs two processes of goward beside the one that the user started, since a process cannot move itself into
//! a new process name space, and one with threads cannot enter a user name space. Each is started by [`start`], with a
//! [`Channel`] back to its parent. They run the functions of this module in the order that `features/sandbox` gives, and
//! no function undoes anything: a process that fails half way ends, and everything that it has made ends with it.
//!
//! Nothing of it is left on disk: mounts live in the name space, and control groups are removed by [`Groups`].
//!
//! It exists on Linux only; `features/sandbox` says what other systems get. Tested by `goward/tests/it/sandbox`.

mod calls;
mod channel;
mod groups;
mod landlock;
mod names;
mod net;
mod rights;
mod stage;
mod view;

pub use calls::{SocketRule, filter_calls};
pub use channel::Channel;
pub use groups::{GroupLimit, Groups, join};
pub use landlock::{FileRule, Landlocked, PortRule, restrict_files};
pub use names::{Space, become_own_user, die_with, id_outside, ids_of_this_process, separate};
pub use net::{listen_on_loopback, raise_loopback};
pub use rights::{
    drop_capabilities, give_up_new_privileges, hide_this_process, keep_capabilities_in_next_stage, limit_processes,
};
pub use stage::{Exit, Started, run_to_end, start, start_next};
pub use view::{Mounted, Shown, View, ViewError, mount_list};

use std::io;

/// The system's error with what was tried.
fn at<T>(what: &str, result: Result<T, impl Into<io::Error>>) -> io::Result<T> {
    result.map_err(|error| {
        let error = error.into();
        io::Error::new(error.kind(), format!("{what}: {error}"))
    })
}
