//! `goward diff`

use engine::Ctx;

use super::Done;
use crate::cli::DiffArgs;
use crate::outcome::Worded;

pub(super) fn run(ctx: &Ctx, args: &DiffArgs) -> Done {
    let diff = engine::diff(ctx, args.from, args.to)?;
    let mut text = format!("{} → {}\n", diff.from, diff.to);
    let groups = [("+", &diff.added), ("-", &diff.removed), ("~", &diff.changed)];
    for (sign, paths) in groups {
        for path in paths {
            text.push_str(&format!("{sign} {path}\n"));
        }
    }
    text.push_str(&format!(
        "{} added, {} removed, {} changed, {} the same\n",
        diff.added.len(),
        diff.removed.len(),
        diff.changed.len(),
        diff.same
    ));
    Ok(Box::new(Worded::new(diff, text)))
}
