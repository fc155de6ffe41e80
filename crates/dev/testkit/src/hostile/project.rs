//! Hostile repositories: every trick in every file that goward reads there.

use super::Case;

/// The files, and the form of a value in each.
const FILES: [(&str, &str); 15] = [
    ("go.mod", "module x\n\ngo @\n"),
    ("go.mod", "module x\n\ngo 1.22\n\ntoolchain @\n"),
    ("go.work", "go @\n\nuse ./a\n"),
    ("go.work", "go 1.22\n\ntoolchain @\n"),
    (".go-version", "@\n"),
    (".tool-versions", "golang @\n"),
    ("mise.toml", "[tools]\ngo = \"@\"\n"),
    (".mise/config.toml", "[tools]\ngo = { version = \"@\" }\n"),
    (".prototools", "go = \"@\"\n"),
    ("mise.toml", "[tools]\ngo = \"a\"\n[tool_alias.go.versions]\na = \"@\"\n"),
    ("Dockerfile", "FROM golang:@\n"),
    ("Dockerfile", "# escape=`\nARG V=\"@\"\nFROM golang:${W:-${V}} `\n  AS x\n"),
    ("Dockerfile", "FROM x\nRUN <<-\"EOF\" cat\nFROM golang:1.20\n\tEOF\nFROM golang:${V:-@}\n"),
    (".devcontainer.json", "{\"image\": \"golang:@\"}"),
    (
        ".devcontainer/devcontainer.json",
        "{\"features\": {\"ghcr.io/devcontainers/features/go:1\": {\"version\": \"@\"}}}",
    ),
];

/// The values in place of a version.
fn values() -> Vec<(&'static str, Vec<u8>)> {
    let text = |what, text: &str| (what, text.as_bytes().to_vec());
    vec![
        text("a way out", "../../../evil"),
        text("an absolute path", "/evil"),
        text("a release with a way out", "go1.27.3/../../evil"),
        text("a command", "$(touch evil)"),
        text("a back quote", "`touch evil`"),
        text("a semicolon", "1.27;touch evil"),
        text("an option", "--config=/evil"),
        text("an address", "https://192.0.2.1/go.tar.gz"),
        text("a file's address", "file:///evil.whl"),
        text("an escape", "1.27\u{1b}]0;evil\u{7}"),
        text("right to left", "1.27\u{202e}3"),
        text("zero width", "1.2\u{200b}7"),
        text("digits of another script", "\u{661}.\u{662}\u{667}"),
        text("a huge number", "1.99999999999999999999999999"),
        text("a number of a thousand digits", &"9".repeat(1000)),
        text("a thousand dots", &"1.".repeat(1000)),
        text("another major", "2.0"),
        text("a template", "{{ exec(command='touch evil') }}"),
        text("a variable", "${EVIL}"),
        text("a suffix", "1.27.3-evil"),
        text("a space only", " "),
        ("a NUL", b"1.27\x00.3".to_vec()),
        ("bytes that are no UTF-8", b"1.27\xff\xfe".to_vec()),
    ]
}

/// All of them: the file's name, and its content.
pub fn cases() -> Vec<(&'static str, Case)> {
    let mut all = Vec::new();
    for (number, (file, form)) in FILES.into_iter().enumerate() {
        for (what, value) in values() {
            let at = form.find('@').unwrap_or(form.len());
            let bytes = [&form.as_bytes()[..at], &value, &form.as_bytes()[at + 1..]].concat();
            all.push((file, Case::refused(format!("{what} ({number})"), bytes)));
        }
    }
    for file in NAMES {
        all.extend(shapes().into_iter().map(|case| (file, case)));
    }
    all.extend(lock_files().into_iter().map(|case| ("goward.lock", case)));
    all.extend(settings().into_iter().map(|case| (".vscode/settings.json", case)));
    all
}

/// Every file once.
const NAMES: [&str; 12] = [
    "go.mod",
    "go.work",
    ".go-version",
    ".tool-versions",
    "mise.toml",
    ".mise/config.toml",
    ".prototools",
    "Dockerfile",
    ".devcontainer.json",
    ".devcontainer/devcontainer.json",
    "goward.lock",
    ".vscode/settings.json",
];

