//! What differs between two snapshots.

use std::collections::{BTreeMap, BTreeSet};

use view::{Graph, GraphEdge, GraphModule, Snapshot, SnapshotDifference, SnapshotProgram};

/// A part of a snapshot that a comparison leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ignored {
    /// When it was made, its id, its label and its context, how long it is kept, and times of files.
    Time,
    /// Who made it, on which machine, with which goward, and paths of the user's own folders.
    Host,
    /// The go command's variables.
    Variables,
    /// goward's settings.
    Settings,
    /// The project.
    Project,
    /// The generation in use. The default toolchain counts all the same.
    Generation,
}

impl Ignored {
    /// All, each with its word.
    pub const ALL: [(&'static str, Ignored); 6] = [
        ("time", Ignored::Time),
        ("host", Ignored::Host),
        ("variables", Ignored::Variables),
        ("settings", Ignored::Settings),
        ("project", Ignored::Project),
        ("generation", Ignored::Generation),
    ];

    /// The one of this word.
    pub fn named(word: &str) -> Option<Ignored> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, ignored)| *ignored)
    }
}

/// One comparison under way.
struct Comparison {
    found: Vec<SnapshotDifference>,
    ignored: u64,
    skip: BTreeSet<Ignored>,
}

impl Comparison {
    fn one(&mut self, area: &str, name: &str, before: Option<&str>, after: Option<&str>, unless: Option<Ignored>) {
        if before == after {
            return;
        }
        if unless.is_some_and(|unless| self.skip.contains(&unless)) {
            self.ignored += 1;
            return;
        }
        self.found.push(SnapshotDifference {
            area: area.to_owned(),
            name: name.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        });
    }

    /// Compares two lists by name.
    fn several(
        &mut self,
        area: &str,
        before: &[(String, String)],
        after: &[(String, String)],
        unless: Option<Ignored>,
    ) {
        let (one, other): (BTreeMap<_, _>, BTreeMap<_, _>) =
            (before.iter().cloned().collect(), after.iter().cloned().collect());
        let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
        for name in names {
            let value = |of: &BTreeMap<String, String>| of.get(name).cloned();
            self.one(area, name, value(&one).as_deref(), value(&other).as_deref(), unless);
        }
    }
}

/// What differs from `a` to `b`, in the order of the snapshot's fields, and how many differences were left out.
///
/// Where both trees have their files, or one manifest, these decide; else the manifests' hashes are compared.
pub fn differences(a: &Snapshot, b: &Snapshot, ignored: &[Ignored]) -> (Vec<SnapshotDifference>, u64) {
    let mut found = Comparison { found: Vec::new(), ignored: 0, skip: ignored.iter().copied().collect() };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    for (name, of) in [
        ("id", (|one: &Snapshot| &one.id) as fn(&Snapshot) -> &String),
        ("label", |one| &one.label),
        ("context", |one| &one.context),
        ("taken", |one| &one.taken),
        ("retention", |one| &one.retention),
    ] {
        found.one("time", name, some(of(a)).as_deref(), some(of(b)).as_deref(), Some(Ignored::Time));
    }
    let host = |one: &Snapshot| {
        let row = |name: &str, value: Option<&String>| Some((name.to_owned(), value?.clone()));
        let rows = [
            row("made by", Some(&one.made_by)),
            row("user", one.author.user.as_ref()),
            row("host", one.author.host.as_ref()),
            row("command", Some(&one.author.command_line.join(" "))),
        ];
        rows.into_iter().flatten().collect::<Vec<_>>()
    };
    // The command line of two snapshots differs by its label; it says nothing about the machine.
    let is_command = |(name, _): &(String, String)| name == "command";
    let (mut one, mut other) = (host(a), host(b));
    one.retain(|row| !is_command(row));
    other.retain(|row| !is_command(row));
    found.several("host", &one, &other, Some(Ignored::Host));
    found.one("host", "platform", Some(&a.platform), Some(&b.platform), None);
    found.one("toolchain", "toolchain", a.toolchain.as_deref(), b.toolchain.as_deref(), None);
    tree(&mut found, a, b);
    let number = |one: &Snapshot| one.generation.map(|number| number.to_string());
    found.one("default", "generation", number(a).as_deref(), number(b).as_deref(), Some(Ignored::Generation));
    found.one("default", "toolchain", a.default_toolchain.as_deref(), b.default_toolchain.as_deref(), None);
    let installed = |one: &Snapshot| {
        let row = |one: &view::SnapshotToolchain| {
            (one.toolchain.clone(), one.manifest_sha256.clone().unwrap_or_else(|| "without a manifest".to_owned()))
        };
        one.toolchains.iter().map(row).collect::<Vec<_>>()
    };
    found.several("toolchains", &installed(a), &installed(b), None);
    let variables =
        |one: &Snapshot| one.go_variables.iter().map(|var| (var.name.clone(), var.value.clone())).collect::<Vec<_>>();
    found.several("variables", &variables(a), &variables(b), Some(Ignored::Variables));
    let settings =
        |one: &Snapshot| one.settings_set.iter().map(|one| (one.key.clone(), one.value.clone())).collect::<Vec<_>>();
    found.several("settings", &settings(a), &settings(b), Some(Ignored::Settings));
    project(&mut found, a, b);
    (found.found, found.ignored)
}

