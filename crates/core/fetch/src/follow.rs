//! A reader that follows a file as it grows.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use sys::File;

use crate::parts::{DiskError, PartsFolder};
use crate::transfer_state::{Found, TransferState};

/// Reads the segments in order and waits for missing bytes.
pub(crate) struct FollowReader {
    state: Arc<TransferState>,
    folder: PartsFolder,
    segment: u64,
    at: u64,
    file: Option<File>,
    /// The file that could not be read, for the code that judges the round.
    failed: Arc<Mutex<Option<DiskError>>>,
}

impl FollowReader {
    pub fn new(state: Arc<TransferState>, folder: PartsFolder) -> FollowReader {
        FollowReader { state, folder, segment: 0, at: 0, file: None, failed: Arc::default() }
    }

    /// Keeps a disk error, whatever the reader's user does with it.
    pub fn failure(&self) -> Arc<Mutex<Option<DiskError>>> {
        self.failed.clone()
    }

    fn note(&self, path: PathBuf, cause: &io::Error) {
        let copy = io::Error::new(cause.kind(), cause.to_string());
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(DiskError { path, cause: copy });
    }

    fn read_file(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.file.is_none() {
            self.file = Some(self.folder.fs.open(&self.folder.segment(self.segment))?);
        }
        match self.file.as_mut().map_or(Ok(0), |file| file.read(buffer))? {
            // The state counts bytes that the file does not have: another program has truncated it.
            0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            read => Ok(read),
        }
    }
}

impl Read for FollowReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match self.state.wait_for_bytes(self.segment, self.at) {
                Found::Bytes(bytes) => {
                    let most = usize::try_from(bytes).unwrap_or(usize::MAX).min(buffer.len());
                    let read = self.read_file(&mut buffer[..most]).inspect_err(|error| {
                        self.note(self.folder.segment(self.segment), error);
                    })?;
                    self.at += read as u64;
                    return Ok(read);
                }
                Found::SegmentEnd => {
                    self.segment += 1;
                    self.at = 0;
                    self.file = None;
                }
                Found::FileEnd => return Ok(0),
                // Not of kind `Interrupted`: the standard library would retry for ever.
                Found::Stopped => return Err(io::Error::other("the download has stopped")),
            }
        }
    }
}
