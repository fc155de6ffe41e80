//! What the shim asks of the machine.

use crate::path::Path;

/// What came of looking at a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadResult {
    /// Nothing stands there, or what should be a folder on the way is none.
    Absent,
    /// So many bytes of it were read: all, where they are fewer than would have had room.
    Bytes(usize),
    /// It is there and cannot be read, or is not what was looked for.
    Odd,
}

/// Whose the file is that was read last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Opened {
    /// The owner of the bytes.
    pub owner: u32,
    /// The owner of the name, where links were followed: of a link, the link's.
    pub named_by: u32,
    /// The permission bits.
    pub mode: u32,
}

/// What the shim needs to know of the machine.
pub trait Machine {
    /// The number of the user at work. Nothing where the system has no owners: then every file counts.
    fn me(&self) -> Option<u32>;
    /// Whose the file is that was read last: facts of the file that was opened, not of what stands there now.
    fn opened(&self) -> Opened;
    /// Whose a folder is. One that cannot be looked at is nobody's.
    fn owner(&mut self, path: &Path) -> Option<u32>;
    /// A variable. An unset one is `None`, an empty one is not.
    fn var(&self, name: &str) -> Option<&[u8]>;
    /// Whether there is a variable, not empty, that begins like one of these lines: `NAME=`, or the front of a name.
    fn any_set(&self, begins: &[u8]) -> bool;
    /// Reads a regular file, links followed. A path that does not begin at the top begins at the working folder.
    fn read(&mut self, path: &Path, into: &mut [u8]) -> ReadResult;
    /// Reads a regular file under its own name: a link is not followed. How many bytes, if any.
    fn read_no_link(&mut self, path: &Path, into: &mut [u8]) -> Option<usize>;
    /// Where a symbolic link points, as it is written; on Windows, where a pointer is a file, what is in that file.
    fn read_link(&mut self, path: &Path, into: &mut [u8]) -> ReadResult;
    /// When a folder last changed, in nanoseconds since 1970.
    fn changed(&mut self, path: &Path) -> Option<u64>;
}
