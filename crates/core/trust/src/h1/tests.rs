use release::Digest;

use super::*;

fn sha256(content: &[u8]) -> Digest {
    Digest::of(content)
}

/// A tree whose files hold their own names.
struct Tree(Vec<(String, Digest)>);

impl Tree {
    fn of(names: &[&str]) -> Tree {
        Tree(names.iter().map(|name| ((*name).to_owned(), sha256(name.as_bytes()))).collect())
    }
    fn files(&self) -> impl Iterator<Item = (&str, &Digest)> {
        self.0.iter().map(|(name, hash)| (name.as_str(), hash))
    }
}

const ROOT: [&str; 6] = ["CONTRIBUTING.md", "LICENSE", "PATENTS", "README.md", "SECURITY.md", "codereview.cfg"];
const NAME: &str = "go1.27.3.linux-amd64";

#[test]
fn the_hash_of_the_toolchains_go_mod_is_the_published_one() {
    // Every record of `golang.org/toolchain` in the public log has this hash for `/go.mod`.
    let hash = sha256(b"module golang.org/toolchain\n");
    let published = "h1:8wlg68NqwW7eMnI1aABk/C2pDYXj8mrMY4TyRfiLeS0=";
    assert_eq!(h1("", [("go.mod", &hash)]).unwrap().to_string(), published);
}

#[test]
fn every_published_hash_is_read_and_written_back() {
    let vectors = include_str!("../../../../../testdata/h1-vectors.tsv");
    let mut count = 0;
    for line in vectors.lines().filter(|line| !line.starts_with('#')) {
        let text = line.split('\t').nth(1).unwrap();
        assert_eq!(text.parse::<H1>().unwrap().to_string(), text);
        assert_eq!(text.strip_prefix("h1:").unwrap().parse::<H1>(), Err(H1ParseError));
        count += 1;
    }
    assert_eq!(count, 10);
}

