//! Setup with a registry: the user's `Path`, PowerShell's profiles, and leftovers of others. The registry is in memory,
//! so this is tested on every system.

use std::path::{Path, PathBuf};
use std::time::Duration;

use diag::Diagnose;
use shell::{
    Plan, RivalKind, ScriptPaths, SetupError, SetupOptions, Shell, apply, leftovers, plan_setup, plan_unsetup,
    shells_of_user,
};
use store::{Author, Store, TrustedHome};
use sys::registry::{MACHINE_ENVIRONMENT, MemoryRegistry, Registry, RegistryValue, Root, USER_ENVIRONMENT, ValueKind};
use sys::{Clock, Env, Fs, Sys};

const WAIT: Duration = Duration::from_secs(5);
const USER_FOLDERS: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders";
const PROGRAM_END: &str = std::env::consts::EXE_SUFFIX;

/// A home folder, a store in it, and a registry.
struct World {
    _folder: tempfile::TempDir,
    home: PathBuf,
    sys: Sys,
    store: Store,
    places: ScriptPaths,
    memory: MemoryRegistry,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let home = Fs::real().resolve(folder.path()).unwrap().join("Anna Lena");
        std::fs::create_dir_all(home.join("bin")).unwrap();
        let text = |path: &Path| path.display().to_string();
        let vars = [("HOME", text(&home)), ("USERPROFILE", text(&home)), ("PATH", text(&home.join("bin")))];
        let memory = MemoryRegistry::default();
        let sys = Sys::new(Fs::real(), Clock::real(), Env::of(vars, home.clone(), None));
        let sys = sys.with_registry(&Registry::in_memory(memory.clone()));
        let store = Store::at(&sys, TrustedHome::of(&sys, home.join("goward")).unwrap());
        let places = ScriptPaths::of(store.layout(), &home.join("goward.exe")).unwrap();
        World { _folder: folder, home, sys, store, places, memory }
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.home.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn put(&self, root: Root, key: &str, name: &str, kind: ValueKind, text: &str) -> RegistryValue {
        let value = RegistryValue::text(kind, &text.encode_utf16().collect::<Vec<_>>());
        self.memory.put(root, key, name, value.clone());
        value
    }

    fn put_path(&self, text: &str) -> RegistryValue {
        self.put(Root::User, USER_ENVIRONMENT, "Path", ValueKind::Expandable, text)
    }

    fn path(&self) -> Option<RegistryValue> {
        self.sys.registry().unwrap().read(Root::User, USER_ENVIRONMENT, "Path").unwrap()
    }

    fn shown_path(&self) -> String {
        self.path().unwrap().shown()
    }

    fn plan_as(&self, shells: &[Shell], user_path: bool, profiles: bool) -> Result<Plan, SetupError> {
        let options =
            SetupOptions { shells: shells.to_vec(), user_path, profiles, force: false, completions: Vec::new() };
        plan_setup(&self.sys, self.store.layout(), &self.places, &options)
    }

    fn plan(&self) -> Plan {
        self.plan_as(&[], true, true).unwrap()
    }

    fn apply(&self, plan: &Plan) -> Option<String> {
        apply(&self.sys, &self.store, plan, Author::default(), WAIT).unwrap()
    }

    fn unsetup(&self) -> Plan {
        let plan = plan_unsetup(&self.sys, self.store.layout(), &[], false).unwrap();
        self.apply(&plan);
        plan
    }
}

#[test]
fn the_shims_come_first_in_the_users_path_once_and_every_other_byte_stays() {
    for kind in [ValueKind::Expandable, ValueKind::Text] {
        let world = World::new();
        let others = r#"%USERPROFILE%\bin;C:\t;;"C:\a;b";"#;
        let before = world.put(Root::User, USER_ENVIRONMENT, "PATH", kind, others);
        let name = world.apply(&world.plan()).unwrap();
        assert_eq!(world.shown_path(), format!("{};{others}", world.places.shims));
        assert_eq!(world.path().unwrap().kind, kind);
        assert_eq!(world.memory.told_count(), 1);
        assert!(world.plan().is_nothing(), "a second time changes nothing");

        world.store.undo_transaction(&name, Author::default(), WAIT).unwrap();
        assert_eq!(world.path(), Some(before.clone()));
        world.apply(&world.plan());
        let plan = world.unsetup();
        assert_eq!(plan.variables.len(), 1);
        assert_eq!(world.path(), Some(before));
        assert!(world.unsetup().is_nothing());
    }
}

