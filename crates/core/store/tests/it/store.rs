//! The store's own operations, whole and refused.

#![allow(clippy::unwrap_used, reason = "test code may panic")]

use std::path::Path;

use crate::support::{WAIT, id, install, trusted};
use store::states::{Event, State};
use store::{Author, FileChange, OperationKind, Store, StoreError};
use sys::registry::{
    MemoryRegistry, Registry, RegistryValue, Root, USER_ENVIRONMENT, ValueKind, VariableChange, VariableConflict,
};
use sys::{Clock, Env, Fs, KillAt, Sys};

fn with_store(test: impl FnOnce(&Sys, &Store)) {
    let folder = tempfile::tempdir().unwrap();
    let sys = Sys::real();
    let store = Store::at(&sys, trusted(&sys, folder.path().join("höme of go")));
    test(&sys, &store);
    assert_eq!(store.faults().unwrap(), Vec::<String>::new());
}

/// What a file holds now.
fn now(path: &Path) -> Option<Vec<u8>> {
    Fs::real().read_if_there(path, 1 << 20).unwrap()
}

/// The change of a file of the user's, from what it holds now.
fn to(path: &Path, text: &str) -> FileChange {
    FileChange::of_user(path, now(path), Some(text.into()))
}

fn gone(path: &Path) -> FileChange {
    FileChange::of_user(path, now(path), None)
}

#[test]
fn of_two_writers_who_read_the_same_bytes_the_second_is_refused_and_loses_nothing() {
    with_store(|sys, store| {
        store.check_ready(0).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        sys.fs().replace(&one, b"old").unwrap();
        let (first, second) = (to(&one, "first"), to(&one, "second"));
        let made = to(&two, "made");
        store.transaction("first").change(first).commit(WAIT).unwrap();
        // The other file of the refused change comes first, and is not touched.
        let refused = store.transaction("second").change(made.clone()).change(second.clone()).commit(WAIT);
        assert!(matches!(refused, Err(StoreError::ChangedMeanwhile { path }) if path == one));
        assert!(matches!(store.change_alone(&second, "second", WAIT), Err(StoreError::ChangedMeanwhile { .. })));
        assert_eq!((now(&one), now(&two)), (Some(b"first".to_vec()), None));
        // So is the change of a missing file that somebody has made meanwhile.
        sys.fs().replace(&two, b"theirs").unwrap();
        assert!(matches!(
            store.transaction("made").change(made).commit(WAIT),
            Err(StoreError::ChangedMeanwhile { .. })
        ));
        assert_eq!(now(&two), Some(b"theirs".to_vec()));
        assert_eq!(store.past_changes().unwrap().len(), 1);
    });
}

#[cfg(unix)]
#[test]
fn nothing_of_a_project_is_written_through_a_link_and_a_file_of_the_user_s_is() {
    use std::os::unix::fs::symlink;
    with_store(|sys, store| {
        store.check_ready(0).unwrap();
        let place = tempfile::tempdir().unwrap();
        let (project, secret) = (place.path().join("project"), place.path().join("secret"));
        sys.fs().create_dirs(&project).unwrap();
        sys.fs().create_dirs(&place.path().join("outside")).unwrap();
        let unchanged = || assert_eq!(now(&secret), Some(b"secret".to_vec()));
        sys.fs().replace(&secret, b"secret").unwrap();
        symlink(&secret, project.join("file")).unwrap();
        symlink("../outside", project.join("folder")).unwrap();
        symlink("nowhere", project.join("dangling")).unwrap();
        for below in ["file", "folder/file", "dangling"] {
            let path = project.join(below);
            for change in [to(&path, "new"), gone(&path)] {
                let change = FileChange::of_project(&project, &path, change.before, change.after);
                let refused = store.transaction("pin").change(change.clone()).commit(WAIT);
                assert!(matches!(refused, Err(StoreError::ThroughLink { .. })), "{below}: {refused:?}");
                let refused = store.change_alone(&change, "pin", WAIT);
                assert!(matches!(refused, Err(StoreError::ThroughLink { .. })), "{below}: {refused:?}");
            }
            unchanged();
        }
        // A link that came after the change is in the way of its undo, too.
        let path = project.join("pin");
        let made = FileChange::of_project(&project, &path, None, Some(b"secret".to_vec()));
        let name = store.transaction("pin").change(made).commit(WAIT).unwrap();
        sys.fs().remove_file(&path).unwrap();
        symlink(&secret, &path).unwrap();
        let refused = store.undo_transaction(&name, Author::default(), WAIT);
        assert!(matches!(refused, Err(StoreError::ThroughLink { .. })), "{refused:?}");
        unchanged();
        store.transaction("profile").change(to(&project.join("file"), "mine")).commit(WAIT).unwrap();
        assert_eq!(now(&secret), Some(b"mine".to_vec()));
        assert!(project.join("file").is_symlink());
    });
}

