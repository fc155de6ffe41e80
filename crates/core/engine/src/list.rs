//! Lists the installed toolchains and the available versions.

use diag::{Diagnose, Diagnosis};
use release::{Date, Minor, Platform, Status, ToolchainId, Version};
use store::{Block, Blocks, StoreError, Toolchain};
use trust::Evidence;

use acquire::Sources;
use context::Ctx;
use source::CatalogError;

/// An installed toolchain, as a list shows it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Which one.
    pub toolchain: ToolchainId,
    /// Its version.
    pub version: Version,
    /// Its tree.
    pub tree: std::path::PathBuf,
    /// Whether it is the default.
    pub is_default: bool,
    /// The source that it came from; none if its record cannot be read.
    pub source: Option<String>,
    /// Whether it is in the system store: the administrator's, for all users.
    pub system: bool,
    /// How many bytes its files have.
    pub bytes: Option<u64>,
    /// The name of its archive with the first digits of its hash ([`store::ToolchainRecord::fingerprint`]).
    pub fingerprint: Option<String>,
    /// Its witnesses.
    pub witnesses: Vec<trust::Witness>,
    /// What the witnesses come to; none where its record cannot be read.
    pub evidence: Option<Evidence>,
    /// The newest patch of its minor that Go's index or a mirror listed when it was last asked, if that is newer than
    /// every installed one. Lists of module proxies and package indexes are not kept.
    pub newer: Option<Version>,
    /// Whether Go's team supports it, judged by the versions that are installed or were last offered.
    pub support: Status,
    /// Why no command chooses it; none if it is not blocked.
    pub block: Option<Block>,
    /// Why it was last made the default, in the user's words (`goward use --reason`).
    pub note: Option<String>,
}

/// An available version, as a list shows it.
#[derive(Debug, Clone)]
pub struct Available {
    /// The version.
    pub version: Version,
    /// Whether it is installed.
    pub installed: bool,
    /// Whether Go's team supports it.
    pub support: Status,
}

/// The installed toolchains, oldest first. Asks no source: what is offered comes from the cached lists.
///
/// # Errors
/// When the store cannot be read.
pub fn installed(ctx: &Ctx) -> Result<Vec<Listed>, StoreError> {
    let current = ctx.store.current_if_readable();
    let toolchains = ctx.store.listed()?;
    let offered = acquire::cached_versions(ctx, &ctx.platform);
    let known: Vec<Version> = toolchains.iter().map(|toolchain| toolchain.id.version().clone()).collect();
    // A list of blocks that cannot be read is named, and hides nothing of what is installed.
    let blocks = ctx.store.blocks().unwrap_or_else(|error| {
        ctx.progress.tell(&format!("could not {error}; until it is repaired no version is chosen"));
        Blocks::default()
    });
    let newer = |id: &ToolchainId| {
        let is_newest_here =
            *id.platform() == ctx.platform && newer_patch(id.version(), &known, &Blocks::default()).is_none();
        newer_patch(id.version(), &offered, &blocks).filter(|_| is_newest_here).cloned()
    };
    let today = today(ctx);
    let generations = ctx.store.readable_generations().unwrap_or_default();
    let note = |id: &ToolchainId| {
        generations.iter().rev().find(|one| one.toolchain == *id).and_then(|one| one.author.reason.clone())
    };
    Ok(toolchains
        .into_iter()
        .map(|toolchain| {
            let record = ctx.store.record(&toolchain.id).ok();
            Listed {
                evidence: record.as_ref().map(|record| Evidence::of(&record.witnesses)),
                version: toolchain.id.version().clone(),
                is_default: current.as_ref().is_some_and(|current| current.toolchain == toolchain.id),
                system: ctx.store.is_in_shared_store(&toolchain),
                source: record.as_ref().map(|record| record.source.clone()),
                bytes: record.as_ref().map(|record| record.bytes),
                fingerprint: record.as_ref().and_then(store::ToolchainRecord::fingerprint),
                support: release::status(toolchain.id.version(), known.iter().chain(&offered), Some(today)),
                newer: newer(&toolchain.id),
                block: blocks.of(toolchain.id.version()).cloned(),
                note: note(&toolchain.id),
                witnesses: record.map(|record| record.witnesses).unwrap_or_default(),
                tree: toolchain.tree,
                toolchain: toolchain.id,
            }
        })
        .collect())
}

