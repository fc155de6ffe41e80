//! The drills: one row each, and a function that stages the fault.

mod environment;
mod installed;
mod machine;
mod modules;
mod network;

use crate::outcome::{Halt, Recovery};
use crate::stage::Stage;

/// A drill.
pub struct Drill {
    /// Its name. A name keeps its meaning; new ones are added.
    pub name: &'static str,
    /// The one thing that it breaks.
    pub breaks: &'static str,
    /// How it ought to be noticed.
    pub shows: &'static str,
    /// What ought to end it.
    pub recovers: &'static str,
    pub(crate) run: fn(&Stage<'_>) -> Result<Recovery, Halt>,
}

impl std::fmt::Debug for Drill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Every drill, in the order in which `--all` runs them.
pub const DRILLS: &[Drill] = &[
    Drill {
        name: "goroot-damaged",
        breaks: "a folder of the installed standard library is removed",
        shows: "`goward verify` names the files",
        recovers: "`goward verify --repair` puts them back",
        run: installed::goroot_damaged,
    },
    Drill {
        name: "archive-corrupt",
        breaks: "one byte of the archive differs on the server",
        shows: "`goward install` refuses the archive and installs nothing",
        recovers: "the next install, from a server that is right again",
        run: network::archive_corrupt,
    },
    Drill {
        name: "download-cut",
        breaks: "the connection ends in the middle of the archive",
        shows: "`goward install` reports it and asks for the rest",
        recovers: "the same install resumes where it was cut",
        run: network::download_cut,
    },
    Drill {
        name: "download-stall",
        breaks: "the server falls silent in the middle of the archive",
        shows: "`goward install` gives the connection up after `network.stall-seconds`",
        recovers: "the same install resumes on a new connection",
        run: network::download_stall,
    },
];
