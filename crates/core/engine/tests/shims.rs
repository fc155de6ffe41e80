//! The shims are written even if the files beside them cannot be.
#![cfg(target_os = "linux")] // a path that is no UTF-8 can be made on Linux
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use sys::{Clock, Env, Fs, Sys};

/// A pointer that is a file, as on Windows, can hold only UTF-8 paths.
#[test]
fn a_goward_whose_path_no_pointer_file_can_hold_still_writes_its_shims() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().canonicalize().unwrap();
    for (name, is_pointed_at) in [(&b"goward"[..], true), (b"gow\xffard", false), (b"gow\nard", false)] {
        let goward = place.join(OsStr::from_bytes(name));
        std::fs::write(&goward, "a program").unwrap();
        let home = place.join(format!("home {is_pointed_at} {}", name.len()));
        let env = Env::of([("HOME", &place), ("GOWARD_HOME", &home)], place.clone(), Some(goward.clone()));
        let sys = Sys::new(Fs::real().with_pointer_files(), Clock::real(), env);
        let mut ctx = fixture::ctx(sys);
        ctx.shim = Some(b"a shim");
        let written = engine::write_shims(&ctx).unwrap();
        assert!(written.names.iter().any(|name| name == "go"), "{written:?}");
        assert_eq!(std::fs::read(home.join("shims").join("gofmt")).unwrap(), b"a shim");
        let pointed = ctx.sys.fs().pointed_at(&ctx.store.layout().shims_goward()).unwrap();
        assert_eq!(pointed, is_pointed_at.then_some(goward));
    }
}
