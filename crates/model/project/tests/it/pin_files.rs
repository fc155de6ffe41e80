//! The files and the variables of other tools, form by form.

use diag::Diagnose;
use project::{
    DefaultPin, FileName, Folder, FoundFile, Inputs, PinFiles, PinKind, ToolVariables, ToolchainLine, Want, decide,
};
use proptest::prelude::*;

fn inputs(files: &[(FileName, &str)]) -> Inputs {
    let files = files.iter().map(|(name, content)| FoundFile::new(*name, format!("/w/{name}"), *content));
    let folders = vec![Folder { path: "/w".to_owned(), files: files.collect(), owner: None }];
    Inputs { folders, pin_files: PinFiles::new(PinKind::ALL), ..Inputs::default() }
}

/// The request with its line, or the error with its hint.
fn said(inputs: &Inputs) -> String {
    match decide(inputs) {
        Err(error) => format!("{}: {error}; {}", error.word(), error.hints().lines().join("; ")),
        Ok(decision) => match decision.want {
            Want::Pinned { request, origin, .. } => match origin.line {
                Some(line) => format!("{request} :{line}"),
                None => format!("{request} {}", origin.rule),
            },
            Want::Default { request, .. } => format!("default {request}"),
            Want::AtLeast { .. } => "floor".to_owned(),
            Want::Nothing => "nothing".to_owned(),
        },
    }
}

#[track_caller]
fn each(name: FileName, cases: &[(&str, &str)]) {
    for (content, expected) in cases {
        assert_eq!(said(&inputs(&[(name, content)])), *expected, "{name}: {content}");
    }
}

#[test]
fn mise_files() {
    each(
        FileName::Mise,
        &[
            ("[tools]\ngo = \"1.26\"\n", "1.26 :2"),
            ("[tools]\n# a comment\ngo = '1.26.4' # another\n", "1.26.4 :3"),
            ("tools.go = \"1.26\"", "1.26 :1"),
            ("tools = { go = \"1.26\", node = 20 }", "1.26 :1"),
            ("[tools]\ngolang = \"1.26\"", "1.26 :2"),
            ("[tools]\n\"core:go\" = \"1.26\"", "1.26 :2"),
            ("[tools]\ngolang = \"1.25\"\ngo = \"1.26\"", "1.26 :3"),
            ("[tools]\ngo = [\"1.26\", \"1.25\"]", "1.26 :2"),
            ("[tools]\ngo = []", "nothing"),
            ("[tools]\ngo = { version = \"1.26\", install_env = {} }", "1.26 :2"),
            ("[tools.go]\nversion = \"1.26\"\n", "1.26 :2"),
            ("[[tools.go]]\nversion = \"1.26\"\n[[tools.go]]\nversion = \"1.25\"", "1.26 :2"),
            ("[tools]\ngo = { prefix = \"1.26\" }", "1.26 :2"),
            ("[tools]\ngo = { os = [\"linux\"], version = \"prefix:1.26\" }", "1.26 :2"),
            (
                "[tools]\ngo = { path = \"/opt/go\" }",
                "pin-file-unreadable: read /w/mise.toml:2 (mise): `path:/opt/go` names a Go that goward does not install; write a version such as `1.27`, or remove the line",
            ),
            (
                "[tools]\ngo = [{ ref = \"master\" }]",
                "pin-file-unreadable: read /w/mise.toml:2 (mise): `ref:master` names a Go that goward does not install; write a version such as `1.27`, or remove the line",
            ),
            ("[tools]\ngo = \"work\"\n[tool_alias.go.versions]\nwork = \"1.26\"", "1.26 :2"),
            ("[tools]\ngolang = \"work\"\n[alias.golang]\nwork = \"prefix:1.26\"", "1.26 :2"),
            ("[tools]\ngo = \"a\"\n[alias.go.versions]\na = \"b\"\nb = \"1.26\"", "1.26 :2"),
            ("[tools]\ngo = \"latest\"", "latest :2"),
            ("[tools]\ngo = \"prefix:1.26\"", "1.26 :2"),
            ("[tools]\ngo = \"prefix:1\"", "1.x :2"),
            ("[tools]\ngo = \"latest:1.26\"", "1.26 :2"),
            ("[tools]\ngo = \"latest:\"", "latest :2"),
            ("[tools]\ngo = \"go1.26.4\"", "1.26.4 :2"),
            ("[tools]\ngo = \"system\"", "nothing"),
            ("[tools]\nnode = \"20\"\n[tasks.go]\nrun = \"go build\"", "nothing"),
            ("[tools]\n\"go:github.com/x/y\" = \"latest\"", "nothing"),
            ("go = \"1.26\"", "nothing"),
            ("tools = \"go\"", "nothing"),
            ("", "nothing"),
            ("this is not TOML, and speaks of no such thing", "nothing"),
            (
                "[tools]\ngo = 1.20\n",
                "pin-file-unreadable: read /w/mise.toml:2 (mise): `1.20` is a number, not a text, and as a number it is `1.2`; write it in quotes: `\"1.20\"`",
            ),
            (
                "[tools]\ngo = 1.26\n",
                "pin-file-unreadable: read /w/mise.toml:2 (mise): `1.26` is a number, not a text; write it in quotes: `\"1.26\"`",
            ),
            (
                "[tools]\ngo = [1.20]\n",
                "pin-file-unreadable: read /w/mise.toml:2 (mise): `1.20` is a number, not a text, and as a number it is `1.2`; write it in quotes: `\"1.20\"`",
            ),
            (
                "[tools]\ngo = { version = 1 }\n",
                "pin-file-unreadable: read /w/mise.toml:2 (mise): `1` is a number, not a text; write it in quotes: `\"1\"`",
            ),
            (
                "[tools]\ngo = \"sub-0.1:latest\"",
                "pin-file-unreadable: read /w/mise.toml:2 (mise): `sub-0.1:latest` names a Go that goward does not install; write a version such as `1.27`, or remove the line",
            ),
            (
                "[tools]\ngo = \"path:/opt/go\"",
                "pin-file-unreadable: read /w/mise.toml:2 (mise): `path:/opt/go` names a Go that goward does not install; write a version such as `1.27`, or remove the line",
            ),
            (
                "[tools]\ngo = \"{{ env.GO }}\"",
                "pin-file-unreadable: read /w/mise.toml:2 (mise): `{{ env.GO }}` is a template, which only mise fills in; write a version such as `\"1.27\"`, or leave the file out with the setting `pin.files`",
            ),
            (
                "[tools]\ngo = true",
                "pin-file-unreadable: read /w/mise.toml:2 (mise): `true` is not a version; write a version such as `\"1.27\"`, or leave the file out with the setting `pin.files`",
            ),
            (
                "[tools]\n\ngo = 1.26.4\n",
                "pin-file-unreadable: read /w/mise.toml:3 (mise): invalid float, expected nothing; fix the line (write the version in quotes), or exclude the file with the setting `pin.files`",
            ),
        ],
    );
    for foreign in ["ref:master", "tag:go1.26", "branch:x", "rev:abc", "ref-master", "sub-1:latest", "system:x"] {
        let content = format!("[tools]\ngo = \"{foreign}\"");
        assert!(said(&inputs(&[(FileName::Mise, &content)])).contains("goward does not install"), "{foreign}");
    }
}

