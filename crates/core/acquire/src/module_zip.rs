//! Writes an installed toolchain as a module of the Go module proxy.

use std::io::Write;

use context::Ctx;
use diag::{Class, Diagnose, Diagnosis};
use release::ToolchainId;
use store::StoreError;

/// Why a toolchain could not be written as a module.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum ModuleZipError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read, is not what was recorded, or could not be written.
    #[error("write the module of {id}")]
    Io {
        id: ToolchainId,
        #[source]
        cause: std::io::Error,
    },
}

impl Diagnose for ModuleZipError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Store(error) => error.diagnosis(),
            Self::Io { cause, .. } if cause.kind() == std::io::ErrorKind::InvalidData => {
                Class::Integrity.word("module-zip")
            }
            Self::Io { cause, .. } => Diagnosis::of_io("module-zip", cause),
        }
    }
}

/// Writes the module zip of an installed toolchain, which a go command accepts as `golang.org/toolchain`.
///
/// Its hash is the one in Go's checksum database if the tree has all files of the module form: a tree from a wheel
/// lacks some root files, and a go command will refuse its zip.
///
/// # Errors
/// When the store cannot be read, or a file differs from the manifest.
pub fn write_module_zip(ctx: &Ctx, id: &ToolchainId, out: &mut dyn Write) -> Result<(), ModuleZipError> {
    let (tree, manifest) = (ctx.store.layout().tree(id), ctx.store.manifest(id)?);
    archive::write_module_zip(out, &id.module_version(), &manifest, &mut |file| {
        let path = file.path.split('/').fold(tree.clone(), |path, part| path.join(part));
        ctx.sys.fs().read(&path, file.bytes)
    })
    .map_err(|cause| ModuleZipError::Io { id: id.clone(), cause })
}
