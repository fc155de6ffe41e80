//! The loopback interface of a network name space of one's own.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, recv, send, socket};

use super::at;

/// The number of the loopback interface in every network name space.
const LOOPBACK_INDEX: u32 = 1;

/// Brings the loopback interface up (rtnetlink(7), RTM_NEWLINK with IFF_UP). The process must have all rights over its
/// network name space.
///
/// # Errors
/// What the system says.
pub fn raise_loopback() -> io::Result<()> {
    const RTM_NEWLINK: u16 = 16;
    const NLM_F_REQUEST_ACK: u16 = 1 | 4;
    const IFF_UP: u32 = 1;
    /// `struct nlmsghdr` and `struct ifinfomsg`, 16 bytes each.
    const BYTES: u32 = 32;
    let mut message = Vec::new();
    message.extend(BYTES.to_ne_bytes());
    message.extend(RTM_NEWLINK.to_ne_bytes());
    message.extend(NLM_F_REQUEST_ACK.to_ne_bytes());
    // The number of the message, then the receiver: the kernel.
    message.extend(1u32.to_ne_bytes());
    message.extend(0u32.to_ne_bytes());
    // The family and the kind of interface: any.
    message.extend([0; 4]);
    message.extend(LOOPBACK_INDEX.to_ne_bytes());
    // The flags, and which of them count.
    message.extend(IFF_UP.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    // Protocol 0 is that of routes and interfaces.
    let socket = at("open a netlink socket", socket(AddressFamily::NETLINK, SocketType::RAW, None))?;
    at("raise the loopback interface", send(&socket, &message, SendFlags::empty()))?;
    let mut answer = [0u8; 64];
    let (count, _) = at("raise the loopback interface", recv(&socket, &mut answer[..], RecvFlags::empty()))?;
    // An answer is a header and an error number, which is 0 or negative.
    let number = answer.get(16..20).filter(|_| count >= 20).and_then(|bytes| bytes.try_into().ok());
    match number.map(i32::from_ne_bytes) {
        Some(0) => Ok(()),
        Some(number) => at("raise the loopback interface", Err(io::Error::from_raw_os_error(-number))),
        None => Err(io::Error::other("the kernel's answer about the loopback interface is too short")),
    }
}

/// A socket that listens on a free port of the loopback interface of this process's name space, and its port.
///
/// # Errors
/// What the system says.
pub fn listen_on_loopback() -> io::Result<(TcpListener, u16)> {
    let listener = at("listen on the loopback interface", TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}
