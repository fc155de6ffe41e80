//! `goward which`

use std::ffi::OsString;

use context::Ctx;
use diag::Speech;
use serde_json::json;

use super::Done;
use super::ensure::{asked, remember, say_passed_over};
use crate::cli::WhichArgs;
use crate::failure::Failure;
use crate::outcome::Worded;

pub(super) fn run(ctx: &Ctx, args: &WhichArgs, speech: &Speech) -> Done {
    let choice = resolve::choose(ctx, None)?;
    say_passed_over(&choice, speech);
    let Some(toolchain) = choice.toolchain.clone() else {
        return Err(asked(&choice, Failure::NotInstalled { request: choice.request.to_string() }));
    };
    remember(ctx, &choice);
    let launch = resolve::plan_launch(ctx, toolchain, None, &[OsString::from(&args.program)])?;
    let path = launch.command.program().to_owned();
    let mut text = format!("{}\n", path.display());
    if args.explain {
        text.push_str(&choice.explanation());
    }
    let mut value = choice.json();
    value["program"] = json!(path);
    let worded = Worded::new(value, text);
    // With reasons, the output is for people.
    Ok(Box::new(if args.explain { worded } else { worded.exact() }))
}
