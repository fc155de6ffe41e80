//! The shim never decides differently from the rules of `crates/model/project`.
//!
//! On Unix only, since it uses Unix paths; the deciding code is the same everywhere.

#![cfg(unix)] // its worlds are written with paths of Unix
#![allow(clippy::unwrap_used, reason = "test code may panic")]

use std::collections::BTreeMap;

use project::{DefaultPin, FileName, Folder, FoundFile, Inputs, PinFiles, Users, Want};
use proptest::prelude::*;
use release::{Request, Version};
use shim::path::parent;
use shim::{
    Arena, Call, Decision, FORMAT_LINE, Found, Machine, Opened, Path, ReadResult, Table, Why, decide, decide_exact,
    resolve,
};

/// The installed toolchains of every case, in the store's order.
const INSTALLED: [&str; 11] =
    ["1.4", "1.20", "1.20.14", "1.21rc2", "1.21.0", "1.22.5", "1.25.9", "1.26.0", "1.26.8", "1.27rc1", "1.28rc1"];

/// The table that the store writes for it.
fn table(default: Option<&str>) -> String {
    let installed: Vec<Version> = INSTALLED.iter().map(|text| text.parse().unwrap()).collect();
    let select = |text: &str| text.parse::<Request>().unwrap().select(&installed).map(ToString::to_string);
    let default = default.and_then(select).unwrap_or_default();
    let mut text = format!(
        "{}\ngoward\t/opt/goward\nhome\t/h\ncurrent\t/h/current\t\ntoolchains\t/h/t\t7\nsystem\t\t\nconfig\t\t\ndefault\t{default}\n",
        std::str::from_utf8(FORMAT_LINE).unwrap()
    );
    for minor in ["1.4", "1.20", "1.21", "1.22", "1.25", "1.26"] {
        text.push_str(&format!("minor\t{minor}\t{}\n", select(minor).unwrap()));
    }
    for version in INSTALLED {
        text.push_str(&format!("go\t{version}\t/h/t/go{version}\n"));
    }
    text + "end\n"
}

/// The files of one folder.
#[derive(Debug, Clone, Default)]
struct Files {
    pin: Option<Vec<u8>>,
    work: Option<Vec<u8>>,
    module: Option<Vec<u8>>,
}

/// What the shim finds in folders, the working folder first.
fn found(folders: &[Files]) -> Found<'_> {
    let nearest = |file: fn(&Files) -> &Option<Vec<u8>>| folders.iter().find_map(|folder| file(folder).as_deref());
    Found {
        pin: nearest(|folder| &folder.pin),
        work: nearest(|folder| &folder.work),
        module: nearest(|folder| &folder.module),
        ..Found::default()
    }
}

/// The answer of the rules and the store for the same folders: the version that runs, if any does. `resolve::choose`
/// does the same with the decision.
fn expected(folders: &[Files], default: Option<&str>) -> Option<String> {
    let file = |name, content: &Option<Vec<u8>>| {
        content.clone().map(|content| FoundFile::new(name, format!("/x/{name}"), content))
    };
    let folders = folders.iter().map(|folder| Folder {
        path: "/x".to_owned(),
        owner: None,
        files: [
            file(FileName::GoVersion, &folder.pin),
            file(FileName::GoWork, &folder.work),
            file(FileName::GoMod, &folder.module),
        ]
        .into_iter()
        .flatten()
        .collect(),
    });
    chosen(Inputs { folders: folders.collect(), ..Inputs::default() }, default)
}

/// The answer of the rules and the store for inputs.
fn chosen(inputs: Inputs, default: Option<&str>) -> Option<String> {
    let default = default.map(|request| DefaultPin { request: request.to_owned(), origin: String::new() });
    let inputs = Inputs { default, ..inputs };
    let installed: Vec<Version> = INSTALLED.iter().map(|text| text.parse().unwrap()).collect();
    let newest = |request: &Request| request.select(&installed).cloned();
    let chosen = match project::decide(&inputs).ok()?.want {
        Want::Pinned { request, origin, floor } => {
            let selected = newest(&request)?;
            if let Some(floor) = floor {
                project::check_floor(&selected, &floor, &origin).ok()?;
            }
            selected
        }
        Want::Default { request, .. } => newest(&request)?,
        Want::AtLeast { floor, default } => {
            let base = default.as_ref().and_then(|base| newest(&base.request));
            match floor.raise(base.as_ref()).ok()? {
                None => base?,
                Some(raised) => newest(&Request::Exact(raised.version.clone())).or_else(|| {
                    let fits = |version: &&Version| {
                        version.minor() == raised.version.minor()
                            && version.is_stable()
                            && version.go_order(&raised.version).is_ge()
                    };
                    installed.iter().filter(fits).max().cloned()
                })?,
            }
        }
        Want::Nothing => return None,
    };
    Some(chosen.to_string())
}

