//! The program on Windows, in temporary homes, with `examples/echo.rs` as toolchains and as goward.
//!
//! Not tested: Ctrl-C at a console. Under Wine a test has none, and the handler is three lines.
#![cfg(windows)]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "test code may panic, and talks to the real machine"
)]

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::UNIX_EPOCH;

/// A home with a space and letters beyond ASCII in its name, two toolchains and a project.
struct Home {
    folder: tempfile::TempDir,
}

fn echo() -> PathBuf {
    let programs = Path::new(env!("CARGO_BIN_EXE_goward-shim")).parent().unwrap();
    programs.join("examples").join("echo.exe")
}

impl Home {
    fn new() -> Home {
        let home = Home { folder: tempfile::Builder::new().prefix("h\u{f6}me of goward-").tempdir().unwrap() };
        for folder in ["home/shims", "work/a", "user/go", "other"] {
            fs::create_dir_all(home.path(folder)).unwrap();
        }
        for name in ["go", "gofmt", "go1.26.8"] {
            fs::copy(env!("CARGO_BIN_EXE_goward-shim"), home.path(&format!("home/shims/{name}.exe"))).unwrap();
        }
        for version in ["1.26.8", "1.27.3"] {
            let bin = home.path(&format!("home/toolchains/go{version}.windows-amd64/bin"));
            fs::create_dir_all(&bin).unwrap();
            for program in ["go.exe", "gofmt.exe"] {
                fs::copy(echo(), bin.join(program)).unwrap();
            }
        }
        fs::copy(echo(), home.path("goward.exe")).unwrap();
        fs::write(home.path("home/current"), "generations\\1\n").unwrap();
        home.write_table();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        let mut path = self.folder.path().to_owned();
        path.extend(name.split('/'));
        path
    }

    fn write_table(&self) {
        let show = |name: &str| self.path(name).display().to_string();
        let changed = fs::metadata(self.path("home/toolchains")).unwrap().modified().unwrap();
        let changed = changed.duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let tree = |version: &str| show(&format!("home/toolchains/go{version}.windows-amd64"));
        let text = format!(
            "goward-shim 1\ngoward\t{}\nhome\t{}\ncurrent\t{}\tgenerations\\1\ntoolchains\t{}\t{changed}\n\
             system\t\t\nconfig\t{}\t\ndefault\t1.27.3\nminor\t1.26\t1.26.8\nminor\t1.27\t1.27.3\ngo\t1.26.8\t{}\ngo\t1.27.3\t{}\nend\n",
            show("goward.exe"),
            show("home"),
            show("home/current"),
            show("home/toolchains"),
            show("user/goward/config.toml"),
            tree("1.26.8"),
            tree("1.27.3")
        );
        fs::write(self.path("home/shim.table"), text).unwrap();
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.path(&format!("home/shims/{name}.exe")));
        command.current_dir(self.path("work/a")).stdin(Stdio::null()).env("PATH", self.path("other"));
        for name in ["GOWARD_VERSION", "GOWARD_HOME", "GOTOOLCHAIN", "GOFLAGS", "GOROOT", "GOWARD_SHIM"] {
            command.env_remove(name);
        }
        command.env("APPDATA", self.path("user"));
        command
    }

    fn run(&self, name: &str, tail: &str) -> Output {
        self.command(name).raw_arg(tail).output().unwrap()
    }
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn the_default_a_pin_and_an_exact_name_run_their_trees() {
    let home = Home::new();
    let ran = |name: &str| lines(&home.run(name, "version"))[0].clone();
    assert!(ran("go").ends_with(r"go1.27.3.windows-amd64\bin\go.exe"), "{}", ran("go"));
    assert!(ran("gofmt").ends_with(r"go1.27.3.windows-amd64\bin\gofmt.exe"), "{}", ran("gofmt"));
    assert!(ran("go1.26.8").ends_with(r"go1.26.8.windows-amd64\bin\go.exe"), "{}", ran("go1.26.8"));
    fs::write(home.path("work/.go-version"), "1.26\r\n").unwrap();
    assert!(ran("go").ends_with(r"go1.26.8.windows-amd64\bin\go.exe"), "{}", ran("go"));
}

#[test]
fn the_arguments_arrive_as_they_do_without_a_shim() {
    let home = Home::new();
    for tail in [
        "",
        "build",
        r#""" a "b c" "d\"e" \\server\share "ends\\" x"#,
        r#"-ldflags="-X main.a=b c" 'single' ^caret %PATH% "tri"""ple""#,
        "t\u{e9}st \u{1f600} \"\u{fc} \u{df}\"",
        "   leading\tand trailing  ",
        "a\"b c\"d e",
    ] {
        let direct = Command::new(echo()).raw_arg(tail).stdin(Stdio::null()).output().unwrap();
        let through = home.run("go", tail);
        assert_eq!(lines(&direct)[1..], lines(&through)[1..], "{tail}");
    }
}

