//! The user's variables in a change: values of the registry of Windows.
//!
//! A plan holds the value of each before and after, byte for byte. The store never overwrites a value that somebody
//! else has set: neither when it applies the plan, nor when it reverts it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sys::registry::{Registry, Root, USER_ENVIRONMENT, VariableChange, VariableConflict};

use crate::{Store, StoreError};

/// One variable of a plan.
#[derive(Debug, Clone)]
pub(crate) struct PlannedVariable(pub VariableChange);

impl Serialize for PlannedVariable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_text())
    }
}

impl<'de> Deserialize<'de> for PlannedVariable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PlannedVariable, D::Error> {
        let text = String::deserialize(deserializer)?;
        let change = VariableChange::parse(&text).map(PlannedVariable);
        change.ok_or_else(|| serde::de::Error::custom("it is no change of a variable"))
    }
}

impl Store {
    /// Turns changes into entries of a plan. Fails if a variable no longer has its `before` value; a change that is
    /// already in effect is left out.
    pub(crate) fn plan_variables(&self, changes: &[VariableChange]) -> Result<Vec<PlannedVariable>, StoreError> {
        let mut planned = Vec::new();
        for change in changes.iter().filter(|change| !change.is_nothing()) {
            if self.check_stands(change, change.after.as_ref()).is_err() {
                self.check_stands(change, change.before.as_ref())?;
                planned.push(PlannedVariable(change.clone()));
            }
        }
        Ok(planned)
    }

    /// An error if the variable has another value than this one.
    pub(crate) fn check_stands(
        &self,
        change: &VariableChange,
        expected: Option<&sys::registry::RegistryValue>,
    ) -> Result<(), StoreError> {
        let registry = self.registry_for(&change.name)?;
        let found = registry.read(Root::User, USER_ENVIRONMENT, &change.name);
        let found = found.map_err(|error| refused(change, VariableConflict::Io(error)))?;
        if found.as_ref() == expected {
            return Ok(());
        }
        Err(refused(change, VariableConflict::ChangedMeanwhile { found }))
    }

    /// An error if a plan has variables and the system has no registry: checked before anything of the plan is touched.
    pub(crate) fn check_registry(&self, variables: &[PlannedVariable]) -> Result<(), StoreError> {
        variables.first().map_or(Ok(()), |first| self.registry_for(&first.0.name).map(drop))
    }

    /// Sets every variable to its value after.
    pub(crate) fn apply_variables(&self, variables: &[PlannedVariable]) -> Result<(), StoreError> {
        for PlannedVariable(change) in variables {
            let registry = self.registry_for(&change.name)?;
            change.make(registry).map_err(|conflict| refused(change, conflict))?;
        }
        Ok(())
    }

    /// Restores every variable that was changed. One that somebody else has changed since stays.
    pub(crate) fn revert_variables(&self, variables: &[PlannedVariable]) -> Result<(), StoreError> {
        for PlannedVariable(change) in variables {
            match change.take_back(self.registry_for(&change.name)?) {
                Ok(()) | Err(VariableConflict::ChangedMeanwhile { .. }) => {}
                Err(conflict) => return Err(refused(change, conflict)),
            }
        }
        Ok(())
    }

    fn registry_for(&self, name: &str) -> Result<&Registry, StoreError> {
        self.sys.registry().ok_or_else(|| StoreError::NoRegistry { name: name.to_owned() })
    }
}

fn refused(change: &VariableChange, cause: VariableConflict) -> StoreError {
    StoreError::Variable { name: change.name.clone(), cause }
}
