//! Looks at every member of a bundle and every proof in it.

use std::io::Read;
use std::path::Path;

use archive::{Limits, Manifest};
use context::Ctx;
use diag::Task;
use release::Digest;
use sha2::{Digest as _, Sha256};
use source::bundle::{Bundled, Contents, HEAD_BYTES, Head, SectionReader, Span, open};
use sys::ReadAt;

use crate::error::BundleError;
use crate::script::shell;

/// What was found of one thing in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which thing: a toolchain, goward for a platform, the script.
    pub subject: String,
    /// What is right with it, or wrong.
    pub words: String,
    /// Whether it is right.
    pub good: bool,
}

/// What was found of a bundle.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Who made it.
    pub made_by: String,
    /// Everything that was looked at.
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

/// Looks at everything in a bundle. What is wrong is a finding, not an error.
///
/// # Errors
/// When the file cannot be read, or is cut short or damaged where it says what it holds.
pub fn verify(ctx: &Ctx, path: &Path) -> Result<Verified, BundleError> {
    let opened = open(&ctx.sys, path)?;
    let read = |cause| BundleError::Io { action: "read", path: path.to_owned(), cause };
    let (contents, file) = (&opened.contents, opened.file.as_ref());
    let task = ctx.progress.begin(Task { subject: "bundle".to_owned(), action: "verify", bytes_total: None });
    let mut findings = vec![script(file, contents).map_err(read)?];
    for program in &contents.programs {
        let subject = format!("goward for {}", program.platform);
        findings.push(match hash(ctx, file, &program.span).map_err(read)? {
            actual if actual == program.span.sha256 => Finding {
                subject,
                words: format!("its SHA-256 is {actual}, as the manifest says; nothing says who made it"),
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
            Err(archive::ArchiveError::Interrupted { cause }) => return Err(read(cause)),
            Err(error) => (diag::error_chain(&error), false),
        };
        findings.push(Finding { subject: bundled.toolchain.to_string(), words, good });
    }
    Ok(Verified { made_by: archive::printable(contents.made_by.as_bytes()), findings })
}

/// Whether the script is the one that this goward writes for this manifest: it is the one thing that is run unseen.
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
    // Its hash is what is asked for, so the reader's own complaint about it is not.
    let mut hasher = Sha256::new();
    let mut reader = SectionReader::new(file, vec![*span]);
    let mut buffer = vec![0; HASH_CHUNK_BYTES];
    let mut left = span.bytes;
    while left > 0 {
        ctx.sys.interrupt().check()?;
        let read = reader.read(&mut buffer)?;
        hasher.update(&buffer[..read]);
        left = left.saturating_sub(read as u64);
    }
    Ok(Digest::from_bytes(hasher.finalize().into()))
}
