#![no_main]
//! The fuzzer of `targets/shim_table.rs`.

#[path = "../targets/shim_table.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
