//! Which versions goward installs by itself.
//!
//! A file of a project asks for a version whenever a command runs in its folder, and anybody may have written it. So
//! goward by itself installs no version older than the setting `install.auto-floor` (older releases have known
//! vulnerabilities, and the checksum database has no toolchains before Go 1.21), and none for a go.mod or go.work of
//! another user. A version on the command line or in a variable is the user's own choice, and goward installs it.

use context::Ctx;
use context::settings::keys;
use diag::{Class, Diagnose, Diagnosis};
use project::{FileName, Stranger};
use release::{Request, Version};

use crate::choose::{Choice, ChooseError, look_around};

/// Why something is not installed by itself.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum AutoError {
    /// It is older than the setting allows.
    #[error("install {version} by itself for {origin}: {key} is {floor} ({set_by})", key = "install.auto-floor", version = version.tag())]
    BelowFloor {
        /// What is asked for.
        version: Version,
        origin: String,
        /// The oldest that would be.
        floor: Version,
        /// Who set that.
        set_by: String,
    },
    /// The file that asks is somebody else's.
    #[error("install `{request}` by itself for {origin}: {stranger}")]
    Stranger {
        /// What is asked for.
        request: Request,
        origin: String,
        /// Whose it is.
        stranger: Stranger,
    },
    /// The files here cannot be read.
    #[error(transparent)]
    Choose(#[from] ChooseError),
}

impl Diagnose for AutoError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::BelowFloor { version, .. } => Class::Policy
                .word("auto-install-floor")
                .hint(format!("if you want it, install it yourself: `goward install {version}`")),
            Self::Stranger { request, .. } => Class::Policy
                .word("auto-install-stranger")
                .hint(format!("if you want it, install it yourself: `goward install {request}`")),
            Self::Choose(error) => error.diagnosis(),
        }
    }
}

/// Refuses a version that a project's file alone must not install. Without a version, refuses only a request that is
/// too old in any case, which saves a question to the sources.
///
/// # Errors
/// Why not, with the command to type.
pub fn check_auto_install(ctx: &Ctx, choice: &Choice, version: Option<&Version>) -> Result<(), AutoError> {
    let origin = &choice.origin;
    if !origin.is_project_file() {
        return Ok(());
    }
    let by_stranger = choice.go_files_of_strangers.iter().find(|(path, _)| origin.path.as_ref() == Some(path));
    if let Some((_, stranger)) = by_stranger {
        let (request, origin, stranger) = (choice.request.clone(), origin.to_string(), stranger.clone());
        return Err(AutoError::Stranger { request, origin, stranger });
    }
    let setting = ctx.settings.get(keys::INSTALL_AUTO_FLOOR);
    let floor: Option<Version> = ctx.settings.text(keys::INSTALL_AUTO_FLOOR).and_then(|text| text.parse().ok());
    let Some(floor) = floor else { return Ok(()) };
    let newest = version.cloned().or_else(|| surely(&choice.request, &floor));
    match newest.filter(|version| version.go_order(&floor).is_lt()) {
        Some(version) => {
            let set_by = setting.origin.to_string();
            Err(AutoError::BelowFloor { version, origin: origin.to_string(), floor, set_by })
        }
        None => Ok(()),
    }
}

/// Refuses a version that a go command asks for by itself if another user owns the go.work or go.mod that it read.
///
/// # Errors
/// Why not, with the command to type; or that the files here cannot be read.
pub fn check_auto_switch(ctx: &Ctx, request: &Request) -> Result<(), AutoError> {
    let inputs = look_around(ctx, ctx.sys.env().folder(), None)?;
    let files =
        |name: FileName| inputs.folders.iter().flat_map(|folder| &folder.files).find(move |file| file.name == name);
    let Some(file) = files(FileName::GoWork).or_else(|| files(FileName::GoMod)) else { return Ok(()) };
    let strangers = inputs.go_files_of_strangers();
    match strangers.into_iter().find(|(path, _)| *path == file.path) {
        Some((path, stranger)) => {
            Err(AutoError::Stranger { request: request.clone(), origin: release::escaped(&path), stranger })
        }
        None => Ok(()),
    }
}

/// The version that a request resolves to, or one below the floor if every version that it may resolve to is below.
fn surely(request: &Request, floor: &Version) -> Option<Version> {
    match request {
        Request::Exact(version) => Some(version.clone()),
        Request::Minor(minor) if *minor < floor.minor() => minor.as_str().parse().ok(),
        _ => None,
    }
}
