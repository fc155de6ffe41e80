//! The program itself, in temporary homes with small scripts as toolchains.
//!
//! On supported machines the program without a runtime is built and tested as well; the one on the standard library
//! always.
#![cfg(unix)] // its programs are scripts; tests/windows.rs has those of Windows
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "test code may panic, and talks to the real machine"
)]

mod support;

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

use support::Folder;
use testkit::program::copy_program;

/// The programs to test, by name.
fn programs() -> Vec<PathBuf> {
    let mut programs = vec![PathBuf::from(env!("CARGO_BIN_EXE_goward-shim"))];
    programs.extend(raw().clone());
    programs
}

/// The program without a runtime, built once for all tests.
fn raw() -> &'static Option<PathBuf> {
    static RAW: OnceLock<Option<PathBuf>> = OnceLock::new();
    RAW.get_or_init(|| {
        if !cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))) {
            eprintln!("skipped: the program without a runtime is for Linux on amd64 and arm64");
            return None;
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("raw");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--offline", "--package", "shim", "--profile", "shim", "--features", "raw", "--target-dir"])
            .arg(&target)
            // The compiler itself, as users build it: what lints besides compiles without some optimisations.
            .env_remove("RUSTC_WORKSPACE_WRAPPER")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        Some(target.join("shim").join("goward-shim"))
    })
}

/// A home with two toolchains and a project, for one program.
struct Home {
    folder: Folder,
}

/// A toolchain's script: it prints its version and its arguments.
const TELL: &str = "#!/bin/sh\necho \"$0\"\nprintf '<%s>\\n' \"$@\"\n";

impl std::ops::Deref for Home {
    type Target = Folder;

    fn deref(&self) -> &Folder {
        &self.folder
    }
}

impl Home {
    fn new(program: &Path) -> Home {
        let home = Home { folder: Folder::new() };
        fs::create_dir_all(home.path("home/shims")).unwrap();
        copy_program(program, &home.path("home/shims/go"));
        for name in ["gofmt", "go1.26.8", "go1.25.1"] {
            symlink("go", home.path("home/shims").join(name)).unwrap();
        }
        for version in ["1.26.8", "1.27.3"] {
            for file in ["go", "gofmt"] {
                home.script(&format!("home/toolchains/go{version}.linux-amd64/bin/{file}"), TELL);
            }
        }
        home.script("goward", "#!/bin/sh\necho goward\nprintf '<%s>\\n' \"$@\"\n");
        symlink("generations/1", home.path("home/current")).unwrap();
        home.write("work/a/b/main.go", "");
        home.write("user/nothing", "");
        home.write_table();
        home
    }

    fn write_table(&self) {
        let show = |name: &str| self.path(name).display().to_string();
        let changed = fs::metadata(self.path("home/toolchains")).unwrap().modified().unwrap();
        let changed = changed.duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let tree = |version: &str| show(&format!("home/toolchains/go{version}.linux-amd64"));
        let text = format!(
            "goward-shim 1\ngoward\t{}\nhome\t{}\ncurrent\t{}\tgenerations/1\ntoolchains\t{}\t{changed}\n\
             system\t\t\n\
             config\t{}\t\ndefault\t1.27.3\nminor\t1.26\t1.26.8\nminor\t1.27\t1.27.3\ngo\t1.26.8\t{}\ngo\t1.27.3\t{}\nend\n",
            show("goward"),
            show("home"),
            show("home/current"),
            show("home/toolchains"),
            show("user/.config/goward/config.toml"),
            tree("1.26.8"),
            tree("1.27.3")
        );
        self.write("home/shim.table", &text);
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.path("home/shims").join(name));
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.path("user"))
            .current_dir(self.path("work/a/b"));
        command
    }

    /// Runs a name and returns which program ran: `go 1.26.8`, `gofmt 1.27.3`, `goward`.
    fn who(&self, command: &mut Command) -> String {
        let lines = lines(&command.output().unwrap());
        let first = lines.first().cloned().unwrap_or_default();
        let name = first.rsplit('/').next().unwrap().to_owned();
        match first.split("/toolchains/go").nth(1).and_then(|rest| rest.split(".linux").next()) {
            Some(version) => format!("{name} {version}"),
            None => name,
        }
    }
}