#[test]
fn tool_versions_files() {
    let refused = |text: &str| {
        format!(
            "pin-file-unreadable: read /w/.tool-versions:1 (.tool-versions): `{text}` names a Go that goward does not install; write a version such as `1.27`, or remove the line"
        )
    };
    let foreign =
        ["ref:master", "path:/opt/go", "path:~/go"].map(|text| (format!("golang {text} 1.26\n"), refused(text)));
    let foreign: Vec<(&str, &str)> = foreign.iter().map(|(text, said)| (text.as_str(), said.as_str())).collect();
    each(FileName::ToolVersions, &foreign);
    each(
        FileName::ToolVersions,
        &[
            ("golang 1.26.4\n", "1.26.4 :1"),
            ("# ours\nnodejs 20.1 system\n  golang\t1.26.4 # why\n", "1.26.4 :3"),
            // The first counts, whatever is installed: goward installs it, as `asdf install` does.
            ("golang 1.26.4 1.25.1 system\n", "1.26.4 :1"),
            ("golang 1.26.4\ngolang 1.25.1\n", "1.26.4 :1"),
            ("golang system 1.26\n", "nothing"),
            ("go 1.26\n", "1.26 :1"),
            ("golang go1.26.4\r\n", "1.26.4 :1"),
            ("golang latest:1.26\n", "1.26 :1"),
            ("golang\n", "nothing"),
            ("#golang 1.26\n", "nothing"),
            ("golangci-lint 1.64.5\nnodejs ref:x\n", "nothing"),
        ],
    );
    let told = decide(&inputs(&[(FileName::ToolVersions, "golang 1.26.4 1.25.1")])).unwrap().reasons;
    assert!(told.iter().any(|reason| reason.to_string().contains("further versions in the file do not count")));
}

