//! Lists, items and a team's file, without a process.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeSet;
use std::path::Path;

use checklist::{
    Expectation, ITEMS, LISTS, Machine, PlanError, Probe, Runtime, Verdict, parse_file, plan, run, runtime,
};
use doctor::TOPICS;
use fixture::Fixture;

fn names(plan: &checklist::Plan) -> Vec<String> {
    plan.items.iter().map(|planned| planned.item.name.to_string()).collect()
}

fn planned(words: &[&str]) -> Result<checklist::Plan, PlanError> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    plan(&words, &[], &[])
}

#[test]
fn lists_name_items_that_there_are_and_items_name_what_doctor_knows() {
    let items: BTreeSet<&str> = ITEMS.iter().map(|item| item.name.as_ref()).collect();
    assert_eq!(items.len(), ITEMS.len());
    let listed: BTreeSet<&str> = LISTS.iter().flat_map(|list| list.items.iter().copied()).collect();
    assert_eq!(listed.difference(&items).collect::<Vec<_>>(), [&""; 0]);
    assert_eq!(items.difference(&listed).collect::<Vec<_>>(), [&""; 0], "an item that no list has");
    // A list and an item may share a name: the item is then meant, and the list has it first.
    for list in LISTS.iter().filter(|list| items.contains(list.name)) {
        assert!(list.items.contains(&list.name), "{}", list.name);
    }
    for item in ITEMS {
        let Probe::Doctor(words) = &item.probe else { continue };
        for word in words.iter() {
            let known = TOPICS.iter().any(|topic| topic.name == word.as_ref() || topic.words.contains(&word.as_ref()));
            assert!(known, "{}: {word}", item.name);
        }
    }
}

#[test]
fn each_item_is_asked_once_and_the_default_is_install() {
    let install = planned(&[]).unwrap();
    assert_eq!(names(&install), names(&planned(&["install"]).unwrap()));
    let both = planned(&["trio", "install", "goroot"]).unwrap();
    let unique: BTreeSet<String> = names(&both).into_iter().collect();
    assert_eq!(unique.len(), both.items.len());
    assert!(both.stops_at_first && !install.stops_at_first);
    // A name that is both is a list to the user.
    assert_eq!(names(&planned(&["modules"]).unwrap()), ["modules", "module-cache"]);
    assert!(matches!(planned(&["nonsense"]), Err(PlanError::Unknown { .. })));
}

#[test]
fn an_expected_variable_that_no_item_judges_is_an_item_of_its_own() {
    let expected = |name: &str| vec![Expectation { name: name.to_owned(), value: "x".to_owned() }];
    let alone = plan(&[], &[], &expected("GOFLAGS")).unwrap();
    assert_eq!(names(&alone), ["GOFLAGS"]);
    let judged = plan(&["install".to_owned()], &[], &expected("GOPATH")).unwrap();
    assert_eq!(judged.items.len(), planned(&["install"]).unwrap().items.len());
    assert!(judged.items.iter().any(|one| one.item.name == "gopath" && one.expected.as_deref() == Some("x")));
    assert!(matches!(plan(&[], &[], &expected("disk")), Err(PlanError::Expectation { .. })));
}

#[test]
fn a_mistake_in_a_file_has_its_line_and_any_bytes_are_read() {
    let parse = |text: &str| parse_file(Path::new("lists.toml"), text.as_bytes());
    let good = "format = 1\n[lists.a]\nabout = \"a\"\nitems = [\"std\", \"b\"]\n[items.b]\nasks = \"b?\"\nfix = \"b!\"\nfile = \"b/c\"\n";
    let file = parse(good).unwrap();
    assert_eq!(names(&plan(&["a".to_owned()], std::slice::from_ref(&file), &[]).unwrap()), ["std", "b"]);
    assert!(matches!(plan(&["a".to_owned()], &[file.clone(), file], &[]), Err(PlanError::Twice { .. })));
    for (from, to, line) in [
        ("about = \"a\"", "about = \"\"", 3),
        ("\"std\", ", "\"stdd\", ", 4),
        ("file = \"b/c\"", "file = \"/b\"", 8),
        ("file = \"b/c\"", "file = \"b\\\\c\"", 8),
        ("file = \"b/c\"", "program = \"sh\"", 8),
    ] {
        let error = parse(&good.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(&format!("lists.toml:{line}:")), "{to}: {error}");
    }
    assert!(parse_file(Path::new("x"), b"\xff\xfe").is_err());
    assert!(parse("").is_err());
}

#[test]
fn without_a_toolchain_items_fail_and_none_passes_in_silence() {
    let fixture = Fixture::new();
    let ctx = fixture.ctx();
    let checked =
        run(&Machine::new(&ctx), &planned(&["toolchain", "go-version", "goroot", "source-tree"]).unwrap(), false);
    assert!(checked.iter().all(|one| one.answer.verdict == Verdict::Failed && one.fix.is_some()), "{checked:?}");
}

#[test]
fn a_container_is_known_by_its_sign() {
    let mut fixture = Fixture::new();
    fixture.set("KUBERNETES_SERVICE_HOST", "192.0.2.1");
    assert!(matches!(runtime(&fixture.sys()), Runtime::Container { kind: "kubernetes", .. }));
}