#[test]
fn a_path_that_was_not_there_is_made_and_goes_again() {
    let world = World::new();
    let name = world.apply(&world.plan()).unwrap();
    assert_eq!(world.shown_path(), world.places.shims);
    assert_eq!(world.path().unwrap().kind, ValueKind::Expandable);
    world.store.undo_transaction(&name, Author::default(), WAIT).unwrap();
    assert_eq!(world.path(), None);
    world.apply(&world.plan());
    world.unsetup();
    assert_eq!(world.path(), None);
}

#[test]
fn what_somebody_adds_later_stays_when_the_entry_goes_and_an_undo_says_so() {
    let world = World::new();
    world.put_path("C:\\a");
    let name = world.apply(&world.plan()).unwrap();
    let later = format!("{};C:\\new", world.shown_path());
    world.put_path(&later);
    let refused = world.store.undo_transaction(&name, Author::default(), WAIT).unwrap_err();
    assert_eq!(refused.word(), "variable-meddled");
    assert!(refused.hints().lines().iter().any(|hint| hint.contains("goward unsetup")));
    world.unsetup();
    assert_eq!(world.shown_path(), "C:\\a;C:\\new");
}

#[test]
fn a_change_between_plan_and_transaction_is_not_written_over() {
    let world = World::new();
    let plan = world.plan();
    world.put_path("theirs");
    let error = apply(&world.sys, &world.store, &plan, Author::default(), WAIT).unwrap_err();
    assert_eq!((error.word(), world.shown_path().as_str()), ("variable-meddled", "theirs"));
}

#[test]
fn a_path_that_would_be_too_long_is_an_error_with_the_entry_and_a_long_one_is_warned_of() {
    let world = World::new();
    let before = world.put_path(&"x".repeat(32_760));
    let error = world.plan_as(&[], true, true).unwrap_err();
    assert_eq!(error.word(), "user-path");
    let said = error.hints().lines().to_vec();
    assert!(said.iter().any(|hint| hint.contains(&world.places.shims)), "{said:?}");
    assert_eq!(world.path(), Some(before));
    world.put_path(&"x".repeat(1024));
    assert!(world.plan().warnings[0].contains("1024"), "{:?}", world.plan().warnings);
    // goward adds nothing to a value that is not text.
    world.memory.put(
        Root::User,
        USER_ENVIRONMENT,
        "Path",
        RegistryValue { kind: ValueKind::Other(7), bytes: vec![0, 0] },
    );
    let odd = world.path();
    assert_eq!(world.plan_as(&[], true, true).unwrap_err().word(), "user-path");
    assert!(world.plan_as(&[], true, false).unwrap().variable_by_hand.is_some());
    // It is nothing to remove from either, and does not prevent other removals.
    let plan = world.unsetup();
    assert!(plan.variables.is_empty() && plan.warnings[0].contains("not plain text"), "{plan:?}");
    assert_eq!(world.path(), odd);
    // Nor is what has more behind its end than the text.
    world.memory.put(
        Root::User,
        USER_ENVIRONMENT,
        "Path",
        RegistryValue { kind: ValueKind::Text, bytes: b"a\0\0\0b\0".to_vec() },
    );
    assert_eq!(world.plan_as(&[], true, true).unwrap_err().word(), "user-path");
}

