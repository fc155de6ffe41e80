//! Chooses the toolchain that runs here: reads files and settings, asks the model, and matches the request with the
//! installed toolchains.

use std::path::{Path, PathBuf};

use context::settings::keys;
use context::{Ctx, FOLDERS_MAX, goroots, owner_of, users};
use diag::{Class, Diagnose, Diagnosis};
use project::{
    BelowFloor, Decision, DefaultPin, FileName, Floor, Folder, FoundFile, Inputs, LanguageToolchain, Origin,
    ProjectError, Reason, Rule, Stranger, ToolVariables, ToolchainLine, Users, Want,
};
use release::{Request, ToolchainId, Version};
use source::go_setting;
use store::{Block, StoreError, Toolchain};
use sys::EntryKind;

use crate::builder::BuilderToolchain;
use crate::gotoolchain::user_gotoolchain;
use crate::usable::{Usable, trusted};

/// The choice for a folder: the request that counts, the installed toolchain for it if there is one, and every reason.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is asked for.
    pub request: Request,
    /// The newest installed toolchain that satisfies the request.
    pub toolchain: Option<Toolchain>,
    /// The place that the request comes from.
    pub origin: Origin,
    /// The nearest folder with a file that was read.
    pub project: Option<PathBuf>,
    /// The pin that was overridden, if it is older than what the project needs and the setting
    /// `resolve.on-conflict` is `raise`.
    pub raised: Option<BelowFloor>,
    /// The block of the version that is asked for: nothing runs here. Only [`choose_even_blocked`] returns such a choice.
    pub blocked: Option<Block>,
    /// The block of a newer version that would have been taken.
    pub passed_over: Option<Block>,
    /// A builder's own toolchain that the deciding `toolchain` line names.
    pub builder: Option<BuilderToolchain>,
    /// Whether a go.mod or go.work in this folder or above is a pipe or a device, for which a go command would wait.
    pub(crate) has_odd_go_file: bool,
    /// Files of other users, for which goward installs nothing by itself.
    pub(crate) go_files_of_strangers: Vec<(String, Stranger)>,
    pub(crate) decision: Decision,
}

/// Why no toolchain could be chosen.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum ChooseError {
    /// A file or a setting cannot be used.
    #[error("choose a toolchain for `{}`", folder.display())]
    Project {
        folder: PathBuf,
        #[source]
        cause: ProjectError,
    },
    /// The pin is older than what the project needs.
    #[error(transparent)]
    BelowFloor(#[from] BelowFloor),
    /// A toolchain line names something that is not a toolchain.
    #[error(transparent)]
    Language(#[from] LanguageToolchain),
    /// A file could not be read.
    #[error("read `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is asked for is blocked.
    #[error("use {}: {}; {because} asks for it", block.version.tag(), block.told())]
    Blocked {
        block: Box<Block>,
        /// The file, the variable or the default that asks.
        because: String,
    },
    /// Nothing asks for anything, and there is no default.
    #[error("choose a toolchain for `{}`: nothing here asks for one, and no default is set", folder.display())]
    Nothing {
        folder: PathBuf,
        /// What would have decided, were it not somebody else's.
        stranger: Option<String>,
    },
}

impl Diagnose for ChooseError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Project { cause, .. } => cause.diagnosis(),
            Self::BelowFloor(error) => error.diagnosis(),
            Self::Language(error) => error.diagnosis(),
            Self::Read { cause, .. } => Diagnosis::of_io("project-read", cause),
            Self::Store(error) => error.diagnosis(),
            Self::Blocked { block, .. } => StoreError::Blocked { block: block.clone(), can_force: false }.diagnosis(),
            Self::Nothing { stranger: Some(stranger), .. } => Class::NotFound
                .word("nothing-chosen")
                .hint(stranger.to_string())
                .hint("`goward use latest` sets a default, `goward pin VERSION` writes a file of your own"),
            Self::Nothing { .. } => Class::NotFound
                .word("nothing-chosen")
                .hint("`goward use latest` sets a default, `goward pin VERSION` writes the project's version file"),
        }
    }
}

