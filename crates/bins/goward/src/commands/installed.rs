//! The result of an install, in words and as data.

use acquire::Installed;
use diag::{Bytes, Speech, Verbosity};
use trust::{Evidence, Witness};

/// The installed toolchain on one line, with who vouches for it; a warning below, and with `--verbose` every witness.
pub(super) fn line(installed: &Installed, speech: &Speech) -> String {
    if installed.was_installed {
        return format!("{} is installed already", installed.toolchain);
    }
    let source = installed.source.as_deref().unwrap_or("an unknown source");
    let seconds = installed.milliseconds as f64 / 1000.0;
    let fetched = match (installed.bytes_fetched, installed.bytes_held) {
        (0, _) => "nothing fetched".to_owned(),
        (fetched, 0) => format!("{} fetched", Bytes(fetched)),
        (fetched, held) => format!("{} fetched, {} held from before", Bytes(fetched), Bytes(held)),
    };
    let proof = proof(&installed.witnesses, speech);
    format!("installed {} from {source} in {seconds:.1} s ({fetched}), {proof}", installed.toolchain)
}

/// What the witnesses amount to, as the end of a line; below it the warning if there is one, and with `--verbose` every
/// witness.
pub(super) fn proof(witnesses: &[Witness], speech: &Speech) -> String {
    let evidence = Evidence::of(witnesses);
    let mut text = evidence.to_string();
    if speech.verbosity() == Verbosity::Verbose {
        for witness in witnesses {
            text.push_str(&format!("\n  {}: {witness}", witness.standing()));
        }
    }
    if let Some(warning) = evidence.warning() {
        text.push_str(&format!("\n  warning: {warning}"));
    }
    text
}
