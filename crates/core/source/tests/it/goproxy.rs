//! `GOPROXY` values against servers and folders: what is asked, and whether an answer comes; as by a real go command.

use std::path::Path;
use std::process::Command;

use diag::{Class, Diagnose as _};
use fetch::{Client, Settings};
use fixture::Fixture;
use release::{Platform, ToolchainId};
use source::{Ask, GoSetting, Place, ProxySource, Source, SourceError};
use testkit::http::{Response, Server};

/// Any platform that has a toolchain.
const VERSION: &str = "v0.0.1-go1.27.3.linux-amd64";

/// The module that the go command is asked for: it wants the checksum database's word for one of toolchains.
const OTHER_MODULE: &str = "example.test/m";

/// `/ok` and folders have a list with one toolchain, `/gone` has nothing, `/bad` is broken, `/secret` wants a query.
fn server() -> Server {
    Server::start(|request| {
        let path = request.path.as_str();
        match path.split(['/', '?']).nth(1) {
            Some("ok") => answer(path),
            Some("secret") if path.ends_with("?k=v") => answer(path.trim_end_matches("?k=v")),
            Some("bad") => Response::status(500),
            _ => Response::status(404),
        }
    })
}

fn answer(path: &str) -> Response {
    match path.rsplit('/').next() {
        Some("list") => Response::ok(format!("{VERSION}\n")),
        Some(name) if name.ends_with(".info") => {
            Response::ok(format!("{{\"Version\":\"{VERSION}\",\"Time\":\"2026-01-01T00:00:00Z\"}}"))
        }
        Some(name) if name.ends_with(".mod") => Response::ok(format!("module {OTHER_MODULE}\n")),
        _ => Response::status(404),
    }
}