#[cfg(unix)]
#[test]
fn nobody_else_may_look_into_the_staging_folder_also_one_of_an_older_goward() {
    with_store(|sys, store| {
        let mode = || sys.fs().look(&store.layout().staging()).unwrap().unwrap().mode;
        store.discard(store.stage(&id("1.27.3")).unwrap());
        assert_eq!(mode(), 0o700);
        sys.fs().set_mode(&store.layout().staging(), 0o755).unwrap();
        store.discard(store.stage(&id("1.27.3")).unwrap());
        assert_eq!(mode(), 0o700);
    });
}

#[test]
fn an_admitted_toolchain_is_listed_with_its_record_and_its_journal_says_done() {
    with_store(|sys, store| {
        install(sys, store, &id("1.27.3")).unwrap();
        assert_eq!(store.toolchains().unwrap().len(), 1);
        assert_eq!(store.record(&id("1.27.3")).unwrap().files, 2);
        assert_eq!(store.manifest(&id("1.27.3")).unwrap().files[1].path, "bin/go");
        let states: Vec<State> = store.journal_records().unwrap().iter().map(|record| record.state).collect();
        assert_eq!(states, [State::Preparing, State::Syncing, State::Committing, State::Done]);
        assert!(store.is_clean().unwrap());
    });
}

#[test]
fn a_switch_records_its_parent_and_an_undo_goes_to_the_parent_not_to_the_number_before() {
    with_store(|sys, store| {
        for version in ["1.26.8", "1.27.2", "1.27.3"] {
            install(sys, store, &id(version)).unwrap();
        }
        let switch = |version: &str| store.switch(&id(version), Author::default(), WAIT).unwrap();
        assert_eq!((switch("1.26.8").number, switch("1.27.2").number), (1, 2));
        store.roll_back(1, Author::default(), WAIT).unwrap();
        assert_eq!(store.current().unwrap().unwrap().toolchain, id("1.26.8"));
        let third = switch("1.27.3");
        assert_eq!((third.number, third.parent), (3, Some(1)));
        let missing = store.roll_back(9, Author::default(), WAIT).unwrap_err();
        assert!(matches!(missing, StoreError::NoGeneration { number: 9 }));
        assert_eq!(store.current().unwrap().unwrap().number, 3);
        assert_eq!(store.generations().unwrap().len(), 3);
    });
}

#[test]
fn the_default_and_what_is_leased_are_not_removed() {
    with_store(|sys, store| {
        for version in ["1.26.8", "1.27.3"] {
            install(sys, store, &id(version)).unwrap();
        }
        store.switch(&id("1.27.3"), Author::default(), WAIT).unwrap();
        let refused = store.remove(&id("1.27.3"), &Author::default(), WAIT).unwrap_err();
        assert!(matches!(refused, StoreError::InUse { generation: 1, .. }));
        assert!(store.lease(&id("1.26.8")).unwrap());
        let refused = store.remove(&id("1.26.8"), &Author::default(), WAIT).unwrap_err();
        assert!(matches!(refused, StoreError::Running { .. }), "{refused}");
        assert_eq!(store.toolchains().unwrap().len(), 2);
    });
}

#[test]
fn a_removed_toolchain_leaves_nothing_but_history() {
    with_store(|sys, store| {
        install(sys, store, &id("1.26.8")).unwrap();
        store.remove(&id("1.26.8"), &Author::default(), WAIT).unwrap();
        assert!(store.toolchains().unwrap().is_empty());
        assert!(store.record(&id("1.26.8")).is_err());
        assert!(store.is_clean().unwrap());
        let missing = store.remove(&id("1.26.8"), &Author::default(), WAIT).unwrap_err();
        assert!(matches!(missing, StoreError::NotInstalled { .. }));
    });
}

