//! Answers that no honest server sends: heads and bodies without end, at any rate, and bytes that are not HTTP.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use super::Shared;

/// What a hostile server sends in place of an answer. An endless one continues until the client hangs up or the server
/// stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hostile {
    /// The status line, then one byte of a header every 20 ms.
    HeadDrips,
    /// Header lines as fast as they are taken.
    HeadEndless,
    /// One header of so many bytes, then the body.
    HeaderHuge(usize),
    /// One `100 Continue` after the other.
    InterimEndless,
    /// Bytes that are not HTTP, without end.
    Garbage,
    /// The status line alone, then the connection is closed.
    HeadCut,
    /// Two lengths that differ, then the body.
    TwoLengths,
    /// A length that is not a number, then the body.
    LengthNonsense,
    /// Announces this many bytes, sends only the body, and keeps the connection open.
    LengthHuge(u64),
    /// Chunks of 1 KiB without end.
    ChunksEndless,
    /// Chunks of one byte without end.
    ChunksTiny,
    /// A chunk whose size is not a number.
    ChunkNonsense,
    /// A chunk with the largest possible size, and the body in it.
    ChunkHuge,
    /// The body in one chunk, then trailers without end.
    TrailersEndless,
    /// So many bytes of the body at once, then one byte at a time with this pause.
    DripsAfter {
        /// How many are sent at once.
        bytes: usize,
        /// The pause before each further one.
        pause_milliseconds: u64,
    },
}

const PAUSE: Duration = Duration::from_millis(20);
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

impl Hostile {
    /// Sends it. An error means that the client has hung up, which is the purpose.
    pub(super) fn attack(self, mut out: &TcpStream, shared: &Shared, body: &[u8]) -> std::io::Result<()> {
        match self {
            Hostile::HeadDrips => {
                out.write_all(b"HTTP/1.1 200 OK\r\nx-drip: ")?;
                repeat(out, shared, b"a", PAUSE)
            }
            Hostile::HeadEndless => {
                out.write_all(b"HTTP/1.1 200 OK\r\n")?;
                repeat(out, shared, b"x-more: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", Duration::ZERO)
            }
            Hostile::HeaderHuge(bytes) => {
                out.write_all(b"HTTP/1.1 200 OK\r\nx-huge: ")?;
                out.write_all(&vec![b'a'; bytes])?;
                out.write_all(format!("\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes())?;
                out.write_all(body)
            }
            Hostile::InterimEndless => repeat(out, shared, b"HTTP/1.1 100 Continue\r\n\r\n", Duration::ZERO),
            Hostile::Garbage => repeat(out, shared, b"\x00\xff\x1b[2J not HTTP ", Duration::ZERO),
            Hostile::HeadCut => out.write_all(b"HTTP/1.1 200 OK\r\n"),
            Hostile::TwoLengths => {
                let lengths = format!("content-length: {}\r\ncontent-length: 3\r\n", body.len());
                with_head(out, &lengths, body)
            }
            Hostile::LengthNonsense => with_head(out, "content-length: -1e3\r\n", body),
            Hostile::LengthHuge(bytes) => {
                with_head(out, &format!("content-length: {bytes}\r\n"), body)?;
                while shared.pause(Duration::from_secs(3600)) {}
                Ok(())
            }
            Hostile::ChunksEndless => {
                out.write_all(CHUNKED)?;
                let chunk = [b"400\r\n".as_slice(), &[b'a'; 1024], b"\r\n"].concat();
                repeat(out, shared, &chunk, Duration::ZERO)
            }
            Hostile::ChunksTiny => {
                out.write_all(CHUNKED)?;
                repeat(out, shared, b"1\r\na\r\n", Duration::ZERO)
            }
            Hostile::ChunkNonsense => {
                out.write_all(CHUNKED)?;
                out.write_all(b"zz\r\nabc\r\n")
            }
            Hostile::ChunkHuge => {
                out.write_all(CHUNKED)?;
                out.write_all(b"ffffffffffffffff\r\n")?;
                out.write_all(body)?;
                while shared.pause(Duration::from_secs(3600)) {}
                Ok(())
            }
            Hostile::TrailersEndless => {
                out.write_all(CHUNKED)?;
                out.write_all(format!("{:x}\r\n", body.len()).as_bytes())?;
                out.write_all(body)?;
                out.write_all(b"\r\n0\r\n")?;
                repeat(out, shared, b"x-more: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", Duration::ZERO)
            }
            Hostile::DripsAfter { bytes, pause_milliseconds } => {
                let (first, rest) = body.split_at(bytes.min(body.len()));
                with_head(out, &format!("content-length: {}\r\netag: \"drip\"\r\n", body.len()), first)?;
                for byte in rest.chunks(1) {
                    if !shared.pause(Duration::from_millis(pause_milliseconds)) {
                        break;
                    }
                    out.write_all(byte)?;
                }
                Ok(())
            }
        }
    }
}

fn with_head(mut out: &TcpStream, headers: &str, body: &[u8]) -> std::io::Result<()> {
    out.write_all(format!("HTTP/1.1 200 OK\r\n{headers}\r\n").as_bytes())?;
    out.write_all(body)
}

fn repeat(mut out: &TcpStream, shared: &Shared, bytes: &[u8], pause: Duration) -> std::io::Result<()> {
    while shared.pause(pause) {
        out.write_all(bytes)?;
    }
    Ok(())
}
