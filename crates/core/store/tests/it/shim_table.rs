//! The table that the shim reads.

#![allow(clippy::unwrap_used, reason = "test code may panic")]

use std::path::PathBuf;

use crate::support::{WAIT, id, install, trusted};
use release::Platform;
use store::{Author, ShimFacts, Store};
use sys::Sys;

fn here() -> Platform {
    Platform::new("linux", "amd64").unwrap()
}

fn facts() -> ShimFacts {
    ShimFacts {
        goward: PathBuf::from("/opt/goward"),
        platform: here(),
        config: Some((PathBuf::from("/u/config.toml"), None)),
        hand_over: false,
    }
}

fn with_store(home: &str, test: impl FnOnce(&Sys, &Store)) {
    let folder = tempfile::tempdir().unwrap();
    let sys = Sys::real();
    let store = Store::at(&sys, trusted(&sys, folder.path().join(home)));
    test(&sys, &store);
}

/// The table, its home and its time replaced.
fn table(sys: &Sys, store: &Store) -> String {
    store.write_shim_table(&facts()).unwrap();
    let bytes = sys.fs().read(&store.layout().shim_table(), 1 << 20).unwrap();
    let changed = sys.fs().follow(&store.layout().toolchains()).unwrap().unwrap().modified_unix_nanos;
    assert!(changed > 0);
    let text = String::from_utf8(bytes).unwrap();
    let text = text.replace(store.layout().home().to_str().unwrap(), "HOME").replace(&changed.to_string(), "NOW");
    text.replace(std::path::MAIN_SEPARATOR, "/")
}

#[test]
fn the_table_lists_every_toolchain_the_newest_of_each_minor_and_the_default() {
    with_store("höme of go", |sys, store| {
        for version in ["1.20", "1.20.14", "1.26.8", "1.27.2", "1.27.10", "1.28rc1"] {
            install(sys, store, &id(version)).unwrap();
        }
        let head = "goward-shim 1\ngoward\t/opt/goward\nhome\tHOME\n";
        let rows = "minor\t1.20\t1.20.14\nminor\t1.26\t1.26.8\nminor\t1.27\t1.27.10\n\
                    go\t1.20\tHOME/toolchains/go1.20.linux-amd64\n\
                    go\t1.20.14\tHOME/toolchains/go1.20.14.linux-amd64\n\
                    go\t1.26.8\tHOME/toolchains/go1.26.8.linux-amd64\n\
                    go\t1.27.2\tHOME/toolchains/go1.27.2.linux-amd64\n\
                    go\t1.27.10\tHOME/toolchains/go1.27.10.linux-amd64\n\
                    go\t1.28rc1\tHOME/toolchains/go1.28rc1.linux-amd64\nend\n";
        let of = |current: &str, default: &str| {
            format!(
                "{head}current\tHOME/current\t{current}\ntoolchains\tHOME/toolchains\tNOW\n\
                 system\t\t\nconfig\t/u/config.toml\t\ndefault\t{default}\n{rows}"
            )
        };
        assert_eq!(table(sys, store), of("", ""));
        store.switch(&id("1.26.8"), Author::default(), WAIT).unwrap();
        assert_eq!(table(sys, store), of("generations/1", "1.26.8"));
        // As everywhere, `1.20` asks for the newest of 1.20.
        store.switch(&id("1.20"), Author::default(), WAIT).unwrap();
        assert_eq!(table(sys, store), of("generations/2", "1.20.14"));
    });
}

#[test]
fn an_empty_store_and_other_platforms_have_no_rows() {
    with_store("home", |sys, store| {
        sys.fs().create_dirs(&store.layout().toolchains()).unwrap();
        sys.fs().create_dirs(&store.layout().tree(&"go1.26.8.linux-arm64".parse().unwrap())).unwrap();
        sys.fs().create_dirs(&store.layout().tree(&"go1.9.2rc2.linux-amd64".parse().unwrap())).unwrap();
        assert!(table(sys, store).ends_with("NOW\nsystem\t\t\nconfig\t/u/config.toml\t\ndefault\t\nend\n"));
    });
}

