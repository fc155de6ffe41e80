//! Why no decision could be made.

use diag::{Class, Diagnose, Diagnosis, Hints, hint};
use release::{RequestError, cut, shown};

use crate::origin::Origin;

/// Something that decides cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum ProjectError {
    /// A request is none.
    #[error("follow {origin}")]
    Request {
        /// Where it stands.
        origin: Origin,
        #[source]
        cause: RequestError,
    },
    /// A file that pins cannot be read.
    #[error("read {origin}: {fault}")]
    PinFile { origin: Origin, fault: PinFileFault },
    /// A file is larger than any real one.
    #[error("read {origin}: it has more than {bytes_max} bytes")]
    TooLarge {
        origin: Origin,
        /// The most that is read.
        bytes_max: usize,
    },
    /// A `toolchain` line names none.
    #[error("take the toolchain {} from {origin}: {}", shown(.name), if *.separator { "a name with a path separator is refused" } else { "it is not a toolchain's name" })]
    ToolchainLine {
        origin: Origin,
        /// The name, as it stands there.
        name: String,
        /// Whether it could have led to another folder.
        separator: bool,
    },
    /// The variable of another tool stands for no release.
    #[error("follow {origin}: {fault}")]
    ToolVariable { origin: Origin, fault: PinFileFault },
    /// The project is asked what it requires, and requires nothing.
    #[error("follow {origin}: `{word}` means the version of go.work or go.mod, and neither has such a line here")]
    NoModule { origin: Origin, word: String },
    /// `GOTOOLCHAIN` has no meaning.
    #[error("follow GOTOOLCHAIN={shown}: {}", .fault.as_str())]
    Gotoolchain {
        /// The value, fit to be shown.
        shown: String,
        fault: GotoolchainFault,
    },
    /// `GOWORK` is neither `off` nor an absolute path.
    #[error("follow GOWORK={shown}: it is not an absolute path")]
    Gowork {
        /// The value, fit to be shown.
        shown: String,
    },
}

/// What is wrong with a file that pins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PinFileFault {
    /// The line that counts is not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// The line that counts holds a NUL.
    #[error("it holds a NUL byte")]
    Nul,
    /// The version is one that another tool would build or look up.
    #[error("{0} names a Go that goward does not install")]
    Foreign(String),
    /// The version is made by a template that only the tool can fill in.
    #[error("{0} is a template, which only mise fills in")]
    Template(String),
    /// The version hangs on a variable that has no value here.
    #[error("{0} depends on a variable that has no value here")]
    Variable(String),
    /// The version is computed by an expression that goward does not evaluate.
    #[error("{0} is an expression, which only Docker evaluates")]
    Expression(String),
    /// The version is written as a number, and numbers do not keep their last zero.
    #[error("{} is a number, not a text{}", shown(.0), read_as_number(.0))]
    Number(String),
    /// What stands where the version should is something else.
    #[error("{0} is not a version")]
    NoVersion(String),
    /// The file is not what its name says.
    #[error("{0}")]
    Syntax(String),
}

/// What a program that reads the number gets, where that is another one.
fn read_as_number(written: &str) -> String {
    match written.parse::<f64>().map(|number| number.to_string()) {
        Ok(number) if number != written => format!(", and as a number it is {}", shown(&number)),
        _ => String::new(),
    }
}

/// What is wrong with `GOTOOLCHAIN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GotoolchainFault {
    /// It is none of the forms the go command knows.
    Malformed,
    /// It names a language, of which there is no toolchain.
    Language,
    /// It names someone else's build.
    Suffix,
}

impl GotoolchainFault {
    fn as_str(self) -> &'static str {
        match self {
            GotoolchainFault::Malformed => "the go command knows no such form",
            GotoolchainFault::Language => "this is a language version, which has no toolchain",
            GotoolchainFault::Suffix => "goward has no toolchains with a suffix",
        }
    }
}

impl PinFileFault {
    fn hints(&self) -> Hints {
        match self {
            PinFileFault::NotUtf8 | PinFileFault::Nul => hint!("save the file as plain UTF-8 text"),
            PinFileFault::Foreign(_) => hint!("write a version such as `1.27`, or remove the line"),
            PinFileFault::Number(written) => hint!("write it in quotes: `\"{}\"`", cut(written)),
            PinFileFault::Template(_)
            | PinFileFault::Variable(_)
            | PinFileFault::Expression(_)
            | PinFileFault::NoVersion(_) => {
                hint!("write a version such as `\"1.27\"`, or leave the file out with the setting `pin.files`")
            }
            PinFileFault::Syntax(_) => {
                hint!("fix the line (write the version in quotes), or exclude the file with the setting `pin.files`")
            }
        }
    }
}

impl Diagnose for ProjectError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            ProjectError::Request { cause, .. } => cause.diagnosis(),
            ProjectError::PinFile { fault, .. } => Class::Usage.word("pin-file-unreadable").hints(fault.hints()),
            ProjectError::ToolVariable { origin, .. } => Class::Usage
                .word("tool-variable-unusable")
                .hint(format!("unset {}, or set it to a version such as `1.27`", origin.rule)),
            ProjectError::NoModule { .. } => Class::Usage
                .word("project-requires-nothing")
                .hint("write a version such as `1.27`, or a `go` line with `go mod edit -go=1.27`"),
            ProjectError::TooLarge { .. } => Class::Usage.word("project-file-too-large"),
            ProjectError::ToolchainLine { separator: true, .. } => Class::Integrity
                .word("toolchain-line-invalid")
                .hint("do not trust this project before you know who wrote that line"),
            ProjectError::ToolchainLine { .. } => Class::Usage
                .word("toolchain-line-invalid")
                .hint("write a name such as `go1.27.3`, or remove the line with `go mod edit -toolchain=none`"),
            ProjectError::Gotoolchain { fault: GotoolchainFault::Language, .. } => {
                Class::Usage.word("gotoolchain-invalid").hint("name a release, such as `go1.27.3`")
            }
            ProjectError::Gotoolchain { .. } => Class::Usage
                .word("gotoolchain-invalid")
                .hint("unset GOTOOLCHAIN, or set it to `auto`, `local`, `path`, or a name such as `go1.27.3`"),
            ProjectError::Gowork { .. } => {
                Class::Usage.word("gowork-invalid").hint("unset GOWORK, or set it to `off` or an absolute path")
            }
        }
    }
}
