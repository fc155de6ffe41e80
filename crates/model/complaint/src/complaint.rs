//! What a complaint is.

/// What a complaint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Which Go runs, and whether it is whole.
    Toolchain,
    /// The project's modules.
    Modules,
    /// What a download met.
    Network,
    /// The C compiler and linker.
    Cgo,
    /// The machine: disk, limits, permissions.
    Machine,
    /// Another manager, editor or tool.
    Tools,
}

/// What on this machine could prove a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// A finding of doctor's with this word.
    Finding(&'static str),
    /// The value of this variable of the go command, and what sets it.
    Variable(&'static str),
    /// Whether this program is on PATH.
    Program(&'static str),
    /// How much room the disks of the temporary folder and of the build cache have, and whether programs may run there.
    Disk,
    /// Which toolchain is chosen here.
    Toolchain,
}

/// A well-known complaint.
#[derive(Debug)]
pub struct Complaint {
    /// Its word, for programs; stable.
    pub word: &'static str,
    /// What it is about.
    pub theme: Theme,
    /// The expression that finds it on a line; of the syntax of `regex` over bytes, and never empty.
    pub expression: &'static str,
    /// What it means.
    pub cause: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// What could prove it here.
    pub evidence: &'static [Evidence],
}
