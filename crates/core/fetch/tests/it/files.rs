//! Large files: every fault of the server, resume, starting over, several places.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::*;
use diag::{Class, Diagnose};
use fetch::{Client, FetchError, Job, Reason, Settings};
use sys::{Clock, Env, FailAt, Fs, ReadAt, Sys};
use testkit::http::{Fault, Response, Server};
use url::Url;

const NOW: u64 = 1_790_000_000;

/// A server whose n-th answer (from 0) is made by `answer`.
fn serving(answer: impl Fn(usize, Response) -> Response + Send + Sync + 'static, body: &[u8]) -> Server {
    let (body, count): (Arc<[u8]>, _) = (body.into(), AtomicUsize::new(0));
    Server::start(move |_| {
        let good = Response::shared(body.clone()).with_etag("\"v1\"");
        answer(count.fetch_add(1, Ordering::SeqCst), good)
    })
}

fn first_fails(fault: Fault, body: &[u8]) -> Server {
    serving(move |n, good| if n == 0 { good.with_fault(fault) } else { good }, body)
}

#[test]
fn a_file_comes_whole_and_is_read_in_order() {
    for count in [0, 1, 999, 1000, 1001, 10_240, 300_000] {
        let (folder, body) = (tempfile::tempdir().unwrap(), bytes(count));
        let server = serving(|_, good| good, &body);
        let sys = machine(Clock::manual(NOW));
        let heard = Heard::default();
        let (fetched, read) = fetch(&client(&sys), &job(&server, &folder, &body), &heard).unwrap();
        assert!(read == body);
        assert_eq!((fetched.attempts, fetched.bytes_held, fetched.bytes_fetched), (1, 0, count as u64));
        assert_eq!(*heard.advanced.lock().unwrap(), count as u64);
        assert_eq!(heard.text(), "");
        assert_eq!(server.requests()[0].header("accept-encoding"), Some("identity"));
        fetched.parts.remove().unwrap();
        assert!(parts_on_disk(folder.path()).is_empty());
    }
}

#[test]
fn a_cut_transfer_goes_on_where_it_was_cut() {
    let body = bytes(10_240);
    for cut in [0, 1, 999, 1000, 1001, 5500, 10_239] {
        let folder = tempfile::tempdir().unwrap();
        let server = first_fails(Fault::CutAfter(cut), &body);
        let sys = machine(Clock::manual(NOW));
        let heard = Heard::default();
        let (fetched, read) = fetch(&client(&sys), &job(&server, &folder, &body), &heard).unwrap();
        assert!(read == body);
        assert_eq!(fetched.attempts, 2);
        assert_nothing_sent_twice(&server, &body);
        let second = &server.requests()[1];
        if cut > 0 {
            assert_eq!(second.header("range"), Some(format!("bytes={cut}-").as_str()));
            assert_eq!(second.header("if-range"), Some("\"v1\""));
        }
        assert!(heard.text().contains("the connection was cut") && heard.text().contains("127.0.0.1"));
    }
}

#[test]
fn a_line_that_is_cut_again_and_again_gets_there_as_long_as_it_gains() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(30_000));
    let server = serving(|_, good| good.with_fault(Fault::CutAfter(1700)), &body);
    let sys = machine(Clock::manual(NOW));
    let (fetched, read) = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default()).unwrap();
    assert!(read == body);
    assert_eq!(fetched.attempts, 18);
    assert_nothing_sent_twice(&server, &body);
}

#[test]
fn a_stalled_transfer_is_left_and_goes_on() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(10_240));
    for fault in [Fault::StallAfter(4321), Fault::StallAfter(0)] {
        let server = first_fails(fault, &body);
        let sys = machine(Clock::manual(NOW));
        let heard = Heard::default();
        let (fetched, read) =
            fetch(&Client::new(&sys, impatient()).unwrap(), &job(&server, &folder, &body), &heard).unwrap();
        assert!(read == body);
        assert_nothing_sent_twice(&server, &body);
        assert!(heard.text().contains("no byte for 0.4 s"), "{}", heard.text());
        fetched.parts.remove().unwrap();
    }
}

#[test]
fn a_server_that_never_answers_is_left() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(100));
    let server = first_fails(Fault::Silence, &body);
    let sys = machine(Clock::manual(NOW));
    let (fetched, _) =
        fetch(&Client::new(&sys, impatient()).unwrap(), &job(&server, &folder, &body), &Heard::default()).unwrap();
    assert_eq!(fetched.attempts, 2);
}

