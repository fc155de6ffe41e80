//! Changes several files, the user's variables and the default as one: all of them or none, also across a kill.
//!
//! The store writes and syncs the plan, with the bytes before and after, under `transactions/`, and gives it its name
//! by one rename. From that instant this process, or the next one's recovery, finishes the change. It never overwrites
//! a file or variable that somebody else has changed meanwhile: then it restores all of them. Variables come after the
//! files, and the default moves last, by the same rename of `current` as in a switch. The store keeps finished plans
//! for a while, so that the change can be undone.

mod undo;

use std::path::{Path, PathBuf};
use std::time::Duration;

use release::ToolchainId;
use serde::{Deserialize, Serialize};
use sys::registry::VariableChange;

use crate::author::Author;
use crate::change::{FILE_BYTES_MAX, FileChange, Image, Links};
use crate::format::{FORMAT, check_format_up_to};
use crate::json::to_json;
use crate::programs::PlannedProgram;
use crate::variables::PlannedVariable;
use crate::{Generation, Store, StoreError};

/// The largest plan, in bytes.
const PLAN_BYTES_MAX: u64 = 1 << 20;
/// The format of a plan that has variables. A goward that does not know variables refuses it and does not apply half of
/// it. Plans without variables keep the common format, which every goward reads.
const FORMAT_WITH_VARIABLES: u32 = 2;
/// How many finished plans are kept.
const KEPT_PLANS: usize = 20;

/// Changes that are made together.
#[must_use = "nothing is changed before a transaction is committed"]
pub struct Transaction {
    store: Store,
    purpose: String,
    author: Author,
    changes: Vec<FileChange>,
    /// Paths of programs, and the files to copy there.
    programs: Vec<(PathBuf, Option<PathBuf>)>,
    variables: Vec<VariableChange>,
    default: Option<NewDefault>,
    undoes: Option<String>,
}

/// Where the default moves.
enum NewDefault {
    /// To a generation that is made for it.
    Toolchain(ToolchainId),
    /// From one generation to another that exists already, or to none.
    Back { from: Option<u64>, to: Option<u64> },
}

/// A change that was made or tried, and whose plan is kept.
#[derive(Debug, Clone, Serialize)]
pub struct PastChange {
    /// Its name, by which it can be undone.
    pub name: String,
    /// Its purpose, in words.
    pub purpose: String,
    /// When, in nanoseconds since 1970.
    pub unix_nanos: u64,
    /// Who made it.
    pub author: Author,
    /// The files that it changed.
    pub files: Vec<PathBuf>,
    /// The user's variables that it changed.
    pub variables: Vec<String>,
    /// The generations left and entered, if it moved the default.
    pub default: Option<(Option<u64>, Option<u64>)>,
    /// The change that this one undid.
    pub undoes: Option<String>,
    /// Whether it was applied, and not reverted halfway.
    pub done: bool,
    /// Whether a later change undid it.
    pub undone: bool,
}

/// A durable plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Plan {
    /// The format of this plan; a higher one than this goward knows is refused.
    #[serde(default = "crate::format::first_format")]
    format: u32,
    /// Its purpose, in words.
    purpose: String,
    /// When it was made, in seconds since 1970.
    unix_seconds: u64,
    /// Who makes it.
    #[serde(default)]
    author: Author,
    /// The files, in the order in which they are changed.
    files: Vec<PlannedFile>,
    /// Programs, changed after the files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    programs: Vec<PlannedProgram>,
    /// The user's variables, changed after the programs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    variables: Vec<PlannedVariable>,
    /// How the default moves, after the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<PlannedDefault>,
    /// The change that this one undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undoes: Option<String>,
}

/// A move of the default in a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PlannedDefault {
    /// The generation in use before, if there is one.
    from: Option<u64>,
    /// The one in use afterwards.
    to: Option<u64>,
    /// Its record, if it is made for this plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made: Option<Generation>,
}

