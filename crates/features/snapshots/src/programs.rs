//! The programs of a toolchain, as their files say.

use std::path::Path;

use archive::Manifest;
use context::Ctx;
use view::SnapshotProgram;

/// How many programs are described: a release has about a dozen.
const PROGRAMS_MAX: usize = 256;
/// The largest program that is looked into, in bytes.
const BYTES_MAX: u64 = 1 << 30;

/// The programs in `bin` and `pkg/tool` of a tree. A program that cannot be read is listed with its hash alone.
pub fn programs(ctx: &Ctx, tree: &Path, manifest: &Manifest) -> Vec<SnapshotProgram> {
    let is_program = |path: &str| path.starts_with("bin/") || path.starts_with("pkg/tool/");
    let files = manifest.files.iter().filter(|file| is_program(&file.path)).take(PROGRAMS_MAX);
    let described = files.map(|file| {
        let path = tree.join(&file.path);
        let asked = sys::Foreign::at_most(BYTES_MAX).no_link();
        let opened = ctx.sys.fs().open_foreign(&path, &asked).ok();
        let modified = opened.as_ref().map(|(_, meta)| release::utc_text(meta.modified_unix_nanos));
        let seen = opened.map(|(file, _)| program::inspect(file));
        let build = seen.as_ref().and_then(|seen| seen.build_info.as_ref());
        SnapshotProgram {
            path: file.path.clone(),
            sha256: file.sha256.to_string(),
            modified,
            executable_form: seen.as_ref().map_or("other", |seen| seen.form.word()).to_owned(),
            signature: seen.as_ref().map_or("none", |seen| seen.signature.word()).to_owned(),
            built_with: build.map(|build| build.go.clone()),
            package: build.and_then(|build| build.package.clone()),
            build_settings: build
                .map(|build| build.settings.iter().map(|(key, value)| format!("{key}={value}")).collect())
                .unwrap_or_default(),
        }
    });
    described.collect()
}
