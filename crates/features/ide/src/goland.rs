//! GoLand, and IDEA with the Go plug-in.
//!
//! The project's own files name its tree as `<component name="GOROOT" url="file://…"/>`, in old versions as `path="…"`;
//! `$USER_HOME$` and `$PROJECT_DIR$` are folders. If there is none, the IDE asks, and offers the trees that it finds:
//! on `PATH`, in the folders of installers, and below `~/sdk`.

use diag::Place;
use std::path::{Path, PathBuf};

use context::Ctx;

use crate::error::IdeError;
use crate::limits::{IDEA_FILES_MAX, WORKSPACE_BYTES_MAX};

const COMPONENT: &str = "<component name=\"GOROOT\"";

/// The Go in a project's files.
pub(crate) enum Goland {
    /// There is no project of this kind.
    None,
    /// There is one without a tree.
    Unset,
    /// The tree, and the place of its line.
    Tree(PathBuf, Place),
}

pub(crate) fn goroot(ctx: &Ctx, folder: &Path) -> Result<Goland, IdeError> {
    let idea = folder.join(".idea");
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |cause| IdeError::Read { path, cause }
    };
    let names = ctx.sys.fs().names_if_there(&idea).map_err(failed(&idea))?;
    if names.is_empty() {
        return Ok(Goland::None);
    }
    let xml = names.into_iter().map(|name| idea.join(name)).filter(|path| path.extension().is_some_and(|e| e == "xml"));
    for path in xml.take(IDEA_FILES_MAX) {
        let bytes = ctx.sys.fs().read_if_there(&path, WORKSPACE_BYTES_MAX).map_err(failed(&path))?;
        let text = String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned();
        if let Some((value, line)) = component(&text) {
            let tree = expanded(ctx, folder, &value);
            return Ok(Goland::Tree(tree, Place { path, line: Some(line) }));
        }
    }
    Ok(Goland::Unset)
}

/// The component's `url` or `path`, and its line.
fn component(text: &str) -> Option<(String, usize)> {
    let at = text.find(COMPONENT)?;
    let line = text[..at].matches('\n').count() + 1;
    let rest = &text[at + COMPONENT.len()..];
    let tag = &rest[..rest.find('>')?];
    let attribute = |name: &str| {
        let (_, value) = tag.split_once(&format!(" {name}=\""))?;
        value.split_once('"').map(|(value, _)| value.to_owned())
    };
    let value = attribute("url").or_else(|| attribute("path"))?;
    let value = value.replace("&quot;", "\"").replace("&apos;", "'").replace("&lt;", "<").replace("&gt;", ">");
    let value = value.replace("&amp;", "&");
    (!value.is_empty()).then_some((value, line))
}

fn expanded(ctx: &Ctx, folder: &Path, value: &str) -> PathBuf {
    let path = value.strip_prefix("file://").unwrap_or(value);
    let home = ctx.sys.env().home().unwrap_or_default();
    let path = path.replace("$USER_HOME$", &home.to_string_lossy());
    PathBuf::from(path.replace("$PROJECT_DIR$", &folder.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_component_is_found_with_its_line_whatever_stands_around_it() {
        let text = "<project>\n  <component name=\"X\" url=\"no\" />\n  <component name=\"GOROOT\" url=\"file://$USER_HOME$/sdk/a&amp;b\" />\n";
        assert_eq!(component(text), Some(("file://$USER_HOME$/sdk/a&b".to_owned(), 3)));
        assert_eq!(component("<component name=\"GOROOT\" path=\"/x\">"), Some(("/x".to_owned(), 1)));
        for text in [
            "",
            COMPONENT,
            "<component name=\"GOROOT\" url=\"",
            "<component name=\"GOROOT\" url=\"\" />",
            "<component name=\"GOROOT\" />",
        ] {
            assert_eq!(component(text), None, "{text}");
        }
    }
}
