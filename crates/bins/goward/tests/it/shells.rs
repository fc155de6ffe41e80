//! Real shells in a terminal after `goward setup`, as transcripts.
//!
//! Each session runs behind `script`, which gives it a terminal; what its commands print goes to a file, and that file
//! with the lines that were typed is the snapshot. A missing shell is reported as skipped. The shim is a script of its
//! name that calls `goward run` in its working folder.
#![cfg(target_os = "linux")] // sessions of the shells of Unix

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::support::{World, platform};
use insta::assert_snapshot;
use testkit::on_path;

/// How long a shell may take to its next prompt; on a loaded machine nushell needs seconds.
const PROMPT_SECONDS_MAX: u64 = 60;
/// What every shell here writes when it is ready for a line: the switch that turns bracketed paste on.
const READY: &[u8] = b"\x1b[?2004h";
/// A shell asks the terminal for the cursor's position, and waits for the answer.
const WHERE_IS_THE_CURSOR: &[u8] = b"\x1b[6n";

/// A shell of this machine, or why it is not tested.
fn shell(name: &str) -> Option<PathBuf> {
    let cached = || {
        // Where `.ci/setup` puts nushell, which no Debian release has.
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cache")))?;
        let versions = std::fs::read_dir(cache.join("goward-tests")).ok()?;
        let packages =
            versions.flatten().flat_map(|version| std::fs::read_dir(version.path().join("node_modules/@nushell")));
        packages
            .flat_map(|folder| folder.flatten())
            .map(|package| package.path().join("bin/nu"))
            .find(|nu| nu.is_file())
    };
    let found = on_path(name).or_else(|| if name == "nu" { cached() } else { None });
    if found.is_none() {
        eprintln!("skipped: no {name} on PATH; `.ci/setup` installs it");
    } else if on_path("script").is_none() {
        eprintln!("skipped: no `script` to give {name} a terminal");
        return None;
    }
    found
}

/// A world whose home has every character that breaks careless scripts, with two toolchains and their stand-in shim.
struct Home {
    world: World,
    home: PathBuf,
}

impl Home {
    fn new() -> Home {
        Home::named("we'ird $HOME \"x\" `\u{fc}` \\ *")
    }

    fn named(name: &str) -> Home {
        let mut world = World::new();
        let home = world.home.home().join(name);
        std::fs::create_dir_all(&home).unwrap();
        world.home.set_env("HOME", &home).set_env("GOWARD_HOME", home.join("goward")).set_env("TERM", "xterm");
        for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"] {
            world.home.remove_env(name);
        }
        // The shells and their plug-ins call programs of the machine.
        let path = format!("{}:/usr/bin:/bin", world.home.path_folder().display());
        world.home.set_env("PATH", path);
        world.home.add_program("show-path", "#!/bin/sh\nprintf '%s\\n' \"$PATH\"\n");
        world.goward("install 1.26.8 1.27.3 --quiet").success();
        world.goward("use 1.27.3 --quiet").success();
        let home = Home { world, home };
        home.program(
            "goward/shims/go",
            &format!("#!/bin/sh\nexec '{}' --no-install run -- go \"$@\"\n", env!("CARGO_BIN_EXE_goward")),
        );
        home.program("rival/go", "#!/bin/sh\necho a rival\n");
        home.write("new/go.mod", "module m\n\ngo 1.27.3\n");
        home.write("old/.go-version", "1.26.8\n");
        home
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.home.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn program(&self, path: &str, text: &str) {
        testkit::program::write_program(&self.write(path, ""), text.as_bytes());
    }

    /// The file for the output of a session's commands.
    fn printed(&self) -> String {
        let text = std::fs::read_to_string(self.home.join("printed")).unwrap_or_default();
        let text = text
            .replace(&self.home.display().to_string(), "~")
            .replace(&platform().replace('-', "/"), "[PLATFORM]")
            .replace(&platform(), "[PLATFORM]");
        text.replace(&self.world.home.path_folder().display().to_string(), "[TOOLS]")
    }

