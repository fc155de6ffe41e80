#![no_main]
//! The fuzzer of `targets/bundle.rs`.

#[path = "../targets/bundle.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
