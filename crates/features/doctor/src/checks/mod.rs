//! The checks: one file a topic.

mod environment;
mod go_values;
mod limits;
mod modules;
mod network;
mod path;
mod path_entries;
mod private;
mod profile;
mod registry;
mod shared_store;
mod shims;
mod store;

use crate::finding::Finding;
use crate::inputs::Inputs;

/// Checks of one topic.
pub struct Topic {
    /// Its name.
    pub name: &'static str,
    /// What it checks, in words.
    pub about: &'static str,
    /// The words of what it can find.
    pub words: &'static [&'static str],
    /// Whether it is run only if it is named, since it takes seconds or asks a network.
    pub only_if_named: bool,
    /// Runs it.
    pub run: fn(&Inputs) -> Vec<Finding>,
}

/// Every topic, in the order in which findings are printed.
pub const TOPICS: &[Topic] = &[
    Topic {
        name: "store",
        about: "goward's own folder: owner, modes, what must hold of it",
        words: &[
            "home-foreign",
            "home-writable",
            "store-misplaced",
            "store-foreign",
            "store-writable",
            "store-closed",
            "tree-writable",
            "tree-closed",
            "default-damaged",
            "block-list-damaged",
            "store-fault",
            "store-record",
            "store-unreadable",
            "store-unfinished",
            "shim-not-executable",
            "shim-changed",
            "shim-missing",
        ],
        only_if_named: false,
        run: store::run,
    },
    Topic {
        name: "private",
        about: "folders that are one user's: GOPATH, and those that are isolated",
        words: &[
            "gopath-open",
            "gopath-writable",
            "gopath-foreign",
            "gopath-missing",
            "gopath-in-goroot",
            "isolated-open",
            "isolated-orphan",
        ],
        only_if_named: false,
        run: private::run,
    },
    Topic {
        name: "system",
        about: "the administrator's store for all users",
        words: &["system-passed-over", "system-foreign", "system-closed", "system-writable"],
        only_if_named: false,
        run: shared_store::run,
    },
    Topic {
        name: "environment",
        about: "variables and lines of `go env -w` that override the choice, or with which the go command fails or surprises",
        words: &[
            "env-goroot",
            "env-gotoolchain",
            "goenv-goroot",
            "goenv-gotoolchain",
            "goenv-goproxy-off",
            "env-gopath-relative",
            "env-gopath-tilde",
            "env-gopath-several",
            "env-gopath-goroot",
            "env-gobin-relative",
            "env-gobin-shims",
            "env-gobin-toolchain",
            "env-goflags-unreadable",
            "env-goflags-folder",
            "env-goflags-vendor",
            "env-goflags-modfile",
            "env-goflags-overlay",
            "env-goflags-toolexec",
        ],
        only_if_named: false,
        run: environment::run,
    },
    Topic {
        name: "path",
        about: "which `go` programs are on PATH, and each of its entries",
        words: &[
            "path-shadowed",
            "path-without-goward",
            "path-several",
            "path-blank",
            "path-quoted",
            "path-relative",
            "path-duplicate",
            "path-missing",
            "path-writable",
        ],
        only_if_named: false,
        run: path::run,
    },
    Topic {
        name: "profile",
        about: "lines of shell profiles that set Go's variables; PowerShell's, on Windows, also other managers and PATH",
        words: &["profile-goroot", "profile-gotoolchain", "profile-manager", "profile-path", "profile-eval"],
        only_if_named: false,
        run: profile::run,
    },
    Topic {
        name: "registry",
        about: "what other installers of Go have left in the registry of Windows",
        words: shell::LEFTOVER_WORDS,
        only_if_named: false,
        run: registry::run,
    },
    Topic {
        name: "limits",
        about: "the system's limits against what a build and gopls need",
        words: &["limit-inotify", "limit-files", "limit-processes"],
        only_if_named: false,
        run: limits::run,
    },
    Topic {
        name: "modules",
        about: "the module cache against go.sum, offline; runs only if it is named",
        words: &["modcache-poisoned", "modcache-unreadable", "modcache-unchecked", "modcache-checked"],
        only_if_named: true,
        run: modules::run,
    },
    Topic {
        name: "network",
        about: "each source and module proxy: name, connection, certificate, answer; runs only if it is named",
        words: &[
            "host-unreachable",
            "proxy-unreachable",
            "certificate-untrusted",
            "answer-unexpected",
            "network-off",
            "network-answer",
        ],
        only_if_named: true,
        run: network::run,
    },
];
