//! Suspends and resumes all processes of a job: Windows has no signal that stops a process.
//!
//! A process that a suspended one would start cannot come, and one that was just being started is found in another round.

use std::collections::BTreeSet;
use std::ffi::c_void;
use std::io;

use windows_sys::Win32::Foundation::CloseHandle;
use windows_sys::Win32::System::JobObjects::{
    JOBOBJECT_BASIC_PROCESS_ID_LIST, JobObjectBasicProcessIdList, QueryInformationJobObject,
};
use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_SUSPEND_RESUME};

use super::exec_emulation::Job;

/// How many processes of a job are suspended.
const PROCESSES_MAX: usize = 1024;
/// How often new processes are looked for.
const ROUNDS_MAX: usize = 8;

#[link(name = "ntdll")]
unsafe extern "system" {
    fn NtSuspendProcess(process: *mut c_void) -> i32;
    fn NtResumeProcess(process: *mut c_void) -> i32;
}

/// The list of a job's processes: its head, and the numbers behind it.
#[repr(C)]
struct List {
    head: JOBOBJECT_BASIC_PROCESS_ID_LIST,
    more: [usize; PROCESSES_MAX],
}

impl Job {
    /// The numbers of its processes.
    pub(crate) fn members(&self) -> Vec<u32> {
        let Some(job) = self.handle() else { return Vec::new() };
        let mut list = List { head: JOBOBJECT_BASIC_PROCESS_ID_LIST::default(), more: [0; PROCESSES_MAX] };
        let bytes = u32::try_from(size_of::<List>()).unwrap_or(0);
        let into: *mut List = &raw mut list;
        // SAFETY: the handle is open as long as this value, and the structure is as long as is said and ours for the call.
        let told = unsafe {
            QueryInformationJobObject(job, JobObjectBasicProcessIdList, into.cast(), bytes, std::ptr::null_mut())
        };
        if told == 0 {
            return Vec::new();
        }
        let count = usize::try_from(list.head.NumberOfProcessIdsInList).unwrap_or(0);
        let all = list.head.ProcessIdList.into_iter().chain(list.more);
        all.take(count).filter_map(|number| u32::try_from(number).ok()).collect()
    }

    /// Suspends all of its processes.
    ///
    /// # Errors
    /// When the system refuses; then none is suspended.
    pub(crate) fn suspend(&self) -> io::Result<()> {
        let mut suspended = BTreeSet::new();
        for _ in 0..ROUNDS_MAX {
            let new: Vec<u32> = self.members().into_iter().filter(|number| !suspended.contains(number)).collect();
            if new.is_empty() {
                break;
            }
            for number in new {
                // One that has ended meanwhile cannot be opened.
                if with_process(number, NtSuspendProcess).is_some_and(|status| status >= 0) {
                    suspended.insert(number);
                }
            }
        }
        if suspended.is_empty() {
            return Err(io::Error::other("no process of the job could be suspended"));
        }
        Ok(())
    }

    /// Lets all of its processes run again.
    pub(crate) fn resume(&self) {
        for number in self.members() {
            with_process(number, NtResumeProcess);
        }
    }
}

fn with_process(number: u32, call: unsafe extern "system" fn(*mut c_void) -> i32) -> Option<i32> {
    // SAFETY: the number is that of a process of the job; the handle is checked, used while it is open, and closed once.
    unsafe {
        let process = OpenProcess(PROCESS_SUSPEND_RESUME, 0, number);
        if process.is_null() {
            return None;
        }
        let status = call(process);
        CloseHandle(process);
        Some(status)
    }
}
