//! Go's official download index, and mirrors of it.
//!
//! The index is one JSON document (`?mode=json&include=all`; golang/website internal/dl/server.go).
//! It names files with their SHA-256; the files are beside it, or at the target of a redirect.

use std::sync::{Arc, Mutex, PoisonError};

use fetch::Document;
use release::{Form, Index, Platform, ToolchainId, Version};
use url::Url;

use crate::limits::{ARCHIVE_BYTES_MAX, ETAG_BYTES_MAX, INDEX_BYTES_MAX, INDEX_TIME_MAX, INDEX_TRIES, INDEX_WAIT_MAX};
use crate::{Ask, Claim, Located, Place, Source, SourceError};

/// Whose index it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexKind {
    /// Go's own.
    Official,
    /// A mirror's. Its checksums come from the server that serves the files.
    Mirror,
}

/// An index of releases with their archives.
pub struct IndexSource {
    name: String,
    base: Url,
    kind: IndexKind,
    read: Mutex<Option<Arc<Index>>>,
}

impl IndexSource {
    /// An index at `base`; archives are at `base/FILE`.
    pub fn new(name: impl Into<String>, base: Url, kind: IndexKind) -> IndexSource {
        IndexSource { name: name.into(), base: with_slash(base), kind, read: Mutex::new(None) }
    }

    /// The whole index, read once in each process.
    ///
    /// Offline, reads the copy in the cache and reports its age.
    ///
    /// # Errors
    /// When it cannot be fetched or parsed.
    pub fn index(&self, ask: &Ask) -> Result<Arc<Index>, SourceError> {
        // Two parallel installs wait for one answer.
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = read.as_ref() {
            return Ok(index.clone());
        }
        let bytes = if ask.offline { self.cached(ask)? } else { self.ask(ask)? };
        let index =
            Index::parse(&bytes).map_err(|cause| SourceError::Index { place: fetch::redacted(&self.base), cause })?;
        let index = Arc::new(index);
        *read = Some(index.clone());
        Ok(index)
    }

    /// Fetches the index; the server does not send a current copy again.
    fn ask(&self, ask: &Ask) -> Result<Vec<u8>, SourceError> {
        let mut url = self.base.clone();
        url.set_query(Some("mode=json&include=all"));
        let copy = self.copy(ask);
        let document = Document {
            tries: Some(INDEX_TRIES),
            wait_max: Some(INDEX_WAIT_MAX),
            time_max: Some(INDEX_TIME_MAX),
            accept: Some("application/json".to_owned()),
            etag: copy.as_ref().map(|(etag, _)| etag.clone()),
            ..Document::new(url, INDEX_BYTES_MAX)
        };
        let answer = ask.client.get(&document, ask.progress)?;
        match copy.filter(|_| answer.not_modified) {
            Some((_, bytes)) => Ok(bytes),
            None => {
                // Keep only an index that can be parsed.
                if Index::parse(&answer.bytes).is_ok() {
                    self.keep(ask, &answer.bytes, answer.etag.as_deref());
                }
                Ok(answer.bytes)
            }
        }
    }

    /// The copy in the cache with its entity tag, if both are complete.
    fn copy(&self, ask: &Ask) -> Option<(String, Vec<u8>)> {
        let fs = ask.sys.fs();
        let etag = fs.read(&ask.cache.join(self.cache_name("etag")), ETAG_BYTES_MAX).ok()?;
        let bytes = fs.read(&ask.cache.join(self.cache_name("json")), INDEX_BYTES_MAX).ok()?;
        // The tag's file begins with the address and the copy's length: a copy from another address, or a tag that was
        // written for other bytes, does not count.
        let text = String::from_utf8(etag).ok()?;
        let rest = text.strip_prefix(&self.etag_head(bytes.len()))?.to_owned();
        Index::parse(&bytes).is_ok().then_some((rest, bytes))
    }

    fn etag_head(&self, length: usize) -> String {
        format!("{} {length}\n", fetch::redacted(&self.base))
    }

