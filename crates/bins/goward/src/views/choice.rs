//! What runs in a folder, and why.

use context::settings;
use diag::Place;
use engine::{LockChange, LockChangeKind, LockOutcome, Pinned, Shadow};
use project::{BelowFloor, Reason, Verdict};
use resolve::{Choice, FloorWhy, GoEnv, Why};
use view::{Floor, LockDifferenceKind, ModuleNeed, Origin, OriginKind, ReasonVerdict, Remark};

use super::toolchains::named;
use super::{ToView, number, remarks};

impl ToView for project::Origin {
    type View = Origin;

    fn view(&self) -> Origin {
        use project::Rule;
        let kind = match self.rule {
            Rule::Argument => OriginKind::Argument,
            Rule::GoVersionFile => OriginKind::GoVersionFile,
            Rule::ToolVersionsFile => OriginKind::ToolVersionsFile,
            Rule::MiseFile => OriginKind::MiseFile,
            Rule::ProtoFile => OriginKind::ProtoFile,
            Rule::DevcontainerFile => OriginKind::DevcontainerFile,
            Rule::Dockerfile => OriginKind::Dockerfile,
            Rule::Default => OriginKind::DefaultToolchain,
            Rule::GoWorkFile => OriginKind::GoWorkFile,
            Rule::GoModFile => OriginKind::GoModFile,
            Rule::GoLine => OriginKind::GoLine,
            Rule::ToolchainLine => OriginKind::ToolchainLine,
            rule @ (Rule::GowardVersion
            | Rule::Gotoolchain
            | Rule::GoenvVersion
            | Rule::AsdfGolangVersion
            | Rule::MiseGoVersion
            | Rule::ProtoGoVersion
            | Rule::Go111module
            | Rule::Gowork) => return Origin::named(OriginKind::Environment, rule.as_str()),
        };
        match &self.path {
            Some(path) => Origin::in_file(kind, path.clone(), self.line.map(number)),
            None => Origin::of(kind),
        }
    }
}

/// Where a setting's value comes from.
pub(crate) fn setting_origin(origin: &settings::Origin) -> Origin {
    match origin {
        settings::Origin::Default => Origin::of(OriginKind::BuiltIn),
        settings::Origin::File { path, line } => {
            Origin::in_file(OriginKind::ConfigFile, path.view(), Some(number(*line)))
        }
        settings::Origin::Env(name) => Origin::named(OriginKind::Environment, *name),
        settings::Origin::Flag(name) => Origin::named(OriginKind::Option, *name),
    }
}

/// Where another version manager keeps its default.
pub(crate) fn manager_origin(place: &Place) -> Origin {
    Origin::in_file(OriginKind::ManagerFile, place.path.view(), place.line.map(number))
}

/// What set a variable of the go command.
fn rule_origin(variable: &str, rule: &resolve::Rule) -> Origin {
    use resolve::Rule;
    match rule {
        Rule::Environment => Origin::named(OriginKind::Environment, variable),
        Rule::UserFile { path, line } => Origin::in_file(OriginKind::GoEnvFile, path.view(), Some(number(*line))),
        Rule::Isolation { key, .. } => Origin::named(OriginKind::Setting, *key),
        Rule::TreeFile { path, line } => Origin::in_file(OriginKind::TreeGoEnvFile, path.view(), Some(number(*line))),
        Rule::Tree => Origin::of(OriginKind::Tree),
        Rule::Named { .. } => Origin::of(OriginKind::NamedRelease),
        Rule::Found => Origin::of(OriginKind::Found),
        Rule::Default(_) => Origin::of(OriginKind::GoDefault),
    }
}

impl ToView for Reason {
    type View = view::Reason;

    fn view(&self) -> view::Reason {
        let (verdict, message) = match &self.verdict {
            Verdict::Chosen => (ReasonVerdict::Chosen, None),
            Verdict::Base => (ReasonVerdict::Base, None),
            Verdict::Floor => (ReasonVerdict::Floor, None),
            Verdict::Suggested => (ReasonVerdict::Suggested, None),
            Verdict::KeepsBase => (ReasonVerdict::KeepsBase, None),
            Verdict::NoPin => (ReasonVerdict::NoPin, None),
            Verdict::OverruledBy(by) => (ReasonVerdict::Overruled, Some(by.clone())),
            Verdict::Ignored(why) => (ReasonVerdict::Ignored, Some(why.clone())),
            Verdict::NotThere => (ReasonVerdict::NotThere, None),
        };
        view::Reason { origin: self.origin.view(), value: self.value.clone(), verdict, message }
    }
}

impl ToView for BelowFloor {
    type View = view::Raised;

    fn view(&self) -> view::Raised {
        view::Raised {
            version: self.selected.view(),
            origin: self.pin.view(),
            floor: Floor { version: self.floor.version.view(), origin: self.floor.origin.view() },
        }
    }
}

impl ToView for Choice {
    type View = view::Choice;

    fn view(&self) -> view::Choice {
        let toolchain = self.toolchain.as_ref();
        view::Choice {
            request: self.request.view(),
            origin: self.origin.view(),
            installed: toolchain.is_some(),
            toolchain: toolchain.map(|toolchain| toolchain.id.view()),
            version: toolchain.map(|toolchain| toolchain.id.version().view()),
            tree: toolchain.map(|toolchain| toolchain.tree.view()),
            raised: self.raised.view(),
            reasons: self.reasons().view(),
        }
    }
}

/// The program that runs.
pub(crate) fn which(choice: &Choice, program: &std::path::Path) -> view::Which {
    view::Which { program: program.view(), choice: choice.view() }
}

