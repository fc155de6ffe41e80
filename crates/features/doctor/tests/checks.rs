//! Every check finds the fault that is made for it, its repair removes the fault, and a healthy machine has no
//! findings.
#![cfg(unix)] // most of what it checks are permission bits and links
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use doctor::{Finding, Severity, TOPICS, Wanted, examine, examine_home, repair};
use fixture::Fixture;
use sys::registry::{MACHINE_ENVIRONMENT, MemoryRegistry, Registry, RegistryValue, Root, USER_ENVIRONMENT, ValueKind};
use sys::{Fs, Sys};
use testkit::tiny::host_platform;

fixture::world! {
    /// A healthy home: a toolchain, a project that pins it, goward's shims first on PATH.
    struct World;
}

impl World {
    fn new() -> World {
        let mut world = World(Fixture::new());
        world.toolchain("1.27.3");
        world.program("store/shims/go");
        world.file("project/.go-version", "1.27\n");
        let tree = world.tree();
        for folder in ["", "store", "store/toolchains", &tree, "store/shims", "project"] {
            world.mode(folder, 0o755);
        }
        world.set_path("PATH", "store/shims").set_path("GOWARD_SYSTEM_HOME", "system");
        world
    }

    fn mode(&self, path: &str, mode: u32) {
        std::fs::create_dir_all(self.home().join(path)).ok();
        std::fs::set_permissions(self.home().join(path), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode_of(&self, path: &str) -> u32 {
        self.home().join(path).metadata().unwrap().permissions().mode() & 0o7777
    }

    /// The findings, without those about the real machine and the tree's missing manifest.
    fn findings(&self) -> Vec<Finding> {
        let mut findings = examine(&self.ctx(), &Wanted::default());
        findings.retain(|finding| {
            let place = finding.place.as_ref().map(|place| place.path.clone());
            finding.word != "store-fault"
                && !finding.word.starts_with("limit-")
                && place.is_none_or(|path| !path.starts_with("/etc"))
        });
        findings
    }

    fn words(&self) -> Vec<&'static str> {
        self.findings().iter().map(|finding| finding.word).collect()
    }

    fn repair(&self, words: &[&str]) {
        let wanted =
            Wanted { topics: Vec::new(), words: words.iter().map(ToString::to_string).collect(), ..Wanted::default() };
        let ctx = self.ctx();
        let findings = examine(&ctx, &wanted);
        repair(&ctx, &findings, &wanted).unwrap();
    }

    fn tree(&self) -> String {
        format!("store/toolchains/go1.27.3.{}", host_platform())
    }
}

#[test]
fn a_machine_in_order_has_no_findings() {
    let world = World::new();
    assert_eq!(world.findings(), []);
}

#[test]
fn every_word_stands_in_its_topics_row_once() {
    let mut words: Vec<&str> = TOPICS.iter().flat_map(|topic| topic.words.iter().copied()).collect();
    let count = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), count);
    // A topic's name is never a word, so that both can be asked for in one list.
    assert!(TOPICS.iter().all(|topic| !words.contains(&topic.name)));
}

#[test]
fn folders_that_others_may_write_to_are_closed() {
    let world = World::new();
    let (sys, home) = (Sys::real(), world.home().join("store"));
    world.mode("store", 0o777);
    let (repaired, finding) = examine_home(&sys, &home, false).unwrap();
    assert_eq!((repaired.len(), finding.map(|finding| finding.word)), (0, Some("home-writable")));
    let (repaired, finding) = examine_home(&sys, &home, true).unwrap();
    assert_eq!((repaired.len(), finding), (1, None));
    world.mode(&world.tree(), 0o775);
    world.file("store/manifests/x.json", "{}");
    world.mode("store/manifests/x.json", 0o666);
    assert_eq!(world.words(), ["store-writable", "tree-writable"]);
    world.repair(&[]);
    assert_eq!(world.words(), [""; 0]);
    assert_eq!((world.mode_of("store"), world.mode_of(&world.tree())), (0o755, 0o755));
}

#[test]
fn shims_that_cannot_be_run_are_made_runnable() {
    let world = World::new();
    world.mode("store/shims/go", 0o644);
    let words = world.words();
    assert!(words.contains(&"shim-not-executable"), "{words:?}");
    world.repair(&[]);
    assert_eq!(world.words(), [""; 0]);
}

