//! `goward graph`

use std::path::{Path, PathBuf};

use acquire::Sources;
use context::Ctx;
use diag::{Class, Speech};
use graph::{Difference, Module, ModuleGraph};

use super::ensure::{ensure_chosen, remember};
use super::snapshot::recorded_graph;
use super::{CommandResult, handle_ctrl_c};
use crate::cli::{GraphArgs, GraphCommand, GraphDiffArgs, GraphFormat};
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views::{ToView, number};

pub(super) fn run(sources: &Sources, args: &GraphArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    handle_ctrl_c(ctx)?;
    match &args.command {
        Some(GraphCommand::Diff(args)) => return diff(ctx, args, speech),
        Some(GraphCommand::Why(args)) => return why(ctx, &args.module, speech),
        None => {}
    }
    let folder = args.folder.clone().unwrap_or_default();
    let graph = read(ctx, &folder, speech)?;
    if let Some(path) = &args.save {
        let path = ctx.sys.env().folder().join(path);
        let written = ctx.sys.fs().rewrite(&path, graph::to_json(&graph).as_bytes());
        written.map_err(|cause| Failure::Write { path: path.clone(), cause })?;
        let text = format!("wrote {} ({} modules)\n", path.display(), graph.modules.len());
        let view = view::GraphSaved { path: path.view(), module_count: number(graph.modules.len()) };
        return Ok(Box::new(Rendered::new(view, text)));
    }
    let count = args.count.unwrap_or(usize::MAX);
    let text = match args.format {
        GraphFormat::Text => listed(&graph, count, speech),
        GraphFormat::Json => graph::to_json(&graph),
        GraphFormat::Mermaid => mermaid(&edges(&graph, count)),
        GraphFormat::Dot => dot(&edges(&graph, count)),
    };
    let rendered = Rendered::new(graph.view(), text);
    Ok(Box::new(if args.format == GraphFormat::Text { rendered } else { rendered.exact() }))
}

/// The graph of the project in a folder, with the Go that runs there.
fn read(ctx: &Ctx, folder: &Path, speech: &Speech) -> Result<ModuleGraph, Failure> {
    let named = ctx.sys.env().folder().join(folder);
    // The go command has another name for a folder behind a link.
    let folder = if folder.as_os_str().is_empty() { named } else { resolved(ctx, named)? };
    let at = ctx.derive(|same| same.folder(folder.clone()))?;
    let (toolchain, choice) = ensure_chosen(&engine::sources(&at), None, speech)?;
    remember(&at, &choice);
    Ok(graph::read(&at, &folder, &toolchain, None)?)
}

fn resolved(ctx: &Ctx, folder: PathBuf) -> Result<PathBuf, Failure> {
    ctx.sys.fs().resolve(&folder).map_err(|cause| Failure::Folder { path: folder, cause })
}

fn listed(graph: &ModuleGraph, count: usize, speech: &Speech) -> String {
    let shown = graph.modules.iter().take(count);
    let row = |module: &Module| {
        let replacement = module.replacement.as_ref().map_or(String::new(), |one| match &one.version {
            Some(version) => format!("=> {}@{version}", one.path),
            None => format!("=> {}", one.path),
        });
        vec![
            module.path.clone(),
            module.version.clone().unwrap_or_else(|| "(main)".to_owned()),
            replacement,
            module.sum.clone().unwrap_or_default(),
            if module.is_indirect { "indirect".to_owned() } else { String::new() },
        ]
    };
    let more = graph.modules.len().saturating_sub(count);
    if more > 0 {
        speech.say(&format!("{more} more modules; without `-n` all are shown"));
    }
    columns(&shown.map(row).collect::<Vec<_>>())
}

/// The edges among the first so many modules.
fn edges(graph: &ModuleGraph, count: usize) -> Vec<(String, String)> {
    let names: std::collections::BTreeSet<String> = graph.modules.iter().take(count).map(Module::name).collect();
    let is_shown = |name: &str| count == usize::MAX || names.contains(name);
    let shown = graph.edges.iter().filter(|edge| is_shown(&edge.from) && is_shown(&edge.to));
    shown.map(|edge| (edge.from.clone(), edge.to.clone())).collect()
}

