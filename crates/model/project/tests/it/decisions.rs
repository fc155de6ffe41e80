//! Decisions from inputs.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may panic as the test itself")]

use diag::{Class, Diagnose};
use project::{
    DefaultPin, FileName, Floor, Folder, FoundFile, Inputs, ProjectError, Users, Verdict, Want, check_floor, decide,
};
use proptest::prelude::*;
use release::Version;

/// Files by path, the working folder being `/w/a/b`.
fn inputs(files: &[(&str, &str)]) -> Inputs {
    let folders = ["/w/a/b", "/w/a", "/w", ""].map(|path| Folder {
        path: path.to_owned(),
        files: files
            .iter()
            .filter(|(file, _)| file.rsplit_once('/').unwrap().0 == path)
            .map(|(file, content)| found(file, content.as_bytes()))
            .collect(),
        owner: None,
    });
    Inputs { folders: folders.to_vec(), ..Inputs::default() }
}

fn found(path: &str, content: &[u8]) -> FoundFile {
    // The longest name, since one ends as another does.
    let names = FileName::ALL.into_iter().filter(|name| path.ends_with(&format!("/{name}")));
    let name = names.max_by_key(|name| name.as_str().len()).unwrap();
    FoundFile::new(name, path, content)
}

fn with_default(mut inputs: Inputs) -> Inputs {
    inputs.default = Some(DefaultPin { request: "1.25".to_owned(), origin: "/home/u/default".to_owned() });
    inputs
}

