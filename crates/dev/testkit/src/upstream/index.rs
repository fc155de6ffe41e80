//! The official index, its archives and their sidecars.

use serde_json::{Value, json};

use super::{State, download};
use crate::digest;
use crate::http::Response;
use crate::tiny::{TinyToolchain, compare_versions, is_prerelease};

impl State {
    /// Everything below `/dl/`.
    pub(super) fn official(&self, rest: &str, query: &str) -> Response {
        let asked = |wanted: &str| query.split('&').any(|pair| pair == wanted);
        if rest.is_empty() && asked("mode=json") {
            let text = serde_json::to_string_pretty(&self.index(asked("include=all"))).expect("plain values");
            return Response::ok(text).content_type("application/json");
        }
        if rest.is_empty() {
            return page("All releases", "<p>Pick one.</p>");
        }
        // The real site redirects names with these endings, and answers anything else with a page and status 200.
        if [".tar.gz", ".tar.gz.asc", ".pkg", ".msi", ".zip"].iter().any(|ending| rest.ends_with(ending)) {
            return Response::redirect(&format!("/go/{rest}"));
        }
        page("Downloads", &format!("<a href=\"/go/{rest}\">Found</a>."))
    }

    /// Everything below `/go/`, the real path of files.
    pub(super) fn official_file(&self, name: &str) -> Response {
        if let Some(archive) = name.strip_suffix(".sha256") {
            return match self.archive(archive) {
                Some(toolchain) => Response::ok(self.published_sha256(archive, &toolchain.archive())),
                None => Response::status(404),
            };
        }
        match self.archive(name) {
            Some(toolchain) => download(toolchain.archive(), "application/x-gzip"),
            None => Response::status(404),
        }
    }

    fn archive(&self, name: &str) -> Option<&TinyToolchain> {
        self.toolchains.iter().find(|toolchain| toolchain.archive_name() == name)
    }

    /// Newest first; without `all` only the newest release of each of the two newest minors.
    fn index(&self, all: bool) -> Value {
        let mut versions: Vec<&str> = self.toolchains.iter().map(TinyToolchain::version).collect();
        versions.sort_by(|a, b| compare_versions(b, a));
        versions.dedup();
        // A minor's newest release is stable while it is one of the two newest minors.
        let mut minors: Vec<&str> = Vec::new();
        let mut stable: Vec<&str> = Vec::new();
        for version in versions.iter().filter(|version| !is_prerelease(version)) {
            let minor = minor_of(version);
            if minors.len() < 2 && !minors.contains(&minor) {
                minors.push(minor);
                stable.push(version);
            }
        }
        let listed = if all { versions } else { stable };
        listed.into_iter().map(|version| self.release(version)).collect()
    }

    fn release(&self, version: &str) -> Value {
        // The real index lists the source and installers too; a client has to ignore them.
        let mut files = vec![file(version, "", "", &format!("go{version}.src.tar.gz"), "source", &[], None)];
        for toolchain in self.toolchains.iter().filter(|toolchain| toolchain.version() == version) {
            let name = toolchain.archive_name();
            let bytes = toolchain.archive();
            let sha256 = self.published_sha256(&name, &bytes);
            files.push(file(version, toolchain.os(), toolchain.archive_arch(), &name, "archive", &bytes, Some(sha256)));
            let installer = match toolchain.os() {
                "darwin" => "pkg",
                "windows" => "msi",
                _ => continue,
            };
            let name = format!("go{version}.{}.{installer}", toolchain.platform());
            files.push(file(version, toolchain.os(), toolchain.archive_arch(), &name, "installer", &[], None));
        }
        json!({ "version": format!("go{version}"), "stable": !is_prerelease(version), "files": files })
    }
}

/// One entry. A listed file that cannot be fetched gets the digest of its name.
fn file(version: &str, os: &str, arch: &str, name: &str, kind: &str, bytes: &[u8], sha256: Option<String>) -> Value {
    json!({
        "filename": name,
        "os": os,
        "arch": arch,
        "version": format!("go{version}"),
        "sha256": sha256.unwrap_or_else(|| digest::sha256_hex(name.as_bytes())),
        "size": bytes.len(),
        "kind": kind,
    })
}

/// `1.27` of `1.27.3`.
fn minor_of(version: &str) -> &str {
    version.match_indices('.').nth(1).map_or(version, |(end, _)| &version[..end])
}

fn page(title: &str, body: &str) -> Response {
    Response::ok(format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>{body}</body></html>\n"))
        .content_type("text/html; charset=utf-8")
}