#[test]
fn a_circle_of_aliases_ends() {
    for (name, content) in [
        (FileName::Mise, "tools.go = \"a\"\nalias.go = { a = \"b\", b = \"a\" }"),
        (FileName::Prototools, "go = \"a\"\ntools.go.aliases = { a = \"a\" }"),
    ] {
        assert!(said(&inputs(&[(name, content)])).starts_with("request-malformed"), "{name}");
    }
}

#[test]
fn a_mise_version_for_other_systems_is_passed_over() {
    let content =
        "[tools]\ngo = [{ version = \"1.25\", os = [\"macos\"] }, { version = \"1.26\", os = [\"linux/x64\"] }]";
    for (platform, expected) in [
        (Some("darwin/arm64"), "1.25 :2"),
        (Some("linux/amd64"), "1.26 :2"),
        (Some("linux/arm64"), "nothing"),
        (None, "1.25 :2"),
    ] {
        let inputs = Inputs { platform: platform.map(str::to_owned), ..inputs(&[(FileName::Mise, content)]) };
        assert_eq!(said(&inputs), expected, "{platform:?}");
    }
}

#[test]
fn proto_files() {
    each(
        FileName::Prototools,
        &[
            ("go = \"1.26.4\"\n", "1.26.4 :1"),
            ("node = \"20\"\ngo = \"1.26\"\n[settings]\nauto-install = true", "1.26 :2"),
            ("go = \"~1.26\"", "1.26 :1"),
            ("go = \"~1.26.3\"", ">=1.26.3 <1.27 :1"),
            ("go = \"~1\"", "1.x :1"),
            ("go = \"^1.26\"", ">=1.26 <2.0 :1"),
            ("go = \"^1.26.3\"", ">=1.26.3 <2.0 :1"),
            ("go = \"^1\"", "1.x :1"),
            ("go = \"1\"", "1.x :1"),
            ("go = \"*\"", "latest :1"),
            ("go = \"1.26.*\"", "1.26 :1"),
            ("go = \"v1.26.4\"", "1.26.4 :1"),
            ("go = \"=1.26.4\"", "1.26.4 :1"),
            ("go = \">=1.24, <1.27\"", ">=1.24 <1.27 :1"),
            ("go = \"1.27.0-rc.1\"", "1.27rc1 :1"),
            ("go = \"1.27.0-rc2\"", "1.27rc2 :1"),
            ("go = \"1.27.0-beta1\"", "1.27beta1 :1"),
            ("go = \"latest\"", "latest :1"),
            ("go = \"stable\"", "latest :1"),
            ("[tools.go]\naliases = {}\n", "nothing"),
            ("go = \"work\"\n[tools.go.aliases]\nwork = \"^1.26\"", ">=1.26 <2.0 :1"),
            ("go = \"a\"\ntools.go.aliases = { a = \"b\", b = \"1.26.4\" }", "1.26.4 :1"),
            ("[plugins]\ngo = \"https://x\"", "nothing"),
            (
                "go = \"canary\"",
                "pin-file-unreadable: read /w/.prototools:1 (.prototools): `canary` names a Go that goward does not install; write a version such as `1.27`, or remove the line",
            ),
            (
                "go = \"asdf:1.26\"",
                "pin-file-unreadable: read /w/.prototools:1 (.prototools): `asdf:1.26` names a Go that goward does not install; write a version such as `1.27`, or remove the line",
            ),
            (
                "\ngo = 1.20",
                "pin-file-unreadable: read /w/.prototools:2 (.prototools): `1.20` is a number, not a text, and as a number it is `1.2`; write it in quotes: `\"1.20\"`",
            ),
            (
                "go = \"^1.24 || ^1.26\"",
                "request-malformed: follow /w/.prototools:1 (.prototools); write one range only; goward has no `||`",
            ),
        ],
    );
    for odd in ["~", "^", "~x", "^x", "~1.x.y", "1.27.1-rc1", "1.27.0-pre1", "^99999999999.1", "~1.4294967295.1"] {
        let content = format!("go = \"{odd}\"");
        assert!(said(&inputs(&[(FileName::Prototools, &content)])).starts_with("request-malformed"), "{odd}");
    }
}

