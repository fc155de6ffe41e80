//! The file of a snapshot: JSON, with the name of its form and a checksum of its own.

use release::Digest;
use serde_json::{Map, Value};
use view::{Snapshot, View as _};

/// The largest snapshot that goward reads, in bytes: one with all files of a tree has some 3 MB.
pub const SNAPSHOT_BYTES_MAX: u64 = 64 << 20;

/// Why bytes are no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// It is no JSON, or lacks a field, or has one that goward does not know.
    #[error("it is not a snapshot: {0}")]
    Syntax(String),
    /// A later goward wrote it.
    #[error("its form is `{found}`, and this goward reads `{known}`")]
    Later {
        /// The form that it names.
        found: String,
        /// The form that is read.
        known: &'static str,
    },
    /// Its content is not the one that it was written with.
    #[error("it was altered since it was written: its content has the SHA-256 {actual}, and it says {recorded}")]
    Altered {
        /// What it says.
        recorded: String,
        /// What it has.
        actual: Digest,
    },
}

/// The bytes of a snapshot's file. Sets [`Snapshot::content_sha256`].
pub fn encode(snapshot: &mut Snapshot) -> Vec<u8> {
    snapshot.content_sha256 = content_of(fields_of(snapshot)).to_string();
    let object = with_form(fields_of(snapshot));
    let mut bytes = serde_json::to_vec_pretty(&object).expect("plain values are representable as JSON");
    bytes.push(b'\n');
    bytes
}

/// Reads a snapshot's file, and checks its checksum.
///
/// # Errors
/// When it is none, is of a later form, or was altered.
pub fn decode(bytes: &[u8]) -> Result<Snapshot, FormError> {
    // A cut file and hostile nesting end here: serde_json stops at 128 levels.
    let value: Value = serde_json::from_slice(bytes).map_err(|error| FormError::Syntax(error.to_string()))?;
    let Value::Object(mut object) = value else {
        return Err(FormError::Syntax("it is not an object".to_owned()));
    };
    let form = object.shift_remove("schema").and_then(|form| form.as_str().map(str::to_owned));
    let form = form.ok_or_else(|| FormError::Syntax("it names no form (`schema`)".to_owned()))?;
    if form != Snapshot::SCHEMA {
        let is_later = form.starts_with("goward.snapshot/");
        return Err(match is_later {
            true => FormError::Later { found: release::cut(&form), known: Snapshot::SCHEMA },
            false => FormError::Syntax(format!("its form is `{}`", release::cut(&form))),
        });
    }
    // What the file has counts, not what this goward would write: an earlier one wrote fewer fields.
    let actual = content_of(object.clone());
    let snapshot: Snapshot =
        serde_json::from_value(Value::Object(object)).map_err(|error| FormError::Syntax(error.to_string()))?;
    if actual.to_string() != snapshot.content_sha256 {
        return Err(FormError::Altered { recorded: release::cut(&snapshot.content_sha256), actual });
    }
    Ok(snapshot)
}

/// The SHA-256 of a snapshot's content. The list of files does not count: its manifest's hash stands for it, and the
/// copies with and without the list are one snapshot.
///
/// `fields` are those of the file without `schema`, in the file's order.
fn content_of(mut fields: Map<String, Value>) -> Digest {
    for (name, empty) in [("content_sha256", Value::from("")), ("tree_files", Value::Array(Vec::new()))] {
        // An empty one keeps the place of the one that was there.
        fields.entry(name).and_modify(|value| *value = empty);
    }
    Digest::of(&serde_json::to_vec(&with_form(fields)).expect("plain values are representable as JSON"))
}

fn fields_of(snapshot: &Snapshot) -> Map<String, Value> {
    match serde_json::to_value(snapshot) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn with_form(fields: Map<String, Value>) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("schema".to_owned(), Snapshot::SCHEMA.into());
    object.extend(fields);
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        serde_json::from_value(serde_json::json!({
            "id": "v1-20261127-190001-local", "label": "v1", "context": "local", "taken": "2026-11-27T19:00:01.000Z",
            "unix_nanos": 1_795_806_001_000_000_000_u64, "retention": "7d", "ttl_seconds": 604_800,
            "made_by": "goward 0.1.0", "platform": "linux/amd64", "toolchain": null, "tree_state": null,
            "author": { "user": "ada", "host": null, "command_line": [], "reason": null },
            "generation": null, "default_toolchain": null, "toolchains": [], "go_variables": [], "settings_set": [],
            "project_state": {
                "folder": "/app", "commit": null, "is_dirty": null, "project_files": [],
                "module_graph": { "modules": [], "edges": [] },
            },
            "tree_files": [{ "path": "bin/go", "sha256": "00", "bytes": 1, "executable": true }],
            "content_sha256": "",
        }))
        .unwrap()
    }

    #[test]
    fn what_is_written_is_read_back_with_and_without_its_files() {
        let mut snapshot = snapshot();
        assert_eq!(decode(&encode(&mut snapshot)).unwrap(), snapshot);
        let with_files = snapshot.content_sha256.clone();
        snapshot.tree_files.clear();
        assert_eq!(decode(&encode(&mut snapshot)).unwrap(), snapshot);
        assert_eq!(snapshot.content_sha256, with_files, "the copies are one snapshot");
    }

    #[test]
    fn one_of_an_earlier_goward_that_lacks_a_field_is_whole_and_a_changed_one_is_not() {
        let mut fields = fields_of(&snapshot());
        fields["project_state"].as_object_mut().unwrap().shift_remove("module_graph");
        fields["content_sha256"] = content_of(fields.clone()).to_string().into();
        let bytes = |fields: &Map<String, Value>| serde_json::to_vec_pretty(&with_form(fields.clone())).unwrap();
        let read = decode(&bytes(&fields)).unwrap();
        assert_eq!(read.project_state.unwrap().module_graph, None);
        for (name, other) in [("label", Value::from("v2")), ("generation", Value::from(7)), ("toolchains", Value::Null)]
        {
            let changed = Map::from_iter([(name.to_owned(), other)]);
            let mut fields = fields.clone();
            fields.extend(changed);
            assert!(matches!(decode(&bytes(&fields)), Err(FormError::Altered { .. } | FormError::Syntax(_))), "{name}");
        }
    }
}
