//! Facts about the operating system: its version, its C library, and whether this program is translated.

use std::path::Path;

use crate::Fs;

/// The facts that this machine reports. An unknown fact is `None`, and forbids nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OsFacts {
    /// The system's version: of the kernel on Linux (`6.1.0-18-amd64`), of the system on macOS (`13.6`) and on Windows
    /// (`10.0.19045`).
    pub version: Option<String>,
    /// Whether there is musl and no loader for glibc programs.
    pub only_musl: bool,
    /// The machine's own architecture, in Rust's words, if this program is built for another one: then the system
    /// translates this program.
    pub machine: Option<String>,
}

impl OsFacts {
    /// Asks this machine.
    pub fn of_this_machine(fs: &Fs) -> OsFacts {
        OsFacts { version: version(fs), only_musl: only_musl(fs, Path::new("/")), machine: machine() }
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn version(_fs: &Fs) -> Option<String> {
    rustix::system::uname().release().to_str().ok().map(str::to_owned)
}

#[cfg(windows)]
fn version(_fs: &Fs) -> Option<String> {
    crate::windows::version().map(|(major, minor, build)| format!("{major}.{minor}.{build}"))
}

#[cfg(not(any(windows, target_os = "linux", target_os = "android")))]
fn version(fs: &Fs) -> Option<String> {
    /// The file with macOS' version.
    const MACOS_VERSION: &str = "/System/Library/CoreServices/SystemVersion.plist";
    /// The largest such file, in bytes; it has half a kilobyte.
    const MACOS_VERSION_BYTES_MAX: u64 = 64 << 10;
    let text = fs.read_if_there(Path::new(MACOS_VERSION), MACOS_VERSION_BYTES_MAX).ok()??;
    product_version(std::str::from_utf8(&text).ok()?)
}

/// The value of `ProductVersion` in a property list.
#[cfg(any(test, not(any(windows, target_os = "linux", target_os = "android"))))]
fn product_version(text: &str) -> Option<String> {
    let (_, behind) = text.split_once("<key>ProductVersion</key>")?;
    let (value, _) = behind.trim_start().strip_prefix("<string>")?.split_once("</string>")?;
    Some(value.trim().to_owned())
}

/// Whether musl's loader exists and glibc's does not (nor a replacement: Alpine's `gcompat` installs one).
fn only_musl(fs: &Fs, root: &Path) -> bool {
    if !cfg!(target_os = "linux") {
        return false;
    }
    let has = |folder: &str, front: &str| {
        let names = fs.names_if_there(&root.join(folder)).unwrap_or_default();
        names.iter().any(|name| name.to_str().is_some_and(|name| name.starts_with(front)))
    };
    let glibc = ["lib", "lib64", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu", "lib/i386-linux-gnu"];
    has("lib", "ld-musl-") && !glibc.iter().any(|folder| has(folder, "ld-linux"))
}

#[cfg(windows)]
fn machine() -> Option<String> {
    crate::windows::machine().filter(|machine| *machine != std::env::consts::ARCH).map(str::to_owned)
}

#[cfg(target_os = "macos")]
fn machine() -> Option<String> {
    use std::time::Duration;

    use crate::{Environment, Helper, Interrupt, Process, Program};
    if std::env::consts::ARCH != "x86_64" {
        return None;
    }
    // Apple: "About the Rosetta translation environment". The name is unknown, and the program fails, on older systems.
    // The administrator owns the root, and this program reads no folder.
    let sysctl = Program::at("/usr/sbin/sysctl").ok()?;
    let ask = Helper::asking_about(sysctl, Path::new("/"), Environment::empty());
    let answer = Process
        .capture(ask.args(["-n", "sysctl.proc_translated"]), 16, Duration::from_secs(2), &Interrupt::new())
        .ok()?;
    (answer.stdout.trim_ascii() == b"1").then(|| "aarch64".to_owned())
}

#[cfg(not(any(windows, target_os = "macos")))]
fn machine() -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_says_its_version() {
        let facts = OsFacts::of_this_machine(&Fs::real());
        assert!(facts.version.unwrap().starts_with(|first: char| first.is_ascii_digit()));
    }

    #[test]
    fn the_version_of_macos_is_found_in_its_property_list() {
        let text = "<dict>\n\t<key>ProductName</key>\n\t<string>macOS</string>\n\t<key>ProductVersion</key>\n\t\
                    <string>13.6.1</string>\n</dict>";
        assert_eq!(product_version(text).as_deref(), Some("13.6.1"));
        for odd in ["", "<key>ProductVersion</key>", "<key>ProductVersion</key><string>13"] {
            assert_eq!(product_version(odd), None);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn musl_counts_only_without_a_loader_for_glibc() {
        let (fs, folder) = (Fs::real(), tempfile::tempdir().unwrap());
        assert!(!only_musl(&fs, folder.path()));
        fs.create_dirs(&folder.path().join("lib")).unwrap();
        fs.replace(&folder.path().join("lib/ld-musl-x86_64.so.1"), b"").unwrap();
        assert!(only_musl(&fs, folder.path()));
        fs.create_dirs(&folder.path().join("lib64")).unwrap();
        fs.replace(&folder.path().join("lib64/ld-linux-x86-64.so.2"), b"").unwrap();
        assert!(!only_musl(&fs, folder.path()));
    }
}