/// Whole contents that are not a file of this kind.
fn shapes() -> Vec<Case> {
    let case = |name: &str, bytes: Vec<u8>| Case::harmless(format!("whole: {name}"), bytes);
    vec![
        case("nothing", Vec::new()),
        case("a NUL", vec![0]),
        case("zeros", vec![0; 4096]),
        case("all bits", vec![0xff; 4096]),
        case("a mark and nothing", b"\xef\xbb\xbf".to_vec()),
        case("in UTF-16", "go 1.27".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        case("one long line", vec![b'x'; 60_000]),
        case("larger than is read", vec![b'1'; (17 << 20) + 1]),
        case("a hundred thousand lines", b"go\n".repeat(100_000)),
        case("open brackets", vec![b'['; 50_000]),
        case("open braces", b"{\"a\":".repeat(20_000)),
        case("open parentheses", b"require (\n".repeat(20_000)),
        case("tables below tables", format!("[{}]\n", vec!["a"; 20_000].join(".")).into_bytes()),
        case("open quotes", vec![b'"'; 50_001]),
        case("comments without end", b"/*".repeat(30_000)),
        case("a script", b"#!/bin/sh\ntouch evil\n".to_vec()),
        case("an ELF file", b"\x7fELF\x02\x01\x01\0".to_vec()),
        case("here-documents without end", b"RUN <<go <<-'o' <<\"\n".repeat(5_000)),
        case("variables within variables", [b"FROM golang:".to_vec(), b"${go:-".repeat(20_000)].concat()),
        case("continued lines without end", b"FROM golang\\\n".repeat(5_000)),
        case("carriage returns", b"go 1.27\r".repeat(1000)),
    ]
}

fn lock_files() -> Vec<Case> {
    let lock = |name: &str, text: String| Case::refused(format!("lock: {name}"), text.into_bytes());
    let with = |schema: &str, version: &str, h1: &str| {
        format!("schema = {schema}\n\n[toolchain]\nversion = \"{version}\"\n\n[tree.linux-amd64]\nh1 = \"{h1}\"\n")
    };
    let good = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    vec![
        lock("a later schema", with("999", "1.27.3", good)),
        lock("a schema below zero", with("-1", "1.27.3", good)),
        lock("a schema of words", with("\"one\"", "1.27.3", good)),
        lock("a version with a way out", with("1", "../../evil", good)),
        lock("a version of all", with("1", "latest", good)),
        lock("a hash of nothing", with("1", "1.27.3", "")),
        lock("a hash of another kind", with("1", "1.27.3", "md5:AAAA")),
        lock("a hash cut short", with("1", "1.27.3", "h1:AAAA")),
        lock("a hash with a line end", with("1", "1.27.3", "h1:\\n")),
        lock("an unknown key", with("1", "1.27.3", good) + "run = \"touch evil\"\n"),
        lock("a key twice", with("1", "1.27.3", good) + "h1 = \"x\"\n"),
        lock("a platform with a way out", with("1", "1.27.3", good).replace("linux-amd64", "\"../../x\"")),
    ]
}

fn settings() -> Vec<Case> {
    let text = |name: &str, text: &str| Case::harmless(format!("settings: {name}"), text.as_bytes());
    vec![
        text("a command for go", "{\"go.alternateTools\": {\"go\": \"/evil/go\"}}"),
        text("a command in the project", "{\"go.alternateTools\": {\"go\": \"${workspaceFolder}/evil\"}}"),
        text("GOROOT elsewhere", "{\"go.goroot\": \"/evil\"}"),
        text("GOROOT in the project", "{\"go.goroot\": \"../evil\"}"),
        text("an escape", "{\"go.goroot\": \"\u{1b}]0;evil\u{7}\"}"),
        text("an escape in JSON", "{\"go.goroot\": \"\\u001b]0;evil\\u0007\"}"),
        text("variables for all tools", "{\"go.toolsEnvVars\": {\"GOTOOLCHAIN\": \"../evil\", \"PATH\": \".\"}}"),
        text("a list for a text", "{\"go.goroot\": [\"/evil\"]}"),
        text("the key twice", "{\"go.goroot\": \"/a\", \"go.goroot\": \"/evil\"}"),
        text("half of it", "{\"go.goroot\": \"/ev"),
        text("not an object", "[1, 2, 3]"),
    ]
}
