//! Checks that the files of a crate do not import each other in a circle: such files can only be read together.
//!
//! Files are the nodes, paths that begin with `crate`, `super` or `self` the arrows; a name that a `lib.rs` or `mod.rs`
//! re-exports counts for the file that it comes from. A `mod.rs` and the files below it count as one and are ignored,
//! and so are imports of tests only. Text is read as lines and words, without a parser: a path from a macro is not
//! seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::files::{folders, sources};

/// A module, by the names of its path from the crate's root, which is the empty list.
type Module = Vec<String>;

/// The circles of all crates, a line each.
pub fn circles(root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for layer in folders(&root.join("crates"))? {
        for package in folders(&layer)? {
            let source = package.join("src");
            if source.is_dir() {
                let name = package.strip_prefix(root)?.display().to_string();
                faults.extend(of_crate(&source)?.into_iter().map(|circle| format!("{name}: {circle}")));
            }
        }
    }
    Ok(faults)
}

fn of_crate(source: &Path) -> Result<Vec<String>> {
    let mut files = BTreeMap::new();
    for path in sources(source)? {
        files.insert(module_of(path.strip_prefix(source)?), bare(&fs::read_to_string(&path)?));
    }
    Ok(circles_of(&files))
}

/// The module of a file: `a/mod.rs` and `a.rs` are `a`, `lib.rs` and `main.rs` the root.
fn module_of(path: &Path) -> Module {
    let mut names: Module = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if let Some(last) = names.last_mut() {
        *last = last.trim_end_matches(".rs").to_owned();
    }
    if names.last().is_some_and(|last| last == "mod" || (names.len() == 1 && (last == "lib" || last == "main"))) {
        names.pop();
    }
    names
}

/// The text without comments, without strings on one line, and without the tests.
fn bare(text: &str) -> String {
    let product = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let mut bare = String::new();
    for line in product.lines() {
        let mut parts = line.split('"').enumerate().filter(|(index, _)| index % 2 == 0).map(|(_, part)| part);
        let code: String = parts.by_ref().collect::<Vec<_>>().join("\"\"");
        bare.push_str(code.split("//").next().unwrap_or_default());
        bare.push('\n');
    }
    bare
}

fn circles_of(files: &BTreeMap<Module, String>) -> Vec<String> {
    let used: BTreeMap<&Module, Named> = files.iter().map(|(module, text)| (module, paths(text))).collect();
    let mut arrows: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
    for (module, named) in &used {
        let targets = named.paths.iter().filter_map(|path| resolve(files, &used, module, path, 0));
        let others = targets.filter(|target| !target.starts_with(module) && !module.starts_with(target));
        arrows.insert(module, others.collect());
    }
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        arrows.keys().map(|module| (*module, reach(&arrows, module))).collect();
    let mut told: BTreeSet<&Module> = BTreeSet::new();
    let mut circles = Vec::new();
    for module in arrows.keys() {
        let is_mutual = |other: &&&Module| reached[**other].contains(*module) && reached[*module].contains(**other);
        let circle: BTreeSet<&Module> = arrows.keys().filter(is_mutual).copied().collect();
        if circle.len() > 1 && !told.contains(*module) {
            told.extend(&circle);
            let names: Vec<String> = circle.iter().map(|module| module.join("/")).collect();
            circles.push(format!("a circle of files: {}", names.join(", ")));
        }
    }
    circles
}

/// Everything that is reachable along the arrows.
fn reach<'a>(arrows: &BTreeMap<&'a Module, BTreeSet<&'a Module>>, from: &'a Module) -> BTreeSet<&'a Module> {
    let (mut found, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(module) = next.pop() {
        for target in arrows.get(module).into_iter().flatten() {
            if found.insert(*target) {
                next.push(target);
            }
        }
    }
    found
}

/// How far re-exports of re-exports are followed: a circle of them does not compile.
const REEXPORTS_MAX: usize = 8;

/// The file of a path, seen from a module. `None` for a path outside of the crate.
fn resolve<'a>(
    files: &'a BTreeMap<Module, String>,
    used: &BTreeMap<&Module, Named>,
    from: &[String],
    path: &[String],
    depth: usize,
) -> Option<&'a Module> {
    let (mut at, mut names): (Module, &[String]) = match path.first()?.as_str() {
        "crate" => (Vec::new(), &path[1..]),
        "self" => (from.to_vec(), &path[1..]),
        "super" => (from.get(..from.len().checked_sub(1)?)?.to_vec(), &path[1..]),
        // `use below::Name`: a module below this one.
        name if files.contains_key(&[from, &[name.to_owned()]].concat()) => (from.to_vec(), path),
        _ => return None,
    };
    while names.first().is_some_and(|name| name == "super") {
        at.pop();
        names = &names[1..];
    }
    while let Some(name) = names.first() {
        let below = [at.as_slice(), std::slice::from_ref(name)].concat();
        if !files.contains_key(&below) {
            break;
        }
        (at, names) = (below, &names[1..]);
    }
    let (here, _) = files.get_key_value(&at)?;
    let Some(name) = names.first().filter(|_| depth < REEXPORTS_MAX && here.as_slice() != from) else {
        return Some(here);
    };
    let source = used.get(here)?.handed_on.iter().find(|path| path.len() > 1 && path.last() == Some(name));
    source.and_then(|path| resolve(files, used, here, path, depth + 1)).or(Some(here))
}

