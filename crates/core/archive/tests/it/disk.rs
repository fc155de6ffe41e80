//! Disks that refuse and users that interrupt.

use std::io::{self, Read};
use std::sync::Arc;

use archive::{ArchiveError, Layout, Unpacked};
use diag::{Class, Diagnose};
use sys::{Clock, Env, FailAt, Fs, Sys};

use crate::build::{Tar, zip, zip_toolchain};
use crate::support::Place;

fn faulty(nth: u64) -> Place {
    let fs = Fs::faulty(Arc::new(FailAt::from(nth, io::ErrorKind::StorageFull)));
    Place::with(Sys::new(fs, Clock::manual(0), Env::of_this_process()))
}

/// Fails each operation in turn and sees that the error names a path in the tree, until there is none left to fail.
fn fail_each(unpack: impl Fn(&Place) -> Result<Unpacked, ArchiveError>) {
    for nth in 1.. {
        let place = faulty(nth);
        match unpack(&place) {
            Ok(_) => {
                assert!(nth > 20, "only {nth} operations were seen");
                return;
            }
            Err(error) => {
                let ArchiveError::Disk { path, cause, .. } = &error else { panic!("{nth}: {error:?}") };
                assert!(path.starts_with(place.tree()), "{nth}: {}", path.display());
                assert_eq!(cause.kind(), io::ErrorKind::StorageFull);
                assert_eq!(error.class(), Class::Environment);
                assert!(error.to_string().contains("tree"), "{error}");
            }
        }
    }
}

#[test]
fn a_full_disk_stops_a_tar_gz_at_any_operation() {
    let bytes = Tar::toolchain().gz();
    fail_each(|place| place.tar_gz(Layout::Archive, &bytes));
}

#[test]
fn a_full_disk_stops_a_zip_at_any_operation() {
    let bytes = zip(&zip_toolchain("go/"));
    fail_each(|place| place.zip(Layout::Archive, &bytes));
}

#[test]
fn a_full_disk_stops_an_endless_stream() {
    // Goal: when the writers have failed, the inflater does not wait for slabs that never come back.
    // Method: more small and large files than there are slabs, all after the failure.
    let large = vec![7; 1 << 20];
    let tar = (0..40).fold(Tar::toolchain(), |tar, n| {
        (0..40).fold(tar.file(&format!("go/l{n}"), &large), |tar, m| tar.file(&format!("go/s{n}/{m}"), &large[..9000]))
    });
    let bytes = tar.gz();
    for nth in [3, 10, 30, 60] {
        assert!(matches!(faulty(nth).tar_gz(Layout::Archive, &bytes), Err(ArchiveError::Disk { .. })));
    }
}

#[test]
fn a_tree_that_is_there_already_is_left_alone() {
    let place = Place::new();
    place.sys.fs().create_dir(&place.tree()).unwrap();
    for error in [
        place.tar_gz(Layout::Archive, &Tar::toolchain().gz()).unwrap_err(),
        place.zip(Layout::Archive, &zip(&zip_toolchain("go/"))).unwrap_err(),
    ] {
        let ArchiveError::Disk { action: "create", path, cause } = error else { panic!("{error:?}") };
        assert_eq!((path, cause.kind()), (place.tree(), io::ErrorKind::AlreadyExists));
    }
    assert!(place.sys.fs().names(&place.tree()).unwrap().is_empty());
}

#[test]
fn an_interrupt_stops_the_work() {
    let place = Place::new();
    place.sys.interrupt().ask();
    for error in [
        place.tar_gz(Layout::Archive, &Tar::toolchain().gz()).unwrap_err(),
        place.zip(Layout::Archive, &zip(&zip_toolchain("go/"))).unwrap_err(),
    ] {
        assert!(matches!(error, ArchiveError::Interrupted { .. }), "{error:?}");
        assert_eq!(error.class(), Class::Interrupted);
    }
}

/// Asks to stop after the first bytes.
struct Impatient<'b> {
    bytes: &'b [u8],
    interrupt: sys::Interrupt,
}

impl Read for Impatient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(100);
        let read = self.bytes.read(&mut buffer[..count])?;
        self.interrupt.ask();
        Ok(read)
    }
}

#[test]
fn an_interrupt_in_the_middle_stops_the_work() {
    let place = Place::new();
    let bytes = Tar::toolchain().gz();
    let mut input = Impatient { bytes: &bytes, interrupt: place.sys.interrupt().clone() };
    let error = place.tar_gz_from(Layout::Archive, &mut input).unwrap_err();
    assert!(matches!(error, ArchiveError::Interrupted { .. }), "{error:?}");
    assert_eq!(input.bytes.len(), bytes.len() - 100);
}
