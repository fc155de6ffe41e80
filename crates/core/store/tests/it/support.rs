//! A toolchain of two files, admitted as the engine does it.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its own part of this, and may panic")]

use std::time::Duration;

use release::{Digest, Form, ToolchainId};
use store::states::Event;
use store::{Author, OperationKind, Store, StoreError, ToolchainRecord, TrustedHome};
use sys::Sys;

pub const WAIT: Duration = Duration::from_secs(5);

/// A folder that only the tests' user can change.
pub fn trusted(sys: &Sys, home: impl Into<std::path::PathBuf>) -> TrustedHome {
    TrustedHome::of(sys, home).unwrap()
}

pub fn id(version: &str) -> ToolchainId {
    format!("go{version}.linux-amd64").parse().unwrap()
}

fn record(id: &ToolchainId) -> ToolchainRecord {
    ToolchainRecord {
        format: 0,
        toolchain: id.clone(),
        operation: String::new(),
        source: "test".to_owned(),
        address: "nowhere".to_owned(),
        form: Form::TarGz,
        archive_sha256: Digest::from_bytes([1; 32]),
        archive_bytes: 1,
        installed_unix_seconds: 1,
        files: 0,
        bytes: 0,
        manifest_sha256: Digest::from_bytes([0; 32]),
        witnesses: Vec::new(),
        log_proof: None,
    }
}

/// Installs a tree of two files, as the engine does.
pub fn install(sys: &Sys, store: &Store, id: &ToolchainId) -> Result<(), StoreError> {
    let mut operation = store.begin(OperationKind::Install, id, &Author::default())?;
    let staging = store.stage(id)?;
    operation.advance(Event::Prepared, Some(staging.name()), None)?;
    let tree = staging.tree();
    let io = |cause| StoreError::Io(diag::IoFailure { action: "write", path: tree.clone(), cause });
    sys.fs().create_dirs(&tree.join("bin")).map_err(io)?;
    let mut files = Vec::new();
    for (path, bytes) in [("VERSION", id.version().tag()), ("bin/go", format!("#!/bin/sh\necho {id}\n"))] {
        let executable = path.starts_with("bin/");
        let mode = if executable { 0o755 } else { 0o644 };
        let mut file = sys.fs().create_new(&tree.join(path), mode).map_err(io)?;
        std::io::Write::write_all(&mut file, bytes.as_bytes()).map_err(io)?;
        files.push(archive::FileRecord {
            path: path.to_owned(),
            bytes: bytes.len() as u64,
            executable,
            sha256: Digest::from_bytes([7; 32]),
        });
    }
    store.admit(&mut operation, staging, record(id), &archive::Manifest { files }, WAIT)?;
    Ok(())
}
