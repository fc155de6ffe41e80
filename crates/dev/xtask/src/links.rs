//! Every link within the project's documents leads to a file or folder that is there: what moves takes its links along.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// The links that lead nowhere, a line each.
pub fn broken(root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for page in pages(root)? {
        let text = fs::read_to_string(&page)?;
        let folder = page.parent().unwrap_or(root);
        for target in targets(&text) {
            if !folder.join(target).exists() {
                let name = page.strip_prefix(root).unwrap_or(&page).display();
                faults.push(format!("{name}: the link to `{target}` leads nowhere"));
            }
        }
    }
    Ok(faults)
}

/// The documents at the root and in `docs`.
fn pages(root: &Path) -> Result<Vec<PathBuf>> {
    let (mut pages, mut folders) = (Vec::new(), vec![root.join("docs")]);
    let is_page = |path: &Path| path.extension().is_some_and(|extension| extension == "md");
    for entry in fs::read_dir(root)? {
        pages.extend(Some(entry?.path()).filter(|path| is_page(path)));
    }
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if is_page(&path) {
                pages.push(path);
            }
        }
    }
    pages.sort();
    Ok(pages)
}

/// What the links of a page lead to within the project: no address, no heading of the page itself; without the heading
/// behind a `#`.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let paths = links.map(|link| link.split('#').next().unwrap_or_default());
    paths.filter(|path| !path.is_empty() && !path.contains("://") && !path.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::targets;

    #[test]
    fn only_what_is_within_the_project_is_a_target() {
        let text = "[a](docs/a.md) [b](https://x.test/b) [c](#c) [d](d/e.rs#f), code `x](y z)`";
        assert_eq!(targets(text).collect::<Vec<_>>(), ["docs/a.md", "d/e.rs"]);
    }
}