#[test]
fn the_hash_is_that_of_the_sorted_list() {
    let (one, two) = (sha256(b"1"), sha256(b"2"));
    // Bytes decide the order: capitals before small letters, `-` before `/`.
    let list = format!("{}  p/B\n{}  p/a-b\n{}  p/a/b\n", two, one, two);
    let expected = H1(Hash::of(&[list.as_bytes()]));
    assert_eq!(h1("p/", [("a/b", &two), ("B", &two), ("a-b", &one)]), Ok(expected));
    assert_eq!(h1("p/", [("a-b", &one), ("a/b", &two), ("B", &two)]), Ok(expected));
    assert_ne!(h1("q/", [("a-b", &one), ("a/b", &two), ("B", &two)]), Ok(expected));
    assert_ne!(h1("p/", [("a-b", &two), ("a/b", &two), ("B", &two)]), Ok(expected));
    let nothing = h1("p/", []).unwrap();
    assert_eq!(nothing.to_string(), "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

#[test]
fn names_that_would_forge_a_line_are_refused() {
    let hash = sha256(b"");
    let name = H1Error::Name { name: "a\nb".to_owned() };
    assert_eq!(h1("", [("a\nb", &hash)]), Err(name));
    assert_eq!(h1("", [("", &hash)]), Err(H1Error::Name { name: String::new() }));
    assert_eq!(h1("", [("a", &hash), ("b", &hash), ("a", &hash)]), Err(H1Error::Twice { name: "a".to_owned() }));
}

#[test]
fn the_module_form_leaves_out_four_folders_and_renames_go_mod() {
    let mut archive: Vec<&str> = ROOT.to_vec();
    archive.extend(["VERSION", "bin/go", "src/cmd/test/x.go", "src/doc", "apiary", "test_only"]);
    let mut module = Tree::of(&archive);
    module.0.push(("src/_go.mod".to_owned(), sha256(b"src/go.mod")));
    module.0.push(("src/cmd/_go.mod".to_owned(), sha256(b"src/cmd/go.mod")));
    let expected = h1(&format!("golang.org/toolchain@v0.0.1-{NAME}/"), module.files()).unwrap();

    archive.extend(["src/go.mod", "src/cmd/go.mod", "api/go1.txt", "doc/x", "misc/a/go.mod", "test/b/c.go"]);
    assert_eq!(toolchain_h1(NAME, Tree::of(&archive).files()), Ok(ToolchainH1::Whole(expected)));
    assert_eq!(toolchain_h1(NAME, module.files()), Ok(ToolchainH1::Whole(expected)), "already in module form");
    // A file, not a folder, of one of the four names counts like any other.
    let mut with_file = module;
    with_file.0.push(("test".to_owned(), sha256(b"")));
    assert_ne!(toolchain_h1(NAME, with_file.files()), Ok(ToolchainH1::Whole(expected)));
}

#[test]
fn in_the_module_cache_go_mod_and_its_twin_count_once_and_must_be_equal() {
    let mut names = ROOT.to_vec();
    names.push("src/go.mod");
    let alone = Tree::of(&names);
    let mut both = Tree::of(&names);
    both.0.push(("src/_go.mod".to_owned(), sha256(b"src/go.mod")));
    assert_eq!(toolchain_h1(NAME, both.files()), toolchain_h1(NAME, alone.files()));
    both.0.pop();
    both.0.push(("src/_go.mod".to_owned(), sha256(b"other")));
    assert_eq!(toolchain_h1(NAME, both.files()), Err(H1Error::TwoGoMods { name: "src/go.mod".to_owned() }));
}

#[test]
fn files_left_out_are_filled_in_and_named() {
    let bare = Tree::of(&["VERSION", "LICENSE", "bin/go"]);
    let ToolchainH1::Completed(ways) = toolchain_h1(NAME, bare.files()).unwrap() else { panic!("files are missing") };
    assert_eq!(ways.len(), 4, "the licence is there, two of the others have two texts each");
    let names = |way: &Completion| way.files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let named = names(&ways[0]);
    assert_eq!(named, ["CONTRIBUTING.md", "PATENTS", "README.md", "SECURITY.md", "codereview.cfg"]);
    assert!(ways.iter().all(|way| names(way) == named));

    let mut whole = bare;
    whole.0.extend(ways[0].files.clone());
    let filled = toolchain_h1(NAME, whole.files()).unwrap();
    assert_eq!(filled, ToolchainH1::Whole(ways[0].h1));
    assert_eq!(filled.matches(&ways[0].h1), Some(vec![]));
    assert_eq!(ToolchainH1::Completed(ways.clone()).matches(&ways[0].h1).unwrap(), named);
    assert_eq!(ToolchainH1::Completed(ways).matches(&H1(Hash([7; 32]))), None);
}

#[test]
fn what_packers_add_is_known_but_not_forgiven() {
    for path in ["__init__.py", "__pycache__/__init__.cpython-312.pyc"] {
        assert!(is_packer_addition(path));
    }
    for path in ["src/__init__.py", "__init__.pyc", "bin/go", "__pycache__"] {
        assert!(!is_packer_addition(path));
    }
    let mut names = ROOT.to_vec();
    let without = toolchain_h1(NAME, Tree::of(&names).files());
    names.push("__init__.py");
    assert_ne!(toolchain_h1(NAME, Tree::of(&names).files()), without);
}

#[test]
fn only_a_toolchains_name_is_taken_for_one() {
    for (name, minor) in [("go1.27.3.linux-amd64", 27), ("go1.21rc2.windows-arm64", 21), ("go1.9.2rc2.darwin-amd64", 9)]
    {
        assert_eq!(minor_of(name), Some(minor), "{name}");
    }
    for name in
        ["", "1.27.3.linux-amd64", "go1.27.3", "go1.x.linux-amd64", "go1.27/../x.linux-amd64", "go1.27\n.linux-amd64"]
    {
        assert_eq!(minor_of(name), None, "{name}");
        assert!(toolchain_h1(name, []).is_err());
    }
}

#[test]
fn the_version_file_counts_by_its_whole_first_line() {
    assert!(version_file_names(b"go1.27.3\ntime 2026-10-19T20:06:24Z\n", "go1.27.3"));
    assert!(version_file_names(b"go1.21.0", "go1.21.0"));
    for content in [&b"go1.27.30\n"[..], b"go1.27\n", b"", b"\ngo1.27.3\n", b" go1.27.3\n"] {
        assert!(!version_file_names(content, "go1.27.3"));
    }
    assert!(!version_file_names(b"", ""));
}
