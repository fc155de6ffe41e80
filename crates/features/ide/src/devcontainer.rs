//! Dev containers: the version of Go in their configuration.
//!
//! A `devcontainer.json` names Go by a feature (`…/features/go:1` with an option `version`) or by an image whose tag
//! begins with the version (`golang:1.26`, `…/devcontainers/go:1-1.26-bookworm`, where the first number is the image's
//! own). The file is at one of three paths (the dev container specification, "devcontainer.json"). goward does not read
//! a Dockerfile here.

use diag::Place;
use std::path::{Path, PathBuf};

use context::Ctx;
use sys::EntryKind;

use crate::error::IdeError;
use crate::jsonc::{Document, Found};
use crate::limits::CONTAINERS_MAX;

/// The Go in one file.
pub(crate) struct Container {
    pub(crate) document: Document,
    /// The feature, if there is one.
    pub(crate) feature: Option<String>,
    /// The version as written, with its line; none if the file names none.
    pub(crate) version: Option<Found>,
}

impl Container {
    pub(crate) fn place(&self) -> Place {
        Place { path: self.document.path.clone(), line: self.version.as_ref().map(|found| found.line) }
    }
}

/// The files of a project that name Go.
pub(crate) fn containers(ctx: &Ctx, folder: &Path) -> Result<Vec<Container>, IdeError> {
    let mut found = Vec::new();
    for path in files(ctx, folder)? {
        let Some(document) = Document::read(&ctx.sys, &path)? else { continue };
        let feature = document.objects(&["features"])?.into_iter().find(|name| is_go_feature(name));
        let short = document.texts(&["features"])?.into_iter().find(|found| is_go_feature(&found.key));
        let version = match (&feature, short) {
            (Some(feature), _) => document.text(&["features", feature, "version"])?,
            // A feature's one option may replace the object.
            (None, Some(short)) => Some(short),
            (None, None) => document.text(&["image"])?.and_then(|image| {
                let text = image_version(&image.text)?;
                Some(Found { text, ..image })
            }),
        };
        if feature.is_some() || version.is_some() {
            found.push(Container { document, feature, version });
        }
    }
    Ok(found)
}

/// The possible paths of the file.
pub(crate) fn files(ctx: &Ctx, folder: &Path) -> Result<Vec<PathBuf>, IdeError> {
    let below = folder.join(".devcontainer");
    let names = ctx.sys.fs().names_if_there(&below);
    let names = names.map_err(|cause| IdeError::Read { path: below.clone(), cause })?;
    let mut paths = vec![below.join("devcontainer.json"), folder.join(".devcontainer.json")];
    paths.extend(names.into_iter().take(CONTAINERS_MAX).map(|name| below.join(name).join("devcontainer.json")));
    let is_file = |path: &PathBuf| matches!(ctx.sys.fs().follow(path), Ok(Some(meta)) if meta.kind == EntryKind::File);
    Ok(paths.into_iter().filter(is_file).collect())
}

fn is_go_feature(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    let named = last.split([':', '@']).next().unwrap_or_default();
    named == "go" && name.contains("/features/")
}

/// The version in an image's tag; none if it is not an image of Go, or its tag names no version.
fn image_version(image: &str) -> Option<String> {
    let last = image.rsplit('/').next()?;
    let (name, tag) = last.split_once(':')?;
    let words: Vec<&str> = tag.split('-').collect();
    let is_version = |word: &&str| word.contains('.') && word.starts_with(|first: char| first.is_ascii_digit());
    let word = match name {
        "golang" => words.first().copied().filter(is_version),
        // The image's own version comes first: `1-1.26`, `dev-1.26`, `2.0-1.26`; alone it does not name a Go version.
        "go" if image.contains("devcontainers/") => words.get(1).copied().filter(is_version),
        _ => None,
    };
    word.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_images_tag_names_its_go_version() {
        for (image, version) in [
            ("golang:1.26", Some("1.26")),
            ("registry.test/library/golang:1.26.8-bookworm", Some("1.26.8")),
            ("registry.test/devcontainers/go:1-1.26-bookworm", Some("1.26")),
            ("registry.test/devcontainers/go:2.0", None),
            ("golang", None),
            ("golang:latest", None),
            ("registry.test:5000/other/go:1.2", None),
        ] {
            assert_eq!(image_version(image).as_deref(), version, "{image}");
        }
    }

    #[test]
    fn a_feature_is_gos_by_its_last_word() {
        assert!(is_go_feature("registry.test/devcontainers/features/go:1"));
        assert!(is_go_feature("registry.test/devcontainers/features/go"));
        assert!(!is_go_feature("registry.test/devcontainers/features/golangci-lint:1"));
        assert!(!is_go_feature("./go"));
    }
}