/// The decision in one line: what a table can hold.
fn line(inputs: &Inputs) -> String {
    let floor = |floor: &Floor| {
        let go = floor.go.as_ref().map(|go| format!("go {} ({}) at {}", go.version, go.needed, go.origin));
        let toolchain = floor.toolchain.as_ref().map(|t| format!("toolchain {} at {}", t.name, t.origin));
        [go, toolchain].into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    match decide(inputs) {
        Err(error) => format!("error {}: {error}", error.word()),
        Ok(decision) => match decision.want {
            Want::Pinned { request, origin, floor: None } => format!("{request} by {origin}"),
            Want::Pinned { request, origin, floor: Some(f) } => format!("{request} by {origin}; {}", floor(&f)),
            Want::AtLeast { floor: f, default: None } => format!("at least {}", floor(&f)),
            Want::AtLeast { floor: f, default: Some(base) } => {
                format!("{} by {} or {}", base.request, base.origin, floor(&f))
            }
            Want::Default { request, origin } => format!("default {request} by {origin}"),
            Want::Nothing => "nothing".to_owned(),
        },
    }
}

#[test]
fn an_empty_world_asks_for_nothing() {
    assert_eq!(line(&Inputs::default()), "nothing");
    assert_eq!(line(&with_default(inputs(&[]))), "default 1.25 by /home/u/default (default)");
}

#[test]
fn the_first_pin_in_order_counts() {
    let mut all = with_default(inputs(&[
        ("/w/a/.go-version", "1.21\n"),
        ("/w/a/.tool-versions", "golang 1.20.1\n"),
        ("/w/.go-version", "1.19\n"),
    ]));
    all.argument = Some("1.24".to_owned());
    all.goward_version = Some("go1.23.4".to_owned());
    all.gotoolchain = Some("go1.22.5".to_owned());
    let expected = [
        "1.24 by command line",
        "1.23.4 by GOWARD_VERSION",
        "1.22.5 by GOTOOLCHAIN",
        "1.21 by /w/a/.go-version:1 (.go-version)",
        "1.20.1 by /w/a/.tool-versions:1 (.tool-versions)",
        "1.19 by /w/.go-version:1 (.go-version)",
        "default 1.25 by /home/u/default (default)",
        "nothing",
    ];
    let remove: [fn(&mut Inputs); 7] = [
        |i| i.argument = None,
        |i| i.goward_version = Some(String::new()),
        |i| i.gotoolchain = None,
        |i| i.folders[1].files.retain(|file| file.name != FileName::GoVersion),
        |i| i.folders[1].files.clear(),
        |i| i.folders[2].files.clear(),
        |i| i.default = None,
    ];
    for (step, expected) in expected.iter().enumerate() {
        assert_eq!(line(&all), *expected);
        if let Some(remove) = remove.get(step) {
            remove(&mut all);
        }
    }
}

#[test]
fn the_order_of_files_within_a_folder_does_not_matter() {
    let mut both = inputs(&[("/w/a/.tool-versions", "golang 1.20.1"), ("/w/a/.go-version", "1.21")]);
    let first = line(&both);
    both.folders[1].files.reverse();
    assert_eq!(line(&both), first);
    assert_eq!(first, "1.21 by /w/a/.go-version:1 (.go-version)");
}

#[test]
fn files_that_pin_are_read_as_their_tools_read_them() {
    let go_version: &[(&str, &str)] = &[
        ("1.22.1", "1.22.1 by F:1"),
        ("go1.22.1\n", "1.22.1 by F:1"),
        ("1.22\r\n", "1.22 by F:1"),
        ("\u{feff}1.22\n", "1.22 by F:1"),
        ("# team choice\n\n  1.22  # not newer\n", "1.22 by F:3"),
        ("1.22.1\n1.21.0\n", "1.22.1 by F:1"),
        (">=1.24 <1.27\n", ">=1.24 <1.27 by F:1"),
        ("latest\n", "latest by F:1"),
        ("1.20.0", "1.20.0 by F:1"),
        ("", "nothing"),
        ("\n# 1.22\n", "nothing"),
        ("system\n", "nothing"),
        ("^1.22\n", "error request-malformed: follow F:1"),
        ("../../x\n", "error request-malformed: follow F:1"),
        ("1.22/../../x\n", "error request-malformed: follow F:1"),
        (
            "path:/opt/go\n",
            "error pin-file-unreadable: read F:1: `path:/opt/go` names a Go that goward does not install",
        ),
        ("\n1.22\0\n", "error pin-file-unreadable: read F:2: it holds a NUL byte"),
        ("1.22 1.23\n", "1.22 by F:1"),
    ];
    for (content, expected) in go_version {
        let expected = expected.replace("F:1", "/w/.go-version:1 (.go-version)");
        let expected = expected.replace("F:2", "/w/.go-version:2 (.go-version)");
        let expected = expected.replace("F:3", "/w/.go-version:3 (.go-version)");
        assert_eq!(line(&inputs(&[("/w/.go-version", content)])), expected, "{content:?}");
    }
    let tool_versions: &[(&str, &str)] = &[
        ("golang 1.22.1", "1.22.1 by F:1"),
        ("nodejs 20.1\ngo   1.22\npython 3\n", "1.22 by F:2"),
        ("\tgolang\t1.22.1\t# x\r\n", "1.22.1 by F:1"),
        ("golang 1.22.1 1.21.0 system\n", "1.22.1 by F:1"),
        ("golang 1.22.1\ngo 1.21\n", "1.22.1 by F:1"),
        ("golang >=1.24 <1.27\n", ">=1.24 <1.27 by F:1"),
        ("golang\n", "nothing"),
        ("#golang 1.22\n", "nothing"),
        ("golangci-lint 1.60.1\ngopls 0.16\n", "nothing"),
        ("nodejs \0\n", "nothing"),
        ("golang system\n", "nothing"),
        (
            "golang ref:master\n",
            "error pin-file-unreadable: read F:1: `ref:master` names a Go that goward does not install",
        ),
    ];
    for (content, expected) in tool_versions {
        let expected = expected.replace("F:1", "/w/.tool-versions:1 (.tool-versions)");
        let expected = expected.replace("F:2", "/w/.tool-versions:2 (.tool-versions)");
        assert_eq!(line(&inputs(&[("/w/.tool-versions", content)])), expected, "{content:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_where_they_would_decide() {
    let mut broken = inputs(&[]);
    broken.folders[0].files.push(found("/w/a/b/.go-version", b"1.22\xff\n"));
    assert_eq!(line(&broken), "error pin-file-unreadable: read /w/a/b/.go-version:1 (.go-version): it is not UTF-8");
    broken.argument = Some("1.24".to_owned());
    assert_eq!(line(&broken), "1.24 by command line");
    // After the line that counts, anything may follow.
    let mut behind = inputs(&[]);
    behind.folders[0].files.push(found("/w/a/b/.go-version", b"1.22\n\xff\0\n"));
    assert_eq!(line(&behind), "1.22 by /w/a/b/.go-version:1 (.go-version)");
}

#[test]
fn enormous_files_are_refused_by_name() {
    for (path, word) in [("/w/.go-version", ".go-version"), ("/w/go.mod", "go.mod"), ("/w/go.work", "go.work")] {
        let mut big = inputs(&[]);
        let mut file = found(path, b"go 1.22\n");
        file.content.resize(file.name.bytes_max() + 1, b' ');
        let bytes_max = file.name.bytes_max();
        big.folders[2].files.push(file);
        let expected =
            format!("error project-file-too-large: read {path} ({word}): it has more than {bytes_max} bytes");
        assert_eq!(line(&big), expected);
        big.folders[2].files[0].content.pop();
        assert!(!line(&big).starts_with("error project-file-too-large"));
    }
}

#[test]
fn go_mod_is_a_floor_and_go_work_comes_before_it() {
    let go_mod = ("/w/a/go.mod", "module m\n\ngo 1.22\ntoolchain go1.23.4\n");
    let floor = "go 1.22 (1.22.0) at /w/a/go.mod:3 (go line), toolchain go1.23.4 at /w/a/go.mod:4 (toolchain line)";
    assert_eq!(line(&inputs(&[go_mod])), format!("at least {floor}"));
    assert_eq!(line(&with_default(inputs(&[go_mod]))), format!("1.25 by /home/u/default (default) or {floor}"));
    // A go.work further up still comes first.
    let both = inputs(&[go_mod, ("/w/go.work", "go 1.26.1\nuse ./a\n")]);
    assert_eq!(line(&both), "at least go 1.26.1 (1.26.1) at /w/go.work:1 (go line)");
    // The nearer of two, of each kind.
    let nested = inputs(&[go_mod, ("/w/go.mod", "go 1.99\n")]);
    assert_eq!(line(&nested), format!("at least {floor}"));
    let works = inputs(&[("/w/a/go.work", "go 1.24\n"), ("/w/go.work", "go 1.99\n")]);
    assert_eq!(line(&works), "at least go 1.24 (1.24.0) at /w/a/go.work:1 (go line)");
    // Nothing in it, nothing wanted; and a go.work without lines does not uncover the go.mod.
    assert_eq!(line(&inputs(&[("/w/a/go.mod", "module m\n")])), "nothing");
    assert_eq!(line(&inputs(&[go_mod, ("/w/go.work", "use ./a\n")])), "nothing");
}

#[test]
fn gowork_passes_over_or_names_the_go_work() {
    let files = [("/w/a/go.mod", "go 1.22\n"), ("/w/go.work", "go 1.26.1\n")];
    let with = |gowork: &str, file: Option<FoundFile>| {
        line(&Inputs { gowork: Some(gowork.to_owned()), gowork_file: file, ..inputs(&files) })
    };
    let from_mod = "at least go 1.22 (1.22.0) at /w/a/go.mod:1 (go line)";
    let from_work = "at least go 1.26.1 (1.26.1) at /w/go.work:1 (go line)";
    assert_eq!(with("", None), from_work);
    assert_eq!(with("auto", None), from_work);
    assert_eq!(with("off", None), from_mod);
    let other = found("/x/go.work", b"go 1.24.2\n");
    #[cfg(unix)]
    assert_eq!(with("/x/go.work", Some(other)), "at least go 1.24.2 (1.24.2) at /x/go.work:1 (go line)");
    #[cfg(not(unix))]
    assert_eq!(with("C:\\x\\go.work", Some(other)), "at least go 1.24.2 (1.24.2) at /x/go.work:1 (go line)");
    // With a file that does not exist yet, the go.mod counts.
    #[cfg(unix)]
    assert_eq!(with("/x/go.work", None), from_mod);
    assert_eq!(with("go.work", None), "error gowork-invalid: follow GOWORK=`go.work`: it is not an absolute path");
    // If a pin decides, the go command that runs may report it itself.
    let pinned =
        |pin: &str| Inputs { gotoolchain: Some(pin.to_owned()), gowork: Some("go.work".to_owned()), ..inputs(&files) };
    assert_eq!(line(&pinned("go1.24.1")), "1.24.1 by GOTOOLCHAIN");
    assert_eq!(line(&with_default(pinned("local"))), "default 1.25 by /home/u/default (default)");
    let told = decide(&pinned("go1.24.1")).unwrap().reasons;
    assert_eq!(told.last().unwrap().to_string(), "GOWORK: `go.work`, overruled by GOTOOLCHAIN");
}

#[test]
fn without_modules_there_is_no_floor_and_no_gotoolchain() {
    let files = [("/w/a/go.mod", "go 1.22\ntoolchain ../../x\n")];
    let with = |value: &str, files: &[(&str, &str)]| {
        let inputs = with_default(inputs(files));
        line(&Inputs { go111module: Some(value.to_owned()), gotoolchain: Some("go1.21.1".to_owned()), ..inputs })
    };
    let off = "default 1.25 by /home/u/default (default)";
    assert_eq!(with("off", &files), off);
    // The go command treats any unknown word as off, and reports it later.
    assert_eq!(with("nonsense", &files), off);
    // `auto` needs a file; up to Go 1.24 a go.work alone was not enough, now it is.
    assert_eq!(with("auto", &[]), off);
    let by_work = "1.21.1 by GOTOOLCHAIN; go 1.26.1 (1.26.1) at /w/go.work:1 (go line)";
    assert_eq!(with("auto", &[("/w/go.work", "go 1.26.1\n")]), by_work);
    let on = "1.21.1 by GOTOOLCHAIN; go 1.22 (1.22.0) at /w/a/go.mod:1 (go line)";
    for value in ["auto", "on", ""] {
        assert_eq!(with(value, &files), on, "{value}");
    }
}

#[test]
fn a_go_mod_right_in_the_temporary_folder_does_not_count() {
    let mut temp = inputs(&[("/w/a/go.mod", "go 1.22\n"), ("/w/go.mod", "go 1.21\n")]);
    temp.temp_folder = Some("/w/a".to_owned());
    // The go command looks no further up either.
    assert_eq!(line(&temp), "nothing");
    temp.temp_folder = Some("/w/a/".to_owned());
    assert_eq!(line(&temp), "nothing");
    temp.temp_folder = Some("/w".to_owned());
    assert_eq!(line(&temp), "at least go 1.22 (1.22.0) at /w/a/go.mod:1 (go line)");
}

#[test]
fn gotoolchain_is_read_in_all_its_forms() {
    let go_mod = [("/w/go.mod", "go 1.24\ntoolchain go1.24.5\n")];
    let go = "go 1.24 (1.24.0) at /w/go.mod:1 (go line)";
    let floor = format!("{go}, toolchain go1.24.5 at /w/go.mod:2 (toolchain line)");
    let default = "1.25 by /home/u/default (default)";
    let error = |value: &str, why: &str| format!("error gotoolchain-invalid: follow GOTOOLCHAIN=`{value}`: {why}");
    let malformed = |value: &str| error(value, "the go command knows no such form");
    let cases = [
        ("", format!("{default} or {floor}")),
        ("auto", format!("{default} or {floor}")),
        ("path", format!("{default} or {floor}")),
        ("local+auto", format!("{default} or {floor}")),
        ("local+path", format!("{default} or {floor}")),
        ("local", format!("{default}; {go}")),
        ("go1.26.4", format!("1.26.4 by GOTOOLCHAIN; {floor}")),
        ("go1.20", format!("1.20.0 by GOTOOLCHAIN; {floor}")),
        ("go1.27rc1", format!("1.27rc1 by GOTOOLCHAIN; {floor}")),
        ("go1.26.4+auto", format!("1.26.4 by GOTOOLCHAIN or {floor}")),
        ("go1.26.4+path", format!("1.26.4 by GOTOOLCHAIN or {floor}")),
        ("go1.22", error("go1.22", "this is a language version, which has no toolchain")),
        ("go1.26.5-1", error("go1.26.5-1", "goward has no toolchains with a suffix")),
        ("1.26.4", malformed("1.26.4")),
        ("bash", malformed("bash")),
        ("default", malformed("default")),
        ("go2.1.0", malformed("go2.1.0")),
        ("go1.26.4+", malformed("go1.26.4+")),
        ("go1.26.4+x", malformed("go1.26.4+x")),
        ("auto+auto", malformed("auto+auto")),
        ("go1.26.4/../x", malformed("go1.26.4/../x")),
    ];
    for (value, expected) in cases {
        let inputs = Inputs { gotoolchain: Some(value.to_owned()), ..with_default(inputs(&go_mod)) };
        assert_eq!(line(&inputs), expected, "{value}");
    }
    // A base that cannot be taken is a fault only if it would be taken.
    for base in ["go1.23+auto", "go1.23.1-1+path"] {
        let over = |content| line(&Inputs { gotoolchain: Some(base.to_owned()), ..inputs(&[("/w/go.mod", content)]) });
        assert!(over("go 1.24\n").ends_with("by GOTOOLCHAIN or go 1.24 (1.24.0) at /w/go.mod:1 (go line)"), "{base}");
        assert!(over("go 1.22\n").starts_with("error gotoolchain-invalid"), "{base}");
        assert!(over("go 1.24\ntoolchain default\n").starts_with("error gotoolchain-invalid"), "{base}");
        assert!(over("").starts_with("error gotoolchain-invalid"), "{base}");
    }
    // Below a file that pins, only the exact form counts.
    let pinned = [("/w/.go-version", "1.23.1\n")];
    for value in ["local", "auto", "go1.26.4+auto"] {
        let inputs = Inputs { gotoolchain: Some(value.to_owned()), ..with_default(inputs(&pinned)) };
        assert_eq!(line(&inputs), "1.23.1 by /w/.go-version:1 (.go-version)", "{value}");
    }
    // Without a base, with `local` only the go line counts.
    let local = Inputs { gotoolchain: Some("local".to_owned()), ..inputs(&go_mod) };
    assert_eq!(line(&local), format!("at least {go}"));
}

#[test]
fn a_toolchain_line_that_names_none_is_refused_with_file_and_line() {
    let hostile = |name: &str| inputs(&[("/w/go.mod", &format!("module m\ngo 1.22\ntoolchain {name}\n"))]);
    let cases = [
        (
            "../../x",
            Class::Integrity,
            "take the toolchain `../../x` from /w/go.mod:3 (toolchain line): a name with a path separator is refused",
        ),
        (
            "go1.22.1-a/b",
            Class::Integrity,
            "take the toolchain `go1.22.1-a/b` from /w/go.mod:3 (toolchain line): a name with a path separator is refused",
        ),
        (
            "..\\x",
            Class::Integrity,
            "take the toolchain `..\\x` from /w/go.mod:3 (toolchain line): a name with a path separator is refused",
        ),
        (
            "bash",
            Class::Usage,
            "take the toolchain `bash` from /w/go.mod:3 (toolchain line): it is not a toolchain's name",
        ),
        (
            "1.22.1",
            Class::Usage,
            "take the toolchain `1.22.1` from /w/go.mod:3 (toolchain line): it is not a toolchain's name",
        ),
        (
            "go1.22.1\0",
            Class::Usage,
            "take the toolchain `go1.22.1\\u{0}` from /w/go.mod:3 (toolchain line): it is not a toolchain's name",
        ),
    ];
    for (name, class, message) in cases {
        let error = decide(&hostile(name)).unwrap_err();
        assert_eq!(
            (error.class(), error.word(), error.to_string().as_str()),
            (class, "toolchain-line-invalid", message)
        );
    }
    // A pin decides without that line, so that the user can work in the folder and repair it.
    let pinned = Inputs { argument: Some("1.24".to_owned()), ..hostile("../../x") };
    assert_eq!(line(&pinned), "1.24 by command line; go 1.22 (1.22.0) at /w/go.mod:2 (go line)");
    let reasons: Vec<String> = decide(&pinned).unwrap().reasons.iter().map(ToString::to_string).collect();
    assert_eq!(reasons.last().unwrap(), "/w/go.mod:3 (toolchain line): `../../x`, overruled by command line");
    let local = Inputs { gotoolchain: Some("local".to_owned()), ..hostile("bash") };
    assert_eq!(line(&local), "at least go 1.22 (1.22.0) at /w/go.mod:2 (go line)");
}

#[test]
fn a_version_that_go_has_no_names_for_is_refused_where_it_would_have_to_be_found() {
    for content in ["go 2.1\n", "go 1.24\ntoolchain go3.0.1\n"] {
        let refused = || inputs(&[("/w/go.mod", content)]);
        assert!(line(&refused()).starts_with("error toolchain-line-invalid"), "{content:?}");
        let pinned = Inputs { argument: Some("1.26".to_owned()), ..refused() };
        assert!(line(&pinned).starts_with("1.26 by command line"), "{content:?}");
        let lines: Vec<_> =
            decide(&pinned).unwrap().reasons.into_iter().filter_map(|reason| reason.origin.line).collect();
        assert_eq!(lines.len(), content.lines().count(), "each line is told of once: {content:?}");
    }
    let kept = with_default(inputs(&[("/w/go.mod", "go 2.1\ntoolchain default\n")]));
    assert!(line(&kept).starts_with("1.25 by /home/u/default (default)"));
}

#[test]
fn a_go_line_that_is_no_version_is_passed_over_as_the_go_command_does() {
    for odd in ["1.99.1rc1", "1.22-x", "go1.22", "\"1.22\"", "1.22 1.23", "(", "1.22\0", "latest", "../x", "01.22"] {
        let inputs = with_default(inputs(&[("/w/go.mod", &format!("go {odd}\n"))]));
        assert_eq!(line(&inputs), "default 1.25 by /home/u/default (default)", "{odd:?}");
    }
}

/// The floor of a go.mod.
fn floor(content: &str) -> Floor {
    match decide(&inputs(&[("/w/go.mod", content)])).unwrap().want {
        Want::AtLeast { floor, .. } => floor,
        other => panic!("{content:?}: {other:?}"),
    }
}

#[test]
fn the_base_is_raised_as_the_go_command_raises_it() {
    // Go 1.26.8 says the same of each row, asked with GOTOOLCHAIN=go<base>+auto and GODEBUG=toolchaintrace=1.
    let cases = [
        ("go 1.99\n", "1.26.8", Some("1.99.0")),
        ("go 1.99rc1\n", "1.26.8", Some("1.99rc1")),
        ("go 1.26.8\n", "1.26.8", None),
        ("go 1.26\n", "1.26.8", None),
        ("toolchain go1.22.1\n", "1.26.8", None),
        ("toolchain go1.22\n", "1.26.8", None),
        ("toolchain go1.25.3\n", "1.27.3", None),
        ("go 1.98\ntoolchain go1.99.1\n", "1.26.8", Some("1.99.1")),
        ("go 1.99.2\ntoolchain go1.99.1\n", "1.26.8", Some("1.99.2")),
        ("go 1.99\ntoolchain default\n", "1.26.8", None),
        // A candidate satisfies the language, but not the release.
        ("go 1.27\n", "1.27rc1", None),
        ("go 1.27.0\n", "1.27rc1", Some("1.27.0")),
        ("go 1.27\n", "1.26.8", Some("1.27.0")),
        ("go 1.20\n", "1.19.1", Some("1.20")),
        ("go 1.98\ntoolchain go1.99.1-custom\n", "1.26.8", Some("1.99.1")),
    ];
    for (content, base, expected) in cases {
        let base: Version = base.parse().unwrap();
        let raised = floor(content).raise(Some(&base)).unwrap().map(|raised| raised.version.to_string());
        assert_eq!(raised.as_deref(), expected, "{content:?} over {base}");
    }
    let old = floor("go 1.20.0\n").raise(Some(&"1.19.1".parse().unwrap())).unwrap().unwrap();
    assert_eq!((old.version.as_str(), old.name.as_str()), ("1.20", "go1.20.0"));
    let custom = floor("toolchain go1.99.1-custom\n").raise(None).unwrap().unwrap();
    assert_eq!((custom.version.as_str(), custom.name.as_str()), ("1.99.1", "go1.99.1-custom"));
    let without_base = |content: &str| floor(content).raise(None).unwrap().map(|raised| raised.version.to_string());
    assert_eq!(without_base("go 1.22\n").as_deref(), Some("1.22.0"));
    assert_eq!(without_base("go 1.22\ntoolchain go1.23.4\n").as_deref(), Some("1.23.4"));
    assert_eq!(without_base("go 1.24\ntoolchain go1.23.4\n").as_deref(), Some("1.24.0"));
    assert_eq!(without_base("go 1.22\ntoolchain default\n").as_deref(), Some("1.22.0"));
    assert_eq!(without_base("toolchain default\n"), None);
    // The go command only fails over such a line where it has to follow it.
    let error = floor("toolchain go1.98\n").raise(Some(&"1.26.8".parse().unwrap())).unwrap_err();
    assert_eq!(error.word(), "toolchain-line-names-a-language");
    assert_eq!(error.hints().lines(), ["name a release there, such as `go1.98.0`"]);
    assert!(floor("go 1.99\ntoolchain go1.98\n").raise(Some(&"1.26.8".parse().unwrap())).is_ok());
}

#[test]
fn a_line_that_keeps_the_base_makes_it_as_good_as_a_pin() {
    let inputs = with_default(inputs(&[("/w/go.mod", "go 1.26\ntoolchain default\n")]));
    let floor = "go 1.26 (1.26.0) at /w/go.mod:1 (go line), toolchain default at /w/go.mod:2 (toolchain line)";
    assert_eq!(line(&inputs), format!("1.25 by /home/u/default (default); {floor}"));
}

#[test]
fn a_pin_below_the_floor_is_refused_with_both_places_and_one_line_to_mend_it() {
    let refuse = |inputs: Inputs, selected: &str| {
        let Want::Pinned { origin, floor: Some(floor), .. } = decide(&inputs).unwrap().want else {
            panic!("not pinned")
        };
        check_floor(&selected.parse().unwrap(), &floor, &origin).map_err(|error| {
            assert_eq!((error.class(), error.word()), (Class::Policy, "pin-below-floor"));
            (error.to_string(), error.hints().lines().join("\n"))
        })
    };
    let go_mod = ("/w/go.mod", "module m\n\ngo 1.26.1\ntoolchain go1.27.3\n");
    let file = || inputs(&[go_mod, ("/w/.go-version", "1.25\n")]);
    let (message, hint) = refuse(file(), "1.25.14").unwrap_err();
    assert_eq!(
        message,
        "use go1.25.14 from /w/.go-version:1 (.go-version): /w/go.mod:3 (go line) needs at least 1.26.1"
    );
    assert_eq!(
        hint,
        "pin something newer with `goward pin 1.26`; or lower the `go` line with `go mod edit -go=1.25.14`"
    );
    assert_eq!(refuse(file(), "1.26.0").map_err(|_| ()), Err(()));
    // The toolchain line only suggests.
    assert_eq!(refuse(file(), "1.26.1"), Ok(()));

    let (_, hint) = refuse(Inputs { goward_version: Some("1.25".to_owned()), ..file() }, "1.25.14").unwrap_err();
    assert!(hint.starts_with("unset GOWARD_VERSION, or set it to `1.26`"), "{hint}");
    let work = || inputs(&[("/w/go.work", "go 1.27\n"), ("/w/.go-version", "1.27rc1\n")]);
    assert_eq!(refuse(work(), "1.27rc1"), Ok(()), "a candidate satisfies the language");
    assert!(refuse(work(), "1.26.8").unwrap_err().1.contains("go work edit -go=1.26.8"));
}

#[test]
fn every_file_and_rule_that_was_looked_at_is_told_in_one_line_each() {
    let mut inputs = with_default(inputs(&[
        ("/w/a/.go-version", "1.24.1\n1.23.0\n"),
        ("/w/.tool-versions", "nodejs 20\n"),
        ("/w/a/b/go.mod", "module m\ngo 1.22\ntoolchain go1.24.4\n"),
    ]));
    inputs.gotoolchain = Some("auto".to_owned());
    let told: Vec<String> = decide(&inputs).unwrap().reasons.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "command line: not there",
            "GOWARD_VERSION: not there",
            "GOTOOLCHAIN: `auto`, ignored: it leaves the choice to the project",
            "/w/a/.go-version:1 (.go-version): `1.24.1`, chosen",
            "/w/a/.go-version (.go-version): ignored: further versions in the file do not count",
            "/w/.tool-versions (.tool-versions): ignored: it names no Go version",
            "/home/u/default (default): `1.25`, overruled by /w/a/.go-version:1 (.go-version)",
            "go.work: not there",
            "/w/a/b/go.mod:2 (go line): `1.22`, floor",
            "/w/a/b/go.mod:3 (toolchain line): `go1.24.4`, overruled by /w/a/.go-version:1 (.go-version)",
        ]
    );
    inputs.folders[1].files.clear();
    inputs.gotoolchain = Some("go1.23.1+auto".to_owned());
    let told: Vec<String> = decide(&inputs).unwrap().reasons.iter().map(ToString::to_string).collect();
    assert_eq!(told[2], "GOTOOLCHAIN: `go1.23.1+auto`, base, raised where the project needs more");
    assert_eq!(told[4], "/home/u/default (default): `1.25`, overruled by GOTOOLCHAIN");
    assert_eq!(told[7], "/w/a/b/go.mod:3 (toolchain line): `go1.24.4`, suggested, taken where the base is older");
}

#[test]
fn a_decision_is_readable_by_machines() {
    let inputs = inputs(&[("/w/go.mod", "go 1.22\n"), ("/w/.go-version", "1.24\n")]);
    let json = serde_json::to_value(decide(&inputs).unwrap()).unwrap();
    assert_eq!(json["want"], "pinned");
    assert_eq!(json["request"], "1.24");
    assert_eq!(json["origin"], serde_json::json!({"rule": "go-version-file", "path": "/w/.go-version", "line": 1}));
    assert_eq!(json["floor"]["go"]["needed"], "1.22.0");
    assert_eq!(json["floor"]["file"], "go.mod");
    let reasons = json["reasons"].as_array().unwrap();
    assert_eq!(reasons[3]["verdict"], "chosen");
    assert_eq!(reasons[3]["value"], "1.24");
    assert!(reasons.iter().any(|reason| reason["verdict"] == "not-there"));
}

#[test]
fn foreign_text_cannot_steer_the_terminal_through_a_reason_or_an_error() {
    let inputs = inputs(&[("/w/.go-version", "\u{1b}[2J\u{202e}\n")]);
    let error = decide(&inputs).unwrap_err();
    let ProjectError::Request { cause, .. } = &error else { panic!("{error}") };
    assert!(!cause.to_string().contains(['\u{1b}', '\u{202e}']), "{cause}");
    let mut odd = Inputs { argument: Some("1.24".to_owned()), ..inputs };
    odd.folders[2].files[0].path = "/w/\u{1b}[2J/.go-version".to_owned();
    for reason in decide(&odd).unwrap().reasons {
        assert!(!reason.to_string().contains(['\u{1b}', '\u{202e}']), "{reason}");
    }
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("go "),
        Just("toolchain "),
        Just("golang "),
        Just("1.22"),
        Just("go1.23.4"),
        Just("default"),
        Just("\n"),
        Just("../"),
        Just("#"),
        Just("//"),
        Just(" "),
        Just(">=1.24 "),
        Just("\0"),
        Just("system"),
        Just("-x"),
        Just("[tools]\n"),
        Just("go = "),
        Just("\"1.26\""),
        Just("1.20"),
        Just("FROM golang:"),
        Just("ARG V=1.26\n"),
        Just("${V"),
        Just("}"),
        Just("{\"image\": \"golang:"),
        Just("\"}"),
        Just("/*"),
    ];
    prop_oneof![
        prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..60),
    ]
}

