//! The catalog asks its sources in order, each silent one once, and tells what came of each.

use std::path::PathBuf;

use diag::Class;
use fetch::{Client, Settings};
use fixture::Fixture;
use release::{Platform, Request, ToolchainId};
use source::{Ask, Catalog, FolderSource, IndexKind, IndexSource, ProxySource, Source};
use sys::Sys;
use testkit::{TinyToolchain, Upstream};
use url::Url;

/// What a catalog needs to ask.
struct World {
    upstream: Upstream,
    fixture: Fixture,
    sys: Sys,
    client: Client,
    cache: PathBuf,
}

impl World {
    fn new(versions: &[&str]) -> World {
        let upstream = Upstream::start(versions.iter().map(|version| TinyToolchain::host(version)));
        let fixture = Fixture::new();
        let sys = fixture.sys();
        let client = Client::new(&sys, Settings { tries: 1, ..Settings::default() }).unwrap();
        let cache = fixture.path("cache");
        World { upstream, fixture, sys, client, cache }
    }

    fn ask(&self) -> Ask<'_> {
        Ask { sys: &self.sys, client: &self.client, progress: &diag::Silent, cache: &self.cache, offline: false }
    }

    fn index(&self, name: &str, kind: IndexKind) -> Box<dyn Source> {
        Box::new(IndexSource::new(name, Url::parse(&self.upstream.index_url()).unwrap(), kind))
    }

    fn resolved(&self, catalog: &Catalog, request: &str) -> Result<String, String> {
        let request: Request = request.parse().unwrap();
        let version = catalog.resolve(&self.ask(), &request, &Platform::of_this_build().unwrap(), &|_| true);
        version.map(|version| version.version.to_string()).map_err(|error| diag::error_chain(&error))
    }
}

fn id(version: &str) -> ToolchainId {
    ToolchainId::new(version.parse().unwrap(), Platform::of_this_build().unwrap())
}

/// Nothing listens on the discard port of loopback.
fn nowhere(name: &str) -> Box<dyn Source> {
    Box::new(IndexSource::new(name, Url::parse("http://127.0.0.1:9/dl/").unwrap(), IndexKind::Mirror))
}

#[test]
fn a_source_that_is_down_is_passed_over_and_not_asked_again() {
    let world = World::new(&["1.26.8", "1.27.3"]);
    let catalog = Catalog::new(vec![nowhere("mirror"), world.index("official", IndexKind::Official)], Vec::new());
    assert_eq!(world.resolved(&catalog, "1.27").as_deref(), Ok("1.27.3"));
    assert_eq!(world.resolved(&catalog, "1.26").as_deref(), Ok("1.26.8"));
    let attempts: Vec<_> = catalog.locate_each(world.ask(), &id("1.27.3")).map(|(_, located)| located).collect();
    let (silent, offered) = (attempts[0].as_ref().unwrap_err(), attempts[1].as_ref().unwrap());
    assert_eq!((silent.source.as_str(), silent.class), ("mirror", Class::Network));
    assert_eq!(offered.claim.sha256().unwrap().to_string(), TinyToolchain::host("1.27.3").archive_sha256());
}

#[test]
fn without_any_source_that_answers_the_error_names_all() {
    let world = World::new(&[]);
    let catalog = Catalog::new(vec![nowhere("one"), nowhere("two")], Vec::new());
    let attempts: Vec<_> =
        catalog.locate_each(world.ask(), &id("1.27.3")).map(|(_, located)| located.unwrap_err().source).collect();
    assert_eq!(attempts, ["one", "two"]);
    assert!(world.resolved(&catalog, "1.27").is_err());
}

#[test]
fn what_is_newer_than_every_release_is_told_with_the_newest_and_a_typing_error_with_the_nearest() {
    let world = World::new(&["1.26.8", "1.27.2", "1.27.3", "1.28rc1"]);
    let catalog = Catalog::new(vec![world.index("official", IndexKind::Official)], Vec::new());
    for (request, hint) in [
        ("1.99", "no source lists 1.99 or anything as new: the newest release is 1.27.3"),
        ("1.29.1", "no source lists 1.29.1 or anything as new: the newest release is 1.27.3"),
        ("1.27.9", "no source lists 1.27.9: the newest 1.27 is 1.27.3"),
        ("1.28", "1.28 is not released yet; `goward install 1.28rc1` gets its newest prerelease"),
        ("1.25", "the nearest are"),
    ] {
        use diag::Diagnose as _;
        let parsed: Request = request.parse().unwrap();
        let hints = match parsed.exact() {
            Some(version) => catalog.advice(&world.ask(), &id(version.as_str())),
            None => catalog
                .resolve(&world.ask(), &parsed, &Platform::of_this_build().unwrap(), &|_| true)
                .unwrap_err()
                .hints(),
        };
        assert!(hints.lines()[0].contains(hint), "{request}: {hints:?}");
    }
}

#[test]
fn a_folder_offers_its_archives_and_no_others() {
    let world = World::new(&[]);
    let folder = world.fixture.path("archives");
    std::fs::create_dir_all(&folder).unwrap();
    TinyToolchain::host("1.27.3").write_archive(&folder);
    std::fs::write(folder.join("notes.txt"), "no archive").unwrap();
    let catalog = Catalog::new(vec![Box::new(FolderSource::new(Some(folder)))], Vec::new());
    assert_eq!(world.resolved(&catalog, "latest").as_deref(), Ok("1.27.3"));
    assert!(world.resolved(&catalog, "1.26").is_err());
}

#[test]
fn a_module_proxy_offers_what_its_list_names() {
    let world = World::new(&["1.26.8", "1.27.3"]);
    let setting = source::GoSetting { value: world.upstream.proxy_url(), origin: "a test".to_owned() };
    let catalog = Catalog::new(vec![Box::new(ProxySource::new(Some(setting)))], Vec::new());
    assert_eq!(world.resolved(&catalog, "1.26").as_deref(), Ok("1.26.8"));
    let located: Vec<_> = catalog.locate_each(world.ask(), &id("1.27.3")).map(|(_, located)| located).collect();
    assert!(located[0].is_ok());
    assert!(world.upstream.hits("/proxy") > 0 && world.upstream.hits("/dl") == 0);
}
