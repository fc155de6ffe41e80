//! Selects the items of a run.

use std::collections::BTreeMap;

use diag::{Class, Diagnose, Diagnosis};
use resolve::GO_VARIABLES;

use crate::file::TeamFile;
use crate::item::{Item, Probe};
use crate::items::ITEMS;
use crate::limits::{ITEMS_MAX, NESTING_MAX};
use crate::lists::LISTS;

/// A value that the user expects: of a variable of the go command, or of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The variable or the item.
    pub name: String,
    /// The value.
    pub value: String,
}

/// An item of a run.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The item.
    pub item: Item,
    /// The list that has it, the first of several; of an item that was named itself, its own name.
    pub list: String,
    /// The value that the user expects.
    pub expected: Option<String>,
}

/// The items of a run, each once.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The items, in the order in which they are asked.
    pub items: Vec<Planned>,
    /// Whether the first failure ends the run.
    pub stops_at_first: bool,
}

/// Why nothing can be checked.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum PlanError {
    /// There is no list and no item of this name.
    #[error("check `{name}`: there is no list and no item of this name")]
    Unknown { name: String },
    /// Nothing of the run has such a value.
    #[error("expect `{name}`: it is neither a variable of the go command nor an item that has a value")]
    Expectation { name: String },
    /// Lists name each other too deeply, or in a circle.
    #[error("check `{name}`: lists name each other more than {NESTING_MAX} deep")]
    Deep { name: String },
    /// There are too many items.
    #[error("check more than {ITEMS_MAX} items")]
    Many,
    /// Two files have something of the same name.
    #[error("check `{name}`: two files have it")]
    Twice { name: String },
}

impl Diagnose for PlanError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Unknown { .. } => {
                Class::NotFound.word("check-unknown").hint("`goward check --list` shows the lists and items")
            }
            Self::Expectation { .. } => Class::Usage
                .word("expectation-unknown")
                .hint("`goward env` prints the variables, `goward check --list` the items"),
            Self::Deep { .. } | Self::Many | Self::Twice { .. } => Class::Usage.word("lists-mistake"),
        }
    }
}

/// Items that have one value, which `--expect` may name.
const WITH_VALUE: [&str; 8] =
    ["toolchain", "go-version", "goroot", "gopath", "goproxy", "project-version", "agent-place", "version"];
/// The list that is run if none is named.
const DEFAULT: &str = "install";

/// Selects the items of the named lists and items; those of `install` if nothing is named. An expectation about a
/// variable that no item of the run judges adds an item for it.
///
/// # Errors
/// When a name is unknown, or lists name each other without end.
pub fn plan(names: &[String], files: &[TeamFile], expectations: &[Expectation]) -> Result<Plan, PlanError> {
    let known = Known::of(files)?;
    let mut plan = Plan { items: Vec::new(), stops_at_first: false };
    let default = [DEFAULT.to_owned()];
    // An expectation alone is a question of its own.
    let names = if names.is_empty() && expectations.is_empty() { &default } else { names };
    for name in names {
        known.add(&mut plan, name, name, 0)?;
    }
    for expectation in expectations {
        expect(&mut plan, expectation)?;
    }
    Ok(plan)
}

/// The lists and items of the program and of the files, by name.
struct Known<'a> {
    lists: BTreeMap<&'a str, (Vec<&'a str>, bool)>,
    items: BTreeMap<&'a str, &'a Item>,
}

impl<'a> Known<'a> {
    fn of(files: &'a [TeamFile]) -> Result<Known<'a>, PlanError> {
        let mut known = Known {
            lists: LISTS.iter().map(|list| (list.name, (list.items.to_vec(), list.stops_at_first))).collect(),
            items: ITEMS.iter().map(|item| (item.name.as_ref(), item)).collect(),
        };
        for file in files {
            for item in &file.items {
                known.check_new(&item.name)?;
                known.items.insert(&item.name, item);
            }
            for list in &file.lists {
                known.check_new(&list.name)?;
                let items = list.items.iter().map(String::as_str).collect();
                known.lists.insert(&list.name, (items, list.stops_at_first));
            }
        }
        Ok(known)
    }

    fn check_new(&self, name: &str) -> Result<(), PlanError> {
        match self.items.contains_key(name) || self.lists.contains_key(name) {
            true => Err(PlanError::Twice { name: name.to_owned() }),
            false => Ok(()),
        }
    }

    fn add(&self, plan: &mut Plan, name: &str, list: &str, depth: usize) -> Result<(), PlanError> {
        if depth > NESTING_MAX {
            return Err(PlanError::Deep { name: name.to_owned() });
        }
        // What the user names is a list first; what a list names is an item first: `modules` is both.
        let is_list = depth == 0 && self.lists.contains_key(name);
        if let Some(item) = self.items.get(name).filter(|_| !is_list) {
            if !plan.items.iter().any(|planned| planned.item.name == item.name) {
                plan.items.push(Planned { item: (*item).clone(), list: list.to_owned(), expected: None });
            }
            return if plan.items.len() > ITEMS_MAX { Err(PlanError::Many) } else { Ok(()) };
        }
        let (items, stops) = self.lists.get(name).ok_or_else(|| PlanError::Unknown { name: name.to_owned() })?;
        plan.stops_at_first |= stops;
        items.iter().try_for_each(|item| self.add(plan, item, list, depth + 1))
    }
}

fn expect(plan: &mut Plan, expectation: &Expectation) -> Result<(), PlanError> {
    let Expectation { name, value } = expectation;
    let is_of = |planned: &&mut Planned| {
        planned.item.name == *name
            || planned.item.name == name.to_lowercase() && GO_VARIABLES.contains(&name.as_str())
            || matches!(&planned.item.probe, Probe::Variable { name: variable, .. } if variable == name)
    };
    let has_value = WITH_VALUE.contains(&name.to_lowercase().as_str()) || GO_VARIABLES.contains(&name.as_str());
    if !has_value {
        return Err(PlanError::Expectation { name: name.clone() });
    }
    match plan.items.iter_mut().find(is_of) {
        Some(planned) => planned.expected = Some(value.clone()),
        None => {
            let known = GO_VARIABLES.iter().find(|known| *known == name);
            let item = match (known, ITEMS.iter().find(|item| item.name == *name)) {
                (Some(known), _) => Item::built_in(
                    known,
                    "a variable of the go command has the expected value",
                    Probe::Variable { name: (*known).into(), expected: None },
                    "`goward env --explain` shows what sets it",
                ),
                (None, Some(item)) => item.clone(),
                (None, None) => return Err(PlanError::Expectation { name: name.clone() }),
            };
            plan.items.push(Planned { item, list: "expect".to_owned(), expected: Some(value.clone()) });
        }
    }
    Ok(())
}
