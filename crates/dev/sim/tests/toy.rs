//! Small stores, right and wrong: the intended model must catch each wrong one.

#![cfg(unix)] // what a power cut leaves on file systems of Unix
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use sim::{Counts, Model, Stop, every_stop, every_stop_in_recovery, sound_sys};
use sys::{Fs, Sys};

/// The fault of a store of one value.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    NoSyncBeforeRename,
    RemoveBeforeRename,
    NoSyncOfTheFolder,
    InPlace,
    ErrorIgnored,
}

fn prepare(folder: &Path) {
    let fs = Fs::real();
    fs.create_dir(&folder.join("store")).unwrap();
    fs.create(&folder.join("store/value")).unwrap().write_all(b"old value").unwrap();
}

fn set(fs: &Fs, folder: &Path, fault: Fault) -> io::Result<()> {
    let (store, value) = (folder.join("store"), folder.join("store/value"));
    let new = folder.join("store/value.new");
    if fault == Fault::InPlace {
        let mut file = fs.create(&value)?;
        file.write_all(b"new value")?;
        return file.sync();
    }
    let mut file = fs.create(&new)?;
    let written = file.write_all(b"new value");
    if fault != Fault::ErrorIgnored {
        written?;
    }
    if fault != Fault::NoSyncBeforeRename {
        file.sync()?;
    }
    if fault == Fault::RemoveBeforeRename {
        fs.remove_file(&value)?;
    }
    fs.rename(&new, &value)?;
    if fault != Fault::NoSyncOfTheFolder {
        fs.sync_dir(&store)?;
    }
    Ok(())
}

fn look(folder: &Path, stop: &Stop) {
    let fs = sound_sys(folder).fs().clone();
    fs.remove_file_if_there(&folder.join("store/value.new")).unwrap();
    let found = fs.read(&folder.join("store/value"), 99).expect("there is always a value");
    let found = String::from_utf8(found).unwrap();
    assert!(["old value", "new value"].contains(&found.as_str()), "found {found:?}");
    assert!(!stop.outcome_ok || found == "new value", "the run succeeded and left {found:?}");
    assert!(!stop.is_past_the_end() || stop.outcome_ok, "an undisturbed run failed");
}

fn enumerate(fault: Fault, models: &[Model]) -> Result<Counts, String> {
    let act = |folder: &Path, sys: Sys| set(sys.fs(), folder, fault).is_ok();
    caught(|| every_stop("toy", models, &prepare, &act, &look))
}

fn caught(work: impl FnOnce() -> Counts) -> Result<Counts, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panic.downcast_ref::<String>().unwrap().clone())
}

#[test]
fn a_right_store_passes_in_every_model() {
    let counts = enumerate(Fault::None, &Model::ALL).unwrap();
    assert_eq!(counts.operations, 5);
    // Five operations and three points after the end, in six models; one of these has three images.
    assert_eq!(counts.points, 8 * 8);
    assert_eq!(
        counts.to_string(),
        "toy: 5 operations, 64 points checked, 0 broken (kill 8, fail-once-PermissionDenied 8, disk-full 8, \
         power-lost 8, power-torn 8, power-half 24)"
    );
}

#[test]
fn wrong_stores_are_caught_by_the_model_meant_for_them_and_by_no_weaker_one() {
    let table = [
        (Fault::NoSyncBeforeRename, Model::PowerTorn, Model::Kill),
        (Fault::RemoveBeforeRename, Model::Kill, Model::PowerLost),
        (Fault::NoSyncOfTheFolder, Model::PowerLost, Model::PowerTorn),
        (Fault::InPlace, Model::Kill, Model::PowerLost),
        (Fault::ErrorIgnored, Model::DiskFull, Model::Kill),
    ];
    for (fault, catches, passes) in table {
        let told = enumerate(fault, &[catches]).expect_err("this one is wrong");
        assert!(told.starts_with(&format!("toy is broken after {catches} at operation ")), "{told}");
        assert!(told.contains(&format!("SIM_ONLY=\"toy:{catches}:")), "{told}");
        enumerate(fault, &[passes]).unwrap_or_else(|told| panic!("{passes} caught too much: {told}"));
    }
    let told = enumerate(Fault::RemoveBeforeRename, &[Model::Kill]).unwrap_err();
    assert!(told.contains("(rename store/value.new to store/value)"), "{told}");
    assert!(told.contains("there is always a value"), "{told}");
}

#[test]
fn a_run_that_panics_is_told_with_its_point() {
    let act = |folder: &Path, sys: Sys| {
        set(sys.fs(), folder, Fault::None).expect("boom");
        true
    };
    let told = caught(|| every_stop("toy", &[Model::Kill], &prepare, &act, &look)).unwrap_err();
    assert!(told.contains("boom") && told.contains("SIM_ONLY=\"toy:kill:"), "{told}");
}

