//! Supervised programs for real: a web server that a real Go has built, fifty switches under load, and a supervisor that is
//! killed in every state.
#![cfg(unix)] // signals, sockets that are handed over, and scripts
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the counts of a proof are part of its outcome")]

#[path = "it/support.rs"]
mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
#[cfg(target_os = "linux")]
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::World;
#[cfg(target_os = "linux")]
use testkit::Running;
use testkit::{TinyToolchain, on_path};

/// The Go that builds the server.
const GO: &str = "1.22.10";
/// The two releases that are switched between.
const RELEASES: [&str; 2] = ["1.26.8", "1.27.3"];
const SWITCHES: usize = 50;
const REQUESTS: usize = 10_000;
/// The clients that ask at the same time.
const CLIENTS: usize = 4;

/// Answers with the toolchain that is first on its PATH and its process number; ends in order at SIGTERM. With `?sleep=`
/// it answers later.
const SERVER: &str = r#"package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	var listener net.Listener
	var err error
	if os.Getenv("LISTEN_FDS") == "1" && os.Getenv("LISTEN_PID") == strconv.Itoa(os.Getpid()) {
		listener, err = net.FileListener(os.NewFile(3, "socket"))
	} else {
		listener, err = net.Listen("tcp", os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	first := strings.Split(os.Getenv("PATH"), ":")[0]
	name := filepath.Base(filepath.Dir(first))
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait, err := time.ParseDuration(r.URL.Query().Get("sleep")); err == nil {
			time.Sleep(wait)
		}
		fmt.Fprintf(w, "%s %d", name, os.Getpid())
	})}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	done := make(chan bool)
	go func() {
		<-asked
		server.Shutdown(context.Background())
		close(done)
	}()
	fmt.Println("ready", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(4)
	}
	<-done
}
"#;

/// The server's program, built once; or why it cannot be.
fn server() -> Result<PathBuf, String> {
    static BUILT: Mutex<Option<Result<PathBuf, String>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap();
    built.get_or_insert_with(build).clone()
}

fn build() -> Result<PathBuf, String> {
    let goroot = testkit::real::toolchain(GO)?;
    let folder = testkit::real::cache_folder().join("supervised-server");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("main.go"), SERVER).unwrap();
    std::fs::write(folder.join("go.mod"), "module m.test/server\n\ngo 1.22\n").unwrap();
    let program = folder.join("server");
    let mut go = Command::new(goroot.join("bin/go"));
    go.args(["build", "-o"]).arg(&program).arg(".").current_dir(&folder);
    go.env_clear().env("HOME", &folder).env("GOCACHE", folder.join("cache")).env("PATH", "/usr/bin:/bin");
    go.envs([("GOTOOLCHAIN", "local"), ("GOFLAGS", "-mod=mod"), ("GOPROXY", "off"), ("CGO_ENABLED", "0")]);
    let output = go.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(program),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// A world with both releases, whose default is the first.
fn world() -> World {
    let world = World::offering(RELEASES.map(TinyToolchain::host)).sources("official");
    world.goward("install 1.27.3").success();
    world.goward("use 1.26.8").success();
    world
}

fn processes(world: &World) -> Vec<Value> {
    world.goward("ps --json").success().json()["processes"].as_array().unwrap().clone()
}

#[track_caller]
fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "it did not happen: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A port that nobody listens on at this moment.
fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// One request on a connection of its own; the answer's text.
fn ask(address: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200 ") && !body.is_empty() => Ok(body.to_owned()),
        _ => Err(std::io::Error::other(format!("no answer: {answer:?}"))),
    }
}

/// Waits until one program alone runs, under this release.
fn wait_for_release(world: &World, version: &str) {
    wait_until(version, || {
        let running = processes(world);
        matches!(&running[..], [one] if one["version"] == version && one["supervision"]["state"] == "running")
    });
}

