//! Checks that every link within the project's documents has an existing file or folder as its target.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::files::{below, within};

/// The broken links, a line each.
pub fn broken(root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    // The documents at the root and in `docs`.
    let pages = [within(root, "md")?, below(&root.join("docs"), "md")?].concat();
    for page in pages {
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

/// The targets of a page's links within the project: no address, no heading of the page itself; without the heading
/// after a `#`.
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
