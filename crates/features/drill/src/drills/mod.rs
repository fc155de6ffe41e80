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
    Drill {
        name: "killed-install",
        breaks: "the install is killed (SIGKILL) several times, at random moments",
        shows: "after each kill the toolchain is listed whole, or not at all",
        recovers: "the next install takes up what is held",
        run: network::killed_install,
    },
    Drill {
        name: "permission-denied",
        breaks: "goward's home cannot be written to",
        shows: "`goward install` names the folder",
        recovers: "the next install, once the mode is right again",
        run: machine::permission_denied,
    },
    Drill {
        name: "environment-polluted",
        breaks: "GOROOT names a folder that does not exist",
        shows: "`goward doctor environment` names the variable",
        recovers: "`goward run` starts the right go command in spite of it",
        run: environment::environment_polluted,
    },
    Drill {
        name: "path-shadowed",
        breaks: "another `go` comes before goward's shims in PATH",
        shows: "`goward doctor path` names both folders",
        recovers: "the shims come first again; `goward run` is right even before",
        run: environment::path_shadowed,
    },
    Drill {
        name: "switch-race",
        breaks: "readers read the default without a pause while it is switched",
        shows: "every read sees one whole default",
        recovers: "nothing has to: a switch is one rename",
        run: installed::switch_race,
    },
    Drill {
        name: "rollback",
        breaks: "the new default has no go command",
        shows: "`goward run` names the missing program",
        recovers: "`goward rollback`, within 300 seconds",
        run: installed::rollback,
    },
    Drill {
        name: "modcache-poisoned",
        breaks: "the go.mod of a module in the module cache is forged",
        shows: "`go mod verify` names the module",
        recovers: "that one module is removed from the cache and unpacked again",
        run: modules::modcache_poisoned,
    },
    Drill {
        name: "modcache-removed",
        breaks: "the module cache is gone, and the proxy is off",
        shows: "the go command names the missing module",
        recovers: "`go mod download` fetches it again, checked against go.sum",
        run: modules::modcache_removed,
    },
    Drill {
        name: "proxy-unreachable",
        breaks: "nothing listens where GOPROXY points",
        shows: "`goward install` names the proxy and installs nothing",
        recovers: "the next source of `sources` is tried",
        run: network::proxy_unreachable,
    },
    Drill {
        name: "certificate-expired",
        breaks: "the certificate of the first source has expired",
        shows: "`goward install` says so and takes nothing from it",
        recovers: "the next source of `sources` is tried",
        run: network::certificate_expired,
    },
    Drill {
        name: "disk-full",
        breaks: "a small disk is filled to its last byte while an install writes to it",
        shows: "`goward install` says that the disk is full and shows no toolchain",
        recovers: "the next install, once there is room",
        run: machine::disk_full,
    },
    Drill {
        name: "power-cut",
        breaks: "what an unsynced disk has after a power cut: empty files in a tree, half a line in the journal",
        shows: "`goward doctor store` names the files",
        recovers: "`goward verify --repair`; the next change cuts the torn line",
        run: machine::power_cut,
    },
];
