//! What the system tells of running processes (proc(5)): who holds a lock's file open, since when a process runs, with
//! what environment it was started, and whether clients are connected to it.
//!
//! Only Linux tells it by files; elsewhere the functions answer that it is not known. What belongs to another user is never
//! asked for.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// A process that has a file of a folder open, or runs from a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its number.
    pub pid: u32,
    /// The number of its parent.
    pub parent: u32,
    /// The open file, or its program.
    pub path: PathBuf,
}

/// What is known of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessFacts {
    /// Its command line; empty if it has none.
    pub words: Vec<OsString>,
    /// When it was started, in seconds since 1970.
    pub started_unix_seconds: Option<u64>,
    /// Whether a signal or a debugger has stopped it, or its control group is frozen.
    pub is_stopped: bool,
}

/// The processes of this user that have a file in the folder `open` open, or whose program is below the folder `trees`;
/// `None` if the system does not tell. Both are real paths.
pub fn holders(open: &Path, trees: &Path) -> Option<Vec<Holder>> {
    #[cfg(target_os = "linux")]
    return Some(linux::holders(open, trees));
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (open, trees);
        None
    }
}

/// What is known of a process of this user; `None` if there is none of this number, or the system does not tell.
pub fn process_facts(pid: u32) -> Option<ProcessFacts> {
    #[cfg(target_os = "linux")]
    return linux::facts(pid);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = pid;
        None
    }
}

/// The environment with which a process of this user was started: names and values. What it has set itself since then is
/// not in it.
///
/// # Errors
/// `NotFound` if there is no process of this number, `PermissionDenied` if it is another user's (root asks for no other
/// user's either), `Unsupported` if the system does not tell.
pub fn environment_of(pid: u32) -> io::Result<Vec<(OsString, OsString)>> {
    #[cfg(target_os = "linux")]
    return linux::environment(pid);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = pid;
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system does not show the environment of a process"))
    }
}

/// How many clients are connected to these processes over TCP: established connections to a port on which one of them
/// listens. `None` if the system does not tell, or refuses.
pub fn client_connections(pids: &[u32]) -> Option<usize> {
    #[cfg(target_os = "linux")]
    return linux::client_connections(pids);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = pids;
        None
    }
}

