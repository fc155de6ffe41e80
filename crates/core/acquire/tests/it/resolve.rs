//! A request becomes a version by what the sources list.

use diag::{Class, Diagnose};
use release::{Platform, Request};

use crate::support::{install, sources, world};

fn planned(fixture: &fixture::Fixture, request: &str) -> Result<String, (Class, &'static str)> {
    let ctx = fixture.ctx();
    let request: Request = request.parse().unwrap();
    let plan = acquire::plan_install(&sources(&ctx), &request, &Platform::of_this_build().unwrap());
    plan.map(|plan| plan.toolchain.version().to_string()).map_err(|error| (error.class(), error.word()))
}

#[test]
fn a_minor_is_its_newest_patch_and_latest_the_newest_release() {
    let (_upstream, fixture) = world(&["1.26.8", "1.27.2", "1.27.3", "1.28rc1"]);
    for (request, version) in [("1.26", "1.26.8"), ("1.27", "1.27.3"), ("latest", "1.27.3"), ("1.27.2", "1.27.2")] {
        assert_eq!(planned(&fixture, request).as_deref(), Ok(version), "{request}");
    }
    assert_eq!(planned(&fixture, "1.20").unwrap_err().0, Class::NotFound);
}

#[test]
fn an_exact_version_asks_nobody_and_a_minor_the_second_source_if_the_first_is_down() {
    let (upstream, fixture) = world(&["1.27.3"]);
    assert_eq!(planned(&fixture, "1.99.9").as_deref(), Ok("1.99.9"));
    assert_eq!(upstream.hits("/"), 0);
    upstream.take_down("/dl");
    assert_eq!(planned(&fixture, "1.27").as_deref(), Ok("1.27.3"));
    assert!(upstream.hits("/proxy") > 0);
}

#[test]
fn offline_nobody_is_asked_and_the_error_says_offline() {
    let (upstream, mut fixture) = world(&["1.27.3"]);
    fixture.set("GOWARD_OFFLINE", "true");
    assert_eq!(planned(&fixture, "1.27"), Err((Class::Policy, "offline")));
    assert_eq!(planned(&fixture, "1.27.3").as_deref(), Ok("1.27.3"));
    assert_eq!(install(&fixture.ctx(), "1.27.3").unwrap_err().class(), Class::Policy);
    assert_eq!(upstream.hits("/"), 0);
}

#[test]
fn what_no_source_has_is_not_offered() {
    let (_upstream, fixture) = world(&["1.27.3"]);
    let ctx = fixture.ctx();
    let sources = sources(&ctx);
    for (version, offered) in [("1.27.3", true), ("1.27.9", false)] {
        let request: Request = version.parse().unwrap();
        let plan = acquire::plan_install(&sources, &request, &Platform::of_this_build().unwrap()).unwrap();
        assert_eq!(acquire::check_offered(&sources, &plan).is_ok(), offered, "{version}");
    }
}
