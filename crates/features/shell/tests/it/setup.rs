//! Plans on real files: applied, repeated, removed, refused, undone.
#![cfg(unix)] // profiles of Unix shells; registry.rs has those of Windows

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use diag::Diagnose;
use shell::{Completion, Plan, Script, ScriptPaths, SetupError, SetupOptions, Shell, apply, plan_setup, plan_unsetup};
use store::{Store, TrustedHome};
use sys::{Clock, Env, Fs, Sys};
use tempfile::TempDir;

const WAIT: Duration = Duration::from_secs(5);

/// A home folder and a store in it.
struct World {
    _folder: TempDir,
    home: PathBuf,
    sys: Sys,
    store: Store,
    places: ScriptPaths,
}

impl World {
    fn new(variables: &[(&str, &str)]) -> World {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap().join("we'ird $x \u{fc}");
        std::fs::create_dir_all(home.join("bin")).unwrap();
        let mut env = vec![("HOME".to_owned(), home.display().to_string())];
        env.push(("PATH".to_owned(), home.join("bin").display().to_string()));
        env.extend(
            variables.iter().map(|(name, value)| ((*name).to_owned(), value.replace('~', home.to_str().unwrap()))),
        );
        let sys = Sys::new(Fs::real(), Clock::real(), Env::of(env, home.clone(), None));
        let store = Store::at(&sys, TrustedHome::of(&sys, home.join("goward")).unwrap());
        let places = ScriptPaths::of(store.layout(), Path::new("/opt/goward/goward")).unwrap();
        World { _folder: folder, home, sys, store, places }
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.home.join(path)).unwrap()
    }

    fn plan(&self, shells: &[Shell]) -> Result<Plan, SetupError> {
        self.plan_as(shells, true, false)
    }

    fn plan_as(&self, shells: &[Shell], profiles: bool, force: bool) -> Result<Plan, SetupError> {
        let completion = |shell| Completion { shell, text: "#compdef goward\n# completes\n".to_owned() };
        let options = SetupOptions {
            shells: shells.to_vec(),
            user_path: true,
            profiles,
            force,
            completions: Shell::ALL.map(completion).to_vec(),
        };
        plan_setup(&self.sys, self.store.layout(), &self.places, &options)
    }

    fn setup(&self, shells: &[Shell]) -> Option<String> {
        apply(&self.sys, &self.store, &self.plan(shells).unwrap(), store::Author::default(), WAIT).unwrap()
    }

    fn unsetup(&self, force: bool) -> Plan {
        let plan = plan_unsetup(&self.sys, self.store.layout(), &[], force).unwrap();
        apply(&self.sys, &self.store, &plan, store::Author::default(), WAIT).unwrap();
        plan
    }

    /// Every file outside goward's own `transactions` and `locks`, with its bytes, mode and link.
    fn files(&self) -> Vec<(String, Vec<u8>, u32, Option<PathBuf>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.home.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(&self.home).unwrap().display().to_string();
                if name.starts_with("goward/transactions") || name.starts_with("goward/locks") {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
                found.push((name, std::fs::read(&path).unwrap(), mode, std::fs::read_link(&path).ok()));
            }
        }
        found.sort();
        found
    }
}

