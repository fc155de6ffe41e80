//! Module graphs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::View;

/// What `goward graph` shows. The file of `--save` has the same fields, so either can be compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Graph {
    /// The modules, the main ones first, then by path.
    pub modules: Vec<GraphModule>,
    /// Who needs whom, sorted.
    pub edges: Vec<GraphEdge>,
}

impl View for Graph {
    const SCHEMA: &'static str = "goward.graph/1";
}

/// A module that a project uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GraphModule {
    /// The module's path.
    pub module: String,
    /// The module's version; `null` for a main module.
    pub module_version: Option<String>,
    /// Whether it is the project itself, or a module of its workspace.
    pub is_main: bool,
    /// Whether go.mod lists it as needed by other modules only.
    pub is_indirect: bool,
    /// What stands in for it (`replace`).
    pub replacement: Option<GraphReplacement>,
    /// Its hash in go.sum, `h1:…`; `null` where go.sum has none.
    pub sum: Option<String>,
    /// The `go` line of its go.mod.
    pub go: Option<String>,
}

/// What stands in for a module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GraphReplacement {
    /// A module's path, or a folder as go.mod has it.
    pub module: String,
    /// The version; `null` for a folder.
    pub module_version: Option<String>,
}

/// That one module needs another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GraphEdge {
    /// The one that needs, as `module@version`.
    pub from: String,
    /// What it needs.
    pub to: String,
}

/// What `goward graph --save` has written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GraphSaved {
    /// The file.
    pub path: String,
    /// How many modules the graph has.
    pub module_count: u64,
}

impl View for GraphSaved {
    const SCHEMA: &'static str = "goward.graph-saved/1";
}

/// What `goward graph diff` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GraphDiff {
    /// Whether the graphs are equal.
    pub equal: bool,
    /// Modules that only the second has.
    pub modules_added: Vec<GraphModule>,
    /// Modules that only the first has.
    pub modules_removed: Vec<GraphModule>,
    /// Modules that both have, and not alike.
    pub modules_moved: Vec<MovedModule>,
    /// Edges that only the second has.
    pub edges_added: Vec<GraphEdge>,
    /// Edges that only the first has.
    pub edges_removed: Vec<GraphEdge>,
}

impl View for GraphDiff {
    const SCHEMA: &'static str = "goward.graph-diff/1";
}

/// A module that both graphs have, and not alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MovedModule {
    /// In the first graph.
    pub module_before: GraphModule,
    /// In the second.
    pub module_after: GraphModule,
}

/// What `goward graph why` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GraphWhy {
    /// The module's path.
    pub module: String,
    /// The way to it from a main module, each element as `module@version`.
    pub chain: Vec<String>,
}

impl View for GraphWhy {
    const SCHEMA: &'static str = "goward.graph-why/1";
}