/// One file of a plan; `before-N` and `after-N` beside the plan have its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PlannedFile {
    path: PathBuf,
    existed: bool,
    remains: bool,
    /// The project's folder, below which nothing may be a link; none for a file of the user's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project: Option<PathBuf>,
}

impl PlannedFile {
    fn links(&self) -> Links {
        self.project.clone().map_or(Links::Follow, Links::RefuseBelow)
    }
}

/// How recovery ended the plan of a dead process.
pub(crate) enum PlanEnd {
    Finished,
    Undone,
    /// It could be neither finished nor undone, for this reason.
    SetAside(String),
    /// It stays unchanged, for this reason.
    Waits(String),
    /// Another user could have written it, so recovery does not touch it; this is the reason.
    LeftAlone(String),
}

enum Applied {
    All,
    /// This file was neither as before nor as after.
    Conflict(PathBuf),
}

impl Transaction {
    /// Adds the change of a file. The file is not touched if it no longer has the bytes that were read.
    pub fn change(mut self, change: FileChange) -> Transaction {
        self.changes.push(change);
        self
    }

    /// Replaces a program by a copy of the file `from`, however large. Refuses a link at the target path.
    pub fn place(mut self, path: impl Into<PathBuf>, from: impl Into<PathBuf>) -> Transaction {
        self.programs.push((path.into(), Some(from.into())));
        self
    }

    /// Adds the change of a variable of the user. The variable is not touched if it no longer has the value that the
    /// change was planned from.
    pub fn set(mut self, change: VariableChange) -> Transaction {
        self.variables.push(change);
        self
    }

    /// Makes a toolchain the default; nothing moves if it is the default already.
    pub fn switch_to(mut self, id: ToolchainId) -> Transaction {
        self.default = Some(NewDefault::Toolchain(id));
        self
    }

    /// Who makes the change, for the history.
    pub fn by(mut self, author: Author) -> Transaction {
        self.author = author;
        self
    }

    /// Makes all changes, or none. Returns the plan's name, by which it can be undone.
    ///
    /// # Errors
    /// When a file or variable cannot be read or changed, no longer has what was read, or is changed by somebody else
    /// meanwhile; then everything is unchanged.
    pub fn commit(self, wait_max: Duration) -> Result<String, StoreError> {
        let store = &self.store;
        let _lock = store.lock(store.layout().store_lock(), &self.purpose, wait_max)?;
        store.check_not_undone(&self)?;
        for change in &self.changes {
            store.check_change(change)?;
        }
        let name = format!("{}-{}", store.sys.clock().unix_nanos(), store.sys.process().id());
        store.plan(&name, &self)?;
        match store.apply(&name) {
            Ok(Applied::All) => {
                store.finish(&name, "done")?;
                store.forget_old_plans();
                Ok(name)
            }
            Ok(Applied::Conflict(path)) => {
                store.take_back(&name)?;
                Err(StoreError::ChangedMeanwhile { path })
            }
            Err(error) => {
                store.take_back(&name)?;
                Err(error)
            }
        }
    }
}

impl Store {
    /// An empty change of several files.
    pub fn transaction(&self, purpose: impl Into<String>) -> Transaction {
        Transaction {
            store: self.clone(),
            purpose: purpose.into(),
            author: Author::default(),
            changes: Vec::new(),
            programs: Vec::new(),
            variables: Vec::new(),
            default: None,
            undoes: None,
        }
    }

    /// The changes whose plans are kept, oldest first.
    ///
    /// # Errors
    /// When they cannot be listed. A plan that cannot be read is ignored.
    pub fn past_changes(&self) -> Result<Vec<PastChange>, StoreError> {
        let folder = self.layout().transactions();
        let names = self.sys.fs().names_if_there(&folder).map_err(StoreError::io("list", &folder))?;
        let mut changes: Vec<PastChange> = names.iter().filter_map(|name| self.past_change(name.to_str()?)).collect();
        changes.sort_by_key(|change| change.unix_nanos);
        let undone: Vec<String> =
            changes.iter().filter(|change| change.done).filter_map(|change| change.undoes.clone()).collect();
        for change in &mut changes {
            change.undone = undone.contains(&change.name);
        }
        Ok(changes)
    }

