//! Faults of the machine: permissions, a full disk, and what a power cut leaves.

use diag::IoFailure;
use sys::Host;

use super::network::{install, refused};
use crate::limits::{FILE_BYTES_MAX, RUN_BYTES_MAX};
use crate::outcome::{Halt, Recovery};
use crate::server::Fault;
use crate::stage::{Said, Stage, archive_path, cut};

/// The mode of a folder that not even its owner may write to.
const CLOSED_MODE: u32 = 0o500;
/// The mode of goward's home.
const OPEN_MODE: u32 = 0o700;

pub(super) fn permission_denied(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    if cfg!(windows) {
        return Err(Halt::NotStaged("on this system a folder has no mode that forbids its owner to write".to_owned()));
    }
    if Host::is_administrator() {
        return Err(Halt::NotStaged("root may write to every folder; run it as another user".to_owned()));
    }
    let home = stage.new_home()?;
    let (fs, store, before) = (stage.fs(), home.store(), stage.server.sent());
    fs.create_private_dirs(&store).map_err(IoFailure::on("make the folder", &store))?;
    fs.set_mode(&store, CLOSED_MODE).map_err(IoFailure::on("change the mode of", &store))?;
    let showed = refused(stage, &home, stage.environment(&home), 6);
    // Before anything else, so that the scratch folder can be removed whatever came of it.
    fs.set_mode(&store, OPEN_MODE).map_err(IoFailure::on("change the mode of", &store))?;
    let showed = showed?;
    let (_, took) = install(stage, &home)?;
    let sent = stage.server.sent().saturating_sub(before);
    Ok(Recovery {
        showed: cut(&showed),
        recovered_by: "the folder's mode; the next `goward install`".to_owned(),
        took,
        bytes_fetched_again: sent.saturating_sub(stage.release.archive.len() as u64),
        lost_count: stage.lost(&home, &[&stage.release])?,
    })
}

/// The files of the tree that are emptied, as far as the toolchain has them.
const EMPTIED: [&str; 3] = ["src/fmt/print.go", "src/go.mod", "VERSION"];

/// A program cannot cut the power. This stages what a power cut leaves on a disk where the names of files have outlived
/// their contents (the harm that goward's sync prevents): empty files in a visible tree, and half a last line of the journal.
pub(super) fn power_cut(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    let home = stage.installed_home()?;
    let (fs, version) = (stage.fs(), stage.release.id.version().as_str());
    let tree = home.tree(&stage.release);
    for name in EMPTIED {
        let path = tree.join(name);
        if fs.look(&path).map_err(IoFailure::on("look at", &path))?.is_some() {
            let real = fs.resolve(&path).map_err(IoFailure::on("resolve", &path))?;
            if !real.starts_with(&stage.scratch) {
                return Halt::because(format!("`{}` is not in the scratch folder", real.display()));
            }
            fs.replace(&real, b"").map_err(IoFailure::on("write", &real))?;
        }
    }
    let journal = home.layout().journal();
    let bytes = fs.read(&journal, FILE_BYTES_MAX).map_err(IoFailure::on("read", &journal))?;
    let body = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let line = body.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let torn = bytes.get(..line + (body.len() - line) / 2).unwrap_or_default();
    fs.replace(&journal, torn).map_err(IoFailure::on("write", &journal))?;
    let said = stage.goward(&home, &["doctor", "store"])?;
    let json = said.json();
    let found = json["findings"].as_array().into_iter().flatten().filter_map(|finding| finding["message"].as_str());
    let found: Vec<&str> = found.collect();
    let Some(showed) = found.iter().find(|message| message.contains(" bytes") || message.contains("VERSION")) else {
        return Halt::because(format!("`goward doctor store` does not notice it: {}", found.join("; ")));
    };
    let (before, start) = (stage.server.sent(), stage.ctx.sys.clock().moment());
    let said = stage.goward(&home, &["verify", version, "--repair"])?;
    if said.code != Some(0) {
        return Halt::because(format!("`goward verify --repair` does not mend it: {}", said.told()));
    }
    // A change begins with a recovery, which cuts the torn line.
    let said = stage.goward(&home, &["use", stage.second.id.version().as_str()])?;
    let back = stage.goward(&home, &["use", version])?;
    if said.code != Some(0) || back.code != Some(0) {
        return Halt::because(format!("no switch is possible afterwards: {}; {}", said.told(), back.told()));
    }
    let took = stage.ctx.sys.clock().since(start);
    let said = stage.goward(&home, &["doctor", "store"])?;
    if said.json()["problems_count"] != 0 {
        return Halt::because(format!("`goward doctor store` still finds a problem: {}", cut(&said.stdout)));
    }
    Ok(Recovery {
        showed: cut(showed),
        recovered_by: "`goward verify --repair`; the next change cuts the torn line".to_owned(),
        took,
        bytes_fetched_again: stage.server.sent().saturating_sub(before),
        lost_count: stage.lost(&home, &[&stage.release, &stage.second])?,
    })
}

