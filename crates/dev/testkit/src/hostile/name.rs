//! Names of entries that no tree may have, each with its fault.

/// A name below the archive's folder or beside it, as bytes.
#[derive(Debug, Clone)]
pub struct Bad {
    /// Its fault.
    pub what: String,
    /// The name.
    pub name: Vec<u8>,
}

/// Every bad name. `prefix` is that of the archive's tree (`go/`); the tree has the files of [`super::files`].
pub fn bad(prefix: &str) -> Vec<Bad> {
    let mut all = Vec::new();
    let mut add = |what: &str, name: &[u8]| all.push(Bad { what: what.to_owned(), name: name.to_vec() });
    let below = |rest: &str| format!("{prefix}{rest}").into_bytes();
    // Out of the tree.
    for (what, name) in [
        ("absolute", "/etc/cron.d/evil"),
        ("two slashes first", "//etc/evil"),
        ("parent first", "../evil"),
        ("parent of the parent", "../../../../evil"),
        ("dot first", "./evil"),
        ("a drive", "C:/evil"),
        ("a drive without a slash", "C:evil"),
        ("a share", "\\\\server\\share\\evil"),
        ("a device path", "\\\\?\\C:\\evil"),
        ("a backslash first", "\\evil"),
        ("home", "~/.bashrc"),
        ("another folder", "other/evil"),
        ("the folder in capitals", "GO/../evil"),
    ] {
        add(what, name.as_bytes());
    }
    for (what, rest) in [
        ("parent in the middle", "src/../../evil"),
        ("parent that stays inside", "src/../evil"),
        ("parent last", "src/.."),
        ("parent by backslashes", "src\\..\\..\\evil"),
        ("dot in the middle", "src/./evil"),
        ("an empty part", "src//evil"),
        ("only the folder", ""),
        // Names with another meaning on another system.
        ("a stream", "VERSION:evil"),
        ("a colon", "a:b"),
        ("a star", "a*"),
        ("a question mark", "a?"),
        ("a quote", "a\"b"),
        ("an angle", "a<b"),
        ("a pipe sign", "a|b"),
        ("NUL the device", "NUL"),
        ("con with an ending", "con.txt"),
        ("com1 deep down", "src/COM1.go/x"),
        ("superscript lpt", "lpt\u{b2}"),
        ("a dot at the end", "evil."),
        ("a space at the end", "evil "),
        ("a folder with a dot at the end", "evil./x"),
        ("three dots", "..."),
        // Names that deceive a terminal or a reader.
        ("an escape", "\u{1b}[2Jx"),
        ("a line feed", "a\nb"),
        ("a carriage return", "a\rb"),
        ("a tab", "a\tb"),
        ("a bell", "a\u{7}"),
        ("DEL", "a\u{7f}"),
        ("a C1 control", "a\u{9b}2J"),
        ("right to left", "a\u{202e}og.exe"),
        ("zero width", "bin/g\u{200b}o"),
        ("soft hyphen", "bin/g\u{ad}o"),
        ("a byte order mark", "\u{feff}x"),
        ("a tag character", "a\u{e0041}"),
        ("a variation selector", "a\u{fe0f}"),
        ("a combining accent", "e\u{301}.go"),
        // Names that collide with another entry.
        ("the same name", "VERSION"),
        ("the same name in capitals", "version"),
        ("a folder in capitals", "SRC/x"),
        ("a long s", "\u{17f}rc/x"),
        ("below a file", "VERSION/x"),
        ("a file where a folder is", "src"),
        ("a file where a deep folder is", "src/fmt"),
    ] {
        add(what, &below(rest));
    }
    add("a part too long", &below(&"x".repeat(256)));
    add("a path too long", &below(&"x/".repeat(300)));
    add("a path too deep", &below(&format!("{}x", "d/".repeat(33))));
    add("a NUL", &below("a\0b"));
    add("bytes that are no UTF-8", &[prefix.as_bytes(), b"\xff\xfe"].concat());
    add("a slash in too many bytes", &[prefix.as_bytes(), b"..\xc0\xafevil"].concat());
    add("half a surrogate pair", &[prefix.as_bytes(), b"\xed\xa0\x80"].concat());
    add("a cut character", &[prefix.as_bytes(), b"a\xe2\x82"].concat());
    all
}

/// Names that look odd and mean the same everywhere.
pub fn odd(prefix: &str) -> Vec<Bad> {
    let names = [
        ("a dot file", ".gitignore"),
        ("two dots inside a name", "a..b"),
        ("a minus first", "-rf"),
        ("a dollar", "$HOME"),
        ("a back quote", "`id`"),
        ("a semicolon", "a;id"),
        ("letters beyond ASCII", "src/\u{c4}foo.go"),
        ("a percent sign", "%2e%2e%2fevil"),
        ("a space inside", "a b"),
        ("a hash", "#x"),
        ("a Python file", "sitecustomize.py"),
    ];
    names.map(|(what, rest)| Bad { what: what.to_owned(), name: format!("{prefix}{rest}").into_bytes() }).into()
}
