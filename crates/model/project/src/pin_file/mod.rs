//! Reads the version in a pin file, by the rules of its tool.
//!
//! Each file of this folder finds the text and its line; [`pin_value`] turns the tool's own forms into the grammar of
//! requests. A form that only the tool could look up or build is refused by name, but only if the file decides.
//!
//! A configuration without `go` anywhere in it is not parsed: it cannot name a Go version, and its errors do not
//! matter. The shim has the same rule.

mod devcontainer;
mod dockerfile;
mod dockerfile_lines;
mod image_tag;
mod line_formats;
mod pin_value;
mod toml_formats;

use crate::error::{PinFileFault, ProjectError};
use crate::file_name::PinKind;
use crate::input::{FoundFile, Inputs};
use crate::origin::Origin;

pub(crate) use pin_value::{PinValue, of_variable};

/// The byte order mark that some editors write before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A pin as written in a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pin {
    /// Where.
    pub origin: Origin,
    /// The text as the file has it.
    pub text: String,
    /// Its value. An error only if the pin decides.
    pub value: Result<PinValue, PinFileFault>,
    /// Whether the file names more versions, which do not count.
    pub more: bool,
}

/// A version that was found in a configuration.
struct Found {
    /// Its offset, in bytes.
    offset: usize,
    /// The text as the file has it.
    text: String,
    /// What it means.
    value: Result<PinValue, PinFileFault>,
    /// Whether there are more, which do not count.
    more: bool,
}

/// Why a configuration cannot be read, and the offset, in bytes.
struct Broken {
    offset: usize,
    fault: PinFileFault,
}

/// The pin in a file. `None` if the file names no Go version.
pub(crate) fn find(file: &FoundFile, inputs: &Inputs) -> Result<Option<Pin>, ProjectError> {
    let rule = file.name.file_rule();
    let bytes_max = file.name.bytes_max();
    if file.content.len() > bytes_max {
        return Err(ProjectError::TooLarge { origin: Origin::of_file(rule, &file.path), bytes_max });
    }
    let content = file.content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&file.content);
    let kind = match file.name.pin_kind() {
        None => return Ok(None),
        Some(PinKind::GoVersion | PinKind::ToolVersions) => return line_formats::find(file, content),
        Some(kind) => kind,
    };
    if !content.windows(2).any(|pair| pair == b"go") {
        return Ok(None);
    }
    let at = |offset| Origin::of_line(rule, &file.path, line_of(content, offset));
    let refused = |broken: Broken| ProjectError::PinFile { origin: at(broken.offset), fault: broken.fault };
    let text = std::str::from_utf8(content)
        .map_err(|error| refused(Broken { offset: error.valid_up_to(), fault: PinFileFault::NotUtf8 }))?;
    let found = match kind {
        PinKind::Mise => toml_formats::mise(text, inputs.platform.as_deref()),
        PinKind::Proto => toml_formats::proto(text),
        PinKind::Devcontainer => devcontainer::find(text),
        _ => Ok(dockerfile::find(text)),
    };
    let found = found.map_err(refused)?;
    Ok(found.map(|found| Pin { origin: at(found.offset), text: found.text, value: found.value, more: found.more }))
}

/// The line of an offset, the first being 1.
fn line_of(content: &[u8], offset: usize) -> usize {
    content.iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
