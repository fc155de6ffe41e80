//! Gets files of modules from the module proxies of the settings, for a program that must not reach a network itself.
//!
//! It keeps nothing and proves nothing: the go command that asked checks what comes against `go.sum` and the checksum
//! database, whose answers come this way, too.

use context::Ctx;
use diag::Progress;
use fetch::{Client, Document};
use source::{ProxyList, ProxyPlace};
use std::sync::Arc;
use sys::Sys;

use crate::goproxy::goproxy;
use crate::sources::new_client;

/// The largest file that is passed on: the largest module archive that the go command takes (`MaxZipFile`,
/// golang.org/x/mod/zip).
const FILE_BYTES_MAX: u64 = 500 << 20;

/// The module proxies, with a client of their own.
pub struct ModuleProxies {
    sys: Sys,
    progress: Arc<dyn Progress>,
    client: Client,
    proxies: Result<ProxyList, String>,
    offline: bool,
}

/// Why a file did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoFile {
    /// Whether every proxy said that there is no such file.
    pub is_absent: bool,
    /// What happened, for people.
    pub reason: String,
}

impl ModuleProxies {
    /// Those of the settings. Asks nobody yet.
    pub fn of(ctx: &Ctx) -> ModuleProxies {
        ModuleProxies {
            sys: ctx.sys.clone(),
            progress: ctx.progress.clone(),
            client: new_client(ctx),
            proxies: ProxyList::parse(&goproxy(ctx).map(|setting| setting.value).unwrap_or_default()),
            offline: ctx.is_offline(),
        }
    }

    /// A file by its path below a proxy's address, without a slash at its beginning.
    ///
    /// # Errors
    /// When no proxy gives it.
    pub fn get(&self, path: &str) -> Result<Vec<u8>, NoFile> {
        let failed = |reason: &str| NoFile { is_absent: false, reason: reason.to_owned() };
        if self.offline {
            return Err(failed("goward may not use the network (--offline)"));
        }
        let list = self.proxies.as_ref().map_err(|reason| failed(reason))?;
        let mut last = NoFile { is_absent: true, reason: "no module proxy is set".to_owned() };
        for entry in &list.entries {
            match self.get_from(&entry.place, path) {
                Ok(bytes) => return Ok(bytes),
                Err(error) => {
                    let goes_on = error.is_absent || entry.next_after_any_failure;
                    last = error;
                    if !goes_on {
                        break;
                    }
                }
            }
        }
        Err(last)
    }

    fn get_from(&self, place: &ProxyPlace, path: &str) -> Result<Vec<u8>, NoFile> {
        match place {
            ProxyPlace::Server(base) => {
                let base = if base.path().ends_with('/') { base.to_string() } else { format!("{base}/") };
                let refused = |error: &dyn std::fmt::Display| NoFile { is_absent: true, reason: error.to_string() };
                let url = format!("{base}{path}").parse().map_err(|error: url::ParseError| refused(&error))?;
                let document = Document { html_refused: false, ..Document::new(url, FILE_BYTES_MAX) };
                let answer = self.client.get(&document, self.progress.as_ref());
                let answer = answer
                    .map_err(|error| NoFile { is_absent: error.is_absence(), reason: diag::error_chain(&error) })?;
                Ok(answer.bytes)
            }
            ProxyPlace::Folder(folder) => {
                let read = self.sys.fs().read(&folder.join(path), FILE_BYTES_MAX);
                read.map_err(|error| NoFile {
                    is_absent: error.kind() == std::io::ErrorKind::NotFound,
                    reason: error.to_string(),
                })
            }
            ProxyPlace::Insecure(_) => {
                let reason = "the proxy's address has credentials and plain http".to_owned();
                Err(NoFile { is_absent: false, reason })
            }
        }
    }
}
