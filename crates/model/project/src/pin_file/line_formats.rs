//! Files of words: `.go-version` and `.tool-versions`.
//!
//! `.go-version` (goenv and others): the first word of the first line that is neither empty nor a comment; for goenv,
//! further lines are alternatives. `.tool-versions` (asdf, mise): the line whose first word is `golang` or `go`, and on
//! it the first version, since the further ones are fallbacks. `#` begins a comment anywhere.

use super::Pin;
use super::pin_value;
use crate::error::{PinFileFault, ProjectError};
use crate::file_name::FileName;
use crate::input::FoundFile;
use crate::origin::Origin;

/// The names Go has in `.tool-versions`.
const TOOL_NAMES: [&str; 2] = ["golang", "go"];

/// The pin in such a file, as text.
pub(super) fn find(file: &FoundFile, content: &[u8]) -> Result<Option<Pin>, ProjectError> {
    let mut found: Option<Pin> = None;
    for (index, line) in content.split(|byte| *byte == b'\n').enumerate() {
        let origin = Origin::of_line(file.name.file_rule(), &file.path, index + 1);
        let Some(versions) = versions_of(file.name, line, &origin, found.is_some())? else { continue };
        match &mut found {
            None => {
                let value = pin_value::plain(&versions.first);
                found = Some(Pin { text: versions.first, value, more: versions.more, origin });
            }
            Some(pin) => pin.more = true,
        }
    }
    Ok(found)
}

/// What a line names.
struct Versions {
    first: String,
    more: bool,
}

/// The version that a line names, if any. Once a pin is found, the rest may be anything.
fn versions_of(name: FileName, line: &[u8], origin: &Origin, found: bool) -> Result<Option<Versions>, ProjectError> {
    let code = line.split(|byte| *byte == b'#').next().unwrap_or(line).trim_ascii();
    if code.is_empty() {
        return Ok(None);
    }
    let refused = |fault| if found { Ok(None) } else { Err(ProjectError::PinFile { origin: origin.clone(), fault }) };
    // In `.tool-versions` only Go's line matters; the other tools' lines may contain anything.
    let words: Vec<&[u8]> = code.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    let named = |word: &&[u8]| TOOL_NAMES.iter().any(|tool| *tool.as_bytes() == **word);
    let versions = match name {
        FileName::ToolVersions if !words.first().is_some_and(named) => return Ok(None),
        FileName::ToolVersions => words.get(1..).unwrap_or_default(),
        _ => &words[..],
    };
    if versions.iter().any(|word| word.contains(&0)) {
        return refused(PinFileFault::Nul);
    }
    let mut texts = Vec::new();
    for word in versions {
        match std::str::from_utf8(word) {
            Ok(text) => texts.push(text),
            Err(_) => return refused(PinFileFault::NotUtf8),
        }
    }
    let Some(first) = texts.first() else { return Ok(None) };
    // The bounds of a range are separated like versions, but belong together.
    let together = first.starts_with(['<', '>']);
    Ok(Some(match together {
        true => Versions { first: texts.join(" "), more: false },
        false => Versions { first: (*first).to_owned(), more: texts.len() > 1 },
    }))
}
