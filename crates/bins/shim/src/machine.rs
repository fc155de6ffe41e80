//! The system, as the shim sees it.

use crate::path::Path;

/// The result of reading a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadResult {
    /// It does not exist, or a component of its path is not a folder.
    Absent,
    /// So many bytes of it were read: all, if they are fewer than the buffer's.
    Bytes(usize),
    /// It exists and cannot be read, or is not a regular file.
    Odd,
}

/// The owners of the last read file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Opened {
    /// The owner of the bytes.
    pub owner: u32,
    /// The owner of the name, if links were followed: for a link, the link's.
    pub named_by: u32,
    /// The permission bits.
    pub mode: u32,
}

/// The facts about the machine that the shim needs.
pub trait Machine {
    /// The number of the user at work. `None` if the system has no owners: then every file counts.
    fn me(&self) -> Option<u32>;
    /// The owners of the last read file: those of the opened file, not of the present file of that name.
    fn opened(&self) -> Opened;
    /// The owner of a folder; `None` if it cannot be read.
    fn owner(&mut self, path: &Path) -> Option<u32>;
    /// A variable. An unset one is `None`, an empty one is not.
    fn var(&self, name: &str) -> Option<&[u8]>;
    /// Whether there is a variable, not empty, that begins with one of these lines: `NAME=`, or a prefix of a name.
    fn any_set(&self, begins: &[u8]) -> bool;
    /// Reads a regular file, links followed. A relative path begins at the working folder.
    fn read(&mut self, path: &Path, into: &mut [u8]) -> ReadResult;
    /// Reads a regular file under its own name: a link is not followed. How many bytes, if any.
    fn read_no_link(&mut self, path: &Path, into: &mut [u8]) -> Option<usize>;
    /// The target of a symbolic link, unresolved; on Windows, the content of the pointer file.
    fn read_link(&mut self, path: &Path, into: &mut [u8]) -> ReadResult;
    /// When a folder last changed, in nanoseconds since 1970.
    fn changed(&mut self, path: &Path) -> Option<u64>;
}
