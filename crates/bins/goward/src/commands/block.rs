//! `goward block` and `goward unblock`

use context::Ctx;
use diag::Speech;
use engine::ListedBlock;
use release::Version;

use super::CommandResult;
use crate::cli::{BlockArgs, UnblockArgs};
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views::{self, ToView};

pub(super) fn run(ctx: &Ctx, args: &BlockArgs, speech: &Speech) -> CommandResult {
    let Some(version) = &args.version else { return list(ctx, speech) };
    let now = ctx.sys.clock().unix_seconds();
    let until = args.until.map(|until| until.unix_seconds(now));
    let blocked = engine::block(ctx, version, until)?;
    let block = &blocked.change.block;
    let mut text = format!("{} is blocked: {}\n", version.tag(), block.told());
    if let Some(before) = &blocked.change.before {
        text.push_str(&format!("  before: {}\n", before.told()));
    }
    let advice = if blocked.is_default { default_advice(version) } else { Vec::new() };
    advice.iter().for_each(|line| speech.warn(line));
    let view = views::block_change(&blocked.change, false, now, &advice);
    Ok(Box::new(Rendered::new(view, text)))
}

pub(super) fn unblock(ctx: &Ctx, args: &UnblockArgs) -> CommandResult {
    let lifted = engine::unblock(ctx, &args.version)?;
    let text = format!("{} is no longer blocked; before: {}\n", args.version.tag(), lifted.block.told());
    let view = views::block_change(&lifted, true, ctx.sys.clock().unix_seconds(), &[]);
    Ok(Box::new(Rendered::new(view, text)))
}

/// What a block of the default means, and what to do.
fn default_advice(version: &Version) -> Vec<String> {
    let tag = version.tag();
    vec![
        format!(
            "{tag} is the default: the shims and `goward run` refuse it now; programs that go through `current/go` or call its \
             tree by its path are not stopped"
        ),
        "`goward rollback` goes back to the default before it, `goward use VERSION` sets another".to_owned(),
    ]
}

fn list(ctx: &Ctx, speech: &Speech) -> CommandResult {
    let blocks = engine::blocks(ctx)?;
    if blocks.is_empty() {
        speech.say("no version is blocked");
    }
    let row = |listed: &ListedBlock| {
        let state = if listed.counts { "blocked" } else { "has run out" };
        vec![listed.block.version.tag(), state.to_owned(), listed.block.told()]
    };
    let text = columns(&blocks.iter().map(row).collect::<Vec<_>>());
    Ok(Box::new(Rendered::new(view::BlockList { blocks: blocks.view() }, text)))
}
