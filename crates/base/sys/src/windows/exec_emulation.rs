//! Emulates `exec` on Windows, which lacks it.
//!
//! The program runs as a child, and this process behaves as if it were the program:
//!
//! - The child handles Ctrl-C and Ctrl-Break, which the console sends to both; this process only waits.
//! - When this process is ended, so is the child: it is in a job that ends with this process's last handle of it.
//!   Processes that the child starts are not in that job and live as long as they would otherwise (a daemon stays a
//!   daemon).
//! - The child does not run before it is in that job, so there is no instant at which it could be left behind.
//! - This process ends with its exit code, all 32 bits of it.
//!
//! The shim includes this file (`crates/bins/shim/src/std_main.rs`), so it uses only the standard library.

use std::ffi::c_void;
use std::io;
use std::os::windows::io::AsRawHandle;
use std::os::windows::process::CommandExt;
use std::process::{Child, Command};

pub(super) type Handle = *mut c_void;

/// `CREATE_SUSPENDED`
const SUSPENDED: u32 = 0x0000_0004;
/// `JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE`
const END_WITH_JOB: u32 = 0x0000_2000;
/// `JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK`
const CHILDREN_ARE_FREE: u32 = 0x0000_1000;
/// `JobObjectExtendedLimitInformation`
const EXTENDED_LIMITS: i32 = 9;
/// `CTRL_C_EVENT` and `CTRL_BREAK_EVENT`; higher ones request the end (the window is closed, the user logs off).
const CTRL_BREAK: u32 = 1;

/// `JOBOBJECT_EXTENDED_LIMIT_INFORMATION`
#[repr(C)]
#[derive(Default)]
struct JobLimits {
    process_time: i64,
    job_time: i64,
    flags: u32,
    working_set_min: usize,
    working_set_max: usize,
    processes_max: u32,
    affinity: usize,
    priority: u32,
    scheduling: u32,
    transfers: [u64; 6],
    process_memory: usize,
    job_memory: usize,
    process_memory_peak: usize,
    job_memory_peak: usize,
}

#[link(name = "kernel32")]
unsafe extern "system" {
    fn SetConsoleCtrlHandler(handler: Option<unsafe extern "system" fn(u32) -> i32>, add: i32) -> i32;
    fn CreateJobObjectW(attributes: *const c_void, name: *const u16) -> Handle;
    fn SetInformationJobObject(job: Handle, class: i32, information: *const c_void, bytes: u32) -> i32;
    fn AssignProcessToJobObject(job: Handle, process: Handle) -> i32;
    fn TerminateJobObject(job: Handle, code: u32) -> i32;
    fn CloseHandle(handle: Handle) -> i32;
    fn GetCommandLineW() -> *const u16;
}

#[link(name = "ntdll")]
unsafe extern "system" {
    fn NtResumeProcess(process: Handle) -> i32;
}

/// Runs a program with this process's streams; returns its exit code.
///
/// # Errors
/// When the program cannot be started, in the system's words.
pub(crate) fn emulate_exec(command: &mut Command) -> io::Result<u32> {
    let mut child = start_as_self(command)?;
    // The system has 32 bits without a sign; the standard library shows them with one.
    Ok(child.wait()?.code().unwrap_or(1).cast_unsigned())
}

/// Starts a program for which this process waits and stands: it handles Ctrl-C, and ends with this process.
///
/// # Errors
/// When the program cannot be started, in the system's words.
pub(crate) fn start_as_self(command: &mut Command) -> io::Result<Child> {
    leave_ctrl_c_to_children();
    start_in(job(END_WITH_JOB | CHILDREN_ARE_FREE), command)
}

/// From now on Ctrl-C and Ctrl-Break do nothing to this process: its programs get them, too.
pub(crate) fn leave_ctrl_c_to_children() {
    // SAFETY: the handler is a function of this program, and touches nothing. Handlers are not inherited.
    unsafe { SetConsoleCtrlHandler(Some(leave_it_to_the_child), 1) };
}

