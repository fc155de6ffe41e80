//! The file with a graph: JSON, which anybody may have written.

use std::path::{Path, PathBuf};

use diag::{Class, Diagnose, Diagnosis};
use sys::Sys;

use crate::limits::FILE_BYTES_MAX;
use crate::model::{ModuleGraph, SCHEMA};

/// Why a file holds no graph.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum GraphFileError {
    /// It cannot be read, or is not a regular file within the bound.
    #[error("read the graph `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// It is not such a file, or a damaged one.
    #[error("understand the graph `{}`: {reason}", path.display())]
    Malformed { path: PathBuf, reason: String },
    /// It has the form of another goward.
    #[error("understand the graph `{}`: it is a `{schema}`, and this goward reads `{SCHEMA}`", path.display())]
    OtherForm { path: PathBuf, schema: String },
}

impl Diagnose for GraphFileError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Read { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => {
                Class::NotFound.word("graph-file").hint("`goward graph --save FILE` writes one")
            }
            Self::Read { cause, .. } => Diagnosis::of_io("graph-file", cause),
            Self::Malformed { .. } => {
                Class::Integrity.word("graph-damaged").hint("`goward graph --save FILE` writes a new one")
            }
            Self::OtherForm { .. } => Class::Integrity
                .word("graph-form")
                .hint("write both graphs with the same goward: `goward graph --save`"),
        }
    }
}

/// Reads a graph from the text of such a file.
///
/// # Errors
/// What is wrong, in words; the name of the form if it is another.
pub fn parse(text: &[u8]) -> Result<ModuleGraph, ParseError> {
    /// Read first, so that another form is named as such.
    #[derive(serde::Deserialize)]
    struct Form {
        schema: String,
    }
    let malformed = |error: serde_json::Error| ParseError::Malformed(error.to_string());
    let form: Form = serde_json::from_slice(text).map_err(malformed)?;
    if form.schema != SCHEMA {
        return Err(ParseError::OtherForm(diag::shown_line(&form.schema)));
    }
    let graph: ModuleGraph = serde_json::from_slice(text).map_err(malformed)?;
    graph.check().map_err(ParseError::Malformed)?;
    // Somebody may have written it by hand, in another order.
    ModuleGraph::of(graph.modules, graph.edges).map_err(ParseError::Malformed)
}

/// Why a text is no graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParseError {
    /// It is malformed; what is wrong.
    Malformed(String),
    /// It has another form; its name.
    OtherForm(String),
}

/// Reads a graph from a file, which may be anybody's.
///
/// # Errors
/// [`GraphFileError`].
pub fn parse_file(sys: &Sys, path: &Path) -> Result<ModuleGraph, GraphFileError> {
    let path = sys.env().folder().join(path);
    let bytes =
        sys.fs().read(&path, FILE_BYTES_MAX).map_err(|cause| GraphFileError::Read { path: path.clone(), cause })?;
    parse(&bytes).map_err(|error| match error {
        ParseError::Malformed(reason) => GraphFileError::Malformed { path, reason: diag::shown_line(&reason) },
        ParseError::OtherForm(schema) => GraphFileError::OtherForm { path, schema },
    })
}

/// The bytes of the file: equal graphs give equal bytes.
pub fn to_json(graph: &ModuleGraph) -> String {
    // Plain values always have a JSON form.
    let mut text = serde_json::to_string_pretty(graph).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Edge, Module};

    fn graph() -> ModuleGraph {
        let module = |path: &str, version: Option<&str>| Module {
            path: path.into(),
            version: version.map(str::to_owned),
            is_main: version.is_none(),
            is_indirect: false,
            replacement: None,
            sum: version.map(|_| "h1:abc=".to_owned()),
            go: Some("1.22".into()),
        };
        let edge = |from: &str, to: &str| Edge { from: from.into(), to: to.into() };
        let modules = vec![module("example.test/b", Some("v1.0.0")), module("example.test/a", None)];
        ModuleGraph::of(modules, vec![edge("example.test/a", "example.test/b@v1.0.0")]).unwrap()
    }

    #[test]
    fn a_graph_is_written_and_read_back() {
        let text = to_json(&graph());
        assert_eq!(parse(text.as_bytes()).unwrap(), graph());
        assert_eq!(to_json(&parse(text.as_bytes()).unwrap()), text);
        assert_eq!(graph().modules.first().unwrap().path, "example.test/a");
    }

    #[test]
    fn what_is_cut_foreign_or_hostile_is_refused() {
        let text = to_json(&graph());
        for cut in 0..text.trim_end().len() {
            assert!(parse(&text.as_bytes()[..cut]).is_err(), "{cut}");
        }
        for (from, to) in [
            ("example.test/b\"", "example.test/b\\u001b[2J\""),
            ("example.test/b\"", "example.test/b\\nforged\""),
            ("example.test/b\"", "example.test/b\\u202e\""),
            ("example.test/b\"", "a b\""),
            ("\"v1.0.0\"", "\"\""),
            ("\"is_main\"", "\"is_other\""),
            ("h1:abc=", "h1:abc\\\"--><script>"),
        ] {
            let hostile = text.replacen(from, to, 1);
            assert_ne!(hostile, text, "{from}");
            assert!(matches!(parse(hostile.as_bytes()), Err(ParseError::Malformed(_))), "{to}");
        }
        let other = text.replacen("goward.graph/1", "goward.graph/2", 1);
        assert_eq!(parse(other.as_bytes()), Err(ParseError::OtherForm("goward.graph/2".into())));
        let long = text.replacen("v1.0.0", &"v".repeat(5000), 1);
        assert!(parse(long.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes);
        }
    }
}
