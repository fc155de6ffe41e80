//! Reads the graph of a project from its go command and its go.sum.

use std::path::{Path, PathBuf};
use std::time::Duration;

use context::settings::SettingsError;
use context::{Ctx, FOLDERS_MAX};
use diag::{Class, Diagnose, Diagnosis};
use resolve::{GoQuestionError, ask_project};
use serde::Deserialize;
use store::Toolchain;

use crate::limits::{ASK_TIME_MAX, SUM_BYTES_MAX};
use crate::model::{Edge, Module, ModuleGraph, Replacement};
use crate::sums::Sums;

/// Why there is no graph of a project.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum GraphError {
    /// There is no module.
    #[error("read the module graph: there is no go.mod or go.work in `{}` or above it", folder.display())]
    NoModule { folder: PathBuf },
    /// The go command did not answer.
    #[error("read the module graph")]
    Go(#[source] GoQuestionError),
    /// The go command's answer is not understood.
    #[error("understand the module graph: {reason}")]
    Answer { reason: String },
    /// A go.sum cannot be read.
    #[error("read `{}`", path.display())]
    Sum {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// The settings do not allow the folder.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

impl Diagnose for GraphError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::NoModule { .. } => Class::NotFound
                .word("no-module")
                .hint("name the project's folder: `goward graph DIR`; `go mod init` makes a module"),
            Self::Go(error) => error.diagnosis(),
            Self::Answer { .. } => Class::Environment.word("graph-answer"),
            Self::Sum { cause, .. } => Diagnosis::of_io("go-sum", cause),
            Self::Settings(error) => error.diagnosis(),
        }
    }
}

/// A module as `go list -m -json` prints it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedModule {
    path: String,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    main: bool,
    #[serde(default)]
    indirect: bool,
    #[serde(default)]
    replace: Option<Box<ListedModule>>,
    #[serde(default)]
    go_version: Option<String>,
    #[serde(default)]
    dir: Option<PathBuf>,
}

/// Reads the graph of the project in a folder, with the toolchain that was chosen for it. `time_max` bounds both
/// questions together; without it each has a bound of its own.
///
/// # Errors
/// When there is no module, the go command fails (a go.sum without an entry, a missing network), or its answer is not
/// understood.
pub fn read(
    ctx: &Ctx,
    folder: &Path,
    toolchain: &Toolchain,
    time_max: Option<Duration>,
) -> Result<ModuleGraph, GraphError> {
    let clock = ctx.sys.clock();
    let start = clock.moment();
    let left = || time_max.map_or(ASK_TIME_MAX, |max| max.saturating_sub(clock.since(start)).min(ASK_TIME_MAX));
    let at = ctx.derive(|same| same.folder(folder.to_owned()))?;
    let Some(root) = root_of(&at, folder) else { return Err(GraphError::NoModule { folder: folder.to_owned() }) };
    let listed = ask_project(&at, toolchain, &["list", "-m", "-json", "all"], left()).map_err(GraphError::Go)?;
    let edges = ask_project(&at, toolchain, &["mod", "graph"], left()).map_err(GraphError::Go)?;
    let listed = listed_modules(&listed)?;
    let mut sums = Sums::default();
    let of_mains = listed.iter().filter(|module| module.main).filter_map(|module| module.dir.clone());
    let mut files = vec![root.join("go.sum"), root.join("go.work.sum")];
    files.extend(of_mains.map(|folder| folder.join("go.sum")));
    files.dedup();
    for path in files {
        sums.add(&text_if_there(&at, &path)?);
    }
    let modules = listed.into_iter().map(|module| module_of(module, &sums)).collect();
    ModuleGraph::of(modules, parsed_edges(&edges)).map_err(|reason| GraphError::Answer { reason })
}

/// The nearest folder with a go.work, else with a go.mod, as the go command looks for them.
fn root_of(ctx: &Ctx, folder: &Path) -> Option<PathBuf> {
    let has = |folder: &&Path, name: &str| ctx.sys.fs().look(&folder.join(name)).is_ok_and(|meta| meta.is_some());
    let nearest = |name: &'static str| folder.ancestors().take(FOLDERS_MAX).find(move |one| has(one, name));
    nearest("go.work").or_else(|| nearest("go.mod")).map(Path::to_owned)
}