#[test]
fn threads_may_change_the_order_of_operations() {
    let act = |folder: &Path, sys: Sys| {
        let made: Vec<bool> = std::thread::scope(|scope| {
            let sys = &sys;
            let threads: Vec<_> = (0..3)
                .map(|thread| {
                    let path = folder.join(format!("store/{thread}"));
                    scope.spawn(move || sys.fs().replace(&path, b"whole").is_ok())
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        made.iter().all(|made| *made) && set(sys.fs(), folder, Fault::None).is_ok()
    };
    let check = |folder: &Path, stop: &Stop| {
        look(folder, stop);
        for thread in 0..3 {
            let found = Fs::real().read_if_there(&folder.join(format!("store/{thread}")), 99).unwrap();
            assert!(found.is_none_or(|found| found == b"whole"));
        }
    };
    let counts = every_stop("threads", &Model::ALL, &prepare, &act, &check);
    assert_eq!(counts.operations, 20);
    assert!(counts.points >= 23 * 8, "{counts}");
}

#[test]
fn a_prepared_folder_is_copied_with_its_modes_links_and_second_names() {
    let prepare = |folder: &Path| {
        let fs = Fs::real();
        prepare(folder);
        fs.create_dir(&folder.join("ro")).unwrap();
        fs.hard_link(&folder.join("store/value"), &folder.join("ro/second")).unwrap();
        fs.symlink_dir(&folder.join("store"), &folder.join("ro/link")).unwrap();
        fs.set_mode(&folder.join("store/value"), 0o440).unwrap();
        fs.set_mode(&folder.join("ro"), 0o555).unwrap();
    };
    let act = |folder: &Path, sys: Sys| {
        sys.env().home() == Some(folder.join("home")) && sys.fs().create_dir(&folder.join("d")).is_ok()
    };
    let check = |folder: &Path, _: &Stop| {
        let look = |name: &str| Fs::real().look(&folder.join(name)).unwrap().unwrap();
        assert_eq!((look("ro").mode, look("ro/second").mode), (0o555, 0o440));
        assert_eq!(look("ro/second").identity, look("store/value").identity);
        // The link has the full path: the folder must be at its prepared path.
        assert_eq!(Fs::real().read(&folder.join("ro/link/value"), 99).unwrap(), b"old value");
    };
    assert_eq!(every_stop("copied", &Model::ALL, &prepare, &act, &check).operations, 1);
}

// ---- two values that change together, by an intent that recovery carries out ----

const PAIR: [&str; 2] = ["store/a", "store/b"];

fn carry_out(fs: &Fs, folder: &Path) -> io::Result<()> {
    for name in PAIR {
        fs.replace(&folder.join(name), b"new")?;
    }
    Ok(())
}

fn forget(fs: &Fs, folder: &Path) -> io::Result<()> {
    fs.remove_file(&folder.join("store/intent"))?;
    fs.sync_dir(&folder.join("store"))
}

fn set_pair(folder: &Path, sys: Sys) -> bool {
    let fs = sys.fs();
    let intent = fs.replace(&folder.join("store/intent"), b"new");
    intent.and_then(|()| carry_out(fs, folder)).and_then(|()| forget(fs, folder)).is_ok()
}

fn recover(fs: &Fs, folder: &Path, forgets_first: bool) -> io::Result<()> {
    if fs.look(&folder.join("store/intent"))?.is_none() {
        return Ok(());
    }
    if forgets_first {
        forget(fs, folder)?;
        return carry_out(fs, folder);
    }
    carry_out(fs, folder)?;
    forget(fs, folder)
}

fn pairs(forgets_first: bool, models: &[Model], in_recovery: bool) -> Result<Counts, String> {
    let prepare = |folder: &Path| {
        Fs::real().create_dir(&folder.join("store")).unwrap();
        for name in PAIR {
            Fs::real().create(&folder.join(name)).unwrap().write_all(b"old").unwrap();
        }
    };
    let again = move |folder: &Path, sys: Sys| recover(sys.fs(), folder, forgets_first).is_ok();
    let check = move |folder: &Path, _: &Stop| {
        recover(&Fs::real(), folder, forgets_first).unwrap();
        let [a, b] = PAIR.map(|name| Fs::real().read(&folder.join(name), 99).unwrap());
        assert_eq!(a, b, "the two values differ");
    };
    caught(|| match in_recovery {
        true => every_stop_in_recovery("pair", models, &prepare, &set_pair, &again, &check),
        false => every_stop("pair", models, &prepare, &set_pair, &check),
    })
}

#[test]
fn a_recovery_that_may_be_stopped_passes() {
    let counts = pairs(false, &Model::ALL, true).unwrap();
    // Two of them give a new file the mode of the one that it replaces.
    assert_eq!(counts.operations, 19);
    assert!(counts.points > 500, "{counts}");
}

#[test]
fn a_recovery_that_forgets_too_early_is_caught_only_when_it_is_stopped_itself() {
    pairs(true, &Model::ALL, false).unwrap();
    let told = pairs(true, &[Model::Kill], true).unwrap_err();
    assert!(told.contains("the two values differ"), "{told}");
    let only = told.split("SIM_ONLY=\"pair:kill:").nth(1).expect("a way to have it again");
    assert_eq!(only.matches('+').count(), 2, "{told}");
}
