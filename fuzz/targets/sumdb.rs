// Any bytes as a note, a lookup, a tile's path.

pub fn check(data: &[u8]) {
    trust::fuzz_note(data);
    trust::fuzz_lookup(data);
    trust::fuzz_tile_path(data);
}