fn lines(output: &Output) -> Vec<String> {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

fn each(test: impl Fn(&Home)) {
    for program in programs() {
        test(&Home::new(&program));
    }
}

#[test]
fn a_changed_pin_counts_at_once() {
    each(|home| {
        assert_eq!(home.who(&mut home.command("go")), "go 1.27.3");
        home.write("work/.go-version", "1.26\n");
        assert_eq!(home.who(&mut home.command("go")), "go 1.26.8");
        assert_eq!(home.who(&mut home.command("gofmt")), "gofmt 1.26.8");
        home.write("work/a/.go-version", "# this one\r\n\ngo1.27.3 # yes\r\n");
        assert_eq!(home.who(&mut home.command("go")), "go 1.27.3");
        assert_eq!(home.who(&mut home.command("go1.26.8")), "go 1.26.8");
        fs::remove_file(home.path("work/a/.go-version")).unwrap();
        fs::remove_file(home.path("work/.go-version")).unwrap();
        home.write("work/go.mod", "module x\n\ngo 1.26\n");
        assert_eq!(home.who(&mut home.command("go")), "go 1.27.3");
        home.write("work/go.mod", "module x\n\ngo 1.28\n");
        assert_eq!(home.who(&mut home.command("go")), "goward");
    });
}

#[test]
fn where_pwd_names_the_working_folder_by_another_path_goward_decides() {
    each(|home| {
        home.write("work/.go-version", "1.26\n");
        home.write("other/.go-version", "1.27\n");
        symlink(home.path("work/a"), home.path("other/link")).unwrap();
        let who = |pwd: &Path| home.who(home.command("go").env("PWD", pwd));
        assert_eq!(who(&home.path("work/a/b")), "go 1.26.8");
        // The folders above it have other names than `..`.
        assert_eq!(who(&home.path("other/link/b")), "goward");
        // Another folder, a missing one, one that is not plain.
        for pwd in ["other", "nowhere", "other/link/../link/b", "other//link/b", "other/link/b/"] {
            assert_eq!(who(&home.path(pwd)), "go 1.26.8", "{pwd}");
        }
        for pwd in ["", "b", "."] {
            assert_eq!(who(Path::new(pwd)), "go 1.26.8", "{pwd}");
        }
    });
}

/// A toolchain's script: it prints the values of two variables, and how many variables it got.
const TELL_TOOLCHAIN: &str =
    "#!/bin/sh\necho \"<$GOTOOLCHAIN> <$GOWARD_TOOLCHAIN>\"\nenv | grep -c TOOLCHAIN\nexit 0\n";

#[test]
fn a_go_command_stays_the_release_that_a_file_pins_and_calls_within_are_decided_anew() {
    each(|home| {
        for version in ["1.26.8", "1.27.3"] {
            home.script(&format!("home/toolchains/go{version}.linux-amd64/bin/go"), TELL_TOOLCHAIN);
        }
        let told = |command: &mut Command| lines(&command.output().unwrap()).join(" ");
        let none = "<> <> 0";
        assert_eq!(told(&mut home.command("go")), none);
        home.write("work/.go-version", "1.26\n");
        let fixed = "<go1.26.8> <go1.26.8> 2";
        assert_eq!(told(&mut home.command("go")), fixed);
        // As from within a program of another folder with another pinned version.
        let within = |name: &str| {
            let mut command = home.command(name);
            command.env("GOTOOLCHAIN", "go1.27.3").env("GOWARD_TOOLCHAIN", "go1.27.3");
            command
        };
        assert_eq!(told(&mut within("go")), fixed);
        assert_eq!(told(&mut within("go1.26.8")), none);
        assert_eq!(told(within("go").env("GOTOOLCHAIN", "")), fixed);
        // The user's own stays, unless a file pins; `local` keeps the release as well. A mark without its value goes.
        for (value, expected) in
            [("go1.26.8", "<go1.26.8> <> 1"), ("local", "<local> <> 1"), ("auto", fixed), ("go1.27.3+auto", fixed)]
        {
            assert_eq!(told(within("go").env("GOTOOLCHAIN", value)), expected, "{value}");
        }
        assert_eq!(told(within("go").env("GOWARD_TOOLCHAIN", "")), "<go1.27.3> <> 1");
        assert_eq!(told(home.command("go1.26.8").env("GOTOOLCHAIN", "anything")), "<anything> <> 1");
        fs::remove_file(home.path("work/.go-version")).unwrap();
        assert_eq!(told(&mut within("go")), none);
        for value in ["go1.26.8", "local", "auto", "path", "go1.26.8+auto", "go1.27.3+path"] {
            let alone = format!("<{value}> <> 1");
            assert_eq!(told(home.command("go").env("GOTOOLCHAIN", value)), alone);
            assert_eq!(told(within("go").env("GOTOOLCHAIN", value).env("GOWARD_TOOLCHAIN", "go1.20")), alone);
        }
        assert_eq!(told(&mut within("gofmt")).lines().count(), 1);
    });
}

#[test]
fn what_is_not_plain_is_handed_over_with_its_name_and_every_argument() {
    each(|home| {
        let handed = |command: &mut Command| lines(&command.args(["-C", "a b", "", "*"]).output().unwrap());
        let expected = ["goward", "<exec-shim>", "<go>", "<-C>", "<a b>", "<>", "<*>"];
        assert_eq!(handed(&mut home.command("go")), expected);
        assert_eq!(home.who(home.command("go").arg("+1.26")), "goward");
        assert_eq!(home.who(home.command("go").args(["build", "-C=x"])), "goward");
        assert_eq!(home.who(home.command("go").args(["build", "-o", "C"])), "go 1.27.3");
        for (name, value) in [
            ("GOWARD_VERSION", "1.26"),
            ("GOTOOLCHAIN", "bash"),
            ("GOTOOLCHAIN", "go1.27.3-x"),
            ("GOTOOLCHAIN", "go1.25.1"),
            ("GOWORK", "off"),
            ("GO111MODULE", "OFF"),
            ("GOFLAGS", "-v -C=x"),
            ("GOROOT", "/opt/go"),
            ("GOWARD_HOME", "/elsewhere"),
            ("GOWARD_CONFIG", "/elsewhere"),
            ("GOWARD_PIN_ANYTHING", "x"),
            ("GOWARD_RESOLVE_ANYTHING", "x"),
            ("GOWARD_ISOLATE_ANYTHING", "x"),
            ("XDG_CONFIG_HOME", "/elsewhere"),
        ] {
            assert_eq!(home.who(home.command("go").env(name, value)), "goward", "{name}");
            assert_eq!(home.who(home.command("go").env(name, "")), "go 1.27.3", "{name}");
        }
        assert_eq!(home.who(home.command("go").env("GOWARD_HOME", home.path("home"))), "go 1.27.3");
        assert_eq!(home.who(home.command("go").env("GOFLAGS", "-mod=mod")), "go 1.27.3");
        home.write("work/.tool-versions", "golang 1.26.8\n");
        assert_eq!(home.who(&mut home.command("go")), "goward");
        assert_eq!(lines(&home.command("go1.25.1").arg("version").output().unwrap())[2..], ["<go1.25.1>", "<version>"]);
    });
}

#[test]
fn a_table_that_is_older_than_the_store_is_not_used() {
    each(|home| {
        assert_eq!(home.who(&mut home.command("go")), "go 1.27.3");
        // A switch whose process died before it wrote the table.
        fs::remove_file(home.path("home/current")).unwrap();
        symlink("generations/2", home.path("home/current")).unwrap();
        assert_eq!(home.who(&mut home.command("go")), "goward");
        fs::remove_file(home.path("home/current")).unwrap();
        symlink("generations/1", home.path("home/current")).unwrap();
        assert_eq!(home.who(&mut home.command("go")), "go 1.27.3");
        // An install that got no further; its time is set, since two changes may fall into one tick.
        fs::create_dir(home.path("home/toolchains/go1.27.4.linux-amd64")).unwrap();
        let folder = fs::File::open(home.path("home/toolchains")).unwrap();
        folder.set_modified(UNIX_EPOCH + std::time::Duration::from_nanos(1_800_000_000_000_000_001)).unwrap();
        assert_eq!(home.who(&mut home.command("go")), "goward");
        home.write_table();
        assert_eq!(home.who(&mut home.command("go")), "go 1.27.3");
        let whole = fs::read_to_string(home.path("home/shim.table")).unwrap();
        home.write("home/shim.table", whole.strip_suffix("end\n").unwrap());
        assert_eq!(home.who(&mut home.command("go")), "goward");
        home.write("home/shim.table", &whole.replace("goward-shim 1", "goward-shim 2").replace("default", "news"));
        assert_eq!(home.who(&mut home.command("go")), "goward");
    });
}

#[test]
fn a_configuration_that_goward_has_not_read_is_goward_s() {
    each(|home| {
        assert_eq!(home.who(&mut home.command("go")), "go 1.27.3");
        home.write("user/.config/goward/config.toml", "");
        assert_eq!(home.who(&mut home.command("go")), "goward");
        assert_eq!(home.who(&mut home.command("go1.26.8")), "goward");
        fs::remove_file(home.path("user/.config/goward/config.toml")).unwrap();
        assert_eq!(home.who(&mut home.command("go")), "go 1.27.3");
        // A missing configuration counts as another one, too; a path that is not absolute counts as not set.
        assert_eq!(home.who(home.command("go").env_remove("HOME")), "goward");
        assert_eq!(home.who(home.command("go").env("XDG_CONFIG_HOME", "relative")), "go 1.27.3");
        assert_eq!(home.who(home.command("go").env("XDG_CONFIG_HOME", home.path("user/.config"))), "go 1.27.3");
    });
}

#[test]
fn where_the_table_is_lost_the_link_beside_the_shim_leads_to_goward() {
    each(|home| {
        symlink(home.path("goward"), home.path("home/shims/.goward")).unwrap();
        for table in [Some("goward-shim 1\ngoward\t/nowhere/goward\n"), Some("gow"), Some(""), None] {
            match table {
                Some(text) => home.write("home/shim.table", text),
                None => fs::remove_file(home.path("home/shim.table")).unwrap(),
            }
            let handed = lines(&home.command("go").args(["a b", ""]).output().unwrap());
            assert_eq!(handed, ["goward", "<exec-shim>", "<go>", "<a b>", "<>"], "{table:?}");
        }
    });
}

#[test]
fn a_toolchain_that_is_gone_is_goward_s_to_bring_back() {
    each(|home| {
        fs::remove_file(home.path("home/toolchains/go1.27.3.linux-amd64/bin/go")).unwrap();
        assert_eq!(home.who(&mut home.command("go")), "goward");
        assert_eq!(home.who(&mut home.command("gofmt")), "gofmt 1.27.3");
    });
}

#[test]
fn without_goward_the_next_program_on_path_runs_and_never_the_shim_again() {
    each(|home| {
        fs::remove_file(home.path("goward")).unwrap();
        home.script("other/go", "#!/bin/sh\necho \"$0\" \"$GOWARD_SHIM\"\nprintf '<%s>\\n' \"$@\"\n");
        let shims = home.path("home/shims").display().to_string();
        symlink(home.path("home/shims"), home.path("again")).unwrap();
        fs::create_dir(home.path("linked")).unwrap();
        fs::hard_link(home.path("home/shims/go"), home.path("linked/go")).unwrap();
        let again = home.path("again").display().to_string();
        let linked = home.path("linked").display().to_string();
        let other = home.path("other").display().to_string();
        let path = format!("{shims}:.:{again}::{linked}:/nowhere:{other}:/usr/bin:/bin");
        let mut command = home.command("go");
        let output = lines(&command.env("PATH", path).env("GOTOOLCHAIN", "other").args(["x", ""]).output().unwrap());
        assert!(output[0].starts_with(&format!("{other}/go ")) && output[0].contains(":go:"), "{output:?}");
        assert_eq!(output[1..], ["<x>", "<>"]);
        // A decision that needs neither goward nor PATH still works.
        assert_eq!(home.who(home.command("go").env("PATH", "")), "go 1.27.3");
        let none = home.command("go").env("GOTOOLCHAIN", "other").env("PATH", &shims).output().unwrap();
        assert_eq!(none.status.code(), Some(127));
        let said = String::from_utf8(none.stderr).unwrap();
        assert!(said.starts_with("goward shim: could not run `go`: ") && said.contains("goward setup"), "{said}");
        // No table at all, and no goward.
        fs::remove_file(home.path("home/shim.table")).unwrap();
        assert_eq!(
            lines(&home.command("go").env("PATH", &other).output().unwrap())[0].split(' ').next(),
            Some(&*format!("{other}/go"))
        );
    });
}

#[test]
fn a_goward_that_comes_back_to_the_shim_is_refused() {
    each(|home| {
        let shim = home.path("home/shims/go").display().to_string();
        home.script("goward", &format!("#!/bin/sh\nexec '{shim}' \"$@\"\n"));
        let output = home.command("go").env("GOTOOLCHAIN", "other").output().unwrap();
        assert_eq!(output.status.code(), Some(127));
        assert!(String::from_utf8(output.stderr).unwrap().contains("call each other"));
        // A go command that switches to a `go1.X.Y` in the same process is not a loop.
        let named = home.path("home/shims/go1.26.8").display().to_string();
        home.script("goward", &format!("#!/bin/sh\nunset GOTOOLCHAIN\nexec '{named}' \"$@\"\n"));
        assert_eq!(home.who(home.command("go").env("GOTOOLCHAIN", "other")), "go 1.26.8");
    });
}

#[test]
fn exit_status_and_signals_are_the_program_s_own() {
    each(|home| {
        let go = "home/toolchains/go1.27.3.linux-amd64/bin/go";
        home.script(go, "#!/bin/sh\nexit 37\n");
        assert_eq!(home.command("go").status().unwrap().code(), Some(37));
        home.script(go, "#!/bin/sh\nkill -TERM $$\n");
        assert_eq!(home.command("go").status().unwrap().signal(), Some(15));
        home.script(go, "#!/bin/sh\ncat\n");
        let mut child = home.command("go").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let number = child.id();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"through").unwrap();
        assert_eq!(child.wait_with_output().unwrap().stdout, b"through");
        home.script(go, "#!/bin/sh\necho $$\n");
        let child = home.command("go").stdout(Stdio::piped()).spawn().unwrap();
        let expected = child.id().to_string();
        assert_ne!(number.to_string(), expected);
        assert_eq!(lines(&child.wait_with_output().unwrap()), [expected]);
    });
}