    fn past_change(&self, folder: &str) -> Option<PastChange> {
        let (name, end) = folder.split_once('.')?;
        let done = match end {
            "done" => true,
            "reverted" | "failed" => false,
            _ => return None,
        };
        let plan = self.read_plan(&self.layout().transactions().join(folder)).ok()?;
        let nanos = name.split('-').next().and_then(|nanos| nanos.parse().ok());
        let files = plan.files.into_iter().map(|file| file.path);
        let programs = plan.programs.into_iter().map(|program| program.path);
        Some(PastChange {
            name: name.to_owned(),
            purpose: plan.purpose,
            unix_nanos: nanos.unwrap_or(plan.unix_seconds.saturating_mul(1_000_000_000)),
            author: plan.author,
            files: files.chain(programs).collect(),
            variables: plan.variables.into_iter().map(|variable| variable.0.name).collect(),
            default: plan.default.map(|default| (default.from, default.to)),
            undoes: plan.undoes,
            done,
            undone: false,
        })
    }

    /// Finishes the plans of dead processes, or restores all files of a plan if somebody else has changed one; removes
    /// plans that never got their names. A plan with variables stays on a system without a registry. The store's lock
    /// is held.
    pub(crate) fn recover_transactions(&self) -> Result<Vec<(String, PlanEnd)>, StoreError> {
        let folder = self.layout().transactions();
        let fs = self.sys.fs();
        let mut recovered = Vec::new();
        for name in fs.names_if_there(&folder).map_err(StoreError::io("list", &folder))? {
            let Some(name) = name.to_str().map(str::to_owned) else { continue };
            let path = folder.join(&name);
            if let Some(reason) = self.reason_to_leave(&path)? {
                recovered.push((name, PlanEnd::LeftAlone(reason)));
                continue;
            }
            let outcome = match path.extension().and_then(|extension| extension.to_str()) {
                Some("new") => {
                    fs.remove_tree(&path).map_err(StoreError::io("remove", &path))?;
                    continue;
                }
                Some("reverting") => self.go_on_taking_back(name.trim_end_matches(".reverting")).map(|()| false),
                Some(_) => continue,
                None => match self.apply(&name) {
                    Err(error @ (StoreError::NoRegistry { .. } | StoreError::Untrusted { .. })) => Err(error),
                    Ok(Applied::All) => self.finish(&name, "done").map(|()| true),
                    Ok(Applied::Conflict(_)) => self.take_back(&name).map(|()| false),
                    // A half-applied plan is reverted as a whole, as the process that began it would do.
                    Err(error) => self.take_back(&name).map(|()| false).map_err(|_| error),
                },
            };
            let outcome = match outcome {
                Ok(true) => PlanEnd::Finished,
                Ok(false) => PlanEnd::Undone,
                // Nothing of it was touched. It waits for a goward on a system with the registry.
                Err(error @ StoreError::NoRegistry { .. }) => PlanEnd::Waits(format!(
                    "could not {error}; the next change that goward makes on Windows finishes it"
                )),
                // Its owner has changed only now.
                Err(StoreError::Untrusted { cause, .. }) => PlanEnd::LeftAlone(cause.to_string()),
                // One plan that cannot be applied must not block all others, and every later run.
                Err(error) => {
                    let aside = path.with_extension("failed");
                    let reverting = path.with_extension("reverting");
                    let is_begun = fs.look(&reverting).map_err(StoreError::io("look at", &reverting))?.is_some();
                    let path = if is_begun { reverting } else { path };
                    fs.rename(&path, &aside).map_err(StoreError::io("set aside", &path))?;
                    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
                    PlanEnd::SetAside(format!("{error}{cause}"))
                }
            };
            recovered.push((self.purpose_of(&name), outcome));
        }
        Ok(recovered)
    }

