//! Every complaint is found in a text of its own, in whatever chunks it arrives, and a good run has none.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code reads its own files and may panic")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use complaint::{COMPLAINTS, Scan, Scanned, of_word};
use proptest::prelude::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn scanned(log: &[u8]) -> Scanned {
    let mut scan = Scan::new();
    scan.feed(log);
    scan.finish()
}

fn words(log: &[u8]) -> Vec<&'static str> {
    scanned(log).hits.iter().map(|hit| hit.complaint.word).collect()
}

/// Texts that this machine could not be made to print: from cmd/go and its releases, from issues, from other systems.
const TEXTS: &[(&str, &str)] = &[
    ("note-module-requires", "note: module requires Go 1.27"),
    ("tool-covdata-missing", "go: no such tool \"covdata\""),
    ("linker-old-go-on-macos", "dyld[123]: missing LC_UUID load command in /tmp/x"),
    (
        "linter-built-with-older-go",
        "can't load config: the Go language version (go1.24) used to build golangci-lint is lower than the targeted Go version (1.25)",
    ),
    ("linter-built-with-older-go", "package requires newer Go version go1.25 (application built with go1.24)"),
    ("goenv-version-missing", "goenv: version '1.22.1' is not installed (set by /work/app/.go-version)"),
    ("asdf-version-missing", "No version is set for command go"),
    ("asdf-version-missing", "No preset version installed for command go"),
    ("mise-version-missing", "mise ERROR Failed to install core:go@1.99: HTTP status client error (404 Not Found)"),
    ("gvm-session", "bash: gvm: command not found"),
    (
        "cache-restore-tar",
        "/usr/bin/tar: ../../../go/pkg/mod/golang.org/toolchain@v0.0.1-go1.23.4.linux-amd64/lib/time/update.bash: Cannot open: File exists",
    ),
    (
        "certificate-expired",
        "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is after 2025-01-01T00:00:00Z",
    ),
    ("security-error", "SECURITY ERROR"),
    (
        "sumdb-private",
        "verifying git.corp.test/x@v1.0.0: git.corp.test/x@v1.0.0: reading https://sum.golang.org/lookup/git.corp.test/x@v1.0.0: 404 Not Found",
    ),
    ("timeout", "Get \"https://proxy.test/x/@v/list\": net/http: TLS handshake timeout"),
    ("timeout", "dial tcp 192.0.2.1:443: i/o timeout"),
    ("git-login", "fatal: could not read Username for 'https://git.corp.test': terminal prompts disabled"),
    ("git-key", "git@git.corp.test: Permission denied (publickey)."),
    ("import-ambiguous", "main.go:4:2: ambiguous import: found package example.test/a/b in multiple modules:"),
    ("module-path-malformed", "go: foo@latest: malformed module path \"foo\": missing dot in first path element"),
    ("go-sum-malformed", "malformed go.sum:\n/work/app/go.sum:1: wrong number of fields 1"),
    ("glibc-too-old", "./app: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by ./app)"),
    ("watches-exhausted", "Error: ENOSPC: System limit for number of file watchers reached, watch '/work/app'"),
    ("inotify-instances", "fsnotify: inotify_init1: too many open files"),
    (
        "antivirus",
        "open C:\\Temp\\app.test.exe: Operation did not complete successfully because the file contains a virus or potentially unwanted software.",
    ),
    ("file-in-use", "open app.exe: The process cannot access the file because it is being used by another process."),
    ("path-too-long", "error: unable to create file a/b: Filename too long"),
    ("go-not-found", "'go' is not recognized as an internal or external command,"),
    (
        "go-not-found",
        "The term 'go' is not recognized as the name of a cmdlet, function, script file, or operable program.",
    ),
    ("goroot-missing", "go: cannot find GOROOT directory: 'go' binary is trimmed and GOROOT is not set"),
    ("std-package-missing", "main.go:3:8: package slices is not in GOROOT (/usr/local/go/src/slices)"),
];

#[test]
fn every_complaint_is_found_in_a_text_of_its_own() {
    let mut seen = BTreeSet::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let word = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let found = words(&std::fs::read(&path).unwrap());
        if word == "none" {
            assert_eq!(found, [""; 0]);
            continue;
        }
        assert!(found.contains(&word.as_str()), "{word}: {found:?}");
        seen.insert(of_word(&word).unwrap().word);
    }
    assert!(seen.len() >= 70, "{} of {} have a log of a real run", seen.len(), COMPLAINTS.len());
    for (word, text) in TEXTS {
        assert_eq!(words(text.as_bytes()).first(), Some(word), "{text}");
        seen.insert(word);
    }
    let missing: Vec<_> = COMPLAINTS.iter().filter(|one| !seen.contains(one.word)).map(|one| one.word).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn the_table_is_in_order() {
    let words: BTreeSet<&str> = COMPLAINTS.iter().map(|one| one.word).collect();
    assert_eq!(words.len(), COMPLAINTS.len());
    for one in COMPLAINTS {
        search::check(one.expression).unwrap_or_else(|why| panic!("{}: {why}", one.word));
        assert!(one.cause.ends_with('.') && !one.fix.ends_with('.') && !one.fix.is_empty(), "{}", one.word);
    }
}

#[test]
fn a_line_is_quoted_once_without_its_controls_and_counted() {
    let log = b"\x1b[31mmain.go:2:8: no required module provides package a.test/\xff\x00b; to add it:\x1b[0m\r\nfine\n\
        x: no required module provides package c.test/d\nGet \"https://u:S3CRET@p.test/x\": proxyconnect tcp: dial tcp 127.0.0.1:9: connect: connection refused";
    let scanned = scanned(log);
    let told: Vec<_> = scanned.hits.iter().map(|hit| (hit.complaint.word, hit.line, hit.lines_count)).collect();
    assert_eq!(told, [("module-not-required", 1, 2), ("proxy-unreachable", 4, 1)]);
    assert_eq!(scanned.lines_count, 4);
    assert!(scanned.hits.iter().all(|hit| !hit.text.contains(['\u{1b}', '\0', '\n', '\r'])), "{:?}", scanned.hits);
    assert!(!scanned.hits[1].text.contains("S3CRET"));
}

#[test]
fn a_line_of_a_hundred_megabytes_is_searched_and_not_kept() {
    let mut scan = Scan::new();
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..50 {
        scan.feed(&chunk);
    }
    scan.feed(b" too many open files ");
    for _ in 0..50 {
        scan.feed(&chunk);
    }
    let scanned = scan.finish();
    assert_eq!((scanned.hits.len(), scanned.lines_count), (1, 1));
    assert!(scanned.hits[0].text.len() <= 240);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_found_does_not_depend_on_the_chunks(cuts in prop::collection::vec(0usize..600, 0..12)) {
        let log = b"a\ngo: go.mod requires go >= 1.99 (running go 1.26.8; GOTOOLCHAIN=local)\n\xff\xfe\nno space left on device\nx";
        let mut scan = Scan::new();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(log.len())).collect();
        cuts.sort_unstable();
        let mut from = 0;
        for cut in cuts {
            scan.feed(&log[from..cut]);
            from = cut;
        }
        scan.feed(&log[from..]);
        let scanned = scan.finish();
        let found: Vec<_> = scanned.hits.iter().map(|hit| (hit.complaint.word, hit.line)).collect();
        prop_assert_eq!(found, vec![("go-too-old", 2), ("disk-full", 4)]);
    }

    #[test]
    fn any_bytes_are_read(log in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = scanned(&log);
    }
}
