//! `goward shims`

use context::Ctx;
use engine::ShimsListed;

use super::CommandResult;
use crate::cli::ShimsArgs;
use crate::outcome::Rendered;
use crate::views::ToView;

pub(super) fn run(ctx: &Ctx, args: &ShimsArgs) -> CommandResult {
    if args.write {
        let written = engine::write_shims(ctx)?;
        let mut text = format!("{}: {} shims\n", written.folder.display(), written.names.len());
        for (word, names) in [("added", &written.added), ("replaced", &written.replaced), ("removed", &written.removed)]
        {
            if !names.is_empty() {
                text.push_str(&format!("{word}: {}\n", names.join(" ")));
            }
        }
        for link in &written.sdk_left {
            text.push_str(&format!("not changed, since it is not goward's: {}\n", link.display()));
        }
        return Ok(Box::new(Rendered::new(written.view(), text)));
    }
    let listed = engine::list_shims(ctx)?;
    let text = text(&listed);
    Ok(Box::new(Rendered::new(listed.view(), text)))
}

fn text(listed: &ShimsListed) -> String {
    let on_path = if listed.first_on_path { "on PATH before any other go" } else { "not on PATH before any other go" };
    let mut text = format!("{} ({on_path})\n", listed.folder.display());
    for shim in &listed.shims {
        let state = match (shim.there, shim.current) {
            (false, _) => "missing",
            (true, false) => "old",
            (true, true) => "",
        };
        text.push_str(format!("  {:<14}{state}", shim.name).trim_end());
        text.push('\n');
    }
    if listed.shims.iter().any(|shim| !shim.current) {
        text.push_str("run `goward shims --write` to repair them\n");
    }
    text
}
