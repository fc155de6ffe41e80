// Any name, kind and size against the guard.

pub fn check(data: &[u8]) {
    archive::fuzz::fuzz_guard(data);
}
