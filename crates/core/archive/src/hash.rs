//! Reading to the end and hashing on the way.

use std::io::{self, ErrorKind, Read};

use release::Digest;
use sha2::{Digest as _, Sha256};
use sys::Interrupt;

/// How much of a file is read at once where nothing asks for another size, in bytes.
pub const HASH_CHUNK_BYTES: usize = 256 << 10;

/// What a reader held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hashed {
    /// The SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many bytes there were.
    pub bytes: u64,
}

/// Reads to the end, a full buffer at most at once. `on_bytes` gets every piece: to write a copy, or to count.
///
/// Put a bound on a file that may grow with [`Read::take`].
///
/// # Errors
/// Of kind `Interrupted` once the user has asked to stop, and for that alone: a read that a signal cut short is tried
/// again. Otherwise what the reader or `on_bytes` says.
pub fn hash_reader(
    reader: &mut dyn Read,
    interrupt: &Interrupt,
    buffer: &mut [u8],
    mut on_bytes: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<Hashed> {
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    loop {
        interrupt.check()?;
        match reader.read(buffer) {
            Ok(0) => return Ok(Hashed { sha256: hasher.into(), bytes }),
            Ok(read) => {
                hasher.update(&buffer[..read]);
                bytes += read as u64;
                on_bytes(&buffer[..read])?;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out its pieces one by one; an empty one is a read that a signal cut short.
    struct Pieces(Vec<&'static [u8]>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.is_empty() {
                true => Ok(0),
                false => match self.0.remove(0) {
                    [] => Err(ErrorKind::Interrupted.into()),
                    piece => {
                        buffer[..piece.len()].copy_from_slice(piece);
                        Ok(piece.len())
                    }
                },
            }
        }
    }

    #[test]
    fn every_piece_is_hashed_counted_and_handed_on_across_a_signal() {
        let mut seen = Vec::new();
        let mut reader = Pieces(vec![b"ab", b"", b"c"]);
        let hashed = hash_reader(&mut reader, &Interrupt::new(), &mut [0; 4], |piece| {
            seen.extend_from_slice(piece);
            Ok(())
        });
        assert_eq!(hashed.unwrap(), Hashed { sha256: Digest::of(b"abc"), bytes: 3 });
        assert_eq!(seen, b"abc");
    }

    #[test]
    fn ctrl_c_ends_it_between_two_pieces() {
        let interrupt = Interrupt::new();
        let mut reader = Pieces(vec![b"ab", b"c"]);
        let stopped = hash_reader(&mut reader, &interrupt, &mut [0; 4], |_| {
            interrupt.ask();
            Ok(())
        });
        assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Interrupted);
        assert_eq!(reader.0.len(), 1);
    }

    #[test]
    fn a_copy_that_cannot_be_written_ends_it() {
        let full = |_: &[u8]| Err(ErrorKind::StorageFull.into());
        let ended = hash_reader(&mut &b"abc"[..], &Interrupt::new(), &mut [0; 4], full);
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::StorageFull);
    }
}
