//! Reads the output of a program while it arrives, and decides.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::limits::{HITS_MAX, QUOTE_BYTES_MAX};
use crate::report::{Because, Missing, Quote, Report, Stream, TermKind};
use crate::rules::Rules;
use crate::score::{Assessment, Evidence, assess, hard, score};
use crate::verdict::Verdict;
use search::{Found, Lines};

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// With this code; `128 + N` if signal `N` ended it.
    Code(i32),
    /// It is not known.
    Unknown,
}

/// How many processes the system has ended for lack of memory, in the program's group and in its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OomKills {
    /// So many.
    Count(u64),
    /// The system does not count them.
    Unknown,
}

/// The end of a program.
#[derive(Debug, Clone, Copy)]
pub struct End {
    /// How it ended.
    pub exit: Exit,
    /// Processes that the system has ended for lack of memory.
    pub oom_kills: OomKills,
    /// When, since the start.
    pub at: Duration,
}

/// A decision that the output alone has made, while the program runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What is to be done: [`Verdict::Back`], or [`Verdict::Ask`] by a hard rule.
    pub verdict: Verdict,
    /// What decided.
    pub because: Because,
    /// The score.
    pub score: f64,
    /// The line that decided.
    pub quote: Quote,
    /// When, since the start.
    pub at: Duration,
}

/// The exit code of a program that was killed: 128 and the number of SIGKILL.
const KILLED: i32 = 137;

/// A line of the window.
#[derive(Debug, Clone, Copy)]
struct Hit {
    at: Duration,
    /// Its number among the lines of both streams.
    line: u64,
}

/// What is remembered of one word.
#[derive(Debug, Clone, Default)]
struct Seen {
    hits: VecDeque<Hit>,
    latest: Option<Quote>,
}

/// Judges one run.
#[derive(Debug)]
pub struct Judge {
    rules: Arc<Rules>,
    stage: Option<String>,
    stage_weight: Option<f64>,
    has_log: bool,
    streams: [Lines; 2],
    seen: Vec<Seen>,
    bytes: u64,
    latest: Duration,
    decided: Option<(Decision, Assessment)>,
}

impl Judge {
    /// A judge of a program in this stage. Without [`Judge::with_log`] or [`Judge::feed`] the output counts as missing.
    pub fn new(rules: Arc<Rules>, stage: Option<&str>) -> Judge {
        let seen = vec![Seen::default(); rules.words.len()];
        let stage_weight = stage.and_then(|name| rules.stage(name)).map(|stage| stage.weight);
        Judge {
            rules,
            stage: stage.map(str::to_owned),
            stage_weight,
            has_log: false,
            streams: [Lines::default(), Lines::default()],
            seen,
            bytes: 0,
            latest: Duration::ZERO,
            decided: None,
        }
    }

    /// The same, where the output is read, even if it is empty.
    #[must_use]
    pub fn with_log(self) -> Judge {
        Judge { has_log: true, ..self }
    }

    /// Reads the next bytes of a stream, which arrived at this time since the start. A time before an earlier one counts
    /// as that one. Returns a decision once: when a hard rule or the threshold is reached. A line counts when it has
    /// ended.
    pub fn feed(&mut self, stream: Stream, chunk: &[u8], at: Duration) -> Option<Decision> {
        self.has_log = true;
        self.bytes = self.bytes.saturating_add(chunk.len() as u64);
        self.search(stream, at, |lines, rules, found| lines.feed(&rules.matcher, chunk, found))
    }

    /// The decision that the output has made, if it has made one.
    pub fn decided(&self) -> Option<&Decision> {
        self.decided.as_ref().map(|(decision, _)| decision)
    }

    /// The verdict at the end of the program. What the output has decided before stays decided.
    pub fn finish(&mut self, end: &End) -> Report {
        for stream in [Stream::Output, Stream::Error] {
            self.search(stream, end.at, |lines, rules, found| lines.finish(&rules.matcher, found));
        }
        let rules = self.rules.clone();
        let now = self.latest;
        let code = match end.exit {
            Exit::Code(code) => Some(code),
            Exit::Unknown => None,
        };
        let oom_kills = match end.oom_kills {
            OomKills::Count(count) => Some(count),
            OomKills::Unknown => None,
        };
        let counts = self.counts(now);
        let evidence = Evidence {
            exit: code.map(|code| (code, rules.exit(code))),
            counts: &counts,
            is_oom_kill: code == Some(KILLED) && oom_kills.is_some_and(|count| count > 0),
            stage_weight: self.stage_weight.unwrap_or(1.0),
        };
        let found = assess(&rules, &evidence);
        let missing = self.missing(code, oom_kills);
        let decided_at = self.decided.as_ref().map(|(decision, _)| decision.at);
        let mut found = self.with_decision(found);
        for term in found.terms.iter_mut().filter(|term| term.kind == TermKind::Word) {
            let word = rules.words.iter().position(|word| word.name == term.name);
            term.quote = term.quote.take().or_else(|| self.seen.get(word?)?.latest.clone());
        }
        Report {
            verdict: found.verdict,
            because: found.because,
            score: found.score,
            threshold: rules.threshold,
            ask_above: rules.ask_above,
            terms: found.terms,
            stage: self.stage.clone(),
            stage_weight: self.stage_weight.unwrap_or(1.0),
            missing,
            window: rules.window,
            lines: self.lines(),
            bytes: self.bytes,
            decided_at,
            oom_kills,
        }
    }

