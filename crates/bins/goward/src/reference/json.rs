//! The page of what is printed with `--json`, made from the types that print it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use schemars::generate::SchemaSettings;
use serde_json::Value;
use view::{ERROR_STREAM, Output, TABLE, WITHOUT_DATA};

const INTRODUCTION: &str = "\
With `--json` a command prints one object to standard output. The field `schema` comes first and names the type of the
object and the number of its form; the data follow in the fields of that type.

- The program never leaves a field out: where it has nothing to say, it writes `null` or an empty list. A field may be `null`
  only where its type says so.
- A path that is not Unicode has a replacement character (U+FFFD) where it is not.
- One name means the same in every object: `toolchain` is a name with its platform (`go1.27.3.linux-amd64`), `version` a version
  of Go without `go` (`1.27.3`), `request` what was asked for, `before` the default toolchain before, `change` a change by the
  name under which it can be undone, `installed` whether it is installed, `path` a file, `line` a line in it from 1. Sizes are in
  bytes; another unit is in the name.
- Programs read words, numbers and paths. Sentences (`message`, and what is marked as *for people*) may be worded otherwise in any
  release.
- The number in `schema` rises when a field goes or changes its meaning. New fields, and new words in a list of words, come
  without a new number: a reader passes over fields that it does not know.
- The exit code says whether the command succeeded ([exit-codes.md](exit-codes.md)). A command that failed as a whole prints
  nothing to standard output.
- Every line of the error stream is an object too: an [`ErrorReport`](#errorreport) for a failure, a [`Notice`](#notice) for
  everything else. Progress bars are not drawn.

";

/// The page.
pub(super) fn page(note: &str) -> String {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let outputs: Vec<&Output> = TABLE.iter().chain(ERROR_STREAM).collect();
    let mut printed = BTreeMap::new();
    for output in &outputs {
        let schema = (output.describe)(&mut generator);
        printed.insert(output.schema, reference(schema.as_value()).unwrap_or_default().to_owned());
    }
    let types: BTreeMap<String, Value> = generator.take_definitions(true).into_iter().collect();
    let mut text =
        format!("# JSON\n\n{note}{INTRODUCTION}## Outputs\n\n| command | `schema` | type |\n| --- | --- | --- |\n");
    let row = |text: &mut String, command: &str, output: &Output| {
        let name = &printed[output.schema];
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {command} | `{}` | {} |", output.schema, link(name));
    };
    for output in TABLE {
        row(&mut text, &command_lines(output.command), output);
    }
    for output in ERROR_STREAM {
        row(&mut text, &format!("error stream: {}", output.command), output);
    }
    text.push('\n');
    for (command, reason) in WITHOUT_DATA {
        let _ = writeln!(text, "- No object: {}. {}.", command_lines(command), capital(reason));
    }
    let whole: BTreeSet<&String> = printed.values().collect();
    for output in &outputs {
        let name = &printed[output.schema];
        section(&mut text, name, &types[name], Some(output.schema));
    }
    text.push_str("\n## Types inside them\n");
    for (name, schema) in types.iter().filter(|(name, _)| !whole.contains(name)) {
        section(&mut text, name, schema, None);
    }
    text
}

fn section(text: &mut String, name: &str, schema: &Value, printed_as: Option<&str>) {
    let _ = write!(text, "\n### {name}\n\n{}\n\n", sentence(schema));
    if let Some(words) = schema["oneOf"].as_array().filter(|words| words.iter().all(|word| word["const"].is_string())) {
        text.push_str("| word | meaning |\n| --- | --- |\n");
        for word in words {
            let _ = writeln!(text, "| `{}` | {} |", word["const"].as_str().unwrap_or_default(), sentence(word));
        }
        return;
    }
    let Some(fields) = schema["properties"].as_object() else { return };
    text.push_str("| field | type | meaning |\n| --- | --- | --- |\n");
    if let Some(printed_as) = printed_as {
        let _ = writeln!(text, "| `schema` | text | `{printed_as}`, where the object is printed as a whole. |");
    }
    for (field, schema) in fields {
        let _ = writeln!(text, "| `{field}` | {} | {} |", kind(schema), sentence(schema));
    }
}

fn command_lines(commands: &str) -> String {
    commands.split(", ").map(|command| format!("`goward {command}`")).collect::<Vec<_>>().join(", ")
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The name of the type that a schema refers to.
fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/$defs/")
}

fn link(name: &str) -> String {
    format!("[`{name}`](#{})", name.to_lowercase())
}

/// What a field holds, in a few words.
fn kind(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return link(name);
    }
    if let Some(several) = schema["anyOf"].as_array() {
        return several.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    match &schema["type"] {
        Value::Array(several) => {
            let one = |word: &Value| {
                kind(&serde_json::Value::Object([("type".to_owned(), word.clone())].into_iter().collect()))
            };
            several.iter().map(one).collect::<Vec<_>>().join(" or ")
        }
        Value::String(word) => match word.as_str() {
            "string" => "text".to_owned(),
            "integer" => "number".to_owned(),
            "boolean" => "`true` or `false`".to_owned(),
            "null" => "`null`".to_owned(),
            "array" => format!("list of {}", kind(&schema["items"])),
            "object" => format!("{} by name", kind(&schema["additionalProperties"])),
            other => other.to_owned(),
        },
        _ => "any".to_owned(),
    }
}

fn sentence(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}
