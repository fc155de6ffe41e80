//! `goward env`.

use clap::{Args, ValueEnum};

/// `goward env`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward env                        the go command's variables, as they are under goward in this folder
  goward env GOPATH GOMODCACHE      the values alone, a line each
  goward env --explain              with the rule behind each, and the overridden values
  goward env --tree                 which folder contains which
  goward env --tree --format dot    the same for Graphviz; mermaid for Markdown
  eval \"$(goward env --shell bash)\"  what `goward run` changes, for this shell

No go command is run. Where two have set a variable, the environment counts, then the file that
`go env -w` writes, then goward's `isolate.*` settings, then the toolchain's go.env, then the
go command's default.")]
pub struct EnvArgs {
    /// Only these variables, their values alone (with `--explain`, the rules, too).
    #[arg(value_name = "NAME", conflicts_with_all = ["shell", "tree"], add = crate::candidates::variables())]
    pub names: Vec<String>,
    /// Show the rule behind each value, and the values that it overrides.
    #[arg(long, conflicts_with = "shell")]
    pub explain: bool,
    /// Draw which of GOROOT, GOPATH, GOMOD, GOWORK and the caches contains which.
    #[arg(long, conflicts_with = "shell")]
    pub tree: bool,
    /// With --tree, the form of the picture.
    #[arg(long, value_name = "FORM", default_value = "text", requires = "tree")]
    pub format: EnvTreeFormat,
    /// Print what `goward run` changes in the environment, in the language of a shell.
    #[arg(long, value_name = "SHELL")]
    pub shell: Option<EnvShell>,
}

/// A form of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EnvTreeFormat {
    /// Lines.
    Text,
    /// A diagram for Markdown.
    Mermaid,
    /// A diagram for Graphviz.
    Dot,
    /// The object of `--json`.
    Json,
}

/// The languages that a change of the environment can be printed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EnvShell {
    /// The POSIX shell: sh, dash, ksh.
    Sh,
    /// bash.
    Bash,
    /// zsh.
    Zsh,
    /// fish.
    Fish,
    /// PowerShell.
    #[value(alias = "powershell")]
    Pwsh,
    /// nushell.
    #[value(alias = "nushell")]
    Nu,
}
