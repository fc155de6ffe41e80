//! The user's environment on Windows, from the outside: `goward.exe` and the registry of this machine.
//!
//! It changes the `Path` of whoever runs it, and puts back what stood there. So it runs only where it is asked for, with
//! `GOWARD_TEST_REGISTRY=1`, as under Wine.
#![cfg(windows)]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

mod support;

use support::World;
use sys::registry::{Registry, RegistryValue, Root, USER_ENVIRONMENT, ValueKind};
use testkit::TinyToolchain;

/// The user's `Path` while a test plays with it; what stood there before comes back at its end.
struct Path {
    registry: Registry,
    before: Option<RegistryValue>,
}

impl Path {
    /// None where the test was not asked for.
    fn taken() -> Option<Path> {
        if std::env::var("GOWARD_TEST_REGISTRY").as_deref() != Ok("1") {
            eprintln!("skipped: it changes this user's Path in the registry; GOWARD_TEST_REGISTRY=1 allows it");
            return None;
        }
        let registry = Registry::real().unwrap();
        let before = registry.read(Root::User, USER_ENVIRONMENT, "Path").unwrap();
        Some(Path { registry, before })
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
        let _ = self.registry.write(USER_ENVIRONMENT, "Path", self.before.as_ref());
    }
}

fn value(kind: ValueKind, text: &str) -> RegistryValue {
    RegistryValue::text(kind, &text.encode_utf16().collect::<Vec<_>>())
}

/// One test, since there is one `Path`.
#[test]
fn the_shims_come_first_in_the_users_path_and_go_without_a_trace() {
    let Some(path) = Path::taken() else { return };
    let world = World::offering([TinyToolchain::host("1.27.3")]);
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
        assert!(undone.stdout.contains("Path is as it was before"), "{}", undone.snapshot());
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
    // Too long a list is an error that says what to do, and changes nothing.
    let long = value(ValueKind::Expandable, &"x".repeat(32_760));
    path.put(Some(&long));
    let refused = world.goward("setup").exits(6);
    assert!(refused.stderr.contains(&shims) && refused.stderr.contains("32767"), "{}", refused.snapshot());
    assert_eq!(path.now(), Some(long));
}