fn setting() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof![
        "(go)?1\\.2[0-9](\\.[0-9])?(\\+auto|\\+path)?",
        "(off|on|auto|local|path|latest|)",
        "/[a-z]{1,3}/go.work",
        any::<String>(),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn nothing_found_makes_the_decision_panic_or_lets_a_path_out(
        contents in prop::collection::vec((0_usize..FileName::ALL.len(), 0_usize..3, content()), 0..6),
        settings in prop::collection::vec(setting(), 6),
        base in "1\\.(1|2)[0-9](\\.[0-9]|rc1)",
    ) {
        let mut inputs = inputs(&[]);
        for (name, folder, content) in contents {
            let folder = &mut inputs.folders[folder];
            let file = found(&format!("{}/{}", folder.path, FileName::ALL[name]), &content);
            folder.files.push(file);
        }
        let mut settings = settings.into_iter();
        let mut next = || settings.next().flatten();
        inputs.argument = next();
        inputs.goward_version = next();
        inputs.gotoolchain = next();
        inputs.gowork = next();
        inputs.go111module = next();
        inputs.pin_files = project::PinFiles::new(project::PinKind::ALL);
        inputs.default = next().map(|request| DefaultPin { request, origin: "/d".to_owned() });
        match decide(&inputs) {
            Err(error) => { let _ = (error.to_string(), error.hints()); }
            Ok(decision) => {
                let _ = serde_json::to_string(&decision).unwrap();
                for reason in &decision.reasons {
                    prop_assert_eq!(reason.to_string().lines().count(), 1);
                }
                let (request, floor) = match decision.want {
                    Want::Pinned { request, floor, .. } => (Some(request), floor),
                    Want::AtLeast { floor, default } => (default.map(|base| base.request), Some(floor)),
                    Want::Default { request, .. } => (Some(request), None),
                    Want::Nothing => (None, None),
                };
                if let Some(request) = request {
                    prop_assert!(!request.to_string().contains(['/', '\\', '\0']));
                }
                if let Some(floor) = floor {
                    let base: Version = base.parse().unwrap();
                    if let Ok(Some(raised)) = floor.raise(Some(&base)) {
                        // Raising never lowers, and its result satisfies the go line.
                        prop_assert!(raised.version.go_order(&base).is_gt());
                        prop_assert!(!raised.version.is_language());
                        prop_assert!(check_floor(&raised.version, &floor, &raised.origin).is_ok());
                    } else if let Ok(None) = floor.raise(Some(&base)) {
                        prop_assert!(floor.keeps_base() || check_floor(&base, &floor, &floor.go.as_ref().map_or_else(
                            || floor.toolchain.as_ref().unwrap().origin.clone(), |go| go.origin.clone())).is_ok());
                    }
                }
            }
        }
    }
}

