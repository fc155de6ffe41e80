//! Tars packed by zstd, as bundles have them: the same guard, other packing.

use archive::{ArchiveError, Layout, Limits, Refusal, Unpacked, read_tar_zst, unpack_tar_zst, write_tar_entry};

use crate::build::{Tar, toolchain};
use crate::support::Place;

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 3).unwrap()
}

fn unpack(place: &Place, mut bytes: &[u8]) -> Result<Unpacked, ArchiveError> {
    place.unpack(Layout::Archive, |job| unpack_tar_zst(job, &mut bytes))
}

/// A toolchain as a bundle has it: two frames of entries, and a frame with the end.
fn sections() -> Vec<Vec<u8>> {
    let files = toolchain();
    let (one, other) = files.split_at(files.len() / 2);
    let mut frames: Vec<Vec<u8>> = [one, other]
        .map(|files| {
            let mut tar = Vec::new();
            for (name, body) in files {
                let path = name.strip_prefix("go/").unwrap_or(name);
                write_tar_entry(&mut tar, path, false, body).unwrap();
            }
            zstd(&tar)
        })
        .to_vec();
    frames.push(zstd(&archive::TAR_END));
    frames
}

#[test]
fn frames_in_a_row_are_one_tar_and_are_read_as_they_are_unpacked() {
    let bytes = sections().concat();
    let place = Place::new();
    let unpacked = unpack(&place, &bytes).unwrap();
    let interrupt = sys::Interrupt::new();
    let read = read_tar_zst(&mut bytes.as_slice(), Limits::default(), &interrupt).unwrap();
    assert_eq!(read, unpacked.manifest);
    let expected: Vec<Vec<u8>> = toolchain().into_iter().map(|(_, body)| body).collect();
    assert_eq!(unpacked.manifest.bytes_total(), expected.iter().map(|body| body.len() as u64).sum::<u64>());
}

#[test]
fn long_names_travel_whole() {
    let long = format!("src/{}/{}.go", "d".repeat(120), "f".repeat(140));
    let mut tar = Vec::new();
    write_tar_entry(&mut tar, &long, true, b"package x\n").unwrap();
    let bytes = [zstd(&tar), sections().concat()].concat();
    let manifest = read_tar_zst(&mut bytes.as_slice(), Limits::default(), &sys::Interrupt::new()).unwrap();
    assert!(manifest.find(&long).is_some_and(|file| file.executable && file.bytes == 10));
}

#[test]
fn a_stream_cut_at_any_place_is_refused() {
    let bytes = sections().concat();
    for cut in (0..bytes.len()).step_by(bytes.len() / 40 + 1) {
        let error = unpack(&Place::new(), &bytes[..cut]).unwrap_err();
        assert!(matches!(error, ArchiveError::Truncated { .. } | ArchiveError::Malformed { .. }), "{cut}: {error:?}");
    }
    // Without the last frame the end is not marked.
    let frames = sections();
    let error = unpack(&Place::new(), &frames[..2].concat()).unwrap_err();
    assert!(matches!(error, ArchiveError::Truncated { .. }), "{error:?}");
    // A frame twice has every file twice.
    let error = unpack(&Place::new(), &[frames[0].clone(), frames.concat()].concat()).unwrap_err();
    assert!(matches!(error, ArchiveError::Refused { refusal: Refusal::Duplicate, .. }), "{error:?}");
    // Bytes after the end.
    let error = unpack(&Place::new(), &[frames.concat(), zstd(b"junk")].concat()).unwrap_err();
    assert!(matches!(error, ArchiveError::Malformed { .. }), "{error:?}");
    let error = unpack(&Place::new(), &[frames.concat(), b"junk".to_vec()].concat()).unwrap_err();
    assert!(matches!(error, ArchiveError::Malformed { .. }), "{error:?}");
}

#[test]
fn the_guard_stands_before_these_tars_too() {
    for name in ["go/../../evil", "/etc/passwd", "evil", "go/a\\b", "go/CON"] {
        let tar = Tar::toolchain().file(name, b"x").end();
        let error = unpack(&Place::new(), &zstd(&tar)).unwrap_err();
        assert!(matches!(error, ArchiveError::Refused { .. }), "{name}: {error:?}");
    }
    let tar = Tar::toolchain().kind(b'2', "go/link").end();
    assert!(matches!(
        unpack(&Place::new(), &zstd(&tar)).unwrap_err(),
        ArchiveError::Refused { refusal: Refusal::Link, .. }
    ));
}

#[test]
fn a_bomb_and_a_window_without_bounds_are_refused() {
    let tar = Tar::toolchain().file("go/zeros", &vec![0; 100 << 20]).end();
    let packed = zstd(&tar);
    assert!(packed.len() < 1 << 20);
    let error = read_tar_zst(&mut packed.as_slice(), Limits::default(), &sys::Interrupt::new()).unwrap_err();
    assert!(matches!(error, ArchiveError::Refused { refusal: Refusal::Bomb { .. }, .. }), "{error:?}");

    // A frame that asks its reader to keep 1 GiB: header with a window descriptor of 2^30 (RFC 8878, 3.1.1.1.2).
    let greedy = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 20 << 3, 0x01, 0x00, 0x00];
    let error = read_tar_zst(&mut greedy.as_slice(), Limits::default(), &sys::Interrupt::new()).unwrap_err();
    assert!(error.to_string().contains("memory") || error.to_string().contains("window"), "{error}");
}
