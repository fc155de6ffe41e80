//! A bundle: toolchains in one file, with what proves them, for a machine without a network.
//!
//! The file is a shell script that ends before its middle, members, and a manifest at the end
//! (docs/bundles.md). This module reads it; `features/bundle` writes it.
//!
//! goward believes nothing because it is in the bundle. It checks lengths and offsets against the
//! file before it reads there, and hashes every member while it reads it. The files of a toolchain
//! count only if the bundled proof of the checksum database holds under a key that is not from the
//! bundle. The signed head of that proof cannot be compared with newer ones without a network: a
//! bundle can show only that it is *a* head of the log.

mod format;
mod open_error;
mod place;
mod sections;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use release::{Form, Platform, ToolchainId, Version};
use sys::Sys;

pub use format::{
    Bundled, Contents, FORMAT, FormatError, HEAD_BYTES, HEAD_MARK, Head, MANIFEST_BYTES_MAX, MEMBER_ALIGNMENT, Origin,
    Program, Section, fuzz_bundle,
};
pub use open_error::OpenError;
pub use place::{BundlePlace, Span};
pub use sections::{SectionError, SectionReader};

use crate::{Ask, Claim, Located, Place, Source, SourceError};

/// A bundle file as a source.
pub struct BundleSource {
    path: Option<PathBuf>,
}

/// An open bundle: all later reads go through this one handle.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its contents, as it claims them.
    pub contents: Contents,
    /// The file.
    pub file: Arc<sys::File>,
    path: PathBuf,
}

impl Opened {
    /// The place of one of its toolchains.
    pub fn place_of(&self, bundled: &Bundled) -> BundlePlace {
        BundlePlace { path: self.path.clone(), file: self.file.clone(), spans: self.contents.spans_of(bundled) }
    }
}

/// Reads the contents that a bundle claims. Checks head, length and the manifest's hash; reads no member.
///
/// # Errors
/// When the file cannot be read, is truncated, or is not a bundle.
pub fn open(sys: &Sys, path: &Path) -> Result<Opened, OpenError> {
    let read = |cause| OpenError::Read { path: path.to_owned(), cause };
    let format = |cause| OpenError::Format { path: path.to_owned(), cause };
    let file = sys.fs().open(path).map_err(read)?;
    let length = file.length().map_err(read)?;
    let mut head = vec![0; usize::try_from(HEAD_BYTES).unwrap_or(0)];
    let got = sections::read_full(&file, &mut head, 0).map_err(read)?;
    let head = Head::parse(&head[..got], length).map_err(format)?;
    // The head has been checked against the file's length and the bound of a manifest.
    let mut manifest = vec![0; usize::try_from(head.manifest.bytes).unwrap_or(0)];
    let got = sections::read_full(&file, &mut manifest, head.manifest.offset).map_err(read)?;
    let contents = Contents::parse(&manifest[..got], &head).map_err(format)?;
    Ok(Opened { contents, file: Arc::new(file), path: path.to_owned() })
}

impl BundleSource {
    /// This file; without one, a source that reports that it is not configured.
    pub fn new(path: Option<PathBuf>) -> BundleSource {
        BundleSource { path }
    }

    fn open(&self, ask: &Ask) -> Result<Opened, SourceError> {
        let path = self.path.as_deref().ok_or_else(|| SourceError::NotConfigured {
            reason: "no `bundle.path` in the configuration, no `GOWARD_BUNDLE`".to_owned(),
        })?;
        open(ask.sys, path).map_err(|cause| SourceError::Bundle { cause: Box::new(cause) })
    }
}

impl Source for BundleSource {
    fn name(&self) -> &str {
        "bundle"
    }

    fn place(&self) -> String {
        self.path.as_ref().map_or("no bundle is set".to_owned(), |path| path.display().to_string())
    }

    fn is_local(&self) -> bool {
        true
    }

    fn list(&self, ask: &Ask, platform: &Platform) -> Result<Vec<Version>, SourceError> {
        let contents = self.open(ask)?.contents;
        let of_platform = contents.toolchains.iter().filter(|bundled| bundled.toolchain.platform() == platform);
        let mut versions: Vec<Version> = of_platform.map(|bundled| bundled.toolchain.version().clone()).collect();
        versions.sort();
        Ok(versions)
    }

    fn locate(&self, ask: &Ask, id: &ToolchainId) -> Result<Located, SourceError> {
        let opened = self.open(ask)?;
        let Some(bundled) = opened.contents.toolchains.iter().find(|bundled| bundled.toolchain == *id) else {
            return Err(SourceError::NotOffered { id: id.clone() });
        };
        let place = opened.place_of(bundled);
        let bytes = place.bytes();
        Ok(Located {
            id: id.clone(),
            form: Form::Bundle,
            file_name: format!("{id} of {}", opened.path.display()),
            claim: match &bundled.proof {
                Some(proof) => Claim::Log { proof: Box::new(proof.clone()) },
                None => Claim::None,
            },
            place: Place::Bundle(place),
            bytes: Some(bytes),
            bytes_max: bytes,
        })
    }
}
