//! Tests the mock proxy and checksum database with the go command itself: it downloads a tiny toolchain, checks it
//! against the database, and runs it.
#![cfg(unix)] // its go command comes through the machine's pip

use testkit::{Run, Sandbox, TinyToolchain, Upstream, on_path};

/// A sealed world with the machine's own go command, or `None` if there is none that can switch.
fn world(upstream: &Upstream) -> Option<Sandbox> {
    let skip = |why: &str| {
        eprintln!("skipped: {why}");
        None
    };
    let Some(go) = on_path("go") else { return skip("no `go` is on PATH") };
    let mut sandbox = Sandbox::new(go);
    // The go command would continue to write its counters while the folder is removed.
    sandbox.cd(".config/go/telemetry").write("mode", "off");
    sandbox.cd("work").set_env("GOTOOLCHAIN", "local").set_env("GOFLAGS", "-modcacherw");
    let version = sandbox.goward(["env", "GOVERSION"]).success().stdout;
    let minor = version.strip_prefix("go1.").and_then(|rest| rest.split(['.', 'r', 'b', '\n']).next()?.parse().ok());
    if minor.is_none_or(|minor: u32| minor < 21) {
        return skip(&format!("{} knows no toolchain modules", version.trim()));
    }
    sandbox.set_env("GOTOOLCHAIN", "go1.99.3").set_env("GOPROXY", upstream.proxy_url());
    sandbox.set_env("GOSUMDB", upstream.gosumdb());
    Some(sandbox)
}

fn upstream() -> Upstream {
    Upstream::start([TinyToolchain::host("1.99.2"), TinyToolchain::host("1.99.3")])
}

/// Checks that the go command failed with this message.
fn refused(run: Run, why: &str) {
    assert!(run.code != 0 && run.stderr.contains(why), "{}", run.snapshot());
}

#[test]
fn go_downloads_checks_and_runs_a_tiny_toolchain() {
    let upstream = upstream();
    let Some(sandbox) = world(&upstream) else { return };
    let run = sandbox.goward(["version"]).success();
    let platform = TinyToolchain::host("1.99.3").platform().replace('-', "/");
    assert_eq!(run.stdout, format!("go version go1.99.3 {platform}\n"));
    assert!(upstream.hits("/sumdb/lookup/") == 1 && upstream.hits("/sumdb/tile/") > 0, "it asked the database");
    assert_eq!(upstream.hits("/proxy/sumdb/"), 0, "with an address in GOSUMDB it goes there");
    // Everything it needs is there now.
    let requests = upstream.requests("/").len();
    assert_eq!(sandbox.goward(["args", "a b"]).success().stdout, "a b\n");
    assert_eq!(upstream.requests("/").len(), requests);
}

#[test]
fn go_reaches_the_database_through_the_proxy() {
    let upstream = upstream();
    let Some(mut sandbox) = world(&upstream) else { return };
    sandbox.set_env("GOSUMDB", upstream.sumdb_key());
    sandbox.goward(["version"]).success();
    assert_eq!(upstream.hits("/sumdb/"), 0);
    assert!(upstream.hits("/proxy/sumdb/sum.example.test/tile/") > 0);
}

#[test]
fn go_follows_the_database_as_it_grows() {
    let upstream = upstream();
    let Some(mut sandbox) = world(&upstream) else { return };
    sandbox.goward(["version"]).success();
    upstream.add(TinyToolchain::host("1.99.4"));
    let run = sandbox.set_env("GOTOOLCHAIN", "go1.99.4").goward(["version"]).success();
    assert!(run.stdout.starts_with("go version go1.99.4 "), "{}", run.stdout);
}

#[test]
fn go_refuses_a_zip_that_is_not_the_recorded_one() {
    let upstream = upstream();
    let Some(sandbox) = world(&upstream) else { return };
    upstream.withdraw("1.99.3");
    upstream.add(TinyToolchain::host("1.99.3").with_file("src/fmt/print.go", "package evil\n"));
    refused(sandbox.goward(["version"]), "checksum mismatch");
}

#[test]
fn go_refuses_a_database_with_another_past() {
    let upstream = upstream();
    let Some(mut sandbox) = world(&upstream) else { return };
    sandbox.goward(["version"]).success();
    // The history has changed, and the tree has grown: the earlier head proves it. The record is in the youngest tile,
    // since older tiles are in the go command's cache and would only fail to fit.
    upstream.with_sumdb(|sumdb| sumdb.rewrite(299, "example.test/other299 v1.0.0 h1:AAAA\n"));
    upstream.add(TinyToolchain::host("1.99.4"));
    refused(sandbox.set_env("GOTOOLCHAIN", "go1.99.4").goward(["version"]), "SECURITY ERROR");
}

#[test]
fn go_refuses_a_database_with_another_key() {
    let upstream = upstream();
    let Some(mut sandbox) = world(&upstream) else { return };
    let key = testkit::SumDb::new("sum.example.test", [1; 32]).verifier_key();
    sandbox.set_env("GOSUMDB", format!("{key} {}", upstream.sumdb_url()));
    refused(sandbox.goward(["version"]), "no verifiable signatures");
}

#[test]
fn go_refuses_a_corrupt_tile() {
    let upstream = upstream();
    let Some(sandbox) = world(&upstream) else { return };
    upstream.corrupt("/sumdb/tile/8/0/001.p/46");
    refused(sandbox.goward(["version"]), "verifying");
}
