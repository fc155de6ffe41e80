//! What other managers have, and the move from one release to another.

use acquire::Adopted;
use adopt::migrate::{Concern, Tool};
use adopt::{Action, Done, Fate, GlobalDefault, Item, MigratePlan, Migrated, ProfileLine, ProjectPin, Verdict};
use view::{FoundGoVerdict, ImportAction, Remark, ToolFate};

use super::{ToView, manager_origin, number, remarks, same_words};

same_words! {
    Action => ImportAction { Adopt Register Leave }
}

impl ToView for Item {
    type View = view::FoundGo;

    fn view(&self) -> view::FoundGo {
        let found = &self.found;
        let (verdict, form, message) = match &found.verdict {
            Verdict::Claimed { form } => (FoundGoVerdict::Claimed, Some(form.view()), None),
            Verdict::Installed => (FoundGoVerdict::Installed, None, None),
            Verdict::System { why } => (FoundGoVerdict::System, None, Some(why.clone())),
            Verdict::Broken { why } => (FoundGoVerdict::Broken, None, Some(why.clone())),
        };
        view::FoundGo {
            path: found.path.view(),
            manager: found.manager.word().to_owned(),
            version_line: found.version_line.clone(),
            platform: found.platform.view(),
            toolchain: found.toolchain.view(),
            verdict,
            form,
            action: self.action.view(),
            message,
            remarks: remarks(&found.notes),
        }
    }
}

impl ToView for GlobalDefault {
    type View = view::ManagerDefault;

    fn view(&self) -> view::ManagerDefault {
        view::ManagerDefault {
            text: self.text.clone(),
            request: self.request.view(),
            origin: manager_origin(&self.origin),
        }
    }
}

impl ToView for ProjectPin {
    type View = view::ProjectPin;

    fn view(&self) -> view::ProjectPin {
        view::ProjectPin {
            path: self.path.view(),
            line: number(self.line),
            text: self.text.clone(),
            is_read: self.is_read,
        }
    }
}

impl ToView for ProfileLine {
    type View = view::ProfileLine;

    fn view(&self) -> view::ProfileLine {
        view::ProfileLine {
            path: self.path.view(),
            line: number(self.line),
            text: self.text.clone(),
            serves_others: self.serves_others,
        }
    }
}

/// What an import found.
pub(crate) fn import_plan(
    items: &[Item],
    default: Option<&GlobalDefault>,
    projects: &[ProjectPin],
    profile: &[ProfileLine],
) -> view::ImportPlan {
    view::ImportPlan {
        found: items.view(),
        manager_default: default.map(ToView::view),
        projects: projects.view(),
        profile: profile.view(),
    }
}

/// What an import has done with what it found; nothing is switched and nothing has failed yet.
pub(crate) fn import(plan: view::ImportPlan, done: &[Done]) -> view::Import {
    let view::ImportPlan { found, manager_default, projects, profile } = plan;
    let (mut toolchains, mut left_out, mut registered) = (Vec::new(), Vec::new(), Vec::new());
    for done in done {
        match done {
            Done::Adopted(Adopted { installed, left_out: files }) => {
                let file = |(path, rule): &(String, &'static str)| view::LeftOut {
                    toolchain: installed.toolchain.view(),
                    path: path.clone(),
                    rule: (*rule).to_owned(),
                };
                left_out.extend(files.iter().map(file));
                toolchains.push(installed.view());
            }
            Done::Registered { path, why } => registered.push(Remark::about(Some(path.view()), why.clone())),
        }
    }
    view::Import {
        found,
        manager_default,
        projects,
        profile,
        toolchains,
        files_left_out: left_out,
        registered,
        switched: None,
        errors: Vec::new(),
    }
}

impl ToView for MigratePlan {
    type View = view::MigratePlan;

    fn view(&self) -> view::MigratePlan {
        let pins = self.pins.iter().map(|pin| view::PinMove {
            path: pin.path.view(),
            request_before: pin.before.clone(),
            request: pin.after.clone(),
        });
        view::MigratePlan {
            request_before: self.from.view(),
            toolchain: self.to.view(),
            version: self.to.version().view(),
            installed: self.is_installed,
            support: self.support.view(),
            before: self.default.as_ref().map(|default| default.before.view()),
            pins: pins.collect(),
            tools: self.tools.view(),
            remarks: self.concerns.view(),
        }
    }
}

impl ToView for Concern {
    type View = Remark;

    fn view(&self) -> Remark {
        Remark::about(self.place.view(), self.what.clone())
    }
}

impl ToView for Tool {
    type View = view::MigratedTool;

    fn view(&self) -> view::MigratedTool {
        let (fate, message) = match &self.fate {
            Fate::Rebuild => (ToolFate::Rebuild, None),
            Fate::Leave { why } => (ToolFate::Leave, Some(why.clone())),
        };
        view::MigratedTool {
            path: self.path.view(),
            go: self.go.clone(),
            package: self.package.clone(),
            module_version: self.version.clone(),
            tags: self.tags.clone(),
            fate,
            message,
        }
    }
}

/// What a migration has done.
pub(crate) fn migrate(plan: &MigratePlan, migrated: &Migrated) -> view::Migrate {
    let failed = migrated.failed.iter().map(|tool| Remark::about(Some(tool.path.view()), tool.why.clone()));
    view::Migrate {
        plan: plan.view(),
        change: migrated.change.clone(),
        generation: migrated.generation,
        pins_changed: migrated.pins.view(),
        rebuilt: migrated.rebuilt.view(),
        failed: failed.collect(),
        go_version: migrated.go_version.clone(),
    }
}
