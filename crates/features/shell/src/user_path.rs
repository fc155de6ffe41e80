//! goward's entry in the user's `Path` on Windows: a value of the registry, from which every new program has its PATH.
//!
//! `cmd` and whatever is started from a menu read no profile; this entry is all that they need.

use std::path::PathBuf;

use sys::registry::{PathList, Registry, RegistryValue, Root, USER_ENVIRONMENT, VariableChange, place};

use crate::SetupError;
use crate::plan::{Action, Plan, Variable};

const NAME: &str = "Path";

/// What opens the list for editing by hand, without an administrator.
pub(crate) const BY_HAND: &str = "rundll32 sysdm.cpl,EditEnvironmentVariables";

/// Where it stands, for people.
pub(crate) fn user_path() -> PathBuf {
    place(Root::User, USER_ENVIRONMENT, NAME)
}

/// Plans the entry to be the first, and nowhere else.
pub(crate) fn put_first(registry: &Registry, entry: &str, plan: &mut Plan) -> Result<(), SetupError> {
    let (before, list) = read(registry, entry)?;
    let list = list.unwrap_or_else(PathList::empty);
    let failed = |cause| SetupError::UserPath { cause, entry: entry.to_owned() };
    let after = list.with_first(entry).map_err(failed)?;
    if after.is_long() {
        plan.warnings.push(format!(
            "`{}` has more than 2047 characters; `setx` and other old programs cut it there when they write it",
            user_path().display()
        ));
    }
    if after != list {
        change(before, Some(after), format!("`{entry}` comes first, all other entries stay"), plan);
    }
    Ok(())
}

/// What the user is to do where the registry is not to be touched; none where the entry is in its place.
pub(crate) fn by_hand(registry: &Registry, entry: &str) -> Result<Option<String>, SetupError> {
    let is_first = read(registry, entry)?.1.is_some_and(|list| list.has_first(entry));
    Ok((!is_first)
        .then(|| format!("put `{entry}` first in the user's Path, for `cmd` and all other programs: `{BY_HAND}`")))
}

/// Plans the entry to be taken away, however often it stands there, and nothing else. A list that it was alone in goes, too.
pub(crate) fn take_out(registry: &Registry, entry: &str, plan: &mut Plan) -> Result<(), SetupError> {
    let (before, list) = read(registry, entry)?;
    if let Some(list) = list.filter(|list| list.has(entry)) {
        let after = Some(list.without(entry)).filter(|after| !after.is_empty());
        change(before, after, format!("`{entry}` taken out, all other entries stay"), plan);
    }
    Ok(())
}

/// `before` is the very value that `after` was made from: if another stands there by then, the transaction leaves it.
fn change(before: Option<RegistryValue>, after: Option<PathList>, what: String, plan: &mut Plan) {
    let action = match (&before, &after) {
        (None, _) => Action::Make,
        (_, None) => Action::Remove,
        _ => Action::Change,
    };
    let change = VariableChange { name: NAME.to_owned(), before, after: after.map(|list| list.value()) };
    plan.variables.push(Variable { place: user_path(), action, what, change });
}

/// The value, and the list in it.
fn read(registry: &Registry, entry: &str) -> Result<(Option<RegistryValue>, Option<PathList>), SetupError> {
    let value = registry.read(Root::User, USER_ENVIRONMENT, NAME).map_err(SetupError::io("read", user_path()))?;
    let Some(value) = value else { return Ok((None, None)) };
    // Another kind of value is nothing that an entry could be added to.
    let list = PathList::of(&value).ok_or_else(|| SetupError::OddUserPath { entry: entry.to_owned() })?;
    Ok((Some(value), Some(list)))
}