#[test]
fn waits_between_tries_double_and_each_is_told() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(5000));
    let server = serving(|n, good| if n < 4 { Response::status(503) } else { good }, &body);
    let clock = Clock::manual(NOW);
    let heard = Heard::default();
    fetch(&client(&machine(clock.clone())), &job(&server, &folder, &body), &heard).unwrap();
    // Nominal 2 + 4 + 8 + 16 seconds, each a quarter more or less.
    assert!((22.5..=37.5).contains(&seconds_slept(&clock)), "{}", seconds_slept(&clock));
    let lines = heard.lines.lock().unwrap().clone();
    assert_eq!(lines.len(), 4);
    for (index, line) in lines.iter().enumerate() {
        assert!(line.starts_with("127.0.0.1:") && line.contains("answered 503 (unavailable)"), "{line}");
        assert!(line.contains(&format!("({} of 5 tries failed)", index + 1)), "{line}");
    }
}

#[test]
fn tries_end_and_the_error_names_host_and_reason() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(10));
    let server = serving(|_, _| Response::status(500), &body);
    let error = fetch(&client(&machine(Clock::manual(NOW))), &job(&server, &folder, &body), &Heard::default());
    let Err(error) = error else { panic!("a broken server served") };
    let host = server.url().replace("http://", "");
    let expected = format!("fetch http://{host}/file.tar.gz: {host}: answered 500 (internal error) (tried 5 times)");
    assert_eq!(error.to_string(), expected);
    assert_eq!((error.class(), error.word()), (Class::Network, "http-status"));
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn a_server_that_asks_for_a_wait_gets_it() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(10));
    let server =
        serving(|n, good| if n == 0 { Response::status(429).with_header("retry-after", "7") } else { good }, &body);
    let clock = Clock::manual(NOW);
    fetch(&client(&machine(clock.clone())), &job(&server, &folder, &body), &Heard::default()).unwrap();
    assert!((seconds_slept(&clock) - 7.0).abs() < 1e-6);
}

#[test]
fn an_absence_is_not_tried_again() {
    for code in [404, 410] {
        let (folder, body) = (tempfile::tempdir().unwrap(), bytes(10));
        let server = serving(move |_, _| Response::status(code), &body);
        let error = fetch(&client(&machine(Clock::manual(NOW))), &job(&server, &folder, &body), &Heard::default());
        let Err(error) = error else { panic!("{code} served") };
        assert!(error.is_absence());
        assert_eq!(error.class(), Class::NotFound);
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn wrong_bytes_are_thrown_away_and_both_hashes_named() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(5000));
    let server = serving(|_, good| good, &body);
    let wrong = Job { sha256: Some(release::Digest::from_bytes([0xab; 32])), ..job(&server, &folder, &body) };
    let Err(error) = fetch(&client(&machine(Clock::manual(NOW))), &wrong, &Heard::default()) else {
        panic!("wrong bytes were accepted")
    };
    let FetchError::HashMismatch { expected, actual, url, .. } = &error else { panic!("{error}") };
    assert_eq!(expected.to_string(), "ab".repeat(32));
    assert_eq!(*actual, sha256(&body));
    assert!(url.starts_with(&server.url()));
    assert_eq!(error.class(), Class::Integrity);
    assert!(parts_on_disk(folder.path()).is_empty());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn held_bytes_that_were_damaged_are_found_and_fetched_anew() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(5000));
    let server = serving(|n, good| if n < 1 { good.with_fault(Fault::CutAfter(3500)) } else { good }, &body);
    let sys = machine(Clock::manual(NOW));
    let one_try = Job { tries: Some(1), ..job(&server, &folder, &body) };
    assert!(fetch(&client(&sys), &one_try, &Heard::default()).is_err());
    let segment = folder.path().join("a folder ü/file.tar.gz.parts/000001");
    Fs::real().replace(&segment, &[0; 1000]).unwrap();
    let (heard, mut calls) = (Heard::default(), 0);
    let (fetched, ()) = client(&sys).fetch(&one_try, &heard, &heard, &mut |_| calls += 1).unwrap();
    assert_eq!((fetched.sha256, calls), (sha256(&body), 2));
    assert_eq!(fetched.bytes_fetched, 1500 + 5000);
    assert!(heard.text().contains("starting over"), "{}", heard.text());
}