#[test]
fn an_operation_that_was_recovered_by_another_cannot_go_on() {
    with_store(|sys, store| {
        store.check_ready(0).unwrap();
        let mut operation = store.begin(OperationKind::Install, &id("1.27.3"), &Author::default()).unwrap();
        let staging = store.stage(&id("1.27.3")).unwrap();
        operation.advance(Event::Prepared, Some(staging.name()), None).unwrap();
        drop(staging);
        let recovered = Store::at(sys, store.home().clone()).recover(WAIT).unwrap();
        assert_eq!(recovered.undone.len(), 1);
        assert_eq!(recovered.trees_removed, 1);
        let refused = operation.advance(Event::Proven, None, None).unwrap_err();
        assert!(matches!(refused, StoreError::Superseded { .. }));
        assert!(store.recover(WAIT).unwrap().is_nothing());
    });
}

#[test]
fn a_torn_journal_is_cut_and_said_so() {
    with_store(|sys, store| {
        install(sys, store, &id("1.27.3")).unwrap();
        let path = store.layout().home().join("journal.log");
        let mut bytes = sys.fs().read(&path, 1 << 20).unwrap();
        bytes.extend_from_slice(b"0123456789abcdef {\"operation\":\"torn");
        sys.fs().replace(&path, &bytes).unwrap();
        let recovered = store.recover(WAIT).unwrap();
        assert_eq!(recovered.journal_bytes_cut, 35);
        assert_eq!(store.journal_records().unwrap().len(), 4);
    });
}

#[test]
fn a_transaction_changes_all_files_and_is_undone_as_one() {
    with_store(|sys, store| {
        store.check_ready(0).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (one, two, three) = (folder.path().join("one"), folder.path().join("two"), folder.path().join("three"));
        sys.fs().replace(&one, b"old one").unwrap();
        sys.fs().replace(&three, b"old three").unwrap();
        let read = |path: &Path| sys.fs().read_if_there(path, 100).unwrap();
        let change =
            store.transaction("test").change(to(&one, "new one")).change(to(&two, "new two")).change(gone(&three));
        let name = change.commit(WAIT).unwrap();
        assert_eq!(
            (read(&one), read(&two), read(&three)),
            (Some(b"new one".to_vec()), Some(b"new two".to_vec()), None)
        );
        store.undo_transaction(&name, Author::default(), WAIT).unwrap();
        assert_eq!(
            (read(&one), read(&two), read(&three)),
            (Some(b"old one".to_vec()), None, Some(b"old three".to_vec()))
        );
        let again = store.undo_transaction(&name, Author::default(), WAIT).unwrap_err();
        assert!(matches!(again, StoreError::Overtaken), "what is undone is not undone once more: {again}");
        let name = store.transaction("test").change(to(&two, "new two")).commit(WAIT).unwrap();
        sys.fs().replace(&two, b"edited").unwrap();
        let meddled = store.undo_transaction(&name, Author::default(), WAIT).unwrap_err();
        assert!(matches!(meddled, StoreError::ChangedMeanwhile { .. }));
        assert_eq!(read(&two), Some(b"edited".to_vec()));
    });
}

#[test]
fn the_default_moves_with_the_files_of_a_transaction_and_back_with_them() {
    with_store(|sys, store| {
        store.check_ready(0).unwrap();
        for version in ["1.26.8", "1.27.3"] {
            install(sys, store, &id(version)).unwrap();
        }
        store.switch(&id("1.26.8"), Author::default(), WAIT).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let state = || (sys.fs().read_if_there(&file, 100).unwrap(), store.current().unwrap().unwrap().toolchain);
        let change = store.transaction("move").change(to(&file, "new")).switch_to(id("1.27.3"));
        let name = change.commit(WAIT).unwrap();
        assert_eq!(state(), (Some(b"new".to_vec()), id("1.27.3")));
        assert_eq!(store.past_changes().unwrap()[0].default, Some((Some(1), Some(2))));
        store.undo_transaction(&name, Author::default(), WAIT).unwrap();
        assert_eq!(state(), (None, id("1.26.8")));
        let changes = store.past_changes().unwrap();
        assert!(changes[0].undone && changes[1].undoes == Some(name), "{changes:?}");
        // A switch to the toolchain that is the default already moves nothing, and so is never undone.
        store.transaction("stay").change(to(&file, "new")).switch_to(id("1.26.8")).commit(WAIT).unwrap();
        assert_eq!(store.past_changes().unwrap()[2].default, None);
        let missing = store.transaction("no").change(to(&file, "x")).switch_to(id("1.25.9")).commit(WAIT).unwrap_err();
        assert!(matches!(missing, StoreError::NotInstalled { .. }));
        assert_eq!(state(), (Some(b"new".to_vec()), id("1.26.8")));
    });
}

