//! The go command's settings that affect the choice.

use std::path::Path;

use release::{Version, shown};

use crate::error::{GotoolchainFault, ProjectError};

/// What `GOTOOLCHAIN` says. Source of the forms: `Select` in `cmd/go/internal/toolchain/select.go`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Gotoolchain {
    /// `go1.26.4`: exactly that, whatever the project says.
    Exact(Version),
    /// `go1.26.4+auto`, `go1.26.4+path`: the base, which the project may raise. A name without a
    /// toolchain for goward is a fault only if the project does not raise it.
    Base(Version, Option<ProjectError>),
    /// `local`: the present base, which nothing raises.
    Local,
    /// `auto`, `path`, `local+auto`, `local+path`: the project decides.
    Project,
}

pub(crate) fn gotoolchain(value: &str) -> Result<Gotoolchain, ProjectError> {
    let refused = |fault| ProjectError::Gotoolchain { shown: shown(value), fault };
    let (name, may_rise) = match value.split_once('+') {
        None => (value, false),
        Some((name, "auto" | "path")) => (name, true),
        Some(_) => return Err(refused(GotoolchainFault::Malformed)),
    };
    match name {
        "local" if may_rise => return Ok(Gotoolchain::Project),
        "local" => return Ok(Gotoolchain::Local),
        "auto" | "path" if !may_rise => return Ok(Gotoolchain::Project),
        _ => {}
    }
    // The go command refuses to run a name without this prefix, whatever its version.
    let text = pin::toolchain_version(name).filter(|_| name.starts_with("go1"));
    let version = text.and_then(|text| text.parse::<Version>().ok());
    let version = version.ok_or_else(|| refused(GotoolchainFault::Malformed))?;
    let fault = match () {
        () if version.tag() != name => Some(refused(GotoolchainFault::Suffix)),
        () if version.is_language() => Some(refused(GotoolchainFault::Language)),
        () => None,
    };
    match (may_rise, fault) {
        (true, Some(fault)) => Ok(Gotoolchain::Base(version, Some(fault))),
        (true, None) => Ok(Gotoolchain::Base(version.released_as(), None)),
        (false, Some(fault)) => Err(fault),
        (false, None) => Ok(Gotoolchain::Exact(version.released_as())),
    }
}

/// Whether `GO111MODULE` leaves modules on. Source: `WillBeEnabled` in `cmd/go/internal/modload/init.go`.
pub(crate) fn modules_enabled(value: Option<&str>, file_found: bool) -> bool {
    match value {
        None | Some("on") => true,
        Some("auto") => file_found,
        Some(_) => false,
    }
}

/// What `GOWORK` says. Source: `FindGoWork` in `cmd/go/internal/modload/init.go`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Gowork {
    /// Look upwards.
    Search,
    /// Pass over every go.work.
    Off,
    /// Use this file, if it exists.
    File,
}

pub(crate) fn gowork(value: Option<&str>) -> Result<Gowork, ProjectError> {
    match value {
        None | Some("auto") => Ok(Gowork::Search),
        Some("off") => Ok(Gowork::Off),
        Some(path) if Path::new(path).is_absolute() => Ok(Gowork::File),
        Some(path) => Err(ProjectError::Gowork { shown: shown(path) }),
    }
}
