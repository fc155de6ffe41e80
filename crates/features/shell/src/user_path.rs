//! goward's entry in the user's `Path` on Windows: a value of the registry, from which every new program gets its PATH.
//!
//! `cmd` and programs that are started from a menu read no profile; they need only this entry.

use diag::IoFailure;
use sys::Env;
use sys::registry::{PathList, Registry, RegistryValue, Root, SETX_UNITS_MAX, USER_ENVIRONMENT, VariableChange};

use crate::SetupError;
use crate::plan::{Action, Plan, Variable};
use crate::windows_path_words::{BY_HAND, NAME, user_path};

/// Plans the entry as the first, and the only one.
pub(crate) fn put_first(registry: &Registry, entry: &str, env: &Env, plan: &mut Plan) -> Result<(), SetupError> {
    let before = read(registry)?;
    let list = match &before {
        None => PathList::empty(),
        Some(value) => PathList::of(value).ok_or_else(|| SetupError::OddUserPath { entry: entry.to_owned() })?,
    };
    let failed = |cause| SetupError::UserPath { cause, entry: entry.to_owned() };
    let after = list.with_first(entry, env).map_err(failed)?;
    if after.is_long() {
        plan.warnings.push(format!(
            "`{}` has more than {SETX_UNITS_MAX} characters; `setx` cuts it there when it writes it",
            user_path().display()
        ));
    }
    if after != list {
        change(before, Some(after), format!("`{entry}` comes first, all other entries stay"), plan);
    }
    Ok(())
}

/// What the user has to do if the registry may not be changed; none if the entry is in its place.
pub(crate) fn by_hand(registry: &Registry, entry: &str, env: &Env) -> Result<Option<String>, SetupError> {
    let list = read(registry)?.as_ref().and_then(PathList::of);
    let is_first = list.is_some_and(|list| list.has_first(entry, env));
    Ok((!is_first)
        .then(|| format!("put `{entry}` first in the user's Path, for `cmd` and all other programs: `{BY_HAND}`")))
}

/// Plans the removal of every occurrence of the entry, and nothing else. Removes the value if no other entry is in it.
/// Does not touch a value that goward would not have written.
pub(crate) fn take_out(registry: &Registry, entry: &str, env: &Env, plan: &mut Plan) -> Result<(), SetupError> {
    let Some(before) = read(registry)? else { return Ok(()) };
    let Some(list) = PathList::of(&before) else {
        plan.warnings.push(format!("`{}` is not plain text, and is not changed", user_path().display()));
        return Ok(());
    };
    if list.has(entry, env) {
        let after = Some(list.without(entry, env)).filter(|after| !after.is_empty());
        change(Some(before), after, format!("`{entry}` taken out, all other entries stay"), plan);
    }
    Ok(())
}

/// `before` is the value from which `after` was computed: if the registry has another by then, the transaction does not
/// touch it.
fn change(before: Option<RegistryValue>, after: Option<PathList>, what: String, plan: &mut Plan) {
    let action = match (&before, &after) {
        (None, _) => Action::Make,
        (_, None) => Action::Remove,
        _ => Action::Change,
    };
    let change = VariableChange { name: NAME.to_owned(), before, after: after.map(|list| list.value()) };
    plan.variables.push(Variable { place: user_path(), action, what, change });
}

fn read(registry: &Registry) -> Result<Option<RegistryValue>, SetupError> {
    Ok(registry.read(Root::User, USER_ENVIRONMENT, NAME).map_err(IoFailure::on("read", &user_path()))?)
}