#[test]
fn programs_of_any_size_take_part_and_come_back() {
    with_store(|sys, store| {
        store.check_ready(0).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let fs = sys.fs();
        let large = vec![7; 17 << 20];
        for (name, bytes) in [("built", &large), ("other-built", &b"other".to_vec()), ("tool", &b"old".to_vec())] {
            fs.replace(&place(name), bytes).unwrap();
        }
        fs.set_mode(&place("built"), 0o755).unwrap();
        let read = |name: &str| fs.read_if_there(&place(name), 32 << 20).unwrap();
        let change = || {
            let change =
                store.transaction("tools").change(to(&place("pin"), "new")).place(place("tool"), place("built"));
            change.place(place("new-tool"), place("other-built"))
        };
        let name = change().commit(WAIT).unwrap();
        assert!(read("tool") == Some(large.clone()) && read("new-tool") == Some(b"other".to_vec()));
        #[cfg(unix)]
        assert_eq!(fs.look(&place("tool")).unwrap().unwrap().mode & 0o777, 0o755);
        // The installed file shares no inode: a write to it harms neither the plan nor the build.
        fs.replace(&place("built"), b"gone").unwrap();
        assert_eq!(store.past_changes().unwrap()[0].files.len(), 3);
        store.undo_transaction(&name, Author::default(), WAIT).unwrap();
        assert_eq!((read("tool"), read("new-tool"), read("pin")), (Some(b"old".to_vec()), None, None));
        // A program that somebody else has installed in the meantime stays, and so does everything else.
        fs.replace(&place("built"), b"again").unwrap();
        let name = change().commit(WAIT).unwrap();
        fs.replace(&place("tool"), b"somebody's").unwrap();
        let meddled = store.undo_transaction(&name, Author::default(), WAIT).unwrap_err();
        assert!(matches!(meddled, StoreError::ChangedMeanwhile { .. }));
        assert_eq!((read("tool"), read("pin")), (Some(b"somebody's".to_vec()), Some(b"new".to_vec())));
        // Only a file is replaced.
        fs.create_dir(&place("folder")).unwrap();
        let refused = store.transaction("no").place(place("folder"), place("built")).commit(WAIT).unwrap_err();
        assert!(matches!(refused, StoreError::ChangedMeanwhile { .. }));
    });
}

#[test]
fn a_default_that_moved_since_is_not_taken_back() {
    with_store(|sys, store| {
        store.check_ready(0).unwrap();
        for version in ["1.25.9", "1.26.8", "1.27.3"] {
            install(sys, store, &id(version)).unwrap();
        }
        let file = store.layout().home().join("file");
        let name = store.transaction("first").change(to(&file, "new")).switch_to(id("1.27.3")).commit(WAIT).unwrap();
        store.switch(&id("1.26.8"), Author::default(), WAIT).unwrap();
        let moved = store.undo_transaction(&name, Author::default(), WAIT).unwrap_err();
        assert!(matches!(moved, StoreError::ChangedMeanwhile { .. }));
        assert_eq!(sys.fs().read_if_there(&file, 100).unwrap(), Some(b"new".to_vec()));
        // Undoing the first default leaves no default.
        store.roll_back(1, Author::default(), WAIT).unwrap();
        store.undo_transaction(&name, Author::default(), WAIT).unwrap();
        assert!(store.current().unwrap().is_none() && store.faults().unwrap().is_empty());
    });
}

fn value(text: &str) -> RegistryValue {
    RegistryValue::text(ValueKind::Expandable, &text.encode_utf16().collect::<Vec<_>>())
}

fn shown(memory: &MemoryRegistry, name: &str) -> Option<String> {
    let registry = Registry::in_memory(memory.clone());
    registry.read(Root::User, USER_ENVIRONMENT, name).unwrap().map(|value| value.shown())
}

