//! System calls, and the start of the program.

use core::arch::{asm, global_asm};

/// Numbers of calls, from Linux' own tables: `arch/x86/entry/syscalls/syscall_64.tbl` and
/// `include/uapi/asm-generic/unistd.h`.
#[cfg(target_arch = "x86_64")]
mod number {
    pub const READ: usize = 0;
    pub const WRITE: usize = 1;
    pub const MMAP: usize = 9;
    pub const GETPID: usize = 39;
    pub const EXECVE: usize = 59;
    pub const GETCWD: usize = 79;
    pub const EXIT_GROUP: usize = 231;
    pub const OPENAT: usize = 257;
    pub const NEWFSTATAT: usize = 262;
    pub const READLINKAT: usize = 267;
}

#[cfg(target_arch = "aarch64")]
mod number {
    pub const GETCWD: usize = 17;
    pub const OPENAT: usize = 56;
    pub const READ: usize = 63;
    pub const WRITE: usize = 64;
    pub const READLINKAT: usize = 78;
    pub const NEWFSTATAT: usize = 79;
    pub const EXIT_GROUP: usize = 94;
    pub const GETPID: usize = 172;
    pub const EXECVE: usize = 221;
    pub const MMAP: usize = 222;
}

/// The error for a missing name (`ENOENT`).
pub const NOT_THERE: i32 = 2;
/// The error for too long arguments and environment (`E2BIG`).
pub const TOO_LONG: i32 = 7;
/// A component of the path is not a folder (`ENOTDIR`).
pub const NO_FOLDER: i32 = 20;
/// The call was interrupted (`EINTR`).
const INTERRUPTED: i32 = 4;

/// Paths are looked up from the working folder.
const AT_FDCWD: usize = -100_isize as usize;
/// `O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC`: a pipe named go.mod must not block the shim.
const OPEN_FLAGS: usize = 0o400 | 0o4_000 | 0o2_000_000;
/// `O_NOFOLLOW`, which has another value on each system: a link is not opened.
#[cfg(target_arch = "x86_64")]
pub const NO_LINK: usize = 0o400_000;
#[cfg(target_arch = "aarch64")]
pub const NO_LINK: usize = 0o100_000;
/// `stat` follows a link.
pub const FOLLOWED: usize = 0;
/// `AT_SYMLINK_NOFOLLOW`: `stat` reads the link itself.
pub const NOT_FOLLOWED: usize = 0x100;
/// `AT_EMPTY_PATH`: `stat` reads the open file itself.
const OPEN_FILE: usize = 0x1000;
/// `PROT_READ | PROT_WRITE`
const READABLE_AND_WRITABLE: usize = 1 | 2;
/// `MAP_PRIVATE | MAP_ANONYMOUS`
const OWN_MEMORY: usize = 2 | 0x20;

// The system enters here with the stack pointer at the count of arguments, and no return address.
#[cfg(target_arch = "x86_64")]
global_asm!(
    ".globl _start",
    "_start:",
    "xor ebp, ebp",
    "mov rdi, rsp",
    "and rsp, -16",
    "call {begin}",
    "ud2",
    begin = sym super::begin,
);

#[cfg(target_arch = "aarch64")]
global_asm!(
    ".globl _start",
    "_start:",
    "mov x29, #0",
    "mov x30, #0",
    "mov x0, sp",
    "b {begin}",
    begin = sym super::begin,
);

/// One call of the system.
///
/// # Safety
/// The arguments must be what the call of that number asks for: memory that it may read or write for the
/// lengths that are given.
#[cfg(target_arch = "x86_64")]
unsafe fn system(number: usize, args: [usize; 6]) -> isize {
    let result: isize;
    // SAFETY: the caller vouches for the arguments; the instruction itself changes rax, rcx and r11 and leaves
    // the stack alone, as is said below.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number as isize => result,
            in("rdi") args[0], in("rsi") args[1], in("rdx") args[2],
            in("r10") args[3], in("r8") args[4], in("r9") args[5],
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
    }
    result
}

