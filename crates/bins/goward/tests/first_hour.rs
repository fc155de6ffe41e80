//! The first hour with goward, in a real terminal emulator: docs/first-hour.md is what a person types and sees.
//!
//! The commands of the page are typed into bash in tmux, at 80 and at 40 columns. At 80 columns the screen has to show
//! the page's lines; at 40 the same lines, wrapped. With `INSTA_UPDATE=always` the page gets what the screen shows.
#![cfg(unix)] // tmux and bash
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "test code talks to the real machine and may panic"
)]
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

#[path = "it/support.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use support::{World, platform};
use testkit::{Program, TinyToolchain, on_path};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/first-hour.md");
/// The longest wait for one command.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// How many lines the terminal has: enough for the whole session, so that nothing scrolls away.
const LINES: u32 = 400;

/// A command of the page, and the lines that it prints.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    command: String,
    output: Vec<String>,
}

/// A terminal of tmux, with a bash in it.
struct Terminal {
    tmux: PathBuf,
    socket: PathBuf,
    prompts: u32,
}

impl Terminal {
    fn start(tmux: PathBuf, world: &World, columns: u32) -> Terminal {
        let socket = world.home.home().join(format!("tmux-{columns}"));
        let terminal = Terminal { tmux, socket, prompts: 0 };
        let rc = world.home.write(
            "../.first-hour.rc",
            format!(
                "PS1='$ '\nPROMPT_COMMAND='n=$((n+1)); \"{0}\" -S \"{1}\" wait-for -S p$n'\n",
                terminal.tmux.display(),
                terminal.socket.display()
            ),
        );
        let bash = on_path("bash").unwrap();
        let size = [columns.to_string(), LINES.to_string()];
        let shell = format!("exec '{}' --rcfile '{}' -i", bash.display(), rc.display());
        let mut command = world.home.command(&terminal.tmux);
        command.arg("-u").arg("-S").arg(&terminal.socket).args([
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            &size[0],
            "-y",
            &size[1],
        ]);
        assert!(command.arg(shell).status().unwrap().success(), "tmux does not start");
        terminal
    }

