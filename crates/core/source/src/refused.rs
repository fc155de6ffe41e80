//! A source that the user's configuration rules out.

use release::{Platform, ToolchainId, Version};

use crate::{Ask, Located, Source, SourceError};

/// Replaces a source that must not be asked, and says why.
pub struct RefusedSource {
    name: &'static str,
    reason: String,
}

impl RefusedSource {
    /// In place of the source of this name, for this reason.
    pub fn new(name: &'static str, reason: String) -> RefusedSource {
        RefusedSource { name, reason }
    }

    fn refuse(&self) -> SourceError {
        SourceError::NotConfigured { reason: self.reason.clone() }
    }
}

impl Source for RefusedSource {
    fn name(&self) -> &str {
        self.name
    }

    fn place(&self) -> String {
        self.reason.clone()
    }

    fn list(&self, _ask: &Ask, _platform: &Platform) -> Result<Vec<Version>, SourceError> {
        Err(self.refuse())
    }

    fn locate(&self, _ask: &Ask, _id: &ToolchainId) -> Result<Located, SourceError> {
        Err(self.refuse())
    }
}
