#![no_main]
//! The fuzzer of `targets/lock_file.rs`.

#[path = "../targets/lock_file.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