/// A diagram for Markdown. A name has no quote (`graph` refuses one), so it cannot end its own.
fn mermaid(edges: &[(String, String)]) -> String {
    let mut names: Vec<&String> = edges.iter().flat_map(|(from, to)| [from, to]).collect();
    names.sort();
    names.dedup();
    let at = |name: &String| names.binary_search(&name).unwrap_or_default();
    let mut text = "graph LR\n".to_owned();
    for (index, name) in names.iter().enumerate() {
        text.push_str(&format!("  m{index}[\"{name}\"]\n"));
    }
    for (from, to) in edges {
        text.push_str(&format!("  m{} --> m{}\n", at(from), at(to)));
    }
    text
}

/// A diagram for Graphviz.
fn dot(edges: &[(String, String)]) -> String {
    let mut text = "digraph modules {\n  rankdir=LR;\n".to_owned();
    for (from, to) in edges {
        text.push_str(&format!("  \"{from}\" -> \"{to}\";\n"));
    }
    text.push_str("}\n");
    text
}

fn diff(ctx: &Ctx, args: &GraphDiffArgs, speech: &Speech) -> CommandResult {
    let before = recorded_graph(ctx, &args.before)?;
    let after = match &args.after {
        Some(name) => recorded_graph(ctx, name)?,
        None => read(ctx, Path::new(""), speech)?,
    };
    let difference = graph::diff(&before, &after);
    let code = if difference.is_nothing() { 0 } else { Class::Findings.exit_code() };
    let text = match args.format {
        GraphFormat::Text => told(&difference),
        GraphFormat::Json => format!("{}\n", serde_json::to_string_pretty(&difference.view()).unwrap_or_default()),
        GraphFormat::Mermaid => mermaid_of(&difference),
        GraphFormat::Dot => {
            dot(&difference.edges_added.iter().map(|edge| (edge.from.clone(), edge.to.clone())).collect::<Vec<_>>())
        }
    };
    let rendered = Rendered::new(difference.view(), text).ending_with(code);
    Ok(Box::new(if args.format == GraphFormat::Text { rendered } else { rendered.exact() }))
}

fn told(difference: &Difference) -> String {
    if difference.is_nothing() {
        return "equal\n".to_owned();
    }
    let mut text = String::new();
    difference.added.iter().for_each(|module| text.push_str(&format!("added    {}\n", module.name())));
    difference.removed.iter().for_each(|module| text.push_str(&format!("removed  {}\n", module.name())));
    for moved in &difference.moved {
        text.push_str(&format!("moved    {}: {}\n", moved.before.path, moved.changes().join(", ")));
    }
    let edge = |mark: &str, edge: &graph::Edge| format!("edge {mark}   {} -> {}\n", edge.from, edge.to);
    difference.edges_added.iter().for_each(|one| text.push_str(&edge("+", one)));
    difference.edges_removed.iter().for_each(|one| text.push_str(&edge("-", one)));
    text
}

/// The edges that differ: new ones thick, gone ones dotted.
fn mermaid_of(difference: &Difference) -> String {
    let all: Vec<(String, String)> = difference
        .edges_added
        .iter()
        .chain(&difference.edges_removed)
        .map(|edge| (edge.from.clone(), edge.to.clone()))
        .collect();
    let gone: std::collections::BTreeSet<&graph::Edge> = difference.edges_removed.iter().collect();
    let mut text = String::new();
    let drawn = mermaid(&all);
    let (nodes, arrows): (Vec<&str>, Vec<&str>) = drawn.lines().partition(|line| !line.contains(" --> "));
    nodes.iter().for_each(|line| text.push_str(&format!("{line}\n")));
    for (line, (from, to)) in arrows.iter().zip(&all) {
        let is_gone = gone.contains(&graph::Edge { from: from.clone(), to: to.clone() });
        text.push_str(&line.replace("-->", if is_gone { "-.->" } else { "==>" }));
        text.push('\n');
    }
    text
}

fn why(ctx: &Ctx, module: &str, speech: &Speech) -> CommandResult {
    let graph = read(ctx, Path::new(""), speech)?;
    let chain = graph::way(&graph, module).ok_or_else(|| Failure::NoWay { module: module.to_owned() })?;
    let text = chain.iter().map(|step| format!("{step}\n")).collect();
    Ok(Box::new(Rendered::new(view::GraphWhy { module: module.to_owned(), chain }, text)))
}