impl Choice {
    /// Refuses a pinned version that is older than what the project needs.
    ///
    /// # Errors
    /// The two places that disagree.
    pub fn check(&self, selected: &Version) -> Result<(), ChooseError> {
        if let Want::Pinned { origin, floor: Some(floor), .. } = &self.decision.want {
            project::check_floor(selected, floor, origin)?;
        }
        Ok(())
    }

    /// The choice for a known version: a pin below what the project needs is refused or overridden, by the setting
    /// `resolve.on-conflict`.
    ///
    /// # Errors
    /// The two places that disagree; or why no other version can be chosen.
    pub fn settled(self, ctx: &Ctx, selected: &Version) -> Result<Choice, ChooseError> {
        match self.check(selected) {
            Err(ChooseError::BelowFloor(conflict)) if raises(ctx) => self.raised(ctx, selected, conflict),
            checked => checked.map(|()| self),
        }
    }

    fn raised(self, ctx: &Ctx, selected: &Version, conflict: BelowFloor) -> Result<Choice, ChooseError> {
        let Want::Pinned { floor: Some(floor), .. } = &self.decision.want else { return Ok(self) };
        let Some(raised) = floor.raise(Some(selected))? else { return Err(conflict.into()) };
        let usable = Usable::here(ctx)?;
        let (request, toolchain) = usable.enough(&raised.version);
        let blocked = usable.block_of(&request, toolchain.as_ref());
        let passed_over = usable.passed_over(&request, toolchain.as_ref());
        let toolchain = trusted(ctx, toolchain)?;
        let raised =
            Choice { request, origin: raised.origin, raised: Some(conflict), blocked, passed_over, toolchain, ..self };
        raised.unblocked()
    }

    /// Refuses a choice that is blocked.
    fn unblocked(self) -> Result<Choice, ChooseError> {
        match self.blocked {
            Some(block) => Err(ChooseError::Blocked { block: Box::new(block), because: self.origin.to_string() }),
            None => Ok(self),
        }
    }

    /// The message about a newer version that is blocked, or about the block of the one that is asked for, in one line.
    pub fn block_note(&self) -> Option<String> {
        match (&self.blocked, &self.passed_over) {
            (Some(block), _) => Some(format!("nothing runs: {} is blocked: {}", block.version.tag(), block.told())),
            (None, Some(block)) => Some(format!("{} is passed over: {}", block.version.tag(), block.told())),
            (None, None) => None,
        }
    }

    /// The message about an overridden pin, in one line.
    pub fn note(&self) -> Option<String> {
        let conflict = self.raised.as_ref()?;
        let taken = self.toolchain.as_ref().map_or_else(|| self.request.to_string(), |one| one.id.version().tag());
        let (pin, floor) = (&conflict.pin, &conflict.floor);
        Some(format!(
            "{taken} is taken instead of {} of {pin}: {} needs at least {}",
            conflict.selected.tag(),
            floor.origin,
            floor.version
        ))
    }

    /// What becomes of a builder's own toolchain that the deciding line names, in one line.
    pub fn builder_note(&self) -> Option<String> {
        let BuilderToolchain { name, origin, tree } = self.builder.as_ref()?;
        let name = release::shown(name);
        Some(match tree {
            Some(tree) => format!("{name} of {origin} is the registered Go at `{}`", tree.display()),
            None => format!(
                "{name} of {origin} is a builder's own Go, which goward does not install: the release of that number takes \
                 its place; `goward import PATH` registers such a Go"
            ),
        })
    }

    /// The message about another user's file that would have decided, in one line.
    pub fn stranger(&self) -> Option<String> {
        passed_over(&self.decision)
    }

    /// The file, variable or default that asks for the chosen version; none if the command line does.
    pub fn asked_by(&self) -> Option<String> {
        match &self.decision.want {
            Want::Pinned { origin, .. } | Want::Default { origin, .. } if origin.rule == Rule::Argument => None,
            _ => Some(self.origin.to_string()),
        }
    }

