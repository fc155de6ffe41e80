//! The user's own check of an archive, before it is admitted.
//!
//! The program gets the archive's path as its last argument, facts as one JSON object on standard input, and the most
//! used ones as `GOWARD_HOOK_*`. No shell runs it: the setting's words are the program and its arguments. goward prints
//! its output; exit status 0 accepts, any other status refuses. It runs in an empty folder of goward's own, since
//! anybody may have written the files of the user's folder; the processes that it starts end with it.

use std::time::Duration;

use context::Ctx;
use context::settings::keys;
use diag::error_chain;
use serde_json::json;
use source::Place;
use sys::{Environment, Helper};
use trust::Witness;

use super::Arrived;
use crate::limits::{HOOK_BYTES_MAX, HOOK_LINES_MAX};

/// The user's check, if one is set.
pub(crate) fn hook_of(ctx: &Ctx) -> Option<Vec<String>> {
    let words = ctx.settings.text(keys::VERIFY_HOOK)?;
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    (!words.is_empty()).then_some(words)
}

/// Runs the user's check; returns it as a witness, or why it refuses.
pub(crate) fn run_hook(
    ctx: &Ctx,
    words: &[String],
    arrived: &Arrived,
    witnesses: &[Witness],
) -> Result<Witness, String> {
    let Some((program, args)) = words.split_first() else { return Err("no program is named".to_owned()) };
    let (path, staging) =
        arrived.archive_bytes.as_file(ctx, arrived.id, arrived.file_name).map_err(|error| error_chain(&error))?;
    let outcome = captured(ctx, program, args, &path, arrived, witnesses);
    if let Some(staging) = staging {
        ctx.store.discard(staging);
    }
    outcome.map(|()| Witness::Hook { command: program.clone() })
}

fn captured(
    ctx: &Ctx,
    program: &str,
    args: &[String],
    archive: &std::path::Path,
    arrived: &Arrived,
    witnesses: &[Witness],
) -> Result<(), String> {
    let id = arrived.id;
    let (version, platform) = (id.version().tag(), id.platform().to_string());
    let sha256 = arrived.sha256.to_string();
    let url = match arrived.place {
        Place::Url(url) => fetch::redacted(url),
        Place::File(path) => path.display().to_string(),
        Place::Bundle(place) => place.path.display().to_string(),
    };
    let facts = json!({
        "toolchain": id.to_string(), "version": version, "platform": platform, "form": arrived.form,
        "archive": archive.display().to_string(), "file": arrived.file_name, "sha256": sha256,
        "source": arrived.source, "url": url, "witnesses": witnesses,
    });
    let environment = Environment::of(ctx.sys.env())
        .with("GOWARD_HOOK_VERSION", version)
        .with("GOWARD_HOOK_PLATFORM", platform)
        .with("GOWARD_HOOK_SHA256", sha256)
        .with("GOWARD_HOOK_SOURCE", arrived.source)
        .with("GOWARD_HOOK_URL", url);
    let found = ctx.sys.find_program(program).map_err(|error| format!("`{program}` cannot be run: {error}"))?;
    let folder = ctx.store.empty_folder().map_err(|error| error_chain(&error))?;
    let helper = Helper::new(found, folder, environment).args(args).arg(archive.as_os_str());
    let time_max: Duration = ctx.settings.seconds(keys::VERIFY_HOOK_SECONDS);
    let mut input = facts.to_string().into_bytes();
    input.push(b'\n');
    let ended = ctx
        .sys
        .process()
        .capture_fed(helper, input, HOOK_BYTES_MAX, time_max, ctx.sys.interrupt())
        .map_err(|error| format!("`{program}` cannot be run: {error}"))?;
    for stream in [&ended.stdout, &ended.stderr] {
        for line in String::from_utf8_lossy(stream).lines().take(HOOK_LINES_MAX) {
            ctx.progress.tell(&format!("{id}: hook: {}", archive::printable(line.as_bytes())));
        }
    }
    match ended.code {
        _ if ended.timed_out => Err(format!("`{program}` did not end within {} s", time_max.as_secs())),
        Some(0) => Ok(()),
        Some(code) => Err(format!("`{program}` ended with exit status {code}")),
        None => Err(format!("`{program}` was ended by a signal")),
    }
}
