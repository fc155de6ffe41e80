//! What is known of the machine. Each fact is found out once, when the first item asks for it.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use context::Ctx;
use doctor::{Finding, Inputs, Severity, TOPICS};
use resolve::{Choice, GoEnv};
use store::Toolchain;
use verify::SmokeTest;

use crate::limits::MODULES_TIME_MAX;

/// The machine, as the items see it.
pub struct Machine<'a> {
    /// The context.
    pub ctx: &'a Ctx,
    inputs: OnceCell<Inputs<'a>>,
    findings: RefCell<BTreeMap<&'static str, Vec<Finding>>>,
    smoke_tests: OnceCell<Result<Vec<SmokeTest>, String>>,
    modules: OnceCell<Result<String, String>>,
}

impl<'a> Machine<'a> {
    /// The machine, of which nothing is known yet.
    pub fn new(ctx: &'a Ctx) -> Machine<'a> {
        Machine {
            ctx,
            inputs: OnceCell::new(),
            findings: RefCell::default(),
            smoke_tests: OnceCell::new(),
            modules: OnceCell::new(),
        }
    }

    /// doctor's inputs; among them goward's choice here and the go command's variables under it.
    pub(crate) fn inputs(&self) -> &Inputs<'a> {
        self.inputs.get_or_init(|| Inputs { roots_only: true, ..Inputs::of(self.ctx) })
    }

    /// goward's choice in this folder.
    ///
    /// # Errors
    /// In words, why there is none.
    pub(crate) fn choice(&self) -> Result<&Choice, String> {
        let why = || match resolve::choose(self.ctx, None) {
            Err(error) => diag::error_chain(&error),
            Ok(_) => "goward could not choose".to_owned(),
        };
        self.inputs().choice.as_ref().ok_or_else(why)
    }

    /// The toolchain that is chosen here and installed.
    ///
    /// # Errors
    /// In words, why there is none.
    pub(crate) fn toolchain(&self) -> Result<&Toolchain, String> {
        let choice = self.choice()?;
        choice.toolchain.as_ref().ok_or_else(|| format!("{} is not installed", choice.request))
    }

    /// The go command's variables under that toolchain.
    pub(crate) fn env(&self) -> Option<&GoEnv> {
        self.inputs().env.as_ref()
    }

    /// The value of one of the go command's variables.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.env()?.variable(name)?.value.as_deref()
    }

    /// What doctor finds under these topics and words: the problems, and of the notes those whose word is named.
    pub(crate) fn findings<'w>(&self, names: impl Iterator<Item = &'w str> + Clone) -> Vec<Finding> {
        let is_word = |finding: &Finding| names.clone().any(|name| name == finding.word);
        let mut all = self.examined(names.clone());
        all.retain(|finding| finding.severity == Severity::Problem || is_word(finding));
        all
    }

    /// What doctor notes under these topics, which is no fault.
    pub(crate) fn notes<'w>(&self, names: impl Iterator<Item = &'w str> + Clone) -> Vec<Finding> {
        let mut all = self.examined(names);
        all.retain(|finding| finding.severity == Severity::Note);
        all
    }

    /// All findings of the named topics, and those of other topics whose word is named. Each topic is run once.
    fn examined<'w>(&self, names: impl Iterator<Item = &'w str> + Clone) -> Vec<Finding> {
        let mut all = Vec::new();
        for topic in TOPICS {
            let is_named = names.clone().any(|name| name == topic.name);
            if !is_named && !names.clone().any(|name| topic.words.contains(&name)) {
                continue;
            }
            if !self.findings.borrow().contains_key(topic.name) {
                let found = (topic.run)(self.inputs());
                self.findings.borrow_mut().insert(topic.name, found);
            }
            let findings = self.findings.borrow();
            let counts = |finding: &&Finding| is_named || names.clone().any(|name| name == finding.word);
            all.extend(findings.get(topic.name).into_iter().flatten().filter(counts).cloned());
        }
        all
    }

    /// What the chosen toolchain's go command says, in an environment of its own.
    ///
    /// # Errors
    /// In words, why it could not be asked.
    pub(crate) fn smoke_tests(&self) -> Result<&[SmokeTest], String> {
        let run = || {
            let toolchain = self.toolchain()?;
            verify::smoke_tests(self.ctx, toolchain).map_err(|error| diag::error_chain(&error))
        };
        self.smoke_tests.get_or_init(run).as_deref().map_err(Clone::clone)
    }

    /// The modules of the project here, as `go list -m all` prints them.
    ///
    /// # Errors
    /// The go command's words.
    pub(crate) fn modules(&self) -> Result<&str, String> {
        let run = || {
            let toolchain = self.toolchain()?;
            let asked = resolve::ask_project(self.ctx, toolchain, &["list", "-m", "all"], MODULES_TIME_MAX);
            asked.map_err(|error| diag::error_chain(&error))
        };
        self.modules.get_or_init(run).as_deref().map_err(Clone::clone)
    }
}