#[test]
fn what_setup_puts_in_unsetup_takes_out_and_nothing_else_has_changed() {
    let world = World::new(&[]);
    world.write(".bashrc", b"a\nlast \xff without end");
    world.write(".bash_profile", "one\r\ntwo\r\n");
    world.write(".profile", "");
    world.write(".zshrc", "# mine\n");
    world.write(".config/elvish/rc.elv", "# mine\n");
    world.write(".config/direnv/direnvrc", "");
    std::fs::set_permissions(world.home.join(".zshrc"), PermissionsExt::from_mode(0o600)).unwrap();
    // A dotfile that is kept elsewhere and linked.
    let real = world.write("dotfiles/profile.ps1", "# kept\n");
    std::fs::create_dir_all(world.home.join(".config/powershell")).unwrap();
    symlink(&real, world.home.join(".config/powershell/profile.ps1")).unwrap();
    let before = world.files();

    let name = world.setup(&Shell::ALL).unwrap();
    assert!(world.store.layout().kept_transaction(&name).is_dir(), "what was there before is kept");
    assert!(world.read("dotfiles/profile.ps1").contains(">>> goward >>>"));
    assert!(world.home.join(".config/powershell/profile.ps1").is_symlink());
    let mode = std::fs::metadata(world.home.join(".zshrc")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let profile = world.read(".bash_profile");
    let block = profile.strip_prefix("one\r\ntwo\r\n").unwrap();
    assert!(block.starts_with("# >>> goward >>>\n") && !block.contains('\r'), "{block:?}");
    assert!(std::fs::read(world.home.join(".bashrc")).unwrap().ends_with(b"# <<< goward <<<"));

    let again = world.plan(&Shell::ALL).unwrap();
    assert!(again.changes.is_empty() && again.kept.is_empty(), "{again:?}");
    assert_eq!(world.setup(&Shell::ALL), None);

    let plan = world.unsetup(false);
    assert!(plan.kept.is_empty(), "{:?}", plan.kept);
    assert_eq!(world.files(), before);
    assert!(world.unsetup(false).changes.is_empty());

    // The transaction can be undone by its name, too.
    let name = world.setup(&[Shell::Bash]).unwrap();
    world.store.undo_transaction(&name, store::Author::default(), WAIT).unwrap();
    assert_eq!(world.files(), before);
}

#[test]
fn files_that_were_not_there_are_made_and_go_again() {
    let world = World::new(&[]);
    world.setup(&Shell::ALL).unwrap();
    for made in
        [".bashrc", ".profile", ".zshrc", ".config/fish/conf.d/goward.fish", ".config/nushell/autoload/goward.nu"]
    {
        assert!(world.home.join(made).is_file(), "{made}");
    }
    // It would hide a `.profile` that comes later.
    assert!(!world.home.join(".bash_profile").exists());
    world.unsetup(false);
    assert_eq!(world.files(), []);
    // What the user has added to such a file stays.
    world.setup(&[Shell::Zsh]).unwrap();
    let text = world.read(".zshrc") + "alias g=go\n";
    world.write(".zshrc", text);
    world.unsetup(false);
    assert_eq!(world.read(".zshrc"), "alias g=go\n");
}

#[test]
fn what_somebody_has_changed_is_shown_and_left_until_forced() {
    let world = World::new(&[]);
    world.write(".zshrc", "a\n");
    world.setup(&[Shell::Zsh, Shell::Fish]).unwrap();
    let edited = world.read(".zshrc").replace("fi\n", "fi\nexport MINE=1\n");
    world.write(".zshrc", &edited);
    let script = world.read("goward/shell/activate.fish") + "# mine\n";
    world.write("goward/shell/activate.fish", script);

    let plan = world.plan(&[Shell::Zsh, Shell::Fish]).unwrap();
    assert!(plan.changes.is_empty(), "{plan:?}");
    let kept: Vec<_> =
        plan.kept.iter().map(|kept| (kept.path.file_name().unwrap().to_str().unwrap(), kept.line)).collect();
    assert_eq!(kept, [(".zshrc", Some(2)), ("activate.fish", None)]);
    assert!(plan.kept[0].text.as_ref().unwrap().contains("export MINE=1"));

    assert_eq!(world.unsetup(false).kept.len(), 2);
    assert_eq!(world.read(".zshrc"), edited);
    assert!(world.unsetup(true).kept.is_empty());
    assert_eq!(world.read(".zshrc"), "a\n");
    // goward does not touch a completion file that the user wrote by hand.
    world.write(".config/fish/completions/goward.fish", "complete -c goward\n");
    let plan = world.plan(&[Shell::Fish]).unwrap();
    assert_eq!(plan.kept.len(), 1);
    world.setup(&[Shell::Fish]);
    world.unsetup(true);
    assert_eq!(world.read(".config/fish/completions/goward.fish"), "complete -c goward\n");
}

#[test]
fn a_newer_text_takes_the_place_of_the_older_one() {
    let mut world = World::new(&[]);
    world.write(".zshrc", "a\n");
    world.setup(&[Shell::Zsh]).unwrap();
    let text = world.read(".zshrc") + "after\n";
    world.write(".zshrc", text);
    // Another home: the block and the scripts change, nobody has edited anything.
    world.store = Store::at(&world.sys, TrustedHome::of(&world.sys, world.home.join("elsewhere")).unwrap());
    world.places = ScriptPaths::of(world.store.layout(), Path::new("/opt/goward/goward")).unwrap();
    world.setup(&[Shell::Zsh]).unwrap();
    let text = world.read(".zshrc");
    assert_eq!(text.matches(">>> goward >>>").count(), 1);
    assert!(text.contains("elsewhere/shell") && text.ends_with("after\n"), "{text}");
    world.unsetup(false);
    assert_eq!(world.read(".zshrc"), "a\nafter\n");
}

#[test]
fn profiles_that_may_not_or_cannot_be_changed_are_refused_with_the_line_to_add() {
    let world = World::new(&[]);
    world.write(".bashrc", "a\n");
    let path = world.write(".zshrc", "a\n");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o444)).unwrap();
    let before = world.files();
    let error = world.plan(&[Shell::Bash, Shell::Zsh]).unwrap_err();
    assert_eq!(error.word(), "profile-read-only");
    let hints = error.hints().lines().join("\n");
    assert!(hints.contains("activate.zsh' ] && . '") && hints.contains("--no-profile"), "{hints}");
    assert_eq!(world.files(), before);
    std::fs::remove_file(&path).unwrap();

    world.write(".zshrc", b"\xff\xfea\0\n\0");
    assert_eq!(world.plan(&[Shell::Zsh]).unwrap_err().word(), "profile-odd");
    world.write(".zshrc", "# >>> goward >>>\n");
    assert_eq!(world.plan(&[Shell::Zsh]).unwrap_err().word(), "profile-block");
    std::fs::remove_file(&path).unwrap();
    symlink("nowhere", &path).unwrap();
    assert_eq!(world.plan(&[Shell::Zsh]).unwrap_err().word(), "profile-odd");
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(world.plan(&[Shell::Zsh]).unwrap_err().word(), "profile-odd");

    let plan = world.plan_as(&[Shell::Zsh, Shell::Nu], false, false).unwrap();
    assert!(plan.changes.iter().all(|change| change.path.starts_with(world.home.join("goward"))), "{plan:?}");
    assert_eq!(plan.by_hand.len(), 2);
    assert_eq!(plan.by_hand[0].path, path);
}

