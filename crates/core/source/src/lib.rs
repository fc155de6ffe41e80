//! Where a toolchain can come from.
//!
//! One file for each source behind one small trait: which versions it offers ([`Source::list`]) and
//! where exactly one toolchain is ([`Source::locate`]). A source reports the checksum that it knows
//! and *who claims it*; it never judges. Other crates fetch, unpack and prove, the same way for all
//! sources.
//!
//! The code contains no address of a registry. The module proxy's comes from the user's Go configuration, else from the
//! build of this program; the wheel index from the user's pip; the official index is Go's own download page, and a
//! setting.
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
mod goproxy;
mod index;
mod limits;
mod located;
mod proxy;
mod refused;
mod wheel;

pub use ask::Ask;
pub use build_default::{BUILD_GOPROXY_ORIGIN, build_goproxy};
pub use bundle::BundleSource;
pub use catalog::{Attempt, Catalog, CatalogError, Resolved, most_severe, no_source_hint};
pub use error::SourceError;
pub use folder::FolderSource;
pub use goenv::{GoEnvFile, GoEnvLine, GoSetting, go_setting, user_go_env, user_go_setting};
pub use goproxy::{ListEnd, ProxyEntry, ProxyList, ProxyPlace};
pub use index::{IndexKind, IndexSource};
pub use located::{Claim, Located, Place};
pub use proxy::ProxySource;
pub use refused::RefusedSource;
pub use wheel::WheelSource;

use release::{Platform, ToolchainId, Version};

/// A place that offers toolchains.
pub trait Source: Send + Sync {
    /// Its name in settings, messages and records: `official`, `proxy`, `wheel`, `folder`, `bundle`, or a mirror's own.
    fn name(&self) -> &str;

    /// Its address or folder, for people, without credentials.
    fn place(&self) -> String;

    /// Whether it can be asked without a network.
    fn is_local(&self) -> bool {
        false
    }

    /// Whether it is a copy of Go's index that may lag behind.
    fn is_mirror(&self) -> bool {
        false
    }

    /// The versions that it offers for a platform, sorted.
    ///
    /// # Errors
    /// When it cannot be asked, or its answer cannot be parsed.
    fn list(&self, ask: &Ask, platform: &Platform) -> Result<Vec<Version>, SourceError>;

    /// The versions that it last offered for a platform, without a request and without a message; empty if there is no
    /// cache.
    fn cached_versions(&self, _sys: &sys::Sys, _cache: &std::path::Path, _platform: &Platform) -> Vec<Version> {
        Vec::new()
    }

    /// Where exactly it has this toolchain.
    ///
    /// # Errors
    /// `NotOffered` when it does not have it; otherwise as for `list`.
    fn locate(&self, ask: &Ask, id: &ToolchainId) -> Result<Located, SourceError>;
}
