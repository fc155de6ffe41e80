//! What is true now, in one line: the end of every error report.

use diag::Bytes;

use crate::ctx::Ctx;

/// What is in use, and what is kept of unfinished downloads.
pub fn state_line(ctx: &Ctx) -> String {
    let mut line = match ctx.store.current() {
        Ok(Some(generation)) => {
            format!("generation {} ({}) is in use", generation.number, generation.toolchain.version().tag())
        }
        Ok(None) => "no default toolchain is set".to_owned(),
        Err(error) => format!("the store cannot be read ({})", crate::catalog::whole(&error)),
    };
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
