//! Every entry of PATH: blank, quoted, doubled, missing, relative, writable by others.
//!
//! PATH is anybody's text: it may have 10,000 entries. Each is looked at once, to a bound, and of a kind of fault one
//! finding names the first entries and says how many there are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::store::WRITABLE_BY_OTHERS;
use crate::finding::{Finding, Severity};
use crate::inputs::Inputs;
use crate::limits::{ENTRIES_NAMED_MAX, PATH_ENTRIES_MAX};

/// One entry of PATH, as it is written.
struct Entry<'t> {
    /// Its place, counted from 1.
    number: usize,
    text: &'t str,
}

pub(super) fn run(context: &Inputs) -> Vec<Finding> {
    let Some(path) = context.ctx.sys.env().var("PATH") else { return Vec::new() };
    let separator = if cfg!(windows) { ';' } else { ':' };
    let all = path.split(separator).enumerate().map(|(index, text)| Entry { number: index + 1, text });
    let entries: Vec<Entry<'_>> = all.take(PATH_ENTRIES_MAX).collect();
    let mut findings = Vec::new();
    blank(&entries, &mut findings);
    quoted(&entries, &mut findings);
    relative(&entries, &mut findings);
    duplicate(&entries, &mut findings);
    let folders = entries.iter().filter(|entry| Path::new(entry.text).is_absolute());
    // A repeated entry is one folder.
    let mut once: BTreeMap<&str, &Entry<'_>> = BTreeMap::new();
    folders.for_each(|entry| {
        once.entry(entry.text).or_insert(entry);
    });
    let mut once: Vec<&Entry<'_>> = once.into_values().collect();
    once.sort_by_key(|entry| entry.number);
    missing(context, &once, &mut findings);
    writable(context, &once, &mut findings);
    findings
}

/// The first entries of a kind, and how many there are.
fn told(entries: &[&Entry<'_>]) -> String {
    let named =
        entries.iter().take(ENTRIES_NAMED_MAX).map(|entry| format!("`{}` (entry {})", entry.text, entry.number));
    let mut text = named.collect::<Vec<_>>().join(", ");
    if entries.len() > ENTRIES_NAMED_MAX {
        text.push_str(&format!(", and {} more", entries.len() - ENTRIES_NAMED_MAX));
    }
    text
}

fn note(word: &'static str, found: &[&Entry<'_>], what: &str, why: &'static str, fix: &str) -> Option<Finding> {
    (!found.is_empty()).then(|| Finding::note(word, format!("{what}: {}", told(found)), why, fix))
}

/// An entry that is empty, or begins or ends with a blank.
fn blank(entries: &[Entry<'_>], findings: &mut Vec<Finding>) {
    // One empty entry at the end of Windows' Path is common, and means nothing there.
    let is_last = |entry: &Entry<'_>| entry.number == entries.len();
    let empty = |entry: &&Entry<'_>| entry.text.is_empty() && !(cfg!(windows) && is_last(entry));
    let found: Vec<&Entry<'_>> = entries.iter().filter(empty).collect();
    let why = "shells take an empty entry for the working folder: a program called `go` in a repository would run";
    findings.extend(note(
        "path-blank",
        &found,
        "PATH has an empty entry",
        why,
        "take out the doubled or trailing separator",
    ));
    let ends = |entry: &&Entry<'_>| !entry.text.is_empty() && entry.text.trim() != entry.text;
    let found: Vec<&Entry<'_>> = entries.iter().filter(ends).collect();
    let why = "a folder of this name, with the blank, does not exist: what is in the meant folder is not found";
    findings.extend(note(
        "path-blank",
        &found,
        "PATH has entries that begin or end with a blank",
        why,
        "take the blank out",
    ));
}

/// An entry in quotes, which are a part of the name for every program but `cmd.exe`.
fn quoted(entries: &[Entry<'_>], findings: &mut Vec<Finding>) {
    let found: Vec<&Entry<'_>> = entries.iter().filter(|entry| entry.text.contains('"')).collect();
    let why = "quotes are a part of the folder's name for most programs, the go command among them";
    findings.extend(note(
        "path-quoted",
        &found,
        "PATH has entries with quotes",
        why,
        "take the quotes out; blanks inside need none",
    ));
}

fn relative(entries: &[Entry<'_>], findings: &mut Vec<Finding>) {
    let is_relative = |entry: &&Entry<'_>| {
        let text = entry.text.trim().trim_matches('"');
        !text.is_empty() && !Path::new(text).is_absolute()
    };
    let found: Vec<&Entry<'_>> = entries.iter().filter(is_relative).collect();
    let why = "it finds another program in every folder; goward and the go command ignore it";
    let fix = "take it out, or write the whole path";
    findings.extend(note("path-relative", &found, "PATH has an entry that is not absolute", why, fix));
}

fn duplicate(entries: &[Entry<'_>], findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let same = |text: &str| {
        let text = text.trim_end_matches(if cfg!(windows) { ['/', '\\'] } else { ['/', '/'] });
        if cfg!(windows) { text.to_lowercase() } else { text.to_owned() }
    };
    let mut found = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.text.is_empty()) {
        match seen.get(&same(entry.text)) {
            Some(_) => found.push(entry),
            None => {
                seen.insert(same(entry.text), entry.number);
            }
        }
    }
    let why = "the first counts; a PATH that grows with each shell reaches the system's limit one day";
    let fix = "put the line of the profile under a test for the entry, or into a file that is read once";
    findings.extend(note("path-duplicate", &found, "PATH has entries twice", why, fix));
}

fn missing(context: &Inputs, entries: &[&Entry<'_>], findings: &mut Vec<Finding>) {
    let found: Vec<&Entry<'_>> =
        entries.iter().copied().filter(|entry| context.folder(Path::new(entry.text)).is_none()).collect();
    let why = "each look-up of a program tries it; whoever may make it can put programs there";
    findings.extend(note("path-missing", &found, "PATH has entries that are no folder", why, "take them out"));
}

/// A folder in which another user may put a program; a problem where it comes before goward's.
fn writable(context: &Inputs, entries: &[&Entry<'_>], findings: &mut Vec<Finding>) {
    // Windows has no such bits; its lists of rights are not read.
    if !cfg!(unix) {
        return;
    }
    let layout = context.ctx.store.layout();
    let ours: [PathBuf; 2] = [layout.shims(), layout.default_bin()];
    let first_of_ours = entries.iter().find(|entry| ours.iter().any(|own| own == Path::new(entry.text)));
    for entry in entries {
        let Some(meta) = context.folder(Path::new(entry.text)) else { continue };
        let is_strangers = meta.owner.zip(context.user).is_some_and(|(owner, user)| owner != user && owner != 0);
        if meta.mode & WRITABLE_BY_OTHERS == 0 && !is_strangers {
            continue;
        }
        let is_before = first_of_ours.is_none_or(|ours| entry.number < ours.number);
        let who = if is_strangers { "belongs to another user" } else { "may be written to by others" };
        let what = format!("PATH's `{}` (entry {}) {who} (mode {:o})", entry.text, entry.number, meta.mode & 0o7777);
        let why = "who can write there chooses the programs that you run";
        let fix = format!("`chmod go-w {}`, or take it out of PATH", entry.text);
        let finding = Finding::problem("path-writable", what, why, fix).at(entry.text, None);
        findings.push(if is_before { finding } else { Finding { severity: Severity::Note, ..finding } });
        if findings.iter().filter(|finding| finding.word == "path-writable").count() >= ENTRIES_NAMED_MAX {
            break;
        }
    }
}
