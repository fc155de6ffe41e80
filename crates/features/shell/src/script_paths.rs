//! The paths that a script names.

use std::path::Path;

use store::Layout;

use crate::{Script, SetupError};

/// The paths that a script names, as text.
#[derive(Debug, Clone)]
pub struct ScriptPaths {
    /// The folder of the shims.
    pub shims: String,
    /// goward's home.
    pub home: String,
    /// The folder of the scripts.
    pub scripts: String,
    /// The goward program.
    pub program: String,
}

impl ScriptPaths {
    /// The paths of a store, and of the goward that scripts call.
    ///
    /// # Errors
    /// When a path is not text, or `PATH` cannot contain the shims' folder.
    pub fn of(layout: &Layout, program: &Path) -> Result<ScriptPaths, SetupError> {
        let text = |path: &Path| {
            let text = path.to_str().filter(|text| !text.contains('\0'));
            text.map(str::to_owned).ok_or_else(|| SetupError::NotText { path: path.to_owned() })
        };
        let shims = text(&layout.shims())?;
        let separator = if cfg!(windows) { ';' } else { ':' };
        if shims.contains(separator) {
            return Err(SetupError::Separator { path: layout.shims(), separator });
        }
        Ok(ScriptPaths { shims, home: text(layout.home())?, scripts: text(&layout.shell())?, program: text(program)? })
    }

    /// The file that a script is written to.
    pub(crate) fn script_file(&self, script: Script) -> String {
        format!("{}{}{}", self.scripts, std::path::MAIN_SEPARATOR, script.file_name())
    }
}
