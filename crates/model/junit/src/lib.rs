//! Writes results of checks as JUnit XML, the form that CI servers read.
//!
//! There is no standard of it; the elements and attributes are those of the schema that Jenkins' xUnit plugin keeps
//! (`junit-10.xsd`) and that GitLab, Azure and Allure read: `testsuites`, `testsuite`, `testcase`, and in a case at most
//! one of `failure` and `skipped`. `quick-xml` escapes; what XML 1.0 cannot hold (most control characters) is
//! replaced before. Foreign text passes the door of `diag` first, since a CI server's log viewer is a terminal, too.
//!
//! No I/O. Tested by `tests/read_back.rs`, which reads everything back with a parser of somebody else's.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesDecl, Event};

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed.
    Failed {
        /// A word for the kind of failure.
        word: String,
        /// One line.
        message: String,
        /// The details, in lines.
        details: String,
    },
    /// It was left out.
    Skipped {
        /// Why.
        message: String,
    },
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its name, the same in each run: servers follow a case's history by it.
    pub name: String,
    /// The group of the case, with dots between its parts.
    pub group: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// Cases that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// Its cases, in their order.
    pub cases: Vec<Case>,
}

/// The suites as an XML document with a line end.
pub fn to_xml(suites: &[Suite]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Memory takes all that is written.
    let written = write(&mut writer, suites);
    debug_assert!(written.is_ok());
    let mut text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    text.push('\n');
    text
}

fn write(writer: &mut Writer<Vec<u8>>, suites: &[Suite]) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all: Vec<&Case> = suites.iter().flat_map(|suite| &suite.cases).collect();
    let [tests, failures, skipped] = counts(all.iter().copied());
    let root = writer.create_element("testsuites");
    let root = root.with_attributes([("name", "goward"), ("tests", tests.as_str()), ("failures", failures.as_str())]);
    root.with_attributes([("errors", "0"), ("skipped", skipped.as_str())])
        .write_inner_content(|writer| suites.iter().try_for_each(|suite| write_suite(writer, suite)))?;
    Ok(())
}

fn write_suite(writer: &mut Writer<Vec<u8>>, suite: &Suite) -> io::Result<()> {
    let [tests, failures, skipped] = counts(suite.cases.iter());
    let name = clean(&suite.name);
    let element = writer.create_element("testsuite");
    let element = element.with_attributes([("name", name.as_str()), ("tests", tests.as_str())]);
    let element = element.with_attributes([("failures", failures.as_str()), ("errors", "0")]);
    element
        .with_attribute(("skipped", skipped.as_str()))
        .write_inner_content(|writer| suite.cases.iter().try_for_each(|case| write_case(writer, case)))?;
    Ok(())
}

fn write_case(writer: &mut Writer<Vec<u8>>, case: &Case) -> io::Result<()> {
    let (name, group) = (clean(&case.name), clean(&case.group));
    let element = writer.create_element("testcase");
    let element = element.with_attributes([("name", name.as_str()), ("classname", group.as_str())]);
    match &case.outcome {
        Outcome::Passed => element.write_empty()?,
        Outcome::Failed { word, message, details } => element.write_inner_content(|writer| {
            let (word, message, details) = (clean(word), clean(message), clean_lines(details));
            let failure = writer.create_element("failure");
            let failure = failure.with_attributes([("type", word.as_str()), ("message", message.as_str())]);
            // Readers put a text with references together in different ways; CDATA has none.
            failure
                .write_inner_content(|writer| {
                    BytesCData::escaped(&details).try_for_each(|part| writer.write_event(Event::CData(part)))
                })
                .map(|_| ())
        })?,
        Outcome::Skipped { message } => element.write_inner_content(|writer| {
            let message = clean(message);
            writer.create_element("skipped").with_attribute(("message", message.as_str())).write_empty().map(|_| ())
        })?,
    };
    Ok(())
}

/// How many cases there are, how many failed, and how many were left out, as text.
fn counts<'a>(cases: impl Iterator<Item = &'a Case> + Clone) -> [String; 3] {
    let failed = cases.clone().filter(|case| matches!(case.outcome, Outcome::Failed { .. })).count();
    let skipped = cases.clone().filter(|case| matches!(case.outcome, Outcome::Skipped { .. })).count();
    [cases.count(), failed, skipped].map(|count| count.to_string())
}

/// One line without terminal controls, of characters that XML 1.0 has.
fn clean(text: &str) -> String {
    in_xml(&diag::shown_line(text))
}

fn clean_lines(text: &str) -> String {
    in_xml(&diag::shown_lines(text))
}

/// XML 1.0, production 2 (Char): what it cannot hold in any form becomes U+FFFD.
fn in_xml(text: &str) -> String {
    let fits = |character: char| matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|character| if fits(character) { character } else { char::REPLACEMENT_CHARACTER }).collect()
}
