#![no_main]
//! Any bytes as a zip.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    archive::fuzz::fuzz_zip(data);
});
