//! Generates random worlds from a seed, so that every run has the same ones.

use crate::case::Case;

/// The default seed.
pub const SEED: u64 = 0x676f_7761_7264;

const GO: &[&str] = &[
    "1.9",
    "1.20",
    "1.20.0",
    "1.21",
    "1.21.0",
    "1.21.13",
    "1.21.14",
    "1.22",
    "1.22.10",
    "1.22rc1",
    "1.24",
    "1.24.11",
    "1.24.12",
    "1.27",
    "1.27.3",
    "1.27.4",
    "1.27rc1",
    "1.98",
    "1.98.1",
    "1.98rc1",
    "1.99",
    "1.99.0",
    "1.99.2",
    "1.99rc2",
    "1.99.1rc1",
    "1.100",
    "2.1",
    "go1.99",
    "01.99",
    "1.99.",
    "x",
    "",
    "\"1.99\"",
    "1.99.1 1.99.2",
];
const TOOLCHAIN: &[&str] = &[
    "default",
    "go1.9",
    "go1.20",
    "go1.20.0",
    "go1.21.0",
    "go1.21.13",
    "go1.21.13-x",
    "go1.22",
    "go1.22.10",
    "go1.22.10-x",
    "go1.24.11",
    "go1.24.12",
    "go1.24.11-x",
    "go1.27.3",
    "go1.27.3-x",
    "go1.27.4",
    "go1.98",
    "go1.98.1",
    "go1.98.1-x",
    "go1.99",
    "go1.99.1",
    "go1.99.1-x",
    "go1.99rc1",
    "go1.99.1rc1",
    "go1.100.1",
    "go2.0.1",
    "1.99.1",
    "bash",
    "local",
    "../x",
    "go1.99.1/x",
    "",
    "go1.99.1 x",
];
const GOTOOLCHAIN: &[&str] = &[
    "auto",
    "path",
    "local",
    "local+auto",
    "local+path",
    "go1.19.1",
    "go1.20.0",
    "go1.21.13",
    "go1.22.10",
    "go1.24.11",
    "go1.27.3",
    "go1.98.1",
    "go1.98",
    "go1.98rc1",
    "go1.99.1-x",
    "go1.19.1+auto",
    "go1.21.13+auto",
    "go1.22.10+path",
    "go1.27.3+auto",
    "go1.27.4+auto",
    "go1.98.1+auto",
    "go1.98.1+path",
    "go1.98+auto",
    "go1.98rc1+auto",
    "go1.98.1-x+auto",
    "go1.99.1+path",
    "go1.200.1+auto",
    "bash",
    "go1.98.1+x",
    "auto+auto",
    "go2.1.0",
    "",
];
const GOWORK: &[&str] = &["off", "auto", "", "{root}/go.work", "{root}/a/go.work", "{root}/x/go.work", "go.work"];
const GO111MODULE: &[&str] = &["on", "off", "auto", "auto", "", "x"];
const FOLDERS: &[&str] = &["", "a", "a/b", "a/b/c"];
const BEFORE: &[&str] = &[
    "module m\n",
    "",
    "// go 1.99.9\n",
    "\u{feff}",
    "\u{feff}module m\n",
    "require (\n",
    "use .\n",
    "toolchains go1.99\n",
    "\n\n",
];
const GAP: &[&str] = &[" ", " ", " ", "\t", "   ", " \t ", "\u{a0}", " \u{a0}"];
const INDENT: &[&str] = &["", "", "", "\t", "  ", "\u{3000}"];
const END: &[&str] = &["\n", "\n", "\n", "\r\n", " // why\n", "//why\n", " \n", "", "\u{85}\n", "\r", " (\n"];

/// This many cases from this seed.
pub fn cases(count: usize, seed: u64) -> Vec<Case> {
    let mut chance = Chance(seed);
    (0..count).map(|index| case(&mut chance, index)).collect()
}

fn case(chance: &mut Chance, index: usize) -> Case {
    let mut case = Case { name: format!("generated {index}"), ..Case::default() };
    for (folder, percent) in [("", 60), ("a/", 50), ("a/b/", 25)] {
        if chance.of_hundred(percent) {
            case.files.push((format!("{folder}go.mod"), file(chance)));
        }
        if chance.of_hundred(percent / 3) {
            case.files.push((format!("{folder}go.work"), file(chance)));
        }
    }
    if chance.of_hundred(65) {
        case.settings.push(("GOTOOLCHAIN".to_owned(), chance.one(GOTOOLCHAIN).to_owned()));
    }
    for (name, values) in [("GOWORK", GOWORK), ("GO111MODULE", GO111MODULE)] {
        if chance.of_hundred(20) {
            case.settings.push((name.to_owned(), chance.one(values).to_owned()));
        } else if chance.of_hundred(8) {
            case.goenv.get_or_insert_default().push_str(&format!("{name}={}\n", chance.one(values)));
        }
    }
    if chance.of_hundred(5) {
        let folder = chance.one(&["{root}", "{root}/a", "{root}/a/"]);
        case.settings.push(("TMPDIR".to_owned(), folder.to_owned()));
    }
    let folder = chance.one(FOLDERS).to_owned();
    if chance.of_hundred(20) {
        case.args = vec!["-C".to_owned(), format!("{{root}}/{folder}"), "version".to_owned()];
        case.chdir = Some(folder);
    } else {
        case.folder = folder;
    }
    case
}

fn file(chance: &mut Chance) -> Vec<u8> {
    let mut text = chance.one(BEFORE).to_owned();
    let mut lines = Vec::new();
    for (key, values, percent) in
        [("go", GO, 85), ("toolchain", TOOLCHAIN, 45), ("go", GO, 10), ("toolchain", TOOLCHAIN, 5)]
    {
        if chance.of_hundred(percent) {
            let (indent, gap) = (chance.one(INDENT), chance.one(GAP));
            lines.push(format!("{indent}{key}{gap}{}{}", chance.one(values), chance.one(END)));
        }
    }
    if chance.of_hundred(20) {
        lines.reverse();
    }
    text.extend(lines);
    text.into_bytes()
}

/// Pseudo-random numbers (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn one<'a>(&mut self, values: &[&'a str]) -> &'a str {
        values[(self.next() % values.len() as u64) as usize]
    }

    fn of_hundred(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}