#[test]
fn a_web_page_instead_of_the_file_is_refused_by_type_and_by_look() {
    let page = b"\n<!DOCTYPE html><html>Please log in</html>";
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(10));
    for typed in [true, false] {
        let server = serving(
            move |_, _| {
                let page = Response::ok(&page[..]);
                if typed { page.content_type("text/html; charset=utf-8") } else { page }
            },
            &body,
        );
        let Err(error) = fetch(&client(&machine(Clock::manual(NOW))), &unknown(&server, &folder), &Heard::default())
        else {
            panic!("a web page was accepted")
        };
        assert!(matches!(error, FetchError::Failed { reason: Reason::WebPage { .. }, .. }), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn a_wrong_length_does_not_make_a_wrong_file() {
    let body = bytes(5000);
    for off in [5, -5] {
        let folder = tempfile::tempdir().unwrap();
        let server = first_fails(Fault::WrongLength(off), &body);
        let sys = machine(Clock::manual(NOW));
        let outcome = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default());
        match (off > 0, outcome) {
            // Too large a length looks like a cut; the rest then turns out to be empty.
            (true, Ok((_, read))) => assert!(read == body),
            // Too small a length hides the end: only the hash detects it.
            (false, Err(FetchError::HashMismatch { .. })) => {}
            (_, Ok(_)) => panic!("a file cut short was accepted"),
            (_, Err(error)) => panic!("{off}: {error}"),
        }
        let folder = tempfile::tempdir().unwrap();
        let server = first_fails(Fault::WrongLength(off), &body);
        let sized = Job { bytes_expected: Some(5000), ..job(&server, &folder, &body) };
        let Err(error) = fetch(&client(&sys), &sized, &Heard::default()) else { panic!("a wrong size was accepted") };
        assert!(error.to_string().contains("size differs: expected 5000 bytes, got"), "{error}");
        assert_eq!(error.class(), Class::Integrity);
    }
}

#[test]
fn a_body_without_length_is_read_to_its_end() {
    for fault in [Fault::NoLength, Fault::Chunked] {
        for count in [0, 1000, 4500] {
            let (folder, body) = (tempfile::tempdir().unwrap(), bytes(count));
            let server = serving(move |_, good| good.with_fault(fault), &body);
            let sys = machine(Clock::manual(NOW));
            let (fetched, read) = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default()).unwrap();
            assert!(read == body);
            drop(fetched);
            // The size is known by now: another fetch needs no server.
            let (fetched, _) = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default()).unwrap();
            assert_eq!((fetched.attempts, server.requests().len()), (0, 1));
        }
    }
}

#[test]
fn a_body_without_length_is_bounded() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(100_000));
    let server = serving(|_, good| good.with_fault(Fault::NoLength), &body);
    let bounded = Job { bytes_max: 20_000, ..unknown(&server, &folder) };
    let Err(error) = fetch(&client(&machine(Clock::manual(NOW))), &bounded, &Heard::default()) else {
        panic!("more bytes were accepted than allowed")
    };
    assert!(matches!(error, FetchError::Failed { reason: Reason::TooLarge { bytes_max: 20_000 }, .. }), "{error}");
    let server = serving(|_, good| good, &body);
    let bounded = Job { bytes_max: 20_000, ..unknown(&server, &folder) };
    assert!(fetch(&client(&machine(Clock::manual(NOW))), &bounded, &Heard::default()).is_err());
}

#[test]
fn a_server_without_ranges_makes_it_start_over() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(5000));
    let server = serving(
        |n, good| {
            let good = good.without_ranges();
            if n == 0 { good.with_fault(Fault::CutAfter(2500)) } else { good }
        },
        &body,
    );
    let (sys, heard) = (machine(Clock::manual(NOW)), Heard::default());
    let (_, read) = fetch(&client(&sys), &job(&server, &folder, &body), &heard).unwrap();
    assert!(read == body);
    assert!(heard.text().contains("starting over"), "{}", heard.text());
}

