//! Single system calls.

use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::AsRawHandle;
use std::path::Path;

use windows_sys::Wdk::System::SystemServices::RtlGetVersion;
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_TYPE_DISK, GetDiskFreeSpaceExW, GetFileInformationByHandle, GetFileType,
};
use windows_sys::Win32::System::SystemInformation::{
    ComputerNameDnsHostname, GetComputerNameExW, IMAGE_FILE_MACHINE_AMD64, IMAGE_FILE_MACHINE_ARM64,
    IMAGE_FILE_MACHINE_I386, OSVERSIONINFOW,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, IsWow64Process2};
use windows_sys::Win32::UI::Shell::IsUserAnAdmin;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    HWND_BROADCAST, SMTO_ABORTIFHUNG, SendMessageTimeoutW, WM_SETTINGCHANGE,
};

/// The longest name of a computer, in units of UTF-16 (`DNS_MAX_NAME_LENGTH` is 255).
const NAME_UNITS_MAX: u32 = 256;

/// The bytes that this user may still write where `path` (a folder) is, and those in all.
pub(crate) fn disk_space(path: &Path) -> io::Result<(u64, u64)> {
    let wide: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    let (mut free, mut total) = (0, 0);
    // SAFETY: the path ends with a zero; the numbers are ours for the call; the third is not asked for.
    let told = unsafe { GetDiskFreeSpaceExW(wide.as_ptr(), &raw mut free, &raw mut total, std::ptr::null_mut()) };
    if told == 0 { Err(io::Error::last_os_error()) } else { Ok((free, total)) }
}

/// Whether this process has the rights of an administrator, which User Account Control has confirmed.
pub(crate) fn is_administrator() -> bool {
    // SAFETY: it takes nothing and asks for the token of this process.
    unsafe { IsUserAnAdmin() != 0 }
}

/// The identity of a file: the number of its volume, and its own there.
pub(crate) fn identity(file: &std::fs::File) -> io::Result<(u64, u64)> {
    let mut told = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open for the whole call, and the structure is ours for it.
    let is_told = unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut told) };
    if is_told == 0 {
        return Err(io::Error::last_os_error());
    }
    let number = u64::from(told.nFileIndexHigh) << 32 | u64::from(told.nFileIndexLow);
    Ok((u64::from(told.dwVolumeSerialNumber), number))
}

/// Whether the opened file is on a disk, and not a device, console or pipe (`NUL`, `CON`, `\\.\pipe\x`).
pub(crate) fn is_on_disk(file: &std::fs::File) -> bool {
    // SAFETY: the handle is open for the whole call.
    let kind = unsafe { GetFileType(file.as_raw_handle()) };
    kind == FILE_TYPE_DISK
}

/// The computer's name.
pub(crate) fn computer_name() -> Option<String> {
    let mut name = [0; NAME_UNITS_MAX as usize];
    let mut units = NAME_UNITS_MAX;
    // SAFETY: the buffer has as many units as is said, and the call writes no more.
    let told = unsafe { GetComputerNameExW(ComputerNameDnsHostname, name.as_mut_ptr(), &raw mut units) };
    let name = name.get(..usize::try_from(units).ok()?).filter(|_| told != 0)?;
    String::from_utf16(name).ok().filter(|name| !name.is_empty())
}

/// The system's real version, not the one that it reports to a program without a manifest: major, minor, build.
pub(crate) fn version() -> Option<(u32, u32, u32)> {
    let bytes = u32::try_from(size_of::<OSVERSIONINFOW>()).ok()?;
    let mut told = OSVERSIONINFOW { dwOSVersionInfoSize: bytes, ..OSVERSIONINFOW::default() };
    // SAFETY: the structure says its own size, and is ours for the call.
    let status = unsafe { RtlGetVersion(&raw mut told) };
    (status == 0).then_some((told.dwMajorVersion, told.dwMinorVersion, told.dwBuildNumber))
}

/// The machine's own architecture, in Rust's words: the system translates a program for another one.
pub(crate) fn machine() -> Option<&'static str> {
    let (mut ours, mut machine) = (0, 0);
    // SAFETY: the handle refers to this process and need not be closed; both numbers are ours for the call.
    let told = unsafe { IsWow64Process2(GetCurrentProcess(), &raw mut ours, &raw mut machine) };
    match machine {
        _ if told == 0 => None,
        IMAGE_FILE_MACHINE_AMD64 => Some("x86_64"),
        IMAGE_FILE_MACHINE_ARM64 => Some("aarch64"),
        IMAGE_FILE_MACHINE_I386 => Some("x86"),
        _ => None,
    }
}

/// Notifies every window that the environment has changed. Skips those that hang.
pub(crate) fn tell_of_new_environment() -> bool {
    /// How long each window has to answer.
    const ANSWER_MILLISECONDS_MAX: u32 = 1000;
    let topic: Vec<u16> = "Environment".encode_utf16().chain([0]).collect();
    let place = topic.as_ptr().expose_provenance().cast_signed();
    // SAFETY: the text ends with a zero and lives until the call returns; windows get a copy of it.
    let told = unsafe {
        SendMessageTimeoutW(
            HWND_BROADCAST,
            WM_SETTINGCHANGE,
            0,
            place,
            SMTO_ABORTIFHUNG,
            ANSWER_MILLISECONDS_MAX,
            std::ptr::null_mut(),
        )
    };
    told != 0
}
