//! The Go module proxy and the checksum database.

use super::{State, download};
use crate::http::Response;
use crate::tiny::{MODULE_FILE, TinyToolchain, compare_versions};

/// The module of toolchains.
pub(super) const MODULE: &str = "golang.org/toolchain";

impl State {
    /// Everything below `golang.org/toolchain/@v/`.
    pub(super) fn module(&self, rest: &str) -> Response {
        if rest == "list" {
            let mut toolchains: Vec<&TinyToolchain> = self.toolchains.iter().collect();
            toolchains.sort_by(|a, b| {
                compare_versions(a.version(), b.version()).then_with(|| a.platform().cmp(&b.platform()))
            });
            let lines: String = toolchains.into_iter().map(|toolchain| toolchain.module_version() + "\n").collect();
            return Response::ok(lines).content_type("text/plain; charset=UTF-8");
        }
        let found = self.toolchains.iter().find_map(|toolchain| {
            let form = rest.strip_prefix(&toolchain.module_version())?;
            form.starts_with('.').then_some((toolchain, form))
        });
        match found {
            Some((toolchain, ".info")) => {
                let (version, time) = (toolchain.module_version(), toolchain.time());
                let text = format!("{{\"Version\":\"{version}\", \"Time\":\"{time}\"}}\n");
                Response::ok(text).content_type("application/json")
            }
            Some((_, ".mod")) => Response::ok(MODULE_FILE).content_type("text/plain; charset=UTF-8"),
            Some((toolchain, ".zip")) => download(toolchain.module_zip(), "application/zip"),
            // Real proxies name the unknown module, with either status.
            _ => {
                let mut response = Response::status(404);
                response.body = format!("not found: {MODULE}: unknown revision {rest}\n").into_bytes().into();
                response
            }
        }
    }

    /// Everything below the checksum database's root.
    pub(super) fn checksums(&self, rest: &str) -> Response {
        let body = match rest {
            "supported" => Some(Vec::new()),
            "latest" => Some(self.sumdb.latest().into_bytes()),
            _ if rest.starts_with("tile/") => self.sumdb.tile(rest),
            _ => rest.strip_prefix("lookup/").and_then(|key| self.sumdb.lookup(key)).map(String::into_bytes),
        };
        match body {
            Some(body) => Response::ok(body).content_type("text/plain; charset=UTF-8"),
            None => Response::status(404),
        }
    }
}
