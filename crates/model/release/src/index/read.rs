//! Parses an index.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::raw::{RawFile, RawIndex};
use super::{ArchiveFile, Gathered, Index, IndexError, ordered};
use crate::archive_name::{ArchiveName, OddName, parse_archive_name};
use crate::foreign::{shown, shown_bytes};
use crate::limits::INDEX_BYTES_MAX;
use crate::{Digest, Platform, ToolchainId, Version};

/// The byte order mark that some servers write before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Why an entry does not count.
enum LeftOut {
    /// As intended: an installer, a source, a bootstrap tree, the older of two macOS archives.
    ByRule,
    /// It is faulty, which is worth a note.
    Because(&'static str),
}

impl Index {
    /// Parses an index from the JSON of Go's download page.
    ///
    /// Refuses the whole if it is not such JSON, if it has no release for any platform, or if it contradicts itself
    /// about one archive. Omits single entries, with a note, if they contradict themselves or have a malformed
    /// checksum.
    pub fn parse(bytes: &[u8]) -> Result<Index, IndexError> {
        if bytes.len() > INDEX_BYTES_MAX {
            return Err(IndexError::TooLarge { bytes: bytes.len() });
        }
        let body = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        match body.trim_ascii_start().first() {
            None => return Err(IndexError::Empty),
            Some(b'<') => return Err(IndexError::Html { seen: shown_bytes(body) }),
            Some(_) => {}
        }
        let raw: RawIndex = serde_json::from_slice(body).map_err(|error| IndexError::of_json(error, body))?;

        let mut index = Index::default();
        let mut gathered = Gathered::new();
        // A release's files are usually together, but that is not guaranteed: they are collected by name.
        for release in raw.0 {
            let tag = release.version.0.strip_prefix("go").filter(|bare| pin::is_valid(bare));
            let Some(Ok(version)) = tag.map(str::parse::<Version>) else {
                index.note(|| format!("left out the release {}: no Go version", shown(&release.version.0)));
                continue;
            };
            let archives = gathered.entry(version.clone()).or_default();
            for file in release.files.0 {
                match read_file(&version, &file) {
                    Ok((id, archive, odd)) => add(archives, id.platform().clone(), archive, odd)?,
                    Err(LeftOut::ByRule) => {}
                    Err(LeftOut::Because(why)) => {
                        index.note(|| format!("left out {} of {}: {why}", shown(&file.filename.0), version.tag()));
                    }
                }
            }
        }
        index.releases = ordered(gathered);
        if index.releases.is_empty() {
            return Err(IndexError::NoReleases);
        }
        Ok(index)
    }
}

/// Adds an archive to a release, unless the release has a different one for that platform already.
fn add(
    archives: &mut BTreeMap<Platform, ArchiveFile>,
    platform: Platform,
    file: ArchiveFile,
    odd: Option<OddName>,
) -> Result<(), IndexError> {
    match archives.entry(platform) {
        Entry::Vacant(place) => {
            place.insert(file);
        }
        Entry::Occupied(known) if *known.get() == file => {}
        // The one for 10.8 and later runs on every Mac that is still in use.
        Entry::Occupied(mut known) if odd == Some(OddName::Osx10_8) && known.get().filename.contains("-osx10.6.") => {
            known.insert(file);
        }
        Entry::Occupied(known) if odd == Some(OddName::Osx10_6) && known.get().filename.contains("-osx10.8.") => {}
        Entry::Occupied(_) => return Err(IndexError::Contradiction { filename: file.filename }),
    }
    Ok(())
}

/// The contents of an entry, if it does not contradict itself.
fn read_file(release: &Version, file: &RawFile) -> Result<(ToolchainId, ArchiveFile, Option<OddName>), LeftOut> {
    if file.kind.0 != "archive" {
        return Err(LeftOut::ByRule);
    }
    let name = parse_archive_name(&file.filename.0).map_err(|_| LeftOut::Because("its name follows no rule"))?;
    let (id, odd, arch) = match name {
        ArchiveName::Bootstrap(_) => return Err(LeftOut::ByRule),
        ArchiveName::Source(_) | ArchiveName::Installer(_) => {
            return Err(LeftOut::Because("its name is not that of an archive"));
        }
        ArchiveName::Odd(id, OddName::LinuxArm6) => (id, Some(OddName::LinuxArm6), "arm6".to_owned()),
        ArchiveName::Odd(id, odd) => (id.clone(), Some(odd), id.platform().archive_arch().to_owned()),
        ArchiveName::Toolchain(id) => (id.clone(), None, id.platform().archive_arch().to_owned()),
    };
    if id.version() != release || file.version.0 != release.tag() {
        return Err(LeftOut::Because("its name, its version and its release disagree"));
    }
    if file.os.0 != id.platform().os() || file.arch.0 != arch {
        return Err(LeftOut::Because("its name disagrees with its system and architecture"));
    }
    let sha256 = match file.sha256.as_ref().map(|text| text.0.as_str()) {
        None | Some("") => None,
        Some(text) => Some(text.parse::<Digest>().map_err(|_| LeftOut::Because("its SHA-256 is malformed"))?),
    };
    let size = file.size.filter(|size| *size > 0);
    Ok((id, ArchiveFile { filename: file.filename.0.clone(), sha256, size }, odd))
}