#[test]
fn a_home_that_cannot_stand_in_path_is_refused() {
    let world = World::new(&[]);
    let store = Store::at(&world.sys, TrustedHome::of(&world.sys, world.home.join("a:b")).unwrap());
    let error = ScriptPaths::of(store.layout(), Path::new("/goward")).unwrap_err();
    assert_eq!(error.word(), "path-separator");
}

#[test]
fn what_would_fight_the_shims_is_told_with_its_line() {
    let world = World::new(&[]);
    world.write(".bashrc", "eval \"$(goenv init -)\"\n# export GOROOT=/old\nexport GOROOT=/usr/local/go\n");
    world.write(".config/go/env", "GOPROXY=direct\nGOTOOLCHAIN=go1.23.5+auto\n");
    let shown = |plan: Plan| -> Vec<String> {
        let home = world.home.display().to_string();
        plan.rivals.iter().map(|rival| format!("{} {}", rival.place.replace(&home, "~"), rival.what)).collect()
    };
    let told = shown(world.plan(&[Shell::Bash]).unwrap());
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("~/.bashrc:3 sets GOROOT"), "{told:?}");
    assert!(told[1].starts_with("~/.config/go/env:2 `go env -w GOTOOLCHAIN=go1.23.5+auto`"), "{told:?}");
    // What comes after goward's block comes before it in PATH.
    world.setup(&[Shell::Bash]).unwrap();
    let text = world.read(".bashrc") + "eval \"$(mise activate bash)\"\n";
    world.write(".bashrc", text);
    let told = shown(world.plan(&[Shell::Bash]).unwrap());
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[1].starts_with("~/.bashrc:10 activates mise after goward"), "{told:?}");
}

#[test]
fn the_shells_of_a_user_are_the_login_shell_and_those_that_have_a_profile() {
    let world = World::new(&[("SHELL", "/bin/zsh")]);
    for name in ["bash", "fish", "nu"] {
        world.write(&format!("bin/{name}"), "");
    }
    assert_eq!(shell::shells_of_user(&world.sys).unwrap(), [Shell::Zsh]);
    world.write(".bashrc", "");
    world.write(".config/fish/config.fish", "");
    world.write(".config/elvish/rc.elv", "");
    assert_eq!(shell::shells_of_user(&world.sys).unwrap(), [Shell::Bash, Shell::Zsh, Shell::Fish]);
    let world = World::new(&[("SHELL", "/bin/tcsh")]);
    assert_eq!(shell::shells_of_user(&world.sys).unwrap_err().word(), "no-shell");
}

#[test]
fn folders_that_the_environment_names_are_used() {
    let world = World::new(&[("ZDOTDIR", "~/z"), ("XDG_CONFIG_HOME", "~/c"), ("XDG_DATA_HOME", "~/d")]);
    std::fs::create_dir_all(world.home.join("z")).unwrap();
    let paths: Vec<String> = world
        .plan(&Shell::ALL)
        .unwrap()
        .changes
        .iter()
        .map(|change| change.path.strip_prefix(&world.home).unwrap().display().to_string())
        .collect();
    for path in [
        "z/.zshrc",
        "c/fish/conf.d/goward.fish",
        "c/fish/completions/goward.fish",
        "c/powershell/profile.ps1",
        "c/nushell/autoload/goward.nu",
        "c/elvish/rc.elv",
        "c/nushell/autoload/goward-completions.nu",
        "goward/shell/complete.elv",
        "goward/shell/complete.ps1",
        "d/bash-completion/completions/goward",
        "goward/shell/zsh/_goward",
    ] {
        assert!(paths.iter().any(|found| found == path), "{path} is not in {paths:?}");
    }
}

#[test]
fn no_script_has_a_mark_left_or_sets_more_than_path() {
    let world = World::new(&[]);
    for kind in [
        Script::Sh,
        Script::Bash,
        Script::BashHook,
        Script::Zsh,
        Script::ZshHook,
        Script::Fish,
        Script::Pwsh,
        Script::Nu,
        Script::Elvish,
        Script::Direnv,
    ] {
        let text = shell::script(kind, &world.places);
        assert!(
            !["@shims@", "@home@", "@program@", "@scripts@", "@more@", "@hook@"].iter().any(|mark| text.contains(mark)),
            "{kind:?}"
        );
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
        for name in ["GOROOT", "GOPATH", "GOCACHE", "GOMODCACHE", "GOTOOLCHAIN", "GOBIN"] {
            assert!(!code.contains(name), "{kind:?} speaks of {name}");
        }
    }
    let parsed = poshtree::v2::parse(&shell::script(Script::Pwsh, &world.places));
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
}
