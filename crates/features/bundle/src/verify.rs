//! Checks every member of a bundle and every proof in it.

use std::io::Read;
use std::path::Path;

use archive::{Limits, Manifest};
use context::Ctx;
use diag::{IoFailure, Task};
use release::Digest;
use source::bundle::{Bundled, Contents, HEAD_BYTES, Head, SectionReader, Span, open};
use sys::ReadAt;

use crate::error::BundleError;
use crate::script::shell;

/// The finding about one part of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The part: a toolchain, goward for a platform, the script.
    pub subject: String,
    /// The result, in words.
    pub words: String,
    /// Whether it is right.
    pub good: bool,
}

/// The result of checking a bundle.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Who made it.
    pub made_by: String,
    /// The findings about all parts.
    pub findings: Vec<Finding>,
}

impl Verified {
    /// Whether everything is right.
    pub fn is_good(&self) -> bool {
        self.findings.iter().all(|finding| finding.good)
    }
}

/// How much of a member is hashed at once, in bytes.
const HASH_CHUNK_BYTES: usize = 1 << 20;

/// Checks every part of a bundle. A fault is a finding, not an error.
///
/// # Errors
/// When the file cannot be read or is truncated, or its head or manifest is damaged.
pub fn verify(ctx: &Ctx, path: &Path) -> Result<Verified, BundleError> {
    let opened = open(&ctx.sys, path)?;
    let read = IoFailure::on("read", path);
    let (contents, file) = (&opened.contents, opened.file.as_ref());
    let task = ctx.progress.begin(Task { subject: "bundle".to_owned(), action: "verify", bytes_total: None });
    let mut findings = vec![script(file, contents).map_err(read)?];
    for program in &contents.programs {
        let subject = format!("goward for {}", program.platform);
        findings.push(match hash(ctx, file, &program.span).map_err(read)? {
            actual if actual == program.span.sha256 => Finding {
                subject,
                words: format!("its SHA-256 is {actual}, as in the manifest; nothing vouches for its origin"),
                good: true,
            },
            actual => {
                let words = format!("its SHA-256 is {actual}, the manifest says {}", program.span.sha256);
                Finding { subject, words, good: false }
            }
        });
    }
    for bundled in &contents.toolchains {
        task.phase("verify");
        ctx.sys.interrupt().check().map_err(read)?;
        let mut input = SectionReader::new(file, contents.spans_of(bundled));
        let (words, good) = match archive::read_tar_zst(&mut input, Limits::default(), ctx.sys.interrupt()) {
            Ok(manifest) => match toolchain(ctx, bundled, &manifest) {
                Ok(words) => (words, true),
                Err(words) => (words, false),
            },
            Err(archive::ArchiveError::Interrupted { cause }) => return Err(read(cause).into()),
            Err(error) => (diag::error_chain(&error), false),
        };
        findings.push(Finding { subject: bundled.toolchain.to_string(), words, good });
    }
    Ok(Verified { made_by: archive::printable(contents.made_by.as_bytes()), findings })
}

/// Checks that the script is the one that this goward writes for this manifest: it is the only part that runs without a
/// check.
fn script(file: &dyn ReadAt, contents: &Contents) -> std::io::Result<Finding> {
    let total = file.length()?;
    let mut front = vec![0; usize::try_from(HEAD_BYTES).unwrap_or(0)];
    let mut done = 0;
    while done < front.len() {
        match file.read_at(&mut front[done..], done as u64)? {
            0 => break,
            read => done += read,
        }
    }
    let subject = "script".to_owned();
    // `open` has read the same bytes.
    let Ok(head) = Head::parse(&front, total) else {
        return Ok(Finding { subject, words: "it changed while it was read".to_owned(), good: false });
    };
    let theirs = archive::printable(contents.made_by.as_bytes());
    let ours = format!("goward {}", env!("CARGO_PKG_VERSION"));
    Ok(match shell(&head, contents).into_bytes() == front {
        true => Finding { subject, words: format!("it is the one that {ours} writes"), good: true },
        false => {
            let words = format!("it is not the one that {ours} writes (the bundle says it was made by {theirs})");
            Finding { subject, words, good: false }
        }
    })
}

fn toolchain(ctx: &Ctx, bundled: &Bundled, manifest: &Manifest) -> Result<String, String> {
    let (files, bytes) = (manifest.files.len() as u64, manifest.bytes_total());
    if (files, bytes) != (bundled.files, bundled.bytes) {
        let (expected_files, expected_bytes) = (bundled.files, bundled.bytes);
        return Err(format!(
            "it has {files} files of {bytes} bytes, the manifest says {expected_files} of {expected_bytes}"
        ));
    }
    if let Some(file) = manifest.files.iter().find(|file| !crate::parts::travels(file)) {
        return Err(format!("`{}` is none of the files that the proof covers", release::escaped(&file.path)));
    }
    let Some(proof) = &bundled.proof else {
        return Err("it has no proof of the checksum database".to_owned());
    };
    let h1 = acquire::check_kept_proof(ctx, &bundled.toolchain, manifest, proof)?;
    if h1 != bundled.h1 {
        return Err(format!("its files are {h1}, the manifest says {}", bundled.h1));
    }
    Ok(format!(
        "{files} files are {h1}, record {} of {} in its signed log of {} records",
        proof.record_id, proof.database, proof.tree_size
    ))
}

fn hash(ctx: &Ctx, file: &dyn ReadAt, span: &Span) -> std::io::Result<Digest> {
    // This compares the hash itself, so it ignores the reader's own error about it.
    let mut reader = SectionReader::new(file, vec![*span]).take(span.bytes);
    let hashed = archive::hash_reader(&mut reader, ctx.sys.interrupt(), &mut vec![0; HASH_CHUNK_BYTES], |_| Ok(()))?;
    Ok(hashed.sha256)
}
