//! A graph as a snapshot holds it.

use view::{Graph, GraphEdge, GraphModule, GraphReplacement};

use crate::model::{Edge, Module, ModuleGraph, Replacement};

impl From<&Module> for GraphModule {
    fn from(module: &Module) -> GraphModule {
        let replacement = module.replacement.as_ref();
        GraphModule {
            module: module.path.clone(),
            module_version: module.version.clone(),
            is_main: module.is_main,
            is_indirect: module.is_indirect,
            replacement: replacement
                .map(|one| GraphReplacement { module: one.path.clone(), module_version: one.version.clone() }),
            sum: module.sum.clone(),
            go: module.go.clone(),
        }
    }
}

impl From<&Edge> for GraphEdge {
    fn from(edge: &Edge) -> GraphEdge {
        GraphEdge { from: edge.from.clone(), to: edge.to.clone() }
    }
}

impl From<&ModuleGraph> for Graph {
    fn from(graph: &ModuleGraph) -> Graph {
        Graph {
            modules: graph.modules.iter().map(GraphModule::from).collect(),
            edges: graph.edges.iter().map(GraphEdge::from).collect(),
        }
    }
}

impl TryFrom<Graph> for ModuleGraph {
    type Error = String;

    /// The graph of a snapshot, which may be anybody's file: it is held to the same bounds as a graph's file.
    fn try_from(graph: Graph) -> Result<ModuleGraph, String> {
        let module = |one: GraphModule| Module {
            path: one.module,
            version: one.module_version,
            is_main: one.is_main,
            is_indirect: one.is_indirect,
            replacement: one.replacement.map(|one| Replacement { path: one.module, version: one.module_version }),
            sum: one.sum,
            go: one.go,
        };
        let edge = |one: GraphEdge| Edge { from: one.from, to: one.to };
        ModuleGraph::of(graph.modules.into_iter().map(module).collect(), graph.edges.into_iter().map(edge).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> ModuleGraph {
        let replacement = Some(Replacement { path: "../fork".into(), version: None });
        let main = Module {
            path: "example.test/app".into(),
            version: None,
            is_main: true,
            is_indirect: false,
            replacement: None,
            sum: None,
            go: Some("1.26".into()),
        };
        let other = Module {
            path: "example.test/a".into(),
            version: Some("v1.2.3".into()),
            is_main: false,
            is_indirect: true,
            replacement,
            sum: Some("h1:abc=".into()),
            go: None,
        };
        let edge = Edge { from: "example.test/app".into(), to: "example.test/a@v1.2.3".into() };
        ModuleGraph::of(vec![main, other], vec![edge]).unwrap()
    }

    #[test]
    fn a_graph_goes_into_a_snapshot_and_comes_back() {
        let recorded = Graph::from(&graph());
        assert_eq!(ModuleGraph::try_from(recorded), Ok(graph()));
    }

    #[test]
    fn a_hostile_snapshots_graph_is_refused() {
        let mut recorded = Graph::from(&graph());
        recorded.modules[0].module = "example.test/a\u{1b}[2J".into();
        assert!(ModuleGraph::try_from(recorded).is_err());
    }
}