fn tree(found: &mut Comparison, a: &Snapshot, b: &Snapshot) {
    let facts = |one: &Snapshot| {
        let Some(state) = &one.tree_state else { return Vec::new() };
        let row = |name: &str, value: Option<String>| Some((name.to_owned(), value?));
        let rows = [
            row("VERSION", state.version_line.clone()),
            row("built", state.version_time.clone()),
            row("source", state.source.clone()),
            row("archive", state.archive_sha256.clone()),
            row("files", Some(state.files_count.to_string())),
            row("bytes", Some(state.bytes_unpacked.to_string())),
            row("vouched by", some_list(&state.vouched_by)),
            row("changed files", some_list(&state.files_changed)),
            row("missing files", some_list(&state.files_removed)),
            row("added files", some_list(&state.files_added)),
        ];
        rows.into_iter().flatten().collect::<Vec<_>>()
    };
    found.several("toolchain", &facts(a), &facts(b), None);
    let manifest = |one: &Snapshot| one.tree_state.as_ref().map(|state| state.manifest_sha256.clone());
    let (one, other) = (manifest(a), manifest(b));
    let both_listed = !a.tree_files.is_empty() && !b.tree_files.is_empty();
    if one != other && both_listed {
        let files = |one: &Snapshot| {
            let row = |file: &view::TreeFile| {
                let mode = if file.executable == Some(true) { " executable" } else { "" };
                (file.path.clone(), format!("{}{mode}", file.sha256))
            };
            one.tree_files.iter().map(row).collect::<Vec<_>>()
        };
        found.several("files", &files(a), &files(b), None);
    } else {
        found.one("files", "manifest", one.as_deref(), other.as_deref(), None);
    }
    let programs = |one: &Snapshot| {
        let programs = one.tree_state.iter().flat_map(|state| &state.programs);
        let row = |program: &SnapshotProgram| {
            let built = program.built_with.as_deref().unwrap_or("no build information");
            let signature = &program.signature;
            let settings = program.build_settings.join(" ");
            (program.path.clone(), format!("{} {built}, signature {signature}, {settings}", program.sha256))
        };
        programs.map(row).collect::<Vec<_>>()
    };
    found.several("programs", &programs(a), &programs(b), None);
    let times = |one: &Snapshot| {
        let programs = one.tree_state.iter().flat_map(|state| &state.programs);
        programs.filter_map(|one| Some((one.path.clone(), one.modified.clone()?))).collect::<Vec<_>>()
    };
    found.several("time", &times(a), &times(b), Some(Ignored::Time));
}

fn some_list(list: &[String]) -> Option<String> {
    (!list.is_empty()).then(|| list.join(", "))
}

fn project(found: &mut Comparison, a: &Snapshot, b: &Snapshot) {
    let facts = |one: &Snapshot| {
        let Some(state) = &one.project_state else { return Vec::new() };
        let row = |name: &str, value: Option<String>| Some((name.to_owned(), value?));
        let mut rows: Vec<(String, String)> = [
            row("folder", Some(state.folder.clone())),
            row("commit", state.commit.clone()),
            row("dirty", state.is_dirty.map(|is_dirty| is_dirty.to_string())),
        ]
        .into_iter()
        .flatten()
        .collect();
        rows.extend(state.project_files.iter().map(|file| (file.path.clone(), file.sha256.clone())));
        rows
    };
    found.several("project", &facts(a), &facts(b), Some(Ignored::Project));
    let graph = |one: &Snapshot| one.project_state.as_ref().and_then(|state| state.module_graph.clone());
    let (one, other) = (graph(a), graph(b));
    if one.is_some() != other.is_some() {
        // The parts of one that the other never recorded differ in nothing.
        let told = |graph: Option<&Graph>| graph.map(|graph| format!("{} modules", graph.modules.len()));
        let (one, other) = (told(one.as_ref()), told(other.as_ref()));
        found.one("graph", "recorded", one.as_deref(), other.as_deref(), Some(Ignored::Project));
        return;
    }
    let modules = |graph: &Option<Graph>| {
        let row = |module: &GraphModule| {
            let version = module.module_version.as_deref().unwrap_or("(main)");
            let replaced = module.replacement.as_ref().map(|by| match &by.module_version {
                Some(version) => format!(" => {}@{version}", by.module),
                None => format!(" => {}", by.module),
            });
            let sum = module.sum.as_ref().map(|sum| format!(" {sum}"));
            let needed = if module.is_indirect { " indirect" } else { "" };
            let go = module.go.as_ref().map(|go| format!(" go {go}"));
            let parts = [replaced, sum, go].map(Option::unwrap_or_default).concat();
            (module.module.clone(), format!("{version}{parts}{needed}"))
        };
        graph.iter().flat_map(|graph| &graph.modules).map(row).collect::<Vec<_>>()
    };
    found.several("graph", &modules(&one), &modules(&other), Some(Ignored::Project));
    let edges = |graph: &Option<Graph>| {
        let row = |edge: &GraphEdge| (format!("{} -> {}", edge.from, edge.to), "needed".to_owned());
        graph.iter().flat_map(|graph| &graph.edges).map(row).collect::<Vec<_>>()
    };
    found.several("graph", &edges(&one), &edges(&other), Some(Ignored::Project));
}
