//! Reads tars as a stream: tar.gz, the official archives for every system but Windows, and the zstd tars of bundles.
//!
//! Go's release tools write plain ustar or pax headers with regular files and folders only; this module reads these,
//! and GNU's long names for repacked archives. The end must be marked and followed by zeros only; otherwise the archive
//! counts as truncated or tampered with.

use std::io::Read;

use crate::error::{ArchiveError, Refusal};
use crate::guard::{Admitted, EntryKind, Guard};
use crate::gzip::Gzip;
use crate::input::Inflate;
use crate::limits::Limits;
use crate::limits::{INFLATE_BYTES, SMALL_FILE_BYTES_MAX, TAR_EXTENSION_BYTES_MAX, TAR_TRAILER_BYTES_MAX};
use crate::manifest::{Manifest, Unpacked, check_shape};
use crate::pax;
use crate::pipe::{self, Abort, Pipe, Slab, SmallFile};
use crate::tree::Tree;
use crate::zstandard::Zstandard;
use crate::{Layout, Unpack};

const BLOCK: usize = 512;

/// Unpacks a tar.gz from a stream, which may be a download still under way.
///
/// Reads the stream to its end. A reader's error becomes the source of [`ArchiveError::Input`].
///
/// # Errors
/// [`ArchiveError`]; the tree is then incomplete, and the caller removes it. No thread is left running.
pub fn unpack_tar_gz(job: &Unpack, input: &mut (dyn Read + Send)) -> Result<Unpacked, ArchiveError> {
    unpack(job, Box::new(Gzip::new(input, job.sys.interrupt())))
}

/// Unpacks a tar packed by zstd, as [`unpack_tar_gz`] does one packed by gzip. Frames in a row are one tar.
///
/// # Errors
/// As for [`unpack_tar_gz`].
pub fn unpack_tar_zst(job: &Unpack, input: &mut (dyn Read + Send)) -> Result<Unpacked, ArchiveError> {
    unpack(job, Box::new(Zstandard::new(input, job.sys.interrupt())?))
}

fn unpack<'a>(job: &'a Unpack, inflate: Box<dyn Inflate + 'a>) -> Result<Unpacked, ArchiveError> {
    if job.layout == Layout::Wheel {
        return Err(ArchiveError::malformed("the archive", "a wheel is a zip"));
    }
    let guard = Guard::new(&job.layout, job.limits.clone())
        .ok_or_else(|| ArchiveError::malformed("the archive", "its layout has no prefix"))?;
    let tree = Tree::create(job)?;
    let records = pipe::run(job, &tree, pipe::writers(), |pipe| {
        let window = Window::new(pipe, inflate)?;
        Entries { window, guard, extension: pax::Extension::default(), entry: Vec::new() }.read()
    })?;
    tree.finish(records)
}

/// Reads a tar packed by zstd without writing it: every entry passes the guard and is hashed.
///
/// # Errors
/// As for [`unpack_tar_zst`].
pub fn read_tar_zst(
    input: &mut (dyn Read + Send),
    limits: Limits,
    interrupt: &sys::Interrupt,
) -> Result<Manifest, ArchiveError> {
    let inflate = Box::new(Zstandard::new(input, interrupt)?);
    let guard = Guard::new(&Layout::Archive, limits)
        .ok_or_else(|| ArchiveError::malformed("the archive", "its layout has no prefix"))?;
    let records = pipe::hash(|pipe| {
        let window = Window::new(pipe, inflate)?;
        Entries { window, guard, extension: pax::Extension::default(), entry: Vec::new() }.read()
    })?;
    let manifest = Manifest::new(records);
    check_shape(&manifest)?;
    Ok(manifest)
}

/// Reads a whole tar.gz as [`unpack_tar_gz`] does, and writes nothing: for fuzzing.
pub(crate) fn read_through(input: &mut dyn Read, guard: Guard) -> Result<(), ArchiveError> {
    let interrupt = sys::Interrupt::new();
    pipe::discard(|pipe| {
        let window = Window::new(pipe, Box::new(Gzip::new(input, &interrupt)))?;
        Entries { window, guard, extension: pax::Extension::default(), entry: Vec::new() }.read()
    })
}

