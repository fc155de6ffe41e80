//! The program: on raw system calls if supported, on the standard library otherwise.
#![cfg_attr(raw, no_std, no_main)]

#[cfg(not(raw))]
mod std_main;

#[cfg(raw)]
mod linux_raw;

#[cfg(not(raw))]
fn main() -> std::process::ExitCode {
    std_main::main()
}
