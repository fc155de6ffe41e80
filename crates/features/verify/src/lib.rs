//! Checks installed toolchains, file by file and up to the log's key, and repairs what is damaged.
//!
//! Three questions, answered apart:
//!
//! - *Are the files those that were admitted?* Every byte of the tree is hashed and compared with the
//!   manifest ([`compare`]).
//! - *Who vouches for them?* From the manifest's hashes over the log's record, inclusion proof and signed tree head to
//!   the key, each step is computed anew from bytes ([`Step`]); no flag is believed. If no proof is kept and the
//!   network may be used, goward asks the log and keeps the proof.
//! - *Does it work?* On request, goward runs the go command in a separate environment ([`SmokeTest`]).
//!
//! A repair replaces wrong files, by one rename each, and checks again. It moves files that do not belong aside, and
//! never deletes them.
//!
//! This crate never prints. On disk it changes the files of a repair, and the record when a proof is added. Tested by
//! `tests/` on small trees of every kind of damage and on a real one, and from outside by
//! `bins/goward/tests/it/verify.rs`.

mod chain;
mod compare;
mod error;
mod limits;
mod repair;
mod report;
mod smoke_test;

pub use chain::{Holds, Origin, Step};
pub use compare::{Comparison, Fault, FaultKind, compare};
pub use error::VerifyError;
pub use repair::Repaired;
pub use report::Verified;
pub use smoke_test::{SmokeTest, run_go as smoke_tests};

use acquire::{LogFailure, Sources, has_record, query};
use context::settings::keys;
use diag::Task;
use release::ToolchainId;
use store::{StoreError, ToolchainRecord};

/// Options of a check.
#[derive(Debug, Clone, Copy, Default)]
pub struct VerifyOptions {
    /// Run the go command.
    pub run: bool,
    /// Repair what is damaged, and check again.
    pub repair: bool,
}

/// Checks one installed toolchain. Damage is a result, not an error.
///
/// # Errors
/// When it is not installed, its record or manifest cannot be trusted, this machine fails before the log can be asked,
/// or the user has interrupted.
pub fn verify(sources: &Sources, id: &ToolchainId, options: VerifyOptions) -> Result<Verified, VerifyError> {
    let ctx = sources.ctx();
    let Some(toolchain) = ctx.store.find_installed(id)? else {
        return Err(VerifyError::Store(StoreError::NotInstalled { id: id.clone() }));
    };
    let mut record = ctx.store.record(id)?;
    let manifest = ctx.store.manifest(id)?;
    let task = ctx.progress.begin(Task {
        subject: id.to_string(),
        action: "verify",
        bytes_total: Some(manifest.bytes_total()),
    });
    let compared = || {
        compare(&ctx.sys, &toolchain.tree, &manifest, task.as_ref())
            .map_err(|cause| VerifyError::Stopped { id: id.clone(), cause })
    };
    let mut comparison = compared()?;
    let repaired = if options.repair && !comparison.is_whole() {
        context::recover(ctx);
        let repaired = repair::repair(sources, &toolchain, &record, &manifest, &comparison)?;
        comparison = compared()?;
        Some(repaired)
    } else {
        None
    };
    let asked = if record.log_proof.is_none() { ask(sources, id, &mut record, &manifest)? } else { Asked::NotNeeded };
    drop(task);
    let chain = chain::chain(ctx, id, &record, &manifest);
    let mut steps = vec![files_step(&comparison)];
    steps.extend(chain.steps);
    let mut origin = chain.origin;
    let log = match asked {
        Asked::NotNeeded => None,
        Asked::Contradicts(reason) => {
            origin = Origin::Contradicted;
            steps.push(Step::new("log", false, reason.clone()));
            Some(reason)
        }
        Asked::Said(line) => Some(line),
    };
    // A damaged program is not run.
    let runs = options.run && comparison.is_whole() && *id.platform() == ctx.platform;
    let smoke_tests = if runs { smoke_test::run_go(ctx, &toolchain)? } else { Vec::new() };
    let (evidence, evidence_words, warning) = report::words_of(origin, &record.witnesses);
    Ok(Verified {
        evidence,
        evidence_words,
        warning,
        toolchain: id.clone(),
        tree: toolchain.tree,
        source: record.source,
        installed_unix_seconds: record.installed_unix_seconds,
        comparison,
        repaired,
        origin,
        steps,
        witnesses: record.witnesses,
        log,
        smoke_tests,
    })
}

fn files_step(comparison: &Comparison) -> Step {
    let Comparison { files, good, faults, .. } = comparison;
    let says = if faults.is_empty() {
        format!("all {files} have the SHA-256, the length and the mode of the manifest, and there is nothing else")
    } else {
        format!("{good} of {files} match the manifest; {} names do not", faults.len())
    };
    Step::new("files", faults.is_empty(), says)
}

/// The result of asking the log.
enum Asked {
    NotNeeded,
    Said(String),
    Contradicts(String),
}

/// Asks the log for a toolchain that was installed without it, and keeps the proof.
///
/// # Errors
/// When this machine fails: that is not a silence of the log.
fn ask(
    sources: &Sources,
    id: &ToolchainId,
    record: &mut ToolchainRecord,
    manifest: &archive::Manifest,
) -> Result<Asked, VerifyError> {
    let ctx = sources.ctx();
    if ctx.is_offline() {
        return Ok(Asked::Said("Go's checksum database was not asked (offline)".to_owned()));
    }
    if ctx.settings.text(keys::VERIFY_SUMDB) == Some("never") {
        return Ok(Asked::Said("Go's checksum database was not asked (verify.sumdb)".to_owned()));
    }
    if !has_record(id) {
        return Ok(Asked::Said("Go's checksum database has no records of releases before go1.21".to_owned()));
    }
    match query(sources, id, manifest) {
        Err(LogFailure::Contradicts { reason, .. }) => Ok(Asked::Contradicts(reason)),
        Err(LogFailure::Silent(reason)) => Ok(Asked::Said(format!("Go's checksum database: {reason}"))),
        Err(LogFailure::Local(cause)) => Err(VerifyError::Log { id: id.clone(), cause }),
        Ok(vouched) => {
            let kept = ctx.store.keep_proof(
                id,
                &record.manifest_sha256,
                vouched.proof.clone(),
                vouched.witness.clone(),
                ctx.settings.seconds(keys::LOCK_WAIT_SECONDS),
            );
            let line = match kept {
                Ok(()) => "Go's checksum database was asked now; its proof is kept".to_owned(),
                Err(error) => format!(
                    "Go's checksum database was asked now; its proof could not be kept: {}",
                    diag::error_chain(&error)
                ),
            };
            // The chain is computed from the new proof, whether or not it was stored.
            record.witnesses.retain(|witness| !matches!(witness, trust::Witness::SumDb { .. }));
            record.witnesses.push(vouched.witness);
            record.log_proof = Some(vouched.proof);
            Ok(Asked::Said(line))
        }
    }
}
