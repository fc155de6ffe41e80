//! Says whether this build has a runtime, and links the one that has none.

/// The program without a runtime has its own start and no library at all, and sections that nothing leads to are
/// left out. `raw.ld` leaves out more.
const LINK_ARGS: [&str; 9] = [
    "-nostartfiles",
    "-nostdlib",
    "-static",
    "-no-pie",
    "-Wl,--gc-sections",
    "-Wl,--build-id=none",
    "-Wl,--no-eh-frame-hdr",
    "-Wl,-z,noseparate-code",
    "-Wl,-z,norelro",
];

#[expect(clippy::disallowed_methods, reason = "this is how a build script and cargo talk")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=raw.ld");
    println!("cargo::rustc-check-cfg=cfg(raw)");
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let known = var("CARGO_CFG_TARGET_OS") == "linux"
        && matches!(var("CARGO_CFG_TARGET_ARCH").as_str(), "x86_64" | "aarch64")
        && var("CARGO_CFG_TARGET_POINTER_WIDTH") == "64";
    // A profile that unwinds needs a runtime, so that feature has no effect in it: every profile of the
    // workspace builds, with every set of features.
    let aborts = var("PROFILE") == "release";
    if std::env::var_os("CARGO_FEATURE_RAW").is_some() && known && aborts {
        println!("cargo::rustc-cfg=raw");
        for arg in LINK_ARGS {
            println!("cargo::rustc-link-arg-bin=goward-shim={arg}");
        }
        println!("cargo::rustc-link-arg-bin=goward-shim=-Wl,-T,{}/raw.ld", var("CARGO_MANIFEST_DIR"));
    }
}
