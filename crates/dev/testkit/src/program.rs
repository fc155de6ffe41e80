//! Small programs for tests: a script on systems that run scripts, a fake program on others.
//!
//! On Unix a [`Program`] is a script of shell built-ins, so that it runs with an empty PATH. Windows starts only its
//! own programs: there it is the one of `fake_program/main.rs`, with the same steps as a text after its end. So on both
//! systems the steps determine the bytes.

use std::path::Path;
use std::process::Command;

/// The steps of a small program; after them it ends with 0.
#[derive(Clone, Debug, Default)]
pub struct Program {
    script: String,
    steps: String,
}

/// The mark before the steps; `fake_program/main.rs` looks for it.
#[cfg(windows)]
const MARK: &[u8] = b"\n--- stand-in\n";
/// How many bytes at its end the fake program reads, as in `fake_program/main.rs`.
#[cfg(windows)]
const TEXT_BYTES_MAX: usize = 4096;

impl Program {
    /// One that does nothing.
    pub fn new() -> Program {
        Program::default()
    }

    /// Prints this line.
    pub fn say(self, text: &str) -> Program {
        self.step(&format!("printf '%s\\n' {}", quoted(text)), &format!("say\t{text}"))
    }

    /// Prints its arguments, one on each line.
    pub fn say_args(self) -> Program {
        self.step("if [ $# -gt 0 ]; then printf '%s\\n' \"$@\"; fi", "args")
    }

    /// Prints its own path.
    pub fn say_own_path(self) -> Program {
        self.step("printf '%s\\n' \"$0\"", "own-path")
    }

    /// Prints how many arguments there are, and how many letters with one space between any two.
    pub fn say_counts(self) -> Program {
        self.step("all=\"$*\"; echo \"$# ${#all}\"", "count")
    }

    /// Prints every variable as `NAME=value`.
    pub fn say_env(self) -> Program {
        self.step("/usr/bin/env", "env")
    }

    /// Prints `in` and its process's number, and then sleeps for longer than any test takes.
    pub fn sleep(self) -> Program {
        self.step("echo \"in $$\"; exec /bin/sleep 600", "sleep")
    }

    /// Ends with this code.
    pub fn exit(self, code: u8) -> Program {
        self.step(&format!("exit {code}"), &format!("exit\t{code}"))
    }

    /// Ends with the code that its second argument names.
    pub fn exit_with_argument(self) -> Program {
        self.step("exit \"$2\"", "exit-with-argument")
    }

    /// Runs this program with its own arguments and ends as that ends; on Unix it replaces itself.
    pub fn run(self, path: impl AsRef<Path>) -> Program {
        let path = path.as_ref().display().to_string();
        self.step(&format!("exec {} \"$@\"", quoted(&path)), &format!("run\t{path}"))
    }

    /// Runs this program with its own arguments as a child, and ends as that ends.
    pub fn run_beside(self, path: impl AsRef<Path>) -> Program {
        let path = path.as_ref().display().to_string();
        self.step(&format!("{} \"$@\"; exit $?", quoted(&path)), &format!("run\t{path}"))
    }

    /// Is ended by a signal (Unix; elsewhere it ends with the code of a program that failed).
    pub fn killed(self) -> Program {
        self.step("kill -TERM $$", "killed")
    }

    /// Runs the step of `other` if the first argument is this word.
    pub fn when(self, word: &str, other: Program) -> Program {
        assert_eq!(other.steps.lines().count(), 1, "one step, not a text of them");
        self.step(
            &format!("if [ \"${{1-}}\" = {} ]; then {}; fi", quoted(word), other.script.trim_end()),
            &format!("when\t{word}\t{}", other.steps.trim_end()),
        )
    }

    fn step(mut self, script: &str, step: &str) -> Program {
        self.script.push_str(script);
        self.script.push('\n');
        self.steps.push_str(step);
        self.steps.push('\n');
        self
    }

    /// The file of this program.
    #[cfg(not(windows))]
    pub fn bytes(&self) -> Vec<u8> {
        format!("#!/bin/sh\n{}", self.script).into_bytes()
    }

    /// The file of this program.
    #[cfg(windows)]
    pub fn bytes(&self) -> Vec<u8> {
        fake_program(&self.steps)
    }
}

impl Program {
    /// Writes it to this file.
    pub(crate) fn place(&self, path: &Path) {
        write_program(path, &self.bytes());
    }
}

/// Writes a program of these bytes, as [`copy_program`] copies one.
pub fn write_program(path: &Path, bytes: &[u8]) {
    let text = path.with_extension("text");
    std::fs::write(&text, bytes).expect("a file in the sandbox");
    // An existing file keeps its bytes, for processes that run it.
    let _ = std::fs::remove_file(path);
    copy_program(&text, path);
    std::fs::remove_file(&text).expect("our own file");
}

/// Copies a program, on Unix by another program: a file that this process has open for writing may be open in a child
/// of another test when it is started, and then the system returns "text file busy".
pub fn copy_program(from: &Path, to: &Path) {
    if cfg!(windows) {
        std::fs::copy(from, to).expect("a file in the sandbox");
        return;
    }
    let copied = Command::new("/bin/cp").arg(from).arg(to).status().expect("every Unix has cp");
    assert!(copied.success(), "{} cannot be written", to.display());
    set_mode(to, 0o755);
}

/// Marks a test as not run on Windows, with the reason, in the list of tests; the test itself is under `cfg(unix)`.
#[macro_export]
macro_rules! left_out_on_windows {
    ($name:ident, $reason:literal) => {
        #[cfg(windows)]
        #[test]
        #[ignore = $reason]
        fn $name() {}
    };
}

/// The file name of a program: with `.exe` on Windows.
pub fn file_name(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

/// The fake program with these steps.
#[cfg(windows)]
pub(crate) fn fake_program(steps: &str) -> Vec<u8> {
    assert!(
        MARK.len() + steps.len() <= TEXT_BYTES_MAX,
        "the fake program looks no further back for its steps: {steps}"
    );
    [include_bytes!(env!("TESTKIT_FAKE_PROGRAM")), MARK, steps.as_bytes()].concat()
}

/// Sets permission bits on systems that have them.
pub(crate) fn set_mode(path: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("mode set");
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}

/// A quoted word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(all(test, windows))]
mod tests {
    use super::*;

    #[test]
    fn a_fake_program_that_finds_no_steps_says_so_by_its_code() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("broken.exe");
        let whole = fake_program("");
        for (bytes, code) in [(&whole[..], 0), (&whole[..whole.len() - MARK.len()], 99)] {
            std::fs::write(&path, bytes).expect("a file");
            assert_eq!(Command::new(&path).status().expect("a program").code(), Some(code));
        }
    }

    #[test]
    #[should_panic(expected = "looks no further back")]
    fn a_text_that_the_fake_program_would_not_find_is_not_made() {
        fake_program(&"say\tx\n".repeat(700));
    }
}
