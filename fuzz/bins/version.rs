#![no_main]
//! The fuzzer of `targets/version.rs`.

#[path = "../targets/version.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
