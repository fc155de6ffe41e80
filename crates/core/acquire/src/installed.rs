//! The result of an install or an adoption.

use context::Ctx;
use release::ToolchainId;
use store::Toolchain;
use sys::Moment;
use trust::Witness;

/// The result of an install.
#[derive(Debug, Clone)]
pub struct Installed {
    /// The toolchain.
    pub toolchain: ToolchainId,
    /// Its tree.
    pub tree: std::path::PathBuf,
    /// Whether it was installed before.
    pub was_installed: bool,
    /// The source that it came from; none if it was installed before.
    pub source: Option<String>,
    /// Who vouches for it.
    pub witnesses: Vec<Witness>,
    /// Bytes that came over the network this time.
    pub bytes_fetched: u64,
    /// Bytes on disk from an earlier run.
    pub bytes_held: u64,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

impl Installed {
    /// The same, with the time that has passed since this moment.
    pub(crate) fn since(self, ctx: &Ctx, start: Moment) -> Installed {
        let milliseconds = ctx.sys.clock().since(start).as_millis();
        Installed { milliseconds: u64::try_from(milliseconds).unwrap_or(u64::MAX), ..self }
    }
}

/// The result for a toolchain that was installed before, with the facts of its record.
pub(crate) fn already_installed(ctx: &Ctx, toolchain: Toolchain) -> Installed {
    let record = ctx.store.record(&toolchain.id).ok();
    Installed {
        source: record.as_ref().map(|record| record.source.clone()),
        witnesses: record.map(|record| record.witnesses).unwrap_or_default(),
        toolchain: toolchain.id,
        tree: toolchain.tree,
        was_installed: true,
        bytes_fetched: 0,
        bytes_held: 0,
        milliseconds: 0,
    }
}
