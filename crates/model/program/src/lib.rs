//! What an executable file says of itself: its form, whether it is signed, and Go's build information.
//!
//! Nothing is run and nothing is judged: a signature is seen, not checked. The bytes are foreign: every length is bounded,
//! and what does not fit the form reads as absent. Only the headers and the few places that they name are read.

mod build_info;
mod signature;

use std::io::{Read, Seek};

use object::read::{ReadCache, ReadRef};
use object::{FileKind, Object as _, ObjectSection as _};

pub use build_info::{BuildInfo, parse_build_info};
pub use signature::Signature;

/// The form of an executable file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Linux and other Unix systems.
    Elf,
    /// Windows.
    Pe,
    /// macOS.
    MachO,
    /// Another one, or a script.
    Other,
}

impl Form {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Form::Elf => "elf",
            Form::Pe => "pe",
            Form::MachO => "mach-o",
            Form::Other => "other",
        }
    }
}

/// What an executable file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its form.
    pub form: Form,
    /// Whether it is signed.
    pub signature: Signature,
    /// How Go built it; none if Go did not, or not since Go 1.18.
    pub build_info: Option<BuildInfo>,
}

/// Reads what a file says of itself.
pub fn inspect(file: impl Read + Seek) -> Program {
    let cache = ReadCache::new(file);
    inspect_data(&cache)
}

fn inspect_data<'data>(data: impl ReadRef<'data>) -> Program {
    let nothing = |form| Program { form, signature: Signature::None, build_info: None };
    let form = match FileKind::parse(data) {
        Ok(FileKind::Elf32 | FileKind::Elf64) => Form::Elf,
        Ok(FileKind::Pe32 | FileKind::Pe64) => Form::Pe,
        Ok(FileKind::MachO32 | FileKind::MachO64) => Form::MachO,
        _ => return nothing(Form::Other),
    };
    let signature = signature::of(data, form);
    let Ok(file) = object::File::parse(data) else { return Program { signature, ..nothing(form) } };
    // In PE files it has no section of its own: it is at the start of the data (debug/buildinfo in Go's library).
    let names: &[&str] = if form == Form::Pe { &[".data"] } else { &[".go.buildinfo", "__go_buildinfo"] };
    let section = names.iter().find_map(|name| file.section_by_name(name));
    let build_info = section.and_then(|section| {
        let bytes = section.size().min(build_info::BYTES_MAX);
        let start = section.data_range(section.address(), bytes).ok().flatten()?;
        parse_build_info(start)
    });
    Program { form, signature, build_info }
}
