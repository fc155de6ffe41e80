//! Everything a server, a mirror or the log's operator could forge is refused.

use crate::support::{Heads, TestLog, module, record, some_h1};
use trust::tlog::record_hash;
use trust::{Hash, Proof, SumDbError, Tile, TreeHead};

const LOOKUP_5: &str = "lookup/example.org/m5@v1.0.0";

fn lookup_5(log: &TestLog, body: impl Into<Vec<u8>>) -> Result<Proof, SumDbError> {
    log.database().lookup(&module(5), &log.serve().instead(LOOKUP_5, body), &Heads::default())
}

#[test]
fn a_changed_record_is_refused() {
    let log = TestLog::of(300);
    let honest = log.lookup_body(5, 300);
    assert!(lookup_5(&log, honest.clone()).is_ok());
    let changed = honest.replace(&some_h1("example.org/m5"), &some_h1("evil"));
    assert_ne!(changed, honest);
    assert!(matches!(lookup_5(&log, changed), Err(SumDbError::Inclusion { record_id: 5, tree_size: 300, .. })));
    // A true record at a place that is not its own.
    let moved = honest.replacen("5\n", "6\n", 1);
    assert!(matches!(lookup_5(&log, moved), Err(SumDbError::Inclusion { record_id: 6, .. })));
    let outside = honest.replacen("5\n", "300\n", 1);
    assert!(matches!(lookup_5(&log, outside), Err(SumDbError::Inclusion { record_id: 300, .. })));
}

#[test]
fn a_line_after_the_record_does_not_count() {
    // CVE-2026-56864: lines were taken from the whole answer, not from the text that the log's hash is over.
    let log = TestLog::of(300);
    let line = format!("example.org/m5 v1.0.0 {}\n", some_h1("evil"));
    // The proven record is of another module; the server can put the wanted line anywhere.
    let other = log.lookup_body(6, 300);
    let (record_6, note) = other.split_once("\n\n").unwrap();
    let bodies = [
        format!("{record_6}\n\n{line}{note}"),
        format!("{record_6}\n\n{line}\n{note}"),
        format!("{record_6}\n\n{note}{line}"),
        format!("{record_6}\n\n{note}\n{line}"),
        format!("{record_6}\n\n{note}\u{2014} {line}"),
    ];
    for body in bodies {
        let refused = lookup_5(&log, body.clone());
        assert!(matches!(refused, Err(SumDbError::Record { .. })), "{body}: {refused:?}");
    }
    // Beside the true record, such lines never change the answer.
    let honest = log.lookup_body(5, 300);
    let (text, note) = honest.split_once("\n\n").unwrap();
    for body in
        [format!("{text}\n\n{line}\n{note}"), format!("{text}\n\n{note}{line}"), format!("{text}\n\n{note}\n{line}")]
    {
        assert!(matches!(lookup_5(&log, body), Err(SumDbError::Head { .. })));
    }
}

#[test]
fn an_answer_without_the_wanted_line_is_a_failure() {
    // CVE-2026-42501: a valid answer about another module was accepted.
    let log = TestLog::of(300);
    let refused = lookup_5(&log, log.lookup_body(6, 300)).unwrap_err();
    assert_eq!(diag::Diagnose::word(&refused), "record-without-line");
    // Also where the log itself has the incomplete record.
    let only_gomod = record(5).lines().nth(1).unwrap().to_owned() + "\n";
    let mut records: Vec<String> = (0..300).map(record).collect();
    records[5] = only_gomod;
    let log = TestLog::with_records(records);
    let refused = log.database().lookup(&module(5), &log.serve(), &Heads::default()).unwrap_err();
    assert_eq!(diag::Diagnose::word(&refused), "record-without-line");
}

#[test]
fn a_record_with_two_lines_for_one_version_is_a_failure() {
    let twice = format!("{}example.org/m5 v1.0.0 {}\n", record(5), some_h1("evil"));
    let mut records: Vec<String> = (0..300).map(record).collect();
    records[5] = twice;
    let log = TestLog::with_records(records);
    let refused = log.database().lookup(&module(5), &log.serve(), &Heads::default()).unwrap_err();
    assert_eq!(diag::Diagnose::word(&refused), "record-with-several-lines");
}