/// The paths in a text: those of its `use` lines, expanded, and those within code that begin with `crate`, `super` or
/// `self`.
#[derive(Default)]
struct Named {
    paths: Vec<Vec<String>>,
    /// Those of them that this file re-exports: of `pub use` lines.
    handed_on: Vec<Vec<String>>,
}

fn paths(text: &str) -> Named {
    let mut named = Named::default();
    let mut rest = text;
    while let Some((start, end, is_handed_on)) = next_use(rest) {
        inline(&rest[..start], &mut named.paths);
        let mut of_line = Vec::new();
        expand(&[], &rest[start..end], &mut of_line);
        if is_handed_on {
            named.handed_on.extend(of_line.clone());
        }
        named.paths.extend(of_line);
        rest = &rest[end..];
    }
    inline(rest, &mut named.paths);
    named
}

/// The start and end of the tree of the next `use`, and whether it is a `pub use`.
fn next_use(text: &str) -> Option<(usize, usize, bool)> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find("use ")? + "use ".len();
        let before = &text[..start - "use ".len()];
        let line = before.rsplit('\n').next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with("pub") {
            return Some((start, start + text[start..].find(';')?, !line.is_empty()));
        }
        from = start;
    }
}

/// The paths of a tree such as `crate::a::{B, c::D as E}`.
fn expand(prefix: &[String], tree: &str, found: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    match tree.split_once('{') {
        Some((head, group)) => {
            let mut prefix = prefix.to_vec();
            prefix.extend(head.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned));
            let group = group.rsplit_once('}').map_or(group, |(group, _)| group);
            let (mut depth, mut start) = (0, 0);
            for (index, letter) in group.char_indices() {
                match letter {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        expand(&prefix, &group[start..index], found);
                        start = index + 1;
                    }
                    _ => {}
                }
            }
            expand(&prefix, &group[start..], found);
        }
        None if tree.is_empty() => {}
        None => {
            let name = tree.split(" as ").next().unwrap_or_default();
            let mut path = prefix.to_vec();
            path.extend(name.split("::").map(|name| name.trim().to_owned()));
            found.push(path);
        }
    }
}

/// Paths within code.
fn inline(text: &str, found: &mut Vec<Vec<String>>) {
    for head in ["crate::", "super::", "self::"] {
        for (start, _) in text.match_indices(head) {
            let is_whole = !text[..start].ends_with(|letter: char| letter.is_alphanumeric() || "_:$".contains(letter));
            if is_whole {
                let is_of_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
                let path = text[start..].split(|letter: char| !is_of_path(letter)).next().unwrap_or_default();
                found.push(path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles_in(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(path, text)| (module_of(Path::new(path)), bare(text))).collect();
        circles_of(&files)
    }

    #[test]
    fn two_files_that_need_each_other_are_a_circle() {
        let (a, b) = ("use crate::b::B;\npub struct A(B);\n", "fn b(_: &super::a::A) {}\npub struct B;\n");
        assert_eq!(circles_in(&[("lib.rs", "mod a;\nmod b;\n"), ("a.rs", a), ("b.rs", b)]).len(), 1);
        assert!(circles_in(&[("lib.rs", ""), ("a.rs", a), ("b.rs", "pub struct B;\n")]).is_empty());
    }

    #[test]
    fn a_name_that_the_root_hands_on_counts_for_its_file() {
        let root = "mod a;\nmod b;\npub use a::{A, C as D};\npub use b::B;\n";
        let files = [("lib.rs", root), ("a.rs", "use crate::{B, x::Y};\n"), ("b.rs", "use crate::A;\n")];
        assert_eq!(circles_in(&files), ["a circle of files: a, b"]);
    }

    #[test]
    fn a_module_and_what_is_below_it_are_one_thing() {
        let files = [("lib.rs", "mod a;\n"), ("a/mod.rs", "mod b;\nuse b::B;\n"), ("a/b.rs", "use super::A;\n")];
        assert!(circles_in(&files).is_empty());
    }

    #[test]
    fn three_files_in_a_ring_are_one_circle_and_tests_and_comments_make_none() {
        let ring = [("a.rs", "use crate::b::X;\n"), ("b.rs", "use crate::c::X;\n"), ("c.rs", "use crate::a::X;\n")];
        assert_eq!(circles_in(&ring), ["a circle of files: a, b, c"]);
        let no_ring = [
            ("a.rs", "use crate::b::X;\n"),
            (
                "b.rs",
                "// crate::a::X\nconst X: &str = \"crate::a::X\";\n#[cfg(test)]\nmod tests {\n    use crate::a::X;\n}\n",
            ),
        ];
        assert!(circles_in(&no_ring).is_empty());
    }
}
