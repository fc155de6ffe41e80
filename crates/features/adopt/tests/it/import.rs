//! Installations of other managers: found, proven, imported, or refused.

#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::support::{World, image, is_to_be_done};
use adopt::{Action, Manager, Verdict};
use diag::{Class, Diagnose};
use release::Form;
use testkit::TinyToolchain;
use testkit::program::file_name;

/// The name of a program in a tree.
fn bin(name: &str) -> String {
    format!("bin/{}", file_name(name))
}

#[test]
fn every_managers_installations_are_found_where_it_puts_them() {
    let mut world = World::new(&[]);
    let places = [
        (Manager::Sdk, "sdk/go1.27.3"),
        (Manager::Goenv, ".goenv/versions/1.26.8"),
        (Manager::Gvm, ".gvm/gos/go1.26.7"),
        (Manager::Asdf, ".asdf/installs/golang/1.26.6/go"),
        (Manager::Mise, ".local/share/mise/installs/go/1.26.5"),
        (Manager::Goup, ".goup/go1.26.4"),
        (Manager::Goup, ".go/go1.26.3"),
        (Manager::G, ".g/versions/1.26.2"),
        (Manager::G, ".go/.versions/1.26.1"),
        (Manager::Proto, ".proto/tools/go/1.26.0"),
        (Manager::Gobrew, ".gobrew/versions/1.25.9/go"),
        (Manager::ModuleCache, "go/pkg/mod/golang.org/toolchain@v0.0.1-go1.25.8.linux-amd64"),
        (Manager::System, "machine/usr/local/go"),
        (Manager::System, "machine/opt/homebrew/Cellar/go/1.25.6/libexec"),
        (Manager::Path, "somewhere/tool"),
    ];
    for (number, (_, below)) in places.iter().enumerate() {
        world.tree(below, &format!("1.20.{}", number + 1));
    }
    // Other names of the same folder, as managers make them, and folders that are not installations.
    #[cfg(unix)]
    for (target, link) in [
        (".go/go1.26.3", ".go/current"),
        (".local/share/mise/installs/go/1.26.5", ".local/share/mise/installs/go/latest"),
    ] {
        symlink(world.path(target), world.path(link)).unwrap();
    }
    std::fs::create_dir_all(world.path(".goenv/versions/broken")).unwrap();
    std::fs::create_dir_all(world.path(".asdf/shims")).unwrap();
    std::fs::write(world.path(".asdf/shims").join(file_name("go")), "#!/bin/sh\n").unwrap();
    let path = std::env::join_paths([world.path(".asdf/shims"), world.path("somewhere/tool/bin")]).unwrap();
    world.set("PATH", &path);
    let items = world.plan().items;
    let mut found: Vec<_> = items.iter().map(|item| (item.found.manager, item.found.path.clone())).collect();
    let mut expected: Vec<_> = places.iter().map(|(manager, below)| (*manager, world.path(below))).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn variables_move_the_managers_folders() {
    let mut world = World::new(&[]);
    for (variable, folder, below) in [
        ("GOENV_ROOT", "a", "a/versions/1.26.1"),
        ("GVM_ROOT", "b", "b/gos/go1.26.2"),
        ("ASDF_DATA_DIR", "c", "c/installs/golang/1.26.3/go"),
        ("MISE_DATA_DIR", "d", "d/installs/go/1.26.4"),
        ("GOUP_HOME", "e", "e/go1.26.5"),
        ("PROTO_HOME", "f", "f/tools/go/1.26.6"),
        ("GOMODCACHE", "g", "g/golang.org/toolchain@v0.0.1-go1.26.7.linux-amd64"),
        ("G_HOME", "h", "h/versions/1.26.8"),
    ] {
        let folder = world.path(folder);
        world.set(variable, folder);
        world.tree(below, "1.26.8");
    }
    assert_eq!(world.plan().items.len(), 8);
}

#[test]
fn an_official_tree_is_brought_in_proven_and_the_foreign_one_is_untouched() {
    let world = World::new(&["1.27.3"]);
    let tree = world.tree("sdk/go1.27.3", "1.27.3");
    std::fs::write(tree.join(".unpacked-success"), "").unwrap();
    let before = image(&tree);
    let adopted = world.adopted(&tree);
    assert_eq!(image(&tree), before);
    assert!(adopted.installed.witnesses[0].to_string().contains("record"), "{:?}", adopted.installed.witnesses);
    let ctx = world.ctx();
    let id = adopted.installed.toolchain.clone();
    let record = ctx.store.record(&id).unwrap();
    assert_eq!((record.source.as_str(), record.form), ("sdk", Form::Tree));
    assert_eq!(record.address, tree.to_str().unwrap());
    assert!(record.log_proof.is_some());
    assert_eq!(ctx.store.tree_faults(&id), [""; 0]);
    assert_eq!(ctx.store.faults().unwrap(), [""; 0]);
    // Not one file of it is the other manager's own file under a second name.
    let ours = ctx.store.find(&id).unwrap().unwrap().tree;
    for path in [&bin("go"), "VERSION", "src/fmt/print.go"] {
        assert!(!testkit::is_one_file(&ours.join(path), &tree.join(path)), "{path}");
        assert!(std::fs::metadata(ours.join(path)).unwrap().permissions().readonly(), "{path}");
        assert!(!std::fs::metadata(tree.join(path)).unwrap().permissions().readonly(), "{path}");
    }
    // Files that the log does not cover are excluded, and named.
    assert!(!ours.join("misc").exists());
    let left_out: Vec<&str> = adopted.left_out.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(left_out, [".unpacked-success", "api", "doc", "misc", "test"]);
    // Again: it is there.
    assert_eq!(world.plan_of(&tree).found.verdict, Verdict::Installed);
}

#[test]
fn what_managers_and_users_add_is_left_out_and_named() {
    let world = World::new(&["1.27.3"]);
    let tree = world.tree(".goenv/versions/1.27.3", "1.27.3");
    let gopls = &bin("gopls");
    for (path, text) in [
        (gopls.as_str(), "a tool"),
        ("pkg/linux_amd64/fmt.a", "an output"),
        ("pkg/tool/linux_amd64/covdata", "a tool"),
        ("src/.DS_Store", "a desktop's"),
        ("src/runtime/__pycache__/x.pyc", "Python's"),
        (".git/HEAD", "ref"),
    ] {
        std::fs::create_dir_all(tree.join(path).parent().unwrap()).unwrap();
        std::fs::write(tree.join(path), text).unwrap();
    }
    // Even a link: an excluded folder is not read.
    let evil = &bin("evil");
    #[cfg(unix)]
    symlink("/etc/passwd", tree.join(evil)).unwrap();
    #[cfg(windows)]
    std::fs::write(tree.join(evil), "x").unwrap();
    let adopted = world.adopted(&tree);
    assert_eq!(adopted.installed.witnesses.len(), 1);
    let left_out: Vec<&str> = adopted.left_out.iter().map(|(path, _)| path.as_str()).collect();
    for path in [gopls, evil, "pkg/linux_amd64", "src/.DS_Store", "src/runtime/__pycache__", ".git"] {
        assert!(left_out.contains(&path), "{path} in {left_out:?}");
    }
    let ours = adopted.installed.tree;
    assert!(!ours.join(gopls).exists() && !ours.join(evil).exists());
}

#[test]
fn the_module_caches_form_is_brought_in_with_its_go_mod_files() {
    let world = World::new(&["1.27.3"]);
    let toolchain = TinyToolchain::host("1.27.3");
    let tree = world.path(&format!("go/pkg/mod/golang.org/toolchain@{}", toolchain.module_version()));
    let prefix = format!("golang.org/toolchain@{}/", toolchain.module_version());
    for file in toolchain.module_files() {
        let path = tree.join(file.path.strip_prefix(&prefix).unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &file.bytes).unwrap();
    }
    // As the go command leaves it after its first use.
    std::fs::copy(tree.join("src/_go.mod"), tree.join("src/go.mod")).unwrap();
    let adopted = world.adopted(&tree);
    let ctx = world.ctx();
    assert_eq!(ctx.store.record(&adopted.installed.toolchain).unwrap().form, Form::ModuleTree);
    let ours = adopted.installed.tree;
    assert!(ours.join("src/go.mod").exists() && ours.join("src/cmd/go.mod").exists());
    assert!(!ours.join("src/_go.mod").exists());
    let go = std::fs::metadata(ours.join(bin("go"))).unwrap();
    #[cfg(unix)]
    assert_ne!(go.permissions().mode() & 0o111, 0);
    assert!(go.is_file());
}

#[test]
fn a_go_mod_that_is_no_copy_is_refused() {
    let world = World::new(&["1.27.3"]);
    let tree = world.tree("sdk/go1.27.3", "1.27.3");
    std::fs::rename(tree.join("src/go.mod"), tree.join("src/_go.mod")).unwrap();
    std::fs::write(tree.join("src/go.mod"), "module evil\n").unwrap();
    let error = world.import(&tree).unwrap_err();
    assert_eq!(error.class(), Class::Integrity);
    world.assert_nothing_brought_in();
}

testkit::left_out_on_windows!(hostile_trees, "symbolic links, pipes and names of Unix; Wine makes no junctions either");

#[cfg(unix)]
#[test]
fn hostile_trees_are_refused_and_leave_nothing() {
    type Spoil = fn(&Path);
    let spoils: &[(&str, Spoil)] = &[
        ("a link out", |tree| symlink("/etc/passwd", tree.join("src/fmt/evil.go")).unwrap()),
        ("a link to a folder", |tree| symlink("/etc", tree.join("lib/etc")).unwrap()),
        ("a pipe", |tree| {
            let made = std::process::Command::new("mkfifo").arg(tree.join("src/pipe")).status().unwrap();
            assert!(made.success());
        }),
        ("a line end in a name", |tree| std::fs::write(tree.join("src/a\nb.go"), "x").unwrap()),
        ("a name that steers a terminal", |tree| std::fs::write(tree.join("src/\u{1b}[2J.go"), "x").unwrap()),
        ("two names that are one elsewhere", |tree| std::fs::write(tree.join("src/fmt/PRINT.go"), "x").unwrap()),
        ("no UTF-8", |tree| {
            use std::os::unix::ffi::OsStrExt;
            std::fs::write(tree.join(std::ffi::OsStr::from_bytes(b"src/\xff.go")), "x").unwrap();
        }),
    ];
    for (what, spoil) in spoils {
        let world = World::new(&["1.27.3"]);
        let tree = world.tree("sdk/go1.27.3", "1.27.3");
        spoil(&tree);
        let error = world.import(&tree).expect_err(what);
        assert_eq!(error.class(), Class::Integrity, "{what}: {error}");
        world.assert_nothing_brought_in();
        assert_eq!(world.ctx().store.external_gos().unwrap(), [], "{what}");
    }
}

#[test]
fn a_changed_or_added_file_makes_it_nobodys_official_build() {
    for (what, path, text) in [
        ("changed", "src/fmt/print.go", "package fmt // evil\n"),
        ("added", "src/fmt/evil.go", "package fmt\n"),
        ("a changed program", &bin("go"), "#!/bin/sh\necho evil\n"),
        ("a second go command's folder", "lib/evil.bash", "x"),
    ] {
        let world = World::new(&["1.27.3"]);
        let tree = world.tree("sdk/go1.27.3", "1.27.3");
        std::fs::write(tree.join(path), text).unwrap();
        let why = world.registered(&tree);
        assert!(why.contains("checksum database"), "{what}: {why}");
        world.assert_nothing_brought_in();
        let systems = world.ctx().store.external_gos().unwrap();
        assert_eq!(systems[0].path, tree);
        // Even `--allow-unproven` does not make it official: the log was asked, and contradicts.
        let mut world = world;
        world.set("GOWARD_ALLOW_UNPROVEN", "true");
        world.registered(&tree);
        world.assert_nothing_brought_in();
    }
}

#[test]
fn a_version_file_that_lies_gains_nothing() {
    let world = World::new(&["1.26.8", "1.27.3"]);
    // The tree of one release under the name of another.
    let tree = world.tree("sdk/go1.27.3", "1.26.8");
    std::fs::write(tree.join("VERSION"), TinyToolchain::host("1.27.3").file("VERSION").unwrap()).unwrap();
    world.registered(&tree);
    world.assert_nothing_brought_in();
    // A folder's name does not count: the proven version counts, and the difference is named.
    let tree = world.tree("sdk/go1.27.2", "1.26.8");
    assert_eq!(world.plan_of(&tree).found.notes.len(), 1);
    assert_eq!(world.adopted(&tree).installed.toolchain.version().to_string(), "1.26.8");
}

#[test]
fn what_is_not_gos_own_is_registered_and_not_copied() {
    let world = World::new(&["1.26.5", "1.26.8"]);
    let write_version = |tree: &Path, text: &str| std::fs::write(tree.join("VERSION"), text).unwrap();
    let suffix = world.tree("a", "1.26.5");
    write_version(&suffix, "go1.26.5-1\n");
    let experiment = world.tree("b", "1.26.5");
    write_version(&experiment, "go1.26.5 X:nodwarf5\n");
    let devel = world.tree("c", "1.26.5");
    write_version(&devel, "devel go1.28-0123abcd\n");
    let nameless = world.tree("d", "1.26.5");
    std::fs::remove_file(nameless.join("VERSION")).unwrap();
    let trees = vec![suffix.clone(), experiment, devel, nameless.clone()];
    // Trees with links, and where a distribution puts its own: not on Windows.
    #[cfg(unix)]
    let trees = {
        let linked = world.tree("e", "1.26.5");
        std::fs::rename(linked.join("src"), world.path("shared-src")).unwrap();
        symlink(world.path("shared-src"), linked.join("src")).unwrap();
        let odd = world.tree("f", "1.26.5");
        std::fs::remove_file(odd.join("VERSION")).unwrap();
        symlink("/etc/passwd", odd.join("VERSION")).unwrap();
        let packaged = world.tree("machine/usr/lib/go-1.26", "1.26.8");
        [trees, vec![linked, odd, packaged]].concat()
    };
    for tree in &trees {
        let item = world.plan_of(tree);
        assert_eq!(item.action, Action::Register, "{}", tree.display());
        world.registered(tree);
        // Once is enough.
        assert_eq!(world.plan_of(tree).action, Action::Leave, "{}", tree.display());
    }
    world.assert_nothing_brought_in();
    let systems = world.ctx().store.external_gos().unwrap();
    assert_eq!(systems.len(), trees.len());
    let line = |tree: &Path| systems.iter().find(|known| known.path == tree).unwrap().version_line.clone();
    assert_eq!(line(&suffix).as_deref(), Some("go1.26.5-1"));
    assert_eq!(line(&nameless), None);
}

#[test]
fn a_vanished_or_changed_system_go_is_said_so() {
    let world = World::new(&[]);
    let tree = world.tree("a", "1.26.5");
    std::fs::write(tree.join("VERSION"), "go1.26.5-1\n").unwrap();
    world.registered(&tree);
    let ctx = world.ctx();
    assert_eq!(adopt::external_go::list(&ctx).unwrap()[0].state, adopt::external_go::State::There);
    assert_eq!(adopt::external_go::choose(&ctx, None).unwrap().path, tree);
    std::fs::write(tree.join("VERSION"), "go1.26.6-1\n").unwrap();
    assert!(matches!(adopt::external_go::list(&ctx).unwrap()[0].state, adopt::external_go::State::Changed { .. }));
    std::fs::remove_dir_all(&tree).unwrap();
    assert_eq!(adopt::external_go::list(&ctx).unwrap()[0].state, adopt::external_go::State::Vanished);
    assert_eq!(adopt::external_go::choose(&ctx, None).unwrap_err().word(), "system-vanished");
    let other = world.tree("b", "1.26.5");
    assert_eq!(adopt::external_go::choose(&ctx, Some(&other)).unwrap_err().word(), "system-not-registered");
}

#[test]
fn without_a_network_only_the_users_word_brings_it_in_and_the_record_says_so() {
    let mut world = World::new(&["1.27.3"]);
    let tree = world.tree("sdk/go1.27.3", "1.27.3");
    world.set("GOWARD_OFFLINE", "true");
    let error = world.import(&tree).unwrap_err();
    assert_eq!((error.class(), error.word()), (Class::Integrity, "unproven"));
    world.assert_nothing_brought_in();
    world.set("GOWARD_ALLOW_UNPROVEN", "true");
    let adopted = world.adopted(&tree);
    assert!(
        adopted.installed.witnesses[0].to_string().starts_with("nobody vouches"),
        "{:?}",
        adopted.installed.witnesses
    );
    assert!(world.ctx().store.record(&adopted.installed.toolchain).unwrap().log_proof.is_none());
}

#[test]
fn a_tree_that_is_not_whole_is_left_alone() {
    let world = World::new(&["1.27.3"]);
    for missing in ["bin", "src", "pkg"] {
        let tree = world.tree(&format!("sdk/{missing}/go1.27.3"), "1.27.3");
        std::fs::remove_dir_all(tree.join(missing)).unwrap();
        let item = world.plan_of(&tree);
        assert!(matches!(item.found.verdict, Verdict::Broken { .. }), "{missing}: {:?}", item.found.verdict);
        assert!(world.import(&tree).unwrap().is_none());
    }
    assert!(matches!(world.plan_of(&world.path("nowhere")).found.verdict, Verdict::Broken { .. }));
    world.assert_nothing_brought_in();
}

#[test]
fn of_two_copies_one_is_brought_in_and_files_of_siblings_are_shared() {
    let mut world = World::new(&["1.27.2", "1.27.3"]);
    world.set("GOWARD_LINK", "hardlink");
    world.tree("sdk/go1.27.3", "1.27.3");
    world.tree(".goenv/versions/1.27.3", "1.27.3");
    world.tree(".goenv/versions/1.27.2", "1.27.2");
    let plan = world.plan();
    assert_eq!(plan.items.iter().filter(|item| is_to_be_done(item)).count(), 2);
    for item in &plan.items {
        adopt::apply(&engine::sources(&world.ctx()), item).unwrap();
    }
    assert_eq!(world.installed(), ["1.27.2", "1.27.3"]);
    assert!(!world.plan().items.iter().any(is_to_be_done));
    let shared = |version: &str| {
        let id = format!("go{version}.{}", testkit::tiny::host_platform()).parse().unwrap();
        world.ctx().store.find(&id).unwrap().unwrap().tree.join("src/fmt/print.go")
    };
    assert!(testkit::is_one_file(&shared("1.27.2"), &shared("1.27.3")));
}

#[test]
fn each_managers_default_is_found_with_its_place() {
    let world = World::new(&[]);
    let write = |below: &str, text: &str| {
        let path = world.path(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let ctx = world.ctx();
    for manager in Manager::NAMED {
        assert_eq!(adopt::global_default(&ctx, manager), None, "{manager:?}");
    }
    write(".tool-versions", "# mine\nnodejs 20\ngolang 1.26.8 1.25.9\n");
    write(".goenv/version", "1.27.3\n");
    write(".gvm/environments/default", "export GVM_ROOT; x=1\nexport gvm_go_name; gvm_go_name=\"go1.26.7\"\n");
    write(".proto/.prototools", "node = \"20\"\ngo = \"1.26\"\n");
    // These say by a link which one it is.
    #[cfg(unix)]
    for (link, target) in [
        (".goup/current", ".goup/go1.26.1"),
        (".g/go", ".g/versions/1.26.2"),
        (".gobrew/current", ".gobrew/versions/1.26.3/go"),
    ] {
        std::fs::create_dir_all(world.path(link).parent().unwrap()).unwrap();
        symlink(world.path(target), world.path(link)).unwrap();
    }
    let found = |manager| adopt::global_default(&ctx, manager).unwrap();
    let line = |below: &str, line: u32| format!("{}:{line}", world.path(below).display());
    for (manager, text, origin) in [
        (Manager::Asdf, "1.26.8", line(".tool-versions", 3)),
        (Manager::Mise, "1.26.8", line(".tool-versions", 3)),
        (Manager::Goenv, "1.27.3", line(".goenv/version", 1)),
        (Manager::Gvm, "go1.26.7", line(".gvm/environments/default", 2)),
        (Manager::Proto, "1.26", line(".proto/.prototools", 2)),
        #[cfg(unix)]
        (Manager::Goup, "go1.26.1", world.path(".goup/current").display().to_string()),
        #[cfg(unix)]
        (Manager::G, "1.26.2", world.path(".g/go").display().to_string()),
        #[cfg(unix)]
        (Manager::Gobrew, "1.26.3", world.path(".gobrew/current").display().to_string()),
    ] {
        let default = found(manager);
        assert_eq!((default.text.as_str(), default.origin.to_string()), (text, origin), "{manager:?}");
        assert!(default.request.is_some(), "{manager:?}");
    }
    // mise's own file counts before the shared one, in each of its forms.
    for value in ["\"1.25.9\"", "[\"1.25.9\", \"1.26\"]", "{ version = \"1.25.9\" }"] {
        write(".config/mise/config.toml", &format!("[tools]\nnode = \"20\"\ngo = {value}\n"));
        assert_eq!(found(Manager::Mise).text, "1.25.9");
        assert!(found(Manager::Mise).origin.to_string().ends_with("config.toml:3"), "{}", found(Manager::Mise).origin);
    }
    write(".goenv/version", "system\n");
    assert_eq!(found(Manager::Goenv).request, None);
    write(".goenv/version", "\u{1b}[2J\n");
    assert_eq!(found(Manager::Goenv).text, "\\u{1b}[2J");
}

#[test]
fn pins_and_profile_lines_are_named_by_file_and_line() {
    let world = World::new(&[]);
    for (below, text) in [
        ("work/a/.go-version", "# old\n1.26.8\n"),
        ("work/b/deep/.tool-versions", "nodejs 20\ngolang 1.25.9\n"),
        ("work/c/mise.toml", "[tools]\ngo = \"1.26\"\n"),
        ("work/c/node_modules/x/.go-version", "1.1\n"),
        ("work/d/.tool-versions", "nodejs 20\n"),
        (".bashrc", "alias a=b\n# goenv init was here\neval \"$(goenv init -)\"\n"),
        (".zshrc", "eval \"$(mise activate zsh)\"\n"),
    ] {
        let path = world.path(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let ctx = world.ctx();
    let pins = adopt::project_pins(&ctx, &world.path("work"));
    let named: Vec<_> = pins.iter().map(|pin| (pin.path.clone(), pin.line, pin.text.as_str())).collect();
    assert_eq!(
        named,
        [
            (world.path("work/a/.go-version"), 2, "1.26.8"),
            (world.path("work/b/deep/.tool-versions"), 2, "1.25.9"),
            (world.path("work/c/mise.toml"), 2, "1.26"),
        ]
    );
    let lines = adopt::profile_lines(&ctx, Manager::Goenv);
    assert_eq!((lines.len(), lines[0].line, lines[0].path.clone()), (1, 3, world.path(".bashrc")));
    assert!(adopt::profile_lines(&ctx, Manager::Mise)[0].serves_others);
}
