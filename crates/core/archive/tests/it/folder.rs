//! Folders that somebody changes while they are copied.
#![allow(clippy::disallowed_methods, reason = "the attacker does not go through our door")]

use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use archive::{Layout, Limits, Unpack, copy_folder};
use sys::{Fs, Sys};
use testkit::TinyToolchain;

/// As long as what it takes the place of.
const PUBLIC: &[u8] = b"public\n";
const SECRET: &[u8] = b"SECRET\n";

/// Stops the other threads, also when a check has failed.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Replaces a name by a link and restores it, until it is stopped.
fn swap(name: &Path, target: &Path, over: &AtomicBool) {
    let (aside, link) = (name.with_extension("aside"), name.with_extension("link"));
    while !over.load(Ordering::Relaxed) {
        symlink(target, &link).unwrap();
        std::fs::rename(name, &aside).unwrap();
        std::fs::rename(&link, name).unwrap();
        std::fs::remove_file(name).unwrap();
        std::fs::rename(&aside, name).unwrap();
    }
}

#[test]
fn no_link_that_is_swapped_in_leads_a_copy_out_of_the_folder() {
    // Goal: if root imports a folder, its owner gets no byte of a file that only root may read. Method: two threads
    // swap a file and a folder for links to such a place, as fast as they can, while it is copied again and again. A
    // copy may fail; it never holds the secret.
    const COPIES: usize = 60;
    let place = tempfile::tempdir().unwrap();
    let (folder, outside) = (place.path().join("sdk"), place.path().join("outside"));
    TinyToolchain::host("1.27.3").write_tree(&folder);
    let fs = Fs::real();
    for at in [&folder.join("src/swapped"), &folder.join("misc"), &outside] {
        fs.create_dirs(at).unwrap();
        fs.replace(&at.join("file"), if at == &outside { SECRET } else { PUBLIC }).unwrap();
    }
    let (over, sys) = (AtomicBool::new(false), Sys::real());
    std::thread::scope(|scope| {
        let _stop = StopAtEnd(&over);
        scope.spawn(|| swap(&folder.join("src/swapped/file"), &outside.join("file"), &over));
        scope.spawn(|| swap(&folder.join("misc"), &outside, &over));
        for number in 0..COPIES {
            let tree = place.path().join(format!("copy-{number}"));
            let job = Unpack {
                sys: &sys,
                tree: &tree,
                layout: Layout::Archive,
                limits: Limits::default(),
                task: &diag::Silent,
                shared: None,
                read_only: archive::ReadOnly::Nothing,
            };
            // The temporary names of the swap are excluded: the swapped names count.
            let passed_over = |path: &str, _: bool| {
                (path.ends_with(".aside") || path.ends_with(".link")).then_some("made by the other threads")
            };
            let _ = copy_folder(&job, &folder, &passed_over);
            for below in ["src/swapped/file", "misc/file"] {
                let found = fs.read_if_there(&tree.join(below), 100).unwrap();
                // The caller discards an incomplete copy.
                assert!(found.as_deref().is_none_or(|found| PUBLIC.starts_with(found)), "copy {number}: {found:?}");
            }
        }
    });
}
