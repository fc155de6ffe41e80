//! Records as JSON.

/// A record as goward writes it to its file: indented, with a line end.
pub(crate) fn to_json(value: &impl serde::Serialize) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(value).expect("our own records are representable as JSON");
    json.push(b'\n');
    json
}