#[test]
fn dev_containers() {
    each(
        FileName::DevcontainerFolder,
        &[
            (
                "{\n  // ours\n  \"features\": {\n    \"ghcr.io/devcontainers/features/go:1\": { \"version\": \"1.26\", },\n  },\n}",
                "1.26 :4",
            ),
            ("{\"features\": {\"ghcr.io/devcontainers/features/go\": \"1.26.4\"}}", "1.26.4 :1"),
            ("{\"features\": {\"ghcr.io/devcontainers/features/go@sha256:0\": {}}}", "latest :1"),
            ("{\"features\": {\"ghcr.io/devcontainers/features/go:1\": {\"version\": \"lts\"}}}", "latest :1"),
            ("{\"image\": \"mcr.microsoft.com/devcontainers/go:1-1.26-bookworm\"}", "1.26 :1"),
            ("{\n\"image\": /* x */ \"golang:1.26.4\"}", "1.26.4 :2"),
            // The feature comes on top of the image.
            (
                "{\"image\": \"golang:1.25\", \"features\": {\"ghcr.io/devcontainers/features/go:1\": {\"version\": \"1.26\"}}}",
                "1.26 :1",
            ),
            (
                "{\"image\": \"golang:1.25\", \"features\": {\"ghcr.io/devcontainers/features/go:1\": {\"version\": \"none\"}}}",
                "1.25 :1",
            ),
            ("{\"features\": {\"ghcr.io/devcontainers/features/golang-x:1\": {\"version\": \"1.26\"}}}", "nothing"),
            ("{\"image\": \"mcr.microsoft.com/devcontainers/base:ubuntu\", \"name\": \"go\"}", "nothing"),
            ("[\"golang:1.26\"]", "nothing"),
            ("{\"image\": [\"golang:1.26\"]}", "nothing"),
            (
                "{\"image\": \"golang:${localEnv:V}\"}",
                "pin-file-unreadable: read /w/.devcontainer/devcontainer.json:1 (dev container): `golang:${localEnv:V}` depends on a variable that has no value here; write a version such as `\"1.27\"`, or leave the file out with the setting `pin.files`",
            ),
            (
                "{\"features\": {\n\"ghcr.io/devcontainers/features/go:1\": {\"version\": 1.20}}}",
                "pin-file-unreadable: read /w/.devcontainer/devcontainer.json:2 (dev container): `1.20` is a number, not a text, and as a number it is `1.2`; write it in quotes: `\"1.20\"`",
            ),
        ],
    );
    let broken = said(&inputs(&[(FileName::DotDevcontainer, "{\n\"image\": \"golang:1.26\"")]));
    assert!(broken.starts_with("pin-file-unreadable: read /w/.devcontainer.json:"), "{broken}");
    // Deep nesting is refused, not followed.
    let deep = format!("{{\"image\": {}\"golang\"", "[".repeat(100_000));
    assert!(said(&inputs(&[(FileName::DotDevcontainer, &deep)])).starts_with("pin-file-unreadable"));
    let deep = format!("[tools]\ngo = {}", "[".repeat(100_000));
    assert!(said(&inputs(&[(FileName::Mise, &deep)])).starts_with("pin-file-unreadable"));
}

