//! Explains a build log: which well-known complaints it has, what proves their cause on this machine, what to do.
//!
//! The complaints are `complaint`'s table. A log may be of another machine, so a proof that is not found here is said to
//! be not found, and is never a proof of the contrary. Nothing of the log is run, and the file is foreign: a pipe, a
//! device or a folder is refused, and a line of any length is read in pieces.

use std::io::Read;
use std::path::{Path, PathBuf};

use complaint::{Complaint, Evidence, Hit, Scan};
use diag::{Bytes, Class, Diagnose, Diagnosis};
use sys::{Foreign, program_file_name};

use crate::checks::TOPICS;
use crate::finding::Finding;
use crate::inputs::Inputs;

/// Bytes of a log that are read at once.
const READ_BYTES: usize = 256 << 10;

/// Where a log is.
#[derive(Debug, Clone, Copy)]
pub enum LogSource<'a> {
    /// A file.
    File(&'a Path),
    /// Standard input.
    Stdin,
}

/// Why a log cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("read the log `{}`", path.display())]
pub struct LogError {
    /// The file; `-` for standard input.
    pub path: PathBuf,
    /// The system's words.
    #[source]
    pub cause: std::io::Error,
}

impl Diagnose for LogError {
    fn diagnosis(&self) -> Diagnosis {
        match self.cause.kind() {
            std::io::ErrorKind::NotFound => Class::NotFound.word("log-read"),
            _ => Diagnosis::of_io("log-read", &self.cause),
        }
    }
}

/// A complaint of the log, and what was found of its cause here.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The complaint with its first line.
    pub hit: Hit,
    /// What doctor finds here that proves the cause.
    pub findings: Vec<Finding>,
    /// What is true here and may be the cause, a line each.
    pub facts: Vec<String>,
}

/// A log that was read.
#[derive(Debug, Clone)]
pub struct Log {
    /// Its complaints, by their first line.
    pub explained: Vec<Explained>,
    /// How many lines it has.
    pub lines_count: u64,
}

/// Reads a log, and looks for the causes here.
///
/// # Errors
/// When the log cannot be read.
pub fn read_log(context: &Inputs, source: LogSource<'_>) -> Result<Log, LogError> {
    let scan = match source {
        LogSource::File(path) => {
            let path = context.ctx.sys.env().folder().join(path);
            let failed = |cause| LogError { path: path.clone(), cause };
            let (file, _) = context.ctx.sys.fs().open_foreign(&path, &Foreign::at_most(u64::MAX)).map_err(failed)?;
            read(file).map_err(failed)?
        }
        LogSource::Stdin => {
            read(std::io::stdin().lock()).map_err(|cause| LogError { path: PathBuf::from("-"), cause })?
        }
    };
    let scanned = scan.finish();
    let explained = scanned.hits.into_iter().map(|hit| proven(context, hit)).collect();
    Ok(Log { explained, lines_count: scanned.lines_count })
}

/// The first well-known complaint of a few lines that a go command wrote.
pub fn explain(lines: &[u8]) -> Option<&'static Complaint> {
    let mut scan = Scan::new();
    scan.feed(lines);
    scan.finish().hits.first().map(|hit| hit.complaint)
}

fn read(mut log: impl Read) -> std::io::Result<Scan> {
    let mut scan = Scan::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match log.read(&mut buffer) {
            Ok(0) => return Ok(scan),
            Ok(read) => scan.feed(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn proven(context: &Inputs, hit: Hit) -> Explained {
    let mut explained = Explained { hit, findings: Vec::new(), facts: Vec::new() };
    for evidence in explained.hit.complaint.evidence {
        match evidence {
            Evidence::Finding(word) => explained.findings.extend(findings(context, word)),
            Evidence::Variable(name) => explained.facts.extend(variable(context, name)),
            Evidence::Program(name) => explained.facts.push(program(context, name)),
            Evidence::Disk => explained.facts.extend(disks(context)),
            Evidence::Toolchain => explained.facts.extend(toolchain(context)),
        }
    }
    explained
}

/// doctor's findings of this word. A topic that costs seconds or the network is not run for it.
fn findings(context: &Inputs, word: &str) -> Vec<Finding> {
    let Some(topic) = TOPICS.iter().find(|topic| topic.words.contains(&word) && !topic.only_if_named) else {
        return Vec::new();
    };
    let mut findings = (topic.run)(context);
    findings.retain(|finding| finding.word == word);
    findings
}

fn variable(context: &Inputs, name: &str) -> Option<String> {
    let variable = context.env.as_ref()?.variable(name)?;
    let value = variable.value.as_deref().filter(|value| !value.is_empty())?;
    Some(diag::shown_line(&format!("{name}={} ({})", resolve::shown(name, value), variable.rule)))
}

fn program(context: &Inputs, name: &str) -> String {
    let (fs, file) = (context.ctx.sys.fs(), program_file_name(name));
    let folders = context.ctx.sys.env().search_path();
    match folders.into_iter().map(|folder| folder.join(&file)).find(|path| fs.is_program(path)) {
        Some(path) => diag::shown_line(&format!("`{name}` is `{}`", path.display())),
        None => format!("no `{name}` is on PATH"),
    }
}

/// What is known of the disks on which a build writes.
fn disks(context: &Inputs) -> Vec<String> {
    let env = context.ctx.sys.env();
    let temporary = ["GOTMPDIR", "TMPDIR", "TMP", "TEMP"].iter().find_map(|name| env.path_var(name));
    let temporary = temporary.or_else(|| cfg!(unix).then(|| PathBuf::from("/tmp")));
    let cache = context.env.as_ref().and_then(|env| env.variable("GOCACHE")?.value.clone()).map(PathBuf::from);
    let mut facts = Vec::new();
    for (what, folder) in [("the temporary folder", temporary), ("the build cache", cache)] {
        let Some(folder) = folder.filter(|folder| folder.is_absolute()) else { continue };
        let Some(space) = context.ctx.sys.fs().space(&folder).ok().flatten() else { continue };
        let mut fact = format!("{what} `{}`: {} are free", folder.display(), Bytes(space.bytes_free));
        if space.read_only {
            fact.push_str(", mounted read-only");
        }
        if space.noexec {
            fact.push_str(", mounted noexec: no program on it can be run");
        }
        facts.push(diag::shown_line(&fact));
    }
    facts
}

fn toolchain(context: &Inputs) -> Option<String> {
    let choice = context.choice.as_ref()?;
    let installed = choice.toolchain.as_ref().map(|toolchain| toolchain.id.version().tag());
    let installed = installed.unwrap_or_else(|| "nothing that is installed".to_owned());
    Some(diag::shown_line(&format!("here goward chooses {installed}, for {}", choice.because())))
}
