//! Linux as one static file (the release form), and Linux on arm64.

use anyhow::Result;

use super::tools::Tools;
use super::{Outcome, Rows};

const MUSL: &str = "x86_64-unknown-linux-musl";
const ARM: &str = "aarch64-unknown-linux-musl";

pub fn musl(_tools: &Tools, rows: &mut Rows) -> Result<()> {
    rows.add(MUSL, Outcome::NotDone("not written yet".to_owned()));
    Ok(())
}

pub fn arm(_tools: &Tools, rows: &mut Rows) -> Result<()> {
    rows.add(ARM, Outcome::NotDone("not written yet".to_owned()));
    Ok(())
}
