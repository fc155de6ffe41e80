//! The one door for foreign files, which somebody else may have written: a repository, another user, a mirror's folder.
//!
//! Opening a name trusts the user who made it: a pipe makes its reader wait, a device sends bytes without end or takes
//! over the terminal, a link points to a file that only this user may read, a rename between `stat` and `open` gives
//! other bytes than those that were checked. So this module checks a name before it opens it, opens it without waiting
//! (`O_NONBLOCK`, `O_NOCTTY`), and checks the opened file again: it must be a regular file on a disk, within a bound of
//! bytes, and, if the caller has its earlier metadata, the same file.
//!
//! Every other function of [`Fs`] that opens a file for reading goes through here.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use crate::file::File;
use crate::fs::{EntryKind, Fs, Meta};

/// `FILE_FLAG_OPEN_REPARSE_POINT`: open a link itself instead of its target.
#[cfg(windows)]
const OPEN_THE_LINK_ITSELF: u32 = 0x0020_0000;

/// The conditions on a file before a byte of it is read.
#[derive(Debug, Clone, Copy)]
pub struct Foreign {
    bytes_max: u64,
    follows_links: bool,
    identity: Option<(u64, u64)>,
}

impl Foreign {
    /// A regular file of at most so many bytes, or a link to one.
    pub fn at_most(bytes_max: u64) -> Foreign {
        Foreign { bytes_max, follows_links: true, identity: None }
    }

    /// The name itself must not be a link.
    #[must_use]
    pub fn no_link(self) -> Foreign {
        Foreign { follows_links: false, ..self }
    }

    /// It must be the file of this metadata. A system without inode numbers ignores this.
    #[must_use]
    pub fn as_looked_at(self, meta: &Meta) -> Foreign {
        Foreign { identity: meta.identity, ..self }
    }
}

/// Why a file is not opened. It is inside of an [`io::Error`]; [`Refusal::of`] finds it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A pipe: its reader waits for its writer.
    Pipe,
    /// A device, a terminal among them.
    Device,
    /// A socket.
    Socket,
    /// A folder.
    Folder,
    /// A file that the kernel generates (procfs): a read may wait, or consume its contents.
    Kernel,
    /// Another kind of file that is not regular.
    NoFile,
    /// It has too many bytes.
    TooLarge {
        /// The bound.
        bytes_max: u64,
    },
    /// A link where none is followed.
    Link,
    /// Another file than that of the metadata.
    Swapped,
}

impl Refusal {
    /// The refusal inside of an error, if it is one.
    pub fn of(error: &io::Error) -> Option<Refusal> {
        error.get_ref()?.downcast_ref::<Refusal>().copied()
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::Pipe => f.write_str("it is a pipe, not a file"),
            Refusal::Device => f.write_str("it is a device, not a file"),
            Refusal::Socket => f.write_str("it is a socket, not a file"),
            Refusal::Folder => f.write_str("it is a folder, not a file"),
            Refusal::Kernel => f.write_str("the kernel generates it on each read; it is not a file on a disk"),
            Refusal::NoFile => f.write_str("it is not a regular file"),
            Refusal::TooLarge { bytes_max } => write!(f, "it is larger than {bytes_max} bytes"),
            Refusal::Link => f.write_str("it is a link, and none is followed here"),
            Refusal::Swapped => f.write_str("another file has replaced it meanwhile"),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> io::Error {
        let kind = match refusal {
            Refusal::TooLarge { .. } => io::ErrorKind::InvalidData,
            Refusal::Folder => io::ErrorKind::IsADirectory,
            _ => io::ErrorKind::InvalidInput,
        };
        io::Error::new(kind, refusal)
    }
}

impl Fs {
    /// Opens a foreign file for reading, and returns its metadata.
    ///
    /// # Errors
    /// A [`Refusal`], or what the system says.
    pub fn open_foreign(&self, path: &Path, asked: &Foreign) -> io::Result<(File, Meta)> {
        // Opening a device can have effects, so devices are detected before.
        let before = if asked.follows_links { std::fs::metadata(path) } else { std::fs::symlink_metadata(path) }?;
        check_kind(before.file_type())?;
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.custom_flags(flags(asked.follows_links).bits().cast_signed());
        }
        #[cfg(windows)]
        if !asked.follows_links {
            use std::os::windows::fs::OpenOptionsExt;
            options.custom_flags(OPEN_THE_LINK_ITSELF);
        }
        #[cfg(unix)]
        let inner = options.open(path).map_err(|error| link_of(error, asked.follows_links))?;
        #[cfg(windows)]
        let inner = options.open(path)?;
        let meta = check_opened(&inner, asked)?;
        Ok((File { inner, watched: self.watched(path) }, meta))
    }
}

