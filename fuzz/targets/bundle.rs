#![no_main]
//! Any bytes as the start of a bundle, as its manifest, as its sections.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    source::bundle::fuzz_bundle(data);
    archive::fuzz::fuzz_tar_zst(data);
});