#[test]
fn arguments_and_environment_of_any_size_and_any_bytes_pass_untouched() {
    each(|home| {
        let script = "#!/bin/sh\n[ \"$1\" = exec-shim ] && shift 2\nfor a; do printf '%s\\n' \"$a\"; done | cksum\nenv -0 | tr '\\0' '\\n' | grep -c '^BIG'\n";
        home.script("home/toolchains/go1.27.3.linux-amd64/bin/go", script);
        home.script("goward", script);
        let args: Vec<OsString> = (0..9000)
            .map(|n: u32| OsString::from_vec([b"\xff\xfe x".as_slice(), n.to_string().as_bytes()].concat()))
            .chain([OsString::from("y".repeat(100_000)), OsString::new()])
            .collect();
        let mut direct = Command::new(home.path("goward"));
        direct.env_clear().env("PATH", "/usr/bin:/bin");
        let big = |command: &mut Command| {
            for n in 0..3000 {
                command.env(format!("BIG{n}"), OsString::from_vec(b"\xc3\x28=".repeat(10)));
            }
            let output = command.args(&args).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            lines(&output)
        };
        let expected = big(&mut direct);
        assert_eq!(expected[1], "3000");
        assert_eq!(big(&mut home.command("go")), expected);
        // Through goward too.
        assert_eq!(big(home.command("go").env("GOTOOLCHAIN", "other")), expected);
    });
}

