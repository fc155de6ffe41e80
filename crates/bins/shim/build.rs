//! Decides whether this build has a runtime, and links a build without one.

include!("link_args.rs");

#[expect(clippy::disallowed_methods, reason = "this is how a build script and cargo talk")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=link_args.rs");
    println!("cargo::rerun-if-changed=raw.ld");
    println!("cargo::rustc-check-cfg=cfg(raw)");
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let known = is_raw_target(
        &var("CARGO_CFG_TARGET_OS"),
        &var("CARGO_CFG_TARGET_ARCH"),
        &var("CARGO_CFG_TARGET_POINTER_WIDTH"),
    );
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