    /// The verdict at the end, unless the output has decided something stricter before: then that, with its terms.
    fn with_decision(&self, end: Assessment) -> Assessment {
        let Some((decision, then)) = &self.decided else { return end };
        let is_stricter = decision.verdict == Verdict::Back || end.verdict == Verdict::Stay;
        match is_stricter {
            false => end,
            true if end.score >= then.score => {
                Assessment { verdict: decision.verdict, because: decision.because.clone(), ..end }
            }
            // The window has moved on since. The exit code is added to the terms of that moment, without a part of them.
            true => {
                let mut then = then.clone();
                let exit = end.terms.into_iter().find(|term| term.kind != TermKind::Word);
                then.terms.extend(exit.map(|term| crate::report::Term { share: 0.0, ..term }));
                then
            }
        }
    }

    fn missing(&self, code: Option<i32>, oom_kills: Option<u64>) -> Vec<Missing> {
        let mut missing = Vec::new();
        match code {
            None => missing.push(Missing::Exit),
            Some(code) if self.rules.exit(code).is_none() => missing.push(Missing::ExitMeaning(code)),
            Some(_) => {}
        }
        if !self.has_log {
            missing.push(Missing::Log);
        }
        match (&self.stage, self.stage_weight) {
            (None, _) => missing.push(Missing::Stage),
            (Some(stage), None) => missing.push(Missing::StageWeight(stage.clone())),
            (Some(_), Some(_)) => {}
        }
        if code == Some(KILLED) && oom_kills.is_none() {
            missing.push(Missing::OomCount);
        }
        missing
    }

    /// Lines of both streams.
    fn lines(&self) -> u64 {
        self.streams.iter().map(Lines::count).sum()
    }

    /// Searches a stream, notes what is found, and decides if that is enough.
    fn search(
        &mut self,
        stream: Stream,
        at: Duration,
        search: impl FnOnce(&mut Lines, &Rules, &mut dyn FnMut(&Found<'_>)),
    ) -> Option<Decision> {
        self.latest = self.latest.max(at);
        let rules = self.rules.clone();
        let index = usize::from(stream == Stream::Error);
        let mut lines = std::mem::take(&mut self.streams[index]);
        let others = self.streams[1 - index].count();
        let mut decision = None;
        search(&mut lines, &rules, &mut |found| {
            let decided = self.note(&rules, stream, found, others + found.line);
            decision = decision.take().or(decided);
        });
        self.streams[index] = lines;
        decision
    }

    /// Notes a line that has a word.
    fn note(&mut self, rules: &Rules, stream: Stream, found: &Found<'_>, line: u64) -> Option<Decision> {
        let quote = Quote { stream, line: found.line, text: quoted(found.text) };
        let at = self.latest;
        let seen = self.seen.get_mut(found.word)?;
        if seen.hits.len() == HITS_MAX {
            seen.hits.pop_front();
        }
        seen.hits.push_back(Hit { at, line });
        seen.latest = Some(quote.clone());
        let is_over = self.decided.as_ref().is_some_and(|(decision, _)| decision.verdict == Verdict::Back);
        if is_over {
            return None;
        }
        let counts = self.counts_at(at, line);
        let stage_weight = self.stage_weight.unwrap_or(1.0);
        // As if the program ended well at this moment: what is decided now holds whatever the end is.
        let exit = rules.exits.iter().find(|rule| rule.code == Some(0) && !rule.back).map(|rule| (0, Some(rule)));
        let evidence = Evidence { exit, counts: &counts, is_oom_kill: false, stage_weight };
        let rule = hard(rules, &evidence, true);
        let (verdict, because) = match rule {
            Some(rule) if rule.verdict == Verdict::Back => {
                (Verdict::Back, Because::Hard { name: rule.name.clone(), reason: rule.reason.clone() })
            }
            _ if score(rules, &evidence) >= rules.threshold => (Verdict::Back, Because::Threshold),
            // It has been said already.
            _ if self.decided.is_some() => return None,
            Some(rule) => (rule.verdict, Because::Hard { name: rule.name.clone(), reason: rule.reason.clone() }),
            None => return None,
        };
        let mut then = assess(rules, &evidence);
        (then.verdict, then.because) = (verdict, because.clone());
        then.terms.retain(|term| term.kind == TermKind::Word);
        for term in &mut then.terms {
            let word = rules.words.iter().position(|word| word.name == term.name);
            term.quote = word.and_then(|word| self.seen.get(word)?.latest.clone());
        }
        let decision = Decision { verdict, because, score: then.score, quote, at };
        self.decided = Some((decision.clone(), then));
        Some(decision)
    }

    fn counts(&mut self, now: Duration) -> Vec<u64> {
        let lines = self.lines();
        self.counts_at(now, lines)
    }

    /// How many lines of the window have each word; forgets what is behind the window.
    fn counts_at(&mut self, now: Duration, line: u64) -> Vec<u64> {
        let window = self.rules.window;
        let seconds = Duration::from_secs(window.seconds);
        let is_old = |hit: &Hit| hit.at.saturating_add(seconds) < now || hit.line.saturating_add(window.lines) <= line;
        let count = |seen: &mut Seen| {
            while seen.hits.front().is_some_and(is_old) {
                seen.hits.pop_front();
            }
            seen.hits.len() as u64
        };
        self.seen.iter_mut().map(count).collect()
    }
}

/// The beginning of a line as text; bytes that are no UTF-8 are replaced.
fn quoted(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let cut = &line[..line.len().min(QUOTE_BYTES_MAX)];
    let mut text = String::from_utf8_lossy(cut).into_owned();
    if cut.len() < line.len() {
        text.push('…');
    }
    text
}
