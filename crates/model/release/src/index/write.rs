//! An index in the official format, for mirrors and for tests.

use serde::Serialize;

use super::{Index, Release};

/// The official fields, in the official order.
#[derive(Serialize)]
struct OutRelease<'a> {
    version: String,
    stable: bool,
    files: Vec<OutFile<'a>>,
}

#[derive(Serialize)]
struct OutFile<'a> {
    filename: &'a str,
    os: &'a str,
    arch: &'a str,
    version: String,
    sha256: String,
    size: u64,
    kind: &'static str,
}

impl Index {
    /// The index as the JSON of Go's download page, archives only. [`Index::parse`] parses it back.
    pub fn to_json(&self) -> String {
        let releases: Vec<OutRelease<'_>> = self.releases.iter().map(out).collect();
        let mut json = Vec::new();
        let format = serde_json::ser::PrettyFormatter::with_indent(b" ");
        releases
            .serialize(&mut serde_json::Serializer::with_formatter(&mut json, format))
            .expect("texts and numbers always serialise, and a vector takes every write");
        json.push(b'\n');
        String::from_utf8(json).expect("the serialiser writes UTF-8")
    }
}

fn out(release: &Release) -> OutRelease<'_> {
    let files = release.archives.iter().map(|(platform, file)| OutFile {
        filename: &file.filename,
        os: platform.os(),
        // The one archive named `arm6` has that architecture.
        arch: if file.filename.ends_with(".linux-arm6.tar.gz") { "arm6" } else { platform.archive_arch() },
        version: release.version.tag(),
        // Upstream writes unknown values as an empty text and a zero.
        sha256: file.sha256.map(|digest| digest.to_string()).unwrap_or_default(),
        size: file.size.unwrap_or(0),
        kind: "archive",
    });
    OutRelease { version: release.version.tag(), stable: release.version.is_stable(), files: files.collect() }
}
