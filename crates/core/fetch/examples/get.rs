//! Fetches a file and prints how long it took: `cargo run --release -p fetch --example get -- URL FOLDER`.
//!
//! For comparison with `curl -o`, and to try a server; removes the parts at the end.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "an example is its own program")]

use std::io::Read;

use diag::{Silent, Speech};
use fetch::{Client, Job, Settings};
use sys::Sys;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(url), Some(folder)) = (args.next(), args.next()) else { return Err("usage: get URL FOLDER".into()) };
    let sys = Sys::real();
    let speech = Speech::stderr(diag::Verbosity::Normal, diag::Colour::Auto, false);
    let begun = sys.clock().moment();
    let client = Client::new(&sys, Settings::default())?;
    let job = Job::new(url::Url::parse(&url)?, "file", folder, 4 << 30);
    let (fetched, read) = client.fetch(&job, &Silent, &speech, &mut |reader: &mut (dyn Read + Send)| {
        std::io::copy(reader, &mut std::io::sink())
    })?;
    let seconds = sys.clock().since(begun).as_secs_f64();
    let rate = fetched.bytes as f64 / seconds / 1e6;
    println!("{} bytes, {} read, {} held, {seconds:.3} s, {rate:.0} MB/s", fetched.bytes, read?, fetched.bytes_held);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("peak memory unknown"));
    fetched.parts.remove()?;
    Ok(())
}