#[test]
fn a_file_that_changes_between_tries_is_started_over() {
    for known in [true, false] {
        let (folder, old, new) = (tempfile::tempdir().unwrap(), bytes(5000), bytes(6000)[1000..].to_vec());
        let (server_new, first) = (new.clone(), AtomicUsize::new(0));
        let server = Server::start(move |_| match first.fetch_add(1, Ordering::SeqCst) {
            0 => Response::ok(old.clone()).with_etag("\"v1\"").with_fault(Fault::CutAfter(2500)),
            _ => Response::ok(server_new.clone()).with_etag("\"v2\""),
        });
        let (sys, heard) = (machine(Clock::manual(NOW)), Heard::default());
        let wanted = if known { job(&server, &folder, &new) } else { unknown(&server, &folder) };
        let (_, read) = fetch(&client(&sys), &wanted, &heard).unwrap();
        assert!(read == new, "a mixture of two versions was accepted");
        assert!(heard.text().contains("starting over"), "{}", heard.text());
    }
}

#[test]
fn without_a_validator_only_a_known_hash_allows_to_resume() {
    let body = bytes(5000);
    for known in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let server = serving(
            |n, good| {
                let bare = Response { etag: None, ..good };
                if n == 0 { bare.with_fault(Fault::CutAfter(2500)) } else { bare }
            },
            &body,
        );
        let wanted = if known { job(&server, &folder, &body) } else { unknown(&server, &folder) };
        let (_, read) = fetch(&client(&machine(Clock::manual(NOW))), &wanted, &Heard::default()).unwrap();
        assert!(read == body);
        assert_eq!(server.requests()[1].header("range"), known.then_some("bytes=2500-"));
        assert_eq!(server.requests()[1].header("if-range"), None);
    }
}

#[test]
fn a_date_guards_a_resume_where_there_is_no_entity_tag() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(5000));
    let server = serving(
        |n, good| {
            let dated = Response { etag: None, ..good }
                .with_header("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT")
                .with_header("date", "Sun, 06 Nov 1994 08:50:37 GMT");
            if n == 0 { dated.with_fault(Fault::CutAfter(2500)) } else { dated }
        },
        &body,
    );
    fetch(&client(&machine(Clock::manual(NOW))), &unknown(&server, &folder), &Heard::default()).unwrap();
    assert_eq!(server.requests()[1].header("if-range"), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    assert_nothing_sent_twice(&server, &body);
}

#[test]
fn an_encoded_answer_is_refused() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(50));
    let server = serving(|_, good| good.with_header("content-encoding", "gzip"), &body);
    let Err(error) = fetch(&client(&machine(Clock::manual(NOW))), &unknown(&server, &folder), &Heard::default()) else {
        panic!("an encoded body was accepted")
    };
    assert!(error.to_string().contains("content encoding `gzip`"), "{error}");
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(5000));
    let served = body.clone();
    let server = Server::start(move |request| match request.path.as_str() {
        "/file.tar.gz" => Response::redirect("/there"),
        "/there" => Response::ok(served.clone()).with_etag("\"v1\""),
        _ => Response::redirect("/loop"),
    });
    let sys = machine(Clock::manual(NOW));
    let (_, read) = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default()).unwrap();
    assert!(read == body);
    let url = Url::parse(&format!("{}/loop", server.url())).unwrap();
    let Err(error) = fetch(&client(&sys), &Job::new(url, "loop", folder.path(), 100), &Heard::default()) else {
        panic!("a loop has no end")
    };
    assert!(error.to_string().contains("more than 10 redirects"), "{error}");
    assert_eq!(server.requests().len(), 2 + 11);
}

#[test]
fn a_killed_fetch_goes_on_in_the_next_process_without_fetching_a_held_byte() {
    // Goal: nothing that was written is lost or fetched twice.
    // Method: the server stalls, the reader asks to stop when it has seen so much, and another machine
    // value, with another client, finishes.
    let body = bytes(10_240);
    for stop in [1, 1000, 2999, 9999] {
        let folder = tempfile::tempdir().unwrap();
        let server = first_fails(Fault::StallAfter(stop), &body);
        let sys = machine(Clock::real());
        let mut seen = 0;
        let outcome =
            client(&sys).fetch(&job(&server, &folder, &body), &Heard::default(), &Heard::default(), &mut |reader| {
                let mut buffer = [0; 100];
                while let Ok(read @ 1..) = reader.read(&mut buffer) {
                    seen += read as u64;
                    if seen == stop {
                        sys.interrupt().ask();
                    }
                }
            });
        assert!(matches!(outcome, Err(FetchError::Interrupted)));
        let sys = machine(Clock::manual(NOW));
        let (fetched, read) = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default()).unwrap();
        assert!(read == body);
        assert_eq!((fetched.bytes_held, fetched.bytes_fetched), (stop, 10_240 - stop));
        assert_nothing_sent_twice(&server, &body);
    }
}

