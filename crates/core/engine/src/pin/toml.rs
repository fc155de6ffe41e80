//! Writes Go's version into a file of mise or proto, and keeps everything else in it.

use project::PinKind;
use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// The names Go has in a file of mise, in the order in which they count.
const MISE_NAMES: [&str; 3] = ["go", "golang", "core:go"];

/// The file with the new version, and the former version. The error is the parser's, or says why the file cannot be
/// changed.
pub(crate) fn set(text: &str, kind: PinKind, version: &str) -> Result<(String, Option<String>), String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    let (table, names): (&mut dyn TableLike, &[&str]) = match kind {
        PinKind::Mise => {
            let tools = document.entry("tools").or_insert_with(|| Item::Table(Table::new()));
            (tools.as_table_like_mut().ok_or("`tools` is not a table")?, &MISE_NAMES)
        }
        _ => (document.as_table_mut(), &["go"]),
    };
    let name = names.iter().find(|name| table.contains_key(name)).unwrap_or(&"go");
    let before = match table.get_mut(name) {
        None => {
            table.insert(name, Item::Value(version.into()));
            None
        }
        Some(Item::Value(value)) => replace(value, version),
        Some(Item::Table(options)) => in_table(options, version),
        Some(Item::ArrayOfTables(all)) => all.get_mut(0).and_then(|options| in_table(options, version)),
        Some(Item::None) => None,
    };
    Ok((document.to_string(), before))
}

/// Replaces a value, and keeps the comments and spaces around it. In an array the first counts.
fn replace(value: &mut Value, version: &str) -> Option<String> {
    match value {
        Value::Array(all) => match all.get_mut(0) {
            Some(first) => replace(first, version),
            None => {
                all.push(version);
                None
            }
        },
        Value::InlineTable(options) => in_inline_table(options, version),
        single => {
            let before = single.as_str().map_or_else(|| single.to_string().trim().to_owned(), str::to_owned);
            let decor = single.decor().clone();
            *single = version.into();
            *single.decor_mut() = decor;
            Some(before)
        }
    }
}

fn in_table(options: &mut Table, version: &str) -> Option<String> {
    match options.get_mut("version") {
        Some(Item::Value(value)) => replace(value, version),
        _ => {
            options.insert("version", Item::Value(version.into()));
            None
        }
    }
}

fn in_inline_table(options: &mut InlineTable, version: &str) -> Option<String> {
    match options.get_mut("version") {
        Some(value) => replace(value, version),
        None => {
            options.insert("version", version.into());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_changes() {
        let cases = [
            ("", "[tools]\ngo = \"1.26\"\n", None),
            (
                "[tools] # ours\nnode = \"20\"\ngo   = '1.25' # why\n[env]\nA = \"b\"\n",
                "[tools] # ours\nnode = \"20\"\ngo   = \"1.26\" # why\n[env]\nA = \"b\"\n",
                Some("1.25"),
            ),
            ("[tools]\ngolang = [\"1.25\", \"1.24\"]\n", "[tools]\ngolang = [\"1.26\", \"1.24\"]\n", Some("1.25")),
            (
                "[tools]\ngo = { version = \"1.25\", os = [\"linux\"] }\n",
                "[tools]\ngo = { version = \"1.26\", os = [\"linux\"] }\n",
                Some("1.25"),
            ),
            ("[tools.go] # ours\nversion = \"1.25\"\n", "[tools.go] # ours\nversion = \"1.26\"\n", Some("1.25")),
            ("[[tools.go]]\nversion = \"1.25\"\n", "[[tools.go]]\nversion = \"1.26\"\n", Some("1.25")),
            ("[tools]\ngo = 1.20\n", "[tools]\ngo = \"1.26\"\n", Some("1.20")),
            ("[tools]\nnode = \"20\"\n", "[tools]\nnode = \"20\"\ngo = \"1.26\"\n", None),
            ("tools.node = \"20\" # x\n", "tools.node = \"20\" # x\ntools.go = \"1.26\"\n", None),
        ];
        for (text, expected, before) in cases {
            let (changed, was) = set(text, PinKind::Mise, "1.26").unwrap();
            assert_eq!((changed.as_str(), was.as_deref()), (expected, before), "{text}");
        }
        let proto = set("node = \"20\" # x\n[settings]\na = 1\n", PinKind::Proto, "1.26").unwrap();
        assert_eq!(proto.0, "node = \"20\" # x\ngo = \"1.26\"\n[settings]\na = 1\n");
        assert!(set("tools = 1", PinKind::Mise, "1.26").is_err());
        assert!(set("tools = ", PinKind::Mise, "1.26").is_err());
    }
}