/// The command line of this process: its name and its arguments, unparsed.
#[allow(dead_code, reason = "of the two programs that have this file only the shim asks")]
pub(crate) fn command_line() -> &'static [u16] {
    /// The longest command line, in units of UTF-16 (`CreateProcessW`).
    const UNITS_MAX: usize = 32_768;
    // SAFETY: the text belongs to the process, is ended by a zero, and stays where it is until the process ends.
    unsafe {
        let line = GetCommandLineW();
        let length = (0..UNITS_MAX).take_while(|unit| *line.add(*unit) != 0).count();
        std::slice::from_raw_parts(line, length)
    }
}

/// A job for a program whose children end with it. Dropping it ends all of them.
#[allow(dead_code, reason = "of the two programs that have this file only goward starts helpers")]
#[derive(Debug)]
pub(crate) struct Job {
    handle: Option<Handle>,
}

#[allow(dead_code, reason = "of the two programs that have this file only goward starts helpers")]
impl Job {
    /// An empty job. If the system refuses it, the programs run without one.
    pub(crate) fn new() -> Job {
        Job { handle: job(END_WITH_JOB) }
    }

    /// Starts a program in it.
    ///
    /// # Errors
    /// When the program cannot be started, in the system's words.
    pub(crate) fn start(&self, command: &mut Command) -> io::Result<Child> {
        start_in(self.handle, command)
    }

    /// The job, if the system gave one.
    pub(super) fn handle(&self) -> Option<Handle> {
        self.handle
    }

    /// Ends all of its processes.
    pub(crate) fn end(&self) {
        /// The code with which they end; no caller reads it.
        const CODE: u32 = 1;
        if let Some(job) = self.handle {
            // SAFETY: the handle is open until this value is dropped.
            unsafe { TerminateJobObject(job, CODE) };
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if let Some(job) = self.handle.take() {
            // SAFETY: the handle is open, and nobody has it after this.
            unsafe { CloseHandle(job) };
        }
    }
}

/// Starts a program in a job. It does not run before it is in the job.
fn start_in(job: Option<Handle>, command: &mut Command) -> io::Result<Child> {
    let mut child = command.creation_flags(SUSPENDED).spawn()?;
    let process: Handle = child.as_raw_handle();
    if let Some(job) = job {
        // If the system refuses (another program's job that allows no nested one) it runs without one. SAFETY: both
        // handles are open: the caller keeps the job's open, and `child` keeps its own until it is dropped.
        unsafe { AssignProcessToJobObject(job, process) };
    }
    // SAFETY: the handle is open, and that of a process whose only thread is suspended.
    let refused = unsafe { NtResumeProcess(process) };
    if refused < 0 {
        // It has not run a single instruction: ending it loses nothing.
        let _ = child.kill();
        let _ = child.wait();
        return Err(io::Error::other(format!("the new process could not be resumed (status {refused:#x})")));
    }
    Ok(child)
}

/// A job whose processes end when its last handle is closed: this process's, which the system closes at its end.
fn job(flags: u32) -> Option<Handle> {
    // SAFETY: no attributes (the handle is not inherited) and no name are both allowed.
    let job = unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) };
    if job.is_null() {
        return None;
    }
    let limits = JobLimits { flags, ..JobLimits::default() };
    let bytes = u32::try_from(size_of::<JobLimits>()).unwrap_or(0);
    // SAFETY: the pointer is to a structure of the shape and size that the class has, alive for the call.
    let set = unsafe { SetInformationJobObject(job, EXTENDED_LIMITS, (&raw const limits).cast(), bytes) };
    (set != 0).then_some(job)
}

/// Reports that Ctrl-C was handled: the child, which also got it, handled it.
unsafe extern "system" fn leave_it_to_the_child(event: u32) -> i32 {
    i32::from(event <= CTRL_BREAK)
}
