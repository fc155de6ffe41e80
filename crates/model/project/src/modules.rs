//! Finds the dependency that forces a project's Go version.
//!
//! `go mod graph` prints one requirement on each line, `example.test/mid@v1.0.0 example.test/dep@v1.2.0`; main modules
//! have no version. Since Go 1.21 a module's `go` line is a requirement like any other, of `go@1.26.1`, and the go
//! command keeps the main module's own line at the highest of them. What it omits from the graph
//! (<https://go.dev/ref/mod#graph-pruning>) requires nothing of the main module, so the printed graph is complete. The
//! text is untrusted: lines of another form are ignored.

use std::collections::{BTreeMap, VecDeque};

use release::Version;
use serde::Serialize;

/// The requirements of modules.
#[derive(Debug, Default)]
pub struct ModuleGraph {
    names: Vec<String>,
    requires: Vec<Vec<usize>>,
    needs: Vec<Option<Version>>,
}

/// The highest `go` line among modules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Demand {
    /// The required Go version.
    pub needs: Version,
    /// The modules that need it, in the order of the graph.
    pub modules: Vec<Demander>,
    /// What would still be required without them, and by which module. `None` if no other module requires any.
    pub without: Option<(Version, String)>,
}

/// A module that requires a Go version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Demander {
    /// The module's path.
    pub module: String,
    /// Its version; `None` for a main module.
    pub version: Option<String>,
    /// The path to it from a main module: that first, itself last, each as the go command writes it.
    pub chain: Vec<String>,
}

