//! Rights that a process gives up.

use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};
use rustix::thread::{
    CapabilitiesSecureBits, CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set,
    configure_capability_in_ambient_set, remove_capability_from_bounding_set, set_capabilities,
    set_capabilities_secure_bits, set_no_new_privs,
};

use super::at;

/// Keeps the rights over this process's own name spaces in the next stage: starting a program takes them from every user but
/// root, unless they are ambient (capabilities(7)).
///
/// # Errors
/// When the system refuses.
pub fn keep_capabilities_in_next_stage() -> io::Result<()> {
    let sets = at("read the capabilities", capabilities(None))?;
    let kept = CapabilitySets { inheritable: sets.permitted, ..sets };
    at("make the capabilities inheritable", set_capabilities(None, kept))?;
    for capability in sets.permitted.iter().filter(|one| one.bits().count_ones() == 1) {
        at("make a capability ambient", configure_capability_in_ambient_set(capability, true))?;
    }
    Ok(())
}

/// From now on no program that is started gains rights by its file's mode or owner.
///
/// # Errors
/// When the system refuses.
pub fn give_up_new_privileges() -> io::Result<()> {
    at("set no_new_privs", set_no_new_privs(true))
}

/// Gives up every capability, and that root gets them back by starting a program.
///
/// # Errors
/// When the system refuses; an ordinary user in no user name space has none, and only cannot bound them.
pub fn drop_capabilities() -> io::Result<()> {
    let may_bound = capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::SETPCAP));
    if may_bound {
        let bits = CapabilitiesSecureBits::NO_ROOT
            | CapabilitiesSecureBits::NO_ROOT_LOCKED
            | CapabilitiesSecureBits::NO_SETUID_FIXUP
            | CapabilitiesSecureBits::NO_SETUID_FIXUP_LOCKED
            | CapabilitiesSecureBits::KEEP_CAPS_LOCKED;
        at("set the secure bits", set_capabilities_secure_bits(bits))?;
        for capability in CapabilitySet::all().iter() {
            match remove_capability_from_bounding_set(capability) {
                // An older kernel does not know the newest ones.
                Ok(()) | Err(rustix::io::Errno::INVAL) => {}
                Err(error) => return at("bound the capabilities", Err(error)),
            }
        }
        at("clear the ambient capabilities", clear_ambient_capability_set())?;
    }
    let none = CapabilitySet::empty();
    let sets = CapabilitySets { effective: none, permitted: none, inheritable: none };
    at("drop the capabilities", set_capabilities(None, sets))?;
    // A core file would be written by the kernel, wherever the machine's settings say.
    at("forbid core files", setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }))
}

/// Hides this process's memory and files from other processes of its user.
///
/// # Errors
/// When the system refuses.
pub fn hide_this_process() -> io::Result<()> {
    at("hide the process", set_dumpable_behavior(DumpableBehavior::NotDumpable))
}

/// Bounds the number of processes and threads of this user (in a user name space: in it).
///
/// # Errors
/// For root, whom the kernel exempts (setrlimit(2)).
pub fn limit_processes(count: u64) -> io::Result<()> {
    if rustix::process::getuid().is_root() {
        return Err(io::Error::other("the kernel exempts root from this limit"));
    }
    let most = getrlimit(Resource::Nproc).maximum.map_or(count, |most| most.min(count));
    at("limit the processes", setrlimit(Resource::Nproc, Rlimit { current: Some(most), maximum: Some(most) }))
}
