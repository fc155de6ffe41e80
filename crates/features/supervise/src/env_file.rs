//! The file of `--env-file`: the go command's variables as the program would get them now, for programs that read it
//! again at a signal.
//!
//! A line for each variable, `NAME='value'`, as shells, service managers and dotenv readers understand it. Values may
//! contain credentials, so only the user may read the file. It is replaced by a rename: a reader sees the old values or
//! the new ones, and a link of that name is replaced and not followed. What the program reads decides what it runs, so the
//! folder must be one that no other user can write to.

use std::path::{Path, PathBuf};

use context::Ctx;

use crate::error::SuperviseError;

/// The file.
#[derive(Debug, Clone)]
pub struct EnvFile {
    path: PathBuf,
}

impl EnvFile {
    /// The file at this path, relative to the working folder.
    ///
    /// # Errors
    /// When its folder does not exist, or another user can write to it.
    pub fn at(ctx: &Ctx, path: &Path) -> Result<EnvFile, SuperviseError> {
        let path = ctx.sys.env().folder().join(path);
        let folder = path.parent().unwrap_or(&path).to_owned();
        let failed = |cause| SuperviseError::EnvFile { path: path.clone(), cause };
        if ctx.sys.fs().follow(&folder).map_err(failed)?.is_none() {
            return Err(failed(std::io::ErrorKind::NotFound.into()));
        }
        let trusted = ctx.sys.fs().trust(&folder);
        trusted.map_err(|cause| SuperviseError::Untrusted { path: path.clone(), cause })?;
        Ok(EnvFile { path })
    }

    /// Writes the variables.
    ///
    /// # Errors
    /// What the system says; then the former file stays.
    pub fn write(&self, ctx: &Ctx, variables: &[(String, String)]) -> Result<(), SuperviseError> {
        let text: String = variables.iter().map(|(name, value)| format!("{name}={}\n", quoted(value))).collect();
        let written = ctx.sys.fs().replace_private(&self.path, text.as_bytes());
        written.map_err(|cause| SuperviseError::EnvFile { path: self.path.clone(), cause })
    }
}

/// A value in single quotes.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_end_its_quotes() {
        assert_eq!(quoted("/a b"), "'/a b'");
        assert_eq!(quoted("a'; rm x"), r"'a'\''; rm x'");
        assert_eq!(quoted(""), "''");
    }
}
