//! Where a toolchain can come from.
//!
//! One file per source behind one small trait: what is there ([`Source::list`]) and where exactly
//! one toolchain lies ([`Source::locate`]). A source says what it knows of the checksum and *who
//! says so*; it never judges. Fetching, unpacking and proving are done by others, the same way for
//! all sources.
//!
//! No address of a registry stands here. The module proxy's comes from the user's Go
//! configuration, else from what this program was built with; the wheel index from the user's pip; the official index is Go's own download
//! page, and a setting.
//!
//! It leaves on disk only cached indexes. Tested against the mock upstream of `testkit`, and by
//! the main job against real sources.

mod ask;
mod build_default;
pub mod bundle;
mod catalog;
mod error;
mod folder;
mod goenv;
mod index;
mod limits;
mod located;
mod proxy;
mod refused;
mod wheel;

pub use ask::Ask;
pub use build_default::{BUILD_GOPROXY_ORIGIN, build_goproxy};
pub use bundle::BundleSource;
pub use catalog::{Attempt, Catalog, CatalogError, most_severe, no_source_hint};
pub use error::SourceError;
pub use folder::FolderSource;
pub use goenv::{GoEnvFile, GoEnvLine, GoSetting, go_setting, user_go_env, user_go_setting};
pub use index::{IndexKind, IndexSource};
pub use located::{Claim, Located, Place};
pub use proxy::{ProxySource, proxies_of};
pub use refused::RefusedSource;
pub use wheel::WheelSource;

use release::{Platform, ToolchainId, Version};

/// A place that offers toolchains.
pub trait Source: Send + Sync {
    /// Its name in settings, messages and records: `official`, `proxy`, `wheel`, `folder`, `bundle`, or a mirror's own.
    fn name(&self) -> &str;

    /// Where it points, for people: an address or a folder, without credentials.
    fn place(&self) -> String;

    /// Whether it can be asked without a network.
    fn is_local(&self) -> bool {
        false
    }

    /// Whether it is a copy of Go's index that may lag behind.
    fn is_mirror(&self) -> bool {
        false
    }

    /// What it offers for a platform, in the order of versions.
    ///
    /// # Errors
    /// When it cannot be asked, or its answer is not to be understood.
    fn list(&self, ask: &Ask, platform: &Platform) -> Result<Vec<Version>, SourceError>;

    /// What it was last known to offer for a platform, without asking anybody and without a word; nothing where
    /// that is not kept.
    fn cached_versions(&self, _sys: &sys::Sys, _cache: &std::path::Path, _platform: &Platform) -> Vec<Version> {
        Vec::new()
    }

    /// Where exactly it has this toolchain.
    ///
    /// # Errors
    /// `NotOffered` when it does not have it; otherwise as for `list`.
    fn locate(&self, ask: &Ask, id: &ToolchainId) -> Result<Located, SourceError>;
}