    fn tmux(&self, args: &[&str]) -> String {
        let out = Command::new(&self.tmux).arg("-u").arg("-S").arg(&self.socket).args(args).output().unwrap();
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    /// Waits for the next prompt.
    fn wait(&mut self) {
        self.prompts += 1;
        let name = format!("p{}", self.prompts);
        let mut waiting =
            Command::new(&self.tmux).arg("-u").arg("-S").arg(&self.socket).args(["wait-for", &name]).spawn().unwrap();
        let begun = Instant::now();
        let ended = loop {
            if let Some(ended) = waiting.try_wait().unwrap() {
                break ended;
            }
            if begun.elapsed() > WAIT_MAX {
                let _ = waiting.kill();
                panic!("no prompt came back; the screen:\n{}", self.screen());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        assert!(ended.success(), "the terminal has ended at prompt {}", self.prompts);
        // bash draws the prompt after it has said so: what is typed before would be shown twice.
        while self.screen().lines().rfind(|line| !line.trim().is_empty()).is_none_or(|line| line.trim() != "$") {
            assert!(begun.elapsed() < WAIT_MAX, "no prompt is drawn; the screen:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for a text on the screen: a question.
    fn wait_for(&self, text: &str) {
        let begun = Instant::now();
        while !self.screen().contains(text) {
            assert!(begun.elapsed() < WAIT_MAX, "`{text}` did not come; the screen:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn enter(&self, text: &str) {
        self.tmux(&["send-keys", "-l", text]);
        self.tmux(&["send-keys", "Enter"]);
    }

    /// What the screen shows, wrapped lines joined.
    fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J", "-S", "-"])
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

/// The steps of the page's console blocks.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut is_inside = false;
    for line in page.lines() {
        match line {
            "```console" => is_inside = true,
            "```" => is_inside = false,
            line if is_inside => match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step { command: command.to_owned(), output: Vec::new() }),
                (None, Some(step)) => step.output.push(line.to_owned()),
                (None, None) => panic!("a line before the first command: {line}"),
            },
            _ => {}
        }
    }
    steps
}

/// The page with these outputs.
fn with_outputs(page: &str, shown: &[Step]) -> String {
    let mut shown = shown.iter();
    let (mut text, mut is_inside) = (String::new(), false);
    for line in page.lines() {
        match line {
            "```console" => is_inside = true,
            "```" => is_inside = false,
            line if is_inside && !line.starts_with("$ ") => continue,
            _ => {}
        }
        text.push_str(line);
        text.push('\n');
        if is_inside && line.starts_with("$ ") {
            for line in &shown.next().unwrap().output {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

/// Types the commands, and returns what the screen shows after each.
fn typed(world: &World, tmux: &Path, columns: u32, steps: &[Step]) -> Vec<Step> {
    let mut terminal = Terminal::start(tmux.to_owned(), world, columns);
    terminal.wait();
    for step in steps {
        terminal.enter(&step.command.replace("/home/ada", world.home.home().to_str().unwrap()));
        if step.command == "goward self uninstall" {
            terminal.wait_for("[y/N]");
            terminal.enter("y");
        }
        terminal.wait();
    }
    let screen = terminal.screen();
    assert!(!screen.contains("\u{2588}") && !screen.contains("MB/s"), "a bar is left on the screen\n{screen}");
    let mut shown: Vec<Step> = Vec::new();
    for line in screen.lines().map(str::trim_end) {
        match (line.strip_prefix("$ "), shown.last_mut()) {
            (Some(command), _) => shown.push(Step { command: plain(world, command), output: Vec::new() }),
            (None, Some(step)) => step.output.push(plain(world, line)),
            (None, None) => {}
        }
    }
    // The last prompt, and the screen's empty rest.
    let last = shown.last_mut().unwrap();
    let end = last.output.iter().rposition(|line| !line.is_empty() && line != "$").map_or(0, |at| at + 1);
    last.output.truncate(end);
    shown
}

/// The line without what differs from run to run and from machine to machine.
fn plain(world: &World, line: &str) -> String {
    let line = line.replace(world.home.home().to_str().unwrap(), "/home/ada").replace(&platform(), "linux-amd64");
    let line = line.replace(&world.upstream.url(), "https://go.example");
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for at in 0..words.len() {
        let next = words.get(at + 1).cloned().unwrap_or_default();
        let is_number = words[at].trim_start_matches('(').parse::<f64>().is_ok();
        if is_number && (next == "s" || next.starts_with("s,") || next.starts_with("s;")) {
            words[at] = "2.1".to_owned();
        } else if is_number && (next.starts_with("MB") || next.starts_with("kB")) {
            let open = if words[at].starts_with('(') { "(" } else { "" };
            words[at] = format!("{open}75.8");
            words[at + 1] = next.replacen("kB", "MB", 1);
        }
    }
    let mut line = words.join(" ");
    // The name of a change's folder has the time in it.
    if let Some(at) = line.find("/transactions/") {
        line.truncate(at + "/transactions/".len());
        line.push('…');
    }
    line
}

fn world() -> World {
    let telling = |version: &str| {
        let said = format!("go version go{version} linux/amd64");
        TinyToolchain::host(version).with_program("bin/go", &Program::new().say(&said))
    };
    let mut world = World::offering(support::OFFERED.map(telling));
    world.home.remove_env("NO_COLOR");
    let bin = world.home.home().join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_goward"), bin.join("goward")).unwrap();
    std::fs::create_dir_all(world.home.home().join("work/shop")).unwrap();
    std::fs::write(world.home.home().join("work/shop/go.mod"), "module example.test/shop\n\ngo 1.25\n").unwrap();
    std::fs::write(world.home.home().join(".bashrc"), "").unwrap();
    telling("1.25.9").write_tree(&world.home.home().join("old/go"));
    let path = std::env::join_paths([bin, "/usr/bin".into(), "/bin".into()]).unwrap();
    world.home.set_env("PATH", path).set_env("TERM", "xterm-256color").set_env("SHELL", "/bin/bash");
    world
}

#[test]
fn the_page_is_what_a_terminal_shows_at_80_and_at_40_columns() {
    let Some(tmux) = on_path("tmux") else { return eprintln!("skipped: no tmux on PATH") };
    let page = std::fs::read_to_string(PAGE).unwrap();
    let told = steps(&page);
    assert!(told.len() > 12, "the page has few commands");
    let wide = typed(&world(), &tmux, 80, &told);
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        std::fs::write(PAGE, with_outputs(&page, &wide)).unwrap();
    } else {
        assert_eq!(wide, told);
    }
    let narrow = typed(&world(), &tmux, 40, &told);
    assert_eq!(narrow, wide, "at 40 columns other lines are shown");
}
