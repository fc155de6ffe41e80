//! Small programs of a test's own: a script where the system runs scripts, a stand-in where it does not.
//!
//! On Unix a [`Program`] is a script of words of the shell itself, so that it runs with an empty PATH. Windows starts
//! nothing but its own programs: there it is the one that `standin/main.rs` makes, with the same deeds as a text behind
//! its end. So the bytes follow from the deeds on both, and other deeds are other bytes.

use std::path::Path;
use std::process::Command;

/// What a small program does, one deed after the other; then it ends with 0.
#[derive(Clone, Debug, Default)]
pub struct Program {
    script: String,
    deeds: String,
}

/// What stands before the deeds; `standin/main.rs` looks for it.
#[cfg(windows)]
const MARK: &[u8] = b"\n--- stand-in\n";
/// So many bytes at its end the stand-in looks at, as `standin/main.rs` has it too.
#[cfg(windows)]
const TEXT_BYTES_MAX: usize = 4096;

impl Program {
    /// One that does nothing.
    pub fn new() -> Program {
        Program::default()
    }

    /// Prints this line.
    pub fn say(self, text: &str) -> Program {
        self.deed(&format!("printf '%s\\n' {}", quoted(text)), &format!("say\t{text}"))
    }

    /// Prints its arguments, one a line.
    pub fn say_args(self) -> Program {
        self.deed("if [ $# -gt 0 ]; then printf '%s\\n' \"$@\"; fi", "args")
    }

    /// Prints the path that it is run by.
    pub fn say_own_path(self) -> Program {
        self.deed("printf '%s\\n' \"$0\"", "own-path")
    }

    /// Prints how many arguments there are, and how many letters with one space between any two.
    pub fn say_counts(self) -> Program {
        self.deed("all=\"$*\"; echo \"$# ${#all}\"", "count")
    }

    /// Prints every variable as `NAME=value`.
    pub fn say_env(self) -> Program {
        self.deed("/usr/bin/env", "env")
    }

    /// Prints `in` and its process's number, and then does nothing for longer than any test takes.
    pub fn sleep(self) -> Program {
        self.deed("echo \"in $$\"; exec /bin/sleep 600", "sleep")
    }

    /// Ends with this code.
    pub fn exit(self, code: u8) -> Program {
        self.deed(&format!("exit {code}"), &format!("exit\t{code}"))
    }

    /// Ends with the code that its second argument names.
    pub fn exit_with_argument(self) -> Program {
        self.deed("exit \"$2\"", "exit-with-argument")
    }

    /// Runs this program with its own arguments and ends as that ends; on Unix the other one takes its place.
    pub fn run(self, path: impl AsRef<Path>) -> Program {
        let path = path.as_ref().display().to_string();
        self.deed(&format!("exec {} \"$@\"", quoted(&path)), &format!("run\t{path}"))
    }

    /// Runs this program with its own arguments in a process of its own, and ends as that ends.
    pub fn run_beside(self, path: impl AsRef<Path>) -> Program {
        let path = path.as_ref().display().to_string();
        self.deed(&format!("{} \"$@\"; exit $?", quoted(&path)), &format!("run\t{path}"))
    }

    /// Is ended by a signal (Unix; elsewhere it ends with the code of a program that could not do what it should).
    pub fn killed(self) -> Program {
        self.deed("kill -TERM $$", "killed")
    }

    /// Does the one thing that `other` does if the first argument is this word.
    pub fn when(self, word: &str, other: Program) -> Program {
        assert_eq!(other.deeds.lines().count(), 1, "one deed, not a text of them");
        self.deed(
            &format!("if [ \"${{1-}}\" = {} ]; then {}; fi", quoted(word), other.script.trim_end()),
            &format!("when\t{word}\t{}", other.deeds.trim_end()),
        )
    }

    fn deed(mut self, script: &str, deed: &str) -> Program {
        self.script.push_str(script);
        self.script.push('\n');
        self.deeds.push_str(deed);
        self.deeds.push('\n');
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
        stand_in(&self.deeds)
    }
}

impl Program {
    /// Makes this file of it.
    ///
    /// On Unix another program writes it: a file that this process has open for writing may be open in a child of
    /// another test at the moment it is to be run, and the system then says "text file busy".
    pub(crate) fn place(&self, path: &Path) {
        if cfg!(windows) {
            return std::fs::write(path, self.bytes()).expect("a file in the sandbox");
        }
        let text = path.with_extension("text");
        std::fs::write(&text, self.bytes()).expect("a file in the sandbox");
        let copied = Command::new("/bin/cp").arg(&text).arg(path).status().expect("every Unix has cp");
        assert!(copied.success(), "{} cannot be written", path.display());
        std::fs::remove_file(&text).expect("our own file");
        crate::tiny::set_mode(path, 0o755);
    }
}

/// Says in the list of tests that one is not run on Windows, and why; it is there under `cfg(unix)`.
#[macro_export]
macro_rules! left_out_on_windows {
    ($name:ident, $reason:literal) => {
        #[cfg(windows)]
        #[test]
        #[ignore = $reason]
        fn $name() {}
    };
}

/// The file name of a program: with `.exe` where programs have it.
pub fn file_name(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

/// The stand-in that does these deeds.
#[cfg(windows)]
pub(crate) fn stand_in(deeds: &str) -> Vec<u8> {
    assert!(MARK.len() + deeds.len() <= TEXT_BYTES_MAX, "the stand-in looks no further back for its deeds: {deeds}");
    [include_bytes!(env!("TESTKIT_STAND_IN")), MARK, deeds.as_bytes()].concat()
}

/// A word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(all(test, windows))]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_that_finds_no_deeds_says_so_by_its_code() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("broken.exe");
        let whole = stand_in("");
        for (bytes, code) in [(&whole[..], 0), (&whole[..whole.len() - MARK.len()], 99)] {
            std::fs::write(&path, bytes).expect("a file");
            assert_eq!(Command::new(&path).status().expect("a program").code(), Some(code));
        }
    }

    #[test]
    #[should_panic(expected = "looks no further back")]
    fn a_text_that_the_stand_in_would_not_find_is_not_made() {
        stand_in(&"say\tx\n".repeat(700));
    }
}