/// Which entries were asked, in the order in which each was asked first: the go command asks for several files.
fn asked(server: &Server, from: usize) -> Vec<String> {
    let mut words = Vec::new();
    for request in &server.requests()[from..] {
        let word = request.path.split(['/', '?']).nth(1).unwrap_or_default().to_owned();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

fn setting(value: &str) -> Option<GoSetting> {
    Some(GoSetting { value: value.to_owned(), origin: "a test".to_owned() })
}

/// The folder of a proxy with a list, an `.info` and perhaps a zip.
fn write_proxy(folder: &Path, zip: bool) {
    for name in ["golang.org/toolchain", OTHER_MODULE] {
        let module = folder.join(name).join("@v");
        std::fs::create_dir_all(&module).unwrap();
        let info = format!("{{\"Version\":\"{VERSION}\",\"Time\":\"2026-01-01T00:00:00Z\"}}");
        std::fs::write(module.join("list"), format!("{VERSION}\n")).unwrap();
        std::fs::write(module.join(format!("{VERSION}.info")), info).unwrap();
        std::fs::write(module.join(format!("{VERSION}.mod")), format!("module {name}\n")).unwrap();
        if zip {
            std::fs::write(module.join(format!("{VERSION}.zip")), "PK").unwrap();
        }
    }
}

/// `file:///…` for a folder.
fn file_url(folder: &Path) -> String {
    url::Url::from_file_path(folder).unwrap().to_string()
}

struct World {
    fixture: Fixture,
    server: Server,
}

impl World {
    fn new() -> World {
        World { fixture: Fixture::new(), server: server() }
    }

    /// Asks the proxies of a value.
    fn with<T>(&self, value: &str, offline: bool, question: impl FnOnce(&ProxySource, &Ask) -> T) -> T {
        let sys = self.fixture.sys();
        let client = Client::new(&sys, Settings { tries: 1, ..Settings::default() }).unwrap();
        let cache = self.fixture.path("cache");
        let ask = Ask { sys: &sys, client: &client, progress: &diag::Silent, cache: &cache, offline };
        question(&ProxySource::new(setting(value)), &ask)
    }

    fn list(&self, value: &str) -> Result<usize, SourceError> {
        let platform: Platform = "linux-amd64".parse().unwrap();
        self.with(value, false, |source, ask| source.list(ask, &platform)).map(|versions| versions.len())
    }

    fn locate(&self, value: &str, offline: bool) -> Result<Place, SourceError> {
        let id: ToolchainId = "go1.27.3.linux-amd64".parse().unwrap();
        self.with(value, offline, |source, ask| source.locate(ask, &id)).map(|located| located.place)
    }
}

#[test]
fn goward_asks_what_a_real_go_command_asks_and_gets_an_answer_where_it_does() {
    // Method: the same value for both, once for `@v/list`; compared is which entries of the value were asked in which
    // order, and whether a version came.
    let world = World::new();
    let url = world.server.url();
    let (host, folder) = (url.trim_start_matches("http://").to_owned(), world.fixture.path("a proxy ü"));
    write_proxy(&folder, false);
    let file = file_url(&folder);
    assert!(file.contains("%20"));
    let values = [
        format!("{url}/ok"),
        format!("{url}/ok/"),
        format!(" {url}/ok , off"),
        format!(",|, {url}/ok"),
        format!("{url}/gone,{url}/ok"),
        format!("{url}/gone|{url}/ok"),
        format!("{url}/bad,{url}/ok"),
        format!("{url}/bad|{url}/ok"),
        format!("{url}/bad|{url}/gone"),
        format!("{url}/gone,{url}/bad,{url}/ok"),
        format!("{url}/gone,off,{url}/ok"),
        format!("{url}/secret?k=v"),
        "off".to_owned(),
        " ".to_owned(),
        ",".to_owned(),
        "proxy".to_owned(),
        format!("{url}/ok,proxy"),
        format!("{url}/ok,off,proxy"),
        "noproxy".to_owned(),
        "OFF".to_owned(),
        "/srv/proxy".to_owned(),
        format!("ftp://{host}/ok"),
        "http:/ok".to_owned(),
        // Without a scheme it is https, which that server does not speak.
        format!("{host}/ok"),
        format!("{host}/ok|{url}/ok"),
        format!("{url}/ok;{url}/ok"),
        format!("http://user:word@{host}/ok"),
        format!("http://user:word@{host}/ok,{url}/ok"),
        format!("http://user:word@{host}/ok|{url}/ok"),
        file.clone(),
        file.replace("%20", " "),
        format!("{file}#"),
        format!("{file}?"),
        format!("{file}#part"),
        file.replacen("file:///", "file:/", 1),
        file.replacen("file:///", "file://localhost/", 1),
        format!("{file}-none,{url}/ok"),
        format!("{url}/gone,{file}"),
        format!("{file}/%zz"),
    ];
    let go = testkit::real::toolchain("1.27.3");
    if let Err(why) = &go {
        println!("not compared with a real go command: {why}");
    }
    for value in &values {
        let before = world.server.requests().len();
        let ours = (world.list(value).is_ok_and(|count| count == 1), asked(&world.server, before));
        let Ok(goroot) = &go else { continue };
        let before = world.server.requests().len();
        let (works, said) = go_lists(goroot, &world.fixture.path("go"), value);
        assert_eq!(ours, (works, asked(&world.server, before)), "{value:?}: {said}");
    }
}

/// Whether a real go command lists the versions of a module, and its words.
fn go_lists(goroot: &Path, folder: &Path, proxy: &str) -> (bool, String) {
    std::fs::create_dir_all(folder).unwrap();
    let ended = Command::new(goroot.join("bin").join(testkit::program::file_name("go")))
        .args(["list", "-m", "-versions", OTHER_MODULE])
        .current_dir(folder)
        .env_clear()
        .envs([("GOENV", "off"), ("GOTOOLCHAIN", "local"), ("GOSUMDB", "off"), ("GOFLAGS", "-mod=mod -modcacherw")])
        .envs(["HOME", "USERPROFILE", "GOPATH", "GOCACHE", "LOCALAPPDATA"].map(|name| (name, folder.join("home"))))
        // A fresh one each time: answers are cached there.
        .env("GOMODCACHE", tempfile::tempdir().unwrap().path())
        .env("GOPROXY", proxy)
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    (ended.status.success() && text.contains(VERSION), text)
}

#[test]
fn a_folder_gives_the_zip_also_offline_and_an_absent_one_is_not_offered() {
    let world = World::new();
    let (full, bare) = (world.fixture.path("full"), world.fixture.path("bare"));
    write_proxy(&full, true);
    std::fs::create_dir_all(&bare).unwrap();
    let value = format!("{}/ok,{},{}", world.server.url(), file_url(&bare), file_url(&full));
    for (value, offline) in [(&value, true), (&file_url(&full), false)] {
        let place = world.locate(value, offline).unwrap();
        let zip = full.join("golang.org/toolchain/@v").join(format!("{VERSION}.zip"));
        assert!(matches!(&place, Place::File(path) if *path == zip), "{place:?}");
    }
    assert_eq!(world.server.requests().len(), 0);
    assert!(matches!(world.locate(&file_url(&bare), false), Err(SourceError::NotOffered { .. })));
    assert!(matches!(world.locate(&world.server.url(), true), Err(SourceError::Offline)));
    // A module cache has no `.info`; an `.info` that is there has to fit.
    let info = full.join("golang.org/toolchain/@v").join(format!("{VERSION}.info"));
    std::fs::write(&info, "{\"Version\":\"v0.0.1-go1.27.2.linux-amd64\"}").unwrap();
    assert!(matches!(world.locate(&file_url(&full), false), Err(SourceError::Answer { .. })));
    std::fs::remove_file(&info).unwrap();
    assert!(world.locate(&file_url(&full), false).is_ok());
}

#[test]
fn a_refused_value_and_credentials_over_http_are_errors_that_say_what_to_do() {
    let world = World::new();
    let host = world.server.url().trim_start_matches("http://").to_owned();
    let refused = world.list("proxy").unwrap_err();
    assert_eq!((refused.class(), refused.word()), (Class::Usage, "bad-goproxy"));
    assert!(refused.to_string().contains("`proxy` has no scheme") && refused.to_string().contains("(a test)"));
    let insecure = world.list(&format!("http://user:S3CRET@{host}/ok")).unwrap_err();
    assert_eq!((insecure.class(), insecure.word()), (Class::Policy, "insecure-credentials"));
    assert!(!insecure.to_string().contains("S3CRET") && insecure.to_string().contains(&host), "{insecure}");
    assert!(insecure.hints().lines()[0].contains("https://"));
    assert_eq!(world.server.requests().len(), 0, "nothing was sent");
}

#[test]
fn of_several_failures_the_one_that_is_no_absence_is_told() {
    let world = World::new();
    let url = world.server.url();
    let error = world.locate(&format!("{url}/bad|{url}/gone"), false).unwrap_err();
    assert!(error.to_string().contains("answered 500"), "{error}");
}