#[test]
fn gopath_is_closed_at_once_where_others_write_and_on_a_shared_machine_where_they_look() {
    let world = World::new();
    world.mode("go", 0o775);
    assert_eq!(world.words(), ["gopath-writable"]);
    world.repair(&[]);
    assert_eq!(world.mode_of("go"), 0o755);
    // Others may read: on a private machine that is a note, and is not repaired unless the user names it.
    let findings = world.findings();
    assert_eq!((findings[0].word, findings[0].severity), ("gopath-open", Severity::Note));
    world.repair(&[]);
    assert_eq!(world.mode_of("go"), 0o755);
    world.mode("system/toolchains", 0o755);
    world.mode("system", 0o755);
    assert_eq!(world.findings()[0].severity, Severity::Problem);
    world.repair(&[]);
    assert_eq!(world.mode_of("go"), 0o700);
    assert_eq!(world.words(), [""; 0]);
}

#[test]
fn isolated_folders_are_private_and_those_of_no_version_are_told() {
    let world = World::new();
    world.mode("store/isolated/go1.27.3/gobin", 0o755);
    world.mode("store/isolated/go1.20/gobin", 0o700);
    assert_eq!(world.words(), ["isolated-open", "isolated-orphan"]);
    world.repair(&[]);
    assert_eq!(world.words(), ["isolated-orphan"]);
    assert_eq!(world.mode_of("store/isolated/go1.27.3/gobin"), 0o700);
}

#[test]
fn a_system_store_that_others_write_to_is_passed_over_and_one_that_is_closed_is_told() {
    let world = World::new();
    world.mode("system/toolchains", 0o777);
    world.mode("system", 0o755);
    let words = world.words();
    assert!(words.contains(&"system-passed-over") && words.contains(&"system-writable"), "{words:?}");
    world.mode("system/toolchains", 0o700);
    assert!(world.words().contains(&"system-closed"));
    if sys::Host::user_number() == Some(0) {
        world.repair(&[]);
        assert_eq!(world.mode_of("system/toolchains"), 0o755);
        assert_eq!(world.words(), [""; 0]);
    }
}

#[cfg(unix)]
#[test]
fn a_tree_of_the_system_store_that_belongs_to_nobody_is_told() {
    if sys::Host::user_number() != Some(0) {
        eprintln!("skipped: only root can give files to another user");
        return;
    }
    let world = World::new();
    world.mode("system", 0o755);
    let bin = world.home().join("system/toolchains/go1.26.8.linux-amd64/bin");
    std::fs::create_dir_all(&bin).unwrap();
    std::fs::write(bin.join("go"), "").unwrap();
    std::os::unix::fs::chown(bin.join("go"), Some(65534), None).unwrap();
    assert!(world.words().contains(&"system-foreign"), "{:?}", world.words());
}

