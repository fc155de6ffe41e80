//! `goward activate`

use std::path::PathBuf;

use context::Ctx;
use shell::{Script, ScriptPaths, SetupError};

use super::CommandResult;
use crate::cli::{ActivateArgs, ActivateName};
use crate::outcome::Rendered;

pub(super) fn run(ctx: &Ctx, args: &ActivateArgs) -> CommandResult {
    let (script, name) = match args.shell {
        ActivateName::Bash => (Script::Bash, "bash"),
        ActivateName::Zsh => (Script::Zsh, "zsh"),
        ActivateName::Fish => (Script::Fish, "fish"),
        ActivateName::Pwsh => (Script::Pwsh, "pwsh"),
        ActivateName::Nu => (Script::Nu, "nu"),
        ActivateName::Elvish => (Script::Elvish, "elvish"),
        ActivateName::Sh => (Script::Sh, "sh"),
        ActivateName::Direnv => (Script::Direnv, "direnv"),
    };
    let text = shell::whole_script(script, &places(ctx)?);
    let view = view::Activate { shell: name.to_owned(), script: text.clone() };
    Ok(Box::new(Rendered::new(view, text).exact()))
}

/// The paths that scripts name. If the system does not report this program's own path, its name replaces it.
pub(super) fn places(ctx: &Ctx) -> Result<ScriptPaths, SetupError> {
    let program = ctx.sys.env().program().map_or_else(|| PathBuf::from("goward"), std::path::Path::to_owned);
    ScriptPaths::of(ctx.store.layout(), &program)
}
