//! Gets a toolchain: resolve, locate, fetch, unpack, prove, admit; source after source.
//!
//! A failure of one source (silence, damage, a wrong hash) is reported in one line, and the next
//! source is tried. A failure of the machine (no space, no permission) or Ctrl-C ends the install
//! at once. In every case nothing is visible before it is complete, and the fetched bytes are kept.

use context::settings::keys;
use context::{Ctx, recover};
use diag::{Class, Diagnose, Diagnosis, Hints, error_chain};
use release::host::Unfit;
use release::{Platform, Request, ToolchainId, Version};
use source::{Attempt, CatalogError, Located, Resolved, most_severe, no_source_hint};
use store::states::Event;
use store::{Operation, OperationKind, StoreError, Toolchain};

use crate::acquire::{AcquireError, acquire};
use crate::host_check::check_host;
use crate::installed::{Installed, already_installed};
use crate::limits::{INSTALL_BYTES_NEEDED, INSTALLS_AT_ONCE_MAX};
use crate::lock_file::LockError;
use crate::sources::Sources;

/// The plan of an install.
#[derive(Debug, Clone)]
pub struct InstallPlan {
    /// The request, as it was written.
    pub request: String,
    /// The toolchain that the request resolves to.
    pub toolchain: ToolchainId,
    /// Whether that is installed already.
    pub installed: bool,
}

/// Why a toolchain could not be installed.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum InstallError {
    /// No version could be found for the request.
    #[error("install `{request}`")]
    Resolve {
        /// The request, as it was written.
        request: String,
        #[source]
        cause: Box<CatalogError>,
    },
    /// It is not known which versions are blocked.
    #[error("install `{request}`")]
    Blocks {
        /// The request, as it was written.
        request: String,
        #[source]
        cause: Box<StoreError>,
    },
    /// No source gave it.
    #[error("install {id} from any source")]
    NoSource {
        id: ToolchainId,
        /// What came of each source.
        attempts: Vec<Attempt>,
        /// The kind of failure that weighs most.
        class: Class,
        /// What to try.
        hints: Hints,
    },
    /// The store refused.
    #[error("install {id}")]
    Store {
        id: ToolchainId,
        #[source]
        cause: Box<StoreError>,
    },
    /// The machine refused while the archive was fetched or unpacked.
    #[error("install {id}")]
    Machine {
        id: ToolchainId,
        #[source]
        cause: Box<AcquireError>,
    },
    /// The project's lock file forbids it.
    #[error("install {id}")]
    Lock {
        id: ToolchainId,
        #[source]
        cause: Box<LockError>,
    },
    /// It does not run on this machine.
    #[error("install {id}: it needs {}, and this machine has {}", unfit.needs, unfit.has)]
    Unfit {
        id: ToolchainId,
        /// What it needs, and what would run.
        unfit: Box<Unfit>,
    },
    /// The user asked to stop.
    #[error("install {id}: interrupted; what was fetched is kept, and the next run carries on")]
    Interrupted { id: ToolchainId },
}

impl Diagnose for InstallError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Resolve { cause, .. } => cause.diagnosis(),
            Self::NoSource { class, hints, attempts, .. } => {
                class.word("no-source-gave-it").hints(hints.clone()).tried(Attempt::all_tried(attempts))
            }
            Self::Store { cause, .. } | Self::Blocks { cause, .. } => cause.diagnosis(),
            Self::Machine { cause, .. } => cause.diagnosis(),
            Self::Lock { cause, .. } => cause.diagnosis(),
            Self::Unfit { unfit, .. } => {
                let diagnosis = Class::Environment.word("machine-unfit");
                match &unfit.newest {
                    Some(newest) => {
                        diagnosis.hint(format!("the newest that runs here is {newest}: try `goward install {newest}`"))
                    }
                    None => diagnosis,
                }
            }
            Self::Interrupted { .. } => {
                Class::Interrupted.word("interrupted").hint("run the same command again to carry on")
            }
        }
    }
}

/// Resolves a request to a toolchain. Changes nothing.
///
/// Does not look up an exact version: a source may have a release that no list names yet.
///
/// # Errors
/// When no version can be found for it.
pub fn plan_install(sources: &Sources, request: &Request, platform: &Platform) -> Result<InstallPlan, InstallError> {
    let ctx = sources.ctx();
    let version = match request.exact() {
        Some(version) => version,
        None => newest_allowed(sources, request, platform)?,
    };
    let toolchain = ToolchainId::new(version, platform.clone());
    let refused = |cause| InstallError::Store { id: toolchain.clone(), cause: Box::new(cause) };
    ctx.store.check_not_blocked(toolchain.version()).map_err(refused)?;
    let found = ctx.store.find_installed(&toolchain).map_err(refused)?;
    Ok(InstallPlan { request: request.to_string(), installed: found.is_some(), toolchain })
}

