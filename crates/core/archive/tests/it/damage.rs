//! Archives cut at every place and flipped at many: an error or the same tree, never a panic, nothing outside.

use archive::{ArchiveError, Layout};
use proptest::prelude::*;

use crate::build::{Tar, ZipEntry, gzip, zip};
use crate::support::Place;

/// A toolchain so small that it can be cut at every byte.
fn files() -> [(&'static str, &'static [u8]); 5] {
    [
        ("go/VERSION", b"go1.99.1\n"),
        ("go/bin/go", b"#!/bin/sh\necho go version go1.99.1\n"),
        ("go/src/fmt/print.go", b"package fmt\n\nfunc Print(a ...any) {}\n"),
        ("go/src/go.mod", b"module std\n"),
        ("go/pkg/include/x.h", b""),
    ]
}

fn small_tar_gz() -> Vec<u8> {
    gzip(&files().iter().fold(Tar::default(), |tar, (name, bytes)| tar.file(name, bytes)).end())
}

fn small_zip() -> Vec<u8> {
    zip(&files().map(|(name, bytes)| ZipEntry::new(name, bytes).described(true, false)))
}

#[test]
fn a_tar_gz_cut_anywhere_is_truncated() {
    let whole = small_tar_gz();
    assert!(Place::new().tar_gz(Layout::Archive, &whole).is_ok());
    for cut in 0..whole.len() {
        let error = Place::new().tar_gz(Layout::Archive, &whole[..cut]).unwrap_err();
        assert!(matches!(error, ArchiveError::Truncated { .. }), "{cut} of {}: {error:?}", whole.len());
    }
}

#[test]
fn a_large_tar_gz_cut_at_many_places_is_truncated() {
    let whole = Tar::toolchain().gz();
    for cut in (0..whole.len()).step_by(50_021) {
        let error = Place::new().tar_gz(Layout::Archive, &whole[..cut]).unwrap_err();
        assert!(matches!(error, ArchiveError::Truncated { .. }), "{cut}: {error:?}");
    }
}

#[test]
fn a_zip_cut_anywhere_is_an_error() {
    let whole = small_zip();
    assert!(Place::new().zip(Layout::Archive, &whole).is_ok());
    for cut in 0..whole.len() {
        let error = Place::new().zip(Layout::Archive, &whole[..cut]).unwrap_err();
        let truncated = matches!(error, ArchiveError::Truncated { .. });
        assert!(truncated, "{cut} of {}: {error:?}", whole.len());
    }
}

#[test]
fn a_zip_with_any_one_bit_of_any_byte_flipped_is_an_error_or_the_same_tree() {
    let whole = small_zip();
    let good = Place::new().zip(Layout::Archive, &whole).unwrap();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        // Times, versions and comments may be anything; names, places and contents may not.
        if let Ok(unpacked) = Place::new().zip(Layout::Archive, &flipped) {
            assert_eq!(unpacked, good, "byte {at}");
        }
    }
}

#[test]
fn a_tar_gz_with_any_byte_flipped_is_an_error_or_the_same_tree() {
    let whole = small_tar_gz();
    let good = Place::new().tar_gz(Layout::Archive, &whole).unwrap();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        if let Ok(unpacked) = Place::new().tar_gz(Layout::Archive, &flipped) {
            assert_eq!(unpacked, good, "byte {at}");
        }
    }
}

#[test]
fn the_fuzz_entries_read_whole_archives() {
    // Large files and small ones; the second is the tar inside.
    archive::fuzz::fuzz_tar_gz(&Tar::toolchain().gz());
    archive::fuzz::fuzz_tar_gz(&Tar::toolchain().end());
    archive::fuzz::fuzz_zip(&small_zip());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_tar_with_bytes_flipped_inside_an_intact_gzip_never_panics_or_leaves_the_tree(
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        repair in any::<bool>(),
    ) {
        let mut bytes = files().iter().fold(Tar::default(), |tar, (name, bytes)| tar.file(name, bytes)).end();
        for (at, value) in &flips {
            let length = bytes.len();
            bytes[at.index(length)] = *value;
        }
        if repair {
            // With the headers' sums made right again the parser gets further.
            for at in (0..bytes.len()).step_by(512) {
                if bytes[at + 257..at + 262] == *b"ustar" {
                    bytes[at + 148..at + 156].fill(b' ');
                    let sum: u32 = bytes[at..at + 512].iter().map(|byte| u32::from(*byte)).sum();
                    bytes[at + 148..at + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
                }
            }
        }
        let _ = Place::new().tar_gz(Layout::Archive, &gzip(&bytes));
    }

    #[test]
    fn a_zip_with_bytes_changed_never_panics_or_leaves_the_tree(
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = small_zip();
        for (at, value) in &flips {
            let length = bytes.len();
            bytes[at.index(length)] = *value;
        }
        let _ = Place::new().zip(Layout::Archive, &bytes);
    }

    #[test]
    fn arbitrary_bytes_as_a_directory_record_or_header_never_panic(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        archive::fuzz::fuzz_zip(&data);
        archive::fuzz::fuzz_tar_gz(&data);
        archive::fuzz::fuzz_texts(&data);
    }
}
