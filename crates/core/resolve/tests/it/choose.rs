//! The rules of docs/resolver.md, each over a folder with files of its own.

use fixture::Fixture;
use release::Request;

/// A home with three toolchains.
fn fixture() -> Fixture {
    let fixture = Fixture::new();
    for version in ["1.24.11", "1.26.8", "1.27.3"] {
        fixture.toolchain(version);
    }
    fixture
}

/// The version that runs in the folder `project`, or the word of the refusal.
fn chosen(fixture: &Fixture, argument: Option<&str>) -> Result<String, &'static str> {
    use diag::Diagnose;
    let request: Option<Request> = argument.map(|text| text.parse().unwrap());
    match resolve::choose(&fixture.ctx(), request.as_ref()) {
        Ok(choice) => Ok(choice.toolchain.map_or("none".to_owned(), |toolchain| toolchain.id.version().to_string())),
        Err(error) => Err(error.word()),
    }
}

#[test]
fn the_strongest_of_argument_variable_file_and_go_mod_decides() {
    let mut fixture = fixture();
    fixture.file("project/go.mod", "module example.test\n\ngo 1.26.8\n");
    assert_eq!(chosen(&fixture, None).as_deref(), Ok("1.26.8"));
    fixture.file("project/.go-version", "1.27\n");
    assert_eq!(chosen(&fixture, None).as_deref(), Ok("1.27.3"));
    fixture.set("GOWARD_VERSION", "1.26");
    assert_eq!(chosen(&fixture, None).as_deref(), Ok("1.26.8"));
    assert_eq!(chosen(&fixture, Some("1.27.3")).as_deref(), Ok("1.27.3"));
}

#[test]
fn a_pin_below_the_go_line_is_refused_and_names_both() {
    let fixture = fixture();
    fixture.file("project/go.mod", "module example.test\n\ngo 1.27\n");
    fixture.file("project/.go-version", "1.24.11\n");
    let refused = chosen(&fixture, None).unwrap_err();
    let error = resolve::choose(&fixture.ctx(), None).unwrap_err();
    let text = diag::error_chain(&error);
    assert!(text.contains("1.24.11") && text.contains("1.27"), "{refused}: {text}");
}

#[test]
fn the_nearest_file_decides_up_to_the_home() {
    let fixture = fixture();
    fixture.file(".go-version", "1.24.11\n");
    assert_eq!(chosen(&fixture, None).as_deref(), Ok("1.24.11"));
    fixture.file("project/.go-version", "1.26\n");
    std::fs::create_dir_all(fixture.path("project/deep/down")).unwrap();
    let below = resolve::choose(&fixture.ctx_in("project/deep/down"), None).unwrap();
    assert_eq!(below.toolchain.unwrap().id.version().to_string(), "1.26.8");
}

#[test]
fn what_is_not_installed_is_a_choice_without_a_toolchain_and_nothing_is_fetched() {
    let fixture = fixture();
    fixture.file("project/.go-version", "1.25.4\n");
    let choice = resolve::choose(&fixture.ctx(), None).unwrap();
    assert!(choice.toolchain.is_none());
    assert_eq!(choice.request.to_string(), "1.25.4");
    assert!(choice.pinned_by().unwrap().to_string().contains(".go-version"));
}

#[test]
fn a_version_file_with_something_else_is_refused_and_named() {
    let fixture = fixture();
    for content in ["not a version\n", "../../bin\n", "\u{202e}1.27\n"] {
        fixture.file("project/.go-version", content);
        let error = resolve::choose(&fixture.ctx(), None).unwrap_err();
        assert!(diag::error_chain(&error).contains(".go-version"), "{content:?}: {error}");
    }
}