#[test]
fn complete_parts_need_no_server_not_even_a_network() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(5000));
    let server = serving(|_, good| good, &body);
    let sys = machine(Clock::manual(NOW));
    drop(fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default()).unwrap());
    let offline = Client::new(&sys, Settings { offline: true, ..settings() }).unwrap();
    let (fetched, read) = fetch(&offline, &job(&server, &folder, &body), &Heard::default()).unwrap();
    assert!(read == body);
    assert_eq!((fetched.bytes_held, fetched.bytes_fetched, server.requests().len()), (5000, 0, 1));
    fetched.parts.remove().unwrap();
    let outcome = fetch(&offline, &job(&server, &folder, &body), &Heard::default());
    assert!(matches!(outcome, Err(FetchError::Offline { .. })));
}

#[test]
fn parts_of_another_file_are_not_used() {
    let (folder, old, new) = (tempfile::tempdir().unwrap(), bytes(5000), bytes(7000)[2000..].to_vec());
    let server = serving(|_, good| good.with_fault(Fault::CutAfter(2500)), &old);
    let sys = machine(Clock::manual(NOW));
    let one_try = Job { tries: Some(1), ..job(&server, &folder, &old) };
    assert!(fetch(&client(&sys), &one_try, &Heard::default()).is_err());
    let server = serving(|_, good| good, &new);
    let heard = Heard::default();
    let (fetched, read) = fetch(&client(&sys), &job(&server, &folder, &new), &heard).unwrap();
    assert!(read == new);
    assert_eq!(fetched.bytes_held, 0);
    assert!(heard.text().contains("of another file"), "{}", heard.text());
}

#[test]
fn what_makes_no_sense_in_the_folder_is_thrown_away() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(5000));
    let server = serving(|_, good| good, &body);
    let parts = folder.path().join("a folder ü/file.tar.gz.parts");
    let fs = Fs::real();
    fs.create_dirs(&parts).unwrap();
    for (name, content) in [("meta.json", &b"{"[..]), ("000000", b"junk"), ("999999", b"junk")] {
        fs.replace(&parts.join(name), content).unwrap();
    }
    let sys = machine(Clock::manual(NOW));
    let (fetched, read) = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default()).unwrap();
    assert!(read == body);
    assert_eq!(fetched.bytes_held, 0);
}

#[test]
fn a_full_disk_keeps_what_it_took_and_the_next_run_goes_on() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(10_240));
    let server = serving(|_, good| good, &body);
    let full = Fs::faulty(Arc::new(FailAt::from(1, std::io::ErrorKind::StorageFull).within("000004")));
    let sys = Sys::new(full, Clock::manual(NOW), Env::of(Vec::<(String, String)>::new(), "/".into(), None));
    let Err(error) = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default()) else {
        panic!("a full disk took it")
    };
    assert!(matches!(error, FetchError::Write { .. }), "{error}");
    assert_eq!(error.class(), Class::Environment);
    assert!(error.hints().lines()[0].contains("free some space"));
    let sys = machine(Clock::manual(NOW));
    let (fetched, read) = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default()).unwrap();
    assert!(read == body);
    assert_eq!(fetched.bytes_held, 4000);
}

#[test]
fn whichever_disk_operation_fails_the_next_run_gets_the_right_bytes() {
    let body = bytes(3500);
    for nth in 1.. {
        let folder = tempfile::tempdir().unwrap();
        let server = serving(|_, good| good, &body);
        let bad = Fs::faulty(Arc::new(FailAt::from(nth, std::io::ErrorKind::PermissionDenied)));
        let sys = Sys::new(bad, Clock::manual(NOW), Env::of(Vec::<(String, String)>::new(), "/".into(), None));
        let first = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default());
        // The success is dropped here, and its lock with it.
        let failure = first.map(drop).err();
        if let Some(error) = &failure {
            assert_eq!(error.class(), Class::Environment, "{error}");
        }
        let sys = machine(Clock::manual(NOW));
        let (_, read) = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default()).unwrap();
        assert!(read == body, "operation {nth}");
        if failure.is_none() {
            assert!(nth > 8, "only {nth} operations were seen");
            break;
        }
    }
}

