//! Runs `build.rs` as cargo does, with different defaults of `GOPROXY`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The build script as a program, in a folder of its own.
fn build_script(folder: &Path) -> PathBuf {
    let program = folder.join(format!("build-script{}", std::env::consts::EXE_SUFFIX));
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("build.rs");
    let made = Command::new(rustc).args(["--edition", "2024", "-o"]).arg(&program).arg(source).status().unwrap();
    assert!(made.success());
    program
}

/// Whether it succeeds, and its output; without a go command anywhere.
fn run(script: &Path, profile: &str, value: Option<&str>) -> (bool, String) {
    let mut command = Command::new(script);
    command.env_clear().env("PROFILE", profile).env("PATH", script.parent().unwrap());
    if let Some(value) = value {
        command.env("GOWARD_DEFAULT_GOPROXY", value);
    }
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[test]
#[cfg_attr(windows, ignore = "it needs a compiler, and there is none where these tests are run")]
fn a_build_takes_a_default_without_credentials_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let script = build_script(folder.path());
    for profile in ["debug", "release"] {
        let (ok, says) = run(&script, profile, Some("https://proxy.test/x,direct"));
        assert!(ok && says.contains("cargo::rustc-env=GOWARD_BUILD_GOPROXY=https://proxy.test/x,direct\n"), "{says}");
        let (ok, says) = run(&script, profile, None);
        assert!(ok && says.contains("cargo::rustc-env=GOWARD_BUILD_GOPROXY=\n"), "{says}");
        for secret in
            ["https://user:word@proxy.test", "direct,https://token@proxy.test|off", "https://proxy.test/?token=word"]
        {
            let (ok, says) = run(&script, profile, Some(secret));
            assert!(!ok && says.contains("cargo::error="), "{secret}: {says}");
            assert!(!says.contains("word") && !says.contains("rustc-env"), "the secret is not shown: {says}");
        }
    }
}

#[cfg(unix)]
#[test]
fn only_a_debug_build_asks_the_go_command_of_the_building_machine() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let script = build_script(folder.path());
    let go = folder.path().join("go");
    std::fs::write(&go, "#!/bin/sh\n[ \"$GOTOOLCHAIN\" = local ] && echo https://of-this-machine.test,direct\n")
        .unwrap();
    std::fs::set_permissions(&go, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (_, debug) = run(&script, "debug", None);
    assert!(debug.contains("GOWARD_BUILD_GOPROXY=https://of-this-machine.test,direct\n"), "{debug}");
    // The same source and the same variable give the same release, whichever machine builds it.
    let (_, release) = run(&script, "release", None);
    assert!(release.contains("GOWARD_BUILD_GOPROXY=\n") && !release.contains("of-this-machine"), "{release}");
    // A variable that is set, also to nothing, is not asked of the go command.
    let (_, set) = run(&script, "debug", Some(""));
    assert!(set.contains("GOWARD_BUILD_GOPROXY=\n"), "{set}");
}
