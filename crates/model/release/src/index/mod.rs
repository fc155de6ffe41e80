//! The index of a source: releases, and for each the archives by platform.
//!
//! It comes from the JSON that Go's download page serves for `mode=json` (golang/website, `internal/dl`), and that
//! mirrors copy. The list has no signature and no dates, contains installers and sources besides archives, and a few
//! entries from the early years follow other rules:
//!
//! - only entries of kind `archive` count;
//! - a file name must agree with the entry's own version, system and architecture, or the entry is
//!   omitted with a note: the name goes into the request to the server and into messages;
//! - up to 1.4.2 there are two macOS archives for one platform; the one for 10.8 and later is kept;
//! - the bootstrap trees have the version `go1` and the operating system `4`; they are omitted;
//! - old releases have no SHA-256 and some no size; the archive is kept without them;
//! - this module sorts the releases in Go's order: the page once sorted `rc10` before `rc2`, and
//!   mirrors need not sort at all.

mod error;
mod raw;
mod read;
mod write;

use std::collections::BTreeMap;

pub use error::IndexError;

use crate::limits::INDEX_NOTES_MAX;
use crate::{Digest, Platform, ToolchainId, Version};

/// Releases, newest first, each with its archives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    releases: Vec<Release>,
    notes: Vec<String>,
    notes_left_out: usize,
}

/// One release of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    version: Version,
    archives: Vec<(Platform, ArchiveFile)>,
}

/// One archive of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveFile {
    /// The file's name, without any folder.
    pub filename: String,
    /// Its SHA-256. Upstream has none for releases older than 1.5.3.
    pub sha256: Option<Digest>,
    /// Its size in bytes, if recorded.
    pub size: Option<u64>,
}

impl Index {
    /// The releases that have an archive for any platform, newest first.
    pub fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// The versions of all releases, newest first.
    pub fn versions(&self) -> impl Iterator<Item = &Version> + Clone {
        self.releases.iter().map(|release| &release.version)
    }

    /// The versions that have an archive for a platform, newest first.
    pub fn versions_for(&self, platform: &Platform) -> impl Iterator<Item = &Version> + Clone {
        self.releases.iter().filter(move |release| release.archive(platform).is_some()).map(|release| &release.version)
    }

    /// One release.
    pub fn release(&self, version: &Version) -> Option<&Release> {
        self.releases.iter().find(|release| release.version.same_as(version))
    }

    /// The archive of a toolchain.
    pub fn archive(&self, id: &ToolchainId) -> Option<&ArchiveFile> {
        self.release(id.version())?.archive(id.platform())
    }

    /// The platforms for which a release has archives, in alphabetical order; none for an unknown release.
    pub fn platforms_of(&self, version: &Version) -> impl Iterator<Item = &Platform> + Clone {
        self.release(version).into_iter().flat_map(Release::platforms)
    }

    /// The omitted entries and the reasons, one line each, and how many more lines there would be.
    pub fn notes(&self) -> (&[String], usize) {
        (&self.notes, self.notes_left_out)
    }

    /// An index of these archives. For a repeated toolchain the later entry counts.
    pub fn from_archives(archives: impl IntoIterator<Item = (ToolchainId, ArchiveFile)>) -> Index {
        let mut gathered = Gathered::new();
        for (id, file) in archives {
            gathered.entry(id.version().clone()).or_default().insert(id.platform().clone(), file);
        }
        Index { releases: ordered(gathered), ..Index::default() }
    }

    fn note(&mut self, line: impl FnOnce() -> String) {
        if self.notes.len() < INDEX_NOTES_MAX {
            self.notes.push(line());
        } else {
            self.notes_left_out += 1;
        }
    }
}

/// Archives by release and platform, while an index is built.
type Gathered = BTreeMap<Version, BTreeMap<Platform, ArchiveFile>>;

/// The releases that have an archive, newest first.
fn ordered(gathered: Gathered) -> Vec<Release> {
    let releases = gathered.into_iter().rev().filter(|(_, archives)| !archives.is_empty());
    releases.map(|(version, archives)| Release { version, archives: archives.into_iter().collect() }).collect()
}

impl Release {
    /// The release's version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The release's archives by platform, platforms in alphabetical order. Never empty.
    pub fn archives(&self) -> impl Iterator<Item = (&Platform, &ArchiveFile)> + Clone {
        self.archives.iter().map(|(platform, file)| (platform, file))
    }

    /// The platforms with archives.
    pub fn platforms(&self) -> impl Iterator<Item = &Platform> + Clone {
        self.archives.iter().map(|(platform, _)| platform)
    }

    /// The archive for a platform.
    pub fn archive(&self, platform: &Platform) -> Option<&ArchiveFile> {
        self.archives.iter().find(|(known, _)| known == platform).map(|(_, file)| file)
    }
}
