//! `goward man`

use crate::outcome::{Outcome, Rendered};
use crate::reference;

pub(super) fn run() -> Box<dyn Outcome> {
    let page = reference::man_page();
    Box::new(Rendered::new(view::Man { page: page.clone() }, page).exact())
}
