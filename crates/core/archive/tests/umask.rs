//! Modes under a umask that removes bits. A program of its own: the mask belongs to the whole process.
#![cfg(unix)] // there is no umask

use std::io::Write;

use archive::{Layout, Limits, Unpack, unpack_tar_gz};
use sys::Sys;

#[test]
fn modes_are_the_same_whatever_the_umask() {
    let sys = Sys::real();
    let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (path, mode) in [("VERSION", 0o600), ("bin/go", 0o700), ("src/fmt/print.go", 0o666), ("pkg/x", 0o777)] {
        let mut header = tar::Header::new_ustar();
        header.set_size(8);
        header.set_mode(mode);
        builder.append_data(&mut header, format!("go/{path}"), &b"go1.99.1"[..]).unwrap();
    }
    let mut encoder = builder.into_inner().unwrap();
    encoder.flush().unwrap();
    let bytes = encoder.finish().unwrap();
    for mask in [0o077, 0o022, 0o002, 0o027, 0o777, 0] {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        let job = Unpack {
            sys: &sys,
            tree: &tree,
            layout: Layout::Archive,
            limits: Limits::default(),
            task: &diag::Silent,
            shared: None,
            read_only: archive::ReadOnly::Nothing,
        };
        let before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(mask));
        let outcome = unpack_tar_gz(&job, &mut bytes.as_slice());
        rustix::process::umask(before);
        outcome.unwrap();
        let mode = |path: &str| sys.fs().look(&tree.join(path)).unwrap().unwrap().mode;
        for (path, expected) in [("VERSION", 0o644), ("bin/go", 0o755), ("src/fmt/print.go", 0o644), ("pkg/x", 0o755)] {
            assert_eq!(mode(path), expected, "{path} under {mask:o}");
        }
        for path in ["", "src", "src/fmt"] {
            assert_eq!(mode(path) & 0o755, 0o755, "{path} under {mask:o}");
        }
    }
}
