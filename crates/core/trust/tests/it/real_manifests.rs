//! The hash of real toolchains for three systems, recomputed from the hashes of their files.
//!
//! `testdata/go1.27.1-files.txt.gz` lists the files of the wheels of go1.27.1: SHA-256, platforms, path; a file that is
//! equal on several platforms occurs once.
#![allow(clippy::unwrap_used, reason = "test code may panic")]

use std::io::Read;

use trust::{ToolchainH1, toolchain_h1};

const FILES: &[u8] = include_bytes!("../../../../../testdata/go1.27.1-files.txt.gz");

fn files(platform: &str) -> Vec<(String, release::Digest)> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(FILES).read_to_string(&mut text).unwrap();
    text.lines()
        .filter_map(|line| {
            let mut cells = line.splitn(3, ' ');
            let (hash, platforms, path) = (cells.next()?, cells.next()?, cells.next()?);
            if !platforms.split(',').any(|one| one == platform) {
                return None;
            }
            Some((path.to_owned(), hash.parse().unwrap()))
        })
        .collect()
}

fn h1_of(platform: &str, files: &[(String, release::Digest)]) -> ToolchainH1 {
    toolchain_h1(&format!("go1.27.1.{platform}"), files.iter().map(|(path, hash)| (path.as_str(), hash))).unwrap()
}

/// The hashes of `testdata/h1-vectors.tsv`; the public log has that of darwin as well (`public_log.rs`).
const H1: [(&str, &str); 3] = [
    ("linux-amd64", "h1:MeqkXdYlyiVdqJXENOTyX7xd8QjDM/mxR52RKOFBS0M="),
    ("windows-amd64", "h1:uvUPiZUFKn246/ZPbYpTzP8aUKAjcMH5rgIl9vsjoyQ="),
    ("darwin-arm64", "h1:51Yfd9AJPm34szJ1qdVX7+kqAGDd3vI9FzVuY7UqLfA="),
];

const LEFT_OUT: [&str; 6] = ["CONTRIBUTING.md", "LICENSE", "PATENTS", "README.md", "SECURITY.md", "codereview.cfg"];

#[test]
fn the_files_of_three_systems_give_the_hashes_that_are_known_for_them() {
    for (platform, h1) in H1 {
        let files = files(platform);
        assert_eq!(files.len(), 12_073, "{platform}");
        assert_eq!(h1_of(platform, &files).matches(&h1.parse().unwrap()).unwrap(), LEFT_OUT, "{platform}");
    }
}

#[test]
fn the_files_of_one_system_never_give_the_hash_of_another() {
    for (files_of, _) in H1 {
        let files = files(files_of);
        for (platform, h1) in H1 {
            let matches = h1_of(platform, &files).matches(&h1.parse().unwrap()).is_some();
            assert_eq!(matches, files_of == platform, "files of {files_of} as {platform}");
        }
    }
}

#[test]
fn one_file_less_or_more_or_other_gives_another_hash() {
    let (platform, h1) = H1[0];
    let (whole, h1) = (files(platform), h1.parse().unwrap());
    for at in (0..whole.len()).step_by(6000) {
        let mut less = whole.clone();
        less.remove(at);
        let mut other = whole.clone();
        other[at].1 = release::Digest::of(other[at].1.as_bytes());
        let mut renamed = whole.clone();
        renamed[at].0.push('x');
        for files in [less, other, renamed] {
            assert_eq!(h1_of(platform, &files).matches(&h1), None, "{}", whole[at].0);
        }
    }
}
