//! The result of an install, in words and as data.

use acquire::Installed;
use diag::Bytes;
use trust::{Evidence, Witness};

/// The installed toolchain, on one line, with its witnesses below.
pub(super) fn line(installed: &Installed) -> String {
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
    let mut line = format!("installed {} from {source} in {seconds:.1} s ({fetched})", installed.toolchain);
    let proof = proof_lines(&installed.witnesses);
    if !proof.is_empty() {
        line.push('\n');
        line.push_str(proof.trim_end());
    }
    line
}

/// Its witnesses, a line each, and the warning.
pub(super) fn proof_lines(witnesses: &[Witness]) -> String {
    let evidence = Evidence::of(witnesses);
    let is_alone = evidence == Evidence::PackageIndex;
    let line = |witness: &Witness| match witness {
        Witness::WheelIndex { .. } if is_alone => format!("  {evidence}: {witness}\n"),
        witness => format!("  {}: {witness}\n", witness.standing()),
    };
    let mut lines: String = witnesses.iter().map(line).collect();
    if let Some(warning) = evidence.warning().filter(|_| is_alone) {
        lines.push_str(&format!("  warning: {warning}\n"));
    }
    lines
}