/// An installed minor, and its newest patch.
#[derive(Debug, Clone)]
pub struct Outdated {
    /// The newest version of the minor that is installed.
    pub installed: Version,
    /// The newest available version that is not blocked, if that is newer.
    pub newer: Option<Version>,
    /// The block of the newest version of the minor, installed or available, if that is blocked.
    pub block: Option<Block>,
    /// Whether Go's team supports it, judged by all available versions.
    pub support: Status,
}

/// Why it is not known what is outdated.
#[derive(Debug, thiserror::Error)]
pub enum OutdatedError {
    /// No source answers.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The blocked versions cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for OutdatedError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Catalog(error) => error.diagnosis(),
            Self::Store(error) => error.diagnosis(),
        }
    }
}

/// For every installed minor, whether there is a newer patch and whether it is still supported, oldest first; with the
/// name of the source that answered.
///
/// # Errors
/// When no source answers, or the blocked versions cannot be read.
pub fn outdated(sources: &Sources, installed: &[Toolchain]) -> Result<(String, Vec<Outdated>), OutdatedError> {
    let ctx = sources.ctx();
    let blocks = ctx.store.blocks()?;
    let mut installed: Vec<Version> = installed
        .iter()
        .filter(|toolchain| *toolchain.id.platform() == ctx.platform)
        .map(|toolchain| toolchain.id.version().clone())
        .collect();
    installed.sort();
    let (source, offered) = sources.catalog().all(&sources.ask(), &ctx.platform)?;
    let today = today(ctx);
    let mut list: Vec<Outdated> = Vec::new();
    for version in installed.iter().rev() {
        if list.iter().any(|known| known.installed.minor() == version.minor()) {
            continue;
        }
        list.push(Outdated {
            newer: newer_patch(version, &offered, &blocks).cloned(),
            block: blocks.of(newer_patch(version, &offered, &Blocks::default()).unwrap_or(version)).cloned(),
            support: release::status(version, offered.iter().chain(&installed), Some(today)),
            installed: version.clone(),
        });
    }
    list.reverse();
    Ok((source, list))
}

/// The newest of these versions in the same minor that is not blocked, if it is newer.
fn newer_patch<'v>(version: &Version, among: &'v [Version], blocks: &Blocks) -> Option<&'v Version> {
    let of_minor = among.iter().filter(|other| other.minor() == version.minor() && other.is_candidate());
    let of_minor = of_minor.filter(|other| blocks.allows(other));
    of_minor.max().filter(|newest| *newest > version)
}

/// The versions of the first source that answers, oldest first, with that source's name. Unless
/// `all`, only the newest release of each minor that is supported or installed, and newer
/// prereleases.
///
/// # Errors
/// When no source answers or the store cannot be read.
pub fn available(sources: &Sources, platform: &Platform, all: bool) -> Result<(String, Vec<Available>), CatalogError> {
    let ctx = sources.ctx();
    let (source, mut versions) = sources.catalog().all(&sources.ask(), platform)?;
    // Each source has its own order.
    versions.sort();
    let today = today(ctx);
    // For a list of available versions, an unreadable store counts as empty.
    let installed: Vec<ToolchainId> =
        ctx.store.installed().unwrap_or_default().into_iter().map(|toolchain| toolchain.id).collect();
    let list = versions
        .iter()
        .filter(|version| all || is_of_interest(version, &versions))
        .map(|version| Available {
            installed: installed.iter().any(|id| id.version() == version && id.platform() == platform),
            support: release::status(version, &versions, Some(today)),
            version: version.clone(),
        })
        .collect();
    Ok((source, list))
}

/// The newest release of a minor, or a prerelease of a minor without one.
fn is_of_interest(version: &Version, all: &[Version]) -> bool {
    let minor: Minor = version.minor();
    let newest = all.iter().filter(|other| other.minor() == minor && other.is_candidate()).max();
    newest == Some(version)
}

fn today(ctx: &Ctx) -> Date {
    Date::from_unix_seconds(ctx.sys.clock().unix_seconds())
}
