//! Writes the reference pages from the program's own tables, or compares them.

use std::fs;

use anyhow::{Context, Result, bail};

pub fn run(check: bool) -> Result<()> {
    let folder = super::root()?.join("docs/reference");
    fs::create_dir_all(&folder)?;
    let mut stale = Vec::new();
    for (name, text) in goward::reference::pages() {
        let path = folder.join(name);
        if check {
            let found = fs::read_to_string(&path).with_context(|| format!("docs/reference/{name} is missing"))?;
            if found != text {
                stale.push(name);
            }
        } else {
            fs::write(&path, text)?;
            println!("docs/reference/{name} written");
        }
    }
    if !stale.is_empty() {
        bail!("stale: {}; run `cargo xtask reference`", stale.join(", "));
    }
    Ok(())
}
