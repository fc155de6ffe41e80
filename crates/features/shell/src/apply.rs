//! Carries a plan out: one transaction.

use std::time::Duration;

use diag::IoFailure;
use store::{Author, FileChange, Store};
use sys::Sys;

use crate::{Plan, SetupError};

/// Changes every file and variable of the plan, or none. Returns the transaction's name, by which it can be undone;
/// `None` if there was nothing to change.
///
/// Makes missing folders first; they may stay empty if the change then fails.
///
/// # Errors
/// When a file or variable cannot be written, or somebody changes it meanwhile; then everything is unchanged.
pub fn apply(
    sys: &Sys,
    store: &Store,
    plan: &Plan,
    author: Author,
    wait_max: Duration,
) -> Result<Option<String>, SetupError> {
    if plan.is_nothing() {
        return Ok(None);
    }
    let mut transaction = store.transaction(plan.purpose.clone()).by(author);
    for change in &plan.changes {
        if let Some(folder) = change.path.parent().filter(|_| change.after.is_some()) {
            let is_own = folder.starts_with(store.layout().home());
            let made = if is_own { sys.fs().create_dirs(folder) } else { sys.fs().create_users_dirs(folder) };
            made.map_err(IoFailure::on("make the folder", folder))?;
        }
        // Profiles are the user's own: many users keep them as links into another folder.
        let planned = FileChange::of_user(&change.path, change.before.clone(), change.after.clone());
        transaction = transaction.change(planned);
    }
    for variable in &plan.variables {
        transaction = transaction.set(variable.change.clone());
    }
    Ok(Some(transaction.commit(wait_max)?))
}
