#![no_main]
//! The fuzzer of `targets/tar_gz.rs`.

#[path = "../targets/tar_gz.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
