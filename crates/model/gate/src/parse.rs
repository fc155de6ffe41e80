//! Reads a rules file.
//!
//! Strict, since a mistake in it would be found on the day it matters: an unknown key, a doubled name, a number out of
//! its bounds or an expression that cannot be used is refused, with its line and what to write.

use search::Matcher;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::RulesError;
use crate::limits::{
    EXPRESSION_BYTES_MAX, HITS_MAX, NAME_BYTES_MAX, REASON_BYTES_MAX, REPEATS_MAX, ROWS_MAX, RULES_BYTES_MAX,
    STAGE_WEIGHT_MAX, WEIGHT_MAX, WINDOW_LINES_MAX, WINDOW_SECONDS_MAX, WORDS_MAX,
};
use crate::rules::{ExitRule, HardRule, Rules, Severity, StageRule, Window, WordRule};
use crate::verdict::Verdict;

/// The complete rules file of this program.
pub const BUILT_IN: &str = include_str!("default.toml");

/// How the built-in file is called in messages.
const BUILT_IN_NAME: &str = "built-in";

impl Rules {
    /// The rules of this program.
    pub fn built_in() -> Rules {
        Rules::parse(BUILT_IN_NAME, BUILT_IN.as_bytes()).expect("a test reads the built-in rules")
    }

    /// Reads a rules file; `file` is its name in messages.
    ///
    /// # Errors
    /// The first mistake in it.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Rules, RulesError> {
        let source = Source::new(file, bytes)?;
        let table = DeTable::parse(source.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            source.error(at, error.message().to_owned(), "write a TOML file (toml.io)".to_owned())
        })?;
        rules(&source, &Row { table: table.get_ref(), at: 0, what: "the file" })
    }
}

/// A file with its name.
struct Source<'t> {
    file: &'t str,
    text: &'t str,
}

/// A table of the file, and what it is.
struct Row<'t> {
    table: &'t DeTable<'t>,
    at: usize,
    what: &'static str,
}

type Cell<'t> = (usize, &'t DeValue<'t>);