fn says(folders: &[Files], default: Option<&str>) -> Result<String, Why> {
    let text = table(default);
    let table = Table::parse(text.as_bytes()).unwrap();
    match decide(&table, &found(folders)) {
        Decision::Run { version, tree, .. } => {
            assert_eq!(tree, format!("/h/t/go{version}").as_bytes());
            Ok(version.to_owned())
        }
        Decision::HandOver(why) => Err(why),
    }
}

fn one(pin: Option<&str>, work: Option<&str>, module: Option<&str>) -> Vec<Files> {
    let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
    vec![Files { pin: bytes(pin), work: bytes(work), module: bytes(module) }]
}

#[test]
fn what_is_plain_is_decided_at_once() {
    // Goal: the property below proves nothing if everything is handed over.
    let cases = [
        (one(None, None, None), Some("1.26.8"), Ok("1.26.8")),
        (one(None, None, None), Some("1.20"), Ok("1.20.14")),
        (one(None, None, None), None, Err(Why::Nothing)),
        (one(Some("1.25.9\n"), None, None), None, Ok("1.25.9")),
        (one(Some("go1.26"), None, None), None, Ok("1.26.8")),
        (one(Some("\n # x\n 1.20 # y\r\n1.4"), None, None), None, Ok("1.20.14")),
        (one(Some("1.20.0"), None, None), None, Ok("1.20")),
        (one(Some("1.27rc1"), None, None), None, Ok("1.27rc1")),
        (one(Some("1.27"), None, None), Some("1.4"), Err(Why::NotInstalled)),
        (one(Some("1.28rc"), None, None), None, Err(Why::OddPin)),
        (one(Some("1"), None, None), None, Err(Why::OddPin)),
        (one(Some("latest"), None, None), None, Err(Why::OddPin)),
        (one(Some("\u{feff}1.26"), None, None), None, Err(Why::OddPin)),
        (one(Some(""), None, None), Some("1.26.8"), Err(Why::OddPin)),
        (one(Some("1.25"), None, Some("go 1.26\n")), None, Err(Why::Conflict)),
        (one(Some("1.26"), None, Some("go 1.26\ntoolchain go1.28rc1\n")), None, Ok("1.26.8")),
        (one(None, None, Some("module x\n\ngo 1.22\n")), Some("1.26.8"), Ok("1.26.8")),
        (one(None, None, Some("go 1.26\n")), Some("1.25.9"), Ok("1.26.0")),
        (one(None, None, Some("go 1.26.5\n")), Some("1.25.9"), Ok("1.26.8")),
        (one(None, None, Some("go 1.26.9\n")), Some("1.25.9"), Err(Why::NotInstalled)),
        (one(None, None, Some("go 1.4\ntoolchain go1.26.0")), Some("1.25.9"), Ok("1.26.0")),
        (one(None, Some("go 1.4\n"), Some("go 1.26\n")), Some("1.20"), Ok("1.20.14")),
        (one(None, None, Some("go 1.26\n")), None, Err(Why::Nothing)),
        (one(None, None, Some("toolchain default\n")), Some("1.26.8"), Err(Why::OddLine)),
        // The go command calls the first malformed, and looks for no program with the second name.
        (one(None, None, Some("toolchain go1.4.1rc1\n")), Some("1.26.8"), Err(Why::OddLine)),
        (one(None, None, Some("go 1.4.1rc1\n")), Some("1.26.8"), Err(Why::OddLine)),
        (one(None, None, Some("go 2.1\n")), Some("1.26.8"), Err(Why::OddLine)),
        (one(None, None, Some("go one\n")), Some("1.26.8"), Err(Why::OddLine)),
        (one(None, None, Some("toolchain ../../x\n")), Some("1.26.8"), Err(Why::OddLine)),
    ];
    for (folders, default, answer) in cases {
        assert_eq!(says(&folders, default), answer.map(str::to_owned), "{folders:?} {default:?}");
        if let Ok(version) = answer {
            assert_eq!(expected(&folders, default).as_deref(), Some(version), "{folders:?} {default:?}");
        }
    }
}

