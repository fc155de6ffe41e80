#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::exit,
    clippy::unwrap_used,
    reason = "a program for tests: it tells what it was given"
)]
//! Replaces a toolchain's program in tests: prints its arguments and environment, then follows its variables.
//!
//! `ECHO_CODE` is the code to end with. `ECHO_CALL` is an address of loopback: it connects there and then waits for
//! ever, so that the listener notices its end.

use std::io::Read;

fn main() {
    let words: Vec<_> = std::env::args_os().collect();
    println!("{}", words[0].display());
    for word in &words[1..] {
        println!("<{}>", word.display());
    }
    if let Some(marker) = std::env::var_os("GOWARD_SHIM") {
        println!("marker {}", marker.display());
    }
    if let Ok(address) = std::env::var("ECHO_CALL") {
        let mut call = std::net::TcpStream::connect(address).unwrap();
        let _ = call.read(&mut [0]);
    }
    if let Ok(code) = std::env::var("ECHO_CODE") {
        std::process::exit(code.parse().unwrap());
    }
}