/// The newest release of a request that is not blocked; reports a newer one that is.
fn newest_allowed(sources: &Sources, request: &Request, platform: &Platform) -> Result<Version, InstallError> {
    let ctx = sources.ctx();
    let refused = |version: Version, cause| {
        let id = ToolchainId::new(version, platform.clone());
        InstallError::Store { id, cause: Box::new(cause) }
    };
    let blocks = ctx
        .store
        .blocks()
        .map_err(|cause| InstallError::Blocks { request: request.to_string(), cause: Box::new(cause) })?;
    match sources.catalog().resolve(&sources.ask(), request, platform, &|version| blocks.allows(version)) {
        Ok(Resolved { version, passed_over }) => {
            if let Some(block) = passed_over.and_then(|newer| blocks.of(&newer).cloned()) {
                let (newer, taken) = (block.version.tag(), version.tag());
                ctx.progress
                    .tell(&format!("{newer} is passed over for `{request}`, {taken} is taken: {}", block.told()));
            }
            Ok(version)
        }
        Err(CatalogError::NotAllowed { what, version }) => match blocks.check(&version) {
            Err(cause) => Err(refused(version, cause)),
            Ok(()) => {
                let cause = Box::new(CatalogError::NotAllowed { what, version });
                Err(InstallError::Resolve { request: request.to_string(), cause })
            }
        },
        Err(cause) => Err(InstallError::Resolve { request: request.to_string(), cause: Box::new(cause) }),
    }
}

/// Checks that some source has the toolchain of a plan, since a plan does not look up an exact version. Changes
/// nothing.
///
/// # Errors
/// As for the install, when no source has it.
pub fn check_offered(sources: &Sources, plan: &InstallPlan) -> Result<(), InstallError> {
    let ctx = sources.ctx();
    let id = &plan.toolchain;
    let mut attempts = Vec::new();
    if plan.installed {
        return Ok(());
    }
    for (_, located) in sources.catalog().locate_each(sources.ask(), id) {
        if located_or_note(ctx, id, located, &mut attempts)?.is_some() {
            return Ok(());
        }
    }
    Err(no_source_error(sources, id, attempts))
}