#[test]
fn user_settings_that_speak_of_modules_are_for_goward() {
    let text = table(Some("1.26.8"));
    let table = Table::parse(text.as_bytes()).unwrap();
    let module = Some(&b"go 1.20\n"[..]);
    for (goenv, handed) in [("GOWORK=off", true), ("\nGO111MODULE=on", true), ("GOPROXY=direct\n", false), ("", false)]
    {
        let found = Found { module, goenv: Some(goenv.as_bytes()), ..Found::default() };
        assert_eq!(decide(&table, &found) == Decision::HandOver(Why::Goenv), handed, "{goenv}");
    }
}

#[test]
fn a_name_stands_for_exactly_its_version() {
    let text = table(None);
    let table = Table::parse(text.as_bytes()).unwrap();
    let named = |name: &str| matches!(decide_exact(&table, name.as_bytes()), Decision::Run { version, .. } if format!("go{version}") == name);
    for version in INSTALLED {
        assert!(named(&format!("go{version}")));
    }
    for name in
        ["go", "gofmt", "go1.20.0", "go1.22", "go1.26.9", "go1.26.8-x", "1.26.8", "gogo1.26.8", "", "go1.26.8/x"]
    {
        assert_eq!(decide_exact(&table, name.as_bytes()), Decision::HandOver(Why::Name), "{name}");
    }
}

#[test]
fn a_table_that_is_cut_or_altered_anywhere_is_not_used() {
    let whole = table(Some("1.26.8"));
    for end in 0..whole.len() {
        assert_eq!(Table::parse(&whole.as_bytes()[..end]), None, "{end}");
    }
    for (from, to) in [
        ("goward-shim 1", "goward-shim 2"),
        ("current", "curent"),
        ("\t7\n", "\tseven\n"),
        ("\t7\n", "\t99999999999999999999\n"),
        ("go\t1.4\t/", "go\t1.4\t"),
        ("minor\t1.4\t", "minor\t1.4 "),
        ("end\n", "news\tx\nend\n"),
        ("home\t/h\n", ""),
    ] {
        assert!(whole.contains(from));
        assert_eq!(Table::parse(whole.replacen(from, to, 1).as_bytes()), None, "{from} {to}");
    }
    let long = whole.replacen("end\n", &format!("{}end\n", "go\t1.4\t/x\n".repeat(4000)), 1);
    assert_eq!(Table::parse(long.as_bytes()), None);
}

/// Versions as files have them, good and bad.
fn version() -> impl Strategy<Value = String> {
    let known = proptest::sample::select(INSTALLED.to_vec()).prop_map(str::to_owned);
    let near = (1..3u32, 0..30u32, proptest::option::of(0..10u32), "(rc|beta|rc1|rc2|x|-a|\\.x)?").prop_map(
        |(major, minor, patch, end)| {
            let patch = patch.map(|patch| format!(".{patch}")).unwrap_or_default();
            format!("{major}.{minor}{patch}{end}")
        },
    );
    let odd = "(latest|1|go|default|local|system|>=1.20|1\\.|01\\.2|1\\.22\\.|\u{a0}|/|[0-9.]{0,6})";
    prop_oneof![4 => known, 4 => near, 1 => odd.prop_map(String::from)]
}

fn pin_file() -> impl Strategy<Value = Vec<u8>> {
    let line =
        ("[ \t]{0,2}(go)?", version(), "( ?#x|\r| |\t| 1\\.4|\u{b}|\0)?").prop_map(|(a, b, c)| format!("{a}{b}{c}"));
    let other = "(|# 1\\.26| |\u{feff}|\\PC{0,5})".prop_map(String::from);
    proptest::collection::vec(prop_oneof![3 => line, 1 => other], 0..3).prop_map(|lines| lines.join("\n").into_bytes())
}

