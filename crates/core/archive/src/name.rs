//! Checks names: every system must be able to store, distinguish and show them.
//!
//! A tree is made on one system and may be moved, mounted or shared on another; a name that means something else
//! there (`aux.go`, `a:b`, `x.`) is refused everywhere. No Go toolchain has one, since Go itself is built on Windows.

use crate::error::Refusal;
use crate::limits::{COMPONENT_BYTES_MAX, Limits};

/// The name of a file or folder, checked: relative, `/`-separated, without a slash at either end.
///
/// # Errors
/// The first rule it breaks.
pub(crate) fn check<'n>(raw: &'n [u8], limits: &Limits) -> Result<&'n str, Refusal> {
    if raw.len() > limits.path_bytes_max {
        return Err(Refusal::PathTooLong { max: limits.path_bytes_max });
    }
    let name = std::str::from_utf8(raw).map_err(|_| Refusal::NotUtf8)?;
    if name.starts_with(['/', '\\']) || has_drive(name) {
        return Err(Refusal::Absolute);
    }
    if let Some(bad) = name.chars().find(|character| is_forbidden(*character)) {
        return Err(Refusal::Character(bad));
    }
    let mut depth = 0;
    for component in name.split('/') {
        depth += 1;
        check_component(component)?;
    }
    if depth > limits.path_depth_max {
        return Err(Refusal::PathTooDeep { max: limits.path_depth_max });
    }
    Ok(name)
}

fn check_component(component: &str) -> Result<(), Refusal> {
    if component.is_empty() {
        return Err(Refusal::EmptyComponent);
    }
    if component == "." || component == ".." {
        return Err(Refusal::DotComponent);
    }
    if component.len() > COMPONENT_BYTES_MAX {
        return Err(Refusal::PathTooLong { max: COMPONENT_BYTES_MAX });
    }
    if component.ends_with(['.', ' ']) {
        return Err(Refusal::TrailingDotOrSpace);
    }
    if is_reserved(component) {
        return Err(Refusal::ReservedName);
    }
    Ok(())
}

fn has_drive(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.len() >= 2 && bytes[1] == b':' && bytes[0].is_ascii_alphabetic()
}

/// Names that Windows gives to devices, with or without an extension
/// (Microsoft, "Naming Files, Paths, and Namespaces").
fn is_reserved(component: &str) -> bool {
    let stem = component.split('.').next().unwrap_or_default().trim_end_matches(' ');
    // `CONOUT$` is the longest; the superscript digits take two bytes.
    if stem.len() < 3 || stem.len() > 7 {
        return false;
    }
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].iter().any(|name| stem.eq_ignore_ascii_case(name)) {
        return true;
    }
    let Some((letters, digit)) = stem.split_at_checked(3) else { return false };
    let mut digit = digit.chars();
    ["COM", "LPT"].iter().any(|name| letters.eq_ignore_ascii_case(name))
        && matches!(digit.next(), Some('0'..='9' | '¹' | '²' | '³'))
        && digit.next().is_none()
}

/// Characters that no name may have.
fn is_forbidden(character: char) -> bool {
    match character {
        // Separators, streams, wildcards and quotes on Windows; `\` is a separator there and a letter elsewhere.
        '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => true,
        // File systems that normalise names (APFS, HFS+) treat two spellings as one name. Without marks that combine,
        // and without the parts of Hangul syllables, the scripts found in Go's tree have one spelling only.
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' => true,
        '\u{fe20}'..='\u{fe2f}' | '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{d7b0}'..='\u{d7ff}' => true,
        // Invisible characters and terminal controls; U+FFFD replaces bytes that are not text.
        '\u{fffd}' => true,
        other => diag::deceives(other),
    }
}

/// One spelling for all names that some file system treats as equal.
///
/// Upper case first, then lower: so `ſ` meets `s` and `ς` meets `σ`, as Windows's and Apple's tables have it. It merges
/// some names that no system would (`ß` and `ss`); refusing those does no harm.
pub(crate) fn folded(name: &str) -> String {
    if name.is_ascii() { name.to_ascii_lowercase() } else { name.to_uppercase().to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str) -> Refusal {
        check(name.as_bytes(), &Limits::default()).expect_err(name)
    }

    #[test]
    fn names_from_gos_own_tree_pass() {
        for name in [
            "go/VERSION",
            "go/src/cmd/go/testdata/mod/example.com_v1.0.0.txt",
            "go/test/fixedbugs/issue27836.dir/Þfoo.go",
            "go/test/fixedbugs/issue27836.dir/Äfoo.go",
            "golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/src/_go.mod",
            "go/.gitattributes",
            "go/a b/c++.txt",
            "go/misc/go_android_exec/README",
            "go/console.go",
            "go/com10",
            "go/auxv.go",
            "go/..a/...b",
        ] {
            assert_eq!(check(name.as_bytes(), &Limits::default()), Ok(name));
        }
    }

    #[test]
    fn names_that_leave_the_tree_are_refused() {
        for name in ["/etc/passwd", "\\\\server\\share", "\\x", "C:/x", "c:x"] {
            assert_eq!(refusal(name), Refusal::Absolute, "{name}");
        }
        for name in ["..", "go/..", "go/../../x", "../x", ".", "./go/x", "go/./x"] {
            assert_eq!(refusal(name), Refusal::DotComponent, "{name}");
        }
        for name in ["", "go//x", "go/", "go/x/"] {
            assert_eq!(refusal(name), Refusal::EmptyComponent, "{name}");
        }
        assert_eq!(refusal("go\\..\\x"), Refusal::Character('\\'));
    }

    #[test]
    fn names_that_some_system_cannot_store_are_refused() {
        for bad in ['\0', '\n', '\x1b', '\x7f', ':', '*', '?', '"', '<', '>', '|', '\u{202e}', '\u{feff}', '\u{301}'] {
            assert_eq!(refusal(&format!("go/a{bad}b")), Refusal::Character(bad));
        }
        for name in ["go/x.", "go/x ", "go/x./y", "go/ /y", "go/..."] {
            assert_eq!(refusal(name), Refusal::TrailingDotOrSpace, "{name}");
        }
        for name in
            ["go/aux.go", "NUL", "go/con/x", "go/Com1.tar.gz", "lpt9", "conin$", "CONOUT$.x", "COM²", "nul .txt"]
        {
            assert_eq!(refusal(name), Refusal::ReservedName, "{name}");
        }
        assert_eq!(check(b"go/\xff", &Limits::default()), Err(Refusal::NotUtf8));
    }

    #[test]
    fn long_and_deep_names_are_refused_at_their_bounds() {
        let limits = Limits { path_bytes_max: 600, path_depth_max: 3, ..Limits::default() };
        assert!(check(b"a/b/c", &limits).is_ok());
        assert_eq!(check(b"a/b/c/d", &limits), Err(Refusal::PathTooDeep { max: 3 }));
        assert!(check("x".repeat(255).as_bytes(), &limits).is_ok());
        assert_eq!(check("x".repeat(256).as_bytes(), &limits), Err(Refusal::PathTooLong { max: 255 }));
        let long = format!("{0}/{0}/{0}", "x".repeat(200));
        assert_eq!(check(long.as_bytes(), &limits), Err(Refusal::PathTooLong { max: 600 }));
    }

    #[test]
    fn names_that_meet_on_some_file_system_fold_to_one() {
        for (one, other) in
            [("SRC/Fmt", "src/fmt"), ("Þ", "þ"), ("ſ", "S"), ("\u{212a}", "k"), ("ς", "Σ"), ("Å", "\u{212b}")]
        {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        assert_ne!(folded("a"), folded("á"));
    }
}
