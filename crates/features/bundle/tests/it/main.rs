//! A bundle is made in one home, checked, and installed from in another that has no network; without a process.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]

use std::path::{Path, PathBuf};

use acquire::{InstallPlan, Installed};
use bundle::{BundleError, Created, LEVEL_DEFAULT, Order};
use context::Ctx;
use diag::{Class, Diagnose};
use fixture::Fixture;
use release::{Platform, ToolchainId};
use testkit::{TinyToolchain, Upstream};

fn id(version: &str) -> ToolchainId {
    ToolchainId::new(version.parse().unwrap(), Platform::of_this_build().unwrap())
}

/// A home that can reach an upstream with these versions.
fn world(versions: &[&str]) -> (Upstream, Fixture) {
    let upstream = Upstream::start(versions.iter().map(|version| TinyToolchain::host(version)));
    let fixture = Fixture::with_upstream(&upstream);
    (upstream, fixture)
}

fn create(ctx: &Ctx, versions: &[&str], out: &Path) -> Result<Created, BundleError> {
    let toolchains = versions.iter().map(|version| id(version)).collect();
    let order = Order { toolchains, programs: Vec::new(), out: out.to_owned(), level: LEVEL_DEFAULT };
    bundle::create(&engine::sources(ctx), &order)
}

fn install(ctx: &Ctx, version: &str) -> Installed {
    let plan = InstallPlan { request: version.to_owned(), toolchain: id(version), installed: false };
    engine::install(&engine::sources(ctx), &[plan]).remove(0).unwrap()
}

/// A home without a network, which takes toolchains from this bundle and knows the key of the upstream's log.
fn offline(upstream: &Upstream, path: &Path) -> Fixture {
    let mut fixture = Fixture::new();
    fixture.set("GOWARD_OFFLINE", "true").set("GOWARD_SOURCES", "bundle");
    fixture.set("GOSUMDB", upstream.gosumdb()).set("GOWARD_BUNDLE", path.to_str().unwrap());
    fixture
}

fn made(versions: &[&str]) -> (Upstream, Fixture, PathBuf) {
    let (upstream, fixture) = world(versions);
    let out = fixture.path("all.gwb");
    create(&fixture.ctx(), versions, &out).unwrap();
    (upstream, fixture, out)
}

#[test]
fn what_is_bundled_is_installed_without_a_network_with_its_proof() {
    let (upstream, fixture, out) = made(&["1.26.8", "1.27.3"]);
    assert!(bundle::verify(&fixture.ctx(), &out).unwrap().is_good());
    // Nothing was installed for its sake, and nothing lies beside it.
    assert!(fixture.ctx().store.toolchains().unwrap().is_empty());
    assert!(!out.with_file_name("all.gwb.part").exists() && !out.with_file_name("all.gwb.part.d").exists());
    let other = offline(&upstream, &out);
    for version in ["1.26.8", "1.27.3"] {
        let installed = install(&other.ctx(), version);
        assert_eq!((installed.source.as_deref(), installed.toolchain), (Some("bundle"), id(version)));
    }
    assert_eq!(other.ctx().store.faults().unwrap(), Vec::<String>::new());
}

#[test]
fn the_same_toolchains_make_the_same_bytes() {
    let (_upstream, fixture, out) = made(&["1.27.3"]);
    let again = fixture.path("again.gwb");
    create(&fixture.ctx(), &["1.27.3", "1.27.3"], &again).unwrap();
    let (one, two) = (std::fs::read(&out).unwrap(), std::fs::read(&again).unwrap());
    // The script names its own file.
    let names = one.len() == two.len() && one != two;
    assert!(one == two || names, "{} and {} bytes", one.len(), two.len());
}

#[test]
fn a_changed_byte_anywhere_is_found_or_the_bundle_is_refused() {
    let (_upstream, fixture, out) = made(&["1.27.3"]);
    let honest = std::fs::read(&out).unwrap();
    let ctx = fixture.ctx();
    let step = honest.len() / 40;
    for at in (0..honest.len()).step_by(step.max(1)) {
        let mut bytes = honest.clone();
        bytes[at] ^= 1;
        std::fs::write(&out, bytes).unwrap();
        if let Ok(verified) = bundle::verify(&ctx, &out) {
            assert!(
                !verified.is_good() || is_padding(&honest, at),
                "a change at {at} of {} was not seen",
                honest.len()
            );
        }
    }
}

/// Between members zeros fill up to the next boundary; no part has them.
fn is_padding(bytes: &[u8], at: usize) -> bool {
    bytes[at] == 0 && bytes[at.saturating_sub(1)] == 0
}

#[test]
fn a_truncated_bundle_is_refused_by_its_length() {
    let (_upstream, fixture, out) = made(&["1.27.3"]);
    let honest = std::fs::read(&out).unwrap();
    for length in [0, 1, honest.len() / 2, honest.len() - 1] {
        std::fs::write(&out, &honest[..length]).unwrap();
        assert!(bundle::verify(&fixture.ctx(), &out).is_err(), "{length} bytes");
    }
}

#[test]
fn nothing_is_made_where_a_toolchain_cannot_be_had_and_a_former_bundle_stays() {
    let (upstream, fixture, out) = made(&["1.27.3"]);
    let before = std::fs::read(&out).unwrap();
    upstream.take_down("/");
    let error = create(&fixture.ctx(), &["1.27.3", "1.26.8"], &out).unwrap_err();
    assert_eq!(error.class(), Class::Network);
    assert_eq!(std::fs::read(&out).unwrap(), before);
    let none = create(&fixture.ctx(), &[], &out).unwrap_err();
    assert_eq!(none.class(), Class::Usage);
}
