//! goward finds for each editor's configuration the Go that the editor itself would take.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]

use std::path::PathBuf;

use fixture::Fixture;
use ide::{Checked, IdeError, Verdict, Wanted};
use release::Version;
use testkit::tiny::host_platform;

fixture::world! {
    /// A home with two toolchains, a shim, and a project that asks for the older one.
    struct World;
}

const TERMINAL: &str = if cfg!(target_os = "macos") {
    "terminal.integrated.env.osx"
} else if cfg!(windows) {
    "terminal.integrated.env.windows"
} else {
    "terminal.integrated.env.linux"
};

/// The extension of programs on this system.
const EXE: &str = std::env::consts::EXE_SUFFIX;

impl World {
    fn new() -> World {
        let mut world = World(Fixture::new());
        for version in ["1.26.8", "1.27.3"] {
            world.toolchain(version);
        }
        world.program("store/shims/go");
        world.file("elsewhere/go1.20/VERSION", "go1.20.1");
        world.program("elsewhere/go1.20/bin/go");
        world.file("project/.go-version", "1.26\n");
        world.set_path("APPDATA", "config").set_path("XDG_CONFIG_HOME", "config").set_path("PATH", "store/shims");
        world
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        // JSON writes a backslash twice.
        self.file(path, text.replace("@HOME", &self.home().to_str().unwrap().replace('\\', "\\\\")))
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.home().join(path)).unwrap()
    }

    fn try_check(&self) -> Result<Checked, IdeError> {
        let ctx = self.ctx();
        let choice = resolve::choose(&ctx, None).unwrap();
        let version = choice.toolchain.as_ref().unwrap().id.version().clone();
        ide::check(&ctx, &choice, &version)
    }

    /// Editor, verdict and line of each result, without the editors that use PATH only.
    fn check(&self) -> Vec<(String, Verdict, Option<usize>)> {
        let checked = self.try_check().unwrap();
        assert_eq!(checked.version.as_str(), "1.26.8");
        let told = checked.editors.iter().filter(|editor| !editor.editor.contains("Vim"));
        told.map(|one| (one.editor.clone(), one.verdict, one.place.as_ref().and_then(|place| place.line))).collect()
    }

    fn setup(&self, wanted: Wanted) -> Result<ide::Plan, IdeError> {
        let ctx = self.ctx();
        let version: Version = "1.26.8".parse().unwrap();
        let plan = ide::plan(&ctx, &self.home().join("project"), &version, wanted)?;
        ide::apply(&ctx, &plan)?;
        Ok(plan)
    }
}

const VSCODE: Wanted = Wanted { vscode: true, devcontainer: false };
const CONTAINER: Wanted = Wanted { vscode: false, devcontainer: true };

fn one(editor: &str, verdict: Verdict, line: Option<usize>) -> Vec<(String, Verdict, Option<usize>)> {
    vec![(editor.to_owned(), verdict, line)]
}

#[test]
fn without_any_configuration_path_alone_is_told() {
    let mut world = World::new();
    assert_eq!(world.check(), []);
    assert!(world.try_check().unwrap().agrees());
    // Those editors take another go that is first in PATH.
    let path = ["elsewhere/go1.20/bin", "store/shims"].map(|below| world.home().join(below));
    world.set("PATH", std::env::join_paths(path).unwrap().into_string().unwrap());
    let checked = world.try_check().unwrap();
    assert!(!checked.agrees());
    assert_eq!(checked.editors[0].version.as_deref(), Some("1.20.1"));
    assert!(checked.editors[0].by.contains("entry 1"), "{}", checked.editors[0].by);
}

#[test]
fn vs_code_takes_its_alternate_tool_before_everything_else() {
    let world = World::new();
    let settings = "project/.vscode/settings.json";
    let go = format!("@HOME/elsewhere/go1.20/bin/go{EXE}");
    world.write(settings, &format!("{{\n  // ours\n  \"go.alternateTools\": {{\n    \"go\": \"{go}\",\n  }},\n}}\n"));
    assert_eq!(world.check(), one("VS Code", Verdict::Differs, Some(4)));
    let shim = format!("${{env:HOME}}/store/shims/go{EXE}");
    world.write(settings, &format!("{{ \"go.alternateTools\": {{ \"go\": \"{shim}\" }} }}"));
    assert_eq!(world.check(), one("VS Code", Verdict::Same, Some(1)));
    // A missing one is ignored, as in the extension.
    world.write(settings, "{ \"go.alternateTools\": { \"go\": \"/no/such/go\" } }");
    assert_eq!(world.check(), one("VS Code", Verdict::Same, None));
    // A bare name is looked for in PATH.
    world.program("store/shims/go1.27.3");
    world.write(settings, "{ \"go.alternateTools\": { \"go\": \"go1.27.3\" } }");
    assert_eq!(world.check(), one("VS Code", Verdict::Differs, None));
    world.program("store/shims/go1.26.8");
    world.write(settings, "{ \"go.alternateTools\": { \"go\": \"go1.26.8\" } }");
    assert_eq!(world.check(), one("VS Code", Verdict::Same, None));
    world.write(settings, &format!("{{ \"go.alternateTools\": {{ \"go\": \"go1.26.8{EXE}\" }} }}"));
    assert_eq!(world.check(), one("VS Code", Verdict::Same, None));
    // A named tree of the right release counts as the same, too.
    let tree = format!("${{workspaceFolder}}/../store/toolchains/go1.26.8.{}/bin/go{EXE}", host_platform());
    world.write(settings, &format!("{{ \"go.alternateTools\": {{ \"go\": \"{tree}\" }} }}"));
    assert_eq!(world.check(), one("VS Code", Verdict::Same, Some(1)));
}