    /// The file or variable that pins; none if the default, a go.mod file or the command line decides.
    pub fn pinned_by(&self) -> Option<&Origin> {
        match &self.decision.want {
            Want::Pinned { origin, .. } if !matches!(origin.rule, Rule::Argument | Rule::Default) => Some(origin),
            _ => None,
        }
    }

    /// Whether a version was named: by a pin, a variable or on the command line. Neither a default nor a project's
    /// floor names one. The go command itself follows a `GOTOOLCHAIN`.
    pub fn names_release(&self) -> bool {
        let Want::Pinned { origin, .. } = &self.decision.want else { return false };
        origin.rule != Rule::Gotoolchain && self.raised.is_none()
    }

    /// Whether the go command must not switch: a version was named, or the file that it would read is a pipe, for which
    /// it would wait.
    pub(crate) fn keeps_release(&self) -> bool {
        self.names_release() || self.has_odd_go_file
    }

    /// Every file and rule that was read, a line each.
    pub fn explanation(&self) -> String {
        let mut text = String::new();
        for reason in &self.decision.reasons {
            text.push_str(&format!("  {reason}\n"));
        }
        if let Some(note) = self.note() {
            text.push_str(&format!("  resolve.on-conflict=raise: {note}\n"));
        }
        if let Some(builder) = self.builder_note() {
            text.push_str(&format!("  {builder}\n"));
        }
        if let Some(block) = self.block_note() {
            text.push_str(&format!("  {block}\n"));
        }
        text.push_str(&format!("  so: {}\n", self.because()));
        text
    }

    /// The request that counts, and its origin, in one line.
    pub fn because(&self) -> String {
        format!("`{}` from {}", self.request, self.origin)
    }

    /// Every file and rule that was looked at, in the order in which they count.
    pub fn reasons(&self) -> &[Reason] {
        &self.decision.reasons
    }
}

/// Chooses for the working folder; an argument is a request from the command line.
///
/// # Errors
/// When files or settings cannot be used or disagree, or nothing asks for a version and there is no default.
pub fn choose(ctx: &Ctx, argument: Option<&Request>) -> Result<Choice, ChooseError> {
    choose_in(ctx, ctx.sys.env().folder(), argument)
}

/// As [`choose`], for another folder than the working folder: that of `go -C`.
///
/// # Errors
/// As for [`choose`].
pub fn choose_in(ctx: &Ctx, folder: &Path, argument: Option<&Request>) -> Result<Choice, ChooseError> {
    choose_whatever(ctx, folder, argument)?.unblocked()
}

/// As [`choose`], and where what is asked for is blocked, the choice says so in [`Choice::blocked`] and has no toolchain:
/// for a command that explains.
///
/// # Errors
/// As for [`choose`].
pub fn choose_even_blocked(ctx: &Ctx) -> Result<Choice, ChooseError> {
    choose_whatever(ctx, ctx.sys.env().folder(), None)
}

fn choose_whatever(ctx: &Ctx, folder: &Path, argument: Option<&Request>) -> Result<Choice, ChooseError> {
    let inputs = look_around(ctx, folder, argument)?;
    let usable = Usable::here(ctx)?;
    let choice = match matched(ctx, folder, &inputs, &usable) {
        // Only a choice that needs the default fails where it is damaged.
        Err(ChooseError::Nothing { folder, stranger }) => {
            default_pin(ctx)?;
            return Err(ChooseError::Nothing { folder, stranger });
        }
        matched => matched?,
    };
    if matches!(choice.decision.want, Want::AtLeast { default: None, .. }) {
        default_pin(ctx)?;
    }
    let selected = choice.toolchain.as_ref().map(|toolchain| toolchain.id.version().clone());
    // A pin that is below the floor whatever patch it resolves to is refused before any lookup.
    let selected = selected.or_else(|| match &choice.decision.want {
        Want::Pinned { request, floor: Some(floor), .. } if raises(ctx) => surely_below(request, floor),
        _ => None,
    });
    match selected {
        Some(selected) => choice.settled(ctx, &selected),
        None => Ok(choice),
    }
}