#[test]
fn the_environment_is_the_caller_s_but_for_the_names_of_all_releases_or_the_pinned_one() {
    each(|home| {
        let script = "#!/bin/sh\nenv | grep -v '^PWD=\\|^_=\\|^SHLVL=\\|^OLDPWD=' | sort\n";
        home.script("home/toolchains/go1.27.3.linux-amd64/bin/go", script);
        home.script("goward", script);
        let mut direct = Command::new(home.path("goward"));
        direct.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", home.path("user"));
        let expected = lines(&direct.output().unwrap());
        // Nothing pins: the go command may switch, and finds the names of all releases.
        let path = format!("PATH={}:/usr/bin:/bin", home.path("home/releases").display());
        let switching: Vec<String> =
            expected.iter().map(|line| if line.starts_with("PATH=") { path.clone() } else { line.clone() }).collect();
        assert_eq!(lines(&home.command("go").output().unwrap()), switching);
        let again = lines(&home.command("go").env("PATH", &path["PATH=".len()..]).output().unwrap());
        assert_eq!(again, switching, "once is enough");
        // A pinned one may not switch.
        home.write("work/.go-version", "1.27.3\n");
        let mut pinned =
            [expected.clone(), vec!["GOTOOLCHAIN=go1.27.3".to_owned(), "GOWARD_TOOLCHAIN=go1.27.3".to_owned()]]
                .concat();
        pinned.sort();
        assert_eq!(lines(&home.command("go").output().unwrap()), pinned);
        fs::remove_file(home.path("work/.go-version")).unwrap();
        let child =
            home.command("go").env("GOTOOLCHAIN", "other").env("GOWARD_SHIM", "9:old").stdout(Stdio::piped()).spawn();
        let child = child.unwrap();
        let marker = format!("GOWARD_SHIM={}:go:{}", child.id(), home.path("home").display());
        let handed = lines(&child.wait_with_output().unwrap());
        assert!(handed.contains(&marker) && handed.len() == expected.len() + 2, "{handed:?}");
    });
}

