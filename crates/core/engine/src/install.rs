//! Installs and adopts, and then updates the names of the shims.

use acquire::{AdoptError, Adopted, Adoption, InstallError, InstallPlan, Installed, Sources};

use crate::shims::after_change;

/// Installs the plans' toolchains, several in parallel; returns the results in the order of the plans.
pub fn install(sources: &Sources, plans: &[InstallPlan]) -> Vec<Result<Installed, InstallError>> {
    let results = acquire::install(sources, plans);
    if results.iter().flatten().any(|installed| !installed.was_installed) {
        after_change(sources.ctx());
    }
    results
}

/// Copies, proves and admits a tree that is on this machine already. Does not change an installed toolchain.
///
/// # Errors
/// [`AdoptError`]; then nothing is visible. The foreign folder is unchanged in any case.
pub fn adopt(sources: &Sources, adoption: &Adoption) -> Result<Adopted, AdoptError> {
    let adopted = acquire::adopt(sources, adoption)?;
    if !adopted.installed.was_installed {
        after_change(sources.ctx());
    }
    Ok(adopted)
}
