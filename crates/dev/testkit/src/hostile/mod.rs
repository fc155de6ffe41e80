//! What an attacker hands to goward, made one by one and kept in the project.
//!
//! Each list is made by crossing tricks with the places where they can stand (a bad name with every header that can
//! carry it, a wrong number with every field), so that a reader that checks one place and forgets another is found.
//! A [`Case`] says what has to come of it; the tests that use a list look besides that nothing panics, that all of it
//! ends, and that nothing outside the folder that was meant has changed.
//!
//! - [`tar`]: tar.gz archives; [`zip`]: zips, toolchain modules and wheels; both around a small toolchain that is
//!   accepted without the trick, and out of [`raw`] headers.
//! - [`project`]: what a repository holds: files that pin, lock files, editors' settings.
//! - [`shim_table`]: the table that the shim reads.
//! - [`tree`]: folders that pass for installations of Go.
//!
//! `cargo xtask fuzz` takes the same lists as its first inputs ([`seeds`]).

pub mod name;
pub mod project;
pub mod raw;
pub mod shim_table;
pub mod tar;
#[cfg(unix)]
pub mod tree;
pub mod zip;

/// One thing that an attacker hands over.
#[derive(Debug, Clone)]
pub struct Case {
    /// What is wrong with it; no two cases of a list have the same.
    pub name: String,
    /// The whole of it.
    pub bytes: Vec<u8>,
    /// What has to come of it.
    pub expected: Expected,
}

/// What has to come of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It is refused with an error that says why.
    Refused,
    /// It is taken, since what is odd about it does no harm; what it leaves must be as without the oddity.
    Harmless,
}

impl Case {
    /// One that must be refused.
    pub fn refused(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Case {
        Case { name: name.into(), bytes: bytes.into(), expected: Expected::Refused }
    }

    /// One that may be taken.
    pub fn harmless(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Case {
        Case { name: name.into(), bytes: bytes.into(), expected: Expected::Harmless }
    }
}

/// The first inputs of a fuzz target, with names for their files; none where there is no list for it.
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

/// The small toolchain that the archives hold besides their trick, paths below GOROOT.
fn files() -> [(&'static str, &'static [u8]); 5] {
    [
        ("VERSION", b"go1.99.1\ntime 2030-01-01T00:00:00Z\n"),
        ("bin/go", b"#!/bin/sh\necho go version go1.99.1\n"),
        ("pkg/include/empty.h", b""),
        ("src/fmt/print.go", b"package fmt\n\nfunc Print(a ...any) {}\n"),
        ("src/go.mod", b"module std\n"),
    ]
}