#[test]
fn odd_names_and_odd_folders_do_no_harm() {
    each(|home| {
        // The shim does not wait for a pipe called go.mod.
        let made = Command::new("mkfifo").arg(home.path("work/go.mod")).status().unwrap();
        assert!(made.success());
        assert_eq!(home.who(&mut home.command("go")), "goward");
        fs::remove_file(home.path("work/go.mod")).unwrap();
        fs::create_dir(home.path("work/go.mod")).unwrap();
        assert_eq!(home.who(&mut home.command("go")), "goward");
        fs::remove_dir(home.path("work/go.mod")).unwrap();
        home.write("work/.go-version", &"# long\n".repeat(10_000));
        assert_eq!(home.who(&mut home.command("go")), "goward");
        fs::remove_file(home.path("work/.go-version")).unwrap();
        let deep = home.path(&"work/deeper".replace("deeper", &"d/".repeat(300)));
        fs::create_dir_all(&deep).unwrap();
        assert_eq!(home.who(home.command("go").current_dir(&deep)), "goward");
        let mut unnamed = home.command("go");
        assert_eq!(home.who(unnamed.arg0("/x/gofmt")), "gofmt 1.27.3");
        assert_eq!(home.who(home.command("go").arg0("")), "goward");
        // A go command that switches to a `go1.X.Y` of `PATH` passes its own name on.
        fs::remove_file(home.path("home/shims/go1.26.8")).unwrap();
        fs::hard_link(home.path("home/shims/go"), home.path("home/shims/go1.26.8")).unwrap();
        assert_eq!(home.who(home.command("go1.26.8").arg0("go")), "go 1.26.8");
        assert_eq!(home.who(home.command("go1.26.8").arg0("/x/go1.27.3")), "go 1.26.8");
        assert_eq!(home.who(home.command("go").arg0("go1.26.8/..")), "goward");
        home.write("user/.config/go/env", "GOWORK=off\n");
        assert_eq!(home.who(&mut home.command("go")), "go 1.27.3");
        home.write("work/go.mod", "go 1.20\n");
        assert_eq!(home.who(&mut home.command("go")), "goward");
        home.write("user/.config/go/env", "GOPROXY=direct\n");
        assert_eq!(home.who(&mut home.command("go")), "go 1.27.3");
        assert_eq!(home.who(home.command("go").env("TMPDIR", home.path("work"))), "goward");
    });
}