/// The entries in the order of the stream.
struct Entries<'w, 'p> {
    window: Window<'w, 'p>,
    guard: Guard,
    /// The extension headers of the next entry.
    extension: pax::Extension,
    /// The name of the current entry, for errors.
    entry: Vec<u8>,
}

impl Entries<'_, '_> {
    fn read(mut self) -> Result<(), Abort> {
        loop {
            self.window.need(BLOCK, "the tar's headers (its end is not marked)")?;
            self.check_ratio()?;
            let mut block = [0; BLOCK];
            block.copy_from_slice(self.window.take(BLOCK));
            if block == [0; BLOCK] {
                return self.end();
            }
            self.one(&block)?;
        }
    }

    fn one(&mut self, block: &[u8; BLOCK]) -> Result<(), Abort> {
        let header = tar::Header::from_byte_slice(block);
        if !checksum_is_right(header, block) {
            return Err(ArchiveError::malformed("the tar", "a header's checksum is wrong").into());
        }
        let bytes = header.entry_size().ok().filter(|_| size_fits(block));
        let bytes = bytes.ok_or_else(|| ArchiveError::malformed("the tar", "a header's size is no number"))?;
        match header.entry_type().as_byte() {
            b'x' => {
                let text = self.extension_text(bytes)?;
                let extension = pax::parse(&text).map_err(|refusal| self.refuse(refusal))?;
                self.extend(extension)
            }
            b'g' => {
                // A comment (git writes its commit) is allowed; a name or size for every entry is not.
                let text = self.extension_text(bytes)?;
                match pax::parse(&text) {
                    Ok(extension) if extension == pax::Extension::default() => Ok(()),
                    Ok(_) => Err(self.refuse(Refusal::Extension("it names or sizes every entry".to_owned())).into()),
                    Err(refusal) => Err(self.refuse(refusal).into()),
                }
            }
            b'L' => {
                let mut name = self.extension_text(bytes)?;
                while name.last() == Some(&0) {
                    name.pop();
                }
                self.extend(pax::Extension { path: Some(name), bytes: None })
            }
            kind => {
                let extension = std::mem::take(&mut self.extension);
                self.entry = extension.path.unwrap_or_else(|| header.path_bytes().into_owned());
                let mode = header.mode().unwrap_or(0);
                self.entry(kind, extension.bytes.unwrap_or(bytes), mode)
            }
        }
    }

    fn entry(&mut self, kind: u8, bytes: u64, mode: u32) -> Result<(), Abort> {
        let kind = match kind {
            b'0' | 0 => EntryKind::File,
            b'5' => EntryKind::Folder,
            b'1' | b'2' | b'K' => EntryKind::Link,
            b'3' | b'4' | b'6' => EntryKind::Device,
            other => EntryKind::Unknown(other.escape_ascii().to_string()),
        };
        match self.guard.admit(&self.entry, &kind, bytes)? {
            Admitted::File { path, executable } => {
                let executable = executable || mode & 0o111 != 0;
                match usize::try_from(bytes) {
                    Ok(bytes) if bytes <= SMALL_FILE_BYTES_MAX => self.small(path, executable, bytes),
                    _ => self.large(path, executable, bytes),
                }
            }
            Admitted::Dropped => self.skip(bytes),
        }
    }

    fn small(&mut self, path: String, executable: bool, bytes: usize) -> Result<(), Abort> {
        self.window.need(bytes + padding(bytes as u64), "a file")?;
        let start = self.window.start;
        self.window.files.push(SmallFile { path, executable, range: start..start + bytes });
        self.window.take(bytes + padding(bytes as u64));
        Ok(())
    }