#[test]
fn an_entry_that_is_written_with_a_variable_is_goward_s_own() {
    let world = World::new();
    let written = world.places.shims.replace(world.home.to_str().unwrap(), "%USERPROFILE%");
    let before = world.put_path(&format!("{written};C:\\a"));
    assert!(world.plan().is_nothing(), "it is first already");
    assert_eq!(world.plan_as(&[], true, false).unwrap().variable_by_hand, None);
    assert_eq!(world.path(), Some(before));
    world.unsetup();
    assert_eq!(world.shown_path(), "C:\\a");
    // The system puts no variable into a value of the other kind: there it is another folder.
    world.put(Root::User, USER_ENVIRONMENT, "Path", ValueKind::Text, &written);
    assert_eq!(world.plan().variables.len(), 1);
}

#[test]
fn a_profile_that_cannot_be_changed_is_left_and_told_unless_its_shell_was_named() {
    let world = World::new();
    world.write(&format!("bin/pwsh{PROGRAM_END}"), "");
    let profile = world.write("Documents/PowerShell/profile.ps1", "");
    let utf16: Vec<u8> = "\u{feff}# mine\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(&profile, &utf16).unwrap();
    let plan = world.plan_as(&shells_of_user(&world.sys).unwrap(), true, true).unwrap();
    assert_eq!((plan.variables.len(), plan.kept.len(), plan.by_hand.len()), (1, 1, 1), "{plan:?}");
    assert!(plan.kept[0].path == profile && plan.kept[0].reason.contains("UTF-8") && plan.shells.is_empty());
    assert!(plan.by_hand[0].line.contains("activate.ps1"), "{plan:?}");
    world.apply(&plan);
    assert_eq!((world.shown_path(), std::fs::read(&profile).unwrap()), (world.places.shims.clone(), utf16));
    assert_eq!(world.plan_as(&[Shell::Pwsh], false, true).unwrap_err().word(), "profile-odd");

    std::fs::write(&profile, "# mine\n").unwrap();
    let mut mode = std::fs::metadata(&profile).unwrap().permissions();
    mode.set_readonly(true);
    std::fs::set_permissions(&profile, mode).unwrap();
    let plan = world.plan_as(&[Shell::Pwsh], true, true).unwrap();
    assert_eq!(plan.kept[0].reason, "it is read-only");
    assert_eq!(world.plan_as(&[Shell::Pwsh], false, true).unwrap_err().word(), "profile-read-only");
}

#[test]
fn where_only_windows_powershell_is_and_it_is_named_its_own_profile_is_written_with_a_warning() {
    let world = World::new();
    world.write(&format!("bin/powershell{PROGRAM_END}"), "");
    assert_eq!(profiles(&world), ["Documents/WindowsPowerShell/profile.ps1"]);
    let plan = world.plan_as(&[Shell::Pwsh], false, true).unwrap();
    assert!(plan.warnings[0].contains("Set-ExecutionPolicy RemoteSigned"), "{plan:?}");
    world.apply(&plan);
    // Now it is theirs, and found without a name.
    assert_eq!(shells_of_user(&world.sys).unwrap(), [Shell::Pwsh]);
    let again = world.plan_as(&[Shell::Pwsh], true, true).unwrap();
    assert!(again.changes.is_empty() && again.warnings.is_empty(), "{again:?}");
    world.unsetup();
    assert!(!world.home.join("Documents/WindowsPowerShell/profile.ps1").exists());
    // If there is a newer one beside it, the newer one is meant.
    world.write(&format!("bin/pwsh{PROGRAM_END}"), "");
    assert_eq!(profiles(&world), ["Documents/PowerShell/profile.ps1"]);
}

#[test]
fn without_leave_nothing_is_touched_and_what_to_do_is_said() {
    let world = World::new();
    world.put_path("C:\\a");
    let plan = world.plan_as(&[], true, false).unwrap();
    assert!(plan.variables.is_empty() && plan.variable_by_hand.unwrap().contains(&world.places.shims));
    assert!(world.plan_as(&[Shell::Pwsh], false, true).unwrap().variables.is_empty(), "one shell only");
    world.apply(&world.plan());
    assert_eq!(world.plan_as(&[], true, false).unwrap().variable_by_hand, None);
}

