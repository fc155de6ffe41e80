#![no_main]
//! Any bytes as a wheel's RECORD and as a pax header.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    archive::fuzz::fuzz_texts(data);
});
