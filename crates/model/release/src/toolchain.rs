//! One toolchain for one platform: its name on disk, as an archive and as a module.

use std::fmt;
use std::str::FromStr;

use diag::{Class, Diagnose, Diagnosis};

use crate::foreign::shown;
use crate::{Platform, Version};

/// The prefix of all module versions of `golang.org/toolchain`.
const MODULE_VERSION_PREFIX: &str = "v0.0.1-";

/// A release for a platform: `go1.27.3.linux-amd64`.
///
/// The text is the name of its folder, so parsing is strict: a parsed name prints the same, contains no separator, and
/// has a bounded length because both halves have. A language version (`1.22`) is refused, since no release has that
/// name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ToolchainId {
    version: Version,
    platform: Platform,
}

/// A text that names no toolchain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read {shown} as the name of a toolchain")]
pub struct ToolchainIdError {
    /// The text, in printable form.
    shown: String,
}

impl ToolchainId {
    /// The toolchain of a release on a platform. A language version becomes its first release, and
    /// `1.20.0` becomes `1.20`, the published name.
    pub fn new(version: Version, platform: Platform) -> ToolchainId {
        ToolchainId { version: version.released_as(), platform }
    }

    /// The release.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The platform.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The archive's file name: `go1.27.3.linux-amd64.tar.gz`, `.zip` on Windows. For the few oldest
    /// archives with other names, ask the index.
    pub fn archive_name(&self) -> String {
        format!("go{}.{}.{}", self.version, self.platform.archive_tag(), self.platform.archive_extension())
    }

    /// The version of this toolchain as a module `golang.org/toolchain`: `v0.0.1-go1.27.3.linux-amd64`.
    /// There 32-bit ARM on Linux is plain `arm`.
    pub fn module_version(&self) -> String {
        format!("{MODULE_VERSION_PREFIX}{self}")
    }

    /// The toolchain of a module version.
    pub fn from_module_version(text: &str) -> Result<ToolchainId, ToolchainIdError> {
        let refused = || ToolchainIdError { shown: shown(text) };
        text.strip_prefix(MODULE_VERSION_PREFIX).and_then(|name| name.parse().ok()).ok_or_else(refused)
    }
}

impl FromStr for ToolchainId {
    type Err = ToolchainIdError;

    fn from_str(text: &str) -> Result<ToolchainId, ToolchainIdError> {
        let parsed = || {
            let (version, platform) = text.strip_prefix("go")?.rsplit_once('.')?;
            // `gogo1.2.linux-amd64` must not pass because a version may begin with `go`.
            let version: Version = pin::is_valid(version).then(|| version.parse().ok())??;
            let id = ToolchainId { platform: platform.parse().ok()?, version };
            let is_release = !id.version.is_language() && id.version.released_as() == id.version;
            is_release.then_some(id)
        };
        parsed().ok_or_else(|| ToolchainIdError { shown: shown(text) })
    }
}

impl fmt::Display for ToolchainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("go{}.{}", self.version, self.platform))
    }
}

crate::text_serde!(ToolchainId);

impl Diagnose for ToolchainIdError {
    fn diagnosis(&self) -> Diagnosis {
        Class::Usage.word("toolchain-name-malformed")
    }
}
