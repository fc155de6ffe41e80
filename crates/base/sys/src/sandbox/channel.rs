//! The connection between a stage and the process that has started it, and the file descriptors that a stage inherits.

use std::io::{self, BufRead as _, BufReader, IoSlice, IoSliceMut, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::net::TcpListener;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};

/// The most bytes of all lines that a stage says. It says one for each rung.
const SAID_BYTES_MAX: u64 = 64 << 10;
/// The number of the first file descriptor after standard input, output and error.
const FIRST_OTHER: RawFd = 3;
/// The byte with which a socket is handed over: a message without a byte carries nothing.
const HANDED: &[u8] = b"\n";

/// The line that says that a socket is expected.
const EXPECTED: &str = "hand it over";

/// One end of the connection.
#[derive(Debug)]
pub struct Channel(BufReader<UnixStream>);

impl Channel {
    /// Two ends; the second is for a process that is started now, which inherits it.
    pub(super) fn pair() -> io::Result<(Channel, UnixStream)> {
        let (own, other) = UnixStream::pair()?;
        fcntl_setfd(&other, FdFlags::empty())?;
        Ok((Channel(BufReader::new(own)), other))
    }

    /// The end that this process has inherited under this number. Every other file descriptor than the three standard
    /// ones is closed in the programs that this process starts; this one is, too, once [`Channel::keep`] says so.
    ///
    /// # Errors
    /// When there is no such file descriptor, or it is a standard one.
    #[expect(unsafe_code, reason = "an inherited file descriptor is known by its number only")]
    pub fn inherited(number: RawFd) -> io::Result<Channel> {
        if number < FIRST_OTHER {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        // SAFETY: the number is only used to ask the system, which answers with an error if nothing is open under it.
        let borrowed = unsafe { BorrowedFd::borrow_raw(number) };
        let flags = fcntl_getfd(borrowed)?;
        if flags.contains(FdFlags::CLOEXEC) {
            // What this process has opened for itself has this flag; what it has inherited cannot.
            return Err(io::Error::other("the channel was not inherited"));
        }
        // SAFETY: it is open, and it was inherited (the check above), so no value of this process owns it. The caller is
        // the main function of a stage, which asks for its channel once and before it opens anything.
        let owned = unsafe { OwnedFd::from_raw_fd(number) };
        Ok(Channel(BufReader::new(UnixStream::from(owned))))
    }

    /// Its number, for a stage that inherits it.
    pub fn number(&self) -> RawFd {
        self.0.get_ref().as_raw_fd()
    }

    /// Whether the programs that this process starts inherit it.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep(&self, is_inherited: bool) -> io::Result<()> {
        let flags = if is_inherited { FdFlags::empty() } else { FdFlags::CLOEXEC };
        Ok(fcntl_setfd(self.0.get_ref(), flags)?)
    }

    /// Lets this end go, without closing that of a stage that has inherited it: from now on nothing is said or heard here.
    ///
    /// # Errors
    /// What the system says.
    pub fn leave(&mut self) -> io::Result<()> {
        let (other, _) = UnixStream::pair()?;
        self.0 = BufReader::new(other);
        Ok(())
    }

    /// Says a line; a line end within it becomes a blank.
    ///
    /// # Errors
    /// When the other end is gone.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        let line = format!("{}\n", line.replace('\n', " "));
        self.0.get_mut().write_all(line.as_bytes())
    }

    /// Hears the next line, without its end; `None` when the other end has closed. `time_max` bounds the wait.
    ///
    /// # Errors
    /// When none comes in time, or the line is too long.
    pub fn hear(&mut self, time_max: Option<Duration>) -> io::Result<Option<String>> {
        self.0.get_ref().set_read_timeout(time_max)?;
        let mut line = Vec::new();
        (&mut self.0).take(SAID_BYTES_MAX).read_until(b'\n', &mut line)?;
        match line.pop() {
            Some(b'\n') => Ok(Some(String::from_utf8_lossy(&line).into_owned())),
            Some(_) => Err(io::Error::from(io::ErrorKind::InvalidData)),
            None => Ok(None),
        }
    }

    /// Hands a listening socket over, when the other end expects it ([`Channel::take_socket`]): a socket that is read as bytes
    /// is lost. The line before has to ask for it.
    ///
    /// # Errors
    /// When the other end is gone, or does not expect it within this time.
    pub fn hand_socket(&mut self, socket: &TcpListener, time_max: Duration) -> io::Result<()> {
        if self.hear(Some(time_max))?.as_deref() != Some(EXPECTED) {
            return Err(io::Error::other("the other end does not expect a socket"));
        }
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let sockets = [socket.as_fd()];
        if !control.push(SendAncillaryMessage::ScmRights(&sockets)) {
            return Err(io::Error::other("there is no room for a socket"));
        }
        sendmsg(self.0.get_ref(), &[IoSlice::new(HANDED)], &mut control, SendFlags::empty())?;
        Ok(())
    }

    /// Takes the socket that the other end hands over; its last line has asked for it.
    ///
    /// # Errors
    /// When something else came.
    pub fn take_socket(&mut self) -> io::Result<TcpListener> {
        if !self.0.buffer().is_empty() {
            return Err(io::Error::other("more was said before the socket"));
        }
        self.say(EXPECTED)?;
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut byte = [0];
        recvmsg(self.0.get_ref(), &mut [IoSliceMut::new(&mut byte)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
        let taken = control.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut sockets) => sockets.next(),
            _ => None,
        });
        taken.map(TcpListener::from).ok_or_else(|| io::Error::other("no socket came"))
    }

    /// Closes every file descriptor but the standard ones and this one in the programs that this process starts.
    ///
    /// # Errors
    /// When they cannot be listed: an open folder of the user's would be a way out.
    #[expect(unsafe_code, reason = "inherited file descriptors are known by their numbers only")]
    pub fn close_others(&self) -> io::Result<()> {
        for entry in super::at("list the open files", std::fs::read_dir("/proc/self/fd"))? {
            let number = entry?.file_name().to_str().and_then(|name| name.parse::<RawFd>().ok());
            let Some(number) = number.filter(|number| *number >= FIRST_OTHER && *number != self.number()) else {
                continue;
            };
            // SAFETY: the number is only used to set a flag that changes nothing for this process; if it is closed by
            // now, as the one of this very list is at the end, the system answers with an error.
            let borrowed = unsafe { BorrowedFd::borrow_raw(number) };
            match fcntl_setfd(borrowed, FdFlags::CLOEXEC) {
                Ok(()) | Err(rustix::io::Errno::BADF) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Whether one of the standard streams is a folder, which a shell can open (`< /`): from it a program could walk out.
    pub fn has_folder_as_stream() -> bool {
        let is_folder = |fd: BorrowedFd<'_>| {
            rustix::fs::fstat(fd)
                .is_ok_and(|stat| rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::Directory)
        };
        [io::stdin().as_fd(), io::stdout().as_fd(), io::stderr().as_fd()].into_iter().any(is_folder)
    }
}
