//! Code for Windows only: each file here is the Windows part of a file beside `windows/`.
//!
//! | there | Windows instead |
//! | --- | --- |
//! | a program takes this process's place | [`exec_emulation`]: this process stays and ends with the program's code |
//! | renames and removals always go through | [`refusal`]: a process that has the file open blocks them for a moment |
//! | a lock is advice | [`locks`]: a locked byte cannot be read, so one far behind the text is locked |
//! | SIGSTOP | [`freeze`]: the threads of a job's processes are suspended |
//! | links | `pointer.rs`: a small file that is replaced by a rename |
#![expect(
    unsafe_code,
    reason = "the system's calls that the standard library does not offer; each says why it is sound"
)]

mod calls;
mod exec_emulation;
mod freeze;
mod locks;
mod refusal;

pub(crate) use calls::{
    computer_name, disk_space, identity, is_administrator, is_on_disk, machine, tell_of_new_environment, version,
};
pub(crate) use exec_emulation::{Job, emulate_exec, leave_ctrl_c_to_children, start_as_self};
pub(crate) use locks::{Held, lock, lock_shared};
pub(crate) use refusal::{remove_file, retry_sharing_violation};
