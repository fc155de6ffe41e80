//! `goward activate`

use std::path::PathBuf;

use context::Ctx;
use serde_json::json;
use shell::{Script, ScriptPaths, SetupError};

use super::Done;
use crate::cli::{ActivateArgs, ActivateName};
use crate::outcome::Worded;

pub(super) fn run(ctx: &Ctx, args: &ActivateArgs) -> Done {
    let script = match args.shell {
        ActivateName::Bash => Script::Bash,
        ActivateName::Zsh => Script::Zsh,
        ActivateName::Fish => Script::Fish,
        ActivateName::Pwsh => Script::Pwsh,
        ActivateName::Nu => Script::Nu,
        ActivateName::Elvish => Script::Elvish,
        ActivateName::Sh => Script::Sh,
        ActivateName::Direnv => Script::Direnv,
    };
    let text = shell::whole_script(script, &places(ctx)?);
    Ok(Box::new(Worded::new(json!({ "shell": script, "script": text }), text).exact()))
}

/// The paths that scripts name. If the system does not report this program's own path, its name replaces it.
pub(super) fn places(ctx: &Ctx) -> Result<ScriptPaths, SetupError> {
    let program = ctx.sys.env().program().map_or_else(|| PathBuf::from("goward"), std::path::Path::to_owned);
    ScriptPaths::of(ctx.store.layout(), &program)
}