    fn large(&mut self, path: String, executable: bool, bytes: u64) -> Result<(), Abort> {
        let file = self.window.pipe.begin(path, executable)?;
        let mut left = bytes;
        self.window.turn_over()?;
        while left > 0 {
            let want = usize::try_from(left).unwrap_or(usize::MAX).min(self.window.slab.len());
            // Each chunk may show that the archive is a bomb.
            self.window.fill_to(want, "a file")?;
            self.check_ratio()?;
            left -= want as u64;
            self.window.send_front(&file, want)?;
        }
        self.skip_padding(bytes)
    }

    fn skip(&mut self, bytes: u64) -> Result<(), Abort> {
        let mut left = bytes;
        while left > 0 {
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(BLOCK);
            self.window.need(step, "a file")?;
            self.window.take(step);
            self.check_ratio()?;
            left -= step as u64;
        }
        self.skip_padding(bytes)
    }

    fn skip_padding(&mut self, bytes: u64) -> Result<(), Abort> {
        self.window.need(padding(bytes), "a file")?;
        self.window.take(padding(bytes));
        Ok(())
    }

    /// The bytes of an extension header.
    fn extension_text(&mut self, bytes: u64) -> Result<Vec<u8>, Abort> {
        self.guard.count().map_err(|refusal| self.refuse(refusal))?;
        let length = usize::try_from(bytes).ok().filter(|_| bytes <= TAR_EXTENSION_BYTES_MAX).ok_or_else(|| {
            self.refuse(Refusal::Extension(format!("it has more than {TAR_EXTENSION_BYTES_MAX} bytes")))
        })?;
        self.window.need(length + padding(bytes), "an extension header")?;
        Ok(self.window.take(length + padding(bytes))[..length].to_vec())
    }

    fn extend(&mut self, more: pax::Extension) -> Result<(), Abort> {
        let twice = (more.path.is_some() && self.extension.path.is_some())
            || (more.bytes.is_some() && self.extension.bytes.is_some());
        if twice {
            return Err(self.refuse(Refusal::Extension("two headers name or size one entry".to_owned())).into());
        }
        self.extension.path = more.path.or(self.extension.path.take());
        self.extension.bytes = more.bytes.or(self.extension.bytes);
        Ok(())
    }

    /// After the end mark: zeros to the end of the stream, whose checksum follows.
    fn end(mut self) -> Result<(), Abort> {
        if self.extension != pax::Extension::default() {
            return Err(ArchiveError::Truncated { within: "an extension header" }.into());
        }
        let mut left = TAR_TRAILER_BYTES_MAX;
        loop {
            let rest = self.window.rest();
            if rest.iter().any(|byte| *byte != 0) || rest.len() as u64 > left {
                return Err(ArchiveError::malformed("the tar", "there are bytes after its end").into());
            }
            left -= rest.len() as u64;
            if !self.window.refill()? {
                return self.window.finish();
            }
        }
    }

    fn check_ratio(&self) -> Result<(), ArchiveError> {
        let inflate = &self.window.inflate;
        self.guard.check_ratio(inflate.bytes_packed(), inflate.bytes_unpacked()).map_err(|refusal| self.refuse(refusal))
    }

    /// An error about the current entry, or, if its name is not known yet, the one before.
    fn refuse(&self, refusal: Refusal) -> ArchiveError {
        ArchiveError::refused(self.extension.path.as_deref().unwrap_or(&self.entry), refusal)
    }
}

/// Bytes from the end of a file to the next block.
fn padding(bytes: u64) -> usize {
    // Less than a block, so it fits.
    (bytes.wrapping_neg() % BLOCK as u64) as usize
}

/// The sum of the header's bytes, its own field taken as spaces (POSIX.1-1988). Some old writers summed signed bytes;
/// Go never did.
fn checksum_is_right(header: &tar::Header, block: &[u8; BLOCK]) -> bool {
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    let own: u32 = block[148..156].iter().map(|byte| u32::from(*byte)).sum();
    header.cksum().is_ok_and(|announced| announced == sum - own + 8 * u32::from(b' '))
}

