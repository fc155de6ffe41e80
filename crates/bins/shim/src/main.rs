//! The program: on raw system calls where it can be, on the standard library elsewhere.
#![cfg_attr(raw, no_std, no_main)]

#[cfg(not(raw))]
mod runtime;

#[cfg(raw)]
mod raw;

#[cfg(not(raw))]
fn main() -> std::process::ExitCode {
    runtime::main()
}