/// Another user: the one called `nobody`.
const NEIGHBOUR: u32 = 65534;

#[test]
fn a_pin_that_somebody_else_could_have_put_there_is_goward_s_to_judge() {
    each(|home| {
        let (pin, above) = (home.path("work/a/.go-version"), home.path("work/a"));
        home.write("work/a/.go-version", "1.26\n");
        assert_eq!(home.who(&mut home.command("go")), "go 1.26.8");
        if let Err(error) = chown(&pin, Some(NEIGHBOUR), None) {
            eprintln!("skipped: only root may give files to somebody else: {error}");
            return;
        }
        assert_eq!(home.who(&mut home.command("go")), "goward");
        // In their own checkout their pin counts.
        chown(home.path("work/a/b"), Some(NEIGHBOUR), None).unwrap();
        assert_eq!(home.who(&mut home.command("go")), "go 1.26.8");
        chown(home.path("work/a/b"), Some(0), None).unwrap();
        chown(&pin, Some(0), None).unwrap();
        chown(&above, Some(NEIGHBOUR), None).unwrap();
        assert_eq!(home.who(&mut home.command("go")), "goward", "ours in his folder");
        chown(&above, Some(0), None).unwrap();
        // Their link to a file of ours, and our link to a file of theirs.
        fs::rename(&pin, home.path("ours")).unwrap();
        symlink(home.path("ours"), &pin).unwrap();
        assert_eq!(home.who(&mut home.command("go")), "go 1.26.8");
        lchown(&pin, Some(NEIGHBOUR), None).unwrap();
        assert_eq!(home.who(&mut home.command("go")), "goward");
        lchown(&pin, Some(0), None).unwrap();
        chown(home.path("ours"), Some(NEIGHBOUR), None).unwrap();
        assert_eq!(home.who(&mut home.command("go")), "goward");
    });
}

