//! One open request: it writes the received bytes to segments and reports to the transfer's state.

use std::io::Write;
use std::sync::Arc;

use sys::File;
use tokio::sync::oneshot;

use crate::head::looks_like_web_page;
use crate::limits::SNIFF_BYTES;
use crate::parts::{DiskError, PartsFolder};
use crate::reason::Reason;
use crate::settings::Settings;
use crate::transfer_state::{Claim, End, Message, Report, TransferState};
use crate::wire::{self, Body, Request};

/// What a connection needs.
pub(crate) struct Connection {
    pub number: u64,
    pub http: reqwest::Client,
    pub request: Request,
    pub claim: Claim,
    pub state: Arc<TransferState>,
    pub folder: PartsFolder,
    pub settings: Arc<Settings>,
    pub bytes_max: u64,
    pub now_unix_seconds: u64,
}

impl Connection {
    /// Runs to its end. The coordinator gets a report even if other code ends the connection, also before its first
    /// step: the guard is made here and not on the network's thread.
    pub fn begin(self) -> impl Future<Output = ()> + Send {
        self.state.connection_begins();
        let guard =
            Guard { state: self.state.clone(), number: self.number, segment: Some(self.claim.segment), told: false };
        self.run(guard)
    }

    async fn run(self, mut guard: Guard) {
        let end = match self.transfer(&mut guard).await {
            Ok(end) | Err(end) => end,
        };
        guard.end(end);
    }

    async fn transfer(self, guard: &mut Guard) -> Result<End, End> {
        let (head, response) =
            wire::send(&self.http, &self.request, &self.settings, self.now_unix_seconds).await.map_err(End::Failed)?;
        let (go, going) = oneshot::channel();
        let web_page = head.web_page_from(&self.request.url);
        self.state.report(Report { connection: self.number, message: Message::Head { head: Box::new(head), go } });
        if going.await.is_err() {
            return Err(End::Dismissed);
        }
        let (mut writer, mut body) = (Writer::new(&self), Body::new(response, &self.settings));
        while let Some(chunk) = body.next().await.map_err(End::Failed)? {
            if writer.position == 0 && looks_like_web_page(&chunk[..chunk.len().min(SNIFF_BYTES)]) {
                return Err(End::Failed(web_page));
            }
            if writer.take(&chunk, guard)? == Flow::Done {
                return Ok(End::Done);
            }
        }
        Ok(if self.claim.end.is_none() && self.state.bytes_total().is_none() { End::BodyEnded } else { End::Done })
    }
}

/// Reports the end of a connection exactly once, also when its task is dropped halfway.
struct Guard {
    state: Arc<TransferState>,
    number: u64,
    segment: Option<u64>,
    told: bool,
}

impl Guard {
    fn end(&mut self, end: End) {
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        if let Some(segment) = self.segment.take() {
            self.state.release(self.number, segment);
        }
        self.state.report(Report { connection: self.number, message: Message::Ended(end) });
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.end(End::Dismissed);
    }
}

#[derive(PartialEq, Eq)]
enum Flow {
    More,
    /// This connection has fetched all of its bytes.
    Done,
}

/// Appends to segments, one after the other.
struct Writer<'a> {
    connection: &'a Connection,
    segment: u64,
    at: u64,
    capacity: u64,
    position: u64,
    file: Option<File>,
}

impl Writer<'_> {
    fn new(connection: &Connection) -> Writer<'_> {
        Writer {
            connection,
            segment: connection.claim.segment,
            at: connection.claim.at,
            // The coordinator has checked the head: the size is known now, or never will be.
            capacity: connection.state.capacity(connection.claim.segment),
            position: connection.claim.start,
            file: None,
        }
    }

    fn take(&mut self, mut bytes: &[u8], guard: &mut Guard) -> Result<Flow, End> {
        while !bytes.is_empty() {
            if self.position >= self.connection.bytes_max {
                return Err(End::Failed(Reason::TooLarge { bytes_max: self.connection.bytes_max }));
            }
            let free = self.capacity.saturating_sub(self.at);
            if free == 0 {
                // More bytes came than the head of the answer had announced.
                return Ok(Flow::Done);
            }
            let most = usize::try_from(free).unwrap_or(usize::MAX).min(bytes.len());
            self.append(&bytes[..most])?;
            bytes = &bytes[most..];
            if self.at == self.capacity && !self.next_segment(guard) {
                return Ok(Flow::Done);
            }
        }
        Ok(Flow::More)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), End> {
        let folder = &self.connection.folder;
        let refused = |cause| End::Disk(DiskError { path: folder.segment(self.segment), cause });
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(folder.fs.append(&folder.segment(self.segment)).map_err(refused)?),
        };
        file.write_all(bytes).map_err(refused)?;
        let count = bytes.len() as u64;
        self.at += count;
        self.position += count;
        self.connection.state.grew(self.segment, count);
        Ok(())
    }

    fn next_segment(&mut self, guard: &mut Guard) -> bool {
        self.file = None;
        // A claim of one range ends with the range, as its request does.
        let beyond = self.connection.claim.end.is_some_and(|end| self.position >= end);
        guard.segment = None;
        if beyond {
            self.connection.state.release(self.connection.number, self.segment);
            return false;
        }
        if !self.connection.state.claim_next(self.connection.number, self.segment) {
            return false;
        }
        self.segment += 1;
        guard.segment = Some(self.segment);
        self.at = 0;
        self.capacity = self.connection.state.capacity(self.segment);
        true
    }
}
