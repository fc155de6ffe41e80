//! `goward diff`

use std::collections::BTreeMap;

use context::Ctx;
use engine::GenerationDiff;

use super::CommandResult;
use crate::cli::DiffArgs;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views::ToView;

pub(super) fn run(ctx: &Ctx, args: &DiffArgs) -> CommandResult {
    let diff = engine::diff(ctx, args.from, args.to)?;
    let mut text = format!("{} → {}\n", diff.from, diff.to);
    if !args.files {
        text.push_str(&summary(&diff));
    }
    let groups = [("+", &diff.added), ("-", &diff.removed), ("~", &diff.changed)];
    for (sign, paths) in groups.into_iter().filter(|_| args.files) {
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
    Ok(Box::new(Rendered::new(diff.view(), text)))
}

/// How many files differ in each of the tree's folders; those directly in it count under `.`.
fn summary(diff: &GenerationDiff) -> String {
    let mut folders: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (kind, paths) in [&diff.added, &diff.removed, &diff.changed].into_iter().enumerate() {
        for path in paths {
            let folder = path.split_once('/').map_or(".", |(folder, _)| folder);
            folders.entry(folder).or_default()[kind] += 1;
        }
    }
    let row = |(folder, [added, removed, changed]): (&str, [usize; 3])| {
        vec![format!("  {folder}"), format!("+{added}"), format!("-{removed}"), format!("~{changed}")]
    };
    columns(&folders.into_iter().map(row).collect::<Vec<_>>())
}
