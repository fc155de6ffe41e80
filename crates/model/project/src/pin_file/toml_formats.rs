//! TOML: the files of mise and of proto.
//!
//! mise: the table `tools`, in it `go`, `golang` or `core:go`; a text, a table with `version` (which may be
//! for some systems only), or an array of these, of which the first counts. In place of `version` a table may have
//! `prefix`, `ref` or `path`. proto: `go` at the top.
//!
//! Both know aliases of versions, which count if the same file has them.

use release::{escaped, shown};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::pin_value::{self, PinValue};
use super::{Broken, Found};
use crate::error::PinFileFault;

/// The names Go has in a file of mise.
const MISE_NAMES: [&str; 3] = ["go", "golang", "core:go"];

/// Aliases that name each other. Real files have one.
const ALIASES_MAX: usize = 8;

/// Go's version in a file of mise, for this platform.
pub(super) fn mise(text: &str, platform: Option<&str>) -> Result<Option<Found>, Broken> {
    let document = parse(text)?;
    let Some(DeValue::Table(tools)) = get(document.get_ref(), &["tools"]).map(Spanned::get_ref) else {
        return Ok(None);
    };
    let Some(value) = get(tools, &MISE_NAMES) else { return Ok(None) };
    let one = [value];
    let values: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
        DeValue::Array(values) => values.iter().collect(),
        _ => one.to_vec(),
    };
    let mut values = values.into_iter().filter(|value| is_for(value.get_ref(), platform));
    let Some(first) = values.next() else { return Ok(None) };
    let more = values.next().is_some();
    let aliased = |version: &str| {
        let of_table = |table: &str| {
            let alias = |name: &&str| at(document.get_ref(), &[table, name, "versions", version]);
            let old_form = |name: &&str| at(document.get_ref(), &[table, name, version]);
            MISE_NAMES.iter().find_map(|name| alias(name).or_else(|| old_form(name)))
        };
        of_table("tool_alias").or_else(|| of_table("alias"))
    };
    let plain = |version: &str| pin_value::plain(&without_aliases(version, aliased));
    let DeValue::Table(options) = first.get_ref() else { return Ok(Some(found(text, first, plain, more))) };
    if let Some(version) = get(options, &["version"]) {
        return Ok(Some(found(text, version, plain, more)));
    }
    // As mise writes them in one text: `prefix:1.26`, `path:/opt/go`.
    let of_kind = |kind: &&str| {
        let read = |version: &str| pin_value::plain(&format!("{kind}:{version}"));
        get(options, &[kind]).map(|version| found(text, version, read, more))
    };
    let kinds = ["prefix", "ref", "path", "tag", "branch", "rev"];
    Ok(Some(kinds.iter().find_map(of_kind).unwrap_or_else(|| found(text, first, plain, more))))
}

/// Go's version in a file of proto.
pub(super) fn proto(text: &str) -> Result<Option<Found>, Broken> {
    let document = parse(text)?;
    let aliased = |version: &str| at(document.get_ref(), &["tools", "go", "aliases", version]);
    let read = |version: &str| pin_value::proto(&without_aliases(version, aliased));
    Ok(get(document.get_ref(), &["go"]).map(|value| found(text, value, read, false)))
}

/// The text that an alias stands for; any other as it is.
fn without_aliases<'d>(version: &str, aliased: impl Fn(&str) -> Option<&'d str>) -> String {
    let mut last = aliased(version);
    // An alias may name another one, and a circle of them ends as an unknown word.
    for _ in 1..ALIASES_MAX {
        last = last.and_then(&aliased).or(last);
    }
    last.unwrap_or(version).to_owned()
}

/// The text at these keys, from the top of a document.
fn at<'t>(document: &'t DeTable<'_>, keys: &[&str]) -> Option<&'t str> {
    let (last, tables) = keys.split_last()?;
    let mut table = document;
    for key in tables {
        let DeValue::Table(next) = get(table, &[key])?.get_ref() else { return None };
        table = next;
    }
    match get(table, &[last])?.get_ref() {
        DeValue::String(text) => Some(text),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Spanned<DeTable<'_>>, Broken> {
    DeTable::parse(text).map_err(|error| Broken {
        offset: error.span().map_or(0, |span| span.start),
        fault: PinFileFault::Syntax(escaped(&error.message().lines().collect::<Vec<_>>().join(", "))),
    })
}

/// The first value under one of these names, in the order of the names.
fn get<'t, 'i>(table: &'t DeTable<'i>, names: &[&str]) -> Option<&'t Spanned<DeValue<'i>>> {
    names.iter().find_map(|name| table.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value))
}

fn found(
    text: &str,
    value: &Spanned<DeValue<'_>>,
    read: impl Fn(&str) -> Result<PinValue, PinFileFault>,
    more: bool,
) -> Found {
    let span = value.span();
    let offset = span.start;
    let written = text.get(span).unwrap_or_default();
    let (text, value) = match value.get_ref() {
        DeValue::String(version) => (version.to_string(), read(version)),
        DeValue::Float(_) | DeValue::Integer(_) => (written.to_owned(), Err(PinFileFault::Number(written.to_owned()))),
        _ => (written.to_owned(), Err(PinFileFault::NoVersion(shown(written)))),
    };
    Found { offset, text, value, more }
}

/// Whether a table with `os` is for this platform. mise has names of its own for systems and processors.
fn is_for(value: &DeValue<'_>, platform: Option<&str>) -> bool {
    let DeValue::Table(options) = value else { return true };
    let Some(DeValue::Array(systems)) = get(options, &["os"]).map(Spanned::get_ref) else { return true };
    let Some((os, arch)) = platform.and_then(|platform| platform.split_once('/')) else { return true };
    systems.iter().any(|system| match system.get_ref() {
        DeValue::String(system) => {
            let (named_os, named_arch) = match system.split_once(['/', '-']) {
                Some((os, arch)) => (os, Some(arch)),
                None => (system.as_ref(), None),
            };
            let same_os = named_os == os || named_os == "macos" && os == "darwin";
            let same_arch = |named: &str| named == arch || named == "x64" && arch == "amd64";
            same_os && named_arch.is_none_or(same_arch)
        }
        _ => false,
    })
}
