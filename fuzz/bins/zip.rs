#![no_main]
//! The fuzzer of `targets/zip.rs`.

#[path = "../targets/zip.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
