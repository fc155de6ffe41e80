//! The graph as a value, and what every graph must be.

use serde::{Deserialize, Serialize};

use crate::limits::{EDGES_MAX, MODULES_MAX, WORD_BYTES_MAX};

/// The name of the form, with its number: the first field of the file.
pub const SCHEMA: &str = "goward.graph/1";

/// The modules of a project and who needs whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleGraph {
    /// The form of this value: [`SCHEMA`].
    pub schema: String,
    /// The modules, the main ones first, then by path and version.
    pub modules: Vec<Module>,
    /// The edges, sorted.
    pub edges: Vec<Edge>,
}

/// A module that the build list has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// Its path.
    #[serde(rename = "module")]
    pub path: String,
    /// Its version; none for a main module.
    #[serde(rename = "module_version")]
    pub version: Option<String>,
    /// Whether it is the project itself, or a module of its workspace.
    pub is_main: bool,
    /// Whether go.mod lists it as needed by other modules only.
    pub is_indirect: bool,
    /// The module or folder that stands in for it (`replace`).
    pub replacement: Option<Replacement>,
    /// Its hash in go.sum, `h1:…`; that of the replacement where one has a version. None if go.sum has none.
    pub sum: Option<String>,
    /// The `go` line of its go.mod.
    pub go: Option<String>,
}

/// What stands in for a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// A module's path, or a folder as it is written in go.mod.
    #[serde(rename = "module")]
    pub path: String,
    /// The version; none for a folder.
    #[serde(rename = "module_version")]
    pub version: Option<String>,
}

/// That one module needs another, each as `path@version`, a main module by its path alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// The one that needs.
    pub from: String,
    /// What it needs.
    pub to: String,
}

impl Module {
    /// `path@version`, or the path of a main module.
    pub fn name(&self) -> String {
        match &self.version {
            Some(version) => format!("{}@{version}", self.path),
            None => self.path.clone(),
        }
    }
}

impl ModuleGraph {
    /// A graph of these parts, sorted and without repetitions.
    ///
    /// # Errors
    /// What is wrong with it: too much, or a text that no module has.
    pub fn of(mut modules: Vec<Module>, mut edges: Vec<Edge>) -> Result<ModuleGraph, String> {
        modules.sort_by(|a, b| (!a.is_main, &a.path, &a.version).cmp(&(!b.is_main, &b.path, &b.version)));
        modules.dedup();
        edges.sort();
        edges.dedup();
        let graph = ModuleGraph { schema: SCHEMA.to_owned(), modules, edges };
        graph.check().map(|()| graph)
    }

    /// Checks the bounds and every text.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.modules.len() > MODULES_MAX {
            return Err(format!("it has {} modules; at most {MODULES_MAX} are read", self.modules.len()));
        }
        if self.edges.len() > EDGES_MAX {
            return Err(format!("it has {} edges; at most {EDGES_MAX} are read", self.edges.len()));
        }
        for module in &self.modules {
            let replacement = module.replacement.as_ref();
            let words = [Some(&module.path), module.version.as_ref(), module.sum.as_ref(), module.go.as_ref()];
            let of_replacement = replacement.and_then(|one| one.version.as_ref());
            words.into_iter().flatten().chain(of_replacement).try_for_each(|word| check_word(word))?;
            // A folder may have blanks in its name.
            replacement.map_or(Ok(()), |one| check_text(&one.path))?;
        }
        self.edges.iter().flat_map(|edge| [&edge.from, &edge.to]).try_for_each(|word| check_word(word))
    }

    /// The main modules' paths.
    pub fn mains(&self) -> impl Iterator<Item = &str> {
        self.modules.iter().filter(|module| module.is_main).map(|module| module.path.as_str())
    }
}

/// A path, a version or a hash: printable ASCII or letters, without blanks and quotes.
fn check_word(word: &str) -> Result<(), String> {
    check_text(word)?;
    match word.chars().find(|char| char.is_whitespace() || matches!(char, '"' | '\'' | '`' | '<' | '>' | '\\')) {
        Some(char) => Err(format!("`{}` has the character {}", diag::shown_line(word), char.escape_default())),
        None => Ok(()),
    }
}

fn check_text(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("a path, a version or a hash is empty".to_owned());
    }
    if text.len() > WORD_BYTES_MAX {
        return Err(format!("a path, a version or a hash has {} bytes; at most {WORD_BYTES_MAX} are read", text.len()));
    }
    // What `shown_line` would change steers a terminal or deceives.
    match diag::shown_line(text) == text {
        true => Ok(()),
        false => Err(format!("`{}` has characters that do not print", diag::shown_line(text))),
    }
}