fn go_file() -> impl Strategy<Value = Vec<u8>> {
    let go = ("[ \t]{0,2}go[ \t]{0,2}(go)?", version(), "( ?// x|\r|;|-x)?").prop_map(|(a, b, c)| format!("{a}{b}{c}"));
    let toolchain =
        ("toolchain[ \t]{1,2}(go)?(go)?", version(), "(-custom| x|//|\r)?").prop_map(|(a, b, c)| format!("{a}{b}{c}"));
    let other = "(module x|require \\(|go|toolchain |// go 1\\.22|\u{feff}go 1\\.22|\\PC{0,9})".prop_map(String::from);
    proptest::collection::vec(prop_oneof![2 => go, 2 => toolchain, 2 => other], 0..5)
        .prop_map(|lines| lines.join("\n").into_bytes())
}

fn folder() -> impl Strategy<Value = Files> {
    use proptest::option::weighted;
    (weighted(0.3, pin_file()), weighted(0.2, go_file()), weighted(0.4, go_file()))
        .prop_map(|(pin, work, module)| Files { pin, work, module })
}

/// The user at work in all of these.
const ME: u32 = 1000;

/// A machine of a few files, with the working folder `/u/a/b` and the home folder `/u`. Files without an entry belong
/// to [`ME`].
#[derive(Default)]
struct Machinery {
    files: BTreeMap<String, Vec<u8>>,
    vars: BTreeMap<String, Vec<u8>>,
    /// Owners of files and folders, by path.
    owners: BTreeMap<String, u32>,
    table_mode: u32,
    opened: Opened,
}

const WORKING_FOLDER: &str = "/u/a/b";

impl Machinery {
    fn get(&self, path: &Path) -> Option<&Vec<u8>> {
        self.files.get(&Machinery::full(path))
    }

    fn owner_of(&self, path: &str) -> u32 {
        self.owners.get(path).copied().unwrap_or(ME)
    }

    fn full(path: &Path) -> String {
        let path = String::from_utf8(path.get().unwrap().to_vec()).unwrap();
        let mut folder = WORKING_FOLDER.as_bytes();
        let mut rest = path.strip_prefix("./").unwrap_or(&path);
        while let Some(above) = rest.strip_prefix("../") {
            (folder, rest) = (parent(folder).unwrap(), above);
        }
        let folder = std::str::from_utf8(folder).unwrap().trim_end_matches('/');
        match rest {
            "" if folder.is_empty() => "/".to_owned(),
            "" => folder.to_owned(),
            _ if rest.starts_with('/') => rest.to_owned(),
            _ => format!("{folder}/{rest}"),
        }
    }

    /// The files that the rules look at.
    fn inputs(&self) -> Inputs {
        let pin_files = PinFiles::default();
        let folders = ["/u/a/b", "/u/a", "/u", ""].map(|folder| Folder {
            path: folder.to_owned(),
            owner: Some(self.owner_of(if folder.is_empty() { "/" } else { folder })),
            files: FileName::wanted(&pin_files)
                .into_iter()
                .filter_map(|name| {
                    let path = format!("{folder}/{name}");
                    let content = self.files.get(&path)?.clone();
                    let owner = self.owner_of(&path);
                    Some(FoundFile::new(name, path, content).owned_by([owner]))
                })
                .collect(),
        });
        let users = Users { me: Some(ME), start: Some(self.owner_of(WORKING_FOLDER)) };
        let var = |name: &str| self.vars.get(name).map(|value| String::from_utf8_lossy(value).into_owned());
        Inputs {
            folders: folders.to_vec(),
            users,
            home_folder: Some("/u".to_owned()),
            gotoolchain: var("GOTOOLCHAIN").filter(|value| var(shim::MARK).as_ref() != Some(value)),
            go111module: var("GO111MODULE"),
            ..Inputs::default()
        }
    }