/// A change of a file, of `Path` and of a variable that is not there, and the store of a machine with this registry.
fn with_variables(test: impl FnOnce(&MemoryRegistry, &Store, &Path, &dyn Fn(&Store) -> store::Transaction)) {
    with_store(|sys, store| {
        store.check_ready(0).unwrap();
        let memory = MemoryRegistry::default();
        memory.put(Root::User, USER_ENVIRONMENT, "Path", value("old"));
        let home = store.layout().home().to_owned();
        let file = home.join("file");
        let registry = Registry::in_memory(memory.clone());
        let change = |store: &Store| {
            let plan = |name, text| VariableChange::plan(&registry, name, Some(value(text))).unwrap();
            store.transaction("variables").change(to(&file, "new")).set(plan("Path", "new")).set(plan("Other", "made"))
        };
        test(&memory, &Store::at(&sys.with_registry(&registry), trusted(sys, home)), &file, &change);
    });
}

#[test]
fn variables_change_with_the_files_and_come_back_with_them() {
    with_variables(|memory, store, file, change| {
        let name = change(store).commit(WAIT).unwrap();
        let now = || (shown(memory, "Path"), shown(memory, "Other"), Fs::real().read_if_there(file, 9).unwrap());
        let (old, new) = (Some("old".to_owned()), Some("new".to_owned()));
        assert_eq!(now(), (new, Some("made".to_owned()), Some(b"new".to_vec())));
        assert_eq!(store.past_changes().unwrap()[0].variables, ["Path", "Other"]);
        store.undo_transaction(&name, Author::default(), WAIT).unwrap();
        assert_eq!(now(), (old, None, None));
        // A plan without variables is one that every goward reads; one with them is refused by those that know of none.
        let plan = |name: &str| {
            let path = store.layout().kept_transaction(name).join("plan.json");
            String::from_utf8(Fs::real().read(&path, 1 << 20).unwrap()).unwrap()
        };
        assert!(plan(&name).contains("\"format\": 2"), "{}", plan(&name));
        let name = store.transaction("a file").change(to(file, "x")).commit(WAIT).unwrap();
        assert!(plan(&name).contains("\"format\": 1") && !plan(&name).contains("variables"), "{}", plan(&name));
    });
}

#[test]
fn a_variable_that_somebody_else_has_changed_is_never_set_over() {
    with_variables(|memory, store, file, change| {
        let meddled = |result: Result<String, StoreError>| {
            let error = result.unwrap_err();
            assert!(
                matches!(&error, StoreError::Variable { cause: VariableConflict::ChangedMeanwhile { found }, .. } if *found == Some(value("theirs"))),
                "{error:?}"
            );
        };
        // Between the plan and its writing down: nothing has happened yet.
        let planned = change(store);
        memory.put(Root::User, USER_ENVIRONMENT, "Other", value("theirs"));
        meddled(planned.commit(WAIT));
        assert_eq!((shown(memory, "Path").as_deref(), Fs::real().read_if_there(file, 9).unwrap()), (Some("old"), None));
        store.recover(WAIT).unwrap();
        // Since the change was made.
        let name = change(store).commit(WAIT).unwrap();
        memory.put(Root::User, USER_ENVIRONMENT, "Path", value("theirs"));
        meddled(store.undo_transaction(&name, Author::default(), WAIT));
        assert_eq!(Fs::real().read_if_there(file, 9).unwrap(), Some(b"new".to_vec()));
        assert_eq!(shown(memory, "Path").as_deref(), Some("theirs"));
    });
}

#[test]
fn a_refused_variable_takes_the_files_back_and_one_without_a_registry_is_an_error() {
    with_variables(|memory, store, file, change| {
        let planned = change(store);
        memory.refuse();
        let refused = planned.commit(WAIT).unwrap_err();
        assert!(matches!(refused, StoreError::Variable { cause: VariableConflict::Io(_), .. }), "{refused:?}");
        assert_eq!(Fs::real().read_if_there(file, 9).unwrap(), None);
        assert!(store.is_clean().unwrap());
        let elsewhere = Store::at(&Sys::new(Fs::real(), Clock::real(), Env::of_this_process()), store.home().clone());
        let refused = change(&elsewhere).commit(WAIT).unwrap_err();
        assert!(matches!(refused, StoreError::NoRegistry { .. }), "{refused:?}");
        elsewhere.recover(WAIT).unwrap();
    });
}