#[test]
fn dockerfiles() {
    each(
        FileName::Dockerfile,
        &[
            ("FROM golang:1.26.4-bookworm\n", "1.26.4 :1"),
            (
                "# syntax=docker/dockerfile:1\nfrom --platform=$BUILDPLATFORM golang:1.26 as build\nFROM scratch\n",
                "1.26 :2",
            ),
            ("ARG GO_VERSION=1.26\nFROM golang:${GO_VERSION}-alpine\n", "1.26 :2"),
            ("ARG GO_VERSION=\"1.26\" OTHER=x\nFROM golang:$GO_VERSION\n", "1.26 :2"),
            ("ARG A=1.26\nARG B=${A}.4\nFROM golang:${B}\n", "1.26.4 :3"),
            ("FROM golang:${GO_VERSION:-1.26}\n", "1.26 :1"),
            ("ARG BASE=golang:1.26\nFROM $BASE\n", "1.26 :2"),
            ("FROM \\\n  # why\n  golang:1.26 \\\n  AS build\n", "1.26 :1"),
            ("# escape=`\nFROM `\n golang:1.26\n", "1.26 :2"),
            ("FROM node:20 AS web\nFROM golang:1.26\nFROM golang:1.25\n", "1.26 :2"),
            ("FROM node:20 AS golang\nFROM golang\n", "nothing"),
            ("FROM alpine\nRUN apk add go\n", "nothing"),
            ("FROM ${BASE}\n# go\n", "nothing"),
            ("FROM\nFROM --x\n# go", "nothing"),
            ("FROM golang\n", "latest :1"),
            // Words and quotes are the shell's.
            ("ARG A='1.26' B=\"x y\" C=.4\nFROM golang:$A$C-$B\n", "1.26.4 :2"),
            ("ARG B=\"x A=1.20\" A=1.26\nFROM golang:$A\n", "1.26 :2"),
            ("ARG A='$B' B=1.26\nFROM golang:${B}-${A}\n", "1.26 :2"),
            ("FROM \"golang:1.26\"\n", "1.26 :1"),
            // The forms of a variable.
            ("ARG V\nFROM golang:${V:-1.26}\n", "1.26 :2"),
            ("ARG V=\nFROM golang:${V:-1.26}\n", "1.26 :2"),
            ("ARG V=\nFROM golang:1.25${V-x}\n", "1.25 :2"),
            ("ARG W=1.26\nFROM golang:${V:-${W}.4}\n", "1.26.4 :2"),
            ("ARG W=1.26\nFROM golang:${V:-${U:-$W}}-alpine\n", "1.26 :2"),
            ("ARG V=1\nFROM golang:1.26${V:+-alpine}\n", "1.26 :2"),
            ("FROM golang:1.26${V+-a}\n", "1.26 :1"),
            ("ARG V=1.26\nFROM golang:${V:?which}\n", "1.26 :2"),
            (
                "FROM golang:${V:?x}\n",
                "pin-file-unreadable: read /w/Dockerfile:1 (Dockerfile): `$V` depends on a variable that has no value here; write a version such as `\"1.27\"`, or leave the file out with the setting `pin.files`",
            ),
            (
                "ARG V=1.26.4\nFROM golang:${V%.*}\n",
                "pin-file-unreadable: read /w/Dockerfile:2 (Dockerfile): `${V%.*}` is an expression, which only Docker evaluates; write a version such as `\"1.27\"`, or leave the file out with the setting `pin.files`",
            ),
            // A continued line follows as it is; a comment and an empty line in between are skipped.
            ("FROM gol\\\nang:1.2\\  \n# x \\\n\n6\nRUN go\n", "1.26 :1"),
            ("RUN x\\\\\nFROM golang:1.26\n", "1.26 :2"),
            ("RUN echo \\\nFROM golang:1.20\nFROM golang:1.26\n", "1.26 :3"),
            ("FROM golang:1.26 \\", "1.26 :1"),
            ("FROM golang:1.26\r\nRUN x\\\r\nFROM golang:1.20\r\n", "1.26 :1"),
            // The directive is one only before any other comment and any instruction.
            ("# syntax=x\n#ESCAPE = `\nFROM golang`\n:1.26\n", "1.26 :3"),
            ("# a comment\n# escape=`\nFROM golang:alpine`\nFROM golang:1.26", "latest :3"),
            ("\n# escape=`\nFROM golang:1.2\\\n6\n", "1.26 :3"),
            ("# other=x\n# escape=`\nFROM golang:1.2\\\n6\n", "1.26 :3"),
            // The lines of a here-document are no instructions.
            ("FROM alpine\nRUN <<EOF\nFROM golang:1.20\nEOF\nFROM golang:1.26\n", "1.26 :5"),
            (
                "FROM alpine\nRUN cat <<'E 1' 3<<-\"B\" > x\nFROM golang:1.20\nE 1\nFROM golang:1.21\n\tB\nFROM golang:1.26\n",
                "1.26 :7",
            ),
            ("FROM a\nCOPY <<-a.txt \\\n /x\nFROM golang:1.20\n\ta.txt\nFROM golang:1.26\n", "1.26 :6"),
            ("FROM a\nONBUILD RUN <<E\nFROM golang:1.20\nE\nFROM golang:1.26\n", "1.26 :5"),
            ("FROM a\nRUN cat <<EOF\nFROM golang:1.20\n", "nothing"),
            // These begin none.
            ("FROM a\nRUN [\"cat\", \"<<EOF\"]\nFROM golang:1.26\n", "1.26 :3"),
            ("FROM a\nRUN x <<<EOF\nFROM golang:1.26\n", "1.26 :3"),
            ("FROM a\nRUN echo $((1<<2)) 'a <<E'\nFROM golang:1.26\n", "1.26 :3"),
            ("FROM a\nLABEL x=<<EOF\nENV y <<EOF\nFROM golang:1.26\n", "1.26 :4"),
            // A stage by way of a variable.
            ("ARG B=golang\nFROM node:20 AS GoLang\nFROM $B\n", "nothing"),
            (
                "FROM --platform=linux/amd64 docker.io/library/golang:1.26.3-alpine3.20@sha256:00 AS b\nFROM b\n",
                "1.26.3 :1",
            ),
            ("FROM golang@sha256:00\n", "nothing"),
            // An argument of a stage does not count for the next FROM.
            (
                "FROM node:20\nARG V=1.26\nFROM golang:$V\n",
                "pin-file-unreadable: read /w/Dockerfile:3 (Dockerfile): `$V` depends on a variable that has no value here; write a version such as `\"1.27\"`, or leave the file out with the setting `pin.files`",
            ),
            (
                "FROM golang:tip-alpine\n",
                "request-unsupported: follow /w/Dockerfile:1 (Dockerfile); write `rc` for the newest prerelease",
            ),
        ],
    );
    // Variables within variables come to an end, and so does what is not closed.
    let deep = format!("FROM golang:{}1.26{}\n", "${A:-".repeat(1000), "}".repeat(1000));
    assert!(said(&inputs(&[(FileName::Dockerfile, &deep)])).contains("`$A` depends"));
    for odd in ["${", "${A", "$", "${}", "${:-", "$}", "'", "\"", "\\"] {
        let _ = said(&inputs(&[(FileName::Dockerfile, &format!("FROM golang:{odd}"))]));
    }
    // Variables that double each other come to an end.
    let mut bomb = "ARG A0=xxxxxxxxxx\n".to_owned();
    for step in 0..200 {
        bomb.push_str(&format!("ARG A{}=$A{step}$A{step}\n", step + 1));
    }
    assert!(
        said(&inputs(&[(FileName::Dockerfile, &format!("{bomb}FROM golang:$A200\n"))])).contains("`$A200` depends")
    );
}