    /// The answers of the shim and of the rules.
    fn both(&mut self) -> (Result<String, Why>, Option<String>) {
        let expected = chosen(self.inputs(), Some("1.26.8"));
        let table = table(Some("1.26.8")).replace("config\t\t\n", "config\t/u/.config/goward/config.toml\t7\n");
        self.files.insert("/h/shim.table".to_owned(), table.into_bytes());
        self.vars.insert("HOME".to_owned(), b"/u".to_vec());
        let mut memory = vec![0; Arena::BYTES];
        let call = Call { name: b"go", args: [None; 3], own: b"/h/shims/go", folder: WORKING_FOLDER.as_bytes() };
        let said = match resolve(self, Arena::new(&mut memory), &mut Path::empty(), &call).decision {
            Decision::Run { version, .. } => Ok(version.to_owned()),
            Decision::HandOver(why) => Err(why),
        };
        (said, expected)
    }
}

impl Machine for Machinery {
    fn var(&self, name: &str) -> Option<&[u8]> {
        self.vars.get(name).map(Vec::as_slice)
    }

    fn any_set(&self, begins: &[u8]) -> bool {
        self.vars.iter().any(|(name, value)| shim::is_set_like(&[name.as_bytes(), b"=", value].concat(), begins))
    }

    fn me(&self) -> Option<u32> {
        Some(ME)
    }

    fn opened(&self) -> Opened {
        self.opened
    }

    fn owner(&mut self, path: &Path) -> Option<u32> {
        Some(self.owner_of(&Machinery::full(path)))
    }

    fn read_no_link(&mut self, path: &Path, into: &mut [u8]) -> Option<usize> {
        match self.read(path, into) {
            ReadResult::Bytes(length) => Some(length),
            _ => None,
        }
    }

    fn read(&mut self, path: &Path, into: &mut [u8]) -> ReadResult {
        let full = Machinery::full(path);
        if self.files.keys().any(|file| file.starts_with(&format!("{full}/"))) {
            return ReadResult::Odd;
        }
        let owner = self.owner_of(&full);
        self.opened = Opened { owner, named_by: owner, mode: 0o100_644 | self.table_mode };
        let Some(content) = self.get(path) else { return ReadResult::Absent };
        let length = content.len().min(into.len());
        into[..length].copy_from_slice(&content[..length]);
        ReadResult::Bytes(length)
    }

    fn read_link(&mut self, _: &Path, _: &mut [u8]) -> ReadResult {
        ReadResult::Absent
    }

    fn changed(&mut self, _: &Path) -> Option<u64> {
        Some(7)
    }
}

#[test]
fn every_file_that_pins_by_default_is_seen_from_every_folder() {
    let others = FileName::wanted(&PinFiles::default())
        .into_iter()
        .filter(|name| !matches!(name, FileName::GoWork | FileName::GoMod | FileName::GoVersion));
    let others: Vec<FileName> = others.collect();
    assert_eq!(others.len(), 10);
    for name in others {
        for folder in ["/u/a/b", "/u/a", "/u", ""] {
            let at = |content: &str| Machinery {
                files: BTreeMap::from([(format!("{folder}/{name}"), content.as_bytes().to_vec())]),
                ..Machinery::default()
            };
            // In the home folder this is mise's default for the user.
            let of_user = name == FileName::ConfigMiseFolder && folder == "/u";
            let expected = if of_user { Ok("1.26.8".to_owned()) } else { Err(Why::PinFile) };
            assert_eq!(at("go 1.25.9").both().0, expected, "{folder} {name}");
            // Nothing in it can be Go's.
            assert_eq!(at("node 20").both(), (Ok("1.26.8".to_owned()), Some("1.26.8".to_owned())), "{folder} {name}");
            assert_eq!(at(&"x".repeat(5000)).both().0, Err(Why::Unreadable), "{folder} {name}");
            // A file after a nearer pin, or beside one that comes first, is not read.
            let mut pinned = at("go 1.25.9");
            pinned.files.insert(format!("{folder}/.go-version"), b"1.20".to_vec());
            assert_eq!(pinned.both(), (Ok("1.20.14".to_owned()), Some("1.20.14".to_owned())), "{folder} {name}");
        }
    }
}

