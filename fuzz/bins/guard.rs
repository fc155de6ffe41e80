#![no_main]
//! The fuzzer of `targets/guard.rs`.

#[path = "../targets/guard.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