#[test]
fn the_order_within_a_folder_is_that_of_the_setting() {
    let files = [
        (FileName::GoVersion, "1.21"),
        (FileName::ToolVersions, "golang 1.22"),
        (FileName::Mise, "tools.go = \"1.23\""),
        (FileName::Prototools, "go = \"1.24\""),
        (FileName::DotDevcontainer, "{\"image\": \"golang:1.25\"}"),
        (FileName::Dockerfile, "FROM golang:1.26"),
    ];
    for (index, (_, content)) in files.iter().enumerate() {
        let expected = content.split(|c: char| !c.is_ascii_digit() && c != '.').rfind(|part| part.starts_with("1."));
        assert_eq!(said(&inputs(&files[index..])), format!("{} :1", expected.unwrap()), "{content}");
    }
    let with = |words: &[&str]| {
        let kinds = words.iter().map(|word| PinKind::of_word(word).unwrap());
        said(&Inputs { pin_files: PinFiles::new(kinds), ..inputs(&files) })
    };
    assert_eq!(with(&["mise", ".tool-versions", "mise"]), "1.23 :1");
    assert_eq!(with(&["Dockerfile"]), "1.26 :1");
    assert_eq!(with(&[]), "nothing");
    assert_eq!(said(&Inputs { pin_files: PinFiles::default(), ..inputs(&files[4..]) }), "nothing");
    assert_eq!(PinKind::of_word("asdf"), None);
}

#[test]
fn of_the_files_of_mise_the_local_one_comes_first() {
    let names = PinKind::Mise.files();
    let content: Vec<String> = (0..names.len()).map(|index| format!("tools.go = \"1.{}\"", index + 10)).collect();
    let files: Vec<(FileName, &str)> = names.iter().copied().zip(content.iter().map(String::as_str)).collect();
    for index in 0..files.len() {
        let mut rest = files[index..].to_vec();
        rest.reverse();
        assert_eq!(said(&inputs(&rest)), format!("1.{} :1", index + 10));
    }
    assert_eq!(names[0].as_str(), ".mise.local.toml");
    // After a file without Go the next one decides.
    let rest = [(FileName::DotMise, "tools.node = \"20\""), (FileName::ConfigMise, "tools.go = \"1.26\"")];
    assert_eq!(said(&inputs(&rest)), "1.26 :1");
}

#[test]
fn what_mise_takes_for_a_user_is_no_projects_wish() {
    let file = [(FileName::ConfigMiseFolder, "tools.go = \"1.26\"")];
    assert_eq!(said(&inputs(&file)), "1.26 :1");
    for home in ["/w", "/w/"] {
        let at_home = Inputs { home_folder: Some(home.to_owned()), ..inputs(&file) };
        assert_eq!(said(&at_home), "nothing");
        let told = decide(&at_home).unwrap().reasons;
        assert!(told.iter().any(|reason| reason.to_string().ends_with("for this user, not for a project")));
    }
    let other = Inputs { home_folder: Some("/w".to_owned()), ..inputs(&[(FileName::Mise, "tools.go = \"1.26\"")]) };
    assert_eq!(said(&other), "1.26 :1");
}