/// The processes of a process group.
#[cfg(target_os = "linux")]
pub(crate) fn in_group(group: u32) -> Vec<u32> {
    linux::numbers().filter(|pid| linux::stat(*pid).is_some_and(|stat| stat.group == group)).collect()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::ffi::OsString;
    use std::fs::{self, File};
    use std::io::{self, Read as _};
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::os::unix::fs::MetadataExt as _;
    use std::path::{Path, PathBuf};

    use super::{Holder, ProcessFacts};

    /// The largest file of `/proc` that is read, in bytes: the tables of sockets of a busy machine.
    const TEXT_BYTES_MAX: u64 = 64 << 20;
    /// The largest command line that is read, in bytes.
    const WORDS_BYTES_MAX: u64 = 64 << 10;
    /// The largest environment that is read, in bytes: more than the system lets a program start with by default.
    const ENVIRONMENT_BYTES_MAX: u64 = 8 << 20;
    /// How many files of one process are looked at.
    const FILES_MAX: usize = 100_000;

    /// A line of `/proc/PID/stat`.
    pub(super) struct Stat {
        pub state: char,
        pub parent: u32,
        pub group: u32,
        pub start_ticks: u64,
    }

    fn at(pid: u32, name: &str) -> PathBuf {
        Path::new("/proc").join(pid.to_string()).join(name)
    }

    fn bytes(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(bytes_max).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn numbers() -> impl Iterator<Item = u32> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
    }

    pub(super) fn stat(pid: u32) -> Option<Stat> {
        parse_stat(&String::from_utf8_lossy(&bytes(&at(pid, "stat"), WORDS_BYTES_MAX).ok()?))
    }

    /// The name in parentheses may contain anything, also parentheses and spaces.
    pub(super) fn parse_stat(text: &str) -> Option<Stat> {
        let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace();
        let state = fields.next()?.chars().next()?;
        let (parent, group) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        // Fields 6 to 21 are not needed; 22 is the start.
        Some(Stat { state, parent, group, start_ticks: fields.nth(16)?.parse().ok()? })
    }

    /// Whether a process is this user's own.
    fn is_own(pid: u32) -> io::Result<bool> {
        let owner = fs::metadata(Path::new("/proc").join(pid.to_string()))?.uid();
        Ok(owner == rustix::process::getuid().as_raw())
    }

    pub(super) fn holders(open: &Path, trees: &Path) -> Vec<Holder> {
        let mut found = Vec::new();
        for pid in numbers().filter(|pid| is_own(*pid).unwrap_or(false)) {
            let mut paths = BTreeSet::new();
            for entry in fs::read_dir(at(pid, "fd")).into_iter().flatten().flatten().take(FILES_MAX) {
                if let Ok(path) = fs::read_link(entry.path())
                    && path.parent() == Some(open)
                {
                    paths.insert(path);
                }
            }
            paths.extend(fs::read_link(at(pid, "exe")).ok().filter(|program| program.starts_with(trees)));
            let Some(stat) = stat(pid).filter(|_| !paths.is_empty()) else { continue };
            found.extend(paths.into_iter().map(|path| Holder { pid, parent: stat.parent, path }));
        }
        found
    }

    pub(super) fn facts(pid: u32) -> Option<ProcessFacts> {
        let stat = stat(pid).filter(|stat| stat.state != 'Z' && stat.state != 'X')?;
        let line = bytes(&at(pid, "cmdline"), WORDS_BYTES_MAX).ok()?;
        let line = line.strip_suffix(b"\0").unwrap_or(&line);
        let words = line.split(|byte| *byte == 0).filter(|_| !line.is_empty());
        Some(ProcessFacts {
            words: words.map(|word| OsString::from_vec(word.to_vec())).collect(),
            started_unix_seconds: started(stat.start_ticks),
            is_stopped: matches!(stat.state, 'T' | 't') || is_frozen(pid),
        })
    }

    fn started(ticks: u64) -> Option<u64> {
        let text = String::from_utf8(bytes(Path::new("/proc/stat"), TEXT_BYTES_MAX).ok()?).ok()?;
        let boot: u64 = text.lines().find_map(|line| line.strip_prefix("btime ")?.parse().ok())?;
        Some(boot + ticks / rustix::param::clock_ticks_per_second().max(1))
    }

    /// Whether its control group (version 2) is frozen.
    fn is_frozen(pid: u32) -> bool {
        let groups = bytes(&at(pid, "cgroup"), TEXT_BYTES_MAX).unwrap_or_default();
        let groups = String::from_utf8_lossy(&groups).into_owned();
        let Some(own) = groups.lines().find_map(|line| line.strip_prefix("0::/")) else { return false };
        ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].iter().any(|mounted| {
            let events = Path::new(mounted).join(own).join("cgroup.events");
            bytes(&events, TEXT_BYTES_MAX)
                .is_ok_and(|text| text.split(|byte| *byte == b'\n').any(|line| line == b"frozen 1"))
        })
    }

    pub(super) fn environment(pid: u32) -> io::Result<Vec<(OsString, OsString)>> {
        if !is_own(pid)? {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is a process of another user"));
        }
        let bytes = bytes(&at(pid, "environ"), ENVIRONMENT_BYTES_MAX)?;
        let pairs = bytes.split(|byte| *byte == 0).filter_map(|pair| {
            let at = pair.iter().skip(1).position(|byte| *byte == b'=')? + 1;
            let (name, value) = pair.split_at_checked(at)?;
            let text = |bytes: &[u8]| std::ffi::OsStr::from_bytes(bytes).to_owned();
            Some((text(name), text(value.get(1..)?)))
        });
        Ok(pairs.collect())
    }

    pub(super) fn client_connections(pids: &[u32]) -> Option<usize> {
        let mut inodes: BTreeSet<u64> = BTreeSet::new();
        for pid in pids {
            for entry in fs::read_dir(at(*pid, "fd")).ok()?.flatten().take(FILES_MAX) {
                let link = fs::read_link(entry.path()).unwrap_or_default();
                let inode: Option<u64> =
                    link.to_str().and_then(|link| link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
                inodes.extend(inode);
            }
        }
        let (mut ports, mut connected) = (BTreeSet::new(), Vec::new());
        // The tables are those of a process's network name space, which its children share.
        let first = pids.first()?;
        for name in ["net/tcp", "net/tcp6"] {
            let text = match bytes(&at(*first, name), TEXT_BYTES_MAX) {
                Ok(text) => text,
                // A machine without IPv6.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(_) => return None,
            };
            for socket in String::from_utf8_lossy(&text).lines().filter_map(parse_socket) {
                match socket.state {
                    LISTEN if inodes.contains(&socket.inode) => drop(ports.insert(socket.port)),
                    ESTABLISHED => connected.push(socket),
                    _ => {}
                }
            }
        }
        let is_client = |socket: &&Socket| inodes.contains(&socket.inode) && ports.contains(&socket.port);
        Some(connected.iter().filter(is_client).count())
    }

    /// `TCP_ESTABLISHED` and `TCP_LISTEN` (include/net/tcp_states.h).
    const ESTABLISHED: u8 = 1;
    const LISTEN: u8 = 10;

    /// A line of `/proc/net/tcp` (proc_net(5)).
    #[derive(Debug, PartialEq, Eq)]
    pub(super) struct Socket {
        pub port: u16,
        pub state: u8,
        pub inode: u64,
    }

    pub(super) fn parse_socket(line: &str) -> Option<Socket> {
        let mut fields = line.split_ascii_whitespace();
        let port = fields.nth(1)?.rsplit_once(':')?.1;
        let state = fields.nth(1)?;
        let inode = fields.nth(5)?.parse().ok()?;
        Some(Socket { port: u16::from_str_radix(port, 16).ok()?, state: u8::from_str_radix(state, 16).ok()?, inode })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_an_odd_name_is_read() {
        let line = "17 (a) b (c) R 16 15 14 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4711 9 9\n";
        let stat = linux::parse_stat(line).unwrap();
        assert_eq!((stat.state, stat.parent, stat.group, stat.start_ticks), ('R', 16, 15, 4711));
        for odd in ["", "17 (a", "17 (a) R", "17 (a) R x y"] {
            assert!(linux::parse_stat(odd).is_none());
        }
    }

    #[test]
    fn a_line_of_the_table_of_sockets_is_read() {
        let line =
            "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0 0\n";
        assert_eq!(linux::parse_socket(line), Some(linux::Socket { port: 8080, state: 10, inode: 4242 }));
        assert_eq!(linux::parse_socket("  sl  local_address rem_address   st tx_queue rx_queue"), None);
    }

    #[test]
    fn this_process_is_known_and_its_clients_are_counted() {
        let own = std::process::id();
        let facts = process_facts(own).unwrap();
        assert!(!facts.words.is_empty() && facts.started_unix_seconds.is_some() && !facts.is_stopped);
        assert!(environment_of(own).unwrap().iter().any(|(name, _)| name == "PATH"));
        assert_eq!(environment_of(u32::MAX).unwrap_err().kind(), io::ErrorKind::NotFound);
        let before = client_connections(&[own]).unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_accepted, _) = listener.accept().unwrap();
        assert_eq!(client_connections(&[own]).unwrap(), before + 1);
        drop(client);
    }

    #[test]
    fn who_holds_a_file_open_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let resolved = folder.path().canonicalize().unwrap();
        let nowhere = resolved.join("nowhere");
        assert_eq!(holders(&resolved, &nowhere).unwrap(), []);
        let path = resolved.join("file");
        let _open = std::fs::File::create(&path).unwrap();
        let found = holders(&resolved, &nowhere).unwrap();
        assert!(found.iter().any(|holder| holder.pid == std::process::id() && holder.path == path), "{found:?}");
        let own = std::env::current_exe().unwrap().canonicalize().unwrap();
        let found = holders(&nowhere, own.parent().unwrap()).unwrap();
        assert!(found.iter().any(|holder| holder.pid == std::process::id() && holder.path == own), "{found:?}");
    }
}