#[test]
fn the_next_place_is_asked_when_one_has_failed() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(5000));
    let broken = serving(|_, good| good.with_fault(Fault::CutAfter(1500)), &body);
    let good = serving(|_, good| good.with_etag("\"other\""), &body);
    let nobody = closed_port();
    let mut wanted = job(&good, &folder, &body);
    wanted.tries = Some(1);
    let file = |base: &str| Url::parse(&format!("{base}/file.tar.gz")).unwrap();
    wanted.urls = vec![file(&nobody), file(&broken.url()), file(&good.url())];
    let heard = Heard::default();
    let (fetched, read) = fetch(&client(&machine(Clock::manual(NOW))), &wanted, &heard).unwrap();
    assert!(read == body);
    assert!(fetched.url.as_str().starts_with(&good.url()));
    // The hash is known, so bytes of two places may be put together, unguarded by the other's tag.
    assert_eq!(good.requests()[0].header("range"), Some("bytes=1500-"));
    assert_eq!(good.requests()[0].header("if-range"), None);
    assert!(heard.text().contains("connection refused"), "{}", heard.text());
    assert_eq!(heard.lines.lock().unwrap().len(), 2);
}

#[test]
fn when_all_places_fail_each_is_listed() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(50));
    let missing = serving(|_, _| Response::status(404), &body);
    let wrong = serving(|_, good| good, &bytes(51));
    let mut wanted = job(&missing, &folder, &body);
    wanted.urls.push(Url::parse(&format!("{}/file.tar.gz", wrong.url())).unwrap());
    let Err(error) = fetch(&client(&machine(Clock::manual(NOW))), &wanted, &Heard::default()) else {
        panic!("wrong bytes were accepted")
    };
    let text = error.to_string();
    assert!(text.starts_with("fetch `file.tar.gz` from any of 2 places: "), "{text}");
    assert!(text.contains("answered 404 (not found)") && text.contains("its SHA-256 differs"), "{text}");
    assert_eq!(error.class(), Class::Integrity);
    assert!(!error.is_absence());
}

#[test]
fn a_host_that_fails_again_and_again_is_left_alone_for_a_while() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(50));
    let broken = AtomicUsize::new(0);
    let served = body.clone();
    let server = Server::start(move |_| match broken.fetch_add(1, Ordering::SeqCst) {
        0..5 => Response::status(500),
        _ => Response::ok(served.clone()),
    });
    let clock = Clock::manual(NOW);
    let client = client(&machine(clock.clone()));
    assert!(fetch(&client, &job(&server, &folder, &body), &Heard::default()).is_err());
    let Err(error) = fetch(&client, &job(&server, &folder, &body), &Heard::default()) else {
        panic!("the host was asked")
    };
    assert!(error.to_string().contains("not asked: it failed 5 times in a row"), "{error}");
    assert_eq!(server.requests().len(), 5);
    clock.sleep(Duration::from_secs(31));
    fetch(&client, &job(&server, &folder, &body), &Heard::default()).unwrap();
}

#[test]
fn a_consumer_that_stops_early_does_not_spare_the_file_its_check() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(5000));
    let server = serving(|_, good| good, &body);
    let sys = machine(Clock::manual(NOW));
    let mut first_bytes = |reader: &mut (dyn Read + Send)| {
        let mut buffer = [0; 10];
        reader.read_exact(&mut buffer).map(|()| buffer.to_vec())
    };
    let heard = Heard::default();
    let wanted = job(&server, &folder, &body);
    let (fetched, first) = client(&sys).fetch(&wanted, &heard, &heard, &mut first_bytes).unwrap();
    assert_eq!((fetched.bytes, first.unwrap()), (5000, body[..10].to_vec()));
    fetched.parts.remove().unwrap();
    let wrong = Job { sha256: Some(release::Digest::from_bytes([1; 32])), ..wanted };
    assert!(client(&sys).fetch(&wrong, &heard, &heard, &mut first_bytes).is_err());
}