/// Whether the project's needs override a pin.
fn raises(ctx: &Ctx) -> bool {
    ctx.settings.text(keys::RESOLVE_ON_CONFLICT) == Some("raise")
}

/// The newest version that a request may resolve to, if that is older than what the project needs.
/// `None` if it may be new enough.
pub fn surely_below(request: &Request, floor: &Floor) -> Option<Version> {
    let go = &floor.go.as_ref()?.version;
    match request {
        Request::Exact(version) => (version.go_order(go).is_lt()).then(|| version.clone()),
        // A minor counts as its newest possible patch.
        Request::Minor(minor) => (go.minor() > *minor).then(|| minor.as_str().parse().ok()).flatten(),
        _ => None,
    }
}

/// The installed toolchain that a project's files select, independent of the environment.
pub fn pinned_in(ctx: &Ctx, folder: &Path) -> Option<ToolchainId> {
    let users = users(ctx, folder);
    let Walked { folders, .. } = walk(ctx, folder, &users).ok()?;
    let inputs = of_settings(ctx, Inputs { folders, users, ..Inputs::default() });
    // `prune` keeps what a project pins, also while it is blocked.
    let usable = Usable::without_blocks(ctx).ok()?;
    let choice = matched(ctx, folder, &inputs, &usable).ok()?;
    choice.toolchain.map(|toolchain| toolchain.id)
}

fn matched(ctx: &Ctx, folder: &Path, inputs: &Inputs, usable: &Usable) -> Result<Choice, ChooseError> {
    let failed = |cause| ChooseError::Project { folder: folder.to_owned(), cause };
    let decision = project::decide(inputs).map_err(failed)?;
    let nothing = || ChooseError::Nothing { folder: folder.to_owned(), stranger: passed_over(&decision) };
    let newest = |request: &Request| usable.newest(request);
    let mut builder = None;
    let (request, origin, toolchain) = match &decision.want {
        Want::Pinned { request, origin, .. } | Want::Default { request, origin } => {
            (request.clone(), origin.clone(), newest(request))
        }
        Want::AtLeast { floor, default: base } => {
            let base_toolchain = base.as_ref().and_then(|base| newest(&base.request));
            // An exactly named base counts even if it is not installed yet.
            let named = base.as_ref().and_then(|base| base.request.exact());
            let base_version = base_toolchain.as_ref().map(|toolchain| toolchain.id.version()).or(named.as_ref());
            match (floor.raise(base_version)?, base) {
                (Some(raised), _) => {
                    let (exact, toolchain) = usable.enough(&raised.version);
                    builder = BuilderToolchain::of(ctx, &raised);
                    let registered = builder.as_ref().and_then(|builder| builder.tree.clone()).map(|tree| {
                        let id = ToolchainId::new(raised.version.clone(), ctx.platform.clone());
                        Toolchain { id, tree }
                    });
                    (exact, raised.origin, registered.or(toolchain))
                }
                (None, Some(base)) => (base.request.clone(), base.origin.clone(), base_toolchain),
                (None, None) => return Err(nothing()),
            }
        }
        Want::Nothing => return Err(nothing()),
    };
    Ok(Choice {
        blocked: usable.block_of(&request, toolchain.as_ref()),
        passed_over: usable.passed_over(&request, toolchain.as_ref()),
        request,
        toolchain: trusted(ctx, toolchain)?,
        origin,
        project: nearest_project(inputs),
        raised: None,
        builder,
        has_odd_go_file: inputs.has_odd_go_file,
        go_files_of_strangers: inputs.go_files_of_strangers(),
        decision,
    })
}

/// Another user's file that would have decided, in one line.
fn passed_over(decision: &Decision) -> Option<String> {
    let reason = decision.stranger.as_ref()?;
    let project::Verdict::Ignored(why) = &reason.verdict else { return None };
    let wish = reason.value.as_ref().map(|value| format!(", which says `{value}`,")).unwrap_or_default();
    Some(format!("{}{wish} does not count here: {why}", reason.origin))
}

