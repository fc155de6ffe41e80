#![no_main]
//! Any name, kind and size against the guard.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    archive::fuzz::fuzz_guard(data);
});