#[test]
fn parts_can_be_read_at_any_place() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(5500));
    let server = serving(|_, good| good, &body);
    let sys = machine(Clock::manual(NOW));
    let heard = Heard::default();
    let fetched = client(&sys).fetch_whole(&job(&server, &folder, &body), &heard, &heard).unwrap();
    let parts = &fetched.parts;
    assert_eq!((parts.length().unwrap(), parts.bytes()), (5500, 5500));
    let mut buffer = [0; 700];
    assert_eq!(parts.read_at(&mut buffer, 1900).unwrap(), 100);
    assert_eq!(buffer[..100], body[1900..2000]);
    assert_eq!(parts.read_at(&mut buffer, 5499).unwrap(), 1);
    assert_eq!(parts.read_at(&mut buffer, 5500).unwrap(), 0);
    let mut reader = parts.reader();
    reader.seek(SeekFrom::End(-2700)).unwrap();
    let mut tail = Vec::new();
    reader.read_to_end(&mut tail).unwrap();
    assert!(tail == body[2800..]);
    assert!(reader.seek(SeekFrom::Current(-5501)).is_err());
}

#[test]
fn two_at_once_make_one_download() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(50_000));
    let server = serving(|_, good| good.with_fault(Fault::Slow { bytes_per_second: 250_000 }), &body);
    let heard = Heard::default();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                // Each acts as a process: its own client, its own machine.
                let client = client(&machine(Clock::real()));
                let (_, read) = fetch(&client, &job(&server, &folder, &body), &heard).unwrap();
                assert!(read == body);
            });
        }
    });
    assert_eq!(server.requests().len(), 1);
    assert_eq!(heard.text().matches("another process is fetching it").count(), 2);
}

#[cfg_attr(
    windows,
    ignore = "Wine keeps all handles of a locked file open until the lock goes, and this asks thousands of times"
)]
#[test]
fn a_process_that_never_ends_is_not_waited_for_for_ever() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(50));
    let server = serving(|_, good| good, &body);
    let sys = machine(Clock::manual(NOW));
    let held = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default()).unwrap();
    let outcome = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default());
    let Err(error) = outcome else { panic!("two had the lock") };
    assert_eq!(error.class(), Class::Busy, "{error:?}");
    drop(held);
}

#[test]
fn an_interrupt_ends_a_wait_between_tries() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(50));
    let sys = machine(Clock::real());
    let asked = sys.interrupt().clone();
    let server = serving(
        move |_, _| {
            asked.ask();
            Response::status(503).with_header("retry-after", "60")
        },
        &body,
    );
    let outcome = fetch(&client(&sys), &job(&server, &folder, &body), &Heard::default());
    let Err(error) = outcome else { panic!("it was not interrupted") };
    assert!(error.is_interrupt());
    assert_eq!(error.class(), Class::Interrupted);
}

#[test]
fn a_slow_transfer_comes_over_several_connections_and_is_the_same() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(300_000));
    let server = serving(|_, good| good.with_fault(Fault::Slow { bytes_per_second: 200_000 }), &body);
    let eager = Settings {
        segment_bytes: 20_000,
        parallel_after: Duration::from_millis(50),
        parallel_remaining: Duration::from_millis(50),
        ..settings()
    };
    let client = Client::new(&machine(Clock::real()), eager).unwrap();
    let (fetched, read) = fetch(&client, &unknown(&server, &folder), &Heard::default()).unwrap();
    assert!(read == body);
    assert_eq!(fetched.bytes_fetched, 300_000);
    let ranged = server.requests().iter().filter(|request| request.header("range").is_some()).count();
    assert!(ranged >= 6, "{ranged}");
    for request in server.requests().iter().skip(1) {
        assert_eq!(request.header("if-range"), Some("\"v1\""));
    }
}

#[test]
fn a_server_that_does_not_like_several_connections_serves_one() {
    for refusal in [429, 200] {
        let (folder, body) = (tempfile::tempdir().unwrap(), bytes(100_000));
        let server = serving(
            move |n, good| {
                let slow = good.with_fault(Fault::Slow { bytes_per_second: 200_000 });
                match (n, refusal) {
                    (0, _) => slow,
                    (_, 200) => slow.without_ranges(),
                    _ => Response::status(429),
                }
            },
            &body,
        );
        let eager = Settings {
            segment_bytes: 20_000,
            parallel_after: Duration::from_millis(50),
            parallel_remaining: Duration::from_millis(50),
            ..settings()
        };
        let heard = Heard::default();
        let client = Client::new(&machine(Clock::real()), eager).unwrap();
        let (fetched, read) = fetch(&client, &job(&server, &folder, &body), &heard).unwrap();
        assert!(read == body);
        assert_eq!((fetched.attempts, server.requests().len()), (1, 2), "{}", heard.text());
        assert_eq!(heard.text(), "");
    }
}

