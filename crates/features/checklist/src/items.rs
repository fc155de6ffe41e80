//! The items of this program.

use std::borrow::Cow;

use crate::item::{Item, Probe};
use crate::probes;

/// What doctor has to say nothing of.
macro_rules! doctor {
    ($($name:literal),*) => {
        Probe::Doctor(Cow::Borrowed(&[$(Cow::Borrowed($name)),*]))
    };
}

const fn own(name: &'static str, asks: &'static str, fix: &'static str, probe: Probe) -> Item {
    Item::built_in(name, asks, probe, fix)
}

/// Every item.
pub const ITEMS: &[Item] = &[
    own(
        "toolchain",
        "the toolchain that this folder asks for is installed",
        "`goward install`; `goward which --explain` says what asks for it",
        Probe::Own(probes::toolchain),
    ),
    own(
        "go-version",
        "`go version` prints release and platform of the chosen toolchain",
        "`goward verify --repair` replaces what is damaged",
        Probe::Go("go version"),
    ),
    own(
        "goroot",
        "`go env GOROOT` is the folder of the chosen toolchain",
        "`goward verify --repair`; `goward doctor environment` shows what sets GOROOT",
        Probe::Go("go env GOROOT"),
    ),
    own(
        "std",
        "`go list std` lists the standard library",
        "`goward verify --repair` replaces what is damaged",
        Probe::Own(probes::std),
    ),
    own(
        "which-go",
        "the first `go` on PATH is goward's",
        "`goward setup`, then open a new shell",
        doctor!("path-shadowed", "path-without-goward", "path-relative"),
    ),
    own(
        "goroot-variable",
        "nothing sets GOROOT for every go command",
        "take the setting out; no Go since 1.9 needs it",
        doctor!("env-goroot", "goenv-goroot", "profile-goroot"),
    ),
    own(
        "gotoolchain-variable",
        "no leftover GOTOOLCHAIN decides for every folder",
        "`go env -u GOTOOLCHAIN`, or unset the variable",
        doctor!("env-gotoolchain", "goenv-gotoolchain", "profile-gotoolchain"),
    ),
    own(
        "gopath",
        "GOPATH is an absolute folder outside of GOROOT, the one of `isolate.gopath` or of `--expect`",
        "`goward env GOPATH --explain` shows what sets it",
        Probe::Own(probes::gopath),
    ),
    own("store", "goward's own folder is in order", "`goward doctor store --repair`", doctor!("store")),
    own(
        "goproxy",
        "GOPROXY names a module proxy, the one of `--expect`",
        "`goward env GOPROXY --explain` shows what sets it; `go env -u GOPROXY` takes a leftover back",
        Probe::Own(probes::goproxy),
    ),
    own(
        "source-tree",
        "the chosen toolchain has the sources of the standard library",
        "`goward verify --repair`",
        Probe::Own(probes::source_tree),
    ),
    own(
        "disk",
        "the disk of goward's home has room for another toolchain, and is writable",
        "`goward prune --dry-run` shows what can go",
        Probe::Own(probes::disk),
    ),
    own(
        "modules",
        "`go list -m all` lists the modules of the project",
        "`go mod tidy` mends go.mod and go.sum; `goward doctor --from-log` explains other complaints",
        Probe::Own(probes::modules),
    ),
    own(
        "module-cache",
        "the module cache has what go.sum says",
        "remove the named folder; the go command downloads it again",
        doctor!("modules"),
    ),
    own(
        "project-version",
        "a file of the project says its Go version, and the chosen toolchain satisfies it",
        "`goward pin VERSION` writes the project's version file",
        Probe::Own(probes::project_version),
    ),
    own("envrc", "direnv has loaded the `.envrc` of this folder", "`direnv allow`", Probe::Own(probes::envrc)),
    own(
        "goroot-apart",
        "the chosen toolchain's tree is in a store of goward's, apart from the system's Go",
        "`goward import` adopts an installation of this machine",
        Probe::Own(probes::goroot_apart),
    ),
    own(
        "side-by-side",
        "the two newest installed versions each print their own version",
        "`goward verify --all` finds which is damaged",
        Probe::Own(probes::side_by_side),
    ),
    own(
        "system-store",
        "the administrator's store is read, and only the administrator may write to it",
        "`goward doctor system` says what is wrong",
        Probe::Own(probes::system_store),
    ),
    own(
        "private",
        "the user's own folders are closed to others",
        "`goward doctor private --repair`",
        doctor!("private"),
    ),
    own(
        "path-entries",
        "no entry of PATH is relative or writable by others",
        "`goward doctor path` names each",
        doctor!("path-relative", "path-writable"),
    ),
    own(
        "registry",
        "no other installer of Go has left something in the registry that is in the way",
        "`goward doctor registry` names each",
        doctor!("registry"),
    ),
    own(
        "profile",
        "no line of a shell profile is in the way",
        "`goward doctor profile` names file and line",
        doctor!("profile"),
    ),
    own(
        "network",
        "the sources and the module proxies answer, with certificates that are trusted",
        "`goward doctor network` shows each with its times",
        doctor!("network"),
    ),
    own(
        "agent-user",
        "the agent is not root or an administrator",
        "run the agent as a user of its own: a build runs whatever the project says",
        Probe::Own(probes::agent_user),
    ),
    own(
        "agent-place",
        "where the agent runs is known: in a container or on a machine",
        "",
        Probe::Own(probes::agent_place),
    ),
    own(
        "agent-home",
        "the agent has a home folder of its own",
        "set HOME to a folder that the agent owns, or the go command has no place for its caches",
        Probe::Own(probes::agent_home),
    ),
    own(
        "limits",
        "the system's limits are enough for a build and for gopls",
        "`goward doctor limits` says which to raise, and how",
        doctor!("limits"),
    ),
    own(
        "goroot-isolated",
        "each version has a tree of its own",
        "`goward import` adopts an installation of this machine",
        Probe::Own(probes::goroot_apart),
    ),
    own(
        "gopath-isolated",
        "GOPATH is separate for each version or project",
        "`goward config set isolate.gopath version` (or `project`)",
        Probe::Own(probes::gopath_isolated),
    ),
    own(
        "tools-isolated",
        "programs that `go install` makes are separate for each version or project",
        "`goward config set isolate.gobin version` (or `project`)",
        Probe::Own(probes::tools_isolated),
    ),
    own(
        "buildx",
        "docker has a builder, and it runs",
        "`docker buildx create --use --platform linux/amd64,linux/arm64`",
        Probe::Own(probes::buildx),
    ),
];