#[test]
fn system_leaves_the_choice_to_the_project_and_the_default() {
    let default = Some(DefaultPin { request: "1.25".to_owned(), origin: "d".to_owned() });
    for (name, content) in [
        (FileName::GoVersion, "system"),
        (FileName::ToolVersions, "golang system 1.26"),
        (FileName::Mise, "tools.go = \"system\""),
        (FileName::Prototools, "go = \"system\""),
    ] {
        let mut inputs = Inputs { default: default.clone(), ..inputs(&[(name, content)]) };
        // Files further up do not count.
        let above = FoundFile::new(FileName::GoVersion, "/.go-version", "1.20");
        inputs.folders.push(Folder { path: "/".to_owned(), files: vec![above], owner: None });
        assert_eq!(said(&inputs), "default 1.25", "{name}");
        let told: Vec<String> = decide(&inputs).unwrap().reasons.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|line| line.ends_with("no pin: the project and the default decide")), "{told:?}");
        assert!(
            told.iter().any(|line| line.starts_with("/.go-version:1 (.go-version): `1.20`, overruled by /w/")),
            "{told:?}"
        );
        let module = FoundFile::new(FileName::GoMod, "/go.mod", "go 1.27\n");
        inputs.folders[1].files.push(module);
        assert_eq!(said(&inputs), "floor", "{name}");
        inputs.argument = Some("1.28".to_owned());
        assert_eq!(said(&inputs), "1.28 command line", "{name}");
    }
}

#[test]
fn the_variables_of_other_tools_count_where_their_files_do() {
    let file = [(FileName::GoVersion, "1.20")];
    let all = ToolVariables {
        goenv: Some("1.21.1:1.20.2".to_owned()),
        asdf: Some("1.22.1 1.21.0".to_owned()),
        mise: Some("prefix:1.23".to_owned()),
        proto: Some("~1.24".to_owned()),
    };
    let with = |variables: &ToolVariables| Inputs { tool_variables: variables.clone(), ..inputs(&file) };
    assert_eq!(said(&with(&all)), "1.21.1 GOENV_VERSION");
    let asdf = ToolVariables { goenv: Some(" ".to_owned()), ..all.clone() };
    assert_eq!(said(&with(&asdf)), "1.22.1 ASDF_GOLANG_VERSION");
    let mise = ToolVariables { asdf: None, ..asdf };
    assert_eq!(said(&with(&mise)), "1.23 MISE_GO_VERSION");
    let proto = ToolVariables { mise: None, ..mise };
    assert_eq!(said(&with(&proto)), "1.24 PROTO_GO_VERSION");
    let kinds = || PinFiles::new([PinKind::GoVersion]);
    assert_eq!(said(&Inputs { pin_files: kinds(), ..with(&proto) }), "1.20 :1");
    // What the go command's own variable says comes before.
    let exact = Inputs { gotoolchain: Some("go1.26.4".to_owned()), ..with(&all) };
    assert_eq!(said(&exact), "1.26.4 GOTOOLCHAIN");
    let system = ToolVariables { goenv: Some("system".to_owned()), ..ToolVariables::default() };
    assert_eq!(said(&with(&system)), "nothing");
    let foreign = ToolVariables { mise: Some("ref:master".to_owned()), ..ToolVariables::default() };
    assert_eq!(
        said(&with(&foreign)),
        "tool-variable-unusable: follow MISE_GO_VERSION: `ref:master` names a Go that goward does not install; unset MISE_GO_VERSION, or set it to a version such as `1.27`"
    );
    let argument = Inputs { argument: Some("1.25".to_owned()), ..with(&foreign) };
    assert_eq!(said(&argument), "1.25 command line");
}

#[test]
fn what_does_not_decide_may_be_broken() {
    for (name, content) in [
        (FileName::Mise, "[tools]\ngo = "),
        (FileName::Mise, "[tools]\ngo = 1.20"),
        (FileName::Prototools, "go = \"canary\""),
        (FileName::DotDevcontainer, "{ go"),
        (FileName::Dockerfile, "FROM golang:$V"),
    ] {
        assert!(said(&inputs(&[(name, content)])).starts_with("pin-file-unreadable"), "{name}");
        let pinned = inputs(&[(FileName::GoVersion, "1.26"), (name, content)]);
        assert_eq!(said(&pinned), "1.26 :1", "{name}");
        let told: Vec<String> = decide(&pinned).unwrap().reasons.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|line| line.contains(name.as_str()) && line.contains("overruled by")), "{told:?}");
    }
}