#[test]
fn gaps_that_several_connections_left_are_filled_without_fetching_what_is_held() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(10_000));
    let server = serving(|n, good| if n == 0 { good.with_fault(Fault::CutAfter(2500)) } else { good }, &body);
    let sys = machine(Clock::manual(NOW));
    let one_try = Job { tries: Some(1), ..job(&server, &folder, &body) };
    assert!(fetch(&client(&sys), &one_try, &Heard::default()).is_err());
    let parts = folder.path().join("a folder ü/file.tar.gz.parts");
    Fs::real().replace(&parts.join("000005"), &body[5000..6000]).unwrap();
    Fs::real().replace(&parts.join("000007"), &body[7000..7300]).unwrap();
    let (fetched, read) = fetch(&client(&sys), &one_try, &Heard::default()).unwrap();
    assert!(read == body);
    assert_eq!((fetched.bytes_held, fetched.bytes_fetched), (3800, 6200));
    let ranges: Vec<_> = server.requests()[1..].iter().map(|r| r.header("range").unwrap().to_owned()).collect();
    assert_eq!(ranges, ["bytes=2500-4999", "bytes=6000-6999", "bytes=7300-"]);
}

#[test]
fn whatever_a_server_does_wrong_no_wrong_byte_is_accepted() {
    // Goal: any order of faults ends in an error or in the right bytes, and once the server is well, in these.
    // Method: faults drawn by seed, for as many answers as the seed says.
    let body = bytes(9_500);
    for seed in 0..60 {
        let (folder, dice) = (tempfile::tempdir().unwrap(), std::sync::Mutex::new(fastrand::Rng::with_seed(seed)));
        let faults = dice.lock().unwrap().usize(1..12);
        let server = serving(
            move |n, good| {
                if n >= faults {
                    return good;
                }
                let mut dice = dice.lock().unwrap();
                let good = if dice.u8(..5) == 0 { good.without_ranges() } else { good };
                let good = if dice.u8(..8) == 0 { good.with_etag("\"v2\"") } else { good };
                match dice.u8(..9) {
                    0 => good.with_fault(Fault::HangUp),
                    1 => Response::status(503),
                    2 => good.with_fault(Fault::NoLength),
                    3 => good.with_fault(Fault::Chunked),
                    4 => good.with_fault(Fault::WrongLength(dice.i64(-50..50))),
                    5 => Response::ok("<html>sorry</html>"),
                    6 => good,
                    _ => good.with_fault(Fault::CutAfter(dice.u64(..6000))),
                }
            },
            &body,
        );
        let wanted = job(&server, &folder, &body);
        let mut done = false;
        for _ in 0..15 {
            let heard = Heard::default();
            match fetch(&client(&machine(Clock::manual(NOW))), &wanted, &heard) {
                Ok((_, read)) => {
                    assert!(read == body, "seed {seed}");
                    done = true;
                    break;
                }
                Err(FetchError::Failed { .. } | FetchError::HashMismatch { .. } | FetchError::Unsteady { .. }) => {}
                Err(error) => panic!("seed {seed}: {error}"),
            }
        }
        assert!(done, "seed {seed} never got there: {:#?}", server.requests());
    }
}

#[test]
fn a_consumer_that_panics_is_not_left_hanging() {
    let (folder, body) = (tempfile::tempdir().unwrap(), bytes(5000));
    let server = serving(|_, good| good.with_fault(Fault::StallAfter(100)), &body);
    let patient = Settings { stall_timeout: Duration::from_secs(600), ..settings() };
    let client = Client::new(&machine(Clock::real()), patient).unwrap();
    let wanted = job(&server, &folder, &body);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        client.fetch(&wanted, &Heard::default(), &Heard::default(), &mut |_| panic!("on purpose")).map(|(f, ())| f)
    }));
    assert!(outcome.is_err());
}

#[test]
fn names_that_leave_the_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let client = client(&machine(Clock::manual(NOW)));
    for name in ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a\nb", "a b"] {
        let job = Job::new(Url::parse("http://127.0.0.1:1/").unwrap(), name, folder.path(), 10);
        let outcome = client.fetch_whole(&job, &diag::Silent, &diag::Silent);
        assert!(matches!(outcome, Err(FetchError::Job { .. })), "{name:?}");
    }
}

fn closed_port() -> String {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
