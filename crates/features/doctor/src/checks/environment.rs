//! Variables, and lines of `go env -w`, that override the choice.

use std::path::Path;

use source::{GoEnvFile, GoEnvLine, user_go_env};

use super::go_values;
use crate::finding::{Finding, Repair};
use crate::inputs::Inputs;

pub(super) fn run(context: &Inputs) -> Vec<Finding> {
    let mut findings = Vec::new();
    goroot(context, &mut findings);
    gotoolchain(context, &mut findings);
    let sys = &context.ctx.sys;
    if let Some(path) = user_go_env(sys) {
        let file = GoEnvFile::read(sys, &path);
        for (name, check) in CHECKS {
            // For a repeated name the last line counts.
            if let Some(line) = file.last(name).filter(|line| !line.value.is_empty()) {
                findings.extend(check(context, line).map(|finding| {
                    let text = format!("{}={}", line.name, line.value);
                    finding.at(&path, Some(line.number)).repaired_by(Repair::TakeOutLine { path: path.clone(), text })
                }));
            }
        }
    }
    findings.append(&mut go_values::run(context));
    findings
}

type Check = fn(&Inputs, &GoEnvLine) -> Option<Finding>;

/// Lines of the user's file that are checked.
const CHECKS: [(&str, Check); 3] =
    [("GOROOT", line_goroot), ("GOTOOLCHAIN", line_gotoolchain), ("GOPROXY", line_goproxy)];

fn goroot(context: &Inputs, findings: &mut Vec<Finding>) {
    let Some(goroot) = context.ctx.sys.env().var_os("GOROOT") else { return };
    let is_chosen = context.env.as_ref().is_some_and(|env| Path::new(goroot) == env.toolchain.tree);
    let what = format!("GOROOT={} is set in the environment", goroot.to_string_lossy());
    let why = "a go command with the tree of another release fails with `compile: version … does not match go tool \
               version …`; goward takes it out of what it runs, other programs do not";
    let fix = "remove the line from your profile and open a new shell; no Go since 1.9 needs it";
    findings.push(if is_chosen {
        Finding::note("env-goroot", what, "it is right now, and wrong after the next switch", fix)
    } else {
        Finding::problem("env-goroot", what, why, fix)
    });
}

fn gotoolchain(context: &Inputs, findings: &mut Vec<Finding>) {
    let Some(value) = resolve::user_gotoolchain(context.ctx.sys.env()) else { return };
    if !matches!(value, "auto" | "path") {
        let what = format!("GOTOOLCHAIN={value} is set in the environment");
        let why =
            "a version there counts as a pin for every folder; `local` makes each project with a newer go line fail";
        let fix = "unset it, or run `goward pin` in the folder that it is for";
        findings.push(Finding::note("env-gotoolchain", what, why, fix));
    }
}

fn line_goroot(context: &Inputs, line: &GoEnvLine) -> Option<Finding> {
    let is_chosen = context.env.as_ref().is_some_and(|env| Path::new(&line.value) == env.toolchain.tree);
    let what = format!("`go env -w` has set GOROOT={}", line.value);
    let why = "it applies to every go command, and gives it the tree of another release";
    let fix = "`go env -u GOROOT`";
    let finding = Finding::problem("goenv-goroot", what, why, fix);
    Some(if is_chosen { finding.only_if_named() } else { finding })
}

fn line_gotoolchain(context: &Inputs, line: &GoEnvLine) -> Option<Finding> {
    let base = line.value.split('+').next().unwrap_or_default();
    if matches!(base, "auto" | "path") {
        return None;
    }
    let what = format!("`go env -w` has left GOTOOLCHAIN={}", line.value);
    let fix = "`go env -u GOTOOLCHAIN`";
    let chosen = context.env.as_ref().map(|env| env.toolchain.id.version().tag());
    let finding = match (base, chosen) {
        ("local", _) => {
            let why = "every project whose go line is newer than the running go then fails";
            Finding::note("goenv-gotoolchain", what, why, fix)
        }
        (base, Some(chosen)) if base == chosen => {
            let why = "it equals the choice now, and silently overrides it after the next switch";
            Finding::note("goenv-gotoolchain", what, why, fix)
        }
        _ => {
            let why = "every go command silently switches to that release, whatever was chosen; with `+auto` into a newer one \
                       where go.mod needs it";
            Finding::problem("goenv-gotoolchain", what, why, fix)
        }
    };
    Some(finding.only_if_named())
}

fn line_goproxy(_: &Inputs, line: &GoEnvLine) -> Option<Finding> {
    (line.value.trim() == "off").then(|| {
        let why = "the go command can then download no module and no toolchain";
        let fix = "`go env -u GOPROXY`, unless this machine is meant to be without a network";
        Finding::note("goenv-goproxy-off", "`go env -w` has left GOPROXY=off", why, fix).only_if_named()
    })
}
