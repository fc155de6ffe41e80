//! Archives of installed toolchains, in the form of the official ones, so that a drill fetches nothing from outside.

use std::io::Write;

use archive::Manifest;
use bytes::Bytes;
use context::Ctx;
use diag::IoFailure;
use flate2::Compression;
use flate2::write::GzEncoder;
use release::{Digest, ToolchainId, Version};
use store::Toolchain;

use crate::error::DrillError;
use crate::limits::{ARCHIVE_BYTES_MAX, FILE_BYTES_MAX};

/// An archive that the drills' server offers.
#[derive(Debug, Clone)]
pub(crate) struct Release {
    /// The toolchain that it unpacks to.
    pub id: ToolchainId,
    /// Its bytes.
    pub archive: Bytes,
    /// How many bytes it unpacks to.
    pub bytes_unpacked: u64,
}

impl Release {
    /// The whole toolchain, each file checked against its manifest.
    ///
    /// # Errors
    /// `Damaged` for a file that differs, `TooLarge`, or what the system says.
    pub(crate) fn of(ctx: &Ctx, toolchain: &Toolchain) -> Result<Release, DrillError> {
        let manifest = ctx.store.manifest(&toolchain.id)?;
        pack(ctx, toolchain, &manifest, &toolchain.id, |_| true)
    }

    /// A second release, for drills that need two: the programs of the same toolchain with the next version's name. Its
    /// go command therefore still reports the version that it was built as.
    ///
    /// # Errors
    /// As for [`Release::of`].
    pub(crate) fn stand_in(ctx: &Ctx, toolchain: &Toolchain) -> Result<Release, DrillError> {
        let id = ToolchainId::new(next(toolchain.id.version()), toolchain.id.platform().clone());
        let manifest = ctx.store.manifest(&toolchain.id)?;
        pack(ctx, toolchain, &manifest, &id, |path| {
            let below = path.strip_prefix("src/");
            let is_source = below.is_some_and(|below| below.starts_with("fmt/") || !below.contains('/'));
            // One tool is enough for goward to see for which platform the tree is.
            let is_tool = path.starts_with("pkg/tool/") && (path.ends_with("/asm") || path.ends_with("/asm.exe"));
            is_source || is_tool || path == "VERSION" || path.starts_with("bin/") || path.starts_with("pkg/include/")
        })
    }
}

/// The version after this one: its last number is higher by one.
fn next(version: &Version) -> Version {
    let text = version.as_str();
    let digits = text.len() - text.trim_end_matches(|char: char| char.is_ascii_digit()).len();
    let (head, number) = text.split_at(text.len() - digits);
    let number: u32 = number.parse().unwrap_or(0);
    // A version that ends in a number stays one.
    format!("{head}{}", number.saturating_add(1)).parse().unwrap_or_else(|_| version.clone())
}

fn pack(
    ctx: &Ctx,
    toolchain: &Toolchain,
    manifest: &Manifest,
    id: &ToolchainId,
    takes: impl Fn(&str) -> bool,
) -> Result<Release, DrillError> {
    let mut bytes_unpacked = 0;
    let is_other = *id != toolchain.id;
    let mut content = |path: &str, sha256: &Digest| -> Result<Vec<u8>, DrillError> {
        ctx.sys.interrupt().check().map_err(IoFailure::on("pack", &toolchain.tree))?;
        let file = toolchain.tree.join(path);
        let bytes = ctx.sys.fs().read(&file, FILE_BYTES_MAX).map_err(IoFailure::on("read", &file))?;
        if Digest::of(&bytes) != *sha256 {
            return Err(DrillError::Damaged { toolchain: toolchain.id.clone(), file: path.to_owned() });
        }
        bytes_unpacked += bytes.len() as u64;
        match is_other && path == "VERSION" {
            true => Ok(String::from_utf8_lossy(&bytes)
                .replacen(&toolchain.id.version().tag(), &id.version().tag(), 1)
                .into()),
            false => Ok(bytes),
        }
    };
    let files: Vec<_> = manifest.files.iter().filter(|file| takes(&file.path)).collect();
    let too_large = || DrillError::TooLarge { toolchain: toolchain.id.clone(), bytes_max: ARCHIVE_BYTES_MAX as u64 };
    let writes = IoFailure::on("pack", &toolchain.tree);
    let archive = if id.platform().archive_extension() == "zip" {
        let mut out = Vec::new();
        let mut failed = None;
        let mut entries = files.iter().map(|file| match content(&file.path, &file.sha256) {
            Ok(bytes) => Ok((format!("go/{}", file.path), bytes)),
            Err(error) => {
                let told = std::io::Error::other(error.to_string());
                failed = Some(error);
                Err(told)
            }
        });
        let packed = archive::write_zip(&mut out, &mut entries);
        match failed {
            Some(error) => return Err(error),
            None => packed.map_err(writes)?,
        }
        out
    } else {
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        for file in files {
            let bytes = content(&file.path, &file.sha256)?;
            archive::write_tar_entry(&mut out, &file.path, file.executable, &bytes).map_err(writes)?;
            if out.get_ref().len() > ARCHIVE_BYTES_MAX {
                return Err(too_large());
            }
        }
        out.write_all(&archive::TAR_END).map_err(writes)?;
        out.finish().map_err(writes)?
    };
    if archive.len() > ARCHIVE_BYTES_MAX {
        return Err(too_large());
    }
    Ok(Release { id: id.clone(), archive: archive.into(), bytes_unpacked })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_version_is_another_one_of_the_same_kind() {
        for (version, after) in [("1.27.3", "1.27.4"), ("1.28rc1", "1.28rc2"), ("1.27.9", "1.27.10"), ("1.20", "1.21")]
        {
            let version: Version = version.parse().unwrap();
            assert_eq!(next(&version).as_str(), after);
        }
    }
}