/// Whether a size in base 256 (GNU's form for sizes beyond octal) has at most 64 bits and is not negative. The library
/// reads only the lower eight of its eleven bytes, so another reader would see another file.
fn size_fits(block: &[u8; BLOCK]) -> bool {
    let is_base_256 = block[124] & 0x80 != 0;
    !is_base_256 || block[124] == 0x80 && block[125..128] == [0; 3]
}

/// The current part of the stream, in the slab that goes to the writers.
struct Window<'w, 'p> {
    pipe: &'w mut Pipe<'p>,
    inflate: Box<dyn Inflate + 'w>,
    slab: Slab,
    /// Inflated and not yet parsed: `slab[start..end]`.
    start: usize,
    end: usize,
    /// Small files before `start`.
    files: Vec<SmallFile>,
}

impl<'w, 'p> Window<'w, 'p> {
    fn new(pipe: &'w mut Pipe<'p>, inflate: Box<dyn Inflate + 'w>) -> Result<Window<'w, 'p>, Abort> {
        let slab = pipe.slab()?;
        Ok(Window { pipe, inflate, slab, start: 0, end: 0, files: Vec::new() })
    }

    /// Makes so many bytes contiguous at `start`; at most a slab's.
    fn need(&mut self, bytes: usize, within: &'static str) -> Result<(), Abort> {
        if self.end - self.start >= bytes {
            return Ok(());
        }
        if self.slab.len() - self.start < bytes {
            self.turn_over()?;
        }
        self.fill_to(bytes, within)
    }

    fn fill_to(&mut self, bytes: usize, within: &'static str) -> Result<(), Abort> {
        while self.end - self.start < bytes {
            let room_end = self.slab.len().min(self.end + INFLATE_BYTES);
            match self.inflate.read(&mut self.slab[self.end..room_end])? {
                0 => return Err(ArchiveError::Truncated { within }.into()),
                read => self.end += read,
            }
        }
        Ok(())
    }

    /// The next bytes, which `need` has made available.
    fn take(&mut self, bytes: usize) -> &[u8] {
        let taken = &self.slab[self.start..self.start + bytes];
        self.start += bytes;
        taken
    }

    /// Sends the files that are complete and moves what is not yet parsed to the front of an empty slab.
    fn turn_over(&mut self) -> Result<(), Abort> {
        let unparsed = self.start..self.end;
        if self.files.is_empty() {
            self.slab.copy_within(unparsed.clone(), 0);
        } else {
            let mut next = self.pipe.slab()?;
            next[..unparsed.len()].copy_from_slice(&self.slab[unparsed.clone()]);
            let full = std::mem::replace(&mut self.slab, next);
            self.pipe.send(full, std::mem::take(&mut self.files))?;
        }
        (self.start, self.end) = (0, unparsed.len());
        Ok(())
    }

    /// Sends the first bytes of the slab as a large file's chunk, and continues with the rest in another.
    fn send_front(&mut self, file: &pipe::LargeFile, bytes: usize) -> Result<(), Abort> {
        let mut next = self.pipe.slab()?;
        let rest = self.end - bytes;
        next[..rest].copy_from_slice(&self.slab[bytes..self.end]);
        let chunk = std::mem::replace(&mut self.slab, next);
        (self.start, self.end) = (0, rest);
        file.send(chunk, bytes)
    }

    /// Takes everything that is inflated and not yet parsed.
    fn rest(&mut self) -> &[u8] {
        let taken = &self.slab[self.start..self.end];
        self.start = self.end;
        taken
    }

    /// Reads more after `rest`; false at the end of the stream.
    fn refill(&mut self) -> Result<bool, Abort> {
        if self.end == self.slab.len() {
            self.turn_over()?;
        }
        let read = self.inflate.read(&mut self.slab[self.end..])?;
        self.end += read;
        Ok(read > 0)
    }

    /// Sends the last files.
    fn finish(self) -> Result<(), Abort> {
        if self.files.is_empty() { Ok(()) } else { self.pipe.send(self.slab, self.files) }
    }
}
