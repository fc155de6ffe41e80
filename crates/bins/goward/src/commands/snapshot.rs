//! `goward snapshot`

use std::path::Path;

use acquire::Sources;
use context::Ctx;
use diag::Bytes;
use graph::{GraphFileError, ModuleGraph};
use snapshot::{csv_of, differences};
use snapshots::{Listed, Order, Pruned, RestorePlan, Shared, SnapshotError};
use view::{Snapshot, SnapshotRemoved};

use super::{CommandResult, handle_ctrl_c};
use crate::cli::{
    SnapshotArgs, SnapshotCommand, SnapshotCreateArgs, SnapshotDiffArgs, SnapshotFormat, SnapshotRestoreArgs,
    SnapshotShowArgs, SnapshotVerifyArgs,
};
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views::ToView;

/// The exit code of a check that found something.
const FOUND: u8 = 9;

pub(super) fn run(sources: &Sources, args: &SnapshotArgs) -> CommandResult {
    let ctx = sources.ctx();
    match &args.command {
        SnapshotCommand::Create(args) => create(ctx, args),
        SnapshotCommand::List(_) => list(ctx),
        SnapshotCommand::Show(args) => show(ctx, args),
        SnapshotCommand::Diff(args) => diff(ctx, args),
        SnapshotCommand::Verify(args) => verify(ctx, args),
        SnapshotCommand::Restore(args) => restore(sources, args),
        SnapshotCommand::Protect(args) => {
            let snapshot = snapshots::found(ctx, &args.id)?;
            let wait_max = ctx.settings.seconds(context::settings::keys::LOCK_WAIT_SECONDS);
            let changed = ctx.store.protect_snapshot(&snapshot.id, !args.off, wait_max)?;
            let word = if args.off { "may expire" } else { "is protected" };
            let already = if changed { "" } else { " already" };
            let view = view::SnapshotProtect { id: snapshot.id.to_string(), is_protected: !args.off, changed };
            Ok(Box::new(Rendered::new(view, format!("{} {word}{already}\n", snapshot.id))))
        }
        SnapshotCommand::Delete(args) => Ok(pruned(ctx, &snapshots::delete(ctx, &args.id)?, false)),
        SnapshotCommand::Prune(args) => Ok(pruned(ctx, &snapshots::prune(ctx, args.dry_run)?, args.dry_run)),
        SnapshotCommand::Push(args) => {
            handle_ctrl_c(ctx)?;
            let all = match &args.id {
                Some(id) => vec![snapshots::found(ctx, id)?],
                None => snapshots::list(ctx)?.0.into_iter().map(|listed| listed.snapshot).collect(),
            };
            Ok(shared(&snapshots::push(ctx, &all)?, "wrote"))
        }
        SnapshotCommand::Pull(_) => {
            handle_ctrl_c(ctx)?;
            Ok(shared(&snapshots::pull(ctx)?, "took"))
        }
    }
}

fn create(ctx: &Ctx, args: &SnapshotCreateArgs) -> CommandResult {
    handle_ctrl_c(ctx)?;
    let order = Order {
        request: args.request.clone(),
        label: args.label.clone(),
        context: args.context.clone(),
        project: args.project.clone().or_else(|| args.graph.then(|| ".".into())),
        graph: args.graph,
        protect: args.protect,
        ttl: args.ttl,
        rehash: args.rehash,
        output: args.output.clone(),
    };
    let created = snapshots::create(ctx, &order)?;
    let mut text = format!("{}\n", created.snapshot.id);
    if let Some(copy) = &created.copy {
        text.push_str(&format!("  a copy with all files: {}\n", copy.display()));
    }
    for note in &created.notes {
        text.push_str(&format!("  note: {note}\n"));
    }
    text.push_str(&removed_text(&created.pruned, "expired and gone"));
    let view = view::SnapshotCreate {
        path: created.snapshot.path.view(),
        snapshot: created.snapshot.content,
        copy_path: created.copy.as_ref().map(ToView::view),
        snapshots_removed: removed(&created.pruned),
        bytes_freed: created.pruned.bytes_freed,
        notes: created.notes,
    };
    Ok(Box::new(Rendered::new(view, text)))
}