    /// Why recovery does not even read a plan: another user could have written its folder, or a file in it. Checked
    /// before the first step, so that such a plan is neither applied nor removed.
    fn reason_to_leave(&self, folder: &Path) -> Result<Option<String>, StoreError> {
        let fs = self.sys.fs();
        if let Err(cause) = fs.trust_entries(&[folder.to_owned()]) {
            return Ok(Some(cause.to_string()));
        }
        let names = fs.names_if_there(folder).map_err(StoreError::io("list", folder))?;
        let files: Vec<PathBuf> = names.into_iter().map(|name| folder.join(name)).collect();
        // A program's image is a hard link to a program, which any user may own; the plan has its hash.
        let is_image =
            |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("program-"));
        let files: Vec<PathBuf> = files.into_iter().filter(|path| !is_image(path)).collect();
        Ok(fs.trust_entries(&files).err().map(|cause| cause.to_string()))
    }

    /// The purpose of a plan, however it ended.
    fn purpose_of(&self, name: &str) -> String {
        let stem = name.trim_end_matches(".reverting");
        let folder = self.layout().transactions();
        let ends = ["", ".done", ".reverted", ".failed", ".reverting"].map(|end| folder.join(format!("{stem}{end}")));
        let read = ends.iter().find_map(|folder| self.read_plan(folder).ok());
        read.map_or_else(|| stem.to_owned(), |plan| plan.purpose)
    }

    /// Restores all files of a plan; once begun, recovery continues this.
    fn take_back(&self, name: &str) -> Result<(), StoreError> {
        self.finish(name, "reverting")?;
        self.go_on_taking_back(name)
    }

    fn go_on_taking_back(&self, name: &str) -> Result<(), StoreError> {
        let folder = self.layout().transactions();
        let (from, to) = (folder.join(format!("{name}.reverting")), folder.join(format!("{name}.reverted")));
        self.revert(&from)?;
        let fs = self.sys.fs();
        fs.rename(&from, &to).map_err(StoreError::io("close the plan", &from))?;
        fs.sync_dir(&folder).map_err(StoreError::io("make durable", &folder))
    }

    /// Whether a plan waits to be finished or discarded.
    pub(crate) fn has_open_transactions(&self) -> Result<bool, StoreError> {
        let folder = self.layout().transactions();
        let names = self.sys.fs().names_if_there(&folder).map_err(StoreError::io("list", &folder))?;
        Ok(names.iter().any(|name| {
            let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
            matches!(extension, None | Some("new" | "reverting"))
        }))
    }

    /// Writes a plan and gives it its name: from then on it will be finished.
    fn plan(&self, name: &str, transaction: &Transaction) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        let folder = self.layout().transactions();
        let (made, named) = (folder.join(format!("{name}.new")), folder.join(name));
        self.make_private(&folder)?;
        fs.create_private_dirs_durably(&made).map_err(StoreError::io("make the folder", &made))?;
        let mut files = Vec::new();
        for (index, change) in transaction.changes.iter().enumerate() {
            let (path, project) = match &change.links {
                // People edit the link's target; the link stays.
                Links::Follow => (fs.resolve(&change.path).unwrap_or_else(|_| change.path.clone()), None),
                Links::RefuseBelow(folder) => (change.path.clone(), Some(folder.clone())),
            };
            self.write_image(&made, "before", index, change.before.as_ref())?;
            self.write_image(&made, "after", index, change.after.as_ref())?;
            let (existed, remains) = (change.before.is_some(), change.after.is_some());
            files.push(PlannedFile { path, existed, remains, project });
        }
        let variables = self.plan_variables(&transaction.variables)?;
        let plan = Plan {
            format: if variables.is_empty() { FORMAT } else { FORMAT_WITH_VARIABLES },
            purpose: transaction.purpose.clone(),
            unix_seconds: self.sys.clock().unix_seconds(),
            author: transaction.author.clone(),
            files,
            programs: self.plan_programs(&made, &transaction.programs)?,
            variables,
            default: self.planned_default(transaction)?,
            undoes: transaction.undoes.clone(),
        };
        let path = made.join("plan.json");
        let text = to_json(&plan);
        // A plan that cannot be read again could be neither finished nor reverted.
        if u64::try_from(text.len()).is_ok_and(|bytes| bytes > PLAN_BYTES_MAX) {
            return Err(StoreError::io("write", &path)(std::io::ErrorKind::FileTooLarge.into()));
        }
        fs.replace_private(&path, &text).map_err(StoreError::io("write", &path))?;
        fs.rename(&made, &named).map_err(StoreError::io("name the plan", &named))?;
        fs.sync_dir(&folder).map_err(StoreError::io("make durable", &folder))?;
        let home = self.layout().home();
        fs.sync_dir(home).map_err(StoreError::io("make durable", home))
    }

    /// How the default is to move, judged while the store's lock is held.
    fn planned_default(&self, transaction: &Transaction) -> Result<Option<PlannedDefault>, StoreError> {
        // A change that does not move the default does not need to know it.
        if transaction.default.is_none() {
            return Ok(None);
        }
        let before = self.current()?;
        let from = before.as_ref().map(|before| before.number);
        match &transaction.default {
            None => Ok(None),
            Some(NewDefault::Toolchain(id)) if before.is_some_and(|before| before.toolchain == *id) => Ok(None),
            Some(NewDefault::Toolchain(id)) => {
                self.check_not_blocked(id.version())?;
                let made = self.next_generation(id, transaction.author.clone())?;
                Ok(Some(PlannedDefault { from, to: Some(made.number), made: Some(made) }))
            }
            Some(NewDefault::Back { from: expected, .. }) if from != *expected => {
                Err(StoreError::ChangedMeanwhile { path: self.layout().current() })
            }
            Some(NewDefault::Back { to, .. }) => {
                if let Some(to) = to {
                    let generation = self.generation(*to)?;
                    if self.find_installed(&generation.toolchain)?.is_none() {
                        return Err(StoreError::NotInstalled { id: generation.toolchain });
                    }
                    self.check_way_back(&generation)?;
                }
                Ok(Some(PlannedDefault { from, to: *to, made: None }))
            }
        }
    }

    /// Changes every file, then the variables, then the default. Skips what is in effect already.
    fn apply(&self, name: &str) -> Result<Applied, StoreError> {
        let folder = self.layout().transactions().join(name);
        let plan = self.read_plan(&folder)?;
        self.check_registry(&plan.variables)?;
        for (index, file) in plan.files.iter().enumerate() {
            let (before, after) = (
                self.image(&folder, "before", index, file.existed)?,
                self.image(&folder, "after", index, file.remains)?,
            );
            let now = self.image_of(&file.path)?;
            if now == after {
                continue;
            }
            if now != before {
                return Ok(Applied::Conflict(file.path.clone()));
            }
            self.set(&file.path, after.as_ref(), &file.links())?;
        }
        if let Some(path) = self.apply_programs(&folder, &plan.programs)? {
            return Ok(Applied::Conflict(path));
        }
        self.apply_variables(&plan.variables)?;
        match &plan.default {
            Some(default) => self.apply_default(default),
            None => Ok(Applied::All),
        }
    }

    fn apply_default(&self, default: &PlannedDefault) -> Result<Applied, StoreError> {
        let now = self.current()?.map(|current| current.number);
        if now == default.to {
            return Ok(Applied::All);
        }
        if now != default.from {
            return Ok(Applied::Conflict(self.layout().current()));
        }
        if let Some(made) = &default.made {
            match self.generation(made.number) {
                // The generation of this plan, built before a stop.
                Ok(built) if built.toolchain == made.toolchain && built.made_unix_nanos == made.made_unix_nanos => {}
                Ok(_) => return Ok(Applied::Conflict(self.layout().generation(made.number))),
                Err(StoreError::NoGeneration { .. }) => self.build(made)?,
                Err(error) => return Err(error),
            }
        }
        self.move_default(default.to)?;
        Ok(Applied::All)
    }

    /// Restores the default and every file and variable that was changed. What somebody else has changed since stays.
    fn revert(&self, folder: &Path) -> Result<(), StoreError> {
        let plan = self.read_plan(folder)?;
        self.check_registry(&plan.variables)?;
        if let Some(default) = &plan.default
            && self.current()?.map(|current| current.number) == default.to
        {
            self.move_default(default.from)?;
        }
        self.revert_variables(&plan.variables)?;
        self.revert_programs(folder, &plan.programs)?;
        for (index, file) in plan.files.iter().enumerate() {
            let after = self.image(folder, "after", index, file.remains)?;
            if self.image_of(&file.path)? == after {
                let before = self.image(folder, "before", index, file.existed)?;
                self.set(&file.path, before.as_ref(), &file.links())?;
            }
        }
        Ok(())
    }

    fn finish(&self, name: &str, how: &str) -> Result<(), StoreError> {
        let folder = self.layout().transactions();
        let (from, to) = (folder.join(name), folder.join(format!("{name}.{how}")));
        let fs = self.sys.fs();
        fs.rename(&from, &to).map_err(StoreError::io("close the plan", &from))?;
        fs.sync_dir(&folder).map_err(StoreError::io("make durable", &folder))?;
        if how == "done" {
            self.drop_after_images(&to);
        }
        Ok(())
    }

    /// Old plans only take space: one that cannot be removed now is removed later.
    fn forget_old_plans(&self) {
        let folder = self.layout().transactions();
        let names = self.sys.fs().names_if_there(&folder).unwrap_or_default();
        let closed: Vec<_> = names
            .iter()
            .filter(|name| {
                // A plan that could be neither finished nor undone has the only copy of the former bytes: it stays.
                matches!(Path::new(name).extension().and_then(|e| e.to_str()), Some("done" | "reverted"))
            })
            .collect();
        for name in closed.iter().take(closed.len().saturating_sub(KEPT_PLANS)) {
            let _ = self.sys.fs().remove_tree(&folder.join(name));
        }
    }

    fn read_plan(&self, folder: &Path) -> Result<Plan, StoreError> {
        let path = folder.join("plan.json");
        let bytes = self.sys.fs().read_own(&path, PLAN_BYTES_MAX).map_err(StoreError::own("read the plan", &path))?;
        let read = serde_json::from_slice::<Plan>(&bytes).and_then(|plan| {
            check_format_up_to(plan.format, FORMAT_WITH_VARIABLES)?;
            Ok(plan)
        });
        read.map_err(|cause| StoreError::Record { path, cause })
    }

    fn image(&self, folder: &Path, which: &str, index: usize, is_there: bool) -> Result<Image, StoreError> {
        if !is_there {
            return Ok(None);
        }
        let path = folder.join(format!("{which}-{index}"));
        self.sys.fs().read_own(&path, FILE_BYTES_MAX).map(Some).map_err(StoreError::own("read", &path))
    }

    fn write_image(&self, folder: &Path, which: &str, index: usize, image: Option<&Vec<u8>>) -> Result<(), StoreError> {
        let Some(bytes) = image else { return Ok(()) };
        let path = folder.join(format!("{which}-{index}"));
        self.sys.fs().replace_private(&path, bytes).map_err(StoreError::io("write", &path))
    }
}
