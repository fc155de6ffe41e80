//! The platform of a toolchain.

use std::fmt;
use std::str::FromStr;

use diag::{Class, Diagnose, Diagnosis};

use crate::foreign::shown;
use crate::limits::PLATFORM_WORD_BYTES_MAX;

/// An operating system and an architecture under Go's names: `linux-amd64`.
///
/// Both words contain only `a` to `z` and digits, so that a platform can be a part of a file's name. This type does not
/// check whether Go runs there: ports come and go.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Platform {
    os: String,
    arch: String,
}

/// A text that names no platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    /// The text is not `os-arch`.
    #[error("read {shown} as a platform")]
    Malformed {
        /// The text, fit to be shown.
        shown: String,
    },
    /// The machine this runs on has no name among Go's ports that we know.
    #[error("name the platform `{os}` on `{arch}` as Go does")]
    Unnamed {
        /// Rust's name of the operating system.
        os: String,
        /// Rust's name of the architecture.
        arch: String,
    },
}

/// Go's name for which an archive's name has another word, with that word. Only this one differs:
/// the archives for 32-bit ARM name their ARM version.
const ARCHIVE_ARCH_OF_LINUX_ARM: &str = "armv6l";

/// Architectures with these names in archives only; `arm6` once, in 1.6beta1.
const ARCHIVE_WORDS: [&str; 2] = [ARCHIVE_ARCH_OF_LINUX_ARM, "arm6"];

impl Platform {
    /// A platform of Go's two names.
    pub fn new(os: &str, arch: &str) -> Result<Platform, PlatformError> {
        let word = |word: &str| {
            !word.is_empty()
                && word.len() <= PLATFORM_WORD_BYTES_MAX
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        // An archive's word for an architecture would be a second name of one platform.
        if !word(os) || !word(arch) || ARCHIVE_WORDS.contains(&arch) {
            return Err(PlatformError::Malformed { shown: shown(&format!("{os}-{arch}")) });
        }
        Ok(Platform { os: os.to_owned(), arch: arch.to_owned() })
    }

    /// The platform this program was built for.
    pub fn of_this_build() -> Result<Platform, PlatformError> {
        Platform::from_rust(std::env::consts::OS, std::env::consts::ARCH)
    }

    /// The platform of Rust's names, as `std::env::consts` has them. Rust's `powerpc64` and `mips64` do not include the
    /// byte order; then this build's own counts, or a trailing `le` or `el`.
    pub fn from_rust(os: &str, arch: &str) -> Result<Platform, PlatformError> {
        let little = cfg!(target_endian = "little");
        let go_os = match os {
            "macos" => "darwin",
            "linux" | "windows" | "freebsd" | "netbsd" | "openbsd" | "dragonfly" | "solaris" | "illumos" | "aix"
            | "android" => os,
            _ => "",
        };
        let go_arch = match arch {
            "x86_64" => "amd64",
            "x86" => "386",
            "aarch64" => "arm64",
            "arm" => "arm",
            "loongarch64" => "loong64",
            "powerpc64le" => "ppc64le",
            "powerpc64" => match little {
                true => "ppc64le",
                false => "ppc64",
            },
            "mips64el" => "mips64le",
            "mips64" => match little {
                true => "mips64le",
                false => "mips64",
            },
            "mipsel" => "mipsle",
            "mips" => match little {
                true => "mipsle",
                false => "mips",
            },
            "riscv64" | "s390x" => arch,
            _ => "",
        };
        if go_os.is_empty() || go_arch.is_empty() {
            return Err(PlatformError::Unnamed { os: os.to_owned(), arch: arch.to_owned() });
        }
        Platform::new(go_os, go_arch)
    }

    /// Go's name of the operating system (`GOOS`).
    pub fn os(&self) -> &str {
        &self.os
    }

    /// Go's name of the architecture (`GOARCH`).
    pub fn arch(&self) -> &str {
        &self.arch
    }

    /// The architecture as the names of archives and the official index have it.
    pub fn archive_arch(&self) -> &str {
        if self.os == "linux" && self.arch == "arm" { ARCHIVE_ARCH_OF_LINUX_ARM } else { &self.arch }
    }

    /// The platform in an archive's name: `linux-amd64`, `linux-armv6l`.
    pub fn archive_tag(&self) -> String {
        format!("{}-{}", self.os, self.archive_arch())
    }

    /// The platform of an archive's tag. Refuses `linux-arm`, which no archive has.
    pub fn from_archive_tag(tag: &str) -> Result<Platform, PlatformError> {
        let platform: Platform = match tag.strip_prefix("linux-") {
            Some(ARCHIVE_ARCH_OF_LINUX_ARM) => Platform::new("linux", "arm")?,
            _ => tag.parse()?,
        };
        if platform.archive_tag() != tag {
            return Err(PlatformError::Malformed { shown: shown(tag) });
        }
        Ok(platform)
    }

    /// The file of a program of this name: `go.exe` on Windows, `go` elsewhere.
    pub fn program(&self, name: &str) -> String {
        if self.os() == "windows" { format!("{name}.exe") } else { name.to_owned() }
    }

    /// The extension of an archive's name.
    pub fn archive_extension(&self) -> &'static str {
        if self.os == "windows" { "zip" } else { "tar.gz" }
    }
}

impl FromStr for Platform {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Platform, PlatformError> {
        match text.split_once('-') {
            Some((os, arch)) => Platform::new(os, arch),
            None => Err(PlatformError::Malformed { shown: shown(text) }),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{}", self.os, self.arch))
    }
}

crate::text_serde!(Platform);

impl Diagnose for PlatformError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            PlatformError::Malformed { .. } => Class::Usage
                .word("platform-malformed")
                .hint("a platform is `os-arch` under Go's names, such as `linux-amd64` or `linux-arm`"),
            PlatformError::Unnamed { .. } => {
                Class::NotFound.word("platform-unnamed").hint("name the platform yourself, such as `linux-amd64`")
            }
        }
    }
}
