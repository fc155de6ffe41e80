//! What machine this is.

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
}

/// How many processors this process may use; at least one.
pub fn cpu_count() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