/// The owners of files and folders, by path; all others belong to the user 1000, who started in `/w/a/b`.
fn owned(files: &[(&str, &str)], owners: &[(&str, u32)]) -> Inputs {
    let owner = |path: &str| owners.iter().find(|(owned, _)| *owned == path).map_or(1000, |(_, owner)| *owner);
    let mut inputs = inputs(files);
    for folder in &mut inputs.folders {
        folder.owner = Some(owner(if folder.path.is_empty() { "/" } else { &folder.path }));
        for file in &mut folder.files {
            file.owners = vec![owner(&file.path)];
        }
    }
    inputs.users = Users { me: Some(1000), start: Some(owner("/w/a/b")) };
    inputs
}

#[test]
fn only_files_of_the_right_users_pin_and_what_is_passed_over_is_told() {
    let pin = ("/w/.go-version", "1.26.7");
    let chosen = |owners: &[(&str, u32)]| {
        let decision = decide(&with_default(owned(&[pin], owners))).unwrap();
        let told = decision.stranger.map(|reason| match reason.verdict {
            Verdict::Ignored(why) => why,
            other => panic!("{other}"),
        });
        match decision.want {
            Want::Pinned { request, .. } | Want::Default { request, .. } => (request.to_string(), told),
            other => panic!("{other:?}"),
        }
    };
    let mine = ("1.26.7".to_owned(), None);
    assert_eq!(chosen(&[]), mine);
    assert_eq!(chosen(&[("/w/.go-version", 0), ("/w", 0)]), mine, "root's");
    assert_eq!(chosen(&[("/w/.go-version", 7), ("/w/a/b", 7)]), mine, "that of the owner of where one started");
    let passed = |why: &str| ("1.25".to_owned(), Some(why.to_owned()));
    assert_eq!(chosen(&[("/w/.go-version", 7)]), passed("it belongs to user 7"));
    assert_eq!(chosen(&[("/w/.go-version", 7), ("/w", 0)]), passed("it belongs to user 7"), "as in /tmp");
    let ended = "the folder `/w/a` belongs to user 7, and what pins counts only below it";
    assert_eq!(chosen(&[("/w/a", 7)]), passed(ended), "our own above a stranger's folder");
    assert_eq!(chosen(&[("/w/a", 7), ("/w/a/b", 7)]), mine);
}

