#![no_main]
//! The fuzzer of `targets/texts.rs`.

#[path = "../targets/texts.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
