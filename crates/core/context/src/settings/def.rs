//! The definition of a setting: its name, its variable, its kind.

/// A setting: its key in `config.toml`, its variable, its kind, its default, its meaning.
#[derive(Debug, PartialEq, Eq)]
pub struct Def {
    /// The key in `config.toml`; a dot separates the table from the key.
    pub key: &'static str,
    /// The variable.
    pub env: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// The default, as text.
    pub default: &'static str,
    /// What it means, in one sentence.
    pub doc: &'static str,
}

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text; empty means not set.
    Text,
    /// A version of Go; empty means not set.
    Release,
    /// An absolute path; empty means not set.
    Path,
    /// A program with its arguments, words separated by spaces; empty means not set. The program is an absolute path,
    /// or a name that is looked up in `PATH`: any other path would name another program in every folder.
    Program,
    /// An `http` or `https` address.
    Address,
    /// A whole number within bounds, both included.
    Count(u64, u64),
    /// A number from 0 to 1.
    Share,
    /// On or off.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Words, separated by commas or spaces; in the file an array.
    Words,
    /// `name=value` pairs, separated by spaces; in the file a table.
    Map,
}

impl Kind {
    pub(super) fn noun(self) -> &'static str {
        match self {
            Kind::Text => "a text",
            Kind::Release => "a version",
            Kind::Path => "an absolute path",
            Kind::Program => "a program with its arguments",
            Kind::Address => "an address",
            Kind::Count(..) => "a whole number",
            Kind::Share => "a number from 0 to 1",
            Kind::Switch => "`true` or `false`",
            Kind::Choice(_) => "one of the words",
            Kind::Words => "an array of texts",
            Kind::Map => "a table of name = \"address\"",
        }
    }
}
