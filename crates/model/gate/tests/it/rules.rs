//! Rules files: what is read, and what is refused with its line.

use gate::{Rules, Verdict};

/// The beginning of a file that stands alone: seven lines.
const HEAD: &str = "format = 1\nthreshold = 0.9\nask-above = 0.4\n[window]\nseconds = 30\nlines = 100\nrepeats = 2\n";

fn with(text: &str) -> String {
    format!("{HEAD}{text}")
}

#[test]
fn a_file_stands_alone_or_adds_to_the_built_in_one() {
    let alone = Rules::parse("mine", with("").as_bytes()).unwrap();
    assert_eq!((alone.words.len(), alone.exits.len(), alone.window.lines), (0, 0, 100));
    let built_in = Rules::built_in();
    let text = "format = 1\nextends = \"built-in\"\nthreshold = 0.9\n\
        [[words]]\nname = \"timeout\"\nexpression = 'slow'\nweight = 0.2\nreason = \"ours\"\n\
        [[words]]\nname = \"ours\"\nexpression = '^E\\d+'\nweight = 0.2\nreason = \"our codes\"\n\
        [[hard]]\nname = \"ours\"\nword = \"ours\"\ncount = 2\nexit = 3\nverdict = \"ask\"\nreason = \"both\"\n";
    let added = Rules::parse("mine", text.as_bytes()).unwrap();
    assert_eq!((added.threshold, added.ask_above), (0.9, built_in.ask_above));
    assert_eq!(added.words.len(), built_in.words.len() + 1);
    assert_eq!(added.words[0].expression, "slow", "it replaces the row in its place");
    let rule = added.hard.last().unwrap();
    assert_eq!((rule.word, rule.exit, rule.verdict), (Some((built_in.words.len(), 2)), Some(3), Verdict::Ask));
}

#[test]
fn the_built_in_rules_keep_what_the_document_promises() {
    let rules = Rules::built_in();
    assert_eq!((rules.threshold, rules.ask_above, rules.window.seconds), (0.85, 0.5, 60));
    for (code, back) in [(0, false), (1, true), (127, true), (130, false), (137, true), (143, false), (77, true)] {
        assert_eq!(rules.exit(code).unwrap().back, back, "{code}");
    }
    for stage in ["validate", "transform", "load", "build", "test", "deploy"] {
        assert!(rules.stage(stage).is_some(), "{stage}");
    }
}

#[test]
fn a_mistake_is_refused_with_its_line_and_what_to_write() {
    let word = |expression: &str| {
        format!("[[words]]\nname = \"a\"\nexpression = {expression}\nweight = 0.5\nreason = \"r\"\n")
    };
    let many = "[[words]]\nname = \"a\"\n".repeat(201);
    let long = format!("'{}'", "x".repeat(1_001));
    let cases: &[(String, usize, &str, &str)] = &[
        ("format = 2\n".to_owned(), 1, "`format`", "write a whole number from 1 to 1"),
        ("threshold = 0.8\n".to_owned(), 1, "no `format`", "write `format = …`"),
        ("format = 1\nformat = 1\n".to_owned(), 2, "duplicate key", "TOML"),
        ("format = 1\n\nthreshhold = 0.8\n".to_owned(), 3, "no `threshhold`", "did you mean `threshold`?"),
        ("format = 1\nthreshold = 1.5\n".to_owned(), 2, "`threshold`", "from 0.01 to 1"),
        ("format = 1\nthreshold = nan\n".to_owned(), 2, "`threshold`", "from 0.01 to 1"),
        ("format = 1\nthreshold = 0.5\nask-above = 0.6\n".to_owned(), 3, "above the threshold", "at most 0.5"),
        ("format = 1\nextends = \"other\"\n".to_owned(), 2, "`extends`", "\"built-in\""),
        (with("[[words]]\nname = \"a\"\n"), 8, "no `expression`", "write `expression = …`"),
        (with(&word("'('")), 10, "unclosed group", "regular expression"),
        (with(&word("'x*'")), 10, "every line", "regular expression"),
        (with(&word("'(?:\\w{900}){900}'")), 10, "larger than", "regular expression"),
        (with(&word(&long)), 10, "1001 bytes", "regular expression"),
        (with(&word("7")), 10, "a text between quotes", "write a text"),
        (with(&many), 408, "201 words", "at most 200"),
        (with(&(word("'x'") + &word("'y'"))), 14, "the word `a` is there twice", "remove one"),
        (with(&word("'x'").replace("0.5", "1.0")), 11, "`weight`", "from 0 to 0.99"),
        (with("[[exits]]\ncode = 1\nname = \"E\"\nseverity = \"bad\"\n"), 11, "`severity`", "`fatal`"),
        (with("[[stages]]\nname = \"Load Data\"\n"), 9, "`name`", "letters"),
        (with("[[hard]]\nname = \"h\"\nreason = \"r\"\n"), 8, "no condition", "oom-kill"),
        (with(&(word("'x'") + "[[hard]]\nname = \"h\"\nword = \"b\"\nreason = \"r\"\n")), 15, "no word `b`", "`a`"),
        (with("[[hard]]\nname = \"h\"\ncount = 3\nreason = \"r\"\n"), 8, "without `word`", "write `word"),
        (with("[[hard]]\nname = \"h\"\nexit = 1\nverdict = \"stay\"\n"), 11, "`verdict`", "`ask`"),
        ("format = [\n".to_owned(), 1, "", "TOML"),
    ];
    for (text, line, reason, fix) in cases {
        let error = Rules::parse("my.toml", text.as_bytes()).expect_err(text);
        assert!(error.reason.contains(reason), "{text}\n{error:?}");
        assert!(error.fix.contains(fix), "{text}\n{error:?}");
        // The parser may name the end of what it did not understand.
        assert!(error.line == *line || fix == &"TOML", "{text}\n{error:?}");
        assert!(error.to_string().contains(&format!("my.toml:{}: ", error.line)), "{error}");
    }
    let error = Rules::parse("my.toml", b"format = 1\n# \xff\n").unwrap_err();
    assert_eq!((error.line, error.reason.as_str()), (2, "it is not UTF-8"));
    assert!(Rules::parse("my.toml", &vec![b' '; 300 << 10]).unwrap_err().reason.contains("larger"));
}