#[test]
fn every_variable_that_bears_on_the_choice_is_for_goward() {
    for name in [
        "GOWARD_VERSION",
        "GOWARD_CONFIG",
        "GOWARD_PIN_FILES",
        "GOWARD_RESOLVE_ON_CONFLICT",
        "GOWARD_RESOLVE_TOOLCHAIN_LINE",
        "GOTOOLCHAIN",
        "GO111MODULE",
        "GOWORK",
        "GOROOT",
        "GOENV_VERSION",
        "ASDF_GOLANG_VERSION",
        "MISE_GO_VERSION",
        "PROTO_GO_VERSION",
        "GOWARD_HOME",
    ] {
        let with = |value: &str| Machinery {
            vars: BTreeMap::from([(name.to_owned(), value.as_bytes().to_vec())]),
            ..Machinery::default()
        };
        assert_eq!(with("x").both().0, Err(Why::Setting), "{name}");
        assert_eq!(with("").both().0, Ok("1.26.8".to_owned()), "{name}");
    }
}

#[test]
fn the_usual_values_of_gotoolchain_and_go111module_are_decided_here() {
    // Goal: a container or a CI sets these for every command, and none of them costs a start of goward.
    let module = "module x\n\ngo 1.22\n";
    for (variables, pin, module, expected) in [
        ("GOTOOLCHAIN=local", "", module, Ok("1.26.8")),
        ("GOTOOLCHAIN=local", "1.25.9", module, Ok("1.25.9")),
        ("GOTOOLCHAIN=local", "", "go 1.27rc1\n", Err(Why::Conflict)),
        ("GOTOOLCHAIN=local", "", "go 1.20\ntoolchain go1.28rc1\n", Ok("1.26.8")),
        ("GOTOOLCHAIN=auto", "", module, Ok("1.26.8")),
        ("GOTOOLCHAIN=path", "", "go 1.27rc1\n", Ok("1.27rc1")),
        ("GOTOOLCHAIN=local+auto", "", module, Ok("1.26.8")),
        ("GOTOOLCHAIN=local+path", "1.25", module, Ok("1.25.9")),
        ("GOTOOLCHAIN=go1.22.5", "", module, Ok("1.22.5")),
        ("GOTOOLCHAIN=go1.22.5", "1.25.9", module, Ok("1.22.5")),
        ("GOTOOLCHAIN=go1.20.0", "", "", Ok("1.20")),
        ("GOTOOLCHAIN=go1.28rc1", "", module, Ok("1.28rc1")),
        ("GOTOOLCHAIN=go1.21.0", "", module, Err(Why::Conflict)),
        ("GOTOOLCHAIN=go1.23.1", "", module, Err(Why::NotInstalled)),
        ("GOTOOLCHAIN=go1.22.5+auto", "", module, Ok("1.22.5")),
        ("GOTOOLCHAIN=go1.22.5+path", "", "go 1.26.3\n", Ok("1.26.8")),
        ("GOTOOLCHAIN=go1.22.5+auto", "1.25.9", "go 1.25.2\n", Ok("1.25.9")),
        // A base is one release; only the project's need is met by a newer patch.
        ("GOTOOLCHAIN=go1.22.4+auto", "", module, Err(Why::NotInstalled)),
        ("GOTOOLCHAIN=go1.22.4+auto", "", "go 1.26.3\n", Ok("1.26.8")),
        ("GO111MODULE=on", "", "go 1.27rc1\n", Ok("1.27rc1")),
        ("GO111MODULE=auto", "", "go 1.27rc1\n", Ok("1.27rc1")),
        ("GO111MODULE=off", "", "go 1.27rc1\n", Ok("1.26.8")),
        ("GO111MODULE=off", "1.20", "go 1.27rc1\n", Ok("1.20.14")),
        // Without modules GOTOOLCHAIN does not count, whatever it says.
        ("GO111MODULE=off GOTOOLCHAIN=go1.22.5", "", module, Ok("1.26.8")),
        ("GO111MODULE=off GOTOOLCHAIN=bash", "", module, Ok("1.26.8")),
        ("GO111MODULE=auto GOTOOLCHAIN=go1.22.5", "", "", Ok("1.26.8")),
        ("GO111MODULE=auto GOTOOLCHAIN=go1.22.5", "", module, Ok("1.22.5")),
        ("GOTOOLCHAIN=go1.22.5 GOWARD_TOOLCHAIN=go1.22.5", "", module, Ok("1.26.8")),
        ("GOTOOLCHAIN=go1.22.5 GOWARD_TOOLCHAIN=go1.20", "", module, Ok("1.22.5")),
        // Unusual ones.
        ("GO111MODULE=OFF", "", module, Err(Why::Setting)),
        ("GOTOOLCHAIN=go1.22.5-x", "", module, Err(Why::Setting)),
        ("GOTOOLCHAIN=go1.22", "", module, Err(Why::Setting)),
        ("GOTOOLCHAIN=go1.22+auto", "", module, Err(Why::Setting)),
        ("GOTOOLCHAIN=auto+auto", "", module, Err(Why::Setting)),
        ("GOTOOLCHAIN=go1.22.5+", "", module, Err(Why::Setting)),
        ("GOTOOLCHAIN=1.22.5", "", module, Err(Why::Setting)),
        ("GOTOOLCHAIN=go2.1.0", "", module, Err(Why::Setting)),
        ("GOTOOLCHAIN=go1.22.5 ", "", module, Err(Why::Setting)),
    ] {
        let mut machine = Machinery::default();
        for variable in
            variables.split_inclusive(' ').map(|text| if variables.ends_with(' ') { text } else { text.trim() })
        {
            let (name, value) = variable.split_once('=').unwrap();
            machine.vars.insert(name.to_owned(), value.as_bytes().to_vec());
        }
        for (name, content) in
            [(".go-version", pin), ("go.mod", module)].into_iter().filter(|(_, text)| !text.is_empty())
        {
            machine.files.insert(format!("{WORKING_FOLDER}/{name}"), content.as_bytes().to_vec());
        }
        let (said, rules) = machine.both();
        assert_eq!(said, expected.map(str::to_owned), "{variables} {pin} {module:?}");
        assert!(expected.is_err() || rules.as_deref() == expected.ok(), "{variables} {pin} {module:?}: {rules:?}");
    }
}