#[test]
fn a_goroot_anywhere_in_the_settings_is_told_with_its_line() {
    let world = World::new();
    world.write("project/.vscode/settings.json", "{\n\"go.goroot\": \"@HOME/elsewhere/go1.20\",\n\"go.toolsEnvVars\": {\n\"GOROOT\": \"~/elsewhere/go1.20\",\n\"GOTOOLCHAIN\": \"go1.27.3+auto\" }\n}");
    let both = [
        ("VS Code".to_owned(), Verdict::Differs, Some(2)),
        ("VS Code, its tools".to_owned(), Verdict::Differs, Some(4)),
        ("VS Code, its tools".to_owned(), Verdict::Differs, Some(5)),
        ("VS Code, its tools".to_owned(), Verdict::Differs, Some(2)),
    ];
    assert_eq!(world.check(), both);
    let terminal =
        format!("{{ \"{TERMINAL}\": {{ \"GOROOT\": \"@HOME/elsewhere/go1.20\", \"GOTOOLCHAIN\": \"auto\" }} }}");
    world.write("project/.vscode/settings.json", &terminal);
    let told = world.check();
    assert_eq!(told[1..], one("VS Code, its terminal", Verdict::Differs, Some(1)));
}

#[test]
fn the_projects_settings_come_before_the_users_name_by_name() {
    let world = World::new();
    let config = if cfg!(target_os = "macos") { "Library/Application Support" } else { "config" };
    world.write(&format!("{config}/Cursor/User/settings.json"), "{ \"go.goroot\": \"@HOME/elsewhere/go1.20\" }");
    let told = world.check();
    assert_eq!(told[0], ("Cursor".to_owned(), Verdict::Differs, Some(1)));
    world.write("project/.vscode/settings.json", "{ \"go.goroot\": \"\" }");
    assert_eq!(world.check(), one("Cursor", Verdict::Same, None));
    // The setup writes that by itself.
    world.write("project/.vscode/settings.json", "{}");
    world.setup(VSCODE).unwrap();
    assert!(world.read("project/.vscode/settings.json").contains("\"go.goroot\": \"\""));
    assert_eq!(world.check(), one("Cursor", Verdict::Same, Some(3)));
}

#[test]
fn goland_and_dev_containers_are_told_too() {
    let world = World::new();
    world.write(
        "project/.idea/workspace.xml",
        "<project>\n<component name=\"GOROOT\" url=\"file://@HOME/elsewhere/go1.20\" />\n",
    );
    assert_eq!(world.check(), one("GoLand", Verdict::Differs, Some(2)));
    world.write("project/.idea/workspace.xml", "<project/>");
    assert_eq!(world.check(), one("GoLand", Verdict::Unknown, None));
    std::fs::remove_dir_all(world.home().join("project/.idea")).unwrap();
    let file = "project/.devcontainer/devcontainer.json";
    for (text, verdict, line) in [
        ("{ \"image\": \"registry.test/devcontainers/go:1-1.25-bookworm\" }", Verdict::Differs, Some(1)),
        ("{ \"image\": \"golang:1.26\" }", Verdict::Same, Some(1)),
        (
            "{ \"features\": {\n\"registry.test/devcontainers/features/go:1\": { \"version\": \"1.26.8\" } } }",
            Verdict::Same,
            Some(2),
        ),
        (
            "{ \"features\": { \"registry.test/devcontainers/features/go:1\": { \"version\": \"latest\" } } }",
            Verdict::Unknown,
            Some(1),
        ),
        ("{ \"features\": { \"registry.test/devcontainers/features/go:1\": {} } }", Verdict::Unknown, None),
        ("{ \"features\": { \"registry.test/devcontainers/features/go:1\": \"1.25\" } }", Verdict::Differs, Some(1)),
    ] {
        world.write(file, text);
        assert_eq!(world.check(), one("dev container", verdict, line), "{text}");
    }
}