#[test]
fn a_builder_s_toolchain_of_a_line_runs_where_it_is_registered_and_is_told_where_it_is_not() {
    let mut fixture = fixture();
    fixture.file("project/go.mod", "module example.test\n\ngo 1.26\n\ntoolchain go1.27.3-corp\n");
    let choose = |fixture: &Fixture| resolve::choose(&fixture.ctx(), None).unwrap();
    let choice = choose(&fixture);
    // The release of that number takes its place, and that is told.
    assert_eq!(choice.toolchain.as_ref().unwrap().id.version().to_string(), "1.27.3");
    let note = choice.builder_note().unwrap();
    assert!(
        note.starts_with("`go1.27.3-corp` of ") && note.contains("go.mod:5 (toolchain line) is a builder's own Go"),
        "{note}"
    );
    assert!(resolve::why(&choice).text().contains(&note) && choice.explanation().contains(&note));

    let tree = fixture.home().join("corp");
    fixture.file("corp/VERSION", "go1.27.3-corp\n");
    let register = |fixture: &Fixture| {
        let go = store::ExternalGo {
            path: tree.clone(),
            version_line: Some("go1.27.3-corp".to_owned()),
            why: "it is not Go's own build".to_owned(),
            registered_unix_seconds: 0,
        };
        fixture.ctx().store.register_external(go, std::time::Duration::from_secs(1)).unwrap();
    };
    register(&fixture);
    assert!(choose(&fixture).builder.unwrap().tree.is_none(), "it has no go command");
    fixture.program("corp/bin/go");
    let choice = choose(&fixture);
    assert_eq!(choice.toolchain.as_ref().unwrap().tree, tree);
    assert!(choice.builder_note().unwrap().ends_with(&format!("is the registered Go at `{}`", tree.display())));
    fixture.set("GOWARD_LOCKED", "true");
    assert_ne!(choose(&fixture).toolchain.unwrap().tree, tree, "a lock file proves releases only");
    fixture.set("GOWARD_LOCKED", "false");
    // Another name, an older line, and a pin do not lead there.
    for (line, pin) in [("go1.27.3-other", ""), ("go1.27.3", ""), ("go1.24.1-corp", ""), ("go1.27.3-corp", "1.27.3")] {
        fixture.file("project/go.mod", format!("module example.test\n\ngo 1.24\n\ntoolchain {line}\n"));
        fixture.set("GOWARD_VERSION", pin);
        let choice = choose(&fixture);
        assert_ne!(choice.toolchain.map(|toolchain| toolchain.tree), Some(tree.clone()), "{line} {pin}");
    }
    fixture.set("GOWARD_VERSION", "");
    fixture.file("project/go.mod", "module example.test\n\ngo 1.24\n\ntoolchain go1.27.3-corp\n");
    // An installation that has changed is another one.
    fixture.file("corp/VERSION", "go1.27.4-corp\n");
    assert!(choose(&fixture).builder.unwrap().tree.is_none());
}

#[test]
fn why_says_in_which_mode_the_go_command_works_and_why() {
    let mut fixture = fixture();
    fixture.toolchain("1.15.1");
    fixture.toolchain("1.9.7");
    let mut mode = |value: &str, pin: &str, file: &str| {
        fixture.set("GO111MODULE", value);
        fixture.set("GOWARD_VERSION", pin);
        let _ = std::fs::remove_file(fixture.path("project/go.mod"));
        let _ = std::fs::remove_file(fixture.path("project/go.work"));
        if !file.is_empty() {
            fixture.file(&format!("project/{file}"), "go 1.5\n");
        }
        let why = resolve::why(&resolve::choose(&fixture.ctx(), None).unwrap());
        let folder = format!("{}{}", fixture.path("project").display(), std::path::MAIN_SEPARATOR);
        assert_eq!(why.mode.file.is_some(), why.mode.has_modules && !file.is_empty());
        let text = why.text();
        let title = if why.mode.has_modules { "module mode" } else { "GOPATH mode" };
        assert!(text.contains(&format!("{title}\n  {}\n", why.mode.because)), "{text}");
        format!("{title}: {}", why.mode.because.replace(&folder, ""))
    };
    let none = "neither a go.mod nor a go.work is found";
    for (value, pin, file, expected) in [
        ("", "1.27.3", "go.mod", "module mode: GO111MODULE is not set, and `go.mod` counts".to_owned()),
        ("", "1.27.3", "", format!("module mode: GO111MODULE is not set, and {none}")),
        ("on", "1.27.3", "go.work", "module mode: GO111MODULE=on, and `go.work` counts".to_owned()),
        ("on", "1.27.3", "", format!("module mode: GO111MODULE=on, and {none}")),
        ("auto", "1.27.3", "go.mod", "module mode: GO111MODULE=auto, and `go.mod` counts".to_owned()),
        ("auto", "1.27.3", "", format!("GOPATH mode: GO111MODULE=auto, and {none}")),
        ("off", "1.27.3", "go.mod", "GOPATH mode: GO111MODULE=off, and `go.mod` does not count".to_owned()),
        ("x", "1.27.3", "", format!("GOPATH mode: GO111MODULE=x, and {none}")),
        ("", "1.15.1", "", format!("GOPATH mode: GO111MODULE is not set, and {none}")),
        ("", "1.15.1", "go.mod", "module mode: GO111MODULE is not set, and `go.mod` counts".to_owned()),
        ("on", "1.9.7", "go.mod", "GOPATH mode: Go has modules since 1.11, and `go.mod` does not count".to_owned()),
    ] {
        assert_eq!(mode(value, pin, file), expected, "{value} {pin} {file}");
    }
}