impl<'t> Source<'t> {
    fn new(file: &'t str, bytes: &'t [u8]) -> Result<Source<'t>, RulesError> {
        let refused = |line, reason: String, fix: &str| {
            Err(RulesError { file: file.to_owned(), line, reason, fix: fix.to_owned() })
        };
        if bytes.len() as u64 > RULES_BYTES_MAX {
            return refused(1, format!("it is larger than {RULES_BYTES_MAX} bytes"), "use fewer rules");
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Source { file, text }),
            Err(error) => {
                let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let line = search::line_ends(before) + 1;
                refused(usize::try_from(line).unwrap_or(1), "it is not UTF-8".to_owned(), "save the file as UTF-8")
            }
        }
    }

    fn error(&self, at: usize, reason: String, fix: String) -> RulesError {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = usize::try_from(search::line_ends(before)).unwrap_or(0) + 1;
        RulesError { file: self.file.to_owned(), line, reason, fix }
    }

    /// A value of another kind or out of its bounds.
    fn wrong(&self, at: usize, row: &Row<'_>, key: &str, expected: &str) -> RulesError {
        self.error(at, format!("`{key}` of {} must be {expected}", row.what), format!("write {expected}"))
    }

    /// Checks that a table has no other keys.
    fn only(&self, row: &Row<'_>, keys: &[&str]) -> Result<(), RulesError> {
        for (name, _) in row.table {
            if !keys.contains(&name.get_ref().as_ref()) {
                let near = diag::nearest(name.get_ref(), keys.iter().copied(), 1);
                let fix = match near.first() {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys are {}", keys.join(", ")),
                };
                return Err(self.error(name.span().start, format!("{} has no `{}`", row.what, name.get_ref()), fix));
            }
        }
        Ok(())
    }

    fn find(&self, row: &Row<'t>, key: &str) -> Option<Cell<'t>> {
        let found = row.table.iter().find(|(name, _)| name.get_ref().as_ref() == key);
        found.map(|(_, value)| (value.span().start, value.get_ref()))
    }

    fn need<T>(&self, row: &Row<'t>, key: &str, found: Option<T>) -> Result<T, RulesError> {
        found.ok_or_else(|| self.error(row.at, format!("{} has no `{key}`", row.what), format!("write `{key} = …`")))
    }

    fn text(&self, row: &Row<'t>, key: &str) -> Result<Option<(usize, &'t str)>, RulesError> {
        match self.find(row, key) {
            None => Ok(None),
            Some((at, DeValue::String(text))) => Ok(Some((at, text))),
            Some((at, _)) => Err(self.wrong(at, row, key, "a text between quotes")),
        }
    }

    /// A name: small letters, digits and `-`; of an exit code also capitals and `_`.
    fn name(&self, row: &Row<'t>, also: &str) -> Result<(usize, String), RulesError> {
        let (at, name) = self.need(row, "name", self.text(row, "name")?)?;
        let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || also.contains(c);
        if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.chars().all(is_allowed) {
            let expected = format!("a name of at most {NAME_BYTES_MAX} letters, digits and `-`");
            return Err(self.wrong(at, row, "name", &expected));
        }
        Ok((at, name.to_owned()))
    }

    fn reason(&self, row: &Row<'t>) -> Result<String, RulesError> {
        let (at, reason) = self.need(row, "reason", self.text(row, "reason")?)?;
        if reason.is_empty() || reason.len() > REASON_BYTES_MAX || reason.chars().any(char::is_control) {
            let expected = format!("one line of at most {REASON_BYTES_MAX} bytes");
            return Err(self.wrong(at, row, "reason", &expected));
        }
        Ok(reason.to_owned())
    }

    fn switch(&self, row: &Row<'t>, key: &str) -> Result<Option<bool>, RulesError> {
        match self.find(row, key) {
            None => Ok(None),
            Some((_, DeValue::Boolean(is_on))) => Ok(Some(*is_on)),
            Some((at, _)) => Err(self.wrong(at, row, key, "`true` or `false`")),
        }
    }

    /// A number with a fraction, within bounds that are included.
    fn share(&self, row: &Row<'t>, key: &str, least: f64, most: f64) -> Result<Option<f64>, RulesError> {
        let Some((at, value)) = self.find(row, key) else { return Ok(None) };
        let number = match value {
            DeValue::Float(number) => number.as_str().replace('_', "").parse::<f64>().ok(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse::<f64>().ok(),
            _ => None,
        };
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(self.wrong(at, row, key, &format!("a number from {least} to {most}"))),
        }
    }

    fn count(&self, row: &Row<'t>, key: &str, least: i64, most: u64) -> Result<Option<i64>, RulesError> {
        let Some((at, value)) = self.find(row, key) else { return Ok(None) };
        let number = match value {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(self.wrong(at, row, key, &format!("a whole number from {least} to {most}"))),
        }
    }

    fn positive(&self, row: &Row<'t>, key: &str, most: u64) -> Result<Option<u64>, RulesError> {
        Ok(self.count(row, key, 1, most)?.and_then(|count| u64::try_from(count).ok()))
    }

    fn row(&self, row: &Row<'t>, key: &str, what: &'static str) -> Result<Option<Row<'t>>, RulesError> {
        match self.find(row, key) {
            None => Ok(None),
            Some((at, DeValue::Table(table))) => Ok(Some(Row { table, at, what })),
            Some((at, _)) => Err(self.error(at, format!("`{key}` must be a table"), format!("write `[{key}]`"))),
        }
    }

    /// The tables of `[[key]]`, at most so many.
    fn rows(&self, row: &Row<'t>, key: &str, what: &'static str, most: usize) -> Result<Vec<Row<'t>>, RulesError> {
        let as_rows = |at| self.error(at, format!("`{key}` must be tables"), format!("write `[[{key}]]`"));
        let values: &[Spanned<DeValue<'t>>] = match self.find(row, key) {
            None => return Ok(Vec::new()),
            Some((_, DeValue::Array(values))) => values,
            Some((at, _)) => return Err(as_rows(at)),
        };
        if let Some(value) = values.get(most) {
            let reason = format!("there are {} {key}", values.len());
            return Err(self.error(value.span().start, reason, format!("at most {most} are allowed")));
        }
        let one = |value: &'t Spanned<DeValue<'t>>| match value.get_ref() {
            DeValue::Table(table) => Ok(Row { table, at: value.span().start, what }),
            _ => Err(as_rows(value.span().start)),
        };
        values.iter().map(one).collect()
    }

    /// Refuses what is there already.
    fn once(&self, at: usize, what: &str, is_there: bool) -> Result<(), RulesError> {
        match is_there {
            false => Ok(()),
            true => Err(self.error(at, format!("{what} is there twice"), "remove one of the two".to_owned())),
        }
    }
}

