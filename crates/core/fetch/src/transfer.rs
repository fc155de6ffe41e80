//! Fetches large files to disk in segments, which are read and hashed while they grow, and resumes after every stop.

use std::io::{BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

use diag::{Progress, TaskHandle};
use release::Digest;
use sha2::{Digest as _, Sha256};
use sys::{FileLock, LockAttempt};

use crate::client::Client;
use crate::coordinator::Coordinator;
use crate::error::FetchError;
use crate::follow::FollowReader;
use crate::limits::{READ_BYTES, ROUNDS_MAX, TICK};
use crate::outcome::Outcome;
use crate::parts::{DiskError, Meta, Partial, Parts, PartsFolder};
use crate::redact::{mark, redacted};
use crate::request::{Fetched, Job, written};
use crate::transfer_state::TransferState;

impl Client {
    /// Fetches a file and passes a reader of it to `consume`, which may read while bytes still arrive.
    ///
    /// The reader waits for bytes; its error means that the fetch has failed, and then this returns the fetch's own
    /// error in place of the result of `consume`. If `consume` returns early, the rest is still fetched, so that the
    /// hash can be checked. If the file has to be started over, `consume` is called again, from the first byte on: its
    /// earlier result is void.
    ///
    /// Success means that size and SHA-256 are the expected ones. The parts stay on disk until
    /// [`Parts::remove`].
    ///
    /// # Errors
    /// When the file cannot be fetched completely, or is wrong. Bytes that a later run can use stay on disk.
    pub fn fetch<T>(
        &self,
        job: &Job,
        task: &dyn TaskHandle,
        progress: &dyn Progress,
        consume: &mut dyn FnMut(&mut (dyn Read + Send)) -> T,
    ) -> Result<(Fetched, T), FetchError> {
        job.check(self.settings().segment_bytes)?;
        let folder = PartsFolder { fs: self.sys().fs().clone(), path: job.folder.join(format!("{}.parts", job.name)) };
        self.sys()
            .fs()
            .create_dirs(&folder.path)
            .map_err(|cause| FetchError::Write { path: folder.path.clone(), cause })?;
        let lock = self.lock(job, progress)?;
        // Another process may have finished and removed its parts while this one waited.
        self.sys()
            .fs()
            .create_dirs(&folder.path)
            .map_err(|cause| FetchError::Write { path: folder.path.clone(), cause })?;

        let mut coordinator = Coordinator::new(self, job, task, progress);
        let mut held_at_first = None;
        let mut last_reason = String::new();
        for _ in 0..ROUNDS_MAX {
            let left = self.partial(job, &folder, progress)?;
            let held: u64 = left.held.iter().sum();
            let bytes_held = *held_at_first.get_or_insert(held);
            task.held(held);
            if let Some(total) = left.meta.bytes_total.or(job.bytes_expected) {
                task.expect_bytes(total);
            }
            let state = Arc::new(TransferState::new(left.meta.segment_bytes, left.meta.bytes_total, &left.held));
            let (value, outcome, digest) = self.round(&mut coordinator, &state, &folder, left.meta, consume);
            match outcome {
                Outcome::Complete => {}
                Outcome::StartOver(reason) => {
                    progress.tell(&format!("{}: {reason}; starting over", job.name));
                    folder.clear().map_err(written)?;
                    last_reason = reason;
                    continue;
                }
                Outcome::Failed(error) => return Err(error),
            }
            let sha256 = digest.map_err(|error| FetchError::Read { path: error.path, cause: error.cause })?;
            let (url, bytes) = (coordinator.served_by(), state.bytes_held());
            if let Some(expected) = job.sha256.filter(|expected| *expected != sha256) {
                folder.clear().map_err(written)?;
                let mismatch =
                    FetchError::HashMismatch { name: job.name.clone(), url: redacted(&url), expected, actual: sha256 };
                // Bytes of an earlier run may have been damaged on disk, which does not count against the server.
                if held > 0 {
                    last_reason = "the bytes held from an earlier run do not make the expected file".to_owned();
                    progress.tell(&format!("{}: {last_reason}; starting over", job.name));
                    continue;
                }
                match coordinator.next_place(mismatch) {
                    Ok(()) => continue,
                    Err(error) => return Err(error),
                }
            }
            let bytes_fetched = coordinator.bytes_fetched();
            let parts = Parts::new(folder, state.segment_bytes(), bytes, lock);
            let attempts = coordinator.attempts();
            return Ok((Fetched { bytes, sha256, url, bytes_held, bytes_fetched, attempts, parts }, value));
        }
        Err(FetchError::Unsteady { name: job.name.clone(), rounds: ROUNDS_MAX, reason: last_reason })
    }

    /// Fetches a file to its end without reading it meanwhile: for archives with a directory at their end.
    ///
    /// # Errors
    /// As for [`Client::fetch`].
    pub fn fetch_whole(
        &self,
        job: &Job,
        task: &dyn TaskHandle,
        progress: &dyn Progress,
    ) -> Result<Fetched, FetchError> {
        self.fetch(job, task, progress, &mut |_| ()).map(|(fetched, ())| fetched)
    }

    /// One round: download, hash and `consume` in parallel.
    fn round<T>(
        &self,
        coordinator: &mut Coordinator,
        state: &Arc<TransferState>,
        folder: &PartsFolder,
        meta: Meta,
        consume: &mut dyn FnMut(&mut (dyn Read + Send)) -> T,
    ) -> (T, Outcome, Result<Digest, DiskError>) {
        std::thread::scope(|scope| {
            // A panic in `consume` must not leave the others waiting.
            let over = StopAtEnd(state);
            let hashing = scope.spawn(|| hash(state, folder));
            let coordinating = scope.spawn(|| {
                let outcome = coordinator.run(state, folder, meta);
                if !matches!(outcome, Outcome::Complete) {
                    state.stop();
                }
                outcome
            });
            let reader = FollowReader::new(state.clone(), folder.clone());
            let failure = reader.failure();
            // Buffers small reads, which would cost a lock and a system call each; large ones pass through.
            let mut reader = BufReader::with_capacity(READ_BYTES, reader);
            let value = consume(&mut reader);
            drop(reader);
            let outcome = coordinating.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let digest = hashing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            drop(over);
            let outcome = match (outcome, taken(&failure)) {
                (Outcome::Complete, Some(DiskError { path, cause })) => {
                    Outcome::Failed(FetchError::Read { path, cause })
                }
                (outcome, _) => outcome,
            };
            (value, outcome, digest)
        })
    }

    /// The bytes of an earlier run that this job can use; discards the rest and reports that.
    fn partial(&self, job: &Job, folder: &PartsFolder, progress: &dyn Progress) -> Result<Partial, FetchError> {
        let left = folder.partial().map_err(written)?;
        let wanted = job.sha256.map(|sha256| sha256.to_string());
        if let Some(left) = left {
            let total = left.meta.bytes_total;
            let other_size = matches!((total, job.bytes_expected), (Some(one), Some(two)) if one != two);
            let too_large = total.is_some_and(|total| total > job.bytes_max);
            // Without a known hash, bytes of another place count as another file.
            let other_file = match &wanted {
                Some(_) => left.meta.sha256.is_some() && left.meta.sha256 != wanted,
                None => !job.urls.iter().any(|url| mark(url) == left.meta.url),
            };
            if !other_size && !too_large && !other_file {
                return Ok(left);
            }
            if left.held.iter().any(|held| *held > 0) {
                progress.tell(&format!("{}: what an earlier run left is of another file; starting over", job.name));
            }
            folder.clear().map_err(written)?;
        }
        let url = job.urls.first().map(mark).unwrap_or_default();
        Ok(Partial { meta: Meta::new(url, self.settings().segment_bytes, wanted), held: Vec::new() })
    }

    fn lock(&self, job: &Job, progress: &dyn Progress) -> Result<FileLock, FetchError> {
        let path = job.folder.join(format!("{}.lock", job.name));
        let begun = self.sys().clock().moment();
        let mut told = false;
        loop {
            self.check_interrupt()?;
            let attempt = self.sys().fs().try_lock(&path);
            match attempt.map_err(|cause| FetchError::Write { path: path.clone(), cause })? {
                LockAttempt::Held(lock) => return Ok(lock),
                LockAttempt::Taken => {}
            }
            if !std::mem::replace(&mut told, true) {
                progress.tell(&format!("{}: another process is fetching it; waiting", job.name));
            }
            let waited = self.sys().clock().since(begun);
            if waited >= self.settings().lock_wait_max {
                return Err(FetchError::Busy { name: job.name.clone(), waited });
            }
            self.sys().clock().sleep(TICK);
        }
    }
}

struct StopAtEnd<'a>(&'a TransferState);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

/// Hashes all bytes in order, those of an earlier run included. Its value counts only when the transfer is complete.
fn hash(state: &Arc<TransferState>, folder: &PartsFolder) -> Result<Digest, DiskError> {
    let mut reader = FollowReader::new(state.clone(), folder.clone());
    let failure = reader.failure();
    let mut hash = Sha256::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(hash.into()),
            Ok(read) => hash.update(&buffer[..read]),
            Err(cause) => {
                let path = folder.path.clone();
                return Err(taken(&failure).unwrap_or(DiskError { path, cause }));
            }
        }
    }
}

fn taken(failure: &Mutex<Option<DiskError>>) -> Option<DiskError> {
    failure.lock().unwrap_or_else(PoisonError::into_inner).take()
}
