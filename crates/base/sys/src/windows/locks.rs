//! Locks a byte beyond the end of the file.
//!
//! On Windows no process can read bytes that another has locked, and the standard library locks whole files. goward's
//! lock files contain a text for processes that wait, so one byte far behind it is locked instead. Such a lock may be
//! beyond the file's end (`LockFileEx`), and the system releases it when the handle is closed or its process ends.

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::os::windows::io::AsRawHandle;

use windows_sys::Win32::Storage::FileSystem::{LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY, LockFileEx};
use windows_sys::Win32::System::IO::OVERLAPPED;

/// The offset of the byte: no lock file is 4 GiB long.
const PLACE_HIGH: u32 = 1;
/// `ERROR_LOCK_VIOLATION`, and `ERROR_IO_PENDING`, which the system can return for a lock that would have to wait.
const TAKEN: [i32; 2] = [33, 997];

/// Whether the lock was taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Ours,
    Taken,
}

/// Takes an exclusive lock, without waiting.
pub(crate) fn lock(file: &File) -> io::Result<Held> {
    ask(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY)
}

/// Takes a shared lock, without waiting.
pub(crate) fn lock_shared(file: &File) -> io::Result<Held> {
    ask(file, LOCKFILE_FAIL_IMMEDIATELY)
}

fn ask(file: &File, how: u32) -> io::Result<Held> {
    let mut place = OVERLAPPED::default();
    place.Anonymous.Anonymous.OffsetHigh = PLACE_HIGH;
    let handle: *mut c_void = file.as_raw_handle();
    // SAFETY: the handle is open for the whole call, and so is the place, which the call does not keep: the file
    // was opened for calls that return when they are done.
    let locked = unsafe { LockFileEx(handle, how, 0, 1, 0, &raw mut place) };
    if locked != 0 {
        return Ok(Held::Ours);
    }
    let error = io::Error::last_os_error();
    if error.raw_os_error().is_some_and(|code| TAKEN.contains(&code)) { Ok(Held::Taken) } else { Err(error) }
}