#[test]
fn the_setup_keeps_comments_and_formatting_and_can_be_undone() {
    let world = World::new();
    let before = "{\n    // how we work here\n    \"editor.tabSize\": 4, // four\n\n    \"go.goroot\": \"/usr/lib/go\",\n    \"go.toolsEnvVars\": { \"GOROOT\": \"/usr/lib/go\", \"CGO_ENABLED\": \"0\" },\n    /* the last */ \"x\": [1,2],\n}\n";
    let path = "project/.vscode/settings.json";
    world.write(path, before);
    let plan = world.setup(VSCODE).unwrap();
    assert_eq!(plan.edits[0].changes.len(), 4, "{:?}", plan.edits[0].changes);
    let after = world.read(path);
    for kept in [
        "    // how we work here\n",
        "\"editor.tabSize\": 4, // four\n",
        "\"CGO_ENABLED\": \"0\"",
        "/* the last */ \"x\": [1,2]",
    ] {
        assert!(after.contains(kept), "{kept} is gone:\n{after}");
    }
    assert!(!after.contains("GOROOT") && !after.contains("go.goroot"), "{after}");
    let (go, search) = if cfg!(windows) {
        (r"${env:USERPROFILE}\\store\\shims\\go.exe", r"${env:USERPROFILE}\\store\\shims;${env:PATH}")
    } else {
        ("${env:HOME}/store/shims/go", "${env:HOME}/store/shims:${env:PATH}")
    };
    assert!(after.contains(&format!("\"go\": \"{go}\"")), "{after}");
    assert!(after.contains(&format!("\"PATH\": \"{search}\"")), "{after}");
    assert_eq!(world.check().iter().filter(|told| told.1 != Verdict::Same).count(), 0);
    // Twice is once.
    assert!(world.setup(VSCODE).unwrap().edits.is_empty());
    engine::undo(&world.ctx(), 1).unwrap();
    assert_eq!(world.read(path), before);
}

#[test]
fn a_new_file_is_made_and_an_empty_one_is_filled() {
    let world = World::new();
    world.setup(VSCODE).unwrap();
    let made = world.read("project/.vscode/settings.json");
    assert!(made.starts_with("{\n") && made.ends_with("}\n"), "{made}");
    engine::undo(&world.ctx(), 1).unwrap();
    assert!(!world.home().join("project/.vscode/settings.json").exists());
    world.write("project/.vscode/settings.json", "");
    world.setup(VSCODE).unwrap();
    assert!(world.read("project/.vscode/settings.json").contains(if cfg!(windows) {
        r"shims\\go.exe"
    } else {
        "shims/go"
    }));
}

#[test]
fn a_dev_containers_feature_gets_the_projects_version() {
    let world = World::new();
    assert!(matches!(world.setup(CONTAINER), Err(IdeError::NoContainer { .. })));
    let path = "project/.devcontainer/devcontainer.json";
    world.write(path, "{\n  \"image\": \"debian\", // small\n  \"features\": {\n    \"registry.test/devcontainers/features/go:1\": { \"version\": \"1.25\" }\n  }\n}\n");
    world.setup(CONTAINER).unwrap();
    let after = world.read(path);
    assert!(after.contains("{ \"version\": \"1.26.8\" }") && after.contains("// small"), "{after}");
    assert_eq!(world.check(), one("dev container", Verdict::Same, Some(4)));
    // The user chooses an image: goward says so, and changes nothing.
    world.write(path, "{ \"image\": \"golang:1.25\" }");
    let plan = world.setup(CONTAINER).unwrap();
    assert!(plan.edits.is_empty() && plan.notes.len() == 1, "{plan:?}");
}

#[test]
fn without_a_shim_nothing_is_set_up() {
    let world = World::new();
    std::fs::remove_file(world.home().join(format!("store/shims/go{EXE}"))).unwrap();
    assert!(matches!(world.setup(VSCODE), Err(IdeError::NoShim { .. })));
    assert!(!world.home().join("project/.vscode").exists());
}

#[test]
fn files_that_are_no_settings_are_errors_with_their_line_and_stay_as_they_are() {
    let world = World::new();
    let path = "project/.vscode/settings.json";
    let deep = "[".repeat(100_000);
    for (text, line) in
        [("{\n  \"a\": \n}", 3), ("{\n\"a\" 1 }", 2), ("[1]", 1), ("{} x", 1), ("{\n'a': 1}", 2), (deep.as_str(), 1)]
    {
        world.write(path, text);
        for error in [world.setup(VSCODE).map(|_| ()), world.try_check().map(|_| ())] {
            // An array is JSON: the check finds nothing in it, the setup refuses.
            if let Err(error) = error {
                assert!(matches!(&error, IdeError::Syntax { line: at, .. } if *at == line), "{error}, {line}");
            } else {
                assert_eq!(text, "[1]");
            }
        }
        assert_eq!(world.read(path), text);
    }
    std::fs::write(world.home().join(path), b"{ \"go.goroot\": \"\xff\" }").unwrap();
    assert!(matches!(world.try_check(), Err(IdeError::Syntax { .. })));
}
