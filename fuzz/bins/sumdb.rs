#![no_main]
//! The fuzzer of `targets/sumdb.rs`.

#[path = "../targets/sumdb.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
