//! The user's environment on Windows, from the outside: `goward.exe` and the registry of this machine.
//!
//! It changes the `Path` of the user who runs it, and restores it. So it runs only with `GOWARD_TEST_REGISTRY=1`, as
//! under Wine.
#![cfg(windows)]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

#[path = "it/support.rs"]
mod support;

use support::{World, names};
use sys::registry::{Registry, RegistryValue, Root, USER_ENVIRONMENT, ValueKind};
use testkit::TinyToolchain;

/// The value with the path of the user's documents, which contain PowerShell's profiles.
const DOCUMENTS: (&str, &str) = (r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders", "Personal");
/// The values that the test changes, and restores at its end.
const PLAYED_WITH: [(&str, &str); 2] = [(USER_ENVIRONMENT, "Path"), DOCUMENTS];

/// The user's `Path` and the path of the documents during a test; the former values are in a file, and are restored at
/// its end.
struct Path {
    registry: Registry,
    before: [Option<RegistryValue>; 2],
    kept: std::path::PathBuf,
}

impl Path {
    /// `None` if the test is not enabled. Otherwise the documents are below this home folder.
    fn taken(home: &std::path::Path) -> Option<Path> {
        if std::env::var("GOWARD_TEST_REGISTRY").as_deref() != Ok("1") {
            eprintln!("skipped: it changes this user's Path in the registry; GOWARD_TEST_REGISTRY=1 allows it");
            return None;
        }
        let registry = Registry::real().unwrap();
        let before = PLAYED_WITH.map(|(key, name)| registry.read(Root::User, key, name).unwrap());
        for value in before.iter().flatten() {
            assert!(!matches!(value.kind, ValueKind::Other(_)), "what is no text could not be put back: {value:?}");
        }
        // An interrupted test restores nothing.
        let kept = std::env::temp_dir().join(format!("goward-test-registry-{}", std::process::id()));
        let text: Vec<String> =
            PLAYED_WITH.iter().zip(&before).map(|(place, value)| format!("{place:?} {value:?}\n")).collect();
        std::fs::write(&kept, text.concat()).unwrap();
        eprintln!("what stands in the registry is kept in {} until the test ends", kept.display());
        let documents = value(ValueKind::Text, home.join("Documents").to_str().unwrap());
        let path = Path { registry, before, kept };
        path.registry.write(DOCUMENTS.0, DOCUMENTS.1, Some(&documents)).unwrap();
        Some(path)
    }

    fn put(&self, value: Option<&RegistryValue>) {
        self.registry.write(USER_ENVIRONMENT, "Path", value).unwrap();
    }

    fn now(&self) -> Option<RegistryValue> {
        self.registry.read(Root::User, USER_ENVIRONMENT, "Path").unwrap()
    }
}

impl Drop for Path {
    fn drop(&mut self) {
        let put_back = |((key, name), value): (&(&str, &str), &Option<RegistryValue>)| {
            self.registry.write(key, name, value.as_ref()).is_ok()
        };
        // Both, whatever the first returns.
        let done: Vec<bool> = PLAYED_WITH.iter().zip(&self.before).map(put_back).collect();
        if done == [true, true] {
            let _ = std::fs::remove_file(&self.kept);
        }
    }
}

fn value(kind: ValueKind, text: &str) -> RegistryValue {
    RegistryValue::text(kind, &text.encode_utf16().collect::<Vec<_>>())
}

/// One test, since there is one `Path`.
#[test]
fn the_shims_come_first_in_the_users_path_and_go_without_a_trace() {
    let world = World::offering([TinyToolchain::host("1.27.3")]);
    let Some(path) = Path::taken(world.home.home()) else { return };
    let shims = world.store("shims").display().to_string();
    let others = "%USERPROFILE%\\b\u{ef}n;C:\\t;;\"C:\\a;b\";";
    for before in [
        Some(value(ValueKind::Expandable, others)),
        Some(value(ValueKind::Text, "C:\\only")),
        // With more zeros at its end than one.
        Some(RegistryValue { kind: ValueKind::Expandable, bytes: vec![b'x', 0, b'y', 0, 0, 0, 0, 0] }),
        None,
    ] {
        path.put(before.as_ref());
        let planned = world.goward("setup --dry-run").success();
        assert!(planned.stdout.contains(r"HKCU\Environment\Path"), "{}", planned.snapshot());
        let by_hand = world.goward("setup --no-profile").success();
        assert!(by_hand.stdout.contains(&format!("put `{shims}` first")), "{}", by_hand.snapshot());
        world.goward("setup --shell pwsh --dry-run").success();
        assert_eq!(path.now(), before, "nothing was to change");

        let run = world.goward("setup").success();
        assert!(run.stdout.contains("terminals that are opened from now on"), "{}", run.snapshot());
        let now = path.now().unwrap();
        let rest = before.as_ref().map(|before| format!(";{}", before.shown())).unwrap_or_default();
        assert_eq!(now.shown(), format!("{shims}{rest}"));
        assert_eq!(now.kind, before.as_ref().map_or(ValueKind::Expandable, |before| before.kind));
        let again = world.goward("setup").success();
        assert!(again.stdout.contains("nothing changed"), "{}", again.snapshot());

        let undone = world.goward("undo").success();
        assert!(undone.stdout.contains("restored the user's variable Path"), "{}", undone.snapshot());
        assert_eq!(path.now(), before, "byte for byte");

        // What somebody adds in the meantime is theirs, and an undo would take it away.
        world.goward("setup").success();
        let later = value(ValueKind::Expandable, &format!("{};C:\\later", path.now().unwrap().shown()));
        path.put(Some(&later));
        let refused = world.goward("undo").exits(7);
        assert!(refused.stderr.contains("goward unsetup"), "{}", refused.snapshot());
        assert_eq!(path.now(), Some(later));
        world.goward("unsetup").success();
        let rest = before.as_ref().map(|before| format!("{};", before.shown())).unwrap_or_default();
        assert_eq!(path.now().unwrap().shown(), format!("{rest}C:\\later"));
    }
    a_dead_setup_is_in_nobodys_way(&world, &path, &shims);
    powershell_is_set_up_below_this_home(&world);
    // Too long a list is an error that says what to do, and changes nothing.
    let long = value(ValueKind::Expandable, &"x".repeat(32_760));
    path.put(Some(&long));
    let refused = world.goward("setup").exits(6);
    assert!(refused.stderr.contains(&shims) && refused.stderr.contains("32767"), "{}", refused.snapshot());
    assert_eq!(path.now(), Some(long));
}

/// One that was stopped after its plan had its name, and before `Path` was written.
fn a_dead_setup_is_in_nobodys_way(world: &World, path: &Path, shims: &str) {
    let before = value(ValueKind::Expandable, "C:\\t");
    for next in ["setup", "unsetup"] {
        path.put(Some(&before));
        world.goward("setup").success();
        let plans = world.store("transactions");
        let newest = names(&plans).into_iter().rfind(|name| name.ends_with(".done")).unwrap();
        std::fs::rename(plans.join(&newest), plans.join(newest.trim_end_matches(".done"))).unwrap();
        path.put(Some(&before));
        let run = world.goward(next).success();
        match next {
            "setup" => assert_eq!(path.now().unwrap().shown(), format!("{shims};C:\\t"), "{}", run.snapshot()),
            _ => assert_eq!(path.now(), Some(before.clone()), "{}", run.snapshot()),
        }
    }
}

/// This test touches no real profiles.
fn powershell_is_set_up_below_this_home(world: &World) {
    world.goward("setup --shell pwsh").success();
    let profile = world.home.home().join("Documents/PowerShell/profile.ps1");
    assert!(std::fs::read_to_string(&profile).unwrap().contains(">>> goward >>>"));
    world.goward("unsetup").success();
    assert!(!profile.exists());
}
