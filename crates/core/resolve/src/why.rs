//! Explains a choice, beginning at the result: what decided, and what would change it.

use project::{BelowFloor, ModuleMode, Origin, Reason, Rule, Verdict};
use release::Version;
use store::Block;

use crate::choose::Choice;

/// The explanation of a choice.
#[derive(Debug, Clone)]
pub struct Why {
    /// What is asked for.
    pub request: String,
    /// Where that comes from.
    pub origin: Origin,
    /// The installed version for it, if there is one.
    pub version: Option<String>,
    /// The project's floor, and its file and line.
    pub floor: Option<Reason>,
    /// Other requests that did not count, with the reason.
    pub passed_over: Vec<Reason>,
    /// What would change the choice, the simplest first.
    pub changes: Vec<String>,
    /// The pin that gave way, where one did.
    pub raised: Option<BelowFloor>,
    /// What has to be said of that.
    pub note: Option<String>,
    /// The block of the version that is asked for: nothing runs.
    pub blocked: Option<Block>,
    /// The block of a newer version that would have been taken.
    pub block_passed_over: Option<Block>,
    /// What becomes of a builder's own toolchain that a `toolchain` line names.
    pub builder: Option<String>,
    /// In which mode the go command works here.
    pub mode: Mode,
}

/// Whether the go command works with modules, or with GOPATH alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mode {
    /// Whether with modules.
    pub has_modules: bool,
    /// Why.
    pub because: String,
    /// The go.work or go.mod that counts for it.
    pub file: Option<String>,
}

/// Explains a choice.
pub fn why(choice: &Choice) -> Why {
    let reasons = &choice.decision.reasons;
    let floor = reasons.iter().find(|reason| reason.verdict == Verdict::Floor && reason.value.is_some());
    let passed = |reason: &&Reason| match &reason.verdict {
        Verdict::OverruledBy(_) | Verdict::NoPin => reason.value.is_some(),
        Verdict::Ignored(_) => reason.origin.path.is_some(),
        _ => false,
    };
    Why {
        request: choice.request.to_string(),
        origin: choice.origin.clone(),
        version: choice.toolchain.as_ref().map(|toolchain| toolchain.id.version().to_string()),
        floor: floor.cloned(),
        passed_over: reasons.iter().filter(passed).cloned().collect(),
        changes: changes(choice),
        raised: choice.raised.clone(),
        note: choice.note(),
        blocked: choice.blocked.clone(),
        block_passed_over: choice.passed_over.clone(),
        builder: choice.builder_note(),
        mode: mode(&choice.decision.mode, choice.toolchain.as_ref().map(|toolchain| toolchain.id.version())),
    }
}

/// The mode under a version. Modules came with Go 1.11, and are on without a go.mod since Go 1.16.
fn mode(facts: &ModuleMode, version: Option<&Version>) -> Mode {
    let is_before = |minor: &str| {
        let minor = minor.parse::<Version>().ok();
        version.zip(minor).is_some_and(|(version, minor)| version.go_order(&minor).is_lt())
    };
    let ModuleMode { is_enabled, setting, file } = facts;
    let (has_modules, setting) = match setting.as_deref() {
        _ if is_before("1.11") => (false, "Go has modules since 1.11".to_owned()),
        None if file.is_none() && is_before("1.16") => (false, "GO111MODULE is not set".to_owned()),
        None => (*is_enabled, "GO111MODULE is not set".to_owned()),
        Some(value) => (*is_enabled, format!("GO111MODULE={value}")),
    };
    let found = match file {
        Some(file) if has_modules => format!("`{file}` counts"),
        Some(file) => format!("`{file}` does not count"),
        None => "neither a go.mod nor a go.work is found".to_owned(),
    };
    Mode { has_modules, because: format!("{setting}, and {found}"), file: file.clone().filter(|_| has_modules) }
}

/// How to get another choice, by the rule that made this one.
fn changes(choice: &Choice) -> Vec<String> {
    let chosen = |reason: &&Reason| matches!(reason.verdict, Verdict::Chosen);
    let rule = choice.decision.reasons.iter().find(chosen).map(|reason| reason.origin.rule);
    let mut changes = Vec::new();
    if let Some(block) = &choice.blocked {
        changes.push(format!("`goward unblock {}` lifts the block", block.version));
    }
    let by_line = choice.raised.is_some() || choice.origin.rule == Rule::GoLine;
    match rule.filter(|_| !by_line) {
        Some(Rule::GoVersionFile | Rule::ToolVersionsFile) => {
            changes.push("`goward pin VERSION` writes that file".to_owned());
        }
        Some(Rule::MiseFile | Rule::ProtoFile | Rule::DevcontainerFile | Rule::Dockerfile) => {
            changes
                .push("write another version there, or leave such files out with the setting `pin.files`".to_owned());
        }
        Some(Rule::ToolchainLine) => changes.push("`go mod edit -toolchain=goVERSION` writes that line".to_owned()),
        Some(rule @ (Rule::Gotoolchain | Rule::GowardVersion)) => changes.push(format!("unset {rule}")),
        Some(rule @ (Rule::GoenvVersion | Rule::AsdfGolangVersion | Rule::MiseGoVersion | Rule::ProtoGoVersion)) => {
            changes.push(format!("unset {rule}"))
        }
        _ if by_line => changes.push("`goward why --floor` shows what needs that line".to_owned()),
        _ => {
            changes.push("`goward use VERSION` changes the default, `goward pin VERSION` pins this project".to_owned())
        }
    }
    changes.push("`goward run VERSION -- COMMAND` takes another one once".to_owned());
    changes
}

impl Why {
    /// For people, several lines.
    pub fn text(&self) -> String {
        let mut text = match &self.version {
            Some(version) => format!("go{version} runs here: `{}` from {}\n", self.request, self.origin),
            None if self.blocked.is_some() => {
                format!("`{}` would run here, from {}; it is blocked, so nothing runs\n", self.request, self.origin)
            }
            None => format!("`{}` would run here, from {}; it is not installed\n", self.request, self.origin),
        };
        let mut section = |title: &str, lines: &[String]| {
            if !lines.is_empty() {
                text.push_str(&format!("{title}\n"));
                lines.iter().for_each(|line| text.push_str(&format!("  {}\n", diag::shown_line(line))));
            }
        };
        let value_of = |reason: &Reason| reason.value.as_ref().map(|value| format!("{}: `{value}`", reason.origin));
        let passed: Vec<String> = self.passed_over.iter().map(ToString::to_string).collect();
        section("the project needs at least", self.floor.as_ref().and_then(value_of).as_slice());
        let block = |block: &Block| format!("{}: {}", block.version.tag(), block.told());
        section("blocked", self.blocked.as_ref().map(block).as_slice());
        section("passed over, since it is blocked", self.block_passed_over.as_ref().map(block).as_slice());
        section("it gave way", self.note.as_slice());
        section("a builder's toolchain", self.builder.as_slice());
        let mode = if self.mode.has_modules { "module mode" } else { "GOPATH mode" };
        section(mode, std::slice::from_ref(&self.mode.because));
        section("ignored", &passed);
        section("what would change it", &self.changes);
        text
    }
}