#[test]
fn a_forged_first_full_tile_of_771_records_is_refused() {
    // CVE-2026-56865: with 771 records, tiles on the right edge come from several levels, and a loop that counted hashes
    // instead of tiles let the first full tile pass unchecked. The attacker has the true signed head, and forges record
    // and tile so that they agree with each other.
    let log = TestLog::of(771);
    let forged_record = record(5).replace(&some_h1("example.org/m5"), &some_h1("evil"));
    let body = log.lookup_body(5, 771).replace(&record(5), &forged_record);
    let tile: Tile = "tile/8/0/000".parse().unwrap();
    let mut data = log.tile(tile).unwrap();
    data[5 * 32..6 * 32].copy_from_slice(&record_hash(forged_record.as_bytes()).0);
    let server = log.serve().instead(LOOKUP_5, body.clone()).instead("tile/8/0/000", data.clone());
    for heads in [Heads::default(), Heads::with(log.head(771)), Heads::with(log.head(300))] {
        let refused = log.database().lookup(&module(5), &server, &heads);
        assert!(matches!(refused, Err(SumDbError::Inclusion { .. })), "{refused:?}");
    }
    // Even with the parent forged to match: the whole of another log, under the true signature.
    let mut records: Vec<String> = (0..771).map(record).collect();
    records[5] = forged_record;
    let other = TestLog::with_records(records);
    let mut server = log.serve().instead(LOOKUP_5, body);
    for path in ["tile/8/0/000", "tile/8/0/003.p/3", "tile/8/1/000.p/3"] {
        server = server.instead(path, other.tile(path.parse().unwrap()).unwrap());
    }
    let refused = log.database().lookup(&module(5), &server, &Heads::default());
    assert!(matches!(refused, Err(SumDbError::Inclusion { .. })), "{refused:?}");
}

/// Changes every hash of every tile that a lookup reads, one at a time.
fn forge_every_hash(log: &TestLog, number: usize, kept: Option<usize>) {
    let heads = || kept.map_or_else(Heads::default, |size| Heads::with(log.head(size)));
    let server = log.serve();
    let honest = log.database().lookup(&module(number), &server, &heads()).expect("an honest server");
    let tiles: Vec<String> = server.asked().into_iter().filter(|path| path.starts_with("tile/")).collect();
    assert!(!tiles.is_empty() || log.size() == 1);
    for path in tiles {
        let data = path.parse().ok().and_then(|tile| log.tile(tile)).expect("a tile that was served");
        let mut refused = 0;
        for at in (0..data.len()).step_by(32) {
            let mut forged = data.clone();
            forged[at + at / 32 % 32] ^= 0x10;
            let server = log.serve().instead(&path, forged);
            match log.database().lookup(&module(number), &server, &heads()) {
                Err(SumDbError::Inclusion { .. } | SumDbError::Tiles { .. }) => refused += 1,
                // A hash no proof has need of.
                Ok(proof) => assert_eq!(proof, honest),
                other => panic!("{path} at {at}: {other:?}"),
            }
        }
        // The tile of the record holds a sibling of every level; any other was read for at least one hash.
        let own = path.starts_with(&format!("tile/8/0/{:03}", number / 256));
        let entries = data.len() / 32;
        let least = if own && kept.is_none() { entries - 1 } else { 1 };
        assert!(refused >= least, "{path}: {refused} of {entries}");
    }
}

#[test]
fn a_forged_hash_at_any_place_a_proof_uses_is_refused() {
    for (size, number, kept) in [
        (2, 0, None),
        (255, 254, None),
        (256, 17, None),
        (257, 256, None),
        (513, 511, None),
        (771, 5, None),
        (771, 770, None),
    ] {
        forge_every_hash(&TestLog::of(size), number, kept);
    }
}