    /// Starts a shell in the home folder.
    fn session(&self, program: &Path, args: &str) -> Session {
        let mut command = self.world.home.command(on_path("script").unwrap());
        let line = format!("exec {} {args}", program.display());
        command.args(["-qefc", &line, "/dev/null"]).current_dir(&self.home);
        command.env("SHELL", "/bin/sh").env("printed", self.home.join("printed"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let input = Arc::new(Mutex::new(child.stdin.take().unwrap()));
        let seen = Arc::new((Mutex::new(Seen::default()), Condvar::new()));
        listen(child.stdout.take().unwrap(), seen.clone(), input.clone());
        let session = Session { child, input, seen, prompts: 0 };
        session.next_prompt()
    }

    /// Types lines into a shell after the set-up; returns the typed and the printed text.
    fn talk(&self, mut session: Session, lines: &[Line]) -> String {
        let mut transcript = String::new();
        let mut length = 0;
        for line in lines {
            match line {
                Line::Type(text) => {
                    transcript.push_str(&format!("> {text}\n"));
                    session = session.line(text);
                }
                Line::Outside(words) => {
                    transcript.push_str(&format!("(elsewhere) goward {words}\n"));
                    self.world.goward(&format!("{words} --quiet")).success();
                }
            }
            let printed = self.printed();
            transcript.push_str(&printed[length..]);
            length = printed.len();
        }
        session.end();
        transcript
    }
}

/// One step of a session.
#[derive(Clone, Copy)]
enum Line {
    /// A line that is typed.
    Type(&'static str),
    /// goward, called from another process meanwhile.
    Outside(&'static str),
}

use Line::{Outside, Type};

/// Goes into two folders that pin, and back; `go` prints the version, in the shell's own words.
fn folders(go: &'static str) -> [Line; 5] {
    ["cd new", go, "cd ../old", go, "cd .."].map(Type)
}

/// Enables the prompt's variable with `set`, and prints it with `tell` after a switch and in a folder that pins.
fn prompts(set: &'static str, tell: &'static str) -> [Line; 7] {
    [Type(set), Type(tell), Outside("use 1.27.3"), Type("cd ."), Type(tell), Type("cd old"), Type(tell)]
}

#[derive(Default)]
struct Seen {
    bytes: Vec<u8>,
    closed: bool,
}

impl Seen {
    fn count(&self, text: &[u8]) -> usize {
        self.bytes.windows(text.len()).filter(|window| *window == text).count()
    }
}

struct Session {
    child: Child,
    input: Arc<Mutex<std::process::ChildStdin>>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    prompts: usize,
}

impl Session {
    /// Types a line and waits for the prompt that follows.
    fn line(self, text: &str) -> Session {
        self.input.lock().unwrap().write_all(format!("{text}\r").as_bytes()).unwrap();
        self.next_prompt()
    }

    fn next_prompt(mut self) -> Session {
        let (seen, changed) = &*self.seen;
        let wanted = self.prompts + 1;
        let waits = |seen: &mut Seen| seen.count(READY) < wanted && !seen.closed;
        let seen = seen.lock().unwrap();
        let (seen, _) = changed.wait_timeout_while(seen, Duration::from_secs(PROMPT_SECONDS_MAX), waits).unwrap();
        assert!(
            seen.count(READY) >= wanted,
            "no prompt; the terminal shows:\n{}",
            String::from_utf8_lossy(&seen.bytes)
        );
        drop(seen);
        self.prompts = wanted;
        self
    }

    /// What the terminal has shown.
    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.seen.0.lock().unwrap().bytes).into_owned()
    }

    fn end(mut self) {
        // It may end before it has read the line.
        let _ = self.input.lock().unwrap().write_all(b"exit\r");
        self.child.wait().unwrap();
    }
}

/// Collects the terminal's output, and answers requests for the cursor's position.
fn listen(
    mut from: impl Read + Send + 'static,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    input: Arc<Mutex<std::process::ChildStdin>>,
) {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        let mut answered = 0;
        loop {
            let read = from.read(&mut buffer).unwrap_or(0);
            let mut now = seen.0.lock().unwrap();
            now.bytes.extend_from_slice(&buffer[..read]);
            now.closed = read == 0;
            let asked = now.count(WHERE_IS_THE_CURSOR);
            drop(now);
            seen.1.notify_all();
            for _ in answered..asked {
                let _ = input.lock().unwrap().write_all(b"\x1b[1;1R");
            }
            answered = asked;
            if read == 0 {
                return;
            }
        }
    });
}

