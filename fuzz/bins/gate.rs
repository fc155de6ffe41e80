#![no_main]
//! The fuzzer of `targets/gate.rs`.

#[path = "../targets/gate.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
