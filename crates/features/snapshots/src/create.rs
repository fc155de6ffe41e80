//! Makes a snapshot.

use std::path::PathBuf;

use context::Ctx;
use context::settings::keys;
use release::Request;
use snapshot::{Ttl, ci_context};
use store::{NewSnapshot, StoredSnapshot};
use view::{ProjectState, Snapshot};

use crate::collect;
use crate::disk::{self, is_stopped};
use crate::error::SnapshotError;
use crate::git::{self, CheckedOut};
use crate::keep::{Pruned, sweep};

/// What a snapshot is to be of.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// The toolchain; where there is no request, the one that runs in the folder.
    pub request: Option<Request>,
    /// The label; by default what Git says of the project, else the toolchain's tag.
    pub label: Option<String>,
    /// The context; by default the CI job and the commit, else `local`.
    pub context: Option<String>,
    /// The project's folder; without one no project is recorded.
    pub project: Option<PathBuf>,
    /// Whether the go command is asked for the project's module graph.
    pub graph: bool,
    /// Whether it never expires.
    pub protect: bool,
    /// How long it is kept; by default as `snapshot.ttl` says.
    pub ttl: Option<Ttl>,
    /// Whether every file of the tree is read and hashed.
    pub rehash: bool,
    /// A file for a copy with all files.
    pub output: Option<PathBuf>,
}

/// A new snapshot.
#[derive(Debug)]
pub struct Created {
    /// The snapshot in the store.
    pub snapshot: StoredSnapshot,
    /// The copy with all files.
    pub copy: Option<PathBuf>,
    /// What had expired, and is gone.
    pub pruned: Pruned,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Makes a snapshot. Runs nothing of the toolchain or the project, except for [`Order::graph`], which only the go command
/// can tell. Snapshots that have expired go afterwards.
///
/// # Errors
/// When the toolchain is not installed, the disk is too full, the store or the project cannot be read, or the go command
/// does not tell the graph; then there is no new snapshot.
pub fn create(ctx: &Ctx, order: &Order) -> Result<Created, SnapshotError> {
    context::recover(ctx);
    if let Some(full) = is_stopped(ctx)? {
        return Err(SnapshotError::DiskHigh {
            home: ctx.store.layout().home().to_owned(),
            percent: full.percent,
            limit: disk::thresholds(ctx).stop_percent,
            bytes_free: full.bytes_free,
        });
    }
    let mut notes = Vec::new();
    let working = ctx.sys.env().folder().to_owned();
    let folder = match &order.project {
        Some(folder) => {
            let folder = working.join(folder);
            let failed = |reason: String| SnapshotError::Project { folder: folder.clone(), reason };
            ctx.sys.fs().resolve(&folder).map_err(|error| failed(error.to_string()))?
        }
        None => working,
    };
    let choice = resolve::choose_in(ctx, &folder, order.request.as_ref());
    let choice = match (choice, &order.request) {
        (Ok(choice), _) => Some(choice),
        (Err(error), Some(_)) => return Err(error.into()),
        // A machine without a default is a state, too.
        (Err(error), None) => {
            notes.push(format!("no toolchain is chosen here: {}", diag::error_chain(&error)));
            None
        }
    };
    let toolchain = choice.as_ref().and_then(|choice| choice.toolchain.clone());
    if let (None, Some(request)) = (&toolchain, &order.request) {
        return Err(SnapshotError::NotInstalled { request: request.to_string() });
    }
    // What Git says is the default label, and a part of a project's state.
    let git = match order.project.is_some() || order.label.is_none() {
        true => git::checked_out(ctx, &folder),
        false => CheckedOut::default(),
    };
    let mut tree_state = None;
    let mut manifest_of = None;
    if let Some(toolchain) = &toolchain {
        let manifest = ctx.store.manifest(&toolchain.id)?;
        let sha256 = ctx.store.record(&toolchain.id)?.manifest_sha256;
        tree_state = Some(collect::tree_state(ctx, toolchain, &manifest, &sha256, order.rehash)?);
        manifest_of = Some((toolchain.id.clone(), sha256));
    }
    let project_state = match &order.project {
        Some(_) => {
            notes.extend(git.note.clone());
            let module_graph = match (order.graph, &toolchain) {
                (false, _) => None,
                (true, None) => return Err(SnapshotError::NoGoToAsk { folder }),
                (true, Some(toolchain)) => Some((&graph::read(ctx, &folder, toolchain, None)?).into()),
            };
            Some(ProjectState { module_graph, ..collect::project(ctx, &folder, &git)? })
        }
        None => None,
    };
    let ttl = match order.ttl {
        Some(ttl) => ttl,
        None => ctx.settings.text(keys::SNAPSHOT_TTL).unwrap_or("forever").parse()?,
    };
    let current = ctx.store.current_if_readable();
    let tag = toolchain.as_ref().map(|toolchain| toolchain.id.version().tag());
    let label = order.label.clone().or(git.label.clone()).or(tag).unwrap_or_default();
    let context = match &order.context {
        Some(context) => context.clone(),
        None => ci_context(|name| ctx.sys.env().var(name).map(str::to_owned)).text,
    };
    let host = sys::Host::this();
    let content = Snapshot {
        id: String::new(),
        label: String::new(),
        context: String::new(),
        taken: String::new(),
        unix_nanos: 0,
        retention: ttl.to_string(),
        ttl_seconds: ttl.seconds(),
        made_by: format!("goward {}", env!("CARGO_PKG_VERSION")),
        author: collect::author(ctx),
        platform: release::Platform::from_rust(host.os, host.arch)
            .map_or_else(|_| format!("{}/{}", host.os, host.arch), |platform| platform.to_string()),
        toolchain: toolchain.as_ref().map(|toolchain| toolchain.id.to_string()),
        tree_state,
        generation: current.as_ref().map(|current| current.number),
        default_toolchain: current.as_ref().map(|current| current.toolchain.to_string()),
        toolchains: collect::toolchains(ctx)?,
        go_variables: toolchain
            .map(|toolchain| collect::variables(ctx, toolchain, choice.as_ref()))
            .unwrap_or_default(),
        settings_set: collect::settings(ctx),
        project_state,
        tree_files: Vec::new(),
        content_sha256: String::new(),
    };
    let new = NewSnapshot { label, context, content, manifest: manifest_of, is_protected: order.protect };
    let stored = ctx.store.add_snapshot(new, ctx.settings.seconds(keys::LOCK_WAIT_SECONDS))?;
    let copy = match &order.output {
        Some(path) => Some(write_copy(ctx, &stored, path)?),
        None => None,
    };
    let pruned = sweep(ctx)?;
    Ok(Created { snapshot: stored, copy, pruned, notes })
}

/// Writes the copy with all files.
fn write_copy(ctx: &Ctx, stored: &StoredSnapshot, path: &std::path::Path) -> Result<PathBuf, SnapshotError> {
    let path = ctx.sys.env().folder().join(path);
    let mut full = crate::with_files(ctx, &stored.content)?;
    let bytes = snapshot::encode(&mut full);
    let failed = |error: std::io::Error| SnapshotError::File { path: path.clone(), reason: error.to_string() };
    ctx.sys.fs().rewrite(&path, &bytes).map_err(failed)?;
    Ok(path)
}
