//! Installs and adopts, with what follows: the shims get the names of what is there now.

use acquire::{AdoptError, Adopted, Adoption, InstallError, InstallPlan, Installed, Sources};

use crate::shims::after_change;

/// Installs what the plans say, several at once; the results are in the order of the plans.
pub fn install(sources: &Sources, plans: &[InstallPlan]) -> Vec<Result<Installed, InstallError>> {
    let results = acquire::install(sources, plans);
    if results.iter().flatten().any(|installed| !installed.was_installed) {
        after_change(sources.ctx());
    }
    results
}

/// Copies, proves and admits a tree that is on this machine already. What is installed stays as it is.
///
/// # Errors
/// [`AdoptError`]; then nothing is visible, and the foreign folder is as it was in any case.
pub fn adopt(sources: &Sources, adoption: &Adoption) -> Result<Adopted, AdoptError> {
    let adopted = acquire::adopt(sources, adoption)?;
    if !adopted.installed.was_installed {
        after_change(sources.ctx());
    }
    Ok(adopted)
}
