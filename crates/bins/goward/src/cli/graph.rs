//! `goward graph`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::candidates;

/// `goward graph`
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  goward graph                      each module with its version, replacement and hash
  goward graph --save graph.json
  goward graph --format mermaid -n 30
  goward graph diff graph.json      what differs here from that file
  goward graph diff old.json new.json
  goward graph diff go1.27          what differs here from that snapshot
  goward graph why golang.org/x/text

The project's own go command is asked, with -mod=readonly: nothing is written, and only go.mod files that
are not in the module cache need a network. Equal projects give equal bytes."
)]
pub struct GraphArgs {
    /// Compare two graphs, or find the way to a module.
    #[command(subcommand)]
    pub command: Option<GraphCommand>,
    /// The project's folder, by default this one.
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Write the graph into this file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// The form.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: GraphFormat,
    /// Show only so many modules.
    #[arg(short = 'n', long = "count", value_name = "COUNT")]
    pub count: Option<usize>,
}

/// The commands of `goward graph`.
#[derive(Debug, Subcommand)]
pub enum GraphCommand {
    /// Show what differs between two graphs; the exit code is 9 if anything does.
    Diff(GraphDiffArgs),
    /// Show the shortest way from the project to a module.
    Why(GraphWhyArgs),
}

/// `goward graph diff`
#[derive(Debug, Args)]
pub struct GraphDiffArgs {
    /// The form: `text`, `mermaid` or `json`.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: GraphFormat,
    /// The graph before: a file of `goward graph --save`, or a snapshot made with `--graph`.
    #[arg(value_name = "BEFORE", add = candidates::snapshots())]
    pub before: String,
    /// The graph after, by default that of the project in this folder.
    #[arg(value_name = "AFTER", add = candidates::snapshots())]
    pub after: Option<String>,
}

/// `goward graph why`
#[derive(Debug, Args)]
pub struct GraphWhyArgs {
    /// The module's path.
    #[arg(value_name = "MODULE")]
    pub module: String,
}

/// A form of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// A line for each module.
    Text,
    /// The file that `--save` writes.
    Json,
    /// A diagram for Markdown.
    Mermaid,
    /// A diagram for Graphviz.
    Dot,
}