/// What the disk of the drill has beyond the archive and the tree, in bytes.
const DISK_SPARE_BYTES: u64 = 64 << 20;
/// The least size of that disk, in bytes: before an install goward wants room for any of Go's releases.
const DISK_BYTES_MIN: u64 = 600 << 20;
/// How long goward waits at a silent server in this drill, in seconds: meanwhile the disk is filled.
const STALL_SECONDS: &str = "4";
/// The exit code of the script if it may not mount.
const NO_MOUNT: i32 = 41;
/// The programs that make a mount name space, at the places where every Linux has them; never looked up in `PATH`.
const UNSHARE: &str = "/usr/bin/unshare";
const SHELL: &str = "/bin/sh";
/// Runs in a mount name space of its own, which ends with its processes: no mount can stay. `$1` is the folder of the disk,
/// `$2` its size, `$3` goward, `$4` the version, `$5` the folder for what the runs say.
const SCRIPT: &str = r#"
mount -t tmpfs -o "size=$2,mode=700" goward-drill "$1" || exit 41
"$3" --json install "$4" >"$5/first.out" 2>"$5/first.err" &
install=$!
turns=0
while [ ! -d "$1/goward/staging" ] && kill -0 "$install" 2>/dev/null && [ "$turns" -lt 600 ]; do
  sleep 0.1; turns=$((turns + 1))
done
cat /dev/zero >"$1/filler" 2>/dev/null
wait "$install"; echo "$?" >"$5/first.code"
rm -f "$1/filler"
"$3" --json install "$4" >"$5/second.out" 2>"$5/second.err"; echo "$?" >"$5/second.code"
"$3" --json verify "$4" >"$5/verify.out" 2>"$5/verify.err"; echo "$?" >"$5/verify.code"
"#;

pub(super) fn disk_full(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    if !cfg!(target_os = "linux") || !Host::is_administrator() {
        return Err(Halt::NotStaged("only root on Linux may mount the small disk that is filled".to_owned()));
    }
    let fs = stage.fs();
    if let Some(missing) = [UNSHARE, SHELL].into_iter().find(|path| !fs.is_program(path.as_ref())) {
        return Err(Halt::NotStaged(format!("there is no `{missing}`, which mounts the small disk")));
    }
    let (disk, said) = (stage.scratch.join("disk"), stage.scratch.join("disk-said"));
    for folder in [&disk, &said] {
        fs.create_private_dirs(folder).map_err(IoFailure::on("make the folder", folder))?;
    }
    let home = stage.home_in_disk(&disk);
    let size = stage.release.bytes_unpacked + stage.release.archive.len() as u64 + DISK_SPARE_BYTES;
    let size = size.max(DISK_BYTES_MIN).to_string();
    let version = stage.release.id.version().as_str().to_owned();
    let environment = stage.environment(&home).with("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    let environment = environment.with("GOWARD_STALL_SECONDS", STALL_SECONDS);
    // The server falls silent in the middle, so that the install cannot end before the disk is full.
    let half = stage.release.archive.len() as u64 / 2;
    stage.server.break_answers(&archive_path(&stage.release), Fault::StallAfter(half), Some(1));
    let path = |path: &std::path::Path| path.as_os_str().to_owned();
    let words = vec![
        "--mount".into(),
        "--propagation".into(),
        "private".into(),
        SHELL.into(),
        "-c".into(),
        SCRIPT.into(),
        "goward-drill".into(),
        path(&disk),
        size.into(),
        path(stage.goward_path()),
        version.into(),
        path(&said),
    ];
    let (before, start) = (stage.server.sent(), stage.ctx.sys.clock().moment());
    let ended = stage.program(UNSHARE.as_ref(), environment, words)?;
    if ended.code == Some(NO_MOUNT) || (ended.code != Some(0) && ended.stderr.starts_with("unshare:")) {
        return Err(Halt::NotStaged(format!("this machine does not let root mount: {}", cut(&ended.stderr))));
    }
    let run = |name: &str| -> Result<Said, Halt> {
        let text = |end: &str| {
            let path = said.join(format!("{name}.{end}"));
            let bytes = fs.read(&path, RUN_BYTES_MAX).map_err(IoFailure::on("read", &path))?;
            Ok::<_, Halt>(String::from_utf8_lossy(&bytes).into_owned())
        };
        let code = text("code")?.trim().parse().ok();
        Ok(Said { code, timed_out: false, stdout: text("out")?, stderr: text("err")? })
    };
    let (first, second, verified) = (run("first")?, run("second")?, run("verify")?);
    if first.code != Some(6) {
        return Halt::because(format!("the full disk is not noticed: {}", first.told()));
    }
    let showed = first.failure().unwrap_or_default();
    if !showed.contains("unpack") && !showed.contains("write") {
        return Halt::because(format!("the install ended before it wrote to the full disk: {showed}"));
    }
    if second.code != Some(0) || verified.code != Some(0) {
        let what = format!("with room again the install does not recover: {}; {}", second.told(), verified.told());
        return Halt::because(what);
    }
    // The name space has ended with its processes, and the disk with it: its folder is empty again.
    let left = fs.names(&disk).map_err(IoFailure::on("list", &disk))?;
    if !left.is_empty() {
        return Halt::because("the small disk is still mounted");
    }
    let sent = stage.server.sent().saturating_sub(before);
    Ok(Recovery {
        showed: cut(&showed),
        recovered_by: "the filler removed; the next `goward install`".to_owned(),
        took: stage.ctx.sys.clock().since(start),
        bytes_fetched_again: sent.saturating_sub(stage.release.archive.len() as u64),
        lost_count: 0,
    })
}
