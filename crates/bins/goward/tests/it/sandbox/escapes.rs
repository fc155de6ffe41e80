//! Ways out of a sandbox: each is refused inside, and works outside.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use testkit::{Run, real};

use super::probe::{is_whole, run, world};
use crate::support::World;

const NOBODY: u32 = 65_534;

/// The program that tries the ways out, built by a real go command once for all tests.
pub(super) fn escape() -> Result<&'static Path, String> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    BUILT.get_or_init(build).as_ref().map(PathBuf::as_path).map_err(Clone::clone)
}

fn build() -> Result<PathBuf, String> {
    if !cfg!(target_arch = "x86_64") {
        return Err("the numbers of the calls that it tries are those of x86-64".to_owned());
    }
    let goroot = real::toolchain("1.24.11")?;
    let folder = real::cache_folder().join("sandbox");
    std::fs::create_dir_all(&folder).unwrap();
    let (source, program) = (folder.join("escape.go"), folder.join(format!("escape-{}", std::process::id())));
    std::fs::write(&source, include_str!("escape.go")).unwrap();
    let mut go = Command::new(goroot.join("bin/go"));
    go.args(["build", "-o"]).arg(&program).arg(&source).env("CGO_ENABLED", "0").env("GOTOOLCHAIN", "local");
    let output =
        go.env("GOCACHE", folder.join("cache")).env("GOFLAGS", "").output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("it cannot be built: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let built = folder.join("escape");
    // Others who run these tests at the same time build the same bytes.
    std::fs::rename(program, &built).map_err(|error| error.to_string())?;
    Ok(built)
}

/// Tries a way out inside, with these options.
fn inside(world: &World, options: &[&str], words: &[&str]) -> Run {
    let escape = escape().unwrap().to_str().unwrap();
    let command: Vec<&str> = std::iter::once(escape).chain(words.iter().copied()).collect();
    run(&world.home, options, &command)
}

/// The same outside.
fn outside(world: &World, words: &[&str]) -> Run {
    world.home.run_program(escape().unwrap(), words)
}

#[track_caller]
fn assert_held(run: &Run, by: &str) {
    assert!(run.stdout.starts_with("held: ") && run.stdout.contains(by), "held by {by}: {}", run.snapshot());
}

#[track_caller]
fn assert_out(run: &Run) {
    assert!(run.stdout.starts_with("out: "), "the control: {}", run.snapshot());
}

/// The calls, with the words of the one that refuses each.
const CALLS: &[(&str, &str)] = &[
    ("listen", "operation not permitted"),
    ("udp", "operation not permitted"),
    ("tcp6", "operation not permitted"),
    ("raw", "operation not permitted"),
    ("packet", "operation not permitted"),
    ("netlink", "operation not permitted"),
    ("crypto", "operation not permitted"),
    ("io-uring", "operation not permitted"),
    ("ptrace", "operation not permitted"),
    ("read-memory-of-others", "operation not permitted"),
    ("own-memory-file", "read-only file system"),
    ("memory-program", "operation not permitted"),
    ("exec-by-descriptor", "operation not permitted"),
    ("user-namespace", "operation not permitted"),
    ("mount-namespace", "operation not permitted"),
    ("network-namespace", "operation not permitted"),
    ("unshare", "operation not permitted"),
    ("clone3", "function not implemented"),
    ("setns", "operation not permitted"),
    ("unmount-tmp", "operation not permitted"),
    ("new-mount-call", "operation not permitted"),
    ("chroot", "operation not permitted"),
    ("file-handle", "operation not permitted"),
    ("keyring", "operation not permitted"),
    ("read-keyring", "operation not permitted"),
    ("bpf", "operation not permitted"),
    ("perf", "operation not permitted"),
    ("userfaultfd", "operation not permitted"),
    ("set-clock", "operation not permitted"),
    ("host-name", "operation not permitted"),
    ("kexec", "operation not permitted"),
    ("reboot", "operation not permitted"),
    ("module", "operation not permitted"),
    ("kernel-log", "operation not permitted"),
    ("type-into-terminal", "operation not permitted"),
    ("capabilities", "no capability is left"),
    ("executable-data", "operation not permitted"),
    ("old-call-table", "function not implemented"),
];

#[test]
fn every_call_that_leads_out_is_refused_and_most_work_outside() {
    if let Err(why) = escape() {
        return eprintln!("skipped: {why}");
    }
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    let mut controls = 0;
    for (call, by) in CALLS {
        assert_held(&inside(&world, &[], &[call]).exits(10), by);
        let control = outside(&world, &[call]);
        match control.stdout.starts_with("out: ") {
            true => controls += 1,
            false => {
                eprintln!("skipped: the control of {call}: outside it is refused as well: {}", control.stdout.trim())
            }
        }
    }
    let is_root = std::fs::metadata(world.home.folder()).unwrap().uid() == 0;
    assert!(CALLS.len() >= 25 && controls >= if is_root { 25 } else { 10 }, "only {controls} controls");
}

#[test]
fn no_address_and_no_socket_of_this_machine_is_reached() {
    if let Err(why) = escape() {
        return eprintln!("skipped: {why}");
    }
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    assert_out(&outside(&world, &["tcp", &port]).success());
    assert_held(&inside(&world, &[], &["tcp", &port]), "operation not permitted");
    // With the proxy, sockets can be made; the address that answers outside does not answer inside.
    assert_held(&inside(&world, &["--net", "proxy"], &["tcp", &port]), "permission denied");
    assert_held(&inside(&world, &["--net", "proxy"], &["udp"]), "operation not permitted");
    assert_out(&inside(&world, &["--net", "open"], &["tcp", &port]).success());
    let name = format!("goward-test-{}", std::process::id());
    use std::os::linux::net::SocketAddrExt as _;
    let address = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind_addr(&address).unwrap();
    assert_out(&outside(&world, &["abstract-socket", &name]).success());
    assert_held(&inside(&world, &[], &["abstract-socket", &name]), "");
    // By Landlock's scope alone: the network is this machine's.
    assert_held(&inside(&world, &["--net", "open"], &["abstract-socket", &name]), "operation not permitted");
}

#[test]
fn files_of_the_user_are_not_read_and_nothing_is_written_outside_of_its_folders() {
    if let Err(why) = escape() {
        return eprintln!("skipped: {why}");
    }
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    let at = |path: &str| world.home.home().join(path).display().to_string();
    std::fs::create_dir_all(at(".ssh")).unwrap();
    for file in [".ssh/id_ed25519", ".netrc", "notes"] {
        std::fs::write(at(file), "secret").unwrap();
    }
    world.home.write("main.go", "package main\n");
    world.home.write("out/x", "");
    world.home.write("out/.git/hooks/pre-commit", "");
    symlink(at(""), world.home.folder().join("out/home")).unwrap();
    symlink(at("notes"), world.home.folder().join("out/notes")).unwrap();
    let tree = world.tree("1.27.3").join("VERSION").display().to_string();
    let with_out = ["--write", "out"];
    let secret = at(".ssh/id_ed25519");
    let rows: &[(&[&str], &str)] = &[
        (&["read", &secret], "no such file or directory"),
        (&["read", &at(".netrc")], "no such file or directory"),
        (&["read", "../notes"], "no such file or directory"),
        (&["read", "out/home/notes"], "no such file or directory"),
        (&["read", "out/notes"], "no such file or directory"),
        (&["read", "/proc/1/root/etc/hostname"], ""),
        (&["read", "/etc/shadow"], "no such file or directory"),
        (&["read", "/dev/mem"], "no such file or directory"),
        (&["read", "/sys/kernel"], "no such file or directory"),
        (&["write", "main.go"], ""),
        (&["write", "new.go"], ""),
        (&["write", &tree], ""),
        (&["write", "/usr/bin/x"], ""),
        (&["write", "out/.git/hooks/post-commit"], ""),
        (&["link", "main.go", "out/main.go"], "invalid cross-device link"),
        (&["rename", "main.go", "out/main.go"], ""),
        (&["device", "/tmp/disk"], "operation not permitted"),
        (&["mount", "out"], "operation not permitted"),
    ];
    for (words, by) in rows {
        assert_held(&inside(&world, &with_out, words), by);
        if ["read", "write"].contains(&words[0]) && !words[1].starts_with("/usr") && !words[1].starts_with("/proc") {
            let control = outside(&world, words);
            if !control.stdout.starts_with("out: ") {
                eprintln!("skipped: the control of {words:?}: {}", control.stdout.trim());
            }
        }
    }
    // The home is in the temporary folder here, so there is a private folder of its name: what is written there is not
    // written into the home.
    inside(&world, &with_out, &["write", "out/home/planted"]);
    assert!(!Path::new(&at("planted")).exists(), "a link led out of a folder that may be written");
    assert_out(&outside(&world, &["write", "out/home/planted"]).success());
    assert!(Path::new(&at("planted")).exists(), "the control");
    // The controls have written; what is inside its folders is written.
    assert_out(&inside(&world, &with_out, &["write", "out/new"]).success());
    assert!(world.home.folder().join("out/new").exists());
    assert_out(&inside(&world, &[], &["read", "main.go"]).success());
    assert_out(&inside(&world, &["--read", &at("notes")], &["read", "../notes"]).success());
    assert_held(&inside(&world, &["--read", &at("notes")], &["write", "../notes"]), "");
    // A link of the project does not make its target writable.
    let run = inside(&world, &["--write", "out/home"], &["write", "../notes"]).exits(7);
    assert!(run.stderr.contains("a link of the project leads to"), "{}", run.snapshot());
}

#[test]
fn rights_are_not_gained_by_a_program_of_another_user() {
    if let Err(why) = escape() {
        return eprintln!("skipped: {why}");
    }
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    if std::fs::metadata(world.home.folder()).unwrap().uid() != 0 {
        return eprintln!("skipped: only root can make a program of another user");
    }
    let program = world.home.folder().join("setuid");
    std::fs::copy(escape().unwrap(), &program).unwrap();
    chown(&program, Some(NOBODY), Some(NOBODY)).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o4755)).unwrap();
    // The other user has to reach the program outside.
    world.home.folder().ancestors().take(3).for_each(|folder| {
        std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).unwrap();
    });
    let words = ["setuid-program", program.to_str().unwrap(), "65534"];
    assert_out(&outside(&world, &words).success());
    assert_held(&inside(&world, &[], &words), "");
}