/// The nearest folder with a file that counts.
fn nearest_project(inputs: &Inputs) -> Option<PathBuf> {
    inputs.counting().first().map(|(folder, _)| PathBuf::from(&folder.path))
}

/// Reads the files in the folders from this one upwards, and the settings that count.
///
/// # Errors
/// When a file exists and cannot be read: it must not be ignored.
pub fn look_around(ctx: &Ctx, folder: &Path, argument: Option<&Request>) -> Result<Inputs, ChooseError> {
    let env = ctx.sys.env();
    let users = users(ctx, folder);
    let Walked { folders, has_odd_go_file } = walk(ctx, folder, &users)?;
    // The user's go environment file is read only if it can matter: there is a go.mod or go.work.
    let matters = folders
        .iter()
        .any(|folder| folder.files.iter().any(|file| matches!(file.name, FileName::GoMod | FileName::GoWork)));
    let setting = |name: &str| match env.var(name) {
        Some(value) => Some(value.to_owned()),
        None if matters => go_setting(&ctx.sys, name, &goroots(ctx)).map(|setting| setting.value),
        None => None,
    };
    let gowork = setting("GOWORK");
    let gowork_file = match gowork.as_deref().map(Path::new) {
        Some(path) if path.is_absolute() => found(ctx, FileName::GoWork, path, Counts::Always)?,
        _ => None,
    };
    let variable = |name: &str| env.var(name).map(str::to_owned);
    let tool_variables = ToolVariables {
        goenv: variable("GOENV_VERSION"),
        asdf: variable("ASDF_GOLANG_VERSION"),
        mise: variable("MISE_GO_VERSION"),
        proto: variable("PROTO_GO_VERSION"),
    };
    let inputs = Inputs {
        folders,
        users,
        tool_variables,
        argument: argument.map(ToString::to_string),
        goward_version: env.var("GOWARD_VERSION").map(str::to_owned),
        gotoolchain: user_gotoolchain(env).map(str::to_owned),
        go111module: setting("GO111MODULE"),
        gowork,
        gowork_file,
        has_odd_go_file,
        // As Go's `os.TempDir` has it: `GetTempPath` asks TMP first.
        temp_folder: if cfg!(windows) {
            env.var("TMP").or(env.var("TEMP"))
        } else {
            env.var("TMPDIR").or(Some("/tmp"))
        }
        .map(str::to_owned),
        default: match default_pin(ctx) {
            Err(ChooseError::Store(StoreError::Default { .. })) => None,
            read => read?,
        },
        ..Inputs::default()
    };
    Ok(of_settings(ctx, inputs))
}

/// The inputs with the settings and facts that are the same for every folder.
fn of_settings(ctx: &Ctx, inputs: Inputs) -> Inputs {
    Inputs {
        pin_files: ctx.settings.pin_files(),
        toolchain_line: match ctx.settings.text(keys::RESOLVE_TOOLCHAIN_LINE) {
            Some("exact") => ToolchainLine::Exact,
            _ => ToolchainLine::Floor,
        },
        home_folder: ctx.sys.env().home().map(|home| home.display().to_string()),
        platform: Some(format!("{}/{}", ctx.platform.os(), ctx.platform.arch())),
        ..inputs
    }
}

/// The project of the working folder: the nearest folder with a file that is read.
///
/// # Errors
/// When a file is there and cannot be read.
pub(crate) fn project_here(ctx: &Ctx) -> Result<Option<PathBuf>, ChooseError> {
    let users = users(ctx, ctx.sys.env().folder());
    let Walked { folders, .. } = walk(ctx, ctx.sys.env().folder(), &users)?;
    Ok(nearest_project(&of_settings(ctx, Inputs { folders, users, ..Inputs::default() })))
}

/// The result of the walk upwards.
struct Walked {
    /// The folders that contain any of the files, and those at which the walk ends.
    folders: Vec<Folder>,
    /// Whether a go.mod or go.work is a pipe or a device.
    has_odd_go_file: bool,
}