fn list(ctx: &Ctx) -> CommandResult {
    let (listed, unreadable) = snapshots::list(ctx)?;
    let row = |one: &Listed| {
        let content = &one.snapshot.content;
        let life = match (one.snapshot.is_protected, one.expires_unix_nanos) {
            (true, _) => "protected".to_owned(),
            (_, None) => "kept for ever".to_owned(),
            (_, Some(at)) => format!("until {}", release::utc_text(at).split('T').next().unwrap_or_default()),
        };
        let mark = if one.is_in_use { "*" } else { "" };
        let toolchain = content.toolchain.clone().unwrap_or_else(|| "no toolchain".to_owned());
        vec![mark.to_owned(), one.snapshot.id.to_string(), toolchain, life]
    };
    let mut text = columns(&listed.iter().map(row).collect::<Vec<_>>());
    if listed.is_empty() && unreadable.is_empty() {
        text.push_str("there is no snapshot; `goward snapshot create` makes one\n");
    }
    for (path, reason) in &unreadable {
        text.push_str(&format!("cannot be read: {path}: {reason}\n"));
    }
    let one = |one: &Listed| {
        let content = &one.snapshot.content;
        view::ListedSnapshot {
            id: one.snapshot.id.to_string(),
            label: content.label.clone(),
            context: content.context.clone(),
            taken: content.taken.clone(),
            expires: one.expires_unix_nanos.map(release::utc_text),
            is_protected: one.snapshot.is_protected,
            is_in_use: one.is_in_use,
            toolchain: content.toolchain.clone(),
            bytes: one.snapshot.bytes,
        }
    };
    let remark = |(path, message): &(String, String)| view::Remark {
        path: Some(path.clone()),
        line: None,
        message: message.clone(),
    };
    let view = view::SnapshotList {
        snapshots: listed.iter().map(one).collect(),
        unreadable: unreadable.iter().map(remark).collect(),
    };
    Ok(Box::new(Rendered::new(view, text)))
}

/// A snapshot of the store with its files, or a file.
fn named(ctx: &Ctx, name: &str) -> Result<Snapshot, SnapshotError> {
    if is_path(name) {
        return snapshots::read_file(ctx, &ctx.sys.env().folder().join(name));
    }
    let snapshot = snapshots::found(ctx, name)?;
    snapshots::with_files(ctx, &snapshot.content)
}

/// Whether a name is that of a file, not the id of a snapshot.
fn is_path(name: &str) -> bool {
    name.contains(std::path::is_separator) || name.ends_with(".json")
}

/// A module graph that was recorded: by a snapshot of the store, in the file of a snapshot, or by `goward graph --save`.
pub(super) fn recorded_graph(ctx: &Ctx, name: &str) -> Result<ModuleGraph, Failure> {
    let path = Path::new(name);
    let is_there = || ctx.sys.fs().look(&ctx.sys.env().folder().join(path)).is_ok_and(|meta| meta.is_some());
    let snapshot = match is_path(name) || is_there() {
        false => snapshots::found(ctx, name)?.content,
        true => match graph::parse_file(&ctx.sys, path) {
            Err(GraphFileError::OtherForm { schema, .. }) if schema.starts_with("goward.snapshot/") => {
                snapshots::read_file(ctx, &ctx.sys.env().folder().join(path))?
            }
            read => return Ok(read?),
        },
    };
    let recorded = snapshot.project_state.and_then(|state| state.module_graph);
    let recorded = recorded.ok_or_else(|| SnapshotError::NoGraph { id: snapshot.id.clone() })?;
    let damaged = |reason| SnapshotError::File { path: path.to_owned(), reason };
    Ok(ModuleGraph::try_from(recorded).map_err(damaged)?)
}

fn show(ctx: &Ctx, args: &SnapshotShowArgs) -> CommandResult {
    let mut snapshot = named(ctx, &args.id)?;
    let text = match args.format {
        SnapshotFormat::Json => String::from_utf8_lossy(&snapshot::encode(&mut snapshot)).into_owned(),
        SnapshotFormat::Csv => csv_of(&snapshot),
        SnapshotFormat::Text => shown(&snapshot),
    };
    let rendered = Rendered::new(snapshot, text);
    Ok(match args.format {
        SnapshotFormat::Text => Box::new(rendered),
        SnapshotFormat::Json | SnapshotFormat::Csv => Box::new(rendered.exact()),
    })
}