#[test]
fn other_processes_are_neither_seen_nor_signalled_and_none_is_left() {
    if let Err(why) = escape() {
        return eprintln!("skipped: {why}");
    }
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    let mut sleeper = world.home.spawn_program(escape().unwrap(), ["sleep"]);
    let id = sleeper.id().to_string();
    for call in ["signal", "environment-of"] {
        assert_out(&outside(&world, &[call, &id]).success());
        assert_held(&inside(&world, &[], &[call, &id]), "no such");
    }
    sleeper.kill();
    let key = (0x676f_0000 + std::process::id() % 0xffff).to_string();
    assert_out(&outside(&world, &["make-shared-memory", &key]).success());
    let held = inside(&world, &[], &["shared-memory", &key]);
    let control = outside(&world, &["shared-memory", &key]);
    assert_out(&outside(&world, &["drop-shared-memory", &key]).success());
    assert_held(&held, "no such file or directory");
    assert_out(&control);
    // A process that leaves its group and its session still ends.
    let mark = format!("goward-test-left-{}", std::process::id());
    assert_out(&inside(&world, &[], &["leave-process", &mark]).success());
    assert!(!is_running(&mark), "the process outlived the sandbox");
    assert_out(&outside(&world, &["leave-process", &mark]).success());
    assert!(is_running(&mark), "the control");
    end(&mark);
}

