//! Files that share their blocks until one of them is written to.

use std::io;
use std::path::Path;

use crate::file::File;
use crate::fs::Fs;

impl Fs {
    /// Makes a file that shares another one's blocks. Not every file system can.
    ///
    /// # Errors
    /// What the system says; `Unsupported` if it has no reflinks. Then there is no file at `new`.
    pub fn reflink(&self, original: &Path, new: &Path, mode: u32) -> io::Result<()> {
        self.reflink_of(&self.open(original)?, new, mode)
    }

    /// As [`Fs::reflink`], of an open file: its name may belong to another file by now.
    ///
    /// # Errors
    /// As there.
    pub fn reflink_of(&self, source: &File, new: &Path, mode: u32) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        {
            let target = self.create_new(new, mode)?;
            if let Err(error) = rustix::fs::ioctl_ficlone(&target.inner, &source.inner) {
                drop(target);
                self.remove_file(new)?;
                return Err(error.into());
            }
            Ok(())
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (source, new, mode);
            Err(io::Error::from(io::ErrorKind::Unsupported))
        }
    }
}