#[test]
fn no_request_is_lost_during_fifty_switches_with_a_socket_of_goward_s() {
    let server = match server() {
        Ok(server) => server,
        Err(why) => return eprintln!("skipped: no server could be built: {why}"),
    };
    let world = world();
    let address = free_address();
    let args = ["run", "--supervise", "--listen", &address, "--"].map(std::ffi::OsString::from);
    let running = world.home.spawn(args.into_iter().chain([server.into_os_string()]));
    running.wait_for("ready ");
    let (done, lost, asked) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let mut seen = 0;
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) || asked.load(Ordering::SeqCst) < REQUESTS {
                    asked.fetch_add(1, Ordering::SeqCst);
                    if let Err(error) = ask(&address, "/") {
                        eprintln!("lost: {error}");
                        lost.fetch_add(1, Ordering::SeqCst);
                    }
                    // Ten thousand over all switches, not at once before the first.
                    std::thread::sleep(Duration::from_millis(8));
                }
            });
        }
        for turn in 1..=SWITCHES {
            let version = RELEASES[turn % 2];
            world.goward(&format!("use {version}")).success();
            wait_for_release(&world, version);
            let answer = ask(&address, "/").unwrap();
            assert!(answer.starts_with(&format!("go{version}.")), "{answer} in turn {turn}");
            seen += 1;
        }
        done.store(true, Ordering::SeqCst);
    });
    running.signal("TERM");
    let run = running.wait().success();
    let restarts = run.stderr.matches("the new program took the socket over").count();
    let (asked, lost) = (asked.load(Ordering::SeqCst), lost.load(Ordering::SeqCst));
    println!("{asked} requests during {seen} switches in {:.1} s: {lost} lost", start.elapsed().as_secs_f64());
    assert_eq!((lost, restarts), (0, SWITCHES), "{}", run.snapshot());
    assert!(asked >= REQUESTS);
    assert_eq!(processes(&world), [Value::Null; 0]);
}

#[test]
fn without_a_socket_of_goward_s_the_gap_is_measured_and_told() {
    let server = match server() {
        Ok(server) => server,
        Err(why) => return eprintln!("skipped: no server could be built: {why}"),
    };
    let world = world();
    let address = free_address();
    let args = ["run", "--supervise", "--"].map(std::ffi::OsString::from);
    let running = world.home.spawn(args.into_iter().chain([server.into_os_string(), (&address).into()]));
    running.wait_for("ready ");
    // A request under way is answered before the old server ends.
    let slow = {
        let address = address.clone();
        std::thread::spawn(move || ask(&address, "/?sleep=1s"))
    };
    std::thread::sleep(Duration::from_millis(300));
    world.goward("use 1.27.3").success();
    wait_for_release(&world, "1.27.3");
    assert!(slow.join().unwrap().unwrap().starts_with("go1.26.8."));
    wait_until("the new server answers", || ask(&address, "/").is_ok_and(|answer| answer.starts_with("go1.27.3.")));
    running.signal("TERM");
    let run = running.wait().success();
    let line = run
        .stderr
        .lines()
        .find(|line| line.contains("no program ran for"))
        .unwrap_or_else(|| panic!("{}", run.snapshot()));
    println!("{line}");
}

#[test]
fn a_server_with_clients_is_frozen_only_if_that_is_asked_for() {
    let server = match server() {
        Ok(server) if cfg!(target_os = "linux") => server,
        Ok(_) => return eprintln!("skipped: only Linux says whether clients are connected"),
        Err(why) => return eprintln!("skipped: no server could be built: {why}"),
    };
    for (option, expected) in [("", "1 clients are connected"), ("--freeze-connections", "the program was frozen for")]
    {
        let world = world();
        let address = free_address();
        let line = format!("run --supervise --on-switch freeze --listen {address} {option} --");
        let words = line.split_whitespace().map(std::ffi::OsString::from);
        let running = world.home.spawn(words.chain([server.clone().into_os_string()]));
        running.wait_for("ready ");
        let slow = {
            let address = address.clone();
            std::thread::spawn(move || ask(&address, "/?sleep=4s"))
        };
        // The server has accepted it before the switch.
        std::thread::sleep(Duration::from_millis(500));
        world.goward("use 1.27.3").success();
        running.wait_for(expected);
        assert!(slow.join().unwrap().unwrap().starts_with("go1.26.8."), "a client was lost");
        running.signal("TERM");
        running.wait().success();
    }
}

/// The processes of this machine whose command line names this folder, with their states (proc(5)).
#[cfg(target_os = "linux")]
fn of_folder(folder: &Path) -> Vec<(u32, char)> {
    let folder = folder.to_str().unwrap().as_bytes();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let words = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next()).unwrap_or('?');
        if words.windows(folder.len()).any(|window| window == folder) && state != 'Z' {
            found.push((pid, state));
        }
    }
    found
}

