//! Real answers and tiles of Go's public checksum database, replayed offline.
//!
//! The files in `fixtures/sumdb` are named by their path with `/` written as `%2F`. The log had 70,835,252 records.

use std::path::Path;

use crate::support::Heads;
use trust::{ModuleVersion, SumDb, SumDbError, Tile, Transport, TransportError, VerifierKey};

/// Serves the fixtures. For a tile at the right edge the widest is kept; a narrower one is its prefix.
struct Fixtures;

impl Transport for Fixtures {
    fn get(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, TransportError> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sumdb");
        let read = |path: &str| {
            let file = folder.join(path.replace('/', "%2F"));
            sys::Fs::real().read_if_there(&file, 1 << 16).map_err(|error| TransportError::Failed(Box::new(error)))
        };
        let mut found = read(path)?;
        if let (None, Ok(tile)) = (&found, path.parse::<Tile>()) {
            for width in tile.width..trust::TILE_WIDTH {
                if let Some(mut wider) = read(&Tile { width, ..tile }.to_string())? {
                    wider.truncate(tile.bytes());
                    found = Some(wider).filter(|bytes| bytes.len() == tile.bytes());
                    break;
                }
            }
        }
        found
            .filter(|bytes| bytes.len() as u64 <= bytes_max)
            .ok_or_else(|| TransportError::Absent(format!("`{path}` is no fixture")))
    }
}

/// Toolchain, record number, h1. `testdata/h1-vectors.tsv` has the published ones as well.
const RECORDS: [(&str, u64, &str); 11] = [
    ("go1.21.13.linux-amd64", 28_865_944, "h1:THKeCuuOK6mnQhbTbvvH9CKU3D4lwUERQax+yRXCVJk="),
    ("go1.23.1.linux-amd64", 29_517_969, "h1:TmiC7kE4hHuA7UwTcrWUtL/Curn//Xchpqc+HHYEv2M="),
    ("go1.22.10.linux-amd64", 32_419_892, "h1:RsNdqCv6DX1zuIjq1S4c+sMWuLF4M7Ef4eHoBcz8dMU="),
    ("go1.27.1.darwin-arm64", 61_743_609, "h1:51Yfd9AJPm34szJ1qdVX7+kqAGDd3vI9FzVuY7UqLfA="),
    ("go1.27.3.linux-amd64", 69_478_030, "h1:r0ub+FnqzZxoWm/dSUOI9DcIqYWn/mNYGFJcv7PyBzs="),
    ("go1.26.8.linux-amd64", 61_743_986, "h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM="),
    ("go1.21.9.linux-amd64", 24_929_362, "h1:rRL9rPpsjKfpdDFcppvNgw1/dynUMrpDcTxdIwtyFR0="),
    ("go1.23.2.linux-amd64", 30_510_518, "h1:IDEN8pZmbj0ITWVUw1brvyauTB4Z/eKiSRvjtC5Jumw="),
    ("go1.24.1.linux-amd64", 35_045_657, "h1:+AbJFFR/Yl0P7OUo47KYyCkJGQwVW2QsKjfJalHZRnM="),
    ("go1.25.0.linux-arm64", 41_959_454, "h1:hHtJUQup8RrD0u1JkoREqx9fkdEMQQUusYS1dYLIUpk="),
    ("go1.26.5.darwin-arm64", 56_957_585, "h1:4SMhfplkToYrgXvrMZM7zaM5odTfMaEB7h4dA5VjlBg="),
];

const GOMOD: &str = "h1:8wlg68NqwW7eMnI1aABk/C2pDYXj8mrMY4TyRfiLeS0=";

fn database() -> SumDb {
    SumDb::new(VerifierKey::go_checksum_database().expect("the built-in key is sound"))
}

#[test]
fn real_toolchains_are_proven_and_their_proofs_hold_offline() {
    for (toolchain, record_id, h1) in RECORDS {
        let wanted = ModuleVersion::toolchain(toolchain);
        let proof = database().lookup(&wanted, &Fixtures, &Heads::default()).unwrap();
        assert_eq!((proof.record_id, proof.h1.to_string().as_str()), (record_id, h1));
        assert_eq!(proof.gomod_h1.unwrap().to_string(), GOMOD);
        let stored = serde_json::to_string(&proof).unwrap();
        let read: trust::Proof = serde_json::from_str(&stored).unwrap();
        assert_eq!(read.verify_offline(database().key(), &wanted).unwrap().h1, proof.h1);
        let line = proof.witness(vec![]).to_string();
        assert!(line.starts_with(&format!("sum.golang.org has the tree's files as {h1} in record {record_id} of")));
    }
}

#[test]
fn the_published_hashes_are_the_proven_ones() {
    let vectors = include_str!("../../../../../testdata/h1-vectors.tsv");
    let mut met = 0;
    for (toolchain, _, h1) in RECORDS {
        for line in vectors.lines().filter(|line| line.starts_with(&format!("{toolchain}\t"))) {
            assert_eq!(line.split('\t').nth(1), Some(h1));
            met += 1;
        }
    }
    assert_eq!(met, 6);
}

#[test]
fn real_heads_are_consistent_in_whatever_order_they_are_met() {
    // The answers come with six different heads; every order of any two must end at the newer.
    for (first, ..) in RECORDS {
        for (second, ..) in RECORDS {
            let heads = Heads::default();
            for toolchain in [first, second] {
                let proof = database().lookup(&ModuleVersion::toolchain(toolchain), &Fixtures, &heads).unwrap();
                assert_eq!(heads.kept().unwrap(), proof.note);
            }
        }
    }
    let heads = Heads::default();
    let sizes = RECORDS.map(|(toolchain, ..)| {
        database().lookup(&ModuleVersion::toolchain(toolchain), &Fixtures, &heads).unwrap().tree_size
    });
    // Met in the order of the list, the head kept never goes back.
    assert!(sizes.is_sorted());
    assert_eq!((sizes[0], sizes[sizes.len() - 1]), (66_332_798, 70_835_252));
    assert_eq!(database().refresh(&Fixtures, &heads).unwrap().tree.size, 70_835_252);
}

#[test]
fn a_real_record_under_another_name_is_refused() {
    struct Renamed;
    impl Transport for Renamed {
        fn get(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, TransportError> {
            Fixtures.get(&path.replace("go1.27.3.linux", "go1.26.8.linux"), bytes_max)
        }
    }
    let wanted = ModuleVersion::toolchain("go1.27.3.linux-amd64");
    let refused = database().lookup(&wanted, &Renamed, &Heads::default()).unwrap_err();
    assert!(matches!(refused, SumDbError::Record { .. }), "{refused}");
}

#[test]
fn a_real_answer_with_any_byte_changed_never_proves_anything_else() {
    struct Changed<'a>(&'a str, Vec<u8>);
    impl Transport for Changed<'_> {
        fn get(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, TransportError> {
            if path == self.0 { Ok(self.1.clone()) } else { Fixtures.get(path, bytes_max) }
        }
    }
    let wanted = ModuleVersion::toolchain("go1.27.3.linux-amd64");
    let path = wanted.lookup_path().unwrap();
    let body = Fixtures.get(&path, 1 << 16).unwrap();
    for at in 0..body.len() {
        for bit in [0, 5] {
            let mut changed = body.clone();
            changed[at] ^= 1 << bit;
            let refused = database().lookup(&wanted, &Changed(&path, changed), &Heads::default());
            assert!(refused.is_err(), "bit {bit} of byte {at}");
        }
    }
}