/// Installs the plans' toolchains, several in parallel; returns the results in the order of the plans.
pub fn install(sources: &Sources, plans: &[InstallPlan]) -> Vec<Result<Installed, InstallError>> {
    let mut results = Vec::with_capacity(plans.len());
    for batch in plans.chunks(INSTALLS_AT_ONCE_MAX) {
        let batch: Vec<_> = std::thread::scope(|scope| {
            let running: Vec<_> =
                batch.iter().map(|plan| scope.spawn(|| install_one(sources, &plan.toolchain))).collect();
            running.into_iter().map(|thread| thread.join()).collect()
        });
        for result in batch {
            match result {
                Ok(result) => results.push(result),
                // A panic is a bug in goward; it continues in the calling thread.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    }
    results
}

/// The archive that a source located; notes in the log if it located none.
///
/// # Errors
/// When the user has interrupted.
pub(crate) fn located_or_note(
    ctx: &Ctx,
    id: &ToolchainId,
    located: Result<Located, Attempt>,
    attempts: &mut Vec<Attempt>,
) -> Result<Option<Located>, InstallError> {
    let interrupted = || InstallError::Interrupted { id: id.clone() };
    match located {
        _ if ctx.sys.interrupt().is_asked() => Err(interrupted()),
        Ok(located) => Ok(Some(located)),
        Err(attempt) if attempt.class == Class::Interrupted => Err(interrupted()),
        Err(attempt) if attempt.is_of_this_machine() => {
            let cause = Box::new(attempt.into_machine_error());
            Err(InstallError::Resolve { request: id.to_string(), cause })
        }
        Err(attempt) => {
            attempts.push(attempt);
            Ok(None)
        }
    }
}

/// The installed toolchain, if it has a record: one that has lost it is installed again.
fn whole(ctx: &Ctx, id: &ToolchainId) -> Result<Option<Toolchain>, StoreError> {
    let found = ctx.store.find_installed(id)?;
    Ok(found.filter(|found| ctx.store.is_in_shared_store(found) || !ctx.store.lacks_record(id)))
}

fn install_one(sources: &Sources, id: &ToolchainId) -> Result<Installed, InstallError> {
    let ctx = sources.ctx();
    let start = ctx.sys.clock().moment();
    let refused = |cause| InstallError::Store { id: id.clone(), cause: Box::new(cause) };
    let locked = |cause| InstallError::Lock { id: id.clone(), cause: Box::new(cause) };
    ctx.store.check_not_blocked(id.version()).map_err(refused)?;
    sources.lock().check_covered(id).map_err(locked)?;
    if let Some(toolchain) = whole(ctx, id).map_err(refused)? {
        sources.lock().check_installed(id).map_err(locked)?;
        return Ok(already_installed(ctx, toolchain));
    }
    check_host(ctx, id).map_err(|unfit| InstallError::Unfit { id: id.clone(), unfit })?;
    ctx.store.check_ready(INSTALL_BYTES_NEEDED).map_err(refused)?;
    recover(ctx);
    let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
    let lock =
        ctx.store.lock(ctx.store.layout().install_lock(id), &format!("install {id}"), wait_max).map_err(|cause| {
            match cause {
                StoreError::Interrupted { .. } => InstallError::Interrupted { id: id.clone() },
                cause => refused(cause),
            }
        })?;
    // The previous holder of the lock may have installed it.
    if let Some(toolchain) = whole(ctx, id).map_err(refused)? {
        sources.lock().check_installed(id).map_err(locked)?;
        return Ok(already_installed(ctx, toolchain));
    }
    let mut operation: Option<Operation> = None;
    let mut attempts = Vec::new();
    for (source, located) in sources.catalog().locate_each(sources.ask(), id) {
        let Some(located) = located_or_note(ctx, id, located, &mut attempts)? else { continue };
        let started = match &mut operation {
            Some(operation) => operation.advance(Event::Begin, None, None),
            None => ctx.store.begin(OperationKind::Install, id, &ctx.author).map(|begun| operation = Some(begun)),
        };
        started.map_err(refused)?;
        let operation = operation.as_mut().expect("it was begun just now");
        let got = acquire(sources, source, &located, operation);
        if let Err(error) = &got
            && operation.record().state.is_unfinished()
        {
            // Where even this cannot be written (a full disk), the next run's recovery writes it.
            let _ = operation.advance(Event::Failed, None, Some(error_chain(error)));
        }
        match got {
            Ok(got) => {
                drop(lock);
                ctx.changed(format!("installed {id}"));
                return Ok(got.since(ctx, start));
            }
            // A hash that the project forbids is reported at once: another source must not hide it.
            Err(AcquireError::Lock(cause)) if cause.class() == Class::Integrity => {
                sources.catalog().tell_untold(ctx.progress.as_ref());
                return Err(InstallError::Lock { id: id.clone(), cause });
            }
            Err(error) => match error.class() {
                Class::Interrupted => return Err(InstallError::Interrupted { id: id.clone() }),
                // Another source would fail on the same machine.
                Class::Environment | Class::Busy => {
                    sources.catalog().tell_untold(ctx.progress.as_ref());
                    return Err(InstallError::Machine { id: id.clone(), cause: Box::new(error) });
                }
                _ => {
                    let attempt = Attempt::of(source, &error);
                    sources.catalog().tell_later(format!("{id}: {attempt}"));
                    attempts.push(attempt);
                }
            },
        }
    }
    Err(no_source_error(sources, id, attempts))
}

pub(crate) fn no_source_error(sources: &Sources, id: &ToolchainId, attempts: Vec<Attempt>) -> InstallError {
    let ctx = sources.ctx();
    let class = match most_severe(attempts.iter()) {
        Class::Usage | Class::Policy if ctx.is_offline() => Class::Policy,
        // A refusal by the user's rules is more relevant than a source that lacks the release.
        Class::NotFound | Class::Usage if attempts.iter().any(|attempt| attempt.class == Class::Policy) => {
            Class::Policy
        }
        class => class,
    };
    let hints = attempts.iter().fold(Hints::none(), |hints, attempt| hints.join(attempt.hints.clone()));
    let hints = match class {
        Class::NotFound => hints.join(sources.catalog().advice(&sources.ask(), id)),
        Class::Network => hints.and("check the network and proxy variables; `goward config` shows the sources"),
        Class::Usage if hints.lines().is_empty() => no_source_hint(),
        Class::Policy if ctx.is_offline() => {
            hints.and("leave out `--offline` (or unset `GOWARD_OFFLINE`) to use the network")
        }
        _ => hints,
    };
    InstallError::NoSource { id: id.clone(), attempts, class, hints }
}
