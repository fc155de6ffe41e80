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
    snapshot.content_sha256 = content(snapshot).to_string();
    let mut bytes = serde_json::to_vec_pretty(&as_object(snapshot)).expect("plain values are representable as JSON");
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
    let snapshot: Snapshot =
        serde_json::from_value(Value::Object(object)).map_err(|error| FormError::Syntax(error.to_string()))?;
    let actual = content(&snapshot);
    if actual.to_string() != snapshot.content_sha256 {
        return Err(FormError::Altered { recorded: release::cut(&snapshot.content_sha256), actual });
    }
    Ok(snapshot)
}

/// The SHA-256 of a snapshot's content. The list of files does not count: its manifest's hash stands for it, and the
/// copies with and without the list are one snapshot.
fn content(snapshot: &Snapshot) -> Digest {
    let bare = Snapshot { content_sha256: String::new(), tree_files: Vec::new(), ..snapshot.clone() };
    Digest::of(&serde_json::to_vec(&as_object(&bare)).expect("plain values are representable as JSON"))
}

fn as_object(snapshot: &Snapshot) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("schema".to_owned(), Snapshot::SCHEMA.into());
    if let Ok(Value::Object(fields)) = serde_json::to_value(snapshot) {
        object.extend(fields);
    }
    object
}
