//! Measures what goward costs a shell: its start, and each prompt, side by side with a bare shell and with peers.
//!
//! Starts are pairs in turn, so that a machine that slows down slows both. A missing peer is reported as skipped: mise
//! comes from npm into a cache folder, goenv from a checkout that `GOWARD_BENCH_GOENV` names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Calls of a hook in one measurement; the cost of one is too small to measure.
const CALLS: usize = 10_000;
/// Calls of a peer's hook, which starts a process.
const PEER_CALLS: usize = 50;
/// The mise that is measured.
const MISE: &str = "@jdxcode/mise@2026.9.15";

/// A manager, and the line of a profile that activates it.
struct Peer {
    name: &'static str,
    line: Box<dyn Fn(&str) -> String>,
    hook: &'static str,
}

pub fn run(runs: usize) -> Result<()> {
    let root = super::root()?;
    let status = Command::new("cargo").args(["build", "--quiet", "--package", "goward"]).current_dir(&root).status()?;
    if !status.success() {
        bail!("goward does not build");
    }
    let scratch = root.join("target").join(format!("goward-bench-shells-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    let outcome = measure(&root.join("target/debug/goward"), &scratch, runs);
    fs::remove_dir_all(&scratch)?;
    outcome
}

fn measure(goward: &Path, scratch: &Path, runs: usize) -> Result<()> {
    let peers: Vec<Peer> = [mise(), goenv()].into_iter().flatten().collect();
    println!("| work | bare shell | with it | ratio |\n| --- | --- | --- | --- |");
    for shell in ["bash", "zsh"] {
        if Command::new(shell).arg("-c").arg("exit").status().is_err() {
            println!("| skipped: no {shell} on PATH | | | |");
            continue;
        }
        let bare = home(scratch, shell, "bare", "")?;
        let ours = home(scratch, shell, "goward", "")?;
        let status =
            at_home(goward, &ours).args(["setup", "--quiet", "--shell", shell]).stdout(Stdio::null()).status()?;
        if !status.success() {
            bail!("`goward setup` failed");
        }
        let (floor, time, ratio) = start(shell, &bare, &ours, runs)?;
        println!("| {shell} -i, goward | {} | {} | {ratio:.2}× |", shown(floor), shown(time));
        for peer in &peers {
            let home = home(scratch, shell, peer.name, &(peer.line)(shell))?;
            let (floor, time, ratio) = start(shell, &bare, &home, runs.min(20))?;
            println!("| {shell} -i, {} | {} | {} | {ratio:.2}× |", peer.name, shown(floor), shown(time));
        }
        let script = ours.join("goward/shell").join(format!("activate.{shell}"));
        let script = format!(". '{}'", script.display());
        let empty = hook(shell, &bare, "nothing() { :; }", "nothing", CALLS)?;
        let time = hook(shell, &ours, &script, "__goward_hook", CALLS)?;
        println!("| {shell} hook, folder unchanged, goward | empty function {} | {} | – |", shown(empty), shown(time));
        for peer in peers.iter().filter(|peer| !peer.hook.is_empty()) {
            let home = scratch.join(format!("{shell}-{}", peer.name));
            let time = hook(shell, &home, &(peer.line)(shell), peer.hook, PEER_CALLS)?;
            println!(
                "| {shell} hook, folder unchanged, {} | empty function {} | {} | – |",
                peer.name,
                shown(empty),
                shown(time)
            );
        }
    }
    Ok(())
}

/// A home folder whose profile has this line.
fn home(scratch: &Path, shell: &str, name: &str, line: &str) -> Result<PathBuf> {
    let home = scratch.join(format!("{shell}-{name}"));
    fs::create_dir_all(&home)?;
    fs::write(home.join(format!(".{shell}rc")), format!("{line}\n"))?;
    Ok(home)
}

fn at_home(program: impl AsRef<std::ffi::OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "ZDOTDIR", "GOWARD_PROMPT"] {
        command.env_remove(name);
    }
    command.env("HOME", home).env("GOWARD_HOME", home.join("goward")).current_dir(home).stdin(Stdio::null());
    command
}

/// Medians of starts of the shell in two homes, and of their ratio pair by pair.
fn start(shell: &str, bare: &Path, with: &Path, runs: usize) -> Result<(Duration, Duration, f64)> {
    let once = |home: &Path| -> Result<Duration> {
        let begin = Instant::now();
        let mut command = at_home(shell, home);
        command.args(["-i", "-c", "exit"]).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status()?;
        if !status.success() {
            bail!("{shell} in {} ended with {status}", home.display());
        }
        Ok(begin.elapsed())
    };
    let mut pairs = Vec::new();
    // The first pair warms the caches and does not count.
    for round in 0..=runs {
        let pair = (once(bare)?, once(with)?);
        if round > 0 {
            pairs.push(pair);
        }
    }
    let mut ratios: Vec<f64> = pairs.iter().map(|(bare, with)| with.as_secs_f64() / bare.as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let (bare, with) = pairs.iter().copied().unzip();
    Ok((median(bare), median(with), ratios[ratios.len() / 2]))
}

/// The cost of one call of a hook, after a first call.
fn hook(shell: &str, home: &Path, activation: &str, hook: &str, calls: usize) -> Result<Duration> {
    let clock = if shell == "zsh" { "zmodload zsh/datetime" } else { ":" };
    let script = format!(
        "{activation}\n{clock}\n{hook} >/dev/null 2>&1\n{hook} >/dev/null 2>&1\nbegin=$EPOCHREALTIME\n\
         for ((i = 0; i < {calls}; i++)); do {hook}; done\nend=$EPOCHREALTIME\necho \"times $begin $end\""
    );
    let plain = if shell == "zsh" { "-f" } else { "--norc" };
    let output = at_home(shell, home).args([plain, "-c", &script]).stderr(Stdio::null()).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let times: Vec<f64> = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("times "))
        .with_context(|| format!("{shell} says no time: {text}"))?
        .split(' ')
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let [begin, end] = times.as_slice() else { bail!("{shell} says no two times: {text}") };
    Ok(Duration::from_secs_f64((end - begin) / calls as f64))
}

/// mise, from npm.
fn mise() -> Option<Peer> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cache")))?;
    let folder = cache.join("goward-tests").join(MISE.replace(['/', '@'], "-").trim_matches('-'));
    let modules = folder.join("node_modules");
    if !modules.is_dir() {
        let installed = Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"])
            .arg(&folder)
            .arg(MISE)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !installed.is_ok_and(|status| status.success()) {
            eprintln!("skipped: mise cannot be installed from npm");
            return None;
        }
    }
    let program = fs::canonicalize(modules.join(".bin/mise")).ok()?;
    let line = move |shell: &str| format!("eval \"$('{}' activate {shell})\"", program.display());
    Some(Peer { name: "mise", line: Box::new(line), hook: "_mise_hook" })
}

/// goenv, from a checkout.
fn goenv() -> Option<Peer> {
    let Some(checkout) = std::env::var_os("GOWARD_BENCH_GOENV").map(PathBuf::from) else {
        eprintln!("skipped: GOWARD_BENCH_GOENV names no checkout of goenv");
        return None;
    };
    let line = move |shell: &str| {
        let checkout = checkout.display();
        format!(
            "export GOENV_ROOT='{checkout}'\nexport PATH='{checkout}'/bin:\"$PATH\"\neval \"$(goenv init - {shell})\""
        )
    };
    // goenv 2 has no hook: its shims decide.
    Some(Peer { name: "goenv", line: Box::new(line), hook: "" })
}

fn shown(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1000.0 { format!("{micros:.1} µs") } else { format!("{:.2} ms", micros / 1000.0) }
}
