//! An honest log of every interesting size: each of its records is proven, online and offline.

use crate::support::{Heads, TestLog, module, some_h1};
use trust::SumDbError;
use trust::limits::LOOKUP_BYTES_MAX;

/// Sizes on both sides of every boundary of a tile, and a third level of tiles' worth in none: 65,536 records would
/// only repeat what the real log's fixtures show.
const SIZES: [usize; 17] = [1, 2, 3, 7, 8, 9, 254, 255, 256, 257, 258, 511, 512, 513, 600, 768, 771];

#[test]
fn every_record_is_proven_and_its_proof_holds_offline() {
    for size in SIZES {
        let log = TestLog::of(size);
        let step = (size / 60).max(1);
        for number in (0..size).step_by(step).chain([size - 1]) {
            let proof = log.database().lookup(&module(number), &log.serve(), &Heads::default()).unwrap();
            assert_eq!(proof.h1.to_string(), some_h1(&module(number).module));
            assert_eq!(proof.gomod_h1.unwrap().to_string(), some_h1("go.mod"));
            assert_eq!((proof.record_id, proof.tree_size), (number as u64, size as u64));
            let lines = proof.verify_offline(&log.key(), &module(number)).unwrap();
            assert_eq!(lines.h1, proof.h1);
        }
    }
}

#[test]
fn a_log_that_grows_is_followed_from_any_size_to_any_other() {
    let log = TestLog::of(771);
    for kept in SIZES {
        for offered in SIZES {
            let heads = Heads::with(log.head(kept));
            let proof = log.database().lookup(&module(0), &log.serve_at(offered), &heads).unwrap();
            let newer = kept.max(offered);
            // The newest head is kept and proven against, whichever way round they came.
            assert_eq!(proof.tree_size, newer as u64);
            assert_eq!(heads.kept().unwrap(), log.head(newer), "{kept} kept, {offered} offered");
            assert_eq!(proof.note, log.head(newer));
        }
    }
}

#[test]
fn the_first_head_ever_seen_is_kept_and_the_latest_can_be_asked_for() {
    let log = TestLog::of(300);
    let heads = Heads::default();
    log.database().lookup(&module(1), &log.serve_at(200), &heads).unwrap();
    assert_eq!(heads.kept().unwrap(), log.head(200));
    assert_eq!(log.database().refresh(&log.serve(), &heads).unwrap().tree.size, 300);
    assert_eq!(heads.kept().unwrap(), log.head(300));
    assert_eq!(log.database().refresh(&log.serve_at(10), &heads).unwrap().tree.size, 300);
    assert_eq!(heads.kept().unwrap(), log.head(300));
}

#[test]
fn an_empty_log_is_continued_by_any_other() {
    let (empty, log) = (TestLog::of(0), TestLog::of(5));
    let heads = Heads::with(empty.head(0));
    assert!(log.database().lookup(&module(3), &log.serve(), &heads).is_ok());
    let none = log.database().lookup(&module(3), &log.serve_at(0), &Heads::default());
    assert!(matches!(none, Err(SumDbError::Inclusion { record_id: 3, tree_size: 0, .. })), "{none:?}");
}

#[test]
fn a_narrow_tile_that_is_gone_is_replaced_by_the_full_one() {
    // The server signs an old head although its log has grown, and has removed the narrow tiles of that size.
    let log = TestLog::of(600);
    let server = log.serve_at(300).without("tile/8/0/001.p/44");
    let proof = log.database().lookup(&module(290), &server, &Heads::default()).unwrap();
    assert_eq!(proof.tree_size, 300);
    assert!(server.asked().contains(&"tile/8/0/001".to_owned()));
    // If there is no full one yet, the error names the wanted tile.
    let stuck = log.serve_at(600).without("tile/8/0/002.p/88");
    match log.database().lookup(&module(590), &stuck, &Heads::default()) {
        Err(SumDbError::Transport { path, .. }) => assert_eq!(path, "tile/8/0/002.p/88"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_byte_is_asked_for_twice() {
    let log = TestLog::of(771);
    let server = log.serve();
    log.database().lookup(&module(5), &server, &Heads::with(log.head(300))).unwrap();
    let asked = server.asked();
    let mut once = asked.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), asked.len(), "{asked:?}");
    assert!(asked.len() <= 5, "{asked:?}");
}

#[test]
fn a_proof_is_stored_as_json_and_read_back_whole() {
    let log = TestLog::of(300);
    let proof = log.database().lookup(&module(257), &log.serve(), &Heads::default()).unwrap();
    let stored = serde_json::to_string(&proof).unwrap();
    assert_eq!(serde_json::from_str::<trust::Proof>(&stored).unwrap(), proof);
    assert!(stored.len() < 2500, "{} bytes", stored.len());
}

#[test]
fn what_is_no_module_version_or_not_in_the_log_is_said_so() {
    use diag::{Class, Diagnose};
    let log = TestLog::of(3);
    let mut odd = module(1);
    odd.version = "v1/../../latest".to_owned();
    let server = log.serve();
    let refused = log.database().lookup(&odd, &server, &Heads::default()).unwrap_err();
    assert_eq!(refused.class(), Class::Usage);
    assert!(server.asked().is_empty(), "nothing is asked for with such a name");
    let absent = log.database().lookup(&module(9), &log.serve(), &Heads::default()).unwrap_err();
    assert_eq!((absent.class(), absent.word()), (Class::NotFound, "sumdb-no-record"));
    assert!(absent.to_string().contains("example.org/m9@v1.0.0"));
    const { assert!(LOOKUP_BYTES_MAX < 1 << 20) };
}