/// Reads the folders from this one upwards.
fn walk(ctx: &Ctx, from: &Path, users: &Users) -> Result<Walked, ChooseError> {
    let (mut folders, mut has_odd_go_file) = (Vec::new(), false);
    let names = FileName::wanted(&ctx.settings.pin_files());
    let mut ended = false;
    for folder in from.ancestors().take(FOLDERS_MAX) {
        let (path, owner) = (folder.display().to_string(), owner_of(ctx, folder));
        let is_strangers = users.stranger_of_folder(&path, owner).is_some();
        ended |= is_strangers;
        let mut files = Vec::new();
        for &name in &names {
            let counts = match name.pin_kind() {
                None => Counts::Always,
                Some(_) if ended => Counts::Never,
                Some(_) => Counts::Of(users),
            };
            match look(ctx, name, &folder.join(name.as_str()), counts)? {
                Looked::File(file) => files.push(file),
                Looked::Odd => has_odd_go_file |= name.pin_kind().is_none(),
                Looked::Absent => {}
            }
        }
        if !files.is_empty() || is_strangers {
            folders.push(Folder { path, files, owner });
        }
    }
    Ok(Walked { folders, has_odd_go_file })
}

/// Whether an existing file counts. A file that does not count may be unreadable.
#[derive(Clone, Copy)]
pub enum Counts<'a> {
    /// It does: it describes the project and does not pin.
    Always,
    /// It does if one of these users owns it.
    Of(&'a Users),
    /// It does not: a folder of another user is in between.
    Never,
}

fn default_pin(ctx: &Ctx) -> Result<Option<DefaultPin>, ChooseError> {
    let current = ctx.store.current()?;
    Ok(current.map(|generation| DefaultPin {
        request: generation.toolchain.version().to_string(),
        origin: format!("generation {}", generation.number),
    }))
}

/// A file, if it exists. The content of one that does not count may be missing.
///
/// # Errors
/// When it exists and cannot be read.
pub fn found(ctx: &Ctx, name: FileName, path: &Path, counts: Counts<'_>) -> Result<Option<FoundFile>, ChooseError> {
    match look(ctx, name, path, counts)? {
        Looked::File(file) => Ok(Some(file)),
        Looked::Absent | Looked::Odd => Ok(None),
    }
}

/// What exists under a name.
enum Looked {
    /// Nothing, or a folder.
    Absent,
    /// A pipe or a device. It is not read.
    Odd,
    File(FoundFile),
}

fn look(ctx: &Ctx, name: FileName, path: &Path, counts: Counts<'_>) -> Result<Looked, ChooseError> {
    let fs = ctx.sys.fs();
    let failed = |cause| ChooseError::Read { path: path.to_owned(), cause };
    let looked = fs.follow(path);
    match looked.as_ref().map(|meta| meta.as_ref().map(|meta| meta.kind)) {
        Ok(None | Some(EntryKind::Dir)) => return Ok(Looked::Absent),
        Ok(Some(EntryKind::Link | EntryKind::Other)) => return Ok(Looked::Odd),
        Ok(Some(EntryKind::File)) | Err(_) => {}
    }
    let mut owners = fs.owners(path, name.as_str().split('/').count()).unwrap_or_default();
    owners.extend(looked.as_ref().ok().and_then(|meta| meta.as_ref()?.owner));
    let counts = match counts {
        Counts::Always => true,
        Counts::Of(users) => users.stranger(&owners).is_none(),
        Counts::Never => false,
    };
    let read = looked.and_then(|meta| match meta {
        Some(meta) => fs.read_head_of(path, &meta, name.bytes_max() as u64 + 1),
        None => Err(std::io::ErrorKind::NotFound.into()),
    });
    let content = match read {
        Ok(content) => content,
        Err(_) if !counts => Vec::new(),
        // The files of an unreadable folder above cannot be known.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied && owners.is_empty() => {
            return Ok(Looked::Absent);
        }
        Err(error) => return Err(failed(error)),
    };
    Ok(Looked::File(FoundFile::new(name, path.display().to_string(), content).owned_by(owners)))
}
