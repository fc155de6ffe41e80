//! `goward list`

use acquire::Sources;
use context::Ctx;
use diag::{Bytes, Speech};

use super::{CommandResult, handle_ctrl_c};
use crate::cli::ListArgs;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views::ToView;

pub(super) fn run(sources: &Sources, args: &ListArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    match (args.remote, args.disk) {
        (true, _) => remote(sources, args, speech),
        (false, true) => disk(ctx),
        (false, false) => local(ctx, speech),
    }
}

fn local(ctx: &Ctx, speech: &Speech) -> CommandResult {
    let list = engine::installed(ctx)?;
    let systems = adopt::external_go::list(ctx)?;
    if list.is_empty() && systems.is_empty() {
        speech.say("no toolchain is installed; `goward install latest` gets one");
    }
    let mut rows: Vec<Vec<String>> = list
        .iter()
        .map(|item| {
            vec![
                if item.is_default { "*".to_owned() } else { String::new() },
                item.toolchain.to_string(),
                item.bytes.map_or("size unknown".to_owned(), |bytes| Bytes(bytes).to_string()),
                match (&item.source, &item.evidence) {
                    (Some(source), Some(evidence)) if evidence.warning().is_some() => {
                        format!("from {source}, {evidence}")
                    }
                    (Some(source), _) => format!("from {source}"),
                    (None, _) => "record unreadable".to_owned(),
                },
                if item.system { "system store".to_owned() } else { String::new() },
                item.newer.as_ref().map_or(String::new(), |newer| format!("{newer} is newer")),
                item.support.to_string(),
                item.block.as_ref().map_or(String::new(), |block| format!("blocked: {}", block.told())),
                item.note.clone().unwrap_or_default(),
            ]
        })
        .collect();
    rows.extend(systems.iter().map(|item| {
        let version = item.version.as_deref().unwrap_or("version unknown");
        let place = item.tree.display().to_string();
        let state = item.state.to_string();
        vec![String::new(), format!("system {version}"), place, "not official".to_owned(), state]
    }));
    for item in &list {
        if let Some(warning) = item.evidence.as_ref().and_then(trust::Evidence::warning) {
            speech.warn(&format!(
                "{}: {warning}; `goward verify {}` asks Go's checksum database",
                item.toolchain, item.version
            ));
        }
    }
    let mut text = columns(&rows);
    if list.iter().any(|item| item.is_default) {
        text.push_str("* the default\n");
    }
    let view = view::List { toolchains: list.view(), external: systems.view() };
    Ok(Box::new(Rendered::new(view, text)))
}

fn disk(ctx: &Ctx) -> CommandResult {
    let uses = engine::disk_uses(ctx)?;
    let rows: Vec<Vec<String>> = uses
        .toolchains
        .iter()
        .map(|item| {
            let (own, shared) = (Bytes(item.bytes_own), Bytes(item.bytes_shared));
            vec![item.toolchain.to_string(), format!("{own} of its own"), format!("{shared} shared")]
        })
        .collect();
    let mut text = columns(&rows);
    text.push_str(&format!(
        "together {}; {} if nothing were shared\n",
        Bytes(uses.bytes_real),
        Bytes(uses.bytes_unshared)
    ));
    Ok(Box::new(Rendered::new(uses.view(), text)))
}

fn remote(sources: &Sources, args: &ListArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    handle_ctrl_c(ctx)?;
    let (source, list) = engine::available(sources, &ctx.platform, args.all)?;
    speech.say(&format!("{} versions for {} from {source}", list.len(), ctx.platform));
    let rows: Vec<Vec<String>> = list
        .iter()
        .map(|item| {
            let installed = if item.installed { "installed" } else { "" };
            vec![item.version.tag(), installed.to_owned(), item.support.to_string()]
        })
        .collect();
    let text = columns(&rows);
    let view = view::ListRemote { source, platform: ctx.platform.view(), versions: list.view() };
    Ok(Box::new(Rendered::new(view, text)))
}
