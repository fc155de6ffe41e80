#![no_main]
//! The fuzzer of `targets/project_files.rs`.

#[path = "../targets/project_files.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