#[test]
fn a_plan_of_a_dead_process_that_meets_anothers_value_or_no_registry_does_no_harm() {
    // Some operations more than planning takes: the file is changed then, and the variables are not.
    let dead_after_the_file =
        |memory: &MemoryRegistry, store: &Store, file: &Path, change: &dyn Fn(&Store) -> store::Transaction| {
            let written = || Fs::real().read_if_there(file, 9).unwrap().is_some();
            for nth in 1.. {
                let sys =
                    Sys::new(Fs::faulty(std::sync::Arc::new(KillAt::new(nth))), Clock::real(), Env::of_this_process());
                let sys = sys.with_registry(&Registry::in_memory(memory.clone()));
                change(&Store::at(&sys, store.home().clone())).commit(WAIT).unwrap_err();
                if written() {
                    return;
                }
                store.recover(WAIT).unwrap();
                if written() {
                    let name = &store.past_changes().unwrap().last().unwrap().name.clone();
                    store.undo_transaction(name, Author::default(), WAIT).unwrap();
                }
            }
        };
    with_variables(|memory, store, file, change| {
        dead_after_the_file(memory, store, file, change);
        memory.put(Root::User, USER_ENVIRONMENT, "Other", value("theirs"));
        let recovered = store.recover(WAIT).unwrap();
        assert_eq!(recovered.undone.len(), 1, "{recovered:?}");
        assert_eq!(
            (shown(memory, "Path").as_deref(), shown(memory, "Other").as_deref()),
            (Some("old"), Some("theirs"))
        );
        assert_eq!(Fs::real().read_if_there(file, 9).unwrap(), None);
    });
    with_variables(|memory, store, file, change| {
        dead_after_the_file(memory, store, file, change);
        let elsewhere = Store::at(&Sys::new(Fs::real(), Clock::real(), Env::of_this_process()), store.home().clone());
        // It is reported, blocks nothing else, and stays for a goward on a system with the registry.
        for _ in 0..2 {
            let recovered = elsewhere.recover(WAIT).unwrap();
            assert!(recovered.waiting[0].contains("no registry") && recovered.set_aside.is_empty(), "{recovered:?}");
            assert!(recovered.waiting[0].contains("`variables`"), "{recovered:?}");
        }
        let another = elsewhere.layout().home().join("b");
        elsewhere.transaction("another").change(to(&another, "b")).commit(WAIT).unwrap();
        assert_eq!(shown(memory, "Path").as_deref(), Some("old"));
        assert_eq!(Fs::real().read_if_there(file, 9).unwrap(), Some(b"new".to_vec()));
        let recovered = store.recover(WAIT).unwrap();
        assert_eq!(recovered.finished.len(), 1, "{recovered:?}");
        assert_eq!(Fs::real().read_if_there(file, 9).unwrap(), Some(b"new".to_vec()));
        assert_eq!((shown(memory, "Path").as_deref(), shown(memory, "Other").as_deref()), (Some("new"), Some("made")));
        assert!(store.is_clean().unwrap());
    });
    // So does one that was being reverted.
    with_variables(|memory, store, file, change| {
        dead_after_the_file(memory, store, file, change);
        let folder = store.layout().transactions();
        let open = names(&folder).into_iter().find(|name| !name.contains('.')).unwrap();
        Fs::real().rename(&folder.join(&open), &folder.join(format!("{open}.reverting"))).unwrap();
        let elsewhere = Store::at(&Sys::new(Fs::real(), Clock::real(), Env::of_this_process()), store.home().clone());
        let recovered = elsewhere.recover(WAIT).unwrap();
        assert!(recovered.waiting[0].contains("`variables`"), "{recovered:?}");
        assert_eq!(store.recover(WAIT).unwrap().undone.len(), 1);
        assert_eq!(Fs::real().read_if_there(file, 9).unwrap(), None);
    });
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    Fs::real().names_if_there(folder).unwrap().iter().map(|name| name.to_string_lossy().into_owned()).collect()
}

#[test]
fn a_variable_that_a_recovery_has_set_meanwhile_is_no_part_of_the_change() {
    with_variables(|memory, store, file, change| {
        let planned = change(store);
        memory.put(Root::User, USER_ENVIRONMENT, "Path", value("new"));
        let name = planned.commit(WAIT).unwrap();
        assert_eq!(store.past_changes().unwrap()[0].variables, ["Other"]);
        store.undo_transaction(&name, Author::default(), WAIT).unwrap();
        assert_eq!((shown(memory, "Path").as_deref(), shown(memory, "Other")), (Some("new"), None));
        assert_eq!(Fs::real().read_if_there(file, 9).unwrap(), None);
    });
}
