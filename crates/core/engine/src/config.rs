//! Changes `config.toml`: one setting, or the whole file in an editor.
//!
//! Comments and the order of lines stay. goward writes only bytes that it can read back: it parses and checks the new
//! file first. The change is one transaction, so the history has it and `goward undo` reverts it.

use std::path::PathBuf;

use context::settings::{ConfigFile, Def, Origin, Settings, SettingsError, Value, def_of, keys, shown_text};
use context::{Ctx, recover};
use diag::{Class, Diagnose, Diagnosis, IoFailure};
use store::{FileChange, StoreError};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike};

/// The result of a change of the configuration file.
#[derive(Debug, Clone)]
pub struct Configured {
    /// The file.
    pub path: PathBuf,
    /// Whether its bytes have changed.
    pub changed: bool,
    /// The setting; none where the whole file was edited.
    pub def: Option<&'static Def>,
    /// The value that the file has given it before, for printing.
    pub before: Option<Value>,
    /// The value that the file gives it now, for printing.
    pub value: Option<Value>,
    /// What still decides in place of the file.
    pub overruled_by: Option<Origin>,
}

/// Why the configuration file was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The setting or its value is refused, or the file cannot be read.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The file could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file has no table where the setting belongs.
    #[error("write `{key}` into `{}`: `{table}` is not a table there", path.display())]
    NotATable {
        /// The setting.
        key: &'static str,
        /// What should be a table.
        table: String,
        /// The file.
        path: PathBuf,
    },
    /// The file is not the TOML that it was when goward read it.
    #[error("understand `{}`: {reason}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        reason: String,
    },
}

impl Diagnose for ConfigError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Settings(error) => error.diagnosis(),
            Self::Store(error) => error.diagnosis(),
            Self::NotATable { .. } => Class::Usage.word("config-syntax").hint("`goward config edit` opens the file"),
            Self::Syntax { .. } => Class::Usage.word("config-syntax").hint("`goward config edit` opens the file"),
        }
    }
}

/// Gives a setting a value in the configuration file, or takes it out (`None`), so that its default counts.
///
/// # Errors
/// When there is no such setting, it does not accept the value, or the file cannot be changed; then nothing changes.
pub fn configure(ctx: &Ctx, key: &str, text: Option<&str>) -> Result<Configured, ConfigError> {
    let def = def_of(key)?;
    let value = text.map(|text| parsed(def, text)).transpose()?;
    let file = ctx.settings.config_file(&ctx.sys)?;
    let mut document = document(&file)?;
    let before = set(&mut document, def, value.as_ref(), &file)?.then(|| in_file(ctx, def)).flatten();
    let after = document.to_string().into_bytes();
    let purpose = match &value {
        Some(_) => format!("config set {key}"),
        None => format!("config unset {key}"),
    };
    let changed = write(ctx, &file, after, purpose)?;
    // The environment and the command line come before the file.
    let origin = ctx.settings.all().iter().find(|setting| setting.def.key == key).map(|setting| setting.origin.clone());
    let overruled_by = origin.filter(|origin| matches!(origin, Origin::Env(_) | Origin::Flag(_)));
    let value = value.map(|value| shown(def, value));
    Ok(Configured { path: file.path, changed, def: Some(def), before, value, overruled_by })
}

/// A planned change of several settings of the configuration file.
#[derive(Debug, Clone, Default)]
pub struct PlannedSettings {
    /// The change of the file; none if its bytes would stay.
    pub change: Option<FileChange>,
    /// The keys whose values would be others.
    pub keys: Vec<String>,
    /// Keys that this goward does not have.
    pub unknown: Vec<String>,
}

/// Plans several settings of the configuration file at once: each gets its value, or is taken out. Changes nothing.
///
/// # Errors
/// When a setting does not accept its value, or goward could not read the new file.
pub fn plan_settings(ctx: &Ctx, changes: &[(String, Option<String>)]) -> Result<PlannedSettings, ConfigError> {
    let mut planned = PlannedSettings::default();
    // A machine without a home folder has no place for the file, and needs none then.
    if changes.is_empty() {
        return Ok(planned);
    }
    let file = ctx.settings.config_file(&ctx.sys)?;
    let mut document = document(&file)?;
    for (key, text) in changes {
        let Ok(def) = def_of(key) else {
            planned.unknown.push(key.clone());
            continue;
        };
        let value = text.as_deref().map(|text| parsed(def, text)).transpose()?;
        let before = document.to_string();
        set(&mut document, def, value.as_ref(), &file)?;
        if document.to_string() != before {
            planned.keys.push(key.clone());
        }
    }
    let after = document.to_string().into_bytes();
    if file.bytes.as_deref().unwrap_or_default() != after {
        Settings::check_config(&ctx.sys, &file.path, &after)?;
        planned.change = Some(FileChange::of_user(&file.path, file.bytes.clone(), Some(after)));
    }
    Ok(planned)
}

