//! The lists of this program.

/// A list of items.
#[derive(Debug, Clone, Copy)]
pub struct List {
    /// Its name.
    pub name: &'static str,
    /// When it is run, and for what.
    pub about: &'static str,
    /// Its items, in the order in which they are asked.
    pub items: &'static [&'static str],
    /// Whether the first failure ends it: each item narrows the cause for the next.
    pub stops_at_first: bool,
}

const fn list(name: &'static str, about: &'static str, items: &'static [&'static str]) -> List {
    List { name, about, items, stops_at_first: false }
}

/// Every list.
pub const LISTS: &[List] = &[
    list(
        "install",
        "after an installation: the go command answers, and it is the one that runs",
        &["toolchain", "go-version", "goroot", "std", "which-go", "goroot-variable", "gopath", "store"],
    ),
    list(
        "emergency",
        "after a rebuild from a bundle: tree, proxy, standard library, disk",
        &["toolchain", "goroot", "goproxy", "std", "source-tree", "disk"],
    ),
    List {
        stops_at_first: true,
        ..list(
            "trio",
            "version, environment, modules, in this order: the first failure is the cause",
            &["go-version", "goroot", "modules"],
        )
    },
    list(
        "project",
        "on entering a project: its pin, its floor, its modules, its .envrc",
        &["toolchain", "project-version", "go-version", "envrc", "modules"],
    ),
    list(
        "switch",
        "after a switch between versions: separate trees, no leftover variable, both answer",
        &["toolchain", "goroot-apart", "goroot-variable", "gotoolchain-variable", "goroot", "modules", "side-by-side"],
    ),
    list(
        "shared",
        "on a machine of several users: what is one user's, and what is everybody's",
        &["system-store", "private", "gopath", "store", "path-entries"],
    ),
    list(
        "upgrade",
        "after an upgrade: the new release runs, and nothing of the old one is in its way",
        &[
            "toolchain",
            "go-version",
            "goroot",
            "std",
            "which-go",
            "goroot-variable",
            "gotoolchain-variable",
            "registry",
            "profile",
            "modules",
        ],
    ),
    list("network", "whether the sources and module proxies answer, and in which time", &["goproxy", "network"]),
    list(
        "modules",
        "whether the modules of the project can be listed, and the module cache is what go.sum says",
        &["modules", "module-cache"],
    ),
    list(
        "agent",
        "on a build agent: its user, its place, its limits, its disk",
        &["agent-user", "agent-place", "agent-home", "limits", "disk", "toolchain", "which-go"],
    ),
    list(
        "isolation",
        "what is kept apart for each version or project",
        &["goroot-isolated", "gopath-isolated", "tools-isolated"],
    ),
    list("buildx", "docker's builders and their platforms, where docker is", &["buildx"]),
];
