//! macOS on arm64: checked and linted, and linked if possible. Nothing here can run it.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

use super::tools::{self, Compiler, Tools, ZIG, target_var};
use super::{Outcome, Rows, linux, sysroot};

pub const TARGET: &str = "aarch64-apple-darwin";
/// How a 64-bit Mach-O file begins, and its number for arm64.
const MACH_O_ARM64: [u8; 8] = [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1];

pub fn run(tools: &Tools, rows: &mut Rows, quick: bool) -> Result<()> {
    let Some(compiler) = super::compiler_for(tools, rows, TARGET, &[]) else { return Ok(()) };
    let mut flags = sysroot::flags(tools, &compiler, TARGET)?;
    if let Compiler::Debian(_) = &compiler {
        // It has no program that strips a file for macOS.
        flags.push_str(" -Cstrip=none");
    }
    let mut clippy = tools.cargo(&compiler, &["clippy", "--workspace", "--target", TARGET, "--locked"]);
    clippy
        .env(target_var(TARGET, "RUSTFLAGS"), &flags)
        .env("CC_aarch64_apple_darwin", tools.script("stub-cc"))
        .env("AR_aarch64_apple_darwin", tools.script("stub-ar"))
        // goward's build script builds the shim, as a program.
        .env(target_var(TARGET, "LINKER"), tools.script("stub-cc"));
    rows.step(TARGET, Outcome::Checked, super::lint(&mut clippy), tools::run(&mut clippy));
    // Programs linked with stubs must not be used later. They are removed and not kept in a separate folder, since
    // there the macros and build scripts, which run on this machine, would be compiled once more.
    let made = tools.target_folder(&compiler).join(TARGET);
    if made.exists() {
        fs::remove_dir_all(&made)?;
    }
    if quick {
        rows.add(TARGET, Outcome::NotDone("linking (--quick)".to_owned()));
    } else if let Some(lack) = tools.lacks(&[ZIG]) {
        rows.add(TARGET, Outcome::NotDone(format!("linking: {lack}")));
    } else {
        link(tools, rows, &compiler, &flags)?;
    }
    rows.add(TARGET, Outcome::NotDone("nothing was run: nothing here runs programs for macOS".to_owned()));
    Ok(())
}

fn link(tools: &Tools, rows: &mut Rows, compiler: &Compiler, flags: &str) -> Result<()> {
    let kit = tools.at("apple-kit");
    write_kit(&kit)?;
    let zig = linux::zig(tools, "aarch64-macos")?;
    let mut build = tools.cargo(compiler, &["build", "--package", "goward", "--target", TARGET, "--locked"]);
    tools::build_fast(&mut build);
    let folder = |name: &str| format!("-Clink-arg={}", kit.join(name).display());
    let frameworks = format!("-Clink-arg=-F {}", folder(FRAMEWORKS_FOLDER));
    build
        .env(target_var(TARGET, "RUSTFLAGS"), format!("{flags} {frameworks} -Clink-arg=-L {}", folder("usr/lib")))
        .env(target_var(TARGET, "LINKER"), &zig)
        .env("CC_aarch64_apple_darwin", &zig)
        // The compiler requires the folder of Apple's development kit.
        .env("SDKROOT", &kit);
    let built = tools::run(&mut build).and_then(|took| {
        let file = tools.target_folder(compiler).join(TARGET).join("debug/goward");
        let bytes = fs::read(&file)?;
        ensure!(bytes.starts_with(&MACH_O_ARM64), "{} is no program for macOS on arm64", file.display());
        Ok(format!(
            "{took}, {} bytes; against the names of Apple's frameworks, not against the frameworks",
            bytes.len()
        ))
    });
    rows.step(TARGET, Outcome::Built, "goward, linked with zig", built);
    Ok(())
}

/// The folder of frameworks, in the kit and on a Mac.
const FRAMEWORKS_FOLDER: &str = "System/Library/Frameworks";

/// The functions of Apple's frameworks that goward's dependencies use: the keychain's trusted certificates, the system
/// configuration's proxy. zig includes the C library and none of these. If a name is missing here, the link fails with
/// that name.
const FRAMEWORKS: [(&str, &str); 4] = [
    (
        "CoreFoundation",
        "CFArrayCreate CFDataCreate CFDateCreate CFDictionaryCreate CFDictionaryGetValueIfPresent CFErrorCopyDescription \
         CFErrorGetCode CFGetTypeID CFNumberGetTypeID CFNumberGetValue CFRelease CFRetain CFStringCreateWithBytes \
         CFStringGetBytes CFStringGetCStringPtr CFStringGetLength CFStringGetTypeID kCFAbsoluteTimeIntervalSince1970 \
         kCFAllocatorDefault kCFBooleanFalse kCFBooleanTrue kCFTypeArrayCallBacks kCFTypeDictionaryKeyCallBacks \
         kCFTypeDictionaryValueCallBacks",
    ),
    ("Foundation", "NSLog"),
    (
        "Security",
        "SecCertificateCopySubjectSummary SecCertificateCreateWithData SecCopyErrorMessageString SecPolicyCreateSSL \
         SecTrustCreateWithCertificates SecTrustEvaluateWithError SecTrustSetAnchorCertificates \
         SecTrustSetAnchorCertificatesOnly SecTrustSetOCSPResponse SecTrustSetVerifyDate",
    ),
    (
        "SystemConfiguration",
        "SCDynamicStoreCopyProxies SCDynamicStoreCreateWithOptions kSCDynamicStoreUseSessionKeys \
         kSCPropNetProxiesHTTPEnable kSCPropNetProxiesHTTPPort kSCPropNetProxiesHTTPProxy kSCPropNetProxiesHTTPSEnable \
         kSCPropNetProxiesHTTPSPort kSCPropNetProxiesHTTPSProxy",
    ),
];

/// Writes lists of names (text-based stubs, version 4 of their format) as Apple's kit has them for its libraries: a
/// linker needs no more of a library than its path on the Mac and the names in it.
fn write_kit(kit: &Path) -> Result<()> {
    let stub = |path: &Path, install_name: &str, names: &str| -> Result<()> {
        let names: Vec<String> = names.split_whitespace().map(|name| format!("_{name}")).collect();
        let text = format!(
            "--- !tapi-tbd\ntbd-version: 4\ntargets: [ arm64-macos ]\ninstall-name: '{install_name}'\nexports:\n  \
             - targets: [ arm64-macos ]\n    symbols: [ {} ]\n...\n",
            names.join(", ")
        );
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
        Ok(())
    };
    for (name, names) in FRAMEWORKS {
        let below = format!("{FRAMEWORKS_FOLDER}/{name}.framework");
        stub(&kit.join(&below).join(format!("{name}.tbd")), &format!("/{below}/Versions/A/{name}"), names)?;
    }
    stub(&kit.join("usr/lib/libobjc.tbd"), "/usr/lib/libobjc.A.dylib", "objc_msgSend")
}