#[test]
fn no_shell_is_needed_and_those_with_a_world_of_their_own_are_left() {
    let world = World::new();
    assert_eq!(shells_of_user(&world.sys).unwrap(), []);
    for name in ["bash", "pwsh", "nu"] {
        world.write(&format!("bin/{name}{PROGRAM_END}"), "");
    }
    world.write(".bashrc", "");
    assert_eq!(shells_of_user(&world.sys).unwrap(), []);
    std::fs::create_dir_all(world.home.join("Documents/PowerShell")).unwrap();
    assert_eq!(shells_of_user(&world.sys).unwrap(), [Shell::Pwsh]);
    let plan = world.plan_as(&[Shell::Bash], true, true).unwrap();
    assert!(plan.changes.is_empty() && plan.warnings[0].contains("bash"), "{plan:?}");
}

fn profiles(world: &World) -> Vec<String> {
    let plan = world.plan_as(&[Shell::Pwsh], false, true).unwrap();
    let names = plan.changes.iter().filter(|change| change.what.contains("block"));
    names
        .map(|change| change.path.strip_prefix(&world.home).unwrap().display().to_string().replace('\\', "/"))
        .collect()
}

#[test]
fn powershells_profiles_are_where_the_documents_are() {
    let world = World::new();
    assert_eq!(profiles(&world), ["Documents/PowerShell/profile.ps1"]);
    let separator = std::path::MAIN_SEPARATOR;
    let moved = |text: &str| world.put(Root::User, USER_FOLDERS, "Personal", ValueKind::Expandable, text);
    moved(&format!("%USERPROFILE%{separator}OneDrive{separator}Dokumente"));
    assert_eq!(profiles(&world), ["OneDrive/Dokumente/PowerShell/profile.ps1"]);
    // Windows PowerShell's own profile only where somebody has one; then it may be the only one.
    world.write("OneDrive/Dokumente/WindowsPowerShell/Microsoft.PowerShell_profile.ps1", "");
    assert_eq!(profiles(&world), ["OneDrive/Dokumente/WindowsPowerShell/profile.ps1"]);
    world.write(&format!("bin/powershell{PROGRAM_END}"), "");
    assert_eq!(shells_of_user(&world.sys).unwrap(), [Shell::Pwsh]);
    world.write(&format!("bin/pwsh{PROGRAM_END}"), "");
    assert_eq!(profiles(&world).len(), 2);
    moved("%NOWHERE%\\x");
    assert_eq!(profiles(&world), ["Documents/PowerShell/profile.ps1"]);
    // Only in a value of the kind for it is a variable put in.
    world.put(Root::User, USER_FOLDERS, "Personal", ValueKind::Text, &format!("%USERPROFILE%{separator}Texts"));
    assert_eq!(profiles(&world), ["Documents/PowerShell/profile.ps1"]);
}

#[test]
fn a_block_from_before_the_documents_moved_away_from_the_home_folder_is_taken_out() {
    let world = World::new();
    world.apply(&world.plan_as(&[Shell::Pwsh], false, true).unwrap());
    let profile = world.home.join("Documents/PowerShell/profile.ps1");
    assert!(profile.exists());
    let separator = std::path::MAIN_SEPARATOR;
    let moved = format!("%USERPROFILE%{separator}OneDrive{separator}Dokumente");
    world.put(Root::User, USER_FOLDERS, "Personal", ValueKind::Expandable, &moved);
    assert_eq!(profiles(&world), ["OneDrive/Dokumente/PowerShell/profile.ps1"]);
    world.unsetup();
    assert!(!profile.exists());
}