fn shown(snapshot: &Snapshot) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, value: Option<String>| rows.extend(value.map(|value| (name.to_owned(), value)));
    let taken = format!("{} on {}", snapshot.taken, snapshot.author.host.as_deref().unwrap_or(&snapshot.platform));
    row("label", Some(snapshot.label.clone()));
    row("taken", Some(taken));
    row("context", Some(snapshot.context.clone()));
    row("kept", Some(snapshot.retention.clone()));
    row("reason", snapshot.author.reason.clone());
    row("toolchain", snapshot.toolchain.clone());
    if let Some(state) = &snapshot.tree_state {
        let built = state.version_time.as_ref().map(|time| format!(", built {time}")).unwrap_or_default();
        row("VERSION", state.version_line.as_ref().map(|line| format!("{line}{built}")));
        let how = if state.rehashed { "hashed for it" } else { "as installed" };
        let size = Bytes(state.bytes_unpacked);
        row("files", Some(format!("{} ({size}), {how}, manifest {}", state.files_count, state.manifest_sha256)));
        for (name, list) in
            [("changed", &state.files_changed), ("missing", &state.files_removed), ("added", &state.files_added)]
        {
            row(name, (!list.is_empty()).then(|| list.join(", ")));
        }
        row("source", state.source.clone());
        row("archive", state.fingerprint.clone());
        for witness in &state.vouched_by {
            row("vouched", Some(witness.clone()));
        }
        for program in &state.programs {
            let built = program.built_with.as_deref().unwrap_or("no build information");
            row(
                "program",
                Some(format!(
                    "{} ({}, {built}, signature: {})",
                    program.path, program.executable_form, program.signature
                )),
            );
        }
    }
    let generation = snapshot.generation.map(|number| format!(" (generation {number})")).unwrap_or_default();
    row("default", snapshot.default_toolchain.as_ref().map(|default| format!("{default}{generation}")));
    let installed: Vec<&str> = snapshot.toolchains.iter().map(|one| one.toolchain.as_str()).collect();
    row("installed", (!installed.is_empty()).then(|| installed.join(", ")));
    if let Some(project) = &snapshot.project_state {
        let dirty = if project.is_dirty == Some(true) { ", with changes" } else { "" };
        let commit = project.commit.as_ref().map(|commit| format!(" at {commit}{dirty}")).unwrap_or_default();
        row("project", Some(format!("{}{commit}", project.folder)));
        for file in &project.project_files {
            row("file", Some(format!("{} {}", file.path, file.sha256)));
        }
        let told = |graph: &view::Graph| format!("{} modules, {} edges", graph.modules.len(), graph.edges.len());
        row("graph", project.module_graph.as_ref().map(told));
    }
    for setting in &snapshot.settings_set {
        row("setting", Some(format!("{} = {}", setting.key, setting.value)));
    }
    for variable in &snapshot.go_variables {
        row("variable", Some(format!("{}={} ({})", variable.name, variable.value, variable.rule)));
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name, value]).collect();
    format!("{}\n{}", snapshot.id, columns(&rows))
}

fn diff(ctx: &Ctx, args: &SnapshotDiffArgs) -> CommandResult {
    let (from, to) = (named(ctx, &args.from)?, named(ctx, &args.to)?);
    let (found, ignored) = differences(&from, &to, &args.ignore);
    let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|one| vec![one.area.clone(), one.name.clone(), cell(&one.before), "→".to_owned(), cell(&one.after)])
        .collect();
    let mut text = columns(&rows);
    if found.is_empty() {
        text.push_str("no difference\n");
    }
    if ignored > 0 {
        text.push_str(&format!("{ignored} differences were ignored\n"));
    }
    let code = if found.is_empty() { 0 } else { FOUND };
    let view = view::SnapshotDiff { from: from.id, to: to.id, snapshot_differences: found, ignored_count: ignored };
    Ok(Box::new(Rendered::new(view, text).ending_with(code)))
}

fn verify(ctx: &Ctx, args: &SnapshotVerifyArgs) -> CommandResult {
    handle_ctrl_c(ctx)?;
    let mut checks = Vec::new();
    let (listed, unreadable) = snapshots::list(ctx)?;
    let wanted = match &args.id {
        Some(id) => vec![snapshots::found(ctx, id)?],
        None if args.all => {
            for (path, message) in &unreadable {
                let id = std::path::Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let subject = "record".to_owned();
                checks.push(view::SnapshotCheck { id, subject, good: false, message: message.clone() });
            }
            listed.into_iter().map(|one| one.snapshot).collect()
        }
        None => listed.into_iter().next_back().map(|one| one.snapshot).into_iter().collect(),
    };
    for snapshot in &wanted {
        checks.extend(snapshots::verify(ctx, snapshot)?);
    }
    let rows: Vec<Vec<String>> = checks
        .iter()
        .map(|check| {
            let word = if check.good { "good" } else { "WRONG" };
            vec![word.to_owned(), check.id.clone(), check.subject.clone(), check.message.clone()]
        })
        .collect();
    let mut text = columns(&rows);
    if checks.is_empty() {
        text.push_str("there is no snapshot to check\n");
    }
    let is_good = checks.iter().all(|check| check.good);
    let code = if is_good { 0 } else { diag::Class::Integrity.exit_code() };
    Ok(Box::new(Rendered::new(view::SnapshotVerify { snapshot_checks: checks }, text).ending_with(code)))
}