    fn cached(&self, ask: &Ask) -> Result<Vec<u8>, SourceError> {
        let path = ask.cache.join(self.cache_name("json"));
        let fs = ask.sys.fs();
        let failed = |cause| SourceError::Read { path: path.display().to_string(), cause };
        let Some(meta) = fs.look(&path).map_err(failed)? else { return Err(SourceError::Offline) };
        let bytes = fs.read(&path, INDEX_BYTES_MAX).map_err(failed)?;
        let age_hours = ask.sys.clock().unix_seconds().saturating_sub(meta.modified_unix_seconds) / 3600;
        ask.progress.tell(&format!("{}: offline, so its index as of {age_hours} h ago is used", self.name));
        Ok(bytes)
    }

    fn keep(&self, ask: &Ask, bytes: &[u8], etag: Option<&str>) {
        let fs = ask.sys.fs();
        let (copy, tag) = (ask.cache.join(self.cache_name("json")), ask.cache.join(self.cache_name("etag")));
        let kept = fs.create_dirs(ask.cache).and_then(|()| {
            fs.remove_file_if_there(&tag)?;
            fs.replace(&copy, bytes)?;
            match etag {
                Some(etag) => fs.replace(&tag, format!("{}{etag}", self.etag_head(bytes.len())).as_bytes()),
                None => Ok(()),
            }
        });
        if let Err(error) = kept {
            // A failed write is not an error; only the next offline run needs the copy.
            ask.progress.tell(&format!("{}: its index could not be kept for offline use: {error}", self.name));
        }
    }

    fn cache_name(&self, ending: &str) -> String {
        let safe: String = self.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        format!("index-{safe}.{ending}")
    }

    fn url_of(&self, file_name: &str) -> Result<Url, SourceError> {
        self.base.join(file_name).map_err(|error| SourceError::Answer {
            place: fetch::redacted(&self.base),
            reason: format!("`{file_name}` does not make an address: {error}"),
        })
    }
}

impl Source for IndexSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_mirror(&self) -> bool {
        self.kind == IndexKind::Mirror
    }

    fn place(&self) -> String {
        fetch::redacted(&self.base)
    }

    fn list(&self, ask: &Ask, platform: &Platform) -> Result<Vec<Version>, SourceError> {
        Ok(self.index(ask)?.versions_for(platform).cloned().collect())
    }

    fn cached_versions(&self, sys: &sys::Sys, cache: &std::path::Path, platform: &Platform) -> Vec<Version> {
        let bytes = sys.fs().read(&cache.join(self.cache_name("json")), INDEX_BYTES_MAX).unwrap_or_default();
        Index::parse(&bytes).map(|index| index.versions_for(platform).cloned().collect()).unwrap_or_default()
    }

    fn locate(&self, ask: &Ask, id: &ToolchainId) -> Result<Located, SourceError> {
        if ask.offline {
            return Err(SourceError::Offline);
        }
        let form = if id.platform().os() == "windows" { Form::Zip } else { Form::TarGz };
        let located = |file_name: String, bytes, claim| {
            let place = Place::Url(self.url_of(&file_name)?);
            Ok(Located { id: id.clone(), form, place, file_name, bytes, bytes_max: ARCHIVE_BYTES_MAX, claim })
        };
        let index = match (self.index(ask), self.kind) {
            (Ok(index), _) => index,
            // Many mirrors are bare folders of archives, and some show a page of their files: the file may exist without
            // an index, and another witness has to vouch for it.
            (Err(SourceError::Index { .. }), IndexKind::Mirror) => {
                return located(id.archive_name(), None, Claim::None);
            }
            (Err(SourceError::Fetch(error)), IndexKind::Mirror) if error.is_absence() || error.is_web_page() => {
                return located(id.archive_name(), None, Claim::None);
            }
            (Err(error), _) => return Err(error),
        };
        let Some(file) = index.archive(id) else { return Err(SourceError::NotOffered { id: id.clone() }) };
        let Some(sha256) = file.sha256 else { return Err(SourceError::NoChecksum { id: id.clone() }) };
        let origin = fetch::redacted(&self.base);
        let claim = match self.kind {
            IndexKind::Official => Claim::OfficialIndex { origin, sha256 },
            IndexKind::Mirror => Claim::SameServer { origin, sha256 },
        };
        located(file.filename.clone(), file.size, claim)
    }
}

/// A base address ends in a slash, or joining would replace its last part.
pub(crate) fn with_slash(mut base: Url) -> Url {
    if !base.path().ends_with('/') {
        let path = format!("{}/", base.path());
        base.set_path(&path);
    }
    base
}
