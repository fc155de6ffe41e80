//! `goward man`

use crate::cli::ManArgs;
use crate::failure::Failure;
use crate::outcome::{Outcome, Rendered};
use crate::reference;

pub(super) fn run(args: &ManArgs) -> Result<Box<dyn Outcome>, Failure> {
    let words: Vec<&str> = args.command.iter().map(String::as_str).collect();
    let page = reference::man_page(&words).ok_or_else(|| Failure::NoPage { command: args.command.join(" ") })?;
    Ok(Box::new(Rendered::new(view::Man { page: page.clone() }, page).exact()))
}