/// The processes with this word among their arguments.
pub(super) fn running(mark: &str) -> Vec<u32> {
    let numbers = std::fs::read_dir("/proc").unwrap().flatten();
    let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let has_mark = |number: &u32| {
        let arguments = std::fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default();
        arguments.split(|byte| *byte == 0).any(|argument| argument == mark.as_bytes())
    };
    numbers.filter(has_mark).collect()
}

fn is_running(mark: &str) -> bool {
    // The kernel ends the processes of a name space before the wait for its first process returns.
    !running(mark).is_empty()
}

fn end(mark: &str) {
    for number in running(mark) {
        let _ = Command::new("/bin/kill").args(["-9", &number.to_string()]).status();
    }
}

#[test]
fn everything_inside_ends_when_goward_is_killed() {
    if let Err(why) = escape() {
        return eprintln!("skipped: {why}");
    }
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    let mark = format!("goward-test-killed-{}", std::process::id());
    let escape = escape().unwrap().to_str().unwrap();
    let mut goward = world.home.spawn(["sandbox", "run", "--", escape, "sleep", &mark]);
    // goward and its stages have the word among their arguments; the program is the fourth.
    let until = |count: fn(usize) -> bool| {
        for _ in 0..1500 {
            if count(running(&mark).len()) {
                return true;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        false
    };
    assert!(until(|count| count >= 4), "the program did not start: {}", running(&mark).len());
    goward.kill();
    let all_ended = until(|count| count == 0);
    end(&mark);
    assert!(all_ended, "something outlived goward");
}

#[test]
fn no_open_file_of_the_caller_is_a_way_out() {
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    let secret = world.home.home().join("secret");
    std::fs::create_dir_all(&secret).unwrap();
    let goward = env!("CARGO_BIN_EXE_goward");
    let shell = |line: String| {
        let mut command = world.home.command("/bin/sh");
        let output = command.args(["-c", &line]).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let inner = "for n in 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$n ] && echo open $n; done; echo done";
    let line = format!("exec 9<'{}'; exec {goward} -q sandbox run -- /bin/sh -c '{inner}'", secret.display());
    // The shell that reads the script from an argument has no file of its own open.
    assert_eq!(shell(line), (Some(0), "done\n".to_owned(), String::new()));
    let (code, _, said) = shell(format!("exec {goward} sandbox run -- /bin/true <'{}'", secret.display()));
    assert_eq!(code, Some(6), "{said}");
    assert!(said.contains("a standard stream is a folder"), "{said}");
}

#[test]
fn an_ordinary_user_gets_the_same() {
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    if std::fs::metadata(world.home.folder()).unwrap().uid() != 0 {
        return eprintln!("skipped: the tests run as an ordinary user already");
    }
    for entry in walk(world.home.home()) {
        std::os::unix::fs::lchown(entry, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    world.home.folder().ancestors().take(3).for_each(|folder| {
        std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).unwrap();
    });
    let goward = |words: &[&str]| {
        let mut command = world.home.command(env!("CARGO_BIN_EXE_goward"));
        command.args(words).uid(NOBODY).gid(NOBODY);
        command.output()
    };
    let output = match goward(&[
        "sandbox",
        "run",
        "--",
        "/bin/sh",
        "-c",
        "id -u; ls /proc | grep -c '^[0-9]'; echo x > /tmp/x && cat /tmp/x",
    ]) {
        Ok(output) => output,
        Err(error) => return eprintln!("skipped: the other user cannot run goward here: {error}"),
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("user-namespace: ") {
        return eprintln!("skipped: this machine has no user name spaces for ordinary users: {said}");
    }
    assert!(output.status.success() && said.contains("sandbox: full"), "{said}");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0] == "65534" && lines[1].parse::<u32>().unwrap() < 8 && lines[2] == "x", "{told}");
}

/// A folder with everything below it.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut all = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => all.extend(walk(&entry.path())),
            false => all.push(entry.path()),
        }
    }
    all
}
