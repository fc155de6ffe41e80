//! The machine around goward.

use std::path::Path;

use context::settings::{self, Setting};
use doctor::{Finding, Repair, Repaired, Severity};
use engine::{Configured, ShimsWritten, SystemMade, SystemStatus, SystemStep};
use ide::{Checked, EditorGo, Verdict};
use resolve::Choice;
use shell::{Action, Plan, RivalKind, Shell};
use view::{ChangeAction, EditorVerdict, RepairKind, RepairTarget, SettingValue, SetupKind, SystemState};

use super::toolchains::named;
use super::{ToView, number, place, remark, remarks, same_words, setting_origin};

same_words! {
    Action => ChangeAction { Make Change Remove }
    RivalKind => view::RivalKind { Goroot Manager Path GoEnv Registry }
    Severity => view::Severity { Note Problem }
    Verdict => EditorVerdict { Same Differs Unknown }
}

/// Settings with their values.
pub(crate) fn config(settings: &[&Setting]) -> view::Config {
    let setting = |setting: &&Setting| view::Setting {
        key: setting.def.key.to_owned(),
        value: value(setting.shown()),
        origin: setting_origin(&setting.origin),
        variable: setting.def.env.to_owned(),
        default: setting.def.default.to_owned(),
        build: (setting.def.key == "proxy.default").then(|| view::BuildValue {
            value: source::build_goproxy().map(|setting| setting.value),
            message: source::BUILD_GOPROXY_ORIGIN.to_owned(),
        }),
        message: setting.def.doc.to_owned(),
    };
    view::Config { settings: settings.iter().map(setting).collect() }
}

/// A change of the configuration file.
pub(crate) fn config_change(done: &Configured) -> view::ConfigChange {
    view::ConfigChange {
        path: done.path.view(),
        changed: done.changed,
        key: done.def.map(|def| def.key.to_owned()),
        value_before: done.before.clone().map(value),
        value: done.value.clone().map(value),
        overruled_by: done.overruled_by.as_ref().map(setting_origin),
    }
}

fn value(value: settings::Value) -> SettingValue {
    match value {
        settings::Value::Text(text) => SettingValue::Text(text),
        settings::Value::Count(count) => SettingValue::Count(count),
        settings::Value::Share(share) => SettingValue::Share(share.get()),
        settings::Value::Switch(on) => SettingValue::Switch(on),
        settings::Value::Words(words) => SettingValue::Words(words),
        settings::Value::Map(pairs) => SettingValue::Map(pairs.into_iter().collect()),
    }
}

fn shell_names(shells: &[Shell]) -> Vec<String> {
    shells.iter().map(|shell| shell.name().to_owned()).collect()
}

/// A setup that is planned; nothing is done yet.
pub(crate) fn setup(plan: &Plan) -> view::Setup {
    let files = plan.changes.iter().map(|change| view::FileChange {
        path: change.path.view(),
        action: change.action.view(),
        message: change.what.clone(),
    });
    let variables = plan.variables.iter().map(|variable| view::VariableChange {
        path: variable.place.view(),
        action: variable.action.view(),
        message: variable.what.clone(),
    });
    let kept = plan.kept.iter().map(|kept| view::KeptFile {
        path: kept.path.view(),
        line: kept.line.map(number),
        text: kept.text.clone(),
        message: kept.reason.clone(),
    });
    let by_hand = plan.by_hand.iter().map(|line| view::ByHand {
        shell: line.shell.name().to_owned(),
        path: line.path.view(),
        text: line.line.clone(),
    });
    let rivals = plan.rivals.iter().map(|rival| view::Rival {
        path: rival.path.view(),
        line: rival.line.map(number),
        kind: rival.kind.view(),
        message: rival.what.clone(),
        fix: rival.fix.clone(),
    });
    view::Setup {
        kind: if plan.purpose == "setup" { SetupKind::Setup } else { SetupKind::Unsetup },
        shells: shell_names(&plan.shells),
        file_changes: files.collect(),
        variable_changes: variables.collect(),
        files_kept: kept.collect(),
        by_hand: by_hand.collect(),
        rivals: rivals.collect(),
        remarks: plan.variable_by_hand.iter().chain(&plan.warnings).map(remark).collect(),
        changed: false,
        change: None,
        backup: None,
        shims_written: None,
        line_for_this_shell: None,
        link_to_goward: None,
    }
}

/// What came of a setup.
pub(crate) struct SetupDone<'a> {
    /// Whether files or variables were changed.
    pub changed: bool,
    /// The name of the change.
    pub change: Option<String>,
    /// The folder with what was there before.
    pub backup: Option<&'a Path>,
    /// The shims that were written.
    pub shims: Option<&'a ShimsWritten>,
    /// The line that makes a running shell read its script.
    pub this_shell: Option<String>,
    /// The link to goward itself.
    pub own_name: Option<std::path::PathBuf>,
}

impl SetupDone<'_> {
    /// The plan with what came of it.
    pub(crate) fn of(self, plan: &Plan) -> view::Setup {
        view::Setup {
            changed: self.changed,
            change: self.change,
            backup: self.backup.map(ToView::view),
            shims_written: self.shims.map(ToView::view),
            line_for_this_shell: self.this_shell,
            link_to_goward: self.own_name.as_ref().map(ToView::view),
            ..setup(plan)
        }
    }
}

