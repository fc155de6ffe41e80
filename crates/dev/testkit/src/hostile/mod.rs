//! Hostile input for goward, generated one by one and kept in the project.
//!
//! Each list combines tricks with their possible places (a bad name with every header that can contain it, a wrong
//! number with every field), which finds a reader that checks one place and forgets another. A [`Case`] has the
//! expected outcome; the tests that use a list also check that nothing panics, that every case ends, and that nothing
//! outside the intended folder has changed.
//!
//! - [`tar`]: tar.gz archives; [`zip`]: zips, toolchain modules and wheels; both around a small toolchain that is
//!   accepted without the trick, and made of [`raw`] headers.
//! - [`project`]: files of a repository: pin files, lock files, editors' settings.
//! - [`shim_table`]: the table that the shim reads.
//! - [`tree`]: folders that look like installations of Go.
//!
//! `cargo xtask fuzz` uses the same lists as its first inputs ([`seeds`]).

pub mod name;
pub mod project;
pub mod raw;
pub mod shim_table;
pub mod tar;
#[cfg(unix)]
pub mod tree;
pub mod zip;

/// One hostile input.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its fault, as a unique name in its list.
    pub name: String,
    /// The whole of it.
    pub bytes: Vec<u8>,
    /// The expected outcome.
    pub expected: Expected,
}

/// The expected outcome of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It is refused with an error that gives the reason.
    Refused,
    /// It is accepted, since its oddity does no harm; the result must be the same as without the oddity.
    Harmless,
}

impl Case {
    /// One that must be refused.
    pub fn refused(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Case {
        Case { name: name.into(), bytes: bytes.into(), expected: Expected::Refused }
    }

    /// One that may be accepted.
    pub fn harmless(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Case {
        Case { name: name.into(), bytes: bytes.into(), expected: Expected::Harmless }
    }
}

/// The first inputs of a fuzz target, with names for their files; none if there is no list for it.
pub fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let cases = match target {
        "tar_gz" => tar::cases(),
        "zip" => zip::cases().into_iter().map(|(_, case)| case).collect(),
        "shim_table" => shim_table::cases(),
        "project_files" => project::cases().into_iter().map(|(_, case)| case).collect(),
        "lock_file" => project::cases().into_iter().filter(|(file, _)| *file == "goward.lock").map(|c| c.1).collect(),
        _ => Vec::new(),
    };
    cases.into_iter().enumerate().map(|(number, case)| (format!("hostile-{number}"), case.bytes)).collect()
}

/// The small toolchain that the archives contain besides their trick, paths below GOROOT.
fn files() -> [(&'static str, &'static [u8]); 5] {
    [
        ("VERSION", b"go1.99.1\ntime 2030-01-01T00:00:00Z\n"),
        ("bin/go", b"#!/bin/sh\necho go version go1.99.1\n"),
        ("pkg/include/empty.h", b""),
        ("src/fmt/print.go", b"package fmt\n\nfunc Print(a ...any) {}\n"),
        ("src/go.mod", b"module std\n"),
    ]
}