#[test]
fn a_table_that_somebody_else_could_have_written_names_no_program_and_no_goward() {
    each(|home| {
        let table = home.path("home/shim.table");
        home.script("beside", "#!/bin/sh\necho beside\n");
        symlink(home.path("beside"), home.path("home/shims/.goward")).unwrap();
        let with_mode = |mode| fs::set_permissions(&table, fs::Permissions::from_mode(mode)).unwrap();
        for (mode, who) in
            [(0o644, "go 1.27.3"), (0o600, "go 1.27.3"), (0o666, "beside"), (0o664, "beside"), (0o646, "beside")]
        {
            with_mode(mode);
            assert_eq!(home.who(&mut home.command("go")), who, "{mode:o}");
        }
        with_mode(0o644);
        fs::rename(&table, home.path("elsewhere")).unwrap();
        symlink(home.path("elsewhere"), &table).unwrap();
        assert_eq!(home.who(&mut home.command("go")), "beside", "a link");
        fs::remove_file(&table).unwrap();
        home.write_table();
        if chown(&table, Some(NEIGHBOUR), None).is_ok() {
            assert_eq!(home.who(&mut home.command("go")), "beside");
        } else {
            eprintln!("skipped: only root may give a table to somebody else");
        }
        // The shim does not wait for a pipe in its place.
        fs::remove_file(&table).unwrap();
        assert!(Command::new("mkfifo").arg(&table).status().unwrap().success());
        assert_eq!(home.who(&mut home.command("go")), "beside");
    });
}

#[test]
fn pipes_and_devices_under_the_names_of_pins_are_not_waited_for() {
    each(|home| {
        for (name, make) in [
            (".go-version", "mkfifo .go-version"),
            (".go-version", "ln -s /dev/zero .go-version"),
            (".tool-versions", "mkfifo .tool-versions"),
            ("go.work", "ln -s /dev/tty go.work"),
        ] {
            let made = Command::new("sh").args(["-c", make]).current_dir(home.path("work/a")).status().unwrap();
            assert!(made.success());
            assert_eq!(home.who(&mut home.command("go")), "goward", "{make}");
            fs::remove_file(home.path("work/a").join(name)).unwrap();
        }
    });
}

#[test]
fn the_program_without_a_runtime_is_small_and_static() {
    let Some(raw) = raw() else { return };
    let bytes = fs::read(raw).unwrap();
    // Five pages: the fifth has the checks of owners, without which the shim would believe another user's file or
    // table.
    assert!(bytes.len() <= 20 * 1024, "{} bytes", bytes.len());
    assert!(!bytes.windows(10).any(|window| window == b"ld-linux-x"), "it names an interpreter");
}