fn restore(sources: &Sources, args: &SnapshotRestoreArgs) -> CommandResult {
    let ctx = sources.ctx();
    handle_ctrl_c(ctx)?;
    let snapshot = snapshots::found(ctx, &args.id)?;
    let plan = snapshots::plan_restore(sources, &snapshot)?;
    let restored = match args.dry_run {
        true => None,
        false => Some(snapshots::apply(sources, &plan)?),
    };
    let would = if args.dry_run { "would be" } else { "is" };
    let mut text = String::new();
    for fetch in &plan.fetch {
        let word = if args.dry_run { "would be installed" } else { "installed" };
        text.push_str(&format!("{} {word}\n", fetch.toolchain));
    }
    if let Some(default) = &plan.default {
        let before = plan.before.as_ref().map(|before| format!(", {} was before", before.version().tag()));
        text.push_str(&format!("{} {would} the default{}\n", default.version().tag(), before.unwrap_or_default()));
    }
    for change in plan.pins.iter().chain(&plan.config) {
        text.push_str(&format!("{} {would} as it was\n", change.path.display()));
    }
    for key in &plan.keys {
        text.push_str(&format!("  setting {key}\n"));
    }
    for note in &plan.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    text.push_str(match (&restored, is_nothing(&plan)) {
        (_, true) => "everything is as recorded\n",
        (Some(_), false) => "`goward undo` takes this back\n",
        (None, false) => "",
    });
    let view = view::SnapshotRestore {
        id: plan.id.clone(),
        dry_run: args.dry_run,
        fetched: plan.fetch.iter().map(|one| one.toolchain.to_string()).collect(),
        becomes: plan.default.as_ref().map(ToString::to_string),
        before: plan.before.as_ref().map(ToString::to_string),
        files_changed: plan.pins.iter().chain(&plan.config).map(|change| change.path.view()).collect(),
        keys_changed: plan.keys.clone(),
        change: restored.as_ref().and_then(|restored| restored.change.clone()),
        generation: restored.as_ref().and_then(|restored| restored.generation),
        notes: plan.notes.clone(),
    };
    Ok(Box::new(Rendered::new(view, text)))
}

fn is_nothing(plan: &RestorePlan) -> bool {
    plan.fetch.is_empty() && plan.default.is_none() && plan.pins.is_empty() && plan.config.is_none()
}

fn removed(pruned: &Pruned) -> Vec<SnapshotRemoved> {
    let one = |(id, cause): &(String, &str)| SnapshotRemoved { id: id.clone(), cause: (*cause).to_owned() };
    pruned.snapshots.iter().map(one).collect()
}

fn removed_text(pruned: &Pruned, word: &str) -> String {
    pruned.snapshots.iter().map(|(id, cause)| format!("  {word}: {id} ({cause})\n")).collect()
}

fn pruned(ctx: &Ctx, pruned: &Pruned, dry_run: bool) -> Box<dyn crate::outcome::Outcome> {
    let word = if dry_run { "would go" } else { "gone" };
    let mut text = removed_text(pruned, word);
    for other in &pruned.others {
        text.push_str(&format!("  {word}: {other}\n"));
    }
    match (pruned.snapshots.is_empty() && pruned.others.is_empty(), dry_run) {
        (true, _) => text.push_str("nothing has to go\n"),
        (false, false) => text.push_str(&format!("{} are free again\n", Bytes(pruned.bytes_freed))),
        (false, true) => {}
    }
    let view = view::SnapshotPrune {
        dry_run,
        snapshots_removed: removed(pruned),
        removed: pruned.others.clone(),
        bytes_freed: pruned.bytes_freed,
        disk_percent: snapshots::fullness(ctx).map(|full| full.percent),
    };
    Box::new(Rendered::new(view, text))
}

fn shared(shared: &Shared, word: &str) -> Box<dyn crate::outcome::Outcome> {
    let mut text = String::new();
    for id in &shared.ids {
        text.push_str(&format!("{word} {id}\n"));
    }
    if shared.ids.is_empty() {
        text.push_str("nothing is new\n");
    }
    if let Some(commit) = &shared.commit {
        text.push_str(&format!("commit {commit} in {}\n", shared.folder.display()));
    }
    for (path, reason) in &shared.unreadable {
        text.push_str(&format!("not taken: {}: {reason}\n", path.display()));
    }
    for note in &shared.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    let remark = |(path, message): &(std::path::PathBuf, String)| view::Remark {
        path: Some(path.view()),
        line: None,
        message: message.clone(),
    };
    let view = view::SnapshotSync {
        folder: shared.folder.view(),
        ids: shared.ids.clone(),
        commit: shared.commit.clone(),
        is_remote: shared.is_remote,
        unreadable: shared.unreadable.iter().map(remark).collect(),
        notes: shared.notes.clone(),
    };
    let code = if shared.unreadable.is_empty() { 0 } else { diag::Class::Integrity.exit_code() };
    Box::new(Rendered::new(view, text).ending_with(code))
}
