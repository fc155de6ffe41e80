//! Hostile tables for the shim: variations of every line of an honest one, and hand-made ones.

use super::Case;

/// A table as the store writes it for a home at `/h`. `docs/shim.md` has its format.
pub const HONEST: &str = "goward-shim 1\ngoward\t/opt/goward\nhome\t/h\ncurrent\t/h/current\tgenerations/1\n\
    toolchains\t/h/toolchains\t7\nsystem\t/s/toolchains\t7\nconfig\t/u/.config/goward/config.toml\t7\n\
    default\t1.26.8\nminor\t1.20\t1.20.14\nminor\t1.25\t1.25.9\nminor\t1.26\t1.26.8\n\
    go\t1.20.14\t/h/toolchains/go1.20.14.linux-amd64\ngo\t1.25.9\t/h/toolchains/go1.25.9.linux-amd64\n\
    go\t1.26.8\t/h/toolchains/go1.26.8.linux-amd64\nend\n";

/// All of them. A case is harmless if it keeps the honest table's meaning, or a part of it.
pub fn cases() -> Vec<Case> {
    let lines: Vec<&str> = HONEST.lines().collect();
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        all.extend(whole_line(&lines, at));
        all.extend(changed(&lines, at, line));
    }
    all.extend(by_hand());
    all.extend(bits());
    all
}

/// The table with one line's text replaced; `None` removes the line.
fn with(lines: &[&str], at: usize, text: Option<&[u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        match text {
            Some(text) if number == at => out.extend([text, b"\n"].concat()),
            None if number == at => {}
            _ => out.extend([line.as_bytes(), b"\n"].concat()),
        }
    }
    out
}

/// The parser decides about a case: it is refused, or its paths stay inside the store.
fn case(name: String, bytes: Vec<u8>) -> Case {
    Case::harmless(name, bytes)
}

fn whole_line(lines: &[&str], at: usize) -> Vec<Case> {
    let line = lines[at];
    let mut all = vec![case(format!("line {at} left out"), with(lines, at, None))];
    let mut say = |what: &str, text: Vec<u8>| all.push(case(format!("line {at} {what}"), with(lines, at, Some(&text))));
    let bytes = line.as_bytes();
    say("twice", [bytes, b"\n", bytes].concat());
    say("empty", Vec::new());
    say("a comment", [b"# ", bytes].concat());
    say("indented", [b" ", bytes].concat());
    say("in capitals", line.to_uppercase().into_bytes());
    say("behind a line of noise", [b"noise\tx\n", bytes].concat());
    say("before the end", [bytes, b"\nend"].concat());
    say("with a carriage return", [bytes, b"\r"].concat());
    say("with a NUL", [bytes, b"\0"].concat());
    say("with a tab more", [bytes, b"\t"].concat());
    say("with a field more", [bytes, b"\tx"].concat());
    say("with spaces for tabs", line.replace('\t', " ").into_bytes());
    say("without tabs", line.replace('\t', "").into_bytes());
    say("with two tabs", line.replace('\t', "\t\t").into_bytes());
    say("very long", [bytes, &b"x".repeat(20_000)[..]].concat());
    say("too long", [bytes, &b"x".repeat(40_000)[..]].concat());
    say("not UTF-8", [bytes, b"\xff\xfe"].concat());
    for other in 0..lines.len() {
        if other != at {
            let mut swapped = lines.to_vec();
            swapped.swap(at, other);
            all.push(case(format!("line {at} at the place of {other}"), swapped.join("\n").into_bytes()));
            all.push(case(
                format!("line {at} in the words of {other}"),
                with(lines, at, Some(lines[other].as_bytes())),
            ));
        }
    }
    all
}

