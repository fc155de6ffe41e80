//! Facts about this machine.

/// The machine that this program was built for and runs on, in Rust's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Host {
    /// `linux`, `macos`, `windows`, …
    pub os: &'static str,
    /// `x86_64`, `aarch64`, …
    pub arch: &'static str,
}

impl Host {
    /// This machine.
    pub const fn this() -> Host {
        Host { os: std::env::consts::OS, arch: std::env::consts::ARCH }
    }

    /// The machine's host name, if the system reports it.
    pub fn name() -> Option<String> {
        #[cfg(unix)]
        return rustix::system::uname().nodename().to_str().ok().map(str::to_owned);
        #[cfg(windows)]
        crate::windows::computer_name()
    }

    /// The number of the user who runs this process, if the system numbers users.
    pub fn user_number() -> Option<u32> {
        #[cfg(unix)]
        return Some(rustix::process::getuid().as_raw());
        #[cfg(not(unix))]
        None
    }

    /// Whether this process has the rights of root, or on Windows of an administrator who has confirmed it.
    pub fn is_administrator() -> bool {
        #[cfg(unix)]
        return rustix::process::geteuid().is_root();
        #[cfg(windows)]
        crate::windows::is_administrator()
    }

    /// Whether a process of this number lives, of any user; `None` if the system does not report it.
    pub fn has_process(number: u32) -> Option<bool> {
        #[cfg(unix)]
        {
            let process = rustix::process::Pid::from_raw(i32::try_from(number).ok()?)?;
            match rustix::process::test_kill_process(process) {
                Ok(()) | Err(rustix::io::Errno::PERM) => Some(true),
                Err(rustix::io::Errno::SRCH) => Some(false),
                Err(_) => None,
            }
        }
        #[cfg(windows)]
        {
            let _ = number;
            None
        }
    }
}

/// How many processors this process may use; at least one.
pub fn cpu_count() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
