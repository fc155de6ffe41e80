//! `goward man`

use crate::outcome::{Outcome, Worded};
use crate::reference;

pub(super) fn run() -> Box<dyn Outcome> {
    let page = reference::man_page();
    Box::new(Worded::new(serde_json::json!({ "page": page }), page).exact())
}
