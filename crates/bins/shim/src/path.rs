//! A path in its own buffer, always with a NUL at its end for system calls.

use crate::limits::PATH_BYTES_MAX;

/// A path. A part that does not fit makes it unusable, which its reader gets as `None`.
pub struct Path {
    bytes: [u8; PATH_BYTES_MAX],
    length: usize,
    overflowed: bool,
}

impl Path {
    /// A path of no bytes.
    pub const fn empty() -> Path {
        Path { bytes: [0; PATH_BYTES_MAX], length: 0, overflowed: false }
    }

    /// Restarts with these parts, concatenated. A NUL in one of them makes the path unusable.
    pub fn set(&mut self, parts: &[&[u8]]) {
        (self.length, self.overflowed) = (0, false);
        parts.iter().for_each(|part| self.push(part));
    }

    /// One more part at the end.
    pub fn push(&mut self, part: &[u8]) {
        let end = self.length + part.len();
        // The last byte is reserved for the NUL. Not `contains`: its search by words is a hundred
        // bytes, and parts are short.
        let fits = end < PATH_BYTES_MAX && part.iter().all(|byte| *byte != 0);
        match self.bytes.get_mut(self.length..=end).filter(|_| fits).and_then(|place| place.split_last_mut()) {
            Some((nul, place)) => {
                place.copy_from_slice(part);
                *nul = 0;
                self.length = end;
            }
            None => self.overflowed = true,
        }
    }

    /// Removes so many bytes from the end.
    pub fn pop(&mut self, bytes: usize) {
        self.length = self.length.saturating_sub(bytes);
        if let Some(nul) = self.bytes.get_mut(self.length) {
            *nul = 0;
        }
    }

    /// The path without the NUL; `None` if it did not fit.
    pub fn get(&self) -> Option<&[u8]> {
        self.bytes.get(..self.length).filter(|_| !self.overflowed)
    }

    /// The path with the NUL; `None` if it did not fit.
    #[inline(never)]
    pub fn with_nul(&self) -> Option<&[u8]> {
        self.bytes.get(..=self.length).filter(|_| !self.overflowed)
    }
}

/// The folder of a path: `/a` of `/a/b`, `/` of `/a`, none of `/`.
pub fn parent(path: &[u8]) -> Option<&[u8]> {
    let is_separator = |byte: &u8| *byte == b'/' || cfg!(windows) && *byte == b'\\';
    let at = path.iter().rposition(is_separator)?;
    let top = path.iter().position(is_separator) == Some(at);
    let end = if top { at + 1 } else { at };
    (end < path.len()).then(|| path.get(..end))?
}

/// The last part of a path: the name by which a program was called. On Windows without `.exe`.
pub fn file_name(path: &[u8]) -> &[u8] {
    let name = path.rsplit(|byte| *byte == b'/' || cfg!(windows) && *byte == b'\\').next().unwrap_or(path);
    match name.split_last_chunk::<4>() {
        Some((stem, ending)) if cfg!(windows) && ending.eq_ignore_ascii_case(b".exe") => stem,
        _ => name,
    }
}

/// Whether a path is absolute: `/a`, on Windows `C:\\a`. Others of Windows (`\\\\server\\share`) are not plain.
pub fn is_absolute(path: &[u8]) -> bool {
    match path {
        [b'/', ..] => !cfg!(windows),
        [letter, b':', b'\\' | b'/', ..] => cfg!(windows) && letter.is_ascii_alphabetic(),
        _ => false,
    }
}

/// Whether an absolute path of Unix has only names in it: no `.`, no `..`, nothing empty.
pub fn is_plain(path: &[u8]) -> bool {
    let parts = path.strip_prefix(b"/").map(|rest| rest.split(|byte| *byte == b'/'));
    parts.is_some_and(|mut parts| parts.all(|part| !matches!(part, b"" | b"." | b"..")))
}

/// The name by which a program was called, from its first argument and the path of its file.
///
/// It is that of the argument, unless the file's is a `go1.X.Y`: a go command that replaces itself by a program of that
/// name passes its own arguments on, also the first one (`cmd/go/internal/toolchain`, `execGoToolchain`).
pub fn called<'a>(first_arg: &'a [u8], file: &'a [u8]) -> &'a [u8] {
    let file = file_name(file);
    if file.starts_with(b"go1") { file } else { file_name(first_arg) }
}
