//! Plans `goward unsetup`.

use std::path::PathBuf;

use store::Layout;
use sys::Sys;

use crate::block;
use crate::checksum_line::{self, Owner};
use crate::find::{Folders, completion, nu_autoload, profiles_ever};
use crate::plan::{Kept, Plan};
use crate::setup::{check_writable, read};
use crate::{Script, SetupError, Shell, user_path};

/// Plans what `goward unsetup` removes: text that setup has written and nobody has edited; with `force` also edited
/// text. Toolchains and folders stay.
///
/// # Errors
/// When a profile that has a block may not be written, or has half a block.
pub fn plan_unsetup(sys: &Sys, layout: &Layout, shells: &[Shell], force: bool) -> Result<Plan, SetupError> {
    let folders = Folders::of(sys)?;
    let all = shells.is_empty();
    let shells = if all { Shell::ALL.to_vec() } else { shells.to_vec() };
    let mut plan = Plan { purpose: "unsetup".to_owned(), shells: shells.clone(), ..Plan::default() };
    for &shell in &shells {
        for path in profiles_ever(&folders, shell) {
            from_profile(sys, &mut plan, path, force)?;
        }
        let nu = (shell == Shell::Nu).then(|| nu_autoload(&folders));
        for path in nu.into_iter().chain([completion(&folders, layout, shell)]) {
            own_file(sys, &mut plan, path, force)?;
        }
        for kind in Script::files_of(shell) {
            own_file(sys, &mut plan, layout.activation(kind.file_name()), force)?;
        }
    }
    if let (true, Some(registry), Some(shims)) = (all, sys.registry(), layout.shims().to_str()) {
        user_path::take_out(registry, shims, sys.env(), &mut plan)?;
    }
    if all {
        own_file(sys, &mut plan, folders.config.join("direnv").join("lib").join("goward.sh"), force)?;
    }
    Ok(plan)
}

fn from_profile(sys: &Sys, plan: &mut Plan, path: PathBuf, force: bool) -> Result<(), SetupError> {
    let Ok(Some(before)) = read(sys, &path, "") else { return Ok(()) };
    let found = block::find(&before).map_err(|cause| SetupError::Block { path: path.clone(), cause })?;
    let mut after = Some(before.clone());
    // From the end, so that the offsets of earlier blocks stay valid.
    for found in found.iter().rev() {
        if found.edited && !force {
            plan.kept.push(Kept {
                path: path.clone(),
                line: Some(found.line),
                reason: "this block was edited since setup wrote it; `--force` removes it".to_owned(),
                text: Some(found.text.clone()),
            });
        } else if let Some(bytes) = &after {
            after = block::take_out(bytes, found);
        }
    }
    if after.as_ref() != Some(&before) {
        check_writable(sys, &path, "")?;
    }
    // A link stays even if its target would be empty: the link is the user's.
    let is_link = sys.fs().look(&path).ok().flatten().is_some_and(|meta| meta.kind == sys::EntryKind::Link);
    let after = if is_link { after.or_else(|| Some(Vec::new())) } else { after };
    plan.change(path, Some(&before), after, "goward's block taken out");
    Ok(())
}

fn own_file(sys: &Sys, plan: &mut Plan, path: PathBuf, force: bool) -> Result<(), SetupError> {
    let Ok(Some(before)) = read(sys, &path, "") else { return Ok(()) };
    match checksum_line::owner_of(&before) {
        Owner::Unchanged => plan.change(path, Some(&before), None, "a file of goward's"),
        Owner::Changed if force => plan.change(path, Some(&before), None, "a file of goward's"),
        Owner::Changed => plan.kept.push(Kept {
            path,
            line: None,
            reason: "it was edited since setup wrote it; `--force` removes it".to_owned(),
            text: None,
        }),
        Owner::Other => {}
    }
    Ok(())
}