/// The guardians of this machine.
#[cfg(target_os = "linux")]
fn guardians() -> usize {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter(|entry| {
            let words = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            words.starts_with(env!("CARGO_BIN_EXE_goward").as_bytes()) && words.ends_with(b"\0exec-guardian\0")
        })
        .count()
}

/// Goal: however a supervisor dies, and in whatever state, no program of it stays frozen or stopped. Method: bring it into
/// each state, kill it with SIGKILL, and look at every process of this world.
#[cfg(target_os = "linux")]
#[test]
fn a_supervisor_that_is_killed_in_any_state_leaves_no_stopped_program() {
    let before = guardians();
    for state in ["running", "draining", "starting", "frozen", "frozen by SIGSTOP"] {
        let world = world();
        let script = match state {
            "starting" => "case $PATH in *1.27.3*) exit 3;; esac\necho ready\nexec /bin/sleep 600",
            "draining" => "trap '' TERM\necho ready\nwhile :; do /bin/sleep 0.05; done",
            _ => "echo ready\nwhile :; do /bin/sleep 0.05; done",
        };
        // Its path is in this world's folder, by which it is found.
        world.home.add_program("script", &format!("#!/bin/sh\n{script}\n"));
        let option = if state.starts_with("frozen") { "--on-switch freeze" } else { "--on-switch restart" };
        let mut running = start(&world, option, state);
        running.wait_for("ready");
        let held = state.starts_with("frozen").then(|| hold(&world));
        match held {
            Some(_) => point_at(&world, "1.27.3"),
            None if state != "running" => drop(world.goward("use 1.27.3").success()),
            None => {}
        }
        let word = state.split(' ').next().unwrap();
        let record = || {
            let names = support::names(&world.store("running"));
            let name = names.iter().find(|name| name.ends_with(".json")).cloned()?;
            let text = std::fs::read(world.store("running").join(name)).ok()?;
            Some(serde_json::from_slice::<Value>(&text).ok()?["state"].as_str()?.to_owned())
        };
        wait_until(state, || record().as_deref() == Some(word));
        if word == "frozen" {
            std::thread::sleep(Duration::from_millis(100));
        }
        running.kill();
        let run = running.id();
        drop(held);
        // The guardian needs a moment, and nobody else helps.
        let own = || of_folder(world.home.home());
        wait_until("the guardian has ended", || guardians() <= before);
        let left: Vec<(u32, char)> = own().into_iter().filter(|(pid, _)| *pid != run).collect();
        assert!(left.iter().all(|(_, state)| !matches!(state, 'T' | 't')), "{state}: {left:?}");
        assert!(left.iter().all(|(pid, _)| !is_frozen(*pid)), "{state}: {left:?}");
        println!("killed while {state}: {} programs left, none of them stopped", left.len());
        for (pid, _) in left {
            let _ = Command::new("/bin/sh").args(["-c", &format!("kill -9 {pid}")]).status().unwrap();
        }
        drop(running);
        wait_until("nothing is left", || own().is_empty());
        // The next one removes the record, and no process is too many.
        world.goward("run --supervise -- go version").success();
        assert_eq!(support::names(&world.store("running")), [""; 0]);
    }
    assert_eq!(guardians(), before);
}

/// Starts the script under a supervisor; without control groups for the way by SIGSTOP.
#[cfg(target_os = "linux")]
fn start(world: &World, option: &str, state: &str) -> Running {
    let line = format!("run --supervise {option} --freeze-max 20s --drain 20s -- script");
    if state != "frozen by SIGSTOP" {
        return world.home.spawn(line.split_whitespace());
    }
    // In a mount name space without the file system of the groups.
    let hide = "for at in /sys/fs/cgroup/unified /sys/fs/cgroup; do umount -l $at 2>/dev/null; done; exec \"$@\"";
    let Some(unshare) = on_path("unshare") else { return world.home.spawn(line.split_whitespace()) };
    let probe = Command::new(&unshare).args(["-m", "/bin/true"]).status();
    if !probe.is_ok_and(|status| status.success()) {
        eprintln!("skipped: this user may make no mount name space, so the group's way is whatever the system allows");
        return world.home.spawn(line.split_whitespace());
    }
    let words = ["-m", "/bin/sh", "-c", hide, "sh", env!("CARGO_BIN_EXE_goward")].map(str::to_owned);
    world.home.spawn_program(&unshare, words.into_iter().chain(line.split_whitespace().map(str::to_owned)))
}