fn rules<'t>(source: &Source<'t>, file: &Row<'t>) -> Result<Rules, RulesError> {
    let keys =
        ["format", "extends", "threshold", "ask-above", "window", "exits", "exit-other", "words", "stages", "hard"];
    source.only(file, &keys)?;
    source.need(file, "format", source.count(file, "format", 1, 1)?)?;
    let base = extended(source, file)?;
    let threshold = source.share(file, "threshold", 0.01, 1.0)?.or(base.as_ref().map(|base| base.threshold));
    let threshold = source.need(file, "threshold", threshold)?;
    let ask_above = source.share(file, "ask-above", 0.0, 1.0)?.or(base.as_ref().map(|base| base.ask_above));
    let ask_above = source.need(file, "ask-above", ask_above)?;
    if ask_above > threshold {
        let at = source.find(file, "ask-above").map_or(0, |(at, _)| at);
        let reason = format!("`ask-above` is {ask_above}, above the threshold of {threshold}");
        return Err(source.error(at, reason, format!("write at most {threshold}")));
    }
    let window = window(source, file, base.as_ref().map(|base| base.window))?;
    let mut rules = base.unwrap_or_else(|| Rules {
        threshold,
        ask_above,
        window,
        exits: Vec::new(),
        exit_other: None,
        words: Vec::new(),
        stages: Vec::new(),
        hard: Vec::new(),
        matcher: Matcher::new(&[]).expect("no expression is not too large"),
    });
    (rules.threshold, rules.ask_above, rules.window) = (threshold, ask_above, window);
    exits(source, file, &mut rules)?;
    words(source, file, &mut rules)?;
    stages(source, file, &mut rules)?;
    hard(source, file, &mut rules)?;
    let expressions: Vec<&str> = rules.words.iter().map(|word| word.expression.as_str()).collect();
    let at = source.find(file, "words").map_or(0, |(at, _)| at);
    rules.matcher = Matcher::new(&expressions)
        .map_err(|reason| source.error(at, format!("all words together: {reason}"), "use fewer words".to_owned()))?;
    Ok(rules)
}

/// The built-in rules, if the file says that it adds to them.
fn extended<'t>(source: &Source<'t>, file: &Row<'t>) -> Result<Option<Rules>, RulesError> {
    match source.text(file, "extends")? {
        None => Ok(None),
        // The built-in file does not extend itself.
        Some((_, BUILT_IN_NAME)) => Ok(Some(Rules::built_in())),
        Some((at, _)) => Err(source.wrong(at, file, "extends", &format!("\"{BUILT_IN_NAME}\""))),
    }
}

