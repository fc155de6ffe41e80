//! The state line, which says what holds now: the end of every error report.

use diag::Bytes;
use store::StoreError;

use context::Ctx;

/// What this command has changed before it failed, the generation in use, and the bytes of unfinished downloads.
pub fn state_line(ctx: &Ctx) -> String {
    let changes = ctx.changes();
    let mut line = if changes.is_empty() { "nothing changed".to_owned() } else { changes.join(", ") };
    line.push_str("; ");
    line.push_str(&match ctx.store.current() {
        Ok(Some(generation)) => {
            format!("generation {} ({}) is in use", generation.number, generation.toolchain.version().tag())
        }
        Ok(None) => "no default toolchain is set".to_owned(),
        Err(StoreError::Default { .. }) => "the default is damaged".to_owned(),
        Err(error) => format!("the store cannot be read ({})", diag::error_chain(&error)),
    });
    match ctx.store.partial_downloads() {
        Ok(partial) if !partial.is_empty() => {
            let kept: Vec<String> =
                partial.iter().map(|(name, bytes)| format!("{} of {name}", Bytes(*bytes))).collect();
            line.push_str(&format!("; kept for the next run: {}", kept.join(", ")));
        }
        _ => {}
    }
    line
}
