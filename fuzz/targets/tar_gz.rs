#![no_main]
//! Any bytes as a tar.gz.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    archive::fuzz::fuzz_tar_gz(data);
});