fn listed_modules(text: &str) -> Result<Vec<ListedModule>, GraphError> {
    let stream = serde_json::Deserializer::from_str(text).into_iter::<ListedModule>();
    stream.collect::<Result<_, _>>().map_err(|error| GraphError::Answer { reason: format!("go list: {error}") })
}

fn module_of(listed: ListedModule, sums: &Sums) -> Module {
    let text = |text: Option<String>| text.filter(|text| !text.is_empty());
    let version = text(listed.version).filter(|_| !listed.main);
    let replacement = listed.replace.map(|one| Replacement { path: one.path, version: text(one.version) });
    let sum = match (&replacement, &version) {
        (Some(Replacement { path, version: Some(version) }), _) => sums.of(path, version),
        // A folder has no hash.
        (Some(_), _) | (None, None) => None,
        (None, Some(version)) => sums.of(&listed.path, version),
    };
    Module {
        sum: sum.cloned(),
        path: listed.path,
        version,
        is_main: listed.main,
        is_indirect: listed.indirect,
        replacement,
        go: text(listed.go_version),
    }
}

/// The edges of `go mod graph`. Since Go 1.21 some lead to `go@1.22` and `toolchain@go1.22.1`; an older Go prints none
/// of them, and the modules' `go` lines say the same.
fn parsed_edges(text: &str) -> Vec<Edge> {
    let is_module = |name: &str| !["go@", "toolchain@"].iter().any(|start| name.starts_with(start));
    let edge = |line: &str| {
        let (from, to) = line.trim().split_once(' ')?;
        (is_module(from) && is_module(to)).then(|| Edge { from: from.to_owned(), to: to.to_owned() })
    };
    text.lines().filter_map(edge).collect()
}

fn text_if_there(ctx: &Ctx, path: &Path) -> Result<String, GraphError> {
    let read = ctx.sys.fs().read_if_there(path, SUM_BYTES_MAX);
    let bytes = read.map_err(|cause| GraphError::Sum { path: path.to_owned(), cause })?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_go_command_prints_becomes_a_sorted_graph() {
        // Source: `go list -m -json all` and `go mod graph` of Go 1.27, shortened.
        let listed = r#"{ "Path": "example.test/app", "Main": true, "Dir": "/work", "GoMod": "/work/go.mod", "GoVersion": "1.22" }
            { "Path": "example.test/z", "Version": "v1.2.0", "Time": "2024-01-01T00:00:00Z", "Indirect": true }
            { "Path": "example.test/a", "Version": "v0.1.0", "GoVersion": "1.20",
              "Replace": { "Path": "example.test/fork", "Version": "v0.1.1", "GoVersion": "1.20" } }
            { "Path": "example.test/l", "Version": "v0.0.1", "Replace": { "Path": "./my folder", "Dir": "/work/my folder" } }"#;
        let mut sums = Sums::default();
        sums.add("example.test/z v1.2.0 h1:z=\nexample.test/fork v0.1.1 h1:fork=\nexample.test/l v0.0.1 h1:l=\n");
        let modules = listed_modules(listed).unwrap().into_iter().map(|module| module_of(module, &sums)).collect();
        let edges = parsed_edges(
            "example.test/app example.test/z@v1.2.0\nexample.test/app example.test/a@v0.1.0\nexample.test/app go@1.22\n\
             go@1.22 toolchain@go1.22\nexample.test/app example.test/a@v0.1.0\n",
        );
        let graph = ModuleGraph::of(modules, edges).unwrap();
        let paths: Vec<&str> = graph.modules.iter().map(|module| module.path.as_str()).collect();
        assert_eq!(paths, ["example.test/app", "example.test/a", "example.test/l", "example.test/z"]);
        let sums: Vec<_> = graph.modules.iter().map(|module| module.sum.as_deref()).collect();
        assert_eq!(sums, [None, Some("h1:fork="), None, Some("h1:z=")]);
        assert_eq!(graph.edges.len(), 2);
        assert!(graph.modules[3].is_indirect && graph.modules[0].is_main);
        assert!(listed_modules("{ \"Path\": ").is_err());
    }
}