/// One call of the system.
///
/// # Safety
/// The arguments must be what the call of that number asks for: memory that it may read or write for the
/// lengths that are given.
#[cfg(target_arch = "aarch64")]
unsafe fn system(number: usize, args: [usize; 6]) -> isize {
    let result: isize;
    // SAFETY: the caller vouches for the arguments; the instruction itself changes x0 alone and leaves the
    // stack alone, as is said below.
    unsafe {
        asm!(
            "svc #0",
            in("x8") number,
            inlateout("x0") args[0] => result,
            in("x1") args[1], in("x2") args[2], in("x3") args[3], in("x4") args[4], in("x5") args[5],
            options(nostack),
        );
    }
    result
}

/// The call's answer, or the number of its error.
fn answer(result: isize) -> Result<usize, i32> {
    usize::try_from(result).map_err(|_| i32::try_from(-result).unwrap_or(i32::MAX))
}

/// The fields of `stat`, which have other offsets on each system.
#[repr(C, align(8))]
pub struct Stat {
    bytes: [u8; 144],
}

/// The position of `st_uid` in the word at 24, which is the same word on both systems.
const OWNER_SHIFT: u32 = if cfg!(target_arch = "x86_64") { 32 } else { 0 };

/// The offsets of `st_mode`, `st_size` and `st_mtime`. Before them both systems have device and file number.
#[cfg(target_arch = "x86_64")]
const STAT_OFFSETS: (usize, usize, usize) = (24, 48, 88);
#[cfg(target_arch = "aarch64")]
const STAT_OFFSETS: (usize, usize, usize) = (16, 48, 88);

impl Stat {
    fn empty() -> Stat {
        Stat { bytes: [0; 144] }
    }

    fn word(&self, offset: usize) -> u64 {
        let bytes = self.bytes.get(offset..offset + 8).and_then(|bytes| bytes.try_into().ok());
        u64::from_ne_bytes(bytes.unwrap_or_default())
    }

    /// Device and file number.
    pub fn identity(&self) -> (u64, u64) {
        (self.word(0), self.word(8))
    }

    /// Kind and permission bits.
    pub fn mode(&self) -> u32 {
        self.word(STAT_OFFSETS.0) as u32
    }

    /// Whose it is.
    pub fn owner(&self) -> u32 {
        (self.word(24) >> OWNER_SHIFT) as u32
    }

    /// Whether it is a regular file (`S_ISREG`).
    pub fn is_file(&self) -> bool {
        self.mode() & 0o170_000 == 0o100_000
    }

    /// Whether it is a link (`S_ISLNK`).
    pub fn is_link(&self) -> bool {
        self.mode() & 0o170_000 == 0o120_000
    }

    /// Its length in bytes.
    pub fn bytes(&self) -> u64 {
        self.word(STAT_OFFSETS.1)
    }

    /// When it was last changed, in nanoseconds since 1970. `None` before that and after 2554.
    pub fn changed(&self) -> Option<u64> {
        self.word(STAT_OFFSETS.2).checked_mul(1_000_000_000)?.checked_add(self.word(STAT_OFFSETS.2 + 8))
    }
}

/// An open file. The system closes it at `exec`; there are never more than five.
pub struct Open(usize);

/// Opens a file for reading. The path ends with a NUL.
pub fn open(path: &[u8], flags: usize) -> Result<Open, i32> {
    debug_assert!(path.last() == Some(&0));
    // SAFETY: the path is ended by a NUL, which the system reads no further than.
    answer(unsafe { system(number::OPENAT, [AT_FDCWD, path.as_ptr() as usize, OPEN_FLAGS | flags, 0, 0, 0]) }).map(Open)
}

impl Open {
    /// Its metadata, even if its name belongs to another file by now.
    pub fn stat(&self) -> Result<Stat, i32> {
        look(self.0, b"\0", OPEN_FILE)
    }

    /// Reads until the buffer is full or the file ends, which it is known to do after so many bytes: that saves one
    /// more call.
    pub fn read(&self, into: &mut [u8], bytes: u64) -> Result<usize, i32> {
        let mut length = 0;
        while let Some(room) = into.get_mut(length..).filter(|room| !room.is_empty()) {
            // SAFETY: the system writes into `room`, and no further than its length.
            match answer(unsafe { system(number::READ, [self.0, room.as_mut_ptr() as usize, room.len(), 0, 0, 0]) }) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(INTERRUPTED) => {}
                Err(error) => return Err(error),
            }
            if length as u64 == bytes {
                break;
            }
        }
        Ok(length)
    }
}

