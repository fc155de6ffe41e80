//! Reads the rules that count: built in, of a file, changed by settings and by the command line.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use context::Ctx;
use context::settings::{Origin, keys};
use gate::Rules;
use gate::limits::RULES_BYTES_MAX;
use sys::ReadOwnError;

use crate::error::GateError;

/// What the command line says about the rules.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes<'a> {
    /// The rules file.
    pub file: Option<&'a Path>,
    /// The threshold.
    pub threshold: Option<f64>,
}

/// The rules with their origin.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The file; none for the built-in rules.
    pub path: Option<PathBuf>,
    /// The text of the file.
    pub text: String,
}

/// Reads the rules: of the named file, else of `gate.rules`, else the built-in ones; then what the settings `gate.*` set,
/// then the threshold of the command line.
///
/// # Errors
/// When the file cannot be read or believed, or has a mistake.
pub fn load(ctx: &Ctx, wishes: &Wishes<'_>) -> Result<Loaded, GateError> {
    let set = ctx.settings.text(keys::GATE_RULES).map(Path::new);
    let path = wishes.file.or(set).map(|path| ctx.sys.env().folder().join(path));
    let text = match &path {
        None => gate::BUILT_IN.as_bytes().to_vec(),
        Some(path) => read(ctx, path)?,
    };
    let mut rules = match &path {
        None => Rules::built_in(),
        Some(path) => Rules::parse(&path.display().to_string(), &text)?,
    };
    let settings = &ctx.settings;
    if settings.get(keys::GATE_THRESHOLD).origin != Origin::Default {
        rules.threshold = settings.share(keys::GATE_THRESHOLD);
    }
    if settings.get(keys::GATE_ASK_ABOVE).origin != Origin::Default {
        rules.ask_above = settings.share(keys::GATE_ASK_ABOVE);
    }
    if settings.get(keys::GATE_WINDOW_SECONDS).origin != Origin::Default {
        rules.window.seconds = settings.count(keys::GATE_WINDOW_SECONDS);
    }
    if let Some(threshold) = wishes.threshold {
        rules.threshold = threshold;
    }
    // A lower threshold leaves nothing to ask about.
    rules.ask_above = rules.ask_above.min(rules.threshold);
    Ok(Loaded { rules: Arc::new(rules), path, text: String::from_utf8_lossy(&text).into_owned() })
}

fn read(ctx: &Ctx, path: &Path) -> Result<Vec<u8>, GateError> {
    let fs = ctx.sys.fs();
    let untrusted = |cause| GateError::Untrusted { path: path.to_owned(), cause };
    let failed = |cause| GateError::Read { path: path.to_owned(), cause };
    if fs.follow(path).map_err(failed)?.is_none() {
        return Err(failed(std::io::Error::new(std::io::ErrorKind::NotFound, "there is no such file")));
    }
    let real = fs.trust(path).map_err(untrusted)?.real;
    match fs.read_own(&real, RULES_BYTES_MAX) {
        Ok(bytes) => Ok(bytes),
        Err(ReadOwnError::Io(cause)) => Err(failed(cause)),
        Err(ReadOwnError::Distrust(cause)) => Err(untrusted(cause)),
    }
}