#[test]
fn what_others_have_left_in_the_registry_is_told_with_its_place_and_what_to_do() {
    let world = World::new();
    let shims = &world.places.shims;
    assert_eq!(leftovers(&world.sys, shims, false), []);
    let at = |path: &str| world.home.join(path).display().to_string();
    for go in ["machine/go/bin", "scoop/shims", "late/bin"] {
        world.write(&format!("{go}/go.exe"), "");
    }
    std::fs::create_dir_all(world.home.join("go/bin")).unwrap();
    let user = "%USERPROFILE%";
    let separator = std::path::MAIN_SEPARATOR;
    let machine_path = format!("{};{};{}", at("bin"), at("machine/go/bin"), at("gone/go1.20/bin"));
    world.put(Root::Machine, MACHINE_ENVIRONMENT, "Path", ValueKind::Expandable, &machine_path);
    world.write("goward/default/go/bin/go.exe", "");
    let own = at("goward/default/go/bin");
    let user_path = format!(
        "\"{user}{separator}scoop{separator}shims\";{own};{shims};{};{user}{separator}go{separator}bin",
        at("late/bin")
    );
    world.put_path(&user_path);
    world.put(Root::User, USER_ENVIRONMENT, "GOROOT", ValueKind::Text, r"C:\Go");
    world.put(Root::User, USER_ENVIRONMENT, "GOPATH", ValueKind::Text, r"D:\gopath");
    world.put(Root::Machine, MACHINE_ENVIRONMENT, "GOPATH", ValueKind::Text, r"D:\gopath");
    world.put(Root::User, USER_ENVIRONMENT, "GOTOOLCHAIN", ValueKind::Text, "auto");
    let app_paths = r"Software\Microsoft\Windows\CurrentVersion\App Paths\go.exe";
    world.put(Root::Machine, app_paths, "", ValueKind::Text, r"D:\go.exe");
    world.put(
        Root::User,
        r"Software\GoProgrammingLanguage",
        "installLocation",
        ValueKind::Text,
        r"C:\Program Files\Go\",
    );
    let command = r"Software\Microsoft\Command Processor";
    world.put(Root::User, command, "AutoRun", ValueKind::Text, r"@set PATH=C:\Go\bin;%PATH%");
    world.put(Root::Machine, command, "AutoRun", ValueKind::Text, r#""C:\Program Files\clink\clink.bat" inject"#);

    let found = leftovers(&world.sys, shims, false);
    let told: Vec<(&str, bool)> = found.iter().map(|leftover| (leftover.word, leftover.is_problem)).collect();
    assert_eq!(
        told,
        [
            ("registry-path", true),
            ("registry-path", false),
            ("registry-gopath", false),
            ("registry-path", true),
            ("registry-path", false),
            ("registry-goroot", true),
            ("registry-app-paths", false),
            ("registry-autorun", true),
            ("registry-go-installer", false),
        ],
        "{found:#?}"
    );
    assert!(found.iter().all(|leftover| shell::LEFTOVER_WORDS.contains(&leftover.word)));
    assert_eq!(found[0].place, Path::new(&format!(r"HKLM\{MACHINE_ENVIRONMENT}\Path")));
    assert_eq!(found[5].fix, r"`reg delete HKCU\Environment /v GOROOT`, then a new terminal");
    // A setup reports what overrides it, and no more.
    let rivals = world.plan().rivals;
    // What setup itself repairs is not reported: the shims then come before the user's other folders.
    assert_eq!(rivals.len(), 3, "{rivals:?}");
    assert!(rivals.iter().all(|rival| rival.kind == RivalKind::Registry && !rival.what.contains("scoop")));
}

#[test]
fn what_stands_in_the_registry_cannot_steer_the_terminal_or_fill_it() {
    let world = World::new();
    let text = format!("\u{1b}]0;x\u{7}\u{202e}path={}", "x".repeat(5000));
    world.put(Root::User, r"Software\Microsoft\Command Processor", "AutoRun", ValueKind::Text, &text);
    world.put(Root::User, r"Software\GoProgrammingLanguage", "installLocation", ValueKind::Text, &text);
    let app_paths = r"Software\Microsoft\Windows\CurrentVersion\App Paths\go.exe";
    world.put(Root::User, app_paths, "", ValueKind::Text, &text);
    for name in ["GOROOT", "GOTOOLCHAIN"] {
        world.put(Root::User, USER_ENVIRONMENT, name, ValueKind::Text, &text);
    }
    let separator = std::path::MAIN_SEPARATOR;
    let gone = format!("{}{separator}\u{1b}[2J{}{separator}go1.2{separator}bin", world.home.display(), "y".repeat(200));
    world.put_path(&gone);
    let found = leftovers(&world.sys, &world.places.shims, false);
    assert_eq!(found.len(), 6, "{found:#?}");
    for leftover in &found {
        let told = format!("{}{}{}", leftover.what, leftover.fix, leftover.place.display());
        assert!(!told.chars().any(|c| c.is_control() || c == '\u{202e}'), "{told:?}");
        assert!(leftover.what.chars().count() < 400, "{told:?}");
    }
}

#[test]
fn lines_of_powershells_profiles_that_fight_the_shims_are_told() {
    let world = World::new();
    let profile = world.write(
        "Documents/PowerShell/profile.ps1",
        "# gvm --format=powershell\n$env:GOROOT = 'C:\\Go'\n. \"$HOME\\.g\\env.ps1\"\n",
    );
    let told = |rivals: Vec<shell::Rival>| {
        let line = |rival: shell::Rival| (rival.kind, rival.path == profile, rival.line.unwrap());
        rivals.into_iter().map(line).collect::<Vec<_>>()
    };
    // Without a block goward is in PATH before the profile is read.
    let both = [(RivalKind::Goroot, true, 2), (RivalKind::Manager, true, 3)];
    assert_eq!(told(shell::rivals_of_powershell(&world.sys)), both);
    let plan = world.plan_as(&[Shell::Pwsh], false, true).unwrap();
    assert_eq!(told(plan.rivals.clone()), both[..1]);
    world.apply(&plan);
    assert_eq!(told(shell::rivals_of_powershell(&world.sys)), both[..1]);
    let text = std::fs::read_to_string(&profile).unwrap() + "$env:Path = 'C:\\Go\\bin;' + $env:Path\n";
    std::fs::write(&profile, text).unwrap();
    assert_eq!(told(shell::rivals_of_powershell(&world.sys)).last().unwrap().0, RivalKind::Path);
}

#[test]
fn the_profile_of_one_host_runs_after_goward_s_block_and_is_looked_at_too() {
    for name in ["Microsoft.PowerShell_profile.ps1", "Microsoft.VSCode_profile.ps1"] {
        let world = World::new();
        let profile = world.write(&format!("Documents/PowerShell/{name}"), ". \"$HOME\\.g\\env.ps1\"\n");
        let plan = world.plan_as(&[Shell::Pwsh], false, true).unwrap();
        for rivals in [plan.rivals.clone(), shell::rivals_of_powershell(&world.sys)] {
            assert_eq!((rivals.len(), rivals[0].kind, &rivals[0].path), (1, RivalKind::Manager, &profile));
            assert!(rivals[0].fix.contains("into `profile.ps1`"), "{rivals:?}");
        }
        assert!(plan.changes.iter().all(|change| change.path != profile));
    }
}

#[test]
fn everything_for_powershell_parses_wherever_goward_stands() {
    // Without PowerShell itself, a parser checks the script.
    for home in ["goward", "it's $x `y` \u{2018}z\u{2019} \u{fc}"] {
        let mut world = World::new();
        world.store = Store::at(&world.sys, TrustedHome::of(&world.sys, world.home.join(home)).unwrap());
        world.places = ScriptPaths::of(world.store.layout(), &world.home.join("goward.exe")).unwrap();
        let plan = world.plan_as(&[Shell::Pwsh], true, true).unwrap();
        world.apply(&plan);
        let files: Vec<&PathBuf> = plan.changes.iter().map(|change| &change.path).collect();
        assert_eq!(files.len(), 2, "the script and the profile");
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            let parsed = poshtree::v2::parse(&text);
            assert!(parsed.errors.is_empty() && text.is_ascii(), "{:?} in {text}", parsed.errors);
        }
        let by_hand = &world.plan_as(&[Shell::Pwsh], true, false).unwrap().by_hand[0].line;
        assert!(poshtree::v2::parse(by_hand).errors.is_empty(), "{by_hand}");
    }
}