#[test]
fn bash_goes_by_the_folder_and_the_default_and_puts_up_with_set_eu() {
    let Some(bash) = shell("bash") else { return };
    let home = Home::new();
    home.write(".bashrc", "case $- in *i*) ;; *) return ;; esac\nPROMPT_COMMAND='asked=$?'");
    home.world.goward("setup --shell bash --quiet").success();
    let transcript = home.talk(
        home.session(&bash, "--noprofile -i"),
        &[
            &[Type(r#"exec 9>>"$printed""#)][..],
            &folders("go version >&9"),
            &[
                Type("go version >&9"),
                Outside("use 1.26.8"),
                Type("go version >&9"),
                Type("show-path >&9"),
                Type(r#". "$GOWARD_HOME/shell/activate.bash""#),
                Type("show-path >&9; declare -p PROMPT_COMMAND >&9"),
                Type(r#"PATH=$HOME/rival:$PATH"#),
                Type("go version >&9"),
                Type("(exit 3)"),
                Type(r#"echo "asked=$asked" >&9"#),
                Type("set -eu; IFS=o; shopt -s nocasematch failglob"),
                Type("false && true"),
            ],
            &prompts("GOWARD_PROMPT=1", r#"echo "prompt $GOWARD_PROMPT_VERSION" >&9"#),
            &[Type(r#"echo "GOROOT=${GOROOT-} GOPATH=${GOPATH-} GOCACHE=${GOCACHE-}" >&9"#)],
        ]
        .concat(),
    );
    assert_snapshot!("bash", transcript);
}

#[test]
fn bash_keeps_an_array_of_prompt_commands_and_reads_its_login_file() {
    let Some(bash) = shell("bash") else { return };
    let home = Home::new();
    home.write(".bash_profile", "PROMPT_COMMAND=('one=1' 'two=2')\n");
    home.world.goward("setup --shell bash --quiet").success();
    let transcript = home.talk(
        home.session(&bash, "-l -i"),
        &[
            Type(r#"exec 9>>"$printed""#),
            Type(r#". "$GOWARD_HOME/shell/activate.bash"; declare -p PROMPT_COMMAND >&9"#),
            Type(r#"echo "$one$two" >&9; echo "${PATH%%:*}" >&9"#),
            // The user removes the shims, and they stay removed.
            Type("PATH=/usr/bin:/bin"),
            Type("echo \"$PATH\" >&9"),
        ],
    );
    assert_snapshot!("bash_login", transcript);
}

#[test]
fn zsh_goes_by_the_folder_and_the_default_and_puts_up_with_its_options() {
    let Some(zsh) = shell("zsh") else { return };
    let home = Home::new();
    home.write(".zshrc", "precmd() { mine=1 }\nsetopt nounset sh_word_split ksh_arrays glob_subst no_nomatch sh_glob glob_assign ksh_glob\n");
    home.world.goward("setup --shell zsh --quiet").success();
    let transcript = home.talk(
        home.session(&zsh, "-i"),
        &[
            &[Type(r#"exec 9>>"$printed""#)][..],
            &folders("go version >&9"),
            &[
                Outside("use 1.26.8"),
                Type("go version >&9"),
                Type(r#". "$GOWARD_HOME/shell/activate.zsh""#),
                Type(r#"show-path >&9; echo "${precmd_functions[@]}" $mine >&9"#),
                Type(r#"PATH=$HOME/rival:$PATH"#),
                Type("go version >&9"),
                Type("setopt err_exit; IFS=o"),
                Type("false && true"),
            ],
            &prompts("GOWARD_PROMPT=1", r#"echo "prompt $GOWARD_PROMPT_VERSION" >&9"#),
        ]
        .concat(),
    );
    assert_snapshot!("zsh", transcript);
}

#[test]
fn fish_goes_by_the_folder_and_the_default() {
    let Some(fish) = shell("fish") else { return };
    let home = Home::new();
    home.world.goward("setup --shell fish --quiet").success();
    let transcript = home.talk(
        home.session(&fish, "-i"),
        &[
            &folders("go version >>$printed")[..],
            &[
                Outside("use 1.26.8"),
                Type("go version >>$printed"),
                Type("source $GOWARD_HOME/shell/activate.fish"),
                Type("show-path >>$printed"),
                Type("set -gx PATH $HOME/rival $PATH"),
                Type("go version >>$printed"),
            ],
            &prompts("set GOWARD_PROMPT 1", r#"echo "prompt $GOWARD_PROMPT_VERSION" >>$printed"#),
        ]
        .concat(),
    );
    assert_snapshot!("fish", transcript);
}

#[test]
fn elvish_goes_by_the_folder_and_the_default() {
    let Some(elvish) = shell("elvish") else { return };
    let home = Home::new();
    home.world.goward("setup --shell elvish --quiet").success();
    let transcript = home.talk(
        home.session(&elvish, ""),
        &[
            &folders("go version >>$E:printed")[..],
            &[
                Outside("use 1.26.8"),
                Type("go version >>$E:printed"),
                Type("eval (slurp < $E:GOWARD_HOME/shell/activate.elv)"),
                Type("show-path >>$E:printed"),
                Type("set paths = [$E:HOME/rival $@paths]"),
                Type("go version >>$E:printed"),
            ],
            &prompts("set E:GOWARD_PROMPT = 1", "echo prompt $E:GOWARD_PROMPT_VERSION >>$E:printed"),
            &[Type("echo (kind-of $edit:completion:arg-completer[goward]) >>$E:printed")],
        ]
        .concat(),
    );
    assert_snapshot!("elvish", transcript);
}

#[test]
fn nushell_reads_its_completions_and_knows_every_command() {
    let Some(nu) = shell("nu") else { return };
    let home = Home::new();
    let script = home.world.goward("completions nu").success().stdout.clone();
    assert_eq!(script, home.world.goward("completions nushell").success().stdout);
    let path = home.world.home.below("completions.nu");
    std::fs::write(&path, script).unwrap();
    let ask = "scope externs | where name =~ '^goward' | get name | str join \"\\n\"";
    let told = Command::new(nu)
        .args(["--no-config-file", "-c", &format!("use '{}' *; {ask}", path.display())])
        .env("HOME", home.world.home.below(""))
        .output()
        .unwrap();
    let names = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    for command in ["goward", "goward install", "goward bundle create", "goward ide setup"] {
        assert!(names.lines().any(|name| name == command), "{command}: {names}");
    }
}

#[test]
fn nushell_goes_by_the_folder_and_the_default() {
    let Some(nu) = shell("nu") else { return };
    let home = Home::new();
    home.world.goward("setup --shell nu --quiet").success();
    let transcript = home.talk(
        home.session(&nu, ""),
        &[
            &folders("go version | save --append $env.printed")[..],
            &[
                Outside("use 1.26.8"),
                Type("go version | save --append $env.printed"),
                Type("const script = $nu.user-autoload-dirs.0 + '/goward.nu'"),
                Type("source $script"),
                Type("show-path | save --append $env.printed"),
                Type("$env.PATH = ($env.PATH | prepend ($env.HOME + '/rival'))"),
                Type("go version | save --append $env.printed"),
            ],
            &prompts("$env.GOWARD_PROMPT = '1'", r#"$"prompt ($env.GOWARD_PROMPT_VERSION)\n" | save --append $env.printed"#),
            &[
                Type(r#"$"($env.config.hooks.pre_prompt | length) hook\n" | save --append $env.printed"#),
                // The hook's variables are not exported.
                Type("env | lines | where {|line| $line =~ '__goward' } | length | $\"($in)\\n\" | save --append $env.printed"),
                Type("scope externs | where name == 'goward install' | length | $\"($in) extern\\n\" | save --append $env.printed"),
            ],
        ]
        .concat(),
    );
    assert_snapshot!("nu", transcript);
}

#[test]
fn a_rival_that_comes_back_is_told_of_and_in_the_end_let_be() {
    let Some(bash) = shell("bash") else { return };
    let home = Home::new();
    home.world.goward("setup --shell bash --quiet").success();
    let mut session = home.session(&bash, "--noprofile -i");
    // Code after the hook sees the status of the last command.
    session =
        session.line(r"PROMPT_COMMAND+=$'\nlater=$?'").line("(exit 4)").line(r#"echo "later=$later" >>"$printed""#);
    for _ in 0..5 {
        session = session.line("PATH=$HOME/rival:$PATH");
    }
    session = session.line(r#"go >>"$printed""#);
    let shown = session.shown();
    assert_eq!(shown.matches("in PATH again").count(), 3, "{shown}");
    session.end();
    assert_eq!(home.printed(), "later=4\na rival\n");
    // The user's settings stay: the disabled hook, direnv's choice.
    for wish in ["GOWARD_HOOK=off", "DIRENV_DIR=-/x"] {
        let mut session = home.session(&bash, "--noprofile -i").line(wish);
        session = session.line("PATH=$HOME/rival:$PATH").line(r#"go >>"$printed""#);
        assert!(!session.shown().contains("in PATH again"), "{wish}");
        session.end();
    }
    assert_eq!(home.printed(), format!("later=4\n{}", "a rival\n".repeat(3)));
}

#[test]
fn a_plain_posix_shell_and_scripts_of_bash_have_the_shims_once() {
    let home = Home::new();
    home.world.goward("setup --shell bash --quiet").success();
    let profile = home.home.join(".profile");
    for program in ["sh", "dash", "bash"] {
        let Some(program) = on_path(program) else { continue };
        for options in ["-c", "-euc"] {
            let script = ". \"$1\"; . \"$1\"; printf '%s\\n' \"$PATH\"; go version";
            let args = [options.as_ref(), script.as_ref(), "sh".as_ref(), profile.as_os_str()];
            let run = home.world.home.run_program(&program, args).success();
            let shims = home.home.join("goward/shims").display().to_string();
            assert!(run.stdout.starts_with(&format!("{shims}:")), "{}", run.stdout);
            assert_eq!(run.stdout.matches(&shims).count(), 1, "{}", run.stdout);
            assert!(run.stdout.contains("go1.27.3"), "{}", run.stdout);
        }
    }
}

/// A block with `\r` at its line ends makes a POSIX shell refuse the whole profile (`then\r` is no keyword).
#[test]
fn profiles_with_other_line_ends_or_an_open_last_line_are_read_and_given_back() {
    let home = Home::new();
    let texts = ["# mine\r\n# more\r\n", "# mine\r\n# open", "# mine\r\n# more\r", "set -eu\n# open", ""];
    for text in texts {
        let readers =
            [(".profile", "sh"), (".profile", "dash"), (".profile", "bash"), (".bashrc", "bash"), (".zshrc", "zsh")];
        for (profile, _) in readers {
            home.write(profile, text);
        }
        home.world.goward("setup --shell bash --shell zsh --quiet").success();
        for (profile, program) in readers {
            let Some(program) = on_path(program) else { continue };
            let profile = home.home.join(profile);
            let script = ". \"$1\"; go version";
            let args = ["-euc".as_ref(), script.as_ref(), "sh".as_ref(), profile.as_os_str()];
            let run = home.world.home.run_program(&program, args).success();
            assert!(run.stdout.contains("go1.27.3"), "{text:?} in {}: {run:?}", profile.display());
        }
        home.world.goward("unsetup --quiet").success();
        for (profile, _) in readers {
            assert_eq!(std::fs::read_to_string(home.home.join(profile)).unwrap(), text, "{profile}");
        }
    }
}

#[test]
fn profiles_that_end_early_protect_their_variables_or_begin_with_a_mark_do_no_harm() {
    let home = Home::new();
    // Text, and whether the block behind it is reached and can act.
    let texts = [
        // A byte order mark is a strange first word for a shell, and no reason for goward to change a byte.
        ("\u{feff}# mine\n", true),
        ("return 0\n", false),
        ("case $- in *i*) ;; *) return ;; esac\n", false),
        ("readonly PATH\n", false),
        ("readonly PROMPT_COMMAND\nset -eu\n", true),
        ("alias cd=false; alias export=false\n", true),
    ];
    for (text, acts) in texts {
        for (profile, program) in [(".profile", "sh"), (".bashrc", "bash"), (".zshrc", "zsh")] {
            let Some(program) = on_path(program) else { continue };
            home.write(profile, text);
            home.world.goward("setup --shell bash --shell zsh --quiet").success();
            let path = home.home.join(profile);
            // What comes behind the profile runs, whatever the profile does.
            let script = ". \"$1\" 2>/dev/null; printf 'behind %s\\n' \"$(command -v go)\"";
            let args = ["-c".as_ref(), script.as_ref(), "sh".as_ref(), path.as_os_str()];
            let run = home.world.home.run_program(&program, args);
            let is_first = run.stdout.contains("/shims/go");
            if acts {
                assert!(is_first, "{text:?} in {profile}: {}", run.snapshot());
            }
            home.world.goward("unsetup --quiet").success();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{profile}");
        }
    }
}

#[test]
fn fish_and_elvish_read_a_profile_with_other_line_ends() {
    let home = Home::new();
    let text = "# mine\r\n";
    for (shell, profile, script) in [
        ("fish", ".config/fish/config.fish", "source $argv[1]; go version"),
        ("elvish", ".config/elvish/rc.elv", "eval (slurp < $args[0]); e:go version"),
    ] {
        let Some(program) = on_path(shell) else {
            eprintln!("skipped: no {shell} on PATH");
            continue;
        };
        home.write(profile, text);
        home.world.goward(&format!("setup --shell {shell} --quiet")).success();
        let path = home.home.join(profile);
        let run = home.world.home.run_program(&program, ["-c".as_ref(), script.as_ref(), path.as_os_str()]);
        assert!(run.stdout.contains("go1.27.3"), "{shell}: {}", run.snapshot());
        home.world.goward("unsetup --quiet").success();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{shell}");
    }
}

#[test]
fn direnv_gives_the_toolchain_that_is_asked_for_and_loads_anew_when_a_file_changes() {
    let (Some(bash), Some(_)) = (shell("bash"), shell("direnv")) else { return };
    // direnv itself cannot work in a folder whose name has a dollar sign.
    let home = Home::named("we'ird \u{fc}");
    home.write(".bashrc", "eval \"$(direnv hook bash)\"\n");
    home.world.goward("setup --shell bash --quiet").success();
    home.write("old/.envrc", "use goward\n");
    home.write("new/.envrc", "use goward 1.27\n");
    home.write("none/.envrc", "use goward 1.25\n");
    let shown = "type -p go | sed \"s,.*/goward/,,\" >&9";
    let transcript = home.talk(
        home.session(&bash, "--noprofile -i"),
        &[
            Type(r#"exec 9>>"$printed""#),
            Type("direnv allow old; direnv allow new; direnv allow none"),
            Type("cd old"),
            Type(shown),
            Type("go version >&9"),
            // A file that decides changes: the next prompt has the other toolchain.
            Type("echo 1.27.3 > .go-version; touch -d 2001-01-01 .go-version"),
            Type("go version >&9"),
            Type("cd ../new"),
            Type(shown),
            Type("cd .."),
            Type(shown),
            Type("cd none 2>/dev/null; direnv export bash 2>&1 >/dev/null | grep -o 'goward has no.*one' >&9"),
        ],
    );
    assert_snapshot!("direnv", transcript);
}

#[test]
fn a_script_that_is_evaluated_needs_no_file() {
    let home = Home::new();
    for (name, line) in [
        ("bash", "eval \"$(goward activate bash)\""),
        ("zsh", "eval \"$(goward activate zsh)\""),
        ("fish", "goward activate fish | source"),
        ("elvish", "eval (goward activate elvish | slurp)"),
        ("sh", "eval \"$(goward activate sh)\""),
    ] {
        let Some(program) = on_path(name) else {
            eprintln!("skipped: no {name} on PATH");
            continue;
        };
        let script = home.world.home.path_folder().join("goward");
        if !script.exists() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_goward"), script).unwrap();
        }
        // The shims are in PATH twice, after other entries, and are first and unique afterwards.
        let mut command = home.world.home.command(program);
        let shims = home.home.join("goward/shims").display().to_string();
        let tools = home.world.home.path_folder().display().to_string();
        command.env("PATH", format!("{tools}:{shims}:/usr/bin:{shims}:/bin"));
        let output = command.args(["-c", &format!("{line}\nshow-path\n{line}\nshow-path")]).output().unwrap();
        let expected = format!("{shims}:{tools}:/usr/bin:/bin\n").repeat(2);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{name}: {said}");
        assert_eq!(said, "", "{name}");
    }
}

#[test]
fn setup_tells_its_plan_its_transaction_and_the_way_back() {
    let mut home = crate::support::sealed();
    home.cd("");
    let profile = home.write(".bashrc", "export GOROOT=/usr/local/go\n");
    home.write(".config/fish/config.fish", "");
    let outside =
        |home: &testkit::Sandbox| (home.read(".bashrc"), crate::support::names(&home.home().join(".config/fish")));
    let before = outside(&home);
    let mut shown = home.goward(["setup", "--shell", "bash", "--shell", "fish", "--dry-run"]).success().snapshot();
    assert_eq!(outside(&home), before);
    assert!(!home.goward_home().exists(), "a dry run leaves nothing");
    shown.push_str(
        &home.goward(["setup", "--shell", "bash", "--no-profile", "--no-completions", "--dry-run"]).snapshot(),
    );
    assert_snapshot!("setup_dry_run", shown);

    let done = home.goward(["setup", "--shell", "bash", "--shell", "fish", "--json", "--quiet"]).success().json();
    assert_eq!(done["changed"], true);
    let backup = Path::new(done["backup"].as_str().unwrap());
    assert!(backup.is_dir() && backup.to_str().unwrap().contains(done["change"].as_str().unwrap()));
    let again = home.goward(["setup", "--shell", "bash", "--shell", "fish"]).success();
    assert!(again.stdout.contains("nothing changed"), "{}", again.snapshot());

    // Nothing changes if one of several files may not be written.
    home.goward(["unsetup", "--quiet"]).success();
    std::fs::set_permissions(&profile, std::os::unix::fs::PermissionsExt::from_mode(0o444)).unwrap();
    let refused = home.goward(["setup", "--shell", "bash", "--shell", "fish"]).exits(6);
    assert!(!home.home().join(".config/fish/conf.d/goward.fish").exists());
    assert_snapshot!("setup_read_only", refused.snapshot());
    std::fs::remove_file(&profile).unwrap();
    std::fs::write(&profile, &before.0).unwrap();

    home.goward(["setup", "--shell", "bash", "--quiet"]).success();
    let edited = home.read(".bashrc").replace("\nfi\n", "\nfi\nalias g=go\n");
    std::fs::write(&profile, &edited).unwrap();
    // The sum is over text with the home's own name in it.
    let sum = edited.split("Sum: ").nth(1).and_then(|rest| rest.get(..12)).unwrap();
    let shown = home.goward(["unsetup", "--dry-run"]).success().snapshot().replace(sum, "[SUM]");
    assert_snapshot!("unsetup_edited", shown);
    home.goward(["unsetup", "--quiet"]).success();
    assert_eq!(home.read(".bashrc"), edited);
    home.goward(["unsetup", "--force", "--quiet"]).success();
    assert_eq!(home.read(".bashrc"), before.0);
    assert!(home.goward(["unsetup"]).success().stdout.contains("nothing changed"));
    // SHELL decides if no shell is named.
    home.set_env("SHELL", "/bin/tcsh");
    home.goward(["setup"]).exits(3);
    home.set_env("GOWARD_HOME", home.home().join("a:b"));
    home.goward(["activate", "bash"]).exits(6);
}
