//! What differs between two graphs, and the way to a module.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::model::{Edge, Module, ModuleGraph};

/// What differs between two graphs; every list is sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Modules that only the second has.
    pub added: Vec<Module>,
    /// Modules that only the first has.
    pub removed: Vec<Module>,
    /// Modules that both have, and not alike.
    pub moved: Vec<Moved>,
    /// Edges that only the second has.
    pub edges_added: Vec<Edge>,
    /// Edges that only the first has.
    pub edges_removed: Vec<Edge>,
}

/// A module that both graphs have, and not alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// In the first graph.
    pub before: Module,
    /// In the second.
    pub after: Module,
}

impl Difference {
    /// Whether the graphs are equal.
    pub fn is_nothing(&self) -> bool {
        *self == Difference::default()
    }
}

impl Moved {
    /// What differs, as `version v1.0.0 → v1.1.0`, a line each.
    pub fn changes(&self) -> Vec<String> {
        let (a, b) = (&self.before, &self.after);
        let replacement = |module: &Module| {
            let one = module.replacement.as_ref()?;
            Some(one.version.as_ref().map_or(one.path.clone(), |version| format!("{}@{version}", one.path)))
        };
        let indirect = |module: &Module| module.is_indirect.then(|| "indirect".to_owned());
        let main = |module: &Module| module.is_main.then(|| "main".to_owned());
        let rows = [
            ("version", a.version.clone(), b.version.clone()),
            ("replacement", replacement(a), replacement(b)),
            ("sum", a.sum.clone(), b.sum.clone()),
            ("go", a.go.clone(), b.go.clone()),
            ("needed", indirect(a), indirect(b)),
            ("role", main(a), main(b)),
        ];
        let told = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
        let differs = rows.into_iter().filter(|(_, before, after)| before != after);
        differs.map(|(what, before, after)| format!("{what} {} -> {}", told(before), told(after))).collect()
    }
}

/// Compares two graphs. A module is the same one by its path.
pub fn diff(before: &ModuleGraph, after: &ModuleGraph) -> Difference {
    let by_path = |graph: &ModuleGraph| -> BTreeMap<String, Module> {
        graph.modules.iter().map(|module| (module.path.clone(), module.clone())).collect()
    };
    let (old, mut new) = (by_path(before), by_path(after));
    let mut difference = Difference::default();
    for (path, before) in old {
        match new.remove(&path) {
            None => difference.removed.push(before),
            Some(after) if after != before => difference.moved.push(Moved { before, after }),
            Some(_) => {}
        }
    }
    difference.added = new.into_values().collect();
    let (old, new): (BTreeSet<&Edge>, BTreeSet<&Edge>) = (before.edges.iter().collect(), after.edges.iter().collect());
    difference.edges_added = new.difference(&old).map(|edge| (*edge).clone()).collect();
    difference.edges_removed = old.difference(&new).map(|edge| (*edge).clone()).collect();
    difference
}

/// The shortest way from a main module to a module, each step as `path@version`; of several the first by name. `None` if
/// no way leads to it.
pub fn way(graph: &ModuleGraph, module: &str) -> Option<Vec<String>> {
    let path_of = |name: &str| name.split_once('@').map_or(name, |(path, _)| path).to_owned();
    let mut after: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for edge in &graph.edges {
        after.entry(&edge.from).or_default().push(&edge.to);
    }
    let mut came_from: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    let mut to_go: VecDeque<&str> = VecDeque::new();
    for main in graph.mains() {
        came_from.insert(main, None);
        to_go.push_back(main);
    }
    while let Some(name) = to_go.pop_front() {
        if path_of(name) == module {
            let mut way = vec![name.to_owned()];
            let mut at = name;
            while let Some(Some(before)) = came_from.get(at) {
                way.push((*before).to_owned());
                at = before;
            }
            way.reverse();
            return Some(way);
        }
        for next in after.get(name).into_iter().flatten() {
            if !came_from.contains_key(next) {
                came_from.insert(next, Some(name));
                to_go.push_back(next);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str) -> Module {
        let (path, version) = name.split_once('@').map_or((name, None), |(path, version)| (path, Some(version)));
        Module {
            path: path.into(),
            version: version.map(str::to_owned),
            is_main: version.is_none(),
            is_indirect: false,
            replacement: None,
            sum: None,
            go: None,
        }
    }

    fn graph(modules: &[&str], edges: &[(&str, &str)]) -> ModuleGraph {
        let edges = edges.iter().map(|(from, to)| Edge { from: (*from).into(), to: (*to).into() });
        ModuleGraph::of(modules.iter().map(|name| module(name)).collect(), edges.collect()).unwrap()
    }

    #[test]
    fn equal_graphs_differ_in_nothing_whatever_their_order() {
        let one = graph(&["m", "a@v1", "b@v2"], &[("m", "a@v1"), ("a@v1", "b@v2")]);
        let other = graph(&["b@v2", "a@v1", "m", "m"], &[("a@v1", "b@v2"), ("m", "a@v1")]);
        assert!(diff(&one, &other).is_nothing());
        assert_eq!(one, other);
    }

    #[test]
    fn what_was_added_removed_and_moved_is_told_apart() {
        let one = graph(&["m", "a@v1", "b@v2"], &[("m", "a@v1"), ("m", "b@v2")]);
        let other = graph(&["m", "a@v3", "c@v1"], &[("m", "a@v3"), ("m", "c@v1")]);
        let difference = diff(&one, &other);
        assert_eq!(difference.added, [module("c@v1")]);
        assert_eq!(difference.removed, [module("b@v2")]);
        assert_eq!(difference.moved.len(), 1);
        assert_eq!(difference.moved[0].changes(), ["version v1 -> v3"]);
        assert_eq!((difference.edges_added.len(), difference.edges_removed.len()), (2, 2));
        assert!(!difference.is_nothing());
    }

    #[test]
    fn the_way_to_a_module_is_the_shortest_and_ends_in_loops() {
        let edges =
            [("m", "a@v1"), ("a@v1", "b@v1"), ("b@v1", "a@v1"), ("b@v1", "c@v1"), ("m", "d@v1"), ("d@v1", "c@v1")];
        let graph = graph(&["m", "a@v1", "b@v1", "c@v1", "d@v1"], &edges);
        assert_eq!(way(&graph, "c").unwrap(), ["m", "d@v1", "c@v1"]);
        assert_eq!(way(&graph, "m").unwrap(), ["m"]);
        assert_eq!(way(&graph, "x"), None);
    }
}