/// Which Go the editors use.
pub(crate) fn ide_check(checked: &Checked, choice: &Choice) -> view::IdeCheck {
    view::IdeCheck {
        folder: checked.folder.view(),
        version: checked.version.view(),
        request: choice.request.view(),
        origin: choice.origin.view(),
        editors: checked.editors.view(),
    }
}

impl ToView for EditorGo {
    type View = view::EditorGo;

    fn view(&self) -> view::EditorGo {
        let (path, line) = place(self.place.as_ref());
        view::EditorGo {
            editor: self.editor.clone(),
            uses: self.uses.clone(),
            version: self.version.as_ref().map(|version| version.trim_start_matches("go").to_owned()),
            verdict: self.verdict.view(),
            path,
            line,
            message: self.by.clone(),
            advice: self.advice.clone(),
        }
    }
}

/// What was changed for the editors; without a name of the change nothing was.
pub(crate) fn ide_setup(plan: &ide::Plan, change: Option<String>) -> view::IdeSetup {
    let edits = plan.edits.iter().map(|edit| view::FileEdit {
        path: edit.path.view(),
        is_new: edit.is_new,
        remarks: remarks(&edit.changes),
        text: edit.after.clone(),
    });
    view::IdeSetup { edits: edits.collect(), remarks: remarks(&plan.notes), change }
}

/// What is wrong, and what was repaired.
pub(crate) fn doctor(findings: &[Finding], repaired: &[Repaired]) -> view::Doctor {
    let problems = findings.iter().filter(|finding| finding.severity == Severity::Problem).count();
    view::Doctor {
        problems_count: number(problems),
        notes_count: number(findings.len() - problems),
        findings: findings.view(),
        repaired: repaired.view(),
    }
}

impl ToView for Finding {
    type View = view::Finding;

    fn view(&self) -> view::Finding {
        let (path, line) = place(self.place.as_ref());
        view::Finding {
            word: self.word.to_owned(),
            severity: self.severity.view(),
            path,
            line,
            message: self.what.clone(),
            why: self.why.to_owned(),
            fix: self.fix.clone(),
            repair: self.repair.view(),
            only_if_named: self.only_if_named,
        }
    }
}

impl ToView for Repair {
    type View = view::Repair;

    fn view(&self) -> view::Repair {
        match self {
            Repair::Modes(files) => {
                let file =
                    |(path, mode): &(std::path::PathBuf, u32)| RepairTarget { path: path.view(), mode: Some(*mode) };
                view::Repair { kind: RepairKind::Modes, targets: files.iter().map(file).collect(), text: None }
            }
            Repair::MoveAside(misplaced) => {
                let targets = misplaced.iter().map(|one| RepairTarget { path: one.path.view(), mode: None });
                view::Repair { kind: RepairKind::MoveAside, targets: targets.collect(), text: None }
            }
            Repair::Default => view::Repair { kind: RepairKind::SetDefault, targets: Vec::new(), text: None },
            Repair::Snapshots => view::Repair { kind: RepairKind::MendSnapshots, targets: Vec::new(), text: None },
            Repair::Shims => view::Repair { kind: RepairKind::WriteShims, targets: Vec::new(), text: None },
            Repair::Recover => view::Repair { kind: RepairKind::Recover, targets: Vec::new(), text: None },
            Repair::MakeFolder(path) => view::Repair {
                kind: RepairKind::MakeFolder,
                targets: vec![RepairTarget { path: path.view(), mode: None }],
                text: None,
            },
            Repair::TakeOutLine { path, text } => view::Repair {
                kind: RepairKind::TakeOutLine,
                targets: vec![RepairTarget { path: path.view(), mode: None }],
                text: Some(text.clone()),
            },
        }
    }
}

impl ToView for Repaired {
    type View = view::Repaired;

    fn view(&self) -> view::Repaired {
        view::Repaired { word: self.word.to_owned(), remarks: remarks(&self.done), change: self.change.clone() }
    }
}

impl ToView for SystemMade {
    type View = view::SystemInit;

    fn view(&self) -> view::SystemInit {
        view::SystemInit { home: self.home.view(), folder_changes: self.steps.view() }
    }
}

impl ToView for SystemStep {
    type View = view::FolderChange;

    fn view(&self) -> view::FolderChange {
        view::FolderChange {
            path: self.path.view(),
            action: if self.mode_before.is_some() { ChangeAction::Change } else { ChangeAction::Make },
            mode_before: self.mode_before,
            mode: Some(self.mode),
            message: self.to_string(),
        }
    }
}

impl ToView for SystemStatus {
    type View = view::SystemStatus;

    fn view(&self) -> view::SystemStatus {
        let state = match (&self.passed_over, self.read, self.is_own) {
            (_, _, true) => SystemState::Own,
            (Some(_), _, _) => SystemState::PassedOver,
            (None, true, _) => SystemState::Read,
            (None, false, _) => SystemState::None,
        };
        view::SystemStatus {
            home: self.home.view(),
            state,
            message: self.passed_over.clone(),
            toolchains: self.toolchains.iter().map(named).collect(),
        }
    }
}