#[test]
fn the_exit_code_is_the_program_s_own_all_of_it() {
    let home = Home::new();
    for code in [0, 1, 2, 255, 256, 259, 0x1234_5678, -1_073_741_819] {
        let status = home.command("go").env("ECHO_CODE", code.to_string()).output().unwrap().status;
        assert_eq!(status.code(), Some(code));
    }
}

#[test]
fn when_the_shim_is_ended_so_is_the_program() {
    let home = Home::new();
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = door.local_addr().unwrap().to_string();
    let mut shim = home.command("go").env("ECHO_CALL", address).stdout(Stdio::null()).spawn().unwrap();
    let (mut call, _) = door.accept().unwrap();
    shim.kill().unwrap();
    shim.wait().unwrap();
    // The program waits for ever: only its end closes the connection.
    assert!(matches!(call.read(&mut [0]), Ok(0) | Err(_)));
}

#[test]
fn what_is_not_plain_goes_to_goward_with_its_arguments() {
    let home = Home::new();
    let handed = |output: &Output| {
        let lines = lines(output);
        assert!(lines[0].ends_with("goward.exe"), "{lines:?}");
        let marker = lines.last().unwrap().strip_suffix(&format!(":{}", home.path("home").display()));
        [&lines[1..lines.len() - 1], &[marker.unwrap().to_owned()]].concat()
    };
    assert_eq!(handed(&home.run("go", "+1.26 \"a b\"")), ["<exec-shim>", "<go>", "<+1.26>", "<a b>", "marker 1:go"]);
    // The generation in use is another one since the table was written.
    fs::write(home.path("home/current"), "generations\\2\n").unwrap();
    assert_eq!(handed(&home.run("gofmt", "-l .")), ["<exec-shim>", "<gofmt>", "<-l>", "<.>", "marker 1:gofmt"]);
    // A truncated pointer is not a pointer.
    fs::write(home.path("home/current"), "generations\\1").unwrap();
    handed(&home.run("go", "version"));
    // A configuration that goward has not read may contain anything.
    fs::write(home.path("home/current"), "generations\\1\n").unwrap();
    assert!(lines(&home.run("go", "version"))[0].ends_with("go.exe"));
    fs::create_dir(home.path("user/goward")).unwrap();
    fs::write(home.path("user/goward/config.toml"), "").unwrap();
    handed(&home.run("go", "version"));
}

#[test]
fn a_program_that_cannot_be_started_is_named_with_the_reason() {
    let home = Home::new();
    let go = home.path("home/toolchains/go1.27.3.windows-amd64/bin/go.exe");
    fs::write(&go, "no program at all").unwrap();
    fs::remove_file(home.path("goward.exe")).unwrap();
    let output = home.run("go", "version");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(127), "{said}");
    assert!(said.contains("go1.27.3.windows-amd64") && said.contains("os error"), "{said}");
}

#[test]
fn a_shim_without_a_table_finds_goward_by_the_file_beside_it_and_never_itself() {
    let home = Home::new();
    fs::remove_file(home.path("home/shim.table")).unwrap();
    let pointer = home.path("home/shims/.goward");
    fs::write(&pointer, format!("{}\n", home.path("goward.exe").display())).unwrap();
    let output = home.run("go", "build");
    assert_eq!(lines(&output).iter().filter(|line| line.contains("exec-shim")).count(), 1, "{:?}", lines(&output));
    // A line without its end is truncated; and the shim that is first on PATH is not another program.
    fs::write(&pointer, home.path("goward.exe").display().to_string()).unwrap();
    let output = home.command("go").env("PATH", home.path("home/shims")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(127), "{said}");
    assert!(said.contains("neither goward nor another such program"), "{said}");
}

#[test]
fn shims_that_call_each_other_come_to_an_end() {
    let home = Home::new();
    fs::remove_file(home.path("goward.exe")).unwrap();
    fs::remove_file(home.path("home/shim.table")).unwrap();
    let other = Home::new();
    fs::remove_file(other.path("goward.exe")).unwrap();
    fs::remove_file(other.path("home/shim.table")).unwrap();
    let path = std::env::join_paths([home.path("home/shims"), other.path("home/shims")]).unwrap();
    let output = home.command("go").env("PATH", path).output().unwrap();
    assert_eq!(output.status.code(), Some(127));
    assert!(String::from_utf8_lossy(&output.stderr).contains("call each other"));
}