/// The metadata of a name, links followed. The path ends with a NUL.
pub fn stat(path: &[u8]) -> Result<Stat, i32> {
    look(AT_FDCWD, path, FOLLOWED)
}

/// The metadata of a name. The path ends with a NUL.
pub fn stat_as(path: &[u8], followed: usize) -> Result<Stat, i32> {
    look(AT_FDCWD, path, followed)
}

#[inline(never)]
fn look(from: usize, path: &[u8], flags: usize) -> Result<Stat, i32> {
    debug_assert!(path.last() == Some(&0));
    let mut stat = Stat::empty();
    let args = [from, path.as_ptr() as usize, stat.bytes.as_mut_ptr() as usize, flags, 0, 0];
    // SAFETY: the path is ended by a NUL, and `Stat` has room for the larger of the two systems' `struct stat`.
    answer(unsafe { system(number::NEWFSTATAT, args) })?;
    Ok(stat)
}

/// The target of a link, cut to the buffer. The path ends with a NUL.
pub fn read_link(path: &[u8], into: &mut [u8]) -> Result<usize, i32> {
    debug_assert!(path.last() == Some(&0));
    let args = [AT_FDCWD, path.as_ptr() as usize, into.as_mut_ptr() as usize, into.len(), 0, 0];
    // SAFETY: the path is ended by a NUL, and the system writes no further than the room's length.
    answer(unsafe { system(number::READLINKAT, args) })
}

/// The working folder: its length in bytes, without the final NUL.
pub fn working_folder(into: &mut [u8]) -> Result<usize, i32> {
    // SAFETY: the system writes no further than the room's length.
    let end = answer(unsafe { system(number::GETCWD, [into.as_mut_ptr() as usize, into.len(), 0, 0, 0, 0]) })?;
    Ok(end.saturating_sub(1))
}

/// The number of this process, which stays the same after `exec`.
pub fn process() -> usize {
    // SAFETY: the call takes nothing.
    answer(unsafe { system(number::GETPID, [0; 6]) }).unwrap_or(0)
}

/// Writes to standard error; ignores errors.
pub fn say(text: &[u8]) {
    // SAFETY: the system reads no further than the text's length.
    let _ = unsafe { system(number::WRITE, [2, text.as_ptr() as usize, text.len(), 0, 0, 0]) };
}

/// Ends the program.
pub fn exit(status: usize) -> ! {
    loop {
        // SAFETY: the call takes a number, and does not return.
        let _ = unsafe { system(number::EXIT_GROUP, [status, 0, 0, 0, 0, 0]) };
    }
}

/// So many bytes of zeros, aligned to a page, exclusive and permanent.
pub fn memory(bytes: usize) -> Option<*mut u8> {
    let args = [0, bytes, READABLE_AND_WRITABLE, OWN_MEMORY, usize::MAX, 0];
    // SAFETY: new memory is asked for, wherever the system has it; nothing of ours is touched.
    let start = answer(unsafe { system(number::MMAP, args) }).ok()?;
    Some(start as *mut u8)
}

/// Memory for so many pointers, all null: the lists for another program have no bound of the shim's.
pub fn pointers(count: usize) -> Option<&'static mut [*const u8]> {
    let start = memory(count.checked_mul(size_of::<*const u8>())?)?;
    // SAFETY: there are so many bytes of zeros, aligned to a page, ours alone and for good; a null pointer is all
    // zeros.
    Some(unsafe { core::slice::from_raw_parts_mut(start.cast(), count) })
}

/// Replaces this process by another program. Returns the error number on failure.
///
/// # Safety
/// Every pointer of both lists except the last points to text that ends with a NUL, and the last is null.
pub unsafe fn execute(path: &[u8], args: *const *const u8, vars: *const *const u8) -> i32 {
    debug_assert!(path.last() == Some(&0));
    // SAFETY: the path is ended by a NUL; for the lists the caller vouches.
    let result = unsafe { system(number::EXECVE, [path.as_ptr() as usize, args as usize, vars as usize, 0, 0, 0]) };
    answer(result).err().unwrap_or(0)
}