/// Checks that the opened file meets the conditions.
pub(crate) fn check_opened(inner: &std::fs::File, asked: &Foreign) -> io::Result<Meta> {
    #[cfg(windows)]
    if !crate::windows::is_on_disk(inner) {
        return Err(Refusal::Device.into());
    }
    let found = inner.metadata()?;
    check_kind(found.file_type())?;
    let meta = Meta::of(&found);
    if meta.bytes == 0 && is_of_kernel(inner)? {
        return Err(Refusal::Kernel.into());
    }
    if asked.identity.is_some() && meta.identity != asked.identity {
        return Err(Refusal::Swapped.into());
    }
    if meta.bytes > asked.bytes_max {
        return Err(Refusal::TooLarge { bytes_max: asked.bytes_max }.into());
    }
    Ok(meta)
}

fn check_kind(kind: std::fs::FileType) -> Result<(), Refusal> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Err(Refusal::Pipe);
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Err(Refusal::Device);
        }
        if kind.is_socket() {
            return Err(Refusal::Socket);
        }
    }
    match EntryKind::of(kind) {
        EntryKind::File => Ok(()),
        EntryKind::Dir => Err(Refusal::Folder),
        EntryKind::Link => Err(Refusal::Link),
        EntryKind::Other => Err(Refusal::NoFile),
    }
}

/// The flags for opening a foreign name: no wait, no controlling terminal.
#[cfg(unix)]
pub(crate) fn flags(follows_links: bool) -> rustix::fs::OFlags {
    use rustix::fs::OFlags;
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    if follows_links { flags } else { flags | OFlags::NOFOLLOW }
}

/// Names the error of a link that appeared between `stat` and `open`.
#[cfg(unix)]
fn link_of(error: io::Error, follows_links: bool) -> io::Error {
    let loops = error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
    if loops && !follows_links { Refusal::Link.into() } else { error }
}

/// Whether the kernel generates the file: such files report a size of 0 and are not empty.
///
/// `/proc/kmsg` and `trace_pipe` make their reader wait and consume what they return. Magic numbers:
/// `include/uapi/linux/magic.h`.
#[cfg(target_os = "linux")]
fn is_of_kernel(inner: &std::fs::File) -> io::Result<bool> {
    const PROC: u64 = 0x9fa0;
    const DEBUGFS: u64 = 0x6462_6720;
    const TRACEFS: u64 = 0x7472_6163;
    #[allow(clippy::unnecessary_cast, clippy::cast_sign_loss, reason = "its type differs between machines")]
    let kind = rustix::fs::fstatfs(inner)?.f_type as u64;
    Ok([PROC, DEBUGFS, TRACEFS].contains(&kind))
}