#[test]
fn a_toolchain_line_may_be_asked_to_decide() {
    let with = |content: &str, change: fn(&mut Inputs)| {
        let default = Some(DefaultPin { request: "1.28".to_owned(), origin: "d".to_owned() });
        let mut inputs =
            Inputs { default, toolchain_line: ToolchainLine::Exact, ..inputs(&[(FileName::GoMod, content)]) };
        change(&mut inputs);
        said(&inputs)
    };
    assert_eq!(with("go 1.24\ntoolchain go1.26.4\n", |_| {}), "1.26.4 :2");
    assert_eq!(with("go 1.24\ntoolchain go1.26.4\n", |inputs| inputs.default = None), "1.26.4 :2");
    assert_eq!(with("go 1.24\n", |_| {}), "floor");
    assert_eq!(with("toolchain go1.26\n", |_| {}), "floor");
    assert_eq!(with("go 1.24\ntoolchain default\n", |_| {}), "1.28 default");
    assert_eq!(
        with("go 1.24\ntoolchain go1.26.4\n", |inputs| inputs.gotoolchain = Some("local".to_owned())),
        "1.28 default"
    );
    assert_eq!(
        with("go 1.24\ntoolchain go1.26.4\n", |inputs| inputs.goward_version = Some("1.25".to_owned())),
        "1.25 GOWARD_VERSION"
    );
    assert_eq!(with("go 1.24\ntoolchain go1.26.4\n", |inputs| inputs.toolchain_line = ToolchainLine::Floor), "floor");
}

#[test]
fn mod_is_what_the_project_requires_and_mod_min_its_least() {
    let module = "module m\ngo 1.24\ntoolchain go1.26.4\n";
    let with = |pin: &str, module: &str| said(&inputs(&[(FileName::GoVersion, pin), (FileName::GoMod, module)]));
    assert_eq!(with("mod", module), "1.26.4 :1");
    assert_eq!(with("mod-min", module), "1.24.0 :1");
    assert_eq!(with("mod", "go 1.24.3\n"), "1.24.3 :1");
    assert_eq!(with("mod-min", "go 1.20\n"), "1.20.0 :1");
    let error = "project-requires-nothing: follow /w/.go-version:1 (.go-version): `mod` means the version of go.work or go.mod, and neither has such a line here; write a version such as `1.27`, or a `go` line with `go mod edit -go=1.27`";
    assert_eq!(with("mod", "module m\n"), error);
    assert!(with("mod-min", "toolchain go1.26.4\n").starts_with("project-requires-nothing"));
    assert!(with("mod", "go 1.24\ntoolchain ../../x\n").starts_with("toolchain-line-invalid"));
    assert_eq!(with("mod-min", "go 1.24\ntoolchain ../../x\n"), "1.24.0 :1");
    let variable = Inputs { goward_version: Some("mod-min".to_owned()), ..inputs(&[(FileName::GoMod, module)]) };
    assert_eq!(said(&variable), "1.24.0 GOWARD_VERSION");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_version_means_the_same_in_every_file(version in "1\\.(1[0-9]|2[0-9])(\\.[1-9][0-9]?)?") {
        let forms = [
            (FileName::GoVersion, version.clone()),
            (FileName::ToolVersions, format!("golang {version}")),
            (FileName::Mise, format!("[tools]\ngo = \"{version}\"")),
            (FileName::Prototools, format!("go = \"{version}\"")),
            (FileName::DotDevcontainer, format!("{{\"image\": \"golang:{version}\"}}")),
            (FileName::Dockerfile, format!("FROM golang:{version}")),
        ];
        let asked = |(name, content): &(FileName, String)| match decide(&inputs(&[(*name, content)])).unwrap().want {
            Want::Pinned { request, .. } => request,
            other => panic!("{name}: {other:?}"),
        };
        let requests: Vec<_> = forms.iter().map(asked).collect();
        prop_assert!(requests.iter().all(|request| *request == requests[0]), "{requests:?}");
    }

    #[test]
    fn no_bytes_in_any_file_make_it_panic(
        name in proptest::sample::select(FileName::ALL.to_vec()),
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let mut odd = inputs(&[(name, "go ")]);
        odd.folders[0].files[0].content.extend(bytes);
        let _ = decide(&odd);
    }
}