fn window<'t>(source: &Source<'t>, file: &Row<'t>, base: Option<Window>) -> Result<Window, RulesError> {
    let Some(row) = source.row(file, "window", "`[window]`")? else {
        return source.need(file, "window", base);
    };
    source.only(&row, &["seconds", "lines", "repeats"])?;
    let number = |key, most, base: Option<u64>| source.need(&row, key, source.positive(&row, key, most)?.or(base));
    Ok(Window {
        seconds: number("seconds", WINDOW_SECONDS_MAX, base.map(|base| base.seconds))?,
        lines: number("lines", WINDOW_LINES_MAX, base.map(|base| base.lines))?,
        repeats: number("repeats", REPEATS_MAX, base.map(|base| base.repeats))?,
    })
}

fn exits<'t>(source: &Source<'t>, file: &Row<'t>, rules: &mut Rules) -> Result<(), RulesError> {
    let mut codes = Vec::new();
    for row in source.rows(file, "exits", "an exit code", ROWS_MAX)? {
        source.only(&row, &["code", "name", "severity", "back", "weight", "reason"])?;
        let code = source.need(&row, "code", source.count(&row, "code", i32::MIN.into(), i32::MAX as u64)?)?;
        let code = i32::try_from(code).unwrap_or(i32::MAX);
        source.once(row.at, &format!("exit code {code}"), codes.contains(&code))?;
        codes.push(code);
        let rule = exit(source, &row, Some(code))?;
        replace(&mut rules.exits, rule, |rule| rule.code);
    }
    if let Some(row) = source.row(file, "exit-other", "`[exit-other]`")? {
        source.only(&row, &["name", "severity", "back", "weight", "reason"])?;
        rules.exit_other = Some(exit(source, &row, None)?);
    }
    Ok(())
}

fn exit<'t>(source: &Source<'t>, row: &Row<'t>, code: Option<i32>) -> Result<ExitRule, RulesError> {
    let (_, name) = source.name(row, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")?;
    let (at, word) = source.need(row, "severity", source.text(row, "severity")?)?;
    let severity = Severity::ALL.iter().find(|(_, known)| *known == word).map(|(severity, _)| *severity);
    let severity =
        severity.ok_or_else(|| source.wrong(at, row, "severity", "`info`, `warning`, `error` or `fatal`"))?;
    let back = source.need(row, "back", source.switch(row, "back")?)?;
    let most = if back { WEIGHT_MAX } else { 1.0 };
    let weight = source.need(row, "weight", source.share(row, "weight", 0.0, most)?)?;
    Ok(ExitRule { code, name, severity, back, weight, reason: source.reason(row)? })
}

fn words<'t>(source: &Source<'t>, file: &Row<'t>, rules: &mut Rules) -> Result<(), RulesError> {
    let mut names = Vec::new();
    for row in source.rows(file, "words", "a word", WORDS_MAX)? {
        source.only(&row, &["name", "expression", "weight", "reason"])?;
        let (at, name) = source.name(&row, "")?;
        source.once(at, &format!("the word `{name}`"), names.contains(&name))?;
        names.push(name.clone());
        let (at, expression) = source.need(&row, "expression", source.text(&row, "expression")?)?;
        search::check(expression).map_err(|reason| {
            let fix = format!(
                "write a regular expression of at most {EXPRESSION_BYTES_MAX} bytes that matches within a line, in the form of Rust's `regex`"
            );
            source.error(at, format!("`expression` of the word `{name}`: {reason}"), fix)
        })?;
        let weight = source.need(&row, "weight", source.share(&row, "weight", 0.0, WEIGHT_MAX)?)?;
        let reason = source.reason(&row)?;
        replace(&mut rules.words, WordRule { name, expression: expression.to_owned(), weight, reason }, |word| {
            word.name.clone()
        });
        if rules.words.len() > WORDS_MAX {
            let reason = format!("with the built-in ones there are more than {WORDS_MAX} words");
            return Err(source.error(row.at, reason, "use fewer words".to_owned()));
        }
    }
    Ok(())
}

