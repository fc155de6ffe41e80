//! Installations that are registered as `system`: lists them, and chooses one to run in place.
//!
//! `system` is not a [`release::Request`], because it has no answer to a request's questions (which version, is it
//! available, is it newer).

use std::fmt;
use std::path::{Path, PathBuf};

use context::Ctx;
use diag::{Class, Diagnose, Diagnosis};
use store::{ExternalGo, StoreError};

use crate::inspect::version_line;

/// A registered installation, as a list shows it.
#[derive(Debug, Clone)]
pub struct ListedExternalGo {
    /// Always true: distinguishes it from toolchains.
    pub system: bool,
    /// The first line of its `VERSION` now, or as it was registered.
    pub version: Option<String>,
    /// Its GOROOT.
    pub tree: PathBuf,
    /// Why it is not official.
    pub why: String,
    /// Whether it is unchanged since the registration.
    pub state: State,
}

/// Whether an installation is unchanged since its registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is.
    There,
    /// Its version has changed.
    Changed {
        /// What it said.
        before: Option<String>,
    },
    /// Its go command is gone.
    Vanished,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::There => f.write_str("runs in place"),
            State::Changed { before: Some(before) } => write!(f, "it was {before} when it was registered"),
            State::Changed { before: None } => f.write_str("it had no version when it was registered"),
            State::Vanished => f.write_str("it is gone"),
        }
    }
}

/// Why no registered installation can be run.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum ExternalGoError {
    /// None is registered.
    #[error("find a system Go: none is registered")]
    None,
    /// None is registered at that path.
    #[error("find a system Go at `{}`: none is registered there", path.display())]
    NotThere { path: PathBuf },
    /// It is gone.
    #[error("run the system Go at `{}`: its go command is gone", path.display())]
    Vanished { path: PathBuf },
    /// Several are registered.
    #[error("choose one of {} system Gos: {}", paths.len(), paths.join(", "))]
    Several {
        /// Their paths.
        paths: Vec<String>,
    },
    /// The registry cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for ExternalGoError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::None | Self::NotThere { .. } => Class::NotFound
                .word("system-not-registered")
                .hint("`goward import PATH` registers a Go that is not Go's own build"),
            Self::Vanished { path } => Class::NotFound
                .word("system-vanished")
                .hint(format!("`goward import --forget {}` takes it off the list", path.display())),
            Self::Several { .. } => Class::Usage
                .word("system-ambiguous")
                .hint("name one, as in `goward run system:/usr/lib/go -- go version`"),
            Self::Store(error) => error.diagnosis(),
        }
    }
}

/// The registered installations with their present state.
///
/// # Errors
/// When the registry cannot be read.
pub fn list(ctx: &Ctx) -> Result<Vec<ListedExternalGo>, StoreError> {
    let listed = |known: ExternalGo| {
        let now = version_line(&ctx.sys, &known.path).ok().map(|line| release::escaped(&line));
        let state = if !is_there(ctx, &known.path) {
            State::Vanished
        } else if now != known.version_line {
            State::Changed { before: known.version_line.clone() }
        } else {
            State::There
        };
        ListedExternalGo { system: true, version: now.or(known.version_line), tree: known.path, why: known.why, state }
    };
    Ok(ctx.store.external_gos()?.into_iter().map(listed).collect())
}

/// The installation to run: the one at `path`; else the only one that still exists; else the one whose `go` is on
/// `PATH`.
///
/// # Errors
/// When there is none, it is gone, or several could be meant.
pub fn choose(ctx: &Ctx, path: Option<&Path>) -> Result<ExternalGo, ExternalGoError> {
    let systems = ctx.store.external_gos()?;
    if let Some(path) = path {
        let real = ctx.sys.fs().resolve(path).unwrap_or_else(|_| path.to_owned());
        let known = systems.into_iter().find(|known| known.path == real || known.path == path);
        return known
            .map_or_else(|| Err(ExternalGoError::NotThere { path: path.to_owned() }), |known| there(ctx, known));
    }
    let present: Vec<&ExternalGo> = systems.iter().filter(|known| is_there(ctx, &known.path)).collect();
    match (present.as_slice(), systems.as_slice()) {
        ([one], _) => Ok((*one).clone()),
        ([], []) => Err(ExternalGoError::None),
        ([], [gone, ..]) => Err(ExternalGoError::Vanished { path: gone.path.clone() }),
        (several, _) => {
            let first = on_path(ctx).and_then(|root| several.iter().find(|known| known.path == root));
            let paths = || several.iter().map(|known| format!("`{}`", known.path.display())).collect();
            first.map(|known| (*known).clone()).ok_or_else(|| ExternalGoError::Several { paths: paths() })
        }
    }
}

fn there(ctx: &Ctx, known: ExternalGo) -> Result<ExternalGo, ExternalGoError> {
    if is_there(ctx, &known.path) { Ok(known) } else { Err(ExternalGoError::Vanished { path: known.path }) }
}

fn is_there(ctx: &Ctx, path: &Path) -> bool {
    let follow = |name: &str| matches!(ctx.sys.fs().follow(&path.join("bin").join(name)), Ok(Some(_)));
    follow("go") || follow("go.exe")
}

/// The GOROOT of the first `go` on `PATH` that is in a tree.
fn on_path(ctx: &Ctx) -> Option<PathBuf> {
    ctx.sys.env().search_path().iter().find_map(|folder| crate::find::root_of_program(&ctx.sys, folder))
}
