//! The instructions of a `Dockerfile`: joined lines, without comments and without the texts of here-documents.
//!
//! Source of the rules: BuildKit's parser. A line is continued if the escape character is its last one and the one
//! before is not; the next line follows as it is, with its spaces. Within a continued instruction empty lines and
//! comments are skipped. `RUN`, `COPY` and `ADD` may begin here-documents, whose lines are no instructions.

/// The escape character: the one of the directive `# escape=`, which must be before everything but other directives.
pub(super) fn escape_of(text: &str) -> char {
    for line in text.lines() {
        let directive = line.trim_start().strip_prefix('#').and_then(|line| line.split_once('='));
        let Some((name, value)) = directive else { break };
        match name.trim().to_ascii_lowercase().as_str() {
            "escape" if value.trim() == "`" => return '`',
            "escape" => break,
            "syntax" | "check" => {}
            // Any other comment ends the directives.
            _ => break,
        }
    }
    '\\'
}

/// The instructions, each with the offset of its first line.
pub(super) fn instructions(text: &str, escape: char) -> Vec<(usize, String)> {
    let mut instructions = Vec::new();
    let mut end = 0;
    let mut lines = text.split_inclusive('\n').map(|line| {
        let start = end;
        end += line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        (start, line.strip_suffix('\r').unwrap_or(line))
    });
    while let Some((start, first)) = lines.next() {
        let first = first.trim_start();
        if first.is_empty() || first.starts_with('#') {
            continue;
        }
        let (code, mut goes_on) = continued(first, escape);
        let mut joined = code.to_owned();
        while goes_on && let Some((_, line)) = lines.next() {
            let code = line.trim_start();
            if code.is_empty() || code.starts_with('#') {
                continue;
            }
            let (code, more) = continued(line, escape);
            joined.push_str(code);
            goes_on = more;
        }
        for document in here_documents(&joined, escape) {
            // A document without its last line takes the rest of the file, which Docker refuses.
            lines.by_ref().find(|(_, line)| document.ends_at(line));
        }
        instructions.push((start, joined));
    }
    instructions
}

/// The line without its continuation character, and whether it had one.
fn continued(line: &str, escape: char) -> (&str, bool) {
    let code = line.trim_end_matches([' ', '\t']);
    match code.strip_suffix(escape) {
        Some(front) if !front.ends_with(escape) => (front, true),
        _ => (line, false),
    }
}

/// A here-document: `<<EOF`, `<<-EOF`, `<<"EOF"`.
struct HereDocument {
    name: String,
    /// Whether tabs before its last line do not count.
    without_tabs: bool,
}

impl HereDocument {
    fn ends_at(&self, line: &str) -> bool {
        let line = if self.without_tabs { line.trim_start_matches('\t') } else { line };
        line == self.name
    }

    /// That of a word, which may have a number before it, as in `3<<EOF`.
    fn of(word: &str) -> Option<HereDocument> {
        let rest = word.trim_start_matches(|letter: char| letter.is_ascii_digit()).strip_prefix("<<")?;
        let (without_tabs, name) = match rest.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, rest),
        };
        let plain: String = name.chars().filter(|letter| !matches!(letter, '"' | '\'')).collect();
        (!plain.is_empty() && !plain.contains('<')).then_some(HereDocument { name: plain, without_tabs })
    }
}

/// The here-documents that an instruction begins, in order.
fn here_documents(line: &str, escape: char) -> Vec<HereDocument> {
    if !line.contains("<<") {
        return Vec::new();
    }
    let words = words(line, escape);
    let mut names = words.iter().skip_while(|word| word.eq_ignore_ascii_case("ONBUILD"));
    let takes = |word: &&str| ["RUN", "COPY", "ADD"].iter().any(|name| name.eq_ignore_ascii_case(word));
    match names.next() {
        Some(name) if takes(name) => names.filter_map(|word| HereDocument::of(word)).collect(),
        _ => Vec::new(),
    }
}

/// The words of an instruction, with their quotes. White space in quotes, or after the escape character, is part of a
/// word.
pub(super) fn words(line: &str, escape: char) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut quote, mut is_escaped) = (None, None, false);
    for (at, letter) in line.char_indices() {
        if letter.is_whitespace() && quote.is_none() && !is_escaped {
            words.extend(start.take().and_then(|start| line.get(start..at)));
            continue;
        }
        start.get_or_insert(at);
        match letter {
            _ if is_escaped => is_escaped = false,
            _ if letter == escape && quote != Some('\'') => is_escaped = true,
            '"' | '\'' if quote.is_none() => quote = Some(letter),
            _ if quote == Some(letter) => quote = None,
            _ => {}
        }
    }
    words.extend(start.and_then(|start| line.get(start..)));
    words
}
