#![no_main]
//! The fuzzer of `targets/index.rs`.

#[path = "../targets/index.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