/// A pin in a folder, and the owners of it and of the folders.
fn pinned(file: &str, owners: &[(&str, u32)]) -> Machinery {
    Machinery {
        files: BTreeMap::from([(file.to_owned(), b"1.25.9".to_vec())]),
        owners: owners.iter().map(|(path, owner)| ((*path).to_owned(), *owner)).collect(),
        ..Machinery::default()
    }
}

#[test]
fn a_pin_counts_only_where_it_and_the_way_to_it_are_the_right_users() {
    let (pin, other) = (Ok("1.25.9".to_owned()), 7);
    let (above, here) = ("/u/a/.go-version", "/u/a/b/.go-version");
    for (file, owners, expected) in [
        (here, vec![], pin.clone()),
        (here, vec![(here, 0)], pin.clone()),
        (here, vec![(here, other)], Err(Why::Stranger)),
        // A checkout of another user, as in a container.
        (here, vec![(here, other), ("/u/a/b", other)], pin.clone()),
        (above, vec![(above, other), ("/u/a/b", other), ("/u/a", other)], pin.clone()),
        (above, vec![(above, other)], Err(Why::Stranger)),
        (above, vec![("/u/a", other)], Err(Why::Stranger)),
        (above, vec![("/u/a", 0)], pin.clone()),
        ("/u/.go-version", vec![("/u/a", other)], Err(Why::Stranger)),
        ("/u/.go-version", vec![("/u/a", other), ("/u/a/b", other)], pin.clone()),
        ("/.go-version", vec![("/", 0), ("/.go-version", 0)], pin),
    ] {
        let mut machine = pinned(file, &owners);
        let (said, rules) = machine.both();
        assert_eq!(said, expected, "{file} {owners:?}");
        match expected {
            Ok(version) => assert_eq!(rules, Some(version), "{file} {owners:?}"),
            Err(_) => assert_eq!(rules.as_deref(), Some("1.26.8"), "{file} {owners:?}: the default"),
        }
    }
}

