//! The installed toolchains that a choice may take, and those that are blocked.

use context::Ctx;
use context::settings::keys;
use release::{Request, Version};
use store::{Block, Blocks, StoreError, Toolchain};

/// The installed toolchains of the context's platform, and the blocks that count.
pub(crate) struct Usable {
    /// Those that may be taken.
    allowed: Vec<Toolchain>,
    /// Those that are blocked.
    refused: Vec<Toolchain>,
    blocks: Blocks,
    /// Whether goward may install another one where only blocked ones match.
    can_install: bool,
}

impl Usable {
    /// Reads the store, and its blocks.
    ///
    /// # Errors
    /// When the store or a list of blocks cannot be read.
    pub(crate) fn here(ctx: &Ctx) -> Result<Usable, StoreError> {
        Usable::with(ctx, ctx.store.blocks()?)
    }

    /// As if nothing were blocked.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn without_blocks(ctx: &Ctx) -> Result<Usable, StoreError> {
        Usable::with(ctx, Blocks::default())
    }

    fn with(ctx: &Ctx, blocks: Blocks) -> Result<Usable, StoreError> {
        let mut toolchains = ctx.store.listed()?;
        toolchains.retain(|toolchain| *toolchain.id.platform() == ctx.platform);
        let (allowed, refused) =
            toolchains.into_iter().partition(|toolchain: &Toolchain| blocks.allows(toolchain.id.version()));
        let can_install = ctx.settings.is_on(keys::INSTALL_AUTO) && !ctx.is_offline();
        Ok(Usable { allowed, refused, blocks, can_install })
    }

    /// The newest toolchain that a request allows and that is not blocked.
    pub(crate) fn newest(&self, request: &Request) -> Option<Toolchain> {
        let all = self.allowed.iter().chain(&self.refused).map(|toolchain| toolchain.id.version());
        let version = request.select_allowed(all, |version| self.blocks.allows(version))?;
        self.allowed.iter().find(|toolchain| toolchain.id.version() == version).cloned()
    }

    /// The request for the floor of a project, and the installed toolchain that satisfies it.
    pub(crate) fn enough(&self, needed: &Version) -> (Request, Option<Toolchain>) {
        let exact = Request::Exact(needed.clone());
        let toolchain = self.newest(&exact).or_else(|| self.newer_of_minor(needed));
        (exact, toolchain)
    }

    /// If a project needs at least some release and nothing pins, a newer installed patch of the same minor satisfies
    /// it, and nothing has to be fetched.
    fn newer_of_minor(&self, needed: &Version) -> Option<Toolchain> {
        self.allowed
            .iter()
            .filter(|toolchain| {
                let version = toolchain.id.version();
                version.minor() == needed.minor() && version.is_stable() && version.go_order(needed).is_ge()
            })
            .max_by(|a, b| a.id.cmp(&b.id))
            .cloned()
    }

    /// The block that leaves a request without an answer: it names that release, and nothing else was taken for it; or
    /// only blocked ones match, and goward may not install another.
    pub(crate) fn block_of(&self, request: &Request, taken: Option<&Toolchain>) -> Option<Block> {
        match (request, taken) {
            (Request::Exact(version), None) => self.blocks.of(version).cloned(),
            (_, None) if !self.can_install => self.passed_over(request, None),
            _ => None,
        }
    }

    /// The block of the installed toolchain that a request would take, were that not blocked.
    pub(crate) fn passed_over(&self, request: &Request, taken: Option<&Toolchain>) -> Option<Block> {
        let all = self.allowed.iter().chain(&self.refused).map(|toolchain| toolchain.id.version());
        let newest = request.select(all)?;
        match taken {
            Some(taken) if taken.id.version() >= newest => None,
            _ => self.blocks.of(newest).cloned(),
        }
    }
}

/// The newest installed toolchain that a request allows and that is not blocked; reports a newer one that is.
///
/// # Errors
/// `Blocked` when the request names a blocked release, or only blocked ones match and goward may not install another;
/// or when the store cannot be read.
pub fn newest_installed(ctx: &Ctx, request: &Request) -> Result<Option<Toolchain>, StoreError> {
    let usable = Usable::here(ctx)?;
    let found = usable.newest(request);
    let block = usable.block_of(request, found.as_ref());
    if let (Some(found), Some(block)) = (&found, usable.passed_over(request, found.as_ref())) {
        let (newer, taken) = (block.version.tag(), found.id.version().tag());
        ctx.progress.tell(&format!("{newer} is passed over for `{request}`, {taken} is taken: {}", block.told()));
    }
    match block {
        Some(block) => Err(StoreError::Blocked { block: Box::new(block), can_force: false }),
        None => trusted(ctx, found),
    }
}

/// As [`newest_installed`], also a blocked one: for a command that checks or removes it and starts nothing.
///
/// # Errors
/// When the store cannot be read.
pub fn newest_even_blocked(ctx: &Ctx, request: &Request) -> Result<Option<Toolchain>, StoreError> {
    trusted(ctx, Usable::without_blocks(ctx)?.newest(request))
}

/// The chosen toolchain, if no other user can change it. That another one can be changed does not matter.
pub(crate) fn trusted(ctx: &Ctx, chosen: Option<Toolchain>) -> Result<Option<Toolchain>, StoreError> {
    if let Some(chosen) = &chosen {
        ctx.store.check_trust(chosen)?;
    }
    Ok(chosen)
}