#[test]
#[cfg_attr(windows, ignore = "Windows has no such names")]
fn a_home_that_cannot_stand_in_a_line_has_no_table() {
    with_store("a\tb", |sys, store| {
        sys.fs().create_dirs(&store.layout().toolchains()).unwrap();
        let path = store.layout().shim_table();
        sys.fs().replace(&path, b"old").unwrap();
        store.write_shim_table(&facts()).unwrap();
        assert!(sys.fs().look(&path).unwrap().is_none());
    });
}

#[test]
fn so_many_toolchains_that_the_table_would_be_too_long_are_all_goward_s_to_decide() {
    with_store("home", |sys, store| {
        for patch in 1..600 {
            sys.fs().create_dirs(&store.layout().tree(&id(&format!("1.27.{patch}")))).unwrap();
        }
        let text = table(sys, store);
        assert!(text.len() < 1024 && text.ends_with("end\n") && !text.contains("\ngo\t"), "{text}");
    });
}

#[test]
fn a_refused_write_leaves_the_old_table() {
    with_store("home", |sys, store| {
        install(sys, store, &id("1.26.8")).unwrap();
        let before = table(sys, store);
        install(sys, store, &id("1.27.2")).unwrap();
        let full = std::sync::Arc::new(sys::DiskFull::after_bytes(0));
        let faulty = Sys::new(sys::Fs::faulty(full), sys.clock().clone(), sys.env().clone());
        let refused = Store::at(&faulty, store.home().clone()).write_shim_table(&facts());
        assert!(refused.is_err());
        let bytes = sys.fs().read(&store.layout().shim_table(), 1 << 20).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap().lines().count(), before.lines().count());
    });
}

#[test]
fn the_table_says_when_the_configuration_had_changed_and_has_no_rows_where_it_bears_on_the_choice() {
    with_store("home", |sys, store| {
        install(sys, store, &id("1.26.8")).unwrap();
        let config = |config, hand_over| {
            store.write_shim_table(&ShimFacts { config, hand_over, ..facts() }).unwrap();
            String::from_utf8(sys.fs().read(&store.layout().shim_table(), 1 << 20).unwrap()).unwrap()
        };
        let text = config(Some((PathBuf::from("/u/config.toml"), Some(17))), false);
        assert!(text.contains("\nconfig\t/u/config.toml\t17\n") && text.contains("\ngo\t1.26.8\t"), "{text}");
        let text = config(None, true);
        assert!(text.contains("\nconfig\t\t\n") && !text.contains("\ngo\t"), "{text}");
    });
}

#[test]
fn every_change_renews_the_table() {
    with_store("home", |sys, store| {
        let store = store.clone().with_shim_facts(|| Some(facts()));
        let read = || sys.fs().read(&store.layout().shim_table(), 1 << 20).unwrap_or_default();
        let says = |line: &str| String::from_utf8(read()).unwrap().contains(line);
        let fresh = || {
            let there = read();
            store.write_shim_table(&facts()).unwrap();
            assert_eq!(there, read());
        };
        install(sys, &store, &id("1.26.8")).unwrap();
        assert!(says("\ngo\t1.26.8\t"));
        fresh();
        install(sys, &store, &id("1.27.2")).unwrap();
        store.switch(&id("1.26.8"), Author::default(), WAIT).unwrap();
        store.switch(&id("1.27.2"), Author::default(), WAIT).unwrap();
        assert!(says("\ndefault\t1.27.2\n"));
        fresh();
        store.roll_back(1, Author::default(), WAIT).unwrap();
        assert!(says("\ndefault\t1.26.8\n"));
        fresh();
        store.remove(&id("1.27.2"), &Author::default(), WAIT).unwrap();
        assert!(!says("1.27.2"));
        fresh();
        // The next process that misses a lost table rewrites it.
        sys.fs().remove_file(&store.layout().shim_table()).unwrap();
        store.rewrite_shim_table();
        assert!(says("\ndefault\t1.26.8\n"));
    });
}