#[test]
fn what_a_stranger_wrote_may_be_broken_and_what_is_nearer_silences_it() {
    let stranger = [("/w/.go-version", 7)];
    let decision = decide(&with_default(owned(&[("/w/.go-version", "\0")], &stranger))).unwrap();
    assert!(matches!(decision.want, Want::Default { .. }) && decision.stranger.is_some());
    // A nearer pin decides, and then only `why` reports the file.
    let files = [("/w/a/.go-version", "1.26"), ("/w/.go-version", "1.27")];
    let decision = decide(&owned(&files, &stranger)).unwrap();
    assert_eq!(decision.stranger, None);
    assert!(
        decision.reasons.iter().any(|reason| reason.verdict == Verdict::Ignored("it belongs to user 7".to_owned()))
    );
    assert_eq!(decision.file(), Some("/w/a/.go-version"));
    // A file that names no Go would have decided nothing.
    let files = [("/w/.tool-versions", "nodejs 20")];
    assert_eq!(decide(&owned(&files, &[("/w/.tool-versions", 7)])).unwrap().stranger, None);
}

#[test]
fn go_mod_counts_whoever_s_it_is_and_is_known_for_a_stranger_s() {
    let files = [("/w/go.mod", "module x\ngo 1.27.0\n")];
    let inputs = owned(&files, &[("/w/go.mod", 7)]);
    let decision = decide(&inputs).unwrap();
    assert!(matches!(decision.want, Want::AtLeast { .. }));
    assert_eq!(decision.file(), Some("/w/go.mod"));
    let strangers = inputs.go_files_of_strangers();
    assert_eq!(strangers.len(), 1);
    assert_eq!((strangers[0].0.as_str(), strangers[0].1.owner), ("/w/go.mod", 7));
    let named = Inputs { gowork: Some("/w/go.mod".to_owned()), ..inputs };
    assert_eq!(named.go_files_of_strangers(), []);
    assert_eq!(owned(&files, &[]).go_files_of_strangers(), []);
    assert_eq!(owned(&files, &[("/w/a", 7)]).go_files_of_strangers().len(), 1, "above a stranger's folder");
}
