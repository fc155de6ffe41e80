//! All complaints, in their order.

use crate::complaint::Complaint;
use crate::{machine, modules, network, toolchain};

const COUNT: usize = toolchain::ROWS.len() + modules::ROWS.len() + network::ROWS.len() + machine::ROWS.len();

/// Every complaint, from the exact to the general.
pub static COMPLAINTS: [&Complaint; COUNT] = all();

const fn all() -> [&'static Complaint; COUNT] {
    let mut all = [&toolchain::ROWS[0]; COUNT];
    let parts: [&'static [Complaint]; 4] = [toolchain::ROWS, network::ROWS, modules::ROWS, machine::ROWS];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut row = 0;
        while row < parts[part].len() {
            all[at] = &parts[part][row];
            at += 1;
            row += 1;
        }
        part += 1;
    }
    all
}

/// The complaint of this word.
pub fn of_word(word: &str) -> Option<&'static Complaint> {
    COMPLAINTS.iter().copied().find(|complaint| complaint.word == word)
}
