//! The lists of hostile input have the promised length, and each case has a unique name.

use testkit::hostile::{Case, project, shim_table, tar, zip};

#[track_caller]
fn check(list: &str, names: Vec<String>, least: usize) {
    let count = names.len();
    assert!(count >= least, "{list}: {count} cases, and {least} at least are promised");
    let mut once = std::collections::BTreeSet::new();
    let twice: Vec<&String> = names.iter().filter(|name| !once.insert(*name)).collect();
    assert!(twice.is_empty(), "{list}: two cases each are called {twice:?}");
}

#[test]
fn there_are_as_many_cases_as_promised_and_each_has_its_own_name() {
    let names = |cases: Vec<Case>| cases.into_iter().map(|case| case.name).collect();
    check("tar.gz", names(tar::cases()), 120);
    check("zip", zip::cases().into_iter().map(|(form, case)| format!("{form:?} {}", case.name)).collect(), 90);
    check("project", project::cases().into_iter().map(|(file, case)| format!("{file} {}", case.name)).collect(), 45);
    check("shim tables", names(shim_table::cases()), 1500);
    #[cfg(unix)]
    check("trees", testkit::hostile::tree::cases().into_iter().map(|case| case.name.to_owned()).collect(), 40);
}

#[test]
fn the_same_cases_are_made_on_every_run() {
    let bytes = || -> Vec<Vec<u8>> { tar::cases().into_iter().map(|case| case.bytes).collect() };
    assert_eq!(bytes(), bytes());
}
