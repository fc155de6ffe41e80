//! Blocked versions.

use engine::ListedBlock;
use store::{Block, BlockChange};

use super::{ToView, remarks};

/// A block that counts.
impl ToView for Block {
    type View = view::Block;

    fn view(&self) -> view::Block {
        view::Block {
            version: self.version.view(),
            author: self.author.view(),
            since_unix_seconds: self.since_unix_seconds,
            until_unix_seconds: self.until_unix_seconds,
            counts: true,
            is_shared: self.is_of_system,
        }
    }
}

impl ToView for ListedBlock {
    type View = view::Block;

    fn view(&self) -> view::Block {
        view::Block { counts: self.counts, ..self.block.view() }
    }
}

/// What a block or its end has changed, at this time in seconds since 1970.
pub(crate) fn block_change(
    change: &BlockChange,
    is_lifted: bool,
    now_unix_seconds: u64,
    sentences: &[String],
) -> view::BlockChange {
    let at = |block: &Block| view::Block { counts: block.counts_at(now_unix_seconds), ..block.view() };
    view::BlockChange {
        block: (!is_lifted).then(|| at(&change.block)),
        block_before: change.before.as_ref().map(at),
        remarks: remarks(sentences),
    }
}
