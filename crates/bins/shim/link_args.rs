// Included by two build scripts: the shim's own, and that of `goward`, which embeds the shim.

/// The program without a runtime has its own entry point and no library at all, and the linker omits unused sections.
/// `raw.ld` omits more.
const LINK_ARGS: [&str; 10] = [
    "-nostartfiles",
    "-nostdlib",
    "-static",
    "-no-pie",
    "-Wl,--gc-sections",
    "-Wl,--build-id=none",
    "-Wl,--no-eh-frame-hdr",
    "-Wl,-z,noseparate-code",
    "-Wl,-z,norelro",
    "-Wl,-z,nosectionheader",
];

/// Whether the program makes raw system calls on this target.
fn is_raw_target(os: &str, arch: &str, pointer_width: &str) -> bool {
    os == "linux" && matches!(arch, "x86_64" | "aarch64") && pointer_width == "64"
}