#[test]
fn a_table_that_others_could_have_written_is_not_believed() {
    for (owner, mode, expected) in [
        (ME, 0, Ok("1.26.8".to_owned())),
        (0, 0, Ok("1.26.8".to_owned())),
        (7, 0, Err(Why::NoTable)),
        (ME, 0o020, Err(Why::NoTable)),
        (ME, 0o002, Err(Why::NoTable)),
    ] {
        let owners = BTreeMap::from([("/h/shim.table".to_owned(), owner)]);
        let mut machine = Machinery { owners, table_mode: mode, ..Machinery::default() };
        assert_eq!(machine.both().0, expected, "{owner} {mode:o}");
    }
}

fn any_owner() -> impl Strategy<Value = (String, u32)> {
    let paths =
        ["/u/a/b", "/u/a", "/u", "/", "/u/a/b/.go-version", "/u/a/.go-version", "/u/.go-version", "/.go-version"];
    (proptest::sample::select(paths.to_vec()), proptest::sample::select(vec![ME, 0, 7, 8]))
        .prop_map(|(path, owner)| (path.to_owned(), owner))
}

fn any_file() -> impl Strategy<Value = (String, Vec<u8>)> {
    let folder = proptest::sample::select(vec!["/u/a/b", "/u/a", "/u", ""]);
    let name = proptest::sample::select(FileName::wanted(&PinFiles::default()));
    let other = prop_oneof![
        version().prop_map(|version| format!("golang {version}")),
        version().prop_map(|version| format!("[tools]\ngo = \"{version}\"")),
        version().prop_map(|version| format!("go = \"{version}\"")),
        Just("[tools]\nnode = \"20\"".to_owned()),
        Just("system".to_owned()),
    ];
    let content = prop_oneof![2 => pin_file(), 1 => go_file(), 3 => other.prop_map(String::into_bytes)];
    (folder, name, content).prop_map(|(folder, name, content)| (format!("{folder}/{name}"), content))
}

/// Values of the go command's variables, usual and unusual ones.
fn any_vars() -> impl Strategy<Value = BTreeMap<String, Vec<u8>>> {
    use proptest::option::weighted;
    let named = ("(go|go|go|)", version(), "(|\\+auto|\\+path|-x|\\+|\\+local)")
        .prop_map(|(go, v, end)| format!("{go}{v}{end}"));
    let word = proptest::sample::select(vec!["local", "auto", "path", "local+auto", "local+path", "auto+auto", ""]);
    let gotoolchain = prop_oneof![3 => named, 2 => word.prop_map(str::to_owned)];
    let modules = proptest::sample::select(vec!["on", "off", "auto", "", "x"]).prop_map(str::to_owned);
    (weighted(0.7, gotoolchain.clone()), weighted(0.4, modules), weighted(0.2, gotoolchain)).prop_map(
        |(gotoolchain, modules, mark)| {
            let all = [("GOTOOLCHAIN", gotoolchain), ("GO111MODULE", modules), (shim::MARK, mark)];
            let set = all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into_bytes())));
            set.collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn on_a_machine_of_many_files_it_says_what_the_rules_say_or_nothing(
        files in proptest::collection::vec(any_file(), 0..4),
        owners in proptest::collection::vec(any_owner(), 0..5),
        vars in any_vars(),
    ) {
        let (files, owners) = (files.into_iter().collect(), owners.into_iter().collect());
        let mut machine = Machinery { files, owners, vars, ..Machinery::default() };
        let (said, expected) = machine.both();
        if let Ok(version) = said {
            prop_assert_eq!(Some(version), expected);
        }
    }

    #[test]
    fn the_shim_says_what_the_rules_say_or_nothing(
        folders in proptest::collection::vec(folder(), 0..4),
        default in proptest::option::of(proptest::sample::select(INSTALLED.to_vec())),
    ) {
        if let Ok(version) = says(&folders, default) {
            prop_assert_eq!(Some(version), expected(&folders, default));
        }
    }

    #[test]
    fn no_bytes_make_a_table_that_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Table::parse(&bytes);
        let mut text = table(None).into_bytes();
        let at = bytes.len() * 3 % text.len();
        text.splice(at..at, bytes);
        if let Some(table) = Table::parse(&text) {
            let _ = decide(&table, &Found { module: Some(b"go 1.26"), ..Found::default() });
        }
    }
}