#[test]
fn lines_of_go_env_w_are_told_with_their_place_and_taken_out_undoably() {
    let world = World::new();
    let file = if cfg!(target_os = "macos") { "Library/Application Support/go/env" } else { ".config/go/env" };
    let text = "GOFLAGS=-mod=mod\nGOPROXY=off\nGOROOT=/usr/lib/go-1.20\nGOTOOLCHAIN=go1.23.5+auto\n";
    let path = world.file(file, text);
    let findings = world.findings();
    let told: Vec<_> = findings.iter().map(|one| (one.word, one.place.as_ref().unwrap().line.unwrap())).collect();
    assert_eq!(told, [("goenv-goroot", 3), ("goenv-gotoolchain", 4), ("goenv-goproxy-off", 2)]);
    // A line that may be intentional is removed only if the user names its finding.
    world.repair(&[]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text.replace("GOROOT=/usr/lib/go-1.20\n", ""));
    world.repair(&["goenv-gotoolchain"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "GOFLAGS=-mod=mod\nGOPROXY=off\n");
    engine::undo(&world.ctx(), 2).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn an_exported_goroot_and_a_pinned_gotoolchain_are_told() {
    let mut world = World::new();
    world.set("GOROOT", "/usr/lib/go-1.20");
    world.set("GOTOOLCHAIN", "local");
    assert_eq!(world.words(), ["env-goroot", "env-gotoolchain"]);
    assert_eq!(world.findings()[0].severity, Severity::Problem);
    let tree = world.home().join(world.tree()).display().to_string();
    world.set("GOROOT", tree);
    assert_eq!(world.findings()[0].severity, Severity::Note);
}

#[test]
fn values_of_go_s_variables_with_which_it_fails_or_surprises_are_told() {
    let mut world = World::new();
    let home = world.home().display().to_string();
    let tree = world.home().join(world.tree()).display().to_string();
    let (inside, shims, bin) = (format!("{tree}/x"), format!("{home}/store/shims/"), format!("{tree}/bin"));
    let shims_by_way = format!("{home}/store/x/../shims");
    let other = format!("{home}/other");
    for (name, value, expected) in [
        ("GOPATH", other.as_str(), vec![]),
        ("GOPATH", "", vec![]),
        ("GOPATH", "go", vec!["env-gopath-relative"]),
        ("GOPATH", "./go:/x", vec!["env-gopath-relative", "env-gopath-several"]),
        ("GOPATH", "~/go", vec!["env-gopath-tilde"]),
        ("GOPATH", "/x:~u/go", vec!["env-gopath-tilde", "env-gopath-several"]),
        ("GOPATH", "/x:/y", vec!["env-gopath-several"]),
        ("GOPATH", ":/x:", vec![]),
        ("GOPATH", "/x~y", vec![]),
        ("GOPATH", &tree, vec!["env-gopath-goroot"]),
        ("GOPATH", &inside, vec!["env-gopath-goroot"]),
        ("GOBIN", &other, vec![]),
        ("GOBIN", "bin", vec!["env-gobin-relative"]),
        ("GOBIN", "~/bin", vec!["env-gobin-relative"]),
        ("GOBIN", &shims, vec!["env-gobin-shims"]),
        ("GOBIN", &shims_by_way, vec!["env-gobin-shims"]),
        ("GOBIN", &bin, vec!["env-gobin-toolchain"]),
        ("GOFLAGS", "-mod=mod -trimpath -modcacherw -buildvcs=false -count=1 '-ldflags=-s -w'", vec![]),
        ("GOFLAGS", "-mod=readonly", vec![]),
        ("GOFLAGS", "-mod=vendor", vec!["env-goflags-vendor"]),
        ("GOFLAGS", "--mod=vendor -v", vec!["env-goflags-vendor"]),
        ("GOFLAGS", "-modfile=x.mod", vec!["env-goflags-modfile"]),
        ("GOFLAGS", "-overlay=x.json -toolexec=/x", vec!["env-goflags-overlay", "env-goflags-toolexec"]),
        ("GOFLAGS", "-C=/x", vec!["env-goflags-folder"]),
        ("GOFLAGS", "-mod vendor", vec!["env-goflags-unreadable"]),
        ("GOFLAGS", "'-v", vec!["env-goflags-unreadable"]),
        ("GOFLAGS", "'-toolexec=/x y'", vec!["env-goflags-toolexec"]),
    ] {
        world.set(name, value);
        // goward's checks of the folder of GOPATH itself are others.
        let told = world.words().into_iter().filter(|word| !word.starts_with("gopath-"));
        assert_eq!(told.collect::<Vec<_>>(), expected, "{name}={value}");
        world.unset(name);
    }
    // A line of `go env -w` is told with its place, and the command that removes it.
    let folder = if cfg!(target_os = "macos") { "Library/Application Support/go" } else { ".config/go" };
    world.file(&format!("{folder}/env"), "GOFLAGS=-mod=mod\nGOBIN=bin\n");
    let finding = world.findings().remove(0);
    assert_eq!((finding.word, finding.severity), ("env-gobin-relative", Severity::Problem));
    assert!(finding.what.ends_with("/go/env:2)") && finding.fix.ends_with("`go env -u GOBIN`"), "{finding:?}");
    // The environment's value counts in its place.
    world.set("GOBIN", other);
    assert_eq!(world.findings(), []);
}

#[test]
fn the_profiles_line_is_found() {
    let world = World::new();
    world.file(".bashrc", "# mine\nexport GOROOT=/usr/lib/go-1.20\n");
    world.file(".config/fish/config.fish", "set -gx GOTOOLCHAIN local\n");
    let findings = world.findings();
    let told: Vec<_> = findings.iter().map(|one| (one.word, one.place.as_ref().unwrap().line)).collect();
    assert_eq!(told, [("profile-goroot", Some(2)), ("profile-gotoolchain", Some(1))]);
}

#[test]
fn the_order_of_path_is_told() {
    let mut world = World::new();
    world.program(".goenv/shims/go");
    world.program("other/bin/go");
    let paths = |names: &[&str]| {
        names.iter().map(|name| world.home().join(name).display().to_string()).collect::<Vec<_>>().join(":")
    };
    let (shadowed, behind, without) =
        (paths(&[".goenv/shims", "store/shims"]), paths(&["store/shims", "other/bin"]), paths(&["other/bin"]));
    world.set("PATH", shadowed);
    let findings = world.findings();
    assert_eq!((findings[0].word, findings.len()), ("path-shadowed", 1));
    assert!(findings[0].what.contains("(entry 1, goenv's)") && findings[0].what.contains("(entry 2, goward's)"));
    world.set("PATH", behind);
    assert_eq!(world.words(), ["path-several"]);
    world.set("PATH", without);
    assert_eq!(world.words(), ["path-without-goward"]);
    assert_eq!(world.findings()[0].severity, Severity::Note);
    // Where setup was run, a shell without goward is a problem.
    world.file(".bashrc", "# >>> goward >>>\nx\n# <<< goward <<<\n");
    assert_eq!(world.findings()[0].severity, Severity::Problem);
    std::fs::remove_file(world.path(".bashrc")).unwrap();
    let relative = format!("{}:bin", world.path("store/shims").display());
    world.set("PATH", relative);
    assert_eq!(world.words(), ["path-relative"]);
}

#[test]
fn a_store_that_is_damaged_is_told() {
    let world = World::new();
    std::os::unix::fs::symlink("generations/9", world.home().join("store/current")).unwrap();
    let findings = examine(&world.ctx(), &Wanted { topics: vec!["store".to_owned()], ..Wanted::default() });
    let faults: Vec<_> = findings.iter().filter(|one| one.word == "default-damaged").collect();
    assert!(faults.iter().any(|one| one.what.contains("current")), "{findings:?}");
}

#[test]
fn a_link_is_never_followed_by_a_repair() {
    let world = World::new();
    let outside = world.file("outside", "x");
    std::fs::set_permissions(&outside, std::fs::Permissions::from_mode(0o600)).unwrap();
    let link = world.home().join("store/shims/gofmt");
    std::os::unix::fs::symlink(Path::new("../../outside"), &link).unwrap();
    assert!(Fs::real().set_own_mode(&link, 0o755).is_err());
    world.repair(&[]);
    assert_eq!(world.mode_of("outside"), 0o600);
}

#[test]
fn what_the_registry_of_windows_has_is_told_by_the_list_of_setup() {
    let mut world = World::new();
    let memory = MemoryRegistry::default();
    let text = |text: &str| RegistryValue::text(ValueKind::Text, &text.encode_utf16().collect::<Vec<_>>());
    world.set_registry(Registry::in_memory(memory.clone()));
    assert_eq!(world.findings(), []);
    memory.put(Root::User, USER_ENVIRONMENT, "GOROOT", text(r"C:\Go"));
    memory.put(Root::User, r"Software\Microsoft\Command Processor", "AutoRun", text(r"set PATH=C:\Go\bin;%PATH%"));
    memory.put(Root::User, r"Software\GoProgrammingLanguage", "installLocation", text(r"C:\Program Files\Go\"));
    let profile = world.file("Documents/PowerShell/profile.ps1", "\n. $HOME\\.g\\env.ps1\n$env:GOROOT = 'C:\\Go'\n");
    let findings = world.findings();
    let told: Vec<(&str, Severity)> = findings.iter().map(|finding| (finding.word, finding.severity)).collect();
    use Severity::{Note, Problem};
    assert_eq!(
        told,
        [
            ("profile-manager", Problem),
            ("profile-goroot", Problem),
            ("registry-goroot", Problem),
            ("registry-autorun", Problem),
            ("registry-go-installer", Note),
        ]
    );
    let place = findings[0].place.clone().unwrap();
    assert_eq!((place.path, place.line), (profile, Some(2)));
    assert_eq!(findings[2].place.clone().unwrap().path, Path::new(r"HKCU\Environment\GOROOT"));
}

#[test]
fn a_go_before_goward_is_traced_to_the_machine_s_list_where_it_stands_in_that() {
    let mut world = World::new();
    let memory = MemoryRegistry::default();
    world.set_registry(Registry::in_memory(memory.clone()));
    let folder = world.home().join("system/bin");
    world.program("system/bin/go");
    let path = std::env::join_paths([folder.clone(), world.home().join("store/shims")]).unwrap();
    world.program("store/shims/go");
    world.set("PATH", path.into_string().unwrap());
    let fix = |world: &World| {
        let findings = world.findings();
        findings.into_iter().find(|finding| finding.word == "path-shadowed").unwrap().fix.to_string()
    };
    assert!(fix(&world).contains("`goward setup`"), "{}", fix(&world));
    let text: Vec<u16> = format!("C:\\x;{}", folder.display()).encode_utf16().collect();
    memory.put(Root::Machine, MACHINE_ENVIRONMENT, "Path", RegistryValue::text(ValueKind::Expandable, &text));
    assert!(fix(&world).contains("as an administrator take") && fix(&world).contains("HKLM"), "{}", fix(&world));
}

#[test]
fn every_entry_of_path_is_looked_at_and_a_finding_names_the_first_of_ten_thousand() {
    let mut world = World::new();
    let shims = world.path("store/shims").display().to_string();
    for folder in ["open", "tools", "two words"] {
        world.mode(folder, if folder == "open" { 0o777 } else { 0o755 });
    }
    let home = world.home().display().to_string();
    for (path, expected) in [
        (format!("{shims}:{home}/tools:{home}/two words"), vec![]),
        (format!("{shims}::{home}/tools"), vec!["path-blank"]),
        (format!("{shims}:{home}/tools "), vec!["path-blank", "path-missing"]),
        (format!("{shims}:\"{home}/tools\""), vec!["path-quoted"]),
        (format!("{shims}:bin:."), vec!["path-relative"]),
        (format!("{shims}:{home}/tools:{home}/tools/"), vec!["path-duplicate"]),
        (format!("{shims}:{home}/none"), vec!["path-missing"]),
        (format!("{shims}:{home}/open"), vec!["path-writable"]),
    ] {
        world.set("PATH", path.clone());
        assert_eq!(world.words(), expected, "{path}");
    }
    // Behind goward it is a note, before it a problem.
    assert_eq!(world.findings()[0].severity, Severity::Note);
    world.set("PATH", format!("{home}/open:{shims}"));
    assert_eq!(world.findings()[0].severity, Severity::Problem);
    let many: String = (0..10_000).map(|number| format!(":{home}/none{number}")).collect();
    world.set("PATH", format!("{shims}{many}"));
    let findings = world.findings();
    assert_eq!(findings.len(), 1);
    assert!(findings[0].what.len() < 2_000 && findings[0].what.contains("more"), "{}", findings[0].what);
}

#[test]
fn a_gopath_that_is_missing_is_made_and_one_in_another_goroot_is_told() {
    let mut world = World::new();
    world.set_path("GOPATH", "workspace");
    assert_eq!(world.words(), ["gopath-missing"]);
    world.repair(&[]);
    assert_eq!(world.words(), ["gopath-missing"], "only if it is named");
    world.repair(&["gopath-missing"]);
    assert_eq!((world.words(), world.mode_of("workspace")), (vec![], 0o700));
    world.file("sdk/VERSION", "go1.20\n");
    world.program("sdk/bin/go");
    let path = format!("{}:{}", world.path("store/shims").display(), world.path("sdk/bin").display());
    world.set("PATH", path);
    world.set_path("GOPATH", "sdk/gopath");
    let words = world.words();
    assert!(words.contains(&"gopath-in-goroot"), "{words:?}");
}

#[test]
fn a_profile_that_runs_a_download_is_told_and_a_device_is_passed_over() {
    let world = World::new();
    world.file(".bashrc", "# eval \"$(curl x)\"\neval \"$(curl -fsSL https://x.test)\"\n");
    world.file(".config/powershell/profile.ps1", "iwr https://x.test | iex\n");
    let findings = world.findings();
    let told: Vec<_> = findings.iter().map(|finding| (finding.word, finding.severity)).collect();
    assert_eq!(told, [("profile-eval", Severity::Note), ("profile-eval", Severity::Note)]);
    assert_eq!(findings[0].place.as_ref().unwrap().line, Some(2));
    assert!(findings[1].what.contains("3 of 4"), "{}", findings[1].what);
    std::fs::remove_file(world.path(".bashrc")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", world.path(".bashrc")).unwrap();
    assert_eq!(world.words(), ["profile-eval"]);
}

/// The module cache with one module, as the go command makes it, and a go.sum for it.
fn module_cache(world: &World) {
    let files = [("go.mod", "module m.test/A\n"), ("x.go", "package a\n"), ("d/y.go", "package d\n")];
    let proxy = world.path("proxy");
    testkit::module_proxy::add_module(&proxy, "m.test/A", "v1.0.0", &files);
    let cache = "go/pkg/mod/cache/download/m.test/!a/@v";
    for (name, content) in files {
        world.file(&format!("go/pkg/mod/m.test/!a@v1.0.0/{name}"), content);
    }
    let zip = find(&proxy, "v1.0.0.zip");
    world.file(&format!("{cache}/v1.0.0.zip"), std::fs::read(zip).unwrap());
    world.file(&format!("{cache}/v1.0.0.mod"), files[0].1);
    let named: Vec<(String, &str)> =
        files.iter().map(|(name, text)| (format!("m.test/A@v1.0.0/{name}"), *text)).collect();
    let h1 = testkit::digest::h1(named.iter().map(|(name, text)| (name.as_str(), text.as_bytes())));
    let of_mod = testkit::digest::h1([("go.mod", files[0].1.as_bytes())]);
    world.file("project/go.mod", "module m.test/x\n\ngo 1.27\n");
    world.file(
        "project/go.sum",
        format!("m.test/A v1.0.0 {h1}\nm.test/A v1.0.0/go.mod {of_mod}\nm.test/../../B v1.0.0 {h1}\nnonsense\n"),
    );
}

fn find(folder: &Path, name: &str) -> std::path::PathBuf {
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.file_name().unwrap() == name {
                return path;
            }
        }
    }
    panic!("there is no {name}");
}

/// What doctor says of the module cache.
fn of_modules(world: &World) -> Vec<(&'static str, String)> {
    let wanted = Wanted { topics: vec!["modules".to_owned()], ..Wanted::default() };
    examine(&world.ctx(), &wanted).into_iter().map(|finding| (finding.word, finding.what)).collect()
}

#[test]
fn a_changed_module_is_named_with_its_file_and_links_and_devices_are_never_followed() {
    let world = World::new();
    assert_eq!(of_modules(&world)[0].0, "modcache-unchecked");
    module_cache(&world);
    let module = world.path("go/pkg/mod/m.test/!a@v1.0.0");
    let told = of_modules(&world);
    assert_eq!((told.len(), told[0].0), (1, "modcache-checked"), "{told:?}");
    assert!(told[0].1.starts_with("1 of 2 modules"), "{told:?}");
    let poisoned = |part: &str| {
        let told = of_modules(&world);
        assert_eq!(told[0].0, "modcache-poisoned", "{told:?}");
        assert!(told[0].1.contains("m.test/A@v1.0.0") && told[0].1.contains(part), "{told:?}");
    };
    world.file("go/pkg/mod/m.test/!a@v1.0.0/x.go", "package b\n");
    poisoned("`x.go` was changed");
    world.file("go/pkg/mod/m.test/!a@v1.0.0/x.go", "package a\n");
    world.file("go/pkg/mod/m.test/!a@v1.0.0/d/new.go", "package d\n");
    poisoned("`d/new.go` was added");
    std::fs::remove_file(module.join("d/new.go")).unwrap();
    std::fs::remove_file(module.join("x.go")).unwrap();
    poisoned("`x.go` is missing");
    std::os::unix::fs::symlink("/dev/zero", module.join("x.go")).unwrap();
    poisoned("`x.go` is a link");
    std::fs::remove_file(module.join("x.go")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(module.join("x.go")).status().unwrap().success());
    poisoned("`x.go` is");
    std::fs::remove_file(module.join("x.go")).unwrap();
    std::fs::File::create(module.join("x.go")).unwrap().set_len(1 << 30).unwrap();
    poisoned("larger than");
    world.file("go/pkg/mod/m.test/!a@v1.0.0/x.go", "package a\n");
    world.file("go/pkg/mod/cache/download/m.test/!a/@v/v1.0.0.mod", "module m.test/B\n");
    poisoned("its go.mod was changed");
    world.file("go/pkg/mod/cache/download/m.test/!a/@v/v1.0.0.mod", "module m.test/A\n");
    let zip = world.path("go/pkg/mod/cache/download/m.test/!a/@v/v1.0.0.zip");
    let bytes = std::fs::read(&zip).unwrap();
    std::fs::write(&zip, &bytes[..bytes.len() - 7]).unwrap();
    assert_eq!(of_modules(&world)[0].0, "modcache-unreadable");
    std::fs::write(&zip, &bytes).unwrap();
    assert_eq!(of_modules(&world).len(), 1);
    // A go.sum of a gigabyte is refused before a byte of it is read.
    std::fs::File::create(world.path("project/go.sum")).unwrap().set_len(1 << 30).unwrap();
    assert_eq!(of_modules(&world)[0].0, "modcache-unreadable");
}
