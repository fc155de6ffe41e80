//! `goward check`, and the forms of reports.

use std::path::PathBuf;

use checklist::Expectation;
use clap::{Args, ValueEnum};

/// `goward check`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  goward check                               the list `install`
  goward check trio project                  two lists, each item once
  goward check install --expect GOPATH=/srv/go
  goward check switch --format junit -o check.xml
  goward check release --file checks.toml    a list of the team's own
  goward check --list                        the lists and items

An item passes, fails, or is left out with the reason. The exit code is 9 where one failed. A check
changes nothing. docs/checks.md describes the lists and the file.")]
pub struct CheckArgs {
    /// Lists and items.
    #[arg(value_name = "LIST|ITEM", add = crate::candidates::checks())]
    pub names: Vec<String>,
    /// List the lists and items.
    #[arg(long)]
    pub list: bool,
    /// The form.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: ReportFormat,
    /// Write the report into this file; standard output gets the text.
    #[arg(short, long, value_name = "FILE", conflicts_with = "list")]
    pub output: Option<PathBuf>,
    /// Expect this value, of a variable of the go command or of an item.
    #[arg(long, value_name = "NAME=VALUE", value_parser = expectation)]
    pub expect: Vec<Expectation>,
    /// Read lists and items of your own from this file, besides those of `check.files`.
    #[arg(long = "file", value_name = "LISTS.toml")]
    pub files: Vec<PathBuf>,
    /// Leave out what comes after the first failure.
    #[arg(long)]
    pub stop_at_first: bool,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Lines for people.
    Text,
    /// The object of `--json`.
    Json,
    /// JUnit XML, for CI servers.
    Junit,
}

fn expectation(text: &str) -> Result<Expectation, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok(Expectation { name: name.to_owned(), value: value.to_owned() }),
        _ => Err("write NAME=VALUE, for instance GOPATH=/srv/go".to_owned()),
    }
}