/// Replaces the configuration file by these bytes, if goward can read them. `file` is what was read before.
///
/// # Errors
/// When goward cannot read the bytes, or the file was changed meanwhile or cannot be written; then nothing changes.
pub fn reconfigure(ctx: &Ctx, file: &ConfigFile, after: Vec<u8>) -> Result<Configured, ConfigError> {
    let changed = write(ctx, file, after, "config edit".to_owned())?;
    Ok(Configured { path: file.path.clone(), changed, def: None, before: None, value: None, overruled_by: None })
}

fn parsed(def: &'static Def, text: &str) -> Result<Value, SettingsError> {
    Value::parse(def.kind, text).map_err(|reason| SettingsError::Refused {
        key: def.key,
        value: shown_text(def, text),
        origin: Origin::Flag("VALUE"),
        reason,
    })
}

/// The file's own value of a setting, for printing.
fn in_file(ctx: &Ctx, def: &'static Def) -> Option<Value> {
    let setting = ctx.settings.all().iter().find(|setting| setting.def.key == def.key)?;
    matches!(setting.origin, Origin::File { .. }).then(|| setting.shown())
}

fn shown(def: &'static Def, value: Value) -> Value {
    context::settings::Setting { def, value, origin: Origin::Default }.shown()
}

fn document(file: &ConfigFile) -> Result<DocumentMut, ConfigError> {
    let syntax = |reason: String| ConfigError::Syntax { path: file.path.clone(), reason };
    let text = std::str::from_utf8(file.bytes.as_deref().unwrap_or_default()).map_err(|e| syntax(e.to_string()))?;
    text.parse().map_err(|error: toml_edit::TomlError| syntax(error.message().to_owned()))
}

/// Sets or removes a key, and keeps everything else. Returns whether the file had the key.
fn set(document: &mut DocumentMut, def: &Def, value: Option<&Value>, file: &ConfigFile) -> Result<bool, ConfigError> {
    let names: Vec<&str> = def.key.split('.').collect();
    let (last, tables) = names.split_last().map_or((def.key, &[][..]), |(last, tables)| (*last, tables));
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for name in tables {
        if value.is_none() && !table.contains_key(name) {
            return Ok(false);
        }
        let item = table.entry(name).or_insert_with(|| Item::Table(Table::new()));
        table = item.as_table_like_mut().ok_or_else(|| ConfigError::NotATable {
            key: def.key,
            table: (*name).to_owned(),
            path: file.path.clone(),
        })?;
    }
    let had = table.contains_key(last);
    match (value, table.get_mut(last)) {
        (None, _) => {
            table.remove(last);
        }
        (Some(value), Some(Item::Value(old))) => {
            // The comment behind the old value stays.
            let decor = old.decor().clone();
            *old = to_toml(value);
            *old.decor_mut() = decor;
        }
        (Some(value), _) => {
            table.insert(last, Item::Value(to_toml(value)));
        }
    }
    Ok(had)
}

fn to_toml(value: &Value) -> toml_edit::Value {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Count(count) => i64::try_from(*count).unwrap_or(i64::MAX).into(),
        Value::Share(share) => share.get().into(),
        Value::Switch(on) => (*on).into(),
        Value::Words(words) => toml_edit::Value::Array(words.iter().map(String::as_str).collect::<Array>()),
        Value::Map(pairs) => {
            let mut table = InlineTable::new();
            for (name, value) in pairs {
                table.insert(name, value.as_str().into());
            }
            toml_edit::Value::InlineTable(table)
        }
    }
}

/// Writes the file if its bytes differ and goward can read them.
fn write(ctx: &Ctx, file: &ConfigFile, after: Vec<u8>, purpose: String) -> Result<bool, ConfigError> {
    if file.bytes.as_deref().unwrap_or_default() == after {
        return Ok(false);
    }
    Settings::check_config(&ctx.sys, &file.path, &after)?;
    recover(ctx);
    // A setting may hold a secret, which the history must not repeat: the purpose names the key alone.
    let mut author = ctx.author.clone();
    author.command = std::iter::once("goward".to_owned()).chain(purpose.split(' ').map(str::to_owned)).collect();
    if let Some(folder) = file.path.parent() {
        let made = ctx.sys.fs().create_users_dirs(folder);
        made.map_err(|cause| StoreError::Io(IoFailure::on("make the folder", folder)(cause)))?;
    }
    let change = FileChange::of_user(&file.path, file.bytes.clone(), Some(after));
    let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
    ctx.store.transaction(purpose).by(author).change(change).commit(wait_max)?;
    Ok(true)
}