impl ModuleGraph {
    /// Parses the output of `go mod graph`.
    pub fn parse(text: &str) -> ModuleGraph {
        let mut graph = ModuleGraph::default();
        let mut index = BTreeMap::new();
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            let (Some(from), Some(to), None) = (words.next(), words.next(), words.next()) else { continue };
            // Go and its toolchains appear as modules here; no module causes their requirements.
            if from.starts_with("go@") || from.starts_with("toolchain@") || to.starts_with("toolchain@") {
                continue;
            }
            let from = graph.node(&mut index, from);
            match to.strip_prefix("go@") {
                Some(version) => {
                    if let Some(place) = graph.needs.get_mut(from) {
                        *place = version.parse().ok();
                    }
                }
                None => {
                    let to = graph.node(&mut index, to);
                    if let Some(requires) = graph.requires.get_mut(from) {
                        requires.push(to);
                    }
                }
            }
        }
        graph
    }

    fn node<'t>(&mut self, index: &mut BTreeMap<&'t str, usize>, name: &'t str) -> usize {
        *index.entry(name).or_insert_with(|| {
            self.names.push(name.to_owned());
            self.requires.push(Vec::new());
            self.needs.push(None);
            self.names.len() - 1
        })
    }

    /// The main modules.
    pub fn main_modules(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str).filter(|name| !name.contains('@'))
    }

    /// The highest demand. Main modules count as well if they are `members` of a workspace, whose own line must not be
    /// lower than theirs; a dependency with the same demand comes before them, since it caused theirs.
    pub fn demand(&self, members: bool) -> Option<Demand> {
        let reached = self.reached(&[]);
        let counts = |node: &usize| members || self.is_dependency(*node);
        let needs = self.highest(reached.keys().copied().filter(counts))?.1;
        let mut top: Vec<usize> = reached
            .keys()
            .copied()
            .filter(|node| counts(node) && self.need(*node).is_some_and(|n| n.same_as(&needs)))
            .collect();
        if top.iter().any(|node| self.is_dependency(*node)) {
            top.retain(|node| self.is_dependency(*node));
        }
        let rest = self.reached(&top);
        // If a dependency causes the demand, it also caused the members' own lines, which can be lowered with it.
        let by_members = top.iter().all(|node| !self.is_dependency(*node));
        let still = |node: &usize| self.is_dependency(*node) || by_members && !top.contains(node);
        let rest = rest.keys().copied().filter(still);
        let without = self.highest(rest).map(|(node, version)| (version, self.name(node).to_owned()));
        let modules = top.iter().map(|node| self.demander(*node, &reached)).collect();
        Some(Demand { needs, modules, without })
    }

    /// The modules that are reachable from the main modules without these: each with its predecessor.
    fn reached(&self, except: &[usize]) -> BTreeMap<usize, Option<usize>> {
        let mains = (0..self.names.len()).filter(|node| !self.is_dependency(*node));
        let mut queue: VecDeque<(usize, Option<usize>)> = mains.map(|node| (node, None)).collect();
        let mut reached = BTreeMap::new();
        while let Some((node, before)) = queue.pop_front() {
            // A main module connects to others, whatever it requires itself.
            if reached.contains_key(&node) || except.contains(&node) && self.is_dependency(node) {
                continue;
            }
            reached.insert(node, before);
            queue.extend(self.requires.get(node).into_iter().flatten().map(|next| (*next, Some(node))));
        }
        reached
    }

    fn highest(&self, nodes: impl Iterator<Item = usize>) -> Option<(usize, Version)> {
        // The first of equals, so that the result depends only on the graph.
        nodes
            .filter_map(|node| Some((node, self.need(node)?.clone())))
            .reduce(|best, next| if next.1.go_order(&best.1).is_gt() { next } else { best })
    }

    fn demander(&self, node: usize, reached: &BTreeMap<usize, Option<usize>>) -> Demander {
        let mut chain = vec![self.name(node).to_owned()];
        let mut at = node;
        while let Some(Some(before)) = reached.get(&at) {
            chain.push(self.name(*before).to_owned());
            at = *before;
        }
        chain.reverse();
        let (module, version) = match self.name(node).split_once('@') {
            Some((module, version)) => (module, Some(version.to_owned())),
            None => (self.name(node), None),
        };
        Demander { module: module.to_owned(), version, chain }
    }

    fn is_dependency(&self, node: usize) -> bool {
        self.name(node).contains('@')
    }

    fn name(&self, node: usize) -> &str {
        self.names.get(node).map_or("", String::as_str)
    }

    fn need(&self, node: usize) -> Option<&Version> {
        self.needs.get(node)?.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GRAPH: &str = "\
example.test/main example.test/mid@v1.0.0
example.test/main example.test/old@v1.0.0
example.test/main go@1.26.1
example.test/mid@v1.0.0 example.test/dep@v1.2.0
example.test/mid@v1.0.0 go@1.22
example.test/dep@v1.2.0 go@1.26.1
example.test/dep@v1.2.0 example.test/deep@v0.1.0
example.test/deep@v0.1.0 go@1.25
go@1.26.1 toolchain@go1.26.1
";

    #[test]
    fn the_module_with_the_highest_line_is_found_with_the_way_to_it() {
        let demand = ModuleGraph::parse(GRAPH).demand(false).unwrap();
        assert_eq!(demand.needs.as_str(), "1.26.1");
        assert_eq!(demand.modules.len(), 1);
        let dep = &demand.modules[0];
        assert_eq!((dep.module.as_str(), dep.version.as_deref()), ("example.test/dep", Some("v1.2.0")));
        assert_eq!(dep.chain, ["example.test/main", "example.test/mid@v1.0.0", "example.test/dep@v1.2.0"]);
        // Its exclusive requirements are removed with it.
        let (without, by) = demand.without.unwrap();
        assert_eq!((without.as_str(), by.as_str()), ("1.22", "example.test/mid@v1.0.0"));
    }

    #[test]
    fn without_dependencies_nothing_is_demanded_but_by_members() {
        let graph =
            ModuleGraph::parse("a go@1.24\nb go@1.26\nb example.test/x@v1.0.0\nexample.test/x@v1.0.0 go@1.21\n");
        assert_eq!(graph.main_modules().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(graph.demand(false).unwrap().needs.as_str(), "1.21");
        let demand = graph.demand(true).unwrap();
        assert_eq!((demand.needs.as_str(), demand.modules[0].chain.as_slice()), ("1.26", &["b".to_owned()][..]));
        assert_eq!(demand.modules[0].version, None);
        assert_eq!(demand.without.unwrap().0.as_str(), "1.24");
        assert_eq!(ModuleGraph::parse("a go@1.24\n").demand(false), None);
        assert_eq!(ModuleGraph::parse("").demand(true), None);
    }

    #[test]
    fn a_dependency_comes_before_the_member_that_it_made_need_as_much() {
        let graph = ModuleGraph::parse("a go@1.26\na example.test/x@v1.0.0\nexample.test/x@v1.0.0 go@1.26\n");
        let demand = graph.demand(true).unwrap();
        assert_eq!(demand.modules.len(), 1);
        assert_eq!(demand.modules[0].module, "example.test/x");
        assert_eq!(demand.without, None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_is_left_needs_less(
            text in "((m|x@v[0-3]|y@v[0-3]|go@1\\.2[0-9]|[a-z@]{0,3}) (m|x@v[0-3]|y@v[0-3]|go@1\\.2[0-9]|\\PC{0,3})\n){0,12}",
        ) {
            let graph = ModuleGraph::parse(&text);
            for members in [false, true] {
                if let Some(demand) = graph.demand(members) {
                    prop_assert!(!demand.modules.is_empty());
                    for module in &demand.modules {
                        prop_assert!(!module.chain[0].contains('@'));
                    }
                    if let Some((without, _)) = demand.without {
                        prop_assert!(without.go_order(&demand.needs).is_lt());
                    }
                }
            }
        }
    }
}
