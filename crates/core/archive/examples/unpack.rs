//! Unpacks one archive into one new folder and prints the counts: `unpack ARCHIVE FOLDER [MODULE_PREFIX]`.
//!
//! For measurements: `cargo build --release -p archive --example unpack`, then `strace -c -f` or a clock around it.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a program of its own, not part of the library")]

use std::path::Path;

use archive::{Layout, Limits, Unpack, unpack_tar_gz, unpack_zip};

fn main() -> Result<(), archive::ArchiveError> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, archive, tree, rest @ ..] = arguments.as_slice() else {
        println!("usage: unpack ARCHIVE FOLDER [MODULE_PREFIX]");
        return Ok(());
    };
    let layout = match (rest.first(), archive.ends_with(".whl")) {
        (Some(prefix), _) => Layout::Module { prefix: prefix.clone() },
        (None, true) => Layout::Wheel,
        (None, false) => Layout::Archive,
    };
    let sys = sys::Sys::real();
    let job = Unpack {
        sys: &sys,
        tree: Path::new(tree),
        layout,
        limits: Limits::default(),
        task: &diag::Silent,
        shared: None,
        read_only: archive::ReadOnly::Nothing,
    };
    let open = || sys.fs().open(Path::new(archive)).map_err(|cause| archive::ArchiveError::Input { cause });
    let began = std::time::Instant::now();
    let unpacked =
        if archive.ends_with(".gz") { unpack_tar_gz(&job, &mut open()?)? } else { unpack_zip(&job, &open()?)? };
    println!(
        "{}: {} files, {} bytes in {:.3} s",
        unpacked.version_line,
        unpacked.manifest.files.len(),
        unpacked.manifest.bytes_total(),
        began.elapsed().as_secs_f64()
    );
    Ok(())
}
