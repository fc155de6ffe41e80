//! A folder of release archives on this machine.
//!
//! File names are those of the official index. Checksums come from `FILE.sha256` or a `SHA256SUMS`
//! beside the archive, so from the same place as the bytes, and the claim says so.

use std::path::{Path, PathBuf};

use release::{Digest, Form, Platform, ToolchainId, Version};

use crate::limits::{ARCHIVE_BYTES_MAX, CHECKSUM_BYTES_MAX, FOLDER_NAMES_MAX};
use crate::{Ask, Claim, Located, Place, Source, SourceError};

/// A folder of archives.
pub struct FolderSource {
    folder: Option<PathBuf>,
}

impl FolderSource {
    /// This folder; without one, a source that reports that it is not configured.
    pub fn new(folder: Option<PathBuf>) -> FolderSource {
        FolderSource { folder }
    }

    fn folder(&self) -> Result<&Path, SourceError> {
        self.folder.as_deref().ok_or_else(|| SourceError::NotConfigured {
            reason: "no `folder.path` in the configuration, no `GOWARD_FOLDER`".to_owned(),
        })
    }
}

impl Source for FolderSource {
    fn name(&self) -> &str {
        "folder"
    }

    fn place(&self) -> String {
        self.folder.as_ref().map_or("no folder is set".to_owned(), |folder| folder.display().to_string())
    }

    fn is_local(&self) -> bool {
        true
    }

    fn list(&self, ask: &Ask, platform: &Platform) -> Result<Vec<Version>, SourceError> {
        let folder = self.folder()?;
        let names = ask.sys.fs().names(folder).map_err(read_error(folder))?;
        let mut versions: Vec<Version> = names
            .iter()
            .take(FOLDER_NAMES_MAX)
            .filter_map(|name| release::parse_archive_name(name.to_str()?).ok()?.toolchain().cloned())
            .filter(|id| id.platform() == platform)
            .map(|id| id.version().clone())
            .collect();
        versions.sort();
        versions.dedup();
        Ok(versions)
    }

    fn locate(&self, ask: &Ask, id: &ToolchainId) -> Result<Located, SourceError> {
        let folder = self.folder()?;
        let file_name = id.archive_name();
        let path = folder.join(&file_name);
        let Some(meta) = ask.sys.fs().follow(&path).map_err(read_error(&path))? else {
            return Err(SourceError::NotOffered { id: id.clone() });
        };
        let form = if file_name.ends_with(".zip") { Form::Zip } else { Form::TarGz };
        Ok(Located {
            id: id.clone(),
            form,
            claim: claim(ask, folder, &file_name)?,
            place: Place::File(path),
            file_name,
            bytes: Some(meta.bytes),
            bytes_max: ARCHIVE_BYTES_MAX,
        })
    }
}

fn claim(ask: &Ask, folder: &Path, file_name: &str) -> Result<Claim, SourceError> {
    let said = |path: PathBuf, sha256| Claim::SameServer { origin: path.display().to_string(), sha256 };
    let beside = folder.join(format!("{file_name}.sha256"));
    if let Some(body) = ask.sys.fs().read_if_there(&beside, CHECKSUM_BYTES_MAX).map_err(read_error(&beside))? {
        let sha256 = release::parse_checksum_body(&body)
            .map_err(|error| SourceError::Answer { place: beside.display().to_string(), reason: error.to_string() })?;
        return Ok(said(beside, sha256));
    }
    let sums = folder.join("SHA256SUMS");
    if let Some(body) = ask.sys.fs().read_if_there(&sums, CHECKSUM_BYTES_MAX).map_err(read_error(&sums))? {
        let text = String::from_utf8_lossy(&body);
        let line = text.lines().find_map(|line| {
            let (hex, name) = line.split_once(char::is_whitespace)?;
            (name.trim().trim_start_matches('*') == file_name).then_some(hex)
        });
        if let Some(hex) = line {
            let sha256: Digest = hex.parse().map_err(|error| SourceError::Answer {
                place: sums.display().to_string(),
                reason: format!("the line of {file_name}: {error}"),
            })?;
            return Ok(said(sums, sha256));
        }
    }
    Ok(Claim::None)
}

fn read_error(path: &Path) -> impl FnOnce(std::io::Error) -> SourceError + '_ {
    move |cause| SourceError::Read { path: path.display().to_string(), cause }
}