/// Holds the store's lock, as a change under way does.
#[cfg(target_os = "linux")]
fn hold(world: &World) -> std::fs::File {
    let lock = std::fs::File::options().read(true).write(true).open(world.store("locks/store.lock")).unwrap();
    lock.lock().unwrap();
    lock
}

/// Moves the default to another release of the store, as a switch does that has not ended.
#[cfg(target_os = "linux")]
fn point_at(world: &World, version: &str) {
    let from = world.store("").join(std::fs::read_link(world.store("current")).unwrap());
    let text = std::fs::read_to_string(from.join("generation.json")).unwrap();
    let mut record: Value = serde_json::from_str(&text).unwrap();
    record["number"] = 900.into();
    record["toolchain"] = format!("go{version}.{}", support::platform()).into();
    let made = world.store("generations/900");
    std::fs::create_dir(&made).unwrap();
    std::fs::write(made.join("generation.json"), record.to_string()).unwrap();
    std::os::unix::fs::symlink(world.tree(version), made.join("go")).unwrap();
    let new = world.store("current.test");
    std::os::unix::fs::symlink("generations/900", &new).unwrap();
    std::fs::rename(&new, world.store("current")).unwrap();
}

/// Whether a process is in a frozen control group.
#[cfg(target_os = "linux")]
fn is_frozen(pid: u32) -> bool {
    let groups = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].iter().any(|mounted| {
        let events = std::fs::read_to_string(Path::new(mounted).join(own).join("cgroup.events"));
        events.is_ok_and(|text| text.contains("frozen 1"))
    })
}

/// A terminal: what is typed into it, and what it shows.
struct Terminal<'a> {
    tmux: PathBuf,
    socket: PathBuf,
    world: &'a World,
}

impl Terminal<'_> {
    fn tmux(&self, args: &[&str]) -> String {
        let mut command = self.world.home.command(&self.tmux);
        let output = command.arg("-u").arg("-S").arg(&self.socket).args(args).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J", "-S", "-"])
    }

    fn shows(&self, text: &str, count: usize) {
        let start = Instant::now();
        while self.screen().matches(text).count() < count {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "{text:?} {count} times did not come:\n{}",
                self.screen()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn types(&self, line: &str) {
        self.tmux(&["send-keys", "-l", line]);
        self.tmux(&["send-keys", "Enter"]);
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

#[test]
fn on_a_terminal_the_program_reads_and_ctrl_z_and_ctrl_c_mean_what_they_always_mean() {
    let (Some(tmux), Some(bash)) = (on_path("tmux"), on_path("bash")) else {
        return eprintln!("skipped: there is no tmux or no bash");
    };
    let world = world();
    world.home.add_program("script", "#!/bin/sh\nwhile read -r line; do echo \"read $line\"; done\n");
    let rc = world.home.write("../.rc", "PS1='$ '\n");
    let terminal = Terminal { tmux, socket: world.home.home().join("tmux"), world: &world };
    let shell = format!("exec '{}' --rcfile '{}' -i", bash.display(), rc.display());
    terminal.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "150", "-y", "100", &shell]);
    terminal.shows("$ ", 1);
    terminal.types(&format!("'{}' run --supervise -- script", env!("CARGO_BIN_EXE_goward")));
    terminal.types("one");
    terminal.shows("read one", 1);
    terminal.tmux(&["send-keys", "C-z"]);
    terminal.shows("Stopped", 1);
    wait_until("it is stopped", || processes(&world).iter().all(|program| program["is_stopped"] == true));
    terminal.types("fg");
    terminal.types("two");
    terminal.shows("read two", 1);
    // The new program has the terminal as the old one had it.
    world.goward("use 1.27.3").success();
    terminal.shows("restarted: ", 1);
    terminal.types("three");
    terminal.shows("read three", 1);
    terminal.tmux(&["send-keys", "C-c"]);
    wait_until("it has ended", || processes(&world).is_empty());
    terminal.types("echo code $?");
    terminal.shows("code 130", 1);
}
