//! Measures goward against a lower bound and a peer, side by side in one run.
//!
//! It prints medians of pairs that run in turn, so that a machine that slows down slows both. Every run works in a
//! fresh folder; removals come at the end, since removing a large tree makes ext4 slow for minutes.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use testkit::http::{Response, Server};

use crate::measure::{install_command, median, middle, shown, time};

const VERSION: &str = "1.22.10";
/// Two patch releases of one minor: nearly all files are the same.
const SIBLINGS: [&str; 2] = ["1.27.2", "1.27.3"];

/// One measured run of a command.
#[derive(Clone, Copy)]
struct Measured {
    wall: Duration,
    peak_kib: u64,
}

/// Measures everything, with this goward or with one that is built now.
pub fn run(runs: usize, goward: Option<&Path>) -> Result<()> {
    let root = super::root()?;
    let goward = given_or_built(goward, &root)?;
    let real = |version| testkit::real::tar_gz(version).map_err(|why| anyhow::anyhow!("no real toolchain: {why}"));
    let upstream = upstream(&[(VERSION, real(VERSION)?)])?;
    let siblings = self::upstream(&[(SIBLINGS[0], real(SIBLINGS[0])?), (SIBLINGS[1], real(SIBLINGS[1])?)])?;
    println!("| work | floor or peer | goward | ratio |\n| --- | --- | --- | --- |");
    for (place, folder) in [("tmpfs", PathBuf::from("/dev/shm")), ("disk", root.join("target"))] {
        let scratch = folder.join(format!("goward-bench-{}", std::process::id()));
        fs::create_dir_all(&scratch)?;
        let outcome = install(&goward, &upstream, &scratch, place, runs);
        fs::remove_dir_all(&scratch).with_context(|| format!("remove {}", scratch.display()))?;
        outcome?;
    }
    let scratch = root.join("target").join(format!("goward-bench-run-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    let outcome = beside_a_sibling(&goward, &siblings, &scratch, runs)
        .and_then(|()| switch(&goward, &siblings, &scratch))
        .and_then(|()| start(&goward, &upstream, &scratch))
        .and_then(|()| crate::bench_daily::rows(&goward, &upstream, VERSION, &scratch))
        .and_then(|()| shims(&goward, &upstream, &root, &scratch));
    fs::remove_dir_all(&scratch)?;
    outcome?;
    let size = fs::metadata(&goward)?.len();
    println!("| size of the program | – | {:.1} MB | – |", size as f64 / 1e6);
    Ok(())
}

/// Measures switches, starts and the daily commands alone, with this goward or with one that is built now.
pub fn run_daily(goward: Option<&Path>) -> Result<()> {
    let root = super::root()?;
    let goward = given_or_built(goward, &root)?;
    let real = |version| testkit::real::tar_gz(version).map_err(|why| anyhow::anyhow!("no real toolchain: {why}"));
    let upstream = upstream(&[(SIBLINGS[0], real(SIBLINGS[0])?), (SIBLINGS[1], real(SIBLINGS[1])?)])?;
    let scratch = root.join("target").join(format!("goward-bench-daily-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    println!("| work | floor or peer | goward | ratio |\n| --- | --- | --- | --- |");
    let outcome = switch(&goward, &upstream, &scratch)
        .and_then(|()| crate::bench_daily::rows(&goward, &upstream, SIBLINGS[1], &scratch));
    fs::remove_dir_all(&scratch)?;
    outcome
}

/// Measures the shims alone, with this goward or with one that is built now.
pub fn run_shims(goward: Option<&Path>) -> Result<()> {
    let root = super::root()?;
    let goward = given_or_built(goward, &root)?;
    let archive = testkit::real::tar_gz(VERSION).map_err(|why| anyhow::anyhow!("no real toolchain: {why}"))?;
    let upstream = upstream(&[(VERSION, archive)])?;
    let scratch = root.join("target").join(format!("goward-bench-shims-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    println!("| work | floor or peer | goward | ratio |\n| --- | --- | --- | --- |");
    let outcome = shims(&goward, &upstream, &root, &scratch);
    fs::remove_dir_all(&scratch)?;
    outcome
}

/// The goward to measure: the given one, or the release build.
pub(crate) fn given_or_built(goward: Option<&Path>, root: &Path) -> Result<PathBuf> {
    if let Some(program) = goward {
        return fs::canonicalize(program).with_context(|| format!("find {}", program.display()));
    }
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--package", "goward"])
        .current_dir(root)
        .status()?;
    if !status.success() {
        bail!("goward does not build");
    }
    Ok(root.join("target/release/goward"))
}

/// Archives with an index, as the official source serves them.
fn upstream(archives: &[(&str, PathBuf)]) -> Result<Server> {
    let mut releases = Vec::new();
    let mut files: Vec<(String, Arc<[u8]>)> = Vec::new();
    for (version, archive) in archives {
        let bytes: Arc<[u8]> = fs::read(archive)?.into();
        let name = format!("go{version}.linux-amd64.tar.gz");
        releases.push(serde_json::json!({
            "version": format!("go{version}"), "stable": true, "files": [{
                "filename": name, "os": "linux", "arch": "amd64", "version": format!("go{version}"),
                "sha256": testkit::digest::sha256_hex(&bytes), "size": bytes.len(), "kind": "archive",
            }],
        }));
        files.push((name, bytes));
    }
    let index = serde_json::Value::Array(releases).to_string();
    Ok(Server::start(move |request| {
        if request.path == "/dl/" {
            return Response::ok(index.clone()).content_type("application/json");
        }
        match files.iter().find(|(name, _)| request.path.ends_with(name.as_str())) {
            Some((_, bytes)) => Response::shared(bytes.clone()).with_etag("\"a\""),
            None => Response::status(404),
        }
    }))
}

fn install(goward: &Path, upstream: &Server, scratch: &Path, place: &str, runs: usize) -> Result<()> {
    let address = format!("{}/dl/", upstream.url());
    let archive = format!("{address}go{VERSION}.linux-amd64.tar.gz");
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    // The first pair warms the caches and does not count.
    for round in 0..=runs {
        let peer = scratch.join(format!("peer-{round}"));
        fs::create_dir(&peer)?;
        let mut command = Command::new("sh");
        command.args(["-c", "curl -sSf \"$0\" | tar -xzf - -C \"$1\"", &archive]).arg(&peer);
        let peer = measure(&mut command)?;
        let home = scratch.join(format!("home-{round}"));
        let goward = measure(&mut install_command(goward, &address, &home, VERSION))?;
        if round > 0 {
            theirs.push(peer);
            ours.push(goward);
        }
    }
    let pairs: Vec<f64> = ours.iter().zip(&theirs).map(|(a, b)| a.wall.as_secs_f64() / b.wall.as_secs_f64()).collect();
    println!(
        "| install go{VERSION} from loopback, {place} | `curl \\| tar -xz` {} | {} | {:.2}× |",
        shown(median(theirs.iter().map(|run| run.wall))),
        shown(median(ours.iter().map(|run| run.wall))),
        middle(pairs)
    );
    let peak = ours.iter().map(|run| run.peak_kib).max().unwrap_or(0);
    println!("| peak memory of that, {place} | 100 MiB allowed | {:.0} MiB | – |", peak as f64 / 1024.0);
    if place == "tmpfs" {
        system_calls(goward, &address, &scratch.join("home-traced"))?;
    }
    Ok(())
}

/// Counts the system calls of one install, if `strace` is installed.
fn system_calls(goward: &Path, address: &str, home: &Path) -> Result<()> {
    let report = home.with_extension("strace");
    let install = install_command(goward, address, home, VERSION);
    let mut command = Command::new("strace");
    command.args(["-f", "-c", "-o"]).arg(&report).arg(install.get_program()).args(install.get_args());
    for (name, value) in install.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    match command.stdout(Stdio::null()).stderr(Stdio::null()).status() {
        Ok(status) if status.success() => {}
        Ok(status) => bail!("strace ended with {status}"),
        Err(error) => {
            println!("| system calls of that | – | not counted: strace: {error} | – |");
            return Ok(());
        }
    }
    let text = fs::read_to_string(&report)?;
    let mut rows: Vec<(u64, &str)> = text
        .lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            Some((words.get(3)?.parse().ok()?, *words.last()?))
        })
        .filter(|(_, name)| *name != "total")
        .collect();
    rows.sort_unstable_by(|a, b| b.cmp(a));
    let total: u64 = rows.iter().map(|(count, _)| count).sum();
    let top: Vec<String> = rows.iter().take(7).map(|(count, name)| format!("{name} {count}")).collect();
    println!("| system calls of that | – | {total}: {} | – |", top.join(", "));
    Ok(())
}

/// An install beside a sibling against one without: time, and disk use. And without the sync.
fn beside_a_sibling(goward: &Path, upstream: &Server, scratch: &Path, runs: usize) -> Result<()> {
    let address = format!("{}/dl/", upstream.url());
    let [before, wanted] = SIBLINGS;
    let (mut fresh, mut beside, mut unsynced) = (Vec::new(), Vec::new(), Vec::new());
    let mut disk = (0, 0);
    for round in 0..=runs {
        let alone = scratch.join(format!("alone-{round}"));
        let both = scratch.join(format!("both-{round}"));
        let fast = scratch.join(format!("fast-{round}"));
        let a = measure(&mut install_command(goward, &address, &alone, wanted))?;
        measure(&mut install_command(goward, &address, &both, before))?;
        let before_bytes = on_disk(&both)?;
        let b = measure(&mut install_command(goward, &address, &both, wanted))?;
        let c = measure(install_command(goward, &address, &fast, wanted).env("GOWARD_DURABLE", "false"))?;
        if round > 0 {
            fresh.push(a.wall);
            beside.push(b.wall);
            unsynced.push(c.wall);
            disk = (on_disk(&alone)?, on_disk(&both)?.saturating_sub(before_bytes));
        }
    }
    let ratios =
        |ours: &[Duration]| middle(ours.iter().zip(&fresh).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect());
    println!(
        "| install go{wanted} beside go{before}, disk | alone {} | {} | {:.2}× |",
        shown(median(fresh.clone())),
        shown(median(beside.clone())),
        ratios(&beside)
    );
    println!(
        "| what that takes on disk | alone {:.0} MB | {:.0} MB | {:.2}× |",
        disk.0 as f64 / 1e6,
        disk.1 as f64 / 1e6,
        disk.1 as f64 / disk.0 as f64
    );
    println!(
        "| the same install without the sync | durable {} | {} | {:.2}× |",
        shown(median(fresh.clone())),
        shown(median(unsynced.clone())),
        ratios(&unsynced)
    );
    Ok(())
}

/// Bytes of blocks below a folder, each file counted once.
fn on_disk(folder: &Path) -> Result<u64> {
    let output = Command::new("du").args(["-s", "--block-size=1"]).arg(folder).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().next().context("du says nothing")?.parse().context("du says no number")
}

/// A durable switch and a rollback, against a bare `ln -sfn` and against a `goward` that does nothing.
fn switch(goward: &Path, upstream: &Server, scratch: &Path) -> Result<()> {
    const RUNS: usize = 51;
    let home = scratch.join("switch");
    let address = format!("{}/dl/", upstream.url());
    for version in SIBLINGS {
        measure(&mut install_command(goward, &address, &home, version))?;
    }
    let command = |words: &[&str]| {
        let mut command = Command::new(goward);
        command.args(words).env("GOWARD_HOME", &home).env("GOWARD_OFFLINE", "1").current_dir(scratch);
        command
    };
    time(&mut command(&["use", SIBLINGS[0]]))?;
    let (mut link, mut idle, mut switched, mut back, mut status) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        link.push(time(Command::new("ln").args(["-sfn", "somewhere"]).arg(scratch.join("link")))?);
        idle.push(time(&mut command(&["--version"]))?);
        switched.push(time(&mut command(&["use", SIBLINGS[1]]))?);
        back.push(time(&mut command(&["rollback"]))?);
        // Checks for anything unfinished, then finds that the default is this one already.
        status.push(time(&mut command(&["use", SIBLINGS[0]]))?);
    }
    let floor = median(idle.iter().copied());
    let net = |values: &[Duration]| shown(median(values.iter().copied()).saturating_sub(floor));
    println!(
        "| durable switch, whole process | `ln -sfn` {} (not durable) | {} (without start-up {}) | – |",
        shown(median(link)),
        shown(median(switched.clone())),
        net(&switched)
    );
    println!("| rollback, whole process | – | {} (without start-up {}) | – |", shown(median(back.clone())), net(&back));
    println!("| recovery check of a clean store | – | {} | – |", net(&status));
    Ok(())
}

/// The cost of a start, of `goward run`, and of calling go directly.
fn start(goward: &Path, upstream: &Server, scratch: &Path) -> Result<()> {
    const RUNS: usize = 101;
    let home = scratch.join("home");
    let address = format!("{}/dl/", upstream.url());
    measure(&mut install_command(goward, &address, &home, VERSION))?;
    let go = home.join(format!("toolchains/go{VERSION}.linux-amd64/bin/go"));
    let mut version = Vec::new();
    let mut direct = Vec::new();
    let mut through = Vec::new();
    for _ in 0..RUNS {
        version.push(time(Command::new(goward).arg("--version"))?);
        direct.push(time(Command::new(&go).arg("version").current_dir(scratch))?);
        let mut run = Command::new(goward);
        run.args(["run", VERSION, "--", "go", "version"]).env("GOWARD_HOME", &home).current_dir(scratch);
        through.push(time(&mut run)?);
    }
    println!("| `goward --version` | 5 ms allowed | {} | – |", shown(median(version)));
    let over: Vec<f64> = through.iter().zip(&direct).map(|(a, b)| a.as_secs_f64() - b.as_secs_f64()).collect();
    println!(
        "| `goward run {VERSION} -- go version` | direct {} | {} | +{:.1} ms |",
        shown(median(direct)),
        shown(median(through)),
        middle(over) * 1000.0
    );
    sandbox(goward, &home, scratch)
}

/// A program that does nothing, in a sandbox and without one. `home` has [`VERSION`].
fn sandbox(goward: &Path, home: &Path, scratch: &Path) -> Result<()> {
    const RUNS: usize = 101;
    let project = scratch.join("sandbox-project");
    fs::create_dir_all(&project)?;
    let run = |words: &[&str]| {
        let mut command = Command::new(goward);
        command.args(words).args([VERSION, "--", "/bin/true"]).env("GOWARD_HOME", home).current_dir(&project);
        // The home must not hold the project, which would show it whole.
        time(command.env("HOME", home))
    };
    let (mut without, mut inside) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        without.push(run(&["run"])?);
        inside.push(run(&["--quiet", "sandbox", "run"])?);
    }
    let over: Vec<f64> = inside.iter().zip(&without).map(|(a, b)| a.as_secs_f64() - b.as_secs_f64()).collect();
    println!(
        "| `goward sandbox run {VERSION} -- true` | `goward run` {} | {} | +{:.1} ms of 15 allowed |",
        shown(median(without)),
        shown(median(inside)),
        middle(over) * 1000.0
    );
    Ok(())
}

/// `go` in a pinned project six folders deep: the shim, and a peer's if there is one, against the program itself.
fn shims(goward: &Path, upstream: &Server, root: &Path, scratch: &Path) -> Result<()> {
    let home = scratch.join("shims-home");
    let address = format!("{}/dl/", upstream.url());
    measure(&mut install_command(goward, &address, &home, VERSION))?;
    let goward = |words: &[&str]| {
        let mut command = Command::new(goward);
        command.args(words).env("GOWARD_HOME", &home).env("GOWARD_OFFLINE", "1").env("HOME", scratch);
        command.env_remove("XDG_CONFIG_HOME").current_dir(scratch);
        time(&mut command)
    };
    // A toolchain whose program does nothing shows the cost of the shim alone.
    let idle = home.join("toolchains/go1.99.9.linux-amd64/bin/go");
    fs::create_dir_all(idle.parent().context("it has a folder")?)?;
    fs::copy("/bin/true", &idle)?;
    goward(&["use", VERSION])?;
    goward(&["shims", "--write"])?;
    let project = |version: &str, module: bool| -> Result<PathBuf> {
        let top = scratch.join(format!("project-{version}-{module}"));
        let deep = top.join("a/b/c/d/e/f");
        fs::create_dir_all(&deep)?;
        fs::write(top.join(".go-version"), format!("{version}\n"))?;
        if module {
            fs::write(top.join("go.mod"), "module example.test/x\n\ngo 1.21\n")?;
        }
        Ok(deep)
    };
    let run = |program: &Path, folder: &Path| {
        let mut command = Command::new(program);
        command.arg("version").current_dir(folder).env("HOME", scratch).env_remove("XDG_CONFIG_HOME");
        // With these set, the shim hands every case to goward.
        for name in
            ["GOTOOLCHAIN", "GOROOT", "GOWORK", "GO111MODULE", "GOFLAGS", "GOENV", "GOWARD_VERSION", "GOWARD_HOME"]
        {
            command.env_remove(name);
        }
        command
    };
    let shim = home.join("shims/go");
    let go = home.join(format!("toolchains/go{VERSION}.linux-amd64/bin/go"));
    for (what, direct, version, runs) in
        [("`go version`", &go, VERSION, 401), ("a `go` that does nothing", &idle, "1.99.9", 2001)]
    {
        let folder = project(version, true)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..runs {
            // The second one finds warmer caches: the order changes from round to round.
            if round % 2 == 0 {
                theirs.push(time(&mut run(direct, &folder))?);
                ours.push(time(&mut run(&shim, &folder))?);
            } else {
                ours.push(time(&mut run(&shim, &folder))?);
                theirs.push(time(&mut run(direct, &folder))?);
            }
        }
        print_pairs(&format!("{what} through the shim, pinned, six folders deep"), &theirs, &ours);
    }
    match peer(root, scratch, &go) {
        Ok(shim) => {
            // It treats the line of a go.mod as a pin, too.
            let folder = project(VERSION, false)?;
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for _ in 0..51 {
                theirs.push(time(&mut run(&go, &folder))?);
                ours.push(time(peer_env(&mut run(&shim, &folder), scratch))?);
            }
            print_pairs("the same through the shim of mise", &theirs, &ours);
        }
        Err(why) => println!("| the same through the shim of mise | – | not measured: {why:#} | – |"),
    }
    println!("| size of the shim | 20480 bytes allowed | {} bytes | – |", fs::metadata(&shim)?.len());
    Ok(())
}

fn print_pairs(what: &str, direct: &[Duration], through: &[Duration]) {
    let pairs = || through.iter().zip(direct);
    let over = middle(pairs().map(|(a, b)| a.as_secs_f64() - b.as_secs_f64()).collect());
    let ratio = middle(pairs().map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect());
    println!(
        "| {what} | direct {:.2} ms | {:.2} ms, +{:.3} ms | {ratio:.2}× |",
        median(direct.iter().copied()).as_secs_f64() * 1000.0,
        median(through.iter().copied()).as_secs_f64() * 1000.0,
        over * 1000.0
    );
}

/// The `go` of another manager, mise, which npm installs and which uses this go command.
fn peer(root: &Path, scratch: &Path, go: &Path) -> Result<PathBuf> {
    let folder = root.join("target/bench-mise");
    let program = folder.join("node_modules/@jdxcode/mise/bin/mise");
    if !program.is_file() {
        fs::create_dir_all(&folder)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"]).arg(&folder).arg("@jdxcode/mise");
        time(&mut npm).context("npm brings no mise")?;
    }
    let goroot = go.parent().and_then(Path::parent).context("a go command stands in its tree")?;
    for words in [
        vec!["link".into(), format!("go@{VERSION}").into(), goroot.as_os_str().to_owned()],
        vec!["settings".into(), "add".into(), "idiomatic_version_file_enable_tools".into(), "go".into()],
        vec!["reshim".into()],
    ] {
        time(peer_env(Command::new(&program).args(words).current_dir(scratch), scratch))?;
    }
    Ok(scratch.join("mise/data/shims/go"))
}

fn peer_env<'c>(command: &'c mut Command, scratch: &Path) -> &'c mut Command {
    for (name, below) in [
        ("HOME", "mise"),
        ("MISE_DATA_DIR", "mise/data"),
        ("MISE_CONFIG_DIR", "mise/config"),
        ("MISE_CACHE_DIR", "mise/cache"),
        ("MISE_STATE_DIR", "mise/state"),
    ] {
        command.env(name, scratch.join(below));
    }
    command.env("MISE_OFFLINE", "1")
}

/// Runs a command to its end, and reads its peak memory (`VmHWM`) while it runs.
fn measure(command: &mut Command) -> Result<Measured> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak_kib = kib.unwrap_or(0).max(peak_kib);
        std::thread::sleep(Duration::from_millis(2));
    };
    let wall = start.elapsed();
    if !ended.success() {
        let mut words = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            stderr.read_to_string(&mut words)?;
        }
        bail!("{command:?} ended with {ended}: {words}");
    }
    Ok(Measured { wall, peak_kib })
}