fn stages<'t>(source: &Source<'t>, file: &Row<'t>, rules: &mut Rules) -> Result<(), RulesError> {
    let mut names = Vec::new();
    for row in source.rows(file, "stages", "a stage", ROWS_MAX)? {
        source.only(&row, &["name", "weight", "reason"])?;
        let (at, name) = source.name(&row, "")?;
        source.once(at, &format!("the stage `{name}`"), names.contains(&name))?;
        names.push(name.clone());
        let weight = source.need(&row, "weight", source.share(&row, "weight", 0.0, STAGE_WEIGHT_MAX)?)?;
        let reason = source.reason(&row)?;
        replace(&mut rules.stages, StageRule { name, weight, reason }, |stage| stage.name.clone());
    }
    Ok(())
}

fn hard<'t>(source: &Source<'t>, file: &Row<'t>, rules: &mut Rules) -> Result<(), RulesError> {
    let mut names = Vec::new();
    for row in source.rows(file, "hard", "a hard rule", ROWS_MAX)? {
        let keys = ["name", "exit", "word", "count", "words-in-window", "oom-kill", "verdict", "reason"];
        source.only(&row, &keys)?;
        let (at, name) = source.name(&row, "")?;
        source.once(at, &format!("the hard rule `{name}`"), names.contains(&name))?;
        names.push(name.clone());
        let exit = source.count(&row, "exit", i32::MIN.into(), i32::MAX as u64)?;
        let word = word_of(source, &row, &rules.words)?;
        let rule = HardRule {
            name,
            exit: exit.and_then(|code| i32::try_from(code).ok()),
            word,
            words_in_window: source.positive(&row, "words-in-window", HITS_MAX as u64)?,
            oom_kill: source.switch(&row, "oom-kill")?.unwrap_or(false),
            verdict: verdict(source, &row)?,
            reason: source.reason(&row)?,
        };
        if rule.exit.is_none() && rule.word.is_none() && rule.words_in_window.is_none() && !rule.oom_kill {
            let reason = format!("the hard rule `{}` has no condition", rule.name);
            let fix = "write `exit`, `word`, `words-in-window` or `oom-kill = true`".to_owned();
            return Err(source.error(row.at, reason, fix));
        }
        replace(&mut rules.hard, rule, |rule| rule.name.clone());
    }
    Ok(())
}

/// The word of a hard rule, and on how many lines it has to be.
fn word_of<'t>(source: &Source<'t>, row: &Row<'t>, words: &[WordRule]) -> Result<Option<(usize, u64)>, RulesError> {
    let count = source.positive(row, "count", HITS_MAX as u64)?;
    match (source.text(row, "word")?, count) {
        (None, None) => Ok(None),
        (None, Some(_)) => {
            Err(source.error(row.at, "`count` is there without `word`".to_owned(), "write `word = …` too".to_owned()))
        }
        (Some((at, name)), count) => match words.iter().position(|word| word.name == name) {
            Some(index) => Ok(Some((index, count.unwrap_or(1)))),
            None => {
                let near = diag::nearest(name, words.iter().map(|word| word.name.as_str()), 1);
                let fix = near.first().map_or_else(
                    || "write the name of one of `[[words]]`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                Err(source.error(at, format!("there is no word `{name}`"), fix))
            }
        },
    }
}

fn verdict<'t>(source: &Source<'t>, row: &Row<'t>) -> Result<Verdict, RulesError> {
    match source.text(row, "verdict")? {
        None | Some((_, "back")) => Ok(Verdict::Back),
        Some((_, "ask")) => Ok(Verdict::Ask),
        Some((at, _)) => Err(source.wrong(at, row, "verdict", "`back` or `ask`")),
    }
}

/// Puts a row in the place of the one with the same key, or behind all others.
fn replace<T, K: PartialEq>(rows: &mut Vec<T>, row: T, key: impl Fn(&T) -> K) {
    match rows.iter_mut().find(|there| key(there) == key(&row)) {
        Some(there) => *there = row,
        None => rows.push(row),
    }
}
