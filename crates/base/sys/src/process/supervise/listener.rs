//! A listening socket that outlives the programs that accept from it (sd_listen_fds(3)).
//!
//! The variables name the process that gets the socket, whose number is known only once it runs. So goward starts itself,
//! and that process sets them, puts the socket in its place and becomes the program ([`Listener::become_listening`]).

use std::ffi::OsString;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};

/// The file that a program finds its first socket in (`SD_LISTEN_FDS_START`).
#[cfg(unix)]
const FIRST: i32 = 3;
/// Descriptors that must survive until the program starts are above this one, so that none is in the socket's place.
#[cfg(unix)]
pub(super) const ABOVE: i32 = 10;

/// The variables of the protocol, which goward removes if they came from elsewhere: the sockets were its own.
pub(super) const VARIABLES: [&str; 4] = ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "LISTEN_PIDFDID"];

/// A listening TCP socket.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    #[cfg(unix)]
    pub(super) socket: std::os::fd::OwnedFd,
}

impl Listener {
    /// The verb by which goward starts itself to hand a socket over.
    pub const VERB: &str = "exec-listening";

    /// Listens on the address, `HOST:PORT` or `:PORT` for all addresses.
    ///
    /// # Errors
    /// What the system says; `Unsupported` on Windows, where a program cannot be given a socket this way.
    #[cfg(unix)]
    pub fn bind(address: &str) -> io::Result<Listener> {
        let full = if address.starts_with(':') { format!("[::]{address}") } else { address.to_owned() };
        let bound = full.to_socket_addrs().and_then(|found| TcpListener::bind(found.as_slice()));
        let socket = match bound {
            // A machine without IPv6.
            Err(_) if address.starts_with(':') => TcpListener::bind(format!("0.0.0.0{address}"))?,
            bound => bound?,
        };
        let address = socket.local_addr()?;
        let socket = rustix::io::fcntl_dupfd_cloexec(&socket, ABOVE)?;
        Ok(Listener { address, socket })
    }

    /// Listens on the address, `HOST:PORT` or `:PORT` for all addresses.
    ///
    /// # Errors
    /// Always `Unsupported`: a program on Windows cannot be given a socket this way.
    #[cfg(windows)]
    pub fn bind(address: &str) -> io::Result<Listener> {
        // A mistake in the address is the user's first.
        let found = address.to_socket_addrs()?.next();
        let _ = found.map(TcpListener::bind);
        Err(io::Error::new(io::ErrorKind::Unsupported, "programs of Windows take no socket from their parent"))
    }

    /// The address; its port is the real one if 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Replaces this process by the program that these arguments name, with the socket in its place. They are what
    /// [`super::Supervised`] passes: the socket's number, the program's `argv[0]`, its path, its arguments. Returns only
    /// on failure.
    #[cfg(unix)]
    #[expect(unsafe_code, reason = "a descriptor that was inherited is only a number")]
    pub fn become_listening(args: &[OsString]) -> io::Error {
        use std::os::fd::{FromRawFd as _, OwnedFd};
        use std::os::unix::process::CommandExt as _;
        let [number, name, path, args @ ..] = args else { return misuse() };
        let Some(number) = number.to_str().and_then(|text| text.parse().ok()).filter(|number| *number > FIRST) else {
            return misuse();
        };
        let Ok(program) = super::Program::at(path) else { return misuse() };
        // SAFETY: the parent left this descriptor open for us, under this number and for nothing else; the other one is
        // whatever was in the place of the first socket, and is only replaced. Neither is closed by these values.
        let (socket, mut place) = unsafe { (OwnedFd::from_raw_fd(number), OwnedFd::from_raw_fd(FIRST)) };
        let placed = rustix::io::dup2(&socket, &mut place);
        std::mem::forget(place);
        if let Err(error) = placed {
            return error.into();
        }
        drop(socket);
        let mut command = std::process::Command::new(program.path());
        command.arg0(name).args(args);
        command.env("LISTEN_FDS", "1").env("LISTEN_PID", std::process::id().to_string());
        super::super::with_users_mask(command).exec()
    }

    /// Nothing is handed over on Windows.
    #[cfg(windows)]
    pub fn become_listening(_args: &[OsString]) -> io::Error {
        misuse()
    }
}

fn misuse() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "only `goward run --supervise --listen` calls this")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_bound_and_told_with_its_real_port() {
        let listener = Listener::bind("127.0.0.1:0").unwrap();
        assert_ne!(listener.address().port(), 0);
        assert_eq!(Listener::bind(&listener.address().to_string()).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        assert_ne!(Listener::bind(":0").unwrap().address().port(), 0);
        for odd in ["", "127.0.0.1", "127.0.0.1:99999", "no such host:1"] {
            Listener::bind(odd).unwrap_err();
        }
    }

    #[test]
    fn arguments_of_somebody_else_start_nothing() {
        for args in [&[][..], &["3", "sh", "/bin/sh"], &["x", "sh", "/bin/sh"], &["17", "sh", "bin/sh"]] {
            let args: Vec<OsString> = args.iter().map(OsString::from).collect();
            assert_eq!(Listener::become_listening(&args).kind(), io::ErrorKind::InvalidInput);
        }
    }
}
