//! `goward ps`

use context::Ctx;
use context::settings::{Origin, keys};
use diag::Speech;
use release::utc_text;
use supervise::Listed;

use super::CommandResult;
use crate::cli::PsArgs;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views;

pub(super) fn run(ctx: &Ctx, args: &PsArgs, speech: &Speech) -> CommandResult {
    if let Some(pid) = args.env {
        let variables = supervise::environment(pid)?;
        let text = variables.iter().map(|(name, value)| format!("{name}={}\n", diag::shown_line(value))).collect();
        return Ok(Box::new(Rendered::new(views::ps_env(pid, &variables), text)));
    }
    let (mut listed, is_told) = supervise::list(ctx)?;
    // `--frozen` is an option of every command, for work with a lock file, and there is none here.
    if ctx.settings.get(keys::LOCK_FROZEN).origin == Origin::Flag("--frozen") {
        listed.retain(|program| program.is_stopped);
    }
    let mut remarks = Vec::new();
    if !is_told {
        let line =
            "this system does not say who runs a toolchain: only programs under `goward run --supervise` are shown";
        remarks.push(line.to_owned());
    }
    if listed.is_empty() && remarks.is_empty() {
        speech.say("no program runs under a toolchain of goward's");
    }
    remarks.iter().for_each(|line| speech.say(line));
    let mut rows: Vec<Vec<String>> = listed.iter().map(row).collect();
    if !rows.is_empty() {
        let head = ["PID", "TOOLCHAIN", "GENERATION", "SINCE", "STATE", "SUPERVISED", "COMMAND"];
        rows.insert(0, head.map(str::to_owned).to_vec());
    }
    Ok(Box::new(Rendered::new(views::ps(&listed, &remarks), columns(&rows))))
}

fn row(program: &Listed) -> Vec<String> {
    let unknown = || "-".to_owned();
    let state = match &program.supervision {
        Some(supervision) if !program.is_stopped => supervision.state.clone(),
        Some(supervision) if supervision.state == "frozen" => supervision.state.clone(),
        _ if program.is_stopped => "stopped".to_owned(),
        _ => "running".to_owned(),
    };
    let supervised = program.supervision.as_ref().map(|supervision| {
        let listen = supervision.listen.as_ref().map(|address| format!(" on {address}")).unwrap_or_default();
        format!("{}{listen} by {}", supervision.on_switch, supervision.supervisor_pid)
    });
    vec![
        program.pid.to_string(),
        program.toolchain.version().tag(),
        program.generation.map_or_else(unknown, |number| number.to_string()),
        program.since_unix_seconds.map_or_else(unknown, |seconds| utc_text(seconds.saturating_mul(1_000_000_000))),
        state,
        supervised.unwrap_or_else(unknown),
        program.command.join(" "),
    ]
}