/// Values for fields that a program might run, follow or count by.
const VALUES: [(&str, &[u8]); 34] = [
    ("nothing", b""),
    ("a path outside", b"/evil"),
    ("a path beside", b"/h/evil"),
    ("a path that begins alike", b"/h/toolchains-evil/go1.26.8"),
    ("the folder itself", b"/h/toolchains"),
    ("the folder with a slash", b"/h/toolchains/"),
    ("a path through the parent", b"/h/toolchains/../../evil"),
    ("the parent", b"/h/toolchains/.."),
    ("the same folder", b"/h/toolchains/."),
    ("a path one deeper", b"/h/toolchains/go1.26.8.linux-amd64/evil"),
    ("a path with two slashes", b"/h/toolchains//evil"),
    ("a path relative", b"evil"),
    ("a path relative to here", b"./evil"),
    ("a path above here", b"../../evil"),
    ("root", b"/"),
    ("home", b"~/evil"),
    ("a drive", b"C:\\evil"),
    ("a share", b"\\\\server\\evil"),
    ("the system's temporary folder", b"/tmp/evil"),
    ("a path of a process", b"/proc/self/cwd"),
    ("a NUL inside", b"/h/toolchains/x\0/evil"),
    ("an escape", b"/h/toolchains/\x1b[2J"),
    ("bytes that are no UTF-8", b"/h/toolchains/\xff\xfe"),
    ("a version that is none", b"evil"),
    ("a version with a slash", b"1.26.8/../../evil"),
    ("a version too long", b"1.26.88888888888888888888888888888888888888888888888888888888888888888"),
    ("a version of only a major", b"1"),
    ("another major", b"2.0"),
    ("a huge number", b"18446744073709551615"),
    ("a number beyond 64 bits", b"18446744073709551616"),
    ("a number below zero", b"-1"),
    ("a number with a sign", b"+7"),
    ("a number in hexadecimal", b"0x7"),
    ("a command", b"$(id)"),
];

fn changed(lines: &[&str], at: usize, line: &str) -> Vec<Case> {
    let fields: Vec<&str> = line.split('\t').collect();
    let mut all = Vec::new();
    for place in 0..fields.len() {
        for (what, value) in VALUES {
            let mut changed: Vec<&[u8]> = fields.iter().map(|field| field.as_bytes()).collect();
            changed[place] = value;
            let text = changed.join(&b'\t');
            all.push(case(format!("line {at}, field {place}: {what}"), with(lines, at, Some(&text))));
        }
    }
    all
}

fn by_hand() -> Vec<Case> {
    let honest = HONEST.as_bytes();
    let hand = |name: &str, bytes: &[u8]| Case::refused(format!("by hand: {name}"), bytes);
    vec![
        hand("nothing", b""),
        hand("one line end", b"\n"),
        hand("the end alone", b"end\n"),
        hand("the first line alone", b"goward-shim 1\n"),
        hand("the first line and the end", b"goward-shim 1\nend\n"),
        hand("a later format", HONEST.replacen("shim 1", "shim 2", 1).as_bytes()),
        hand("a format of no number", HONEST.replacen("shim 1", "shim one", 1).as_bytes()),
        hand("a format like ours", HONEST.replacen("shim 1", "shim 11", 1).as_bytes()),
        hand("a mark before it", &[b"\xef\xbb\xbf", honest].concat()),
        hand("a line end before it", &[b"\n", honest].concat()),
        hand("bytes after the end", &[honest, b"x"].concat()),
        hand("a line end after the end", &[honest, b"\n"].concat()),
        hand("twice", &[honest, honest].concat()),
        hand("the end without a line end", &honest[..honest.len() - 1]),
        hand("line ends of Windows", HONEST.replace('\n', "\r\n").as_bytes()),
        hand("line ends of old Macs", HONEST.replace('\n', "\r").as_bytes()),
        hand("in UTF-16", &HONEST.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        hand("a script", b"#!/bin/sh\nexec /evil\n"),
        hand("an ELF file", b"\x7fELF\x02\x01\x01\0"),
        hand("JSON", b"{\"goward\":\"/evil\"}"),
        hand(
            "too many rows",
            HONEST.replacen("end\n", &format!("{}end\n", "go\t1.4\t/h/toolchains/x\n".repeat(3000)), 1).as_bytes(),
        ),
        hand("zeros", &[0; 4096]),
        hand("all bits", &[0xff; 4096]),
        hand("only tabs", &[b'\t'; 4096]),
        hand("only line ends", &[b'\n'; 4096]),
    ]
}

/// One bit of each third byte changed, so that every field is hit in its middle too.
fn bits() -> Vec<Case> {
    (0..HONEST.len())
        .step_by(3)
        .map(|at| {
            let mut bytes = HONEST.as_bytes().to_vec();
            bytes[at] ^= 1 << (at / 3 % 8);
            case(format!("a bit of byte {at}"), bytes)
        })
        .collect()
}