#[test]
fn a_forged_hash_at_any_place_a_comparison_of_heads_uses_is_refused_but_is_no_fork() {
    for (size, number, kept) in [(300, 299, Some(256)), (600, 5, Some(511)), (771, 600, Some(512)), (771, 5, Some(300))]
    {
        forge_every_hash(&TestLog::of(size), number, kept);
    }
}

#[test]
fn tiles_of_a_wrong_length_are_refused() {
    let log = TestLog::of(300);
    let data = log.tile("tile/8/0/000".parse().unwrap()).unwrap();
    for length in [0, 1, 32, data.len() - 32, data.len() - 1] {
        let server = log.serve().instead("tile/8/0/000", &data[..length]);
        match log.database().lookup(&module(5), &server, &Heads::default()) {
            Err(SumDbError::TileLength { expected: 8192, actual, .. }) => assert_eq!(actual, length),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_head_signed_by_another_key_or_not_at_all_is_refused() {
    let log = TestLog::of(300);
    let heads = Heads::default();
    let other = TestLog::of(300).signed_by(7);
    let refused = log.database().lookup(&module(5), &other.serve(), &heads);
    assert!(matches!(refused, Err(SumDbError::Head { .. })), "{refused:?}");
    assert_eq!(heads.kept(), None, "nothing unsigned is kept");

    let body = log.lookup_body(5, 300);
    let (text, note) = body.split_once("\n\n").unwrap();
    for length in 0..note.len() {
        let mut end = length;
        while !note.is_char_boundary(end) {
            end -= 1;
        }
        let refused = lookup_5(&log, format!("{text}\n\n{}", &note[..end]));
        assert!(matches!(refused, Err(SumDbError::Head { .. })), "{length} bytes of the note: {refused:?}");
    }
    // A larger size, a smaller one, another root, under the signature of the true ones.
    let root = TreeHead::open(note.as_bytes(), &log.key()).unwrap().tree.root.to_string();
    for (from, to) in
        [("\n300\n", "\n301\n".to_owned()), ("\n300\n", "\n299\n".to_owned()), (&root, Hash([1; 32]).to_string())]
    {
        let forged = note.replace(from, &to);
        assert_ne!(forged, note);
        assert!(matches!(lookup_5(&log, format!("{text}\n\n{forged}")), Err(SumDbError::Head { .. })));
    }
}

/// Two logs of one operator that part after `common` records.
fn parted(common: usize, size: usize) -> (TestLog, TestLog) {
    let mut records: Vec<String> = (0..size).map(record).collect();
    let one = TestLog::with_records(records.clone());
    for text in &mut records[common..] {
        *text = text.replace("example.org/m", "example.com/m");
    }
    (one, TestLog::with_records(records))
}

#[test]
fn a_forked_log_is_an_alarm_with_both_notes_whichever_way_it_is_met() {
    for common in [0, 6, 255, 256, 299, 511] {
        for (kept, offered) in [(512, 600), (600, 512), (600, 600), (513, 771), (771, 513)] {
            if common >= kept.min(offered) {
                continue;
            }
            let (one, other) = parted(common, 771);
            let heads = Heads::with(one.head(kept));
            // The server is honest about the larger tree: its tiles belong to whichever log that is.
            let larger = if kept > offered { &one } else { &other };
            let body = other.lookup_body(5, offered).replace("example.com", "example.org");
            let server = larger.serve_at(offered).instead(LOOKUP_5, body);
            let error = one.database().lookup(&module(5), &server, &heads).unwrap_err();
            let evidence = error.fork_evidence().unwrap_or_else(|| panic!("{common} {kept} {offered}: {error}"));
            assert_eq!(evidence.kept_note, one.head(kept));
            assert_eq!(evidence.offered_note, other.head(offered));
            assert_eq!(heads.kept().unwrap(), one.head(kept), "the kept head stays");

            // Others can check the evidence: both signatures are good, and the proof connects the larger tree's root
            // with a smaller one that was not signed.
            let trees = [&evidence.kept_note, &evidence.offered_note]
                .map(|note| TreeHead::open(note.as_bytes(), &one.key()).unwrap().tree);
            let (older, newer) = if kept <= offered { (trees[0], trees[1]) } else { (trees[1], trees[0]) };
            assert!(kept == offered || trust::tlog::check_tree(&evidence.proof, &newer, &older).is_err());
            let stored = serde_json::to_string(evidence).unwrap();
            assert_eq!(&serde_json::from_str::<trust::ForkEvidence>(&stored).unwrap(), evidence);
        }
    }
}

#[test]
fn forged_tiles_never_make_an_honest_log_look_forked() {
    let (log, other) = parted(0, 771);
    for kept in [256, 300, 512, 700] {
        let heads = Heads::with(log.head(kept));
        let mut server = log.serve();
        for path in ["tile/8/0/000", "tile/8/0/001", "tile/8/0/002", "tile/8/0/003.p/3", "tile/8/1/000.p/3"] {
            server = server.instead(path, other.tile(path.parse().unwrap()).unwrap());
        }
        let refused = log.database().lookup(&module(5), &server, &heads);
        assert!(matches!(refused, Err(SumDbError::Tiles { newer_size: 771, .. })), "{kept}: {refused:?}");
        assert_eq!(heads.kept().unwrap(), log.head(kept));
    }
}

#[test]
fn a_kept_head_that_is_damaged_is_an_error_and_not_forgotten() {
    let log = TestLog::of(300);
    let damaged = log.head(200).replace("\n200\n", "\n201\n");
    let heads = Heads::with(damaged.clone());
    let refused = log.database().lookup(&module(5), &log.serve(), &heads);
    assert!(matches!(refused, Err(SumDbError::KeptHead { .. })), "{refused:?}");
    assert_eq!(heads.kept().unwrap(), damaged);
}

#[test]
fn a_stored_proof_with_any_part_changed_is_refused() {
    let log = TestLog::of(300);
    let lookup = |number| log.database().lookup(&module(number), &log.serve(), &Heads::default()).unwrap();
    let (honest, other) = (lookup(5), lookup(6));
    let refuse = |what: &str, change: &dyn Fn(&mut Proof)| {
        let mut proof = honest.clone();
        change(&mut proof);
        assert!(proof.verify_offline(&log.key(), &module(5)).is_err(), "{what}");
    };
    assert!(honest.verify_offline(&log.key(), &module(5)).is_ok());
    refuse("database", &|p| p.database.push('x'));
    refuse("record number", &|p| p.record_id = 6);
    refuse("record number", &|p| p.record_id = u64::MAX);
    refuse("size", &|p| p.tree_size = 301);
    refuse("root", &|p| p.root.0[0] ^= 1);
    refuse("h1", &|p| p.h1 = other.h1);
    refuse("no go.mod", &|p| p.gomod_h1 = None);
    refuse("go.mod", &|p| p.gomod_h1 = Some(other.h1));
    refuse("text", &|p| p.record_text.clone_from(&other.record_text));
    refuse("text and h1", &|p| {
        p.record_text = p.record_text.replace(&p.h1.to_string(), &other.h1.to_string());
        p.h1 = other.h1;
    });
    refuse("no text", &|p| p.record_text.clear());
    refuse("note", &|p| p.note = log.head(299));
    refuse("unsigned note", &|p| p.note = p.note.split_once("\n\n").unwrap().0.to_owned());
    refuse("inclusion", &|p| p.inclusion[0].0[31] ^= 1);
    refuse("short inclusion", &|p| p.inclusion.truncate(1));
    refuse("long inclusion", &|p| p.inclusion.push(Hash([0; 32])));
    refuse("very long inclusion", &|p| p.inclusion.resize(100_000, Hash([0; 32])));
    refuse("subject", &|p| p.subject = module(6));
    refuse("everything of another", &|p| *p = other.clone());
    refuse("another with this one's name on it", &|p| {
        *p = other.clone();
        p.subject = module(5);
    });
    let foreign = TestLog::of(1).signed_by(9).key();
    assert!(honest.verify_offline(&foreign, &module(5)).is_err());
}
