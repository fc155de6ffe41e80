#![no_main]
//! Any bytes as a note, a lookup, a tile's path.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    trust::fuzz_note(data);
    trust::fuzz_lookup(data);
    trust::fuzz_tile_path(data);
});