#[cfg(not(target_os = "linux"))]
fn is_of_kernel(_inner: &std::fs::File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Stops the other threads, also when a check has failed.
    struct StopAtEnd<'a>(&'a AtomicBool);

    impl Drop for StopAtEnd<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn refusal<T>(outcome: io::Result<T>) -> Option<Refusal> {
        Refusal::of(&outcome.err()?)
    }

    fn pipe(folder: &Path) -> PathBuf {
        let path = folder.join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().expect("this machine has mkfifo").success());
        path
    }

    #[test]
    fn what_is_no_file_is_refused_at_once_by_every_way_to_read() {
        let folder = tempfile::tempdir().unwrap();
        let (fs, at) = (Fs::real(), folder.path());
        let _listening = std::os::unix::net::UnixListener::bind(at.join("socket")).unwrap();
        symlink("/dev/zero", at.join("link")).unwrap();
        let cases = [
            (pipe(at), Refusal::Pipe),
            (at.join("socket"), Refusal::Socket),
            (at.to_owned(), Refusal::Folder),
            (PathBuf::from("/dev/zero"), Refusal::Device),
            (PathBuf::from("/dev/tty"), Refusal::Device),
            (at.join("link"), Refusal::Device),
        ];
        for (path, expected) in cases {
            assert_eq!(refusal(fs.read(&path, 100)), Some(expected), "{}", path.display());
            assert_eq!(refusal(fs.read_if_there(&path, 100)), Some(expected), "{}", path.display());
            assert_eq!(refusal(fs.read_head(&path, 100)), Some(expected), "{}", path.display());
            assert_eq!(refusal(fs.open(&path)), Some(expected), "{}", path.display());
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_kernel_makes_up_is_refused_and_an_empty_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let fs = Fs::real();
        assert_eq!(refusal(fs.read(Path::new("/proc/self/environ"), 1 << 20)), Some(Refusal::Kernel));
        // Only root may open it; others are refused by the system.
        assert!(fs.read(Path::new("/proc/kmsg"), 1 << 20).is_err());
        fs.replace(&folder.path().join("empty"), b"").unwrap();
        assert_eq!(fs.read(&folder.path().join("empty"), 0).unwrap(), b"");
    }

    #[test]
    fn a_file_is_held_to_its_bound_to_no_link_and_to_what_was_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let (fs, file, link) = (Fs::real(), folder.path().join("file"), folder.path().join("link"));
        fs.replace(&file, b"12345").unwrap();
        symlink("file", &link).unwrap();
        let looked = fs.look(&file).unwrap().unwrap();
        let asked = Foreign::at_most(5).as_looked_at(&looked);
        let mut text = String::new();
        fs.open_foreign(&link, &asked).unwrap().0.read_to_string(&mut text).unwrap();
        assert_eq!(text, "12345");
        assert_eq!(refusal(fs.open_foreign(&link, &asked.no_link())), Some(Refusal::Link));
        let small = Foreign::at_most(4);
        assert_eq!(refusal(fs.open_foreign(&file, &small)), Some(Refusal::TooLarge { bytes_max: 4 }));
        fs.replace(&file, b"54321").unwrap();
        assert_eq!(refusal(fs.open_foreign(&file, &asked)), Some(Refusal::Swapped));
    }

    #[test]
    fn no_link_swapped_in_between_look_and_open_is_ever_read_through() {
        // Goal: if another process swaps a file for a link to a secret at any moment, the open fails and never returns
        // the secret. Method: another thread swaps them as fast as it can while this one opens.
        const OPENS: usize = 3000;
        // The other thread may win for long: open more often, until one open has found the file.
        const OPENS_MAX: usize = 1_000_000;
        let folder = tempfile::tempdir().unwrap();
        let (fs, name, secret) = (Fs::real(), folder.path().join("name"), folder.path().join("secret"));
        fs.replace(&secret, b"secret").unwrap();
        fs.replace(&name, b"public").unwrap();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let _stop = StopAtEnd(&over);
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let link = folder.path().join("link");
                    symlink(&secret, &link).unwrap();
                    std::fs::rename(&link, &name).unwrap();
                    Fs::real().replace_not_durably(&name, b"public").unwrap();
                }
            });
            let mut read = 0;
            for opens in 0..OPENS_MAX {
                if opens >= OPENS && read > 0 {
                    break;
                }
                let Ok((mut file, _)) = fs.open_foreign(&name, &Foreign::at_most(100).no_link()) else { continue };
                let mut text = String::new();
                file.read_to_string(&mut text).unwrap();
                assert_eq!(text, "public");
                read += 1;
            }
            assert!(read > 0, "the file was never there");
        });
    }
}
