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
