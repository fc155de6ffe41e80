//! Checks the OpenPGP signature beside an archive: `FILE.asc`, if the source has one.

use context::Ctx;
use context::settings::keys;
use diag::error_chain;
use fetch::Document;
use source::Place;
use trust::{Keyring, OpenPgpError, Witness};

use super::Arrived;
use crate::limits::{KEYRING_BYTES_MAX, SIGNATURE_BYTES_MAX};
use crate::sources::Sources;

/// The result of the search for a signature.
pub(crate) enum Signed {
    /// It exists and is good.
    Good(Witness),
    /// It exists and does not match the bytes.
    Bad(String),
    /// There is none.
    Absent,
    /// It could not be checked, or does not exist: why.
    Nothing(String),
}

/// Looks for the signature beside an archive and checks it.
pub(crate) fn ask_signature(sources: &Sources, arrived: &Arrived) -> Signed {
    let ctx = sources.ctx();
    let signature = match beside(sources, arrived.place) {
        Ok(Some(signature)) => signature,
        Ok(None) => return Signed::Absent,
        Err(reason) => return Signed::Nothing(reason),
    };
    let keyring = match keyring(ctx) {
        Ok(keyring) => keyring,
        Err(reason) => return Signed::Nothing(reason),
    };
    let data = match arrived.archive_bytes.open() {
        Ok(data) => data,
        Err(error) => return Signed::Nothing(format!("the archive cannot be read again: {error}")),
    };
    match keyring.check(&signature, data, ctx.sys.clock().unix_seconds()) {
        Ok(witness) => Signed::Good(witness),
        Err(error) if error.is_contradiction() => Signed::Bad(error_chain(&error)),
        Err(error) => Signed::Nothing(error_chain(&error)),
    }
}

fn beside(sources: &Sources, place: &Place) -> Result<Option<Vec<u8>>, String> {
    let ctx = sources.ctx();
    match place {
        Place::Bundle(_) => Err("a bundle has no signed archives".to_owned()),
        Place::File(path) => {
            let mut name = path.clone().into_os_string();
            name.push(".asc");
            let path = std::path::PathBuf::from(name);
            ctx.sys
                .fs()
                .read_if_there(&path, SIGNATURE_BYTES_MAX)
                .map_err(|error| format!("{}: {error}", path.display()))
        }
        Place::Url(_) if ctx.is_offline() => Err("its signature was not fetched (offline)".to_owned()),
        Place::Url(url) => {
            let mut url = url.clone();
            url.set_path(&format!("{}.asc", url.path()));
            let document = Document { tries: Some(2), ..Document::new(url, SIGNATURE_BYTES_MAX) };
            match sources.client().get(&document, ctx.progress.as_ref()) {
                Ok(answer) => Ok(Some(answer.bytes)),
                Err(error) if error.is_absence() => Ok(None),
                Err(error) => Err(format!("its signature could not be fetched: {}", error_chain(&error))),
            }
        }
    }
}

fn keyring(ctx: &Ctx) -> Result<Keyring, String> {
    let fingerprint = ctx.settings.text(keys::VERIFY_KEY_FINGERPRINT).unwrap_or(trust::GOOGLE_LINUX_FINGERPRINT);
    let read = match ctx.settings.text(keys::VERIFY_KEYRING) {
        None if fingerprint == trust::GOOGLE_LINUX_FINGERPRINT => Keyring::built_in(),
        None => Err(OpenPgpError::NoKey { fingerprint: fingerprint.to_owned() }),
        Some(path) => {
            let bytes = ctx
                .sys
                .fs()
                .read(std::path::Path::new(path), KEYRING_BYTES_MAX)
                .map_err(|error| format!("the keyring `{path}` cannot be read: {error}"))?;
            Keyring::read(&bytes, fingerprint)
        }
    };
    read.map_err(|error| error_chain(&error))
}