impl ToView for Why {
    type View = view::Why;

    fn view(&self) -> view::Why {
        let floor = |reason: &Reason| Some(Floor { version: reason.value.clone()?, origin: reason.origin.view() });
        view::Why {
            request: self.request.clone(),
            origin: self.origin.view(),
            version: self.version.clone(),
            floor: self.floor.as_ref().and_then(floor),
            raised: self.raised.view(),
            block: self.blocked.view(),
            block_passed_over: self.block_passed_over.view(),
            builder: self.builder.clone(),
            module_mode: view::Mode {
                has_modules: self.mode.has_modules,
                message: self.mode.because.clone(),
                path: self.mode.file.clone(),
            },
            passed_over: self.passed_over.view(),
            remarks: remarks(&self.changes),
        }
    }
}

impl ToView for FloorWhy {
    type View = view::WhyFloor;

    fn view(&self) -> view::WhyFloor {
        view::WhyFloor {
            floor: Floor { version: self.floor.view(), origin: self.origin.view() },
            demand: self.demand.view(),
            lowerable: self.lowerable,
            older: self.older.view(),
            remarks: remarks(&self.unknown),
        }
    }
}

impl ToView for resolve::Older {
    type View = ModuleNeed;

    fn view(&self) -> ModuleNeed {
        ModuleNeed { module: format!("{}@{}", self.module, self.version), version: self.needs.view() }
    }
}

impl ToView for project::Demand {
    type View = view::Demand;

    fn view(&self) -> view::Demand {
        let without = self.without.as_ref();
        view::Demand {
            version: self.needs.view(),
            modules: self.modules.view(),
            without: without
                .map(|(version, module)| ModuleNeed { module: module.clone(), version: Some(version.view()) }),
        }
    }
}

impl ToView for project::Demander {
    type View = view::DemandingModule;

    fn view(&self) -> view::DemandingModule {
        view::DemandingModule {
            module: self.module.clone(),
            module_version: self.version.clone(),
            chain: self.chain.clone(),
        }
    }
}

/// What was pinned and locked.
pub(crate) fn pin_write(pinned: Option<&Pinned>, lock: Option<&LockOutcome>) -> view::PinWrite {
    view::PinWrite { pin: pinned.map(ToView::view), lock: lock.map(ToView::view) }
}

impl ToView for Pinned {
    type View = view::WrittenPin;

    fn view(&self) -> view::WrittenPin {
        let not_remembered = self.not_remembered.iter();
        view::WrittenPin {
            path: self.path.view(),
            request: self.request.clone(),
            request_before: self.before.clone(),
            also: self.also.view(),
            shadowed_by: self.shadowed_by.view(),
            disagreeing: self.disagreeing.view(),
            remarks: not_remembered
                .map(|why| Remark::new(format!("`goward undo` does not know of it: could not {why}")))
                .collect(),
        }
    }
}

impl ToView for Shadow {
    type View = Origin;

    fn view(&self) -> Origin {
        match self {
            Shadow::By(origin) => origin.view(),
            Shadow::LeftOut => Origin::named(OriginKind::Setting, "pin.files"),
        }
    }
}

impl ToView for LockOutcome {
    type View = view::Lock;

    fn view(&self) -> view::Lock {
        view::Lock {
            path: self.path.view(),
            toolchains: self.toolchains.iter().map(named).collect(),
            changed: self.is_written,
            differences: self.changes.view(),
            platforms_left_out: self.left_out.clone(),
        }
    }
}

impl ToView for LockChange {
    type View = view::LockDifference;

    fn view(&self) -> view::LockDifference {
        let kind = match self.kind {
            LockChangeKind::Added => LockDifferenceKind::Added,
            LockChangeKind::Removed => LockDifferenceKind::Removed,
            LockChangeKind::Values { log: true, archive: false, .. } => LockDifferenceKind::LogChanged,
            LockChangeKind::Values { log: false, archive: true, .. } => LockDifferenceKind::ArchiveChanged,
            LockChangeKind::Values { .. } => LockDifferenceKind::BothChanged,
        };
        view::LockDifference { toolchain: self.toolchain.view(), kind, message: self.to_string() }
    }
}

/// The go command's variables.
pub(crate) fn env(env: &GoEnv, choice: &Choice) -> view::Env {
    view::Env {
        toolchain: env.toolchain.id.view(),
        version: env.toolchain.id.version().view(),
        tree: env.toolchain.tree.view(),
        request: choice.request.view(),
        origin: choice.origin.view(),
        variables: env.variables.view(),
        dropped_goroot: env.dropped_goroot.view(),
    }
}

impl ToView for resolve::Variable {
    type View = view::GoVariable;

    fn view(&self) -> view::GoVariable {
        let why = match &self.rule {
            resolve::Rule::Default(why) => Some(Remark::new(why.clone())),
            resolve::Rule::Named { origin } => Some(Remark::new(format!("{origin} names it"))),
            _ => None,
        };
        let overruled = self.overruled.iter().map(|other| view::OverruledValue {
            value: resolve::shown(self.name, &other.value),
            origin: rule_origin(self.name, &other.rule),
        });
        view::GoVariable {
            name: self.name.to_owned(),
            value: self.value.as_deref().map(|value| resolve::shown(self.name, value)),
            origin: rule_origin(self.name, &self.rule),
            scope: self.rule.scope().0.to_owned(),
            overruled: overruled.collect(),
            remarks: why.into_iter().chain(self.note.iter().map(Remark::new)).collect(),
        }
    }
}
