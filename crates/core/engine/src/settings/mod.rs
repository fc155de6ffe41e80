//! Settings: one table, four places, every value with its origin.
//!
//! A setting has a default, may stand in `config.toml`, in the environment, or on the command line;
//! later ones win. The table in `table.rs` is the only place where settings are named: reading,
//! checking, `goward config` and the reference page all come from it.

mod error;
mod file;
mod table;
mod value;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sys::Sys;

pub use error::SettingsError;
pub use table::{Def, TABLE};
pub(crate) use value::without_secrets;
pub use value::{Kind, Value};

/// The administrator's store, unless a setting names another (Filesystem Hierarchy Standard 3.0, 3.13: `/opt`
/// is for what does not come with the system).
const SYSTEM_HOME: &str = "/opt/goward";

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is the default.
    Default,
    /// It stands in the configuration file, on this line.
    File {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// It is in the environment.
    Env(&'static str),
    /// It was given on the command line.
    Flag(&'static str),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { path, line } => write!(f, "{}:{line}", path.display()),
            Origin::Env(name) => write!(f, "{name} in the environment"),
            Origin::Flag(name) => write!(f, "{name} on the command line"),
        }
    }
}

/// A setting's value with its origin.
#[derive(Debug, Clone)]
pub struct Setting {
    /// What the setting is.
    pub def: &'static Def,
    /// Its value.
    pub value: Value,
    /// Where that comes from.
    pub origin: Origin,
}

/// A value given on the command line.
#[derive(Debug, Clone)]
pub struct Flag {
    /// The setting's key.
    pub key: &'static str,
    /// The flag, as it was typed.
    pub name: &'static str,
    /// The value, as text.
    pub value: String,
}

/// All settings.
#[derive(Debug, Clone)]
pub struct Settings {
    all: Vec<Setting>,
    file: Option<PathBuf>,
}

impl Settings {
    /// Reads all places. `config` is the file given on the command line; that one must be there.
    ///
    /// # Errors
    /// When the file cannot be read, or a value is not what its setting takes; the place is named.
    pub fn read(sys: &Sys, config: Option<&Path>, flags: &[Flag]) -> Result<Settings, SettingsError> {
        let named = config.map(Path::to_owned).or_else(|| sys.env().path_var("GOWARD_CONFIG"));
        let must_be_there = named.is_some();
        let path = named.or_else(|| config_folder(sys).map(|folder| folder.join("goward").join("config.toml")));
        let from_file = match &path {
            Some(path) => file::read(sys, path, must_be_there)?,
            None => Vec::new(),
        };
        let mut all = Vec::with_capacity(TABLE.len());
        for def in TABLE {
            all.push(read_one(sys, def, &from_file, flags)?);
        }
        let file = path.filter(|_| !from_file.is_empty() || must_be_there);
        let settings = Settings { all, file };
        settings.check_sources()?;
        Ok(settings)
    }

    /// All settings in the order of the table.
    pub fn all(&self) -> &[Setting] {
        &self.all
    }

    /// The configuration file that was read, if one was.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// One setting.
    pub fn get(&self, key: &str) -> &Setting {
        let found = self.all.iter().find(|setting| setting.def.key == key);
        found.expect("only keys of the table are asked for")
    }

    /// A text, if one is set.
    pub fn text(&self, key: &str) -> Option<&str> {
        match &self.get(key).value {
            Value::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// A number.
    pub fn count(&self, key: &str) -> u64 {
        match self.get(key).value {
            Value::Count(count) => count,
            _ => 0,
        }
    }

    /// A number of seconds.
    pub fn seconds(&self, key: &str) -> Duration {
        Duration::from_secs(self.count(key))
    }

    /// A switch.
    pub fn is_on(&self, key: &str) -> bool {
        self.get(key).value == Value::Switch(true)
    }

    /// A list of words.
    pub fn words(&self, key: &str) -> &[String] {
        match &self.get(key).value {
            Value::Words(words) => words,
            _ => &[],
        }
    }

    /// A list of names with their values.
    pub fn map(&self, key: &str) -> &[(String, String)] {
        match &self.get(key).value {
            Value::Map(map) => map,
            _ => &[],
        }
    }

    /// Every source that is named exists; a mirror's name is not that of another source.
    fn check_sources(&self) -> Result<(), SettingsError> {
        let mirrors = self.map("mirrors");
        for (name, _) in mirrors {
            if table::SOURCES.contains(&name.as_str()) {
                let setting = self.get("mirrors");
                let reason = format!("`{name}` is the name of another source");
                return Err(SettingsError::refused(setting, name, reason));
            }
        }
        let order = self.get("sources");
        for word in self.words("sources") {
            let known = table::SOURCES.contains(&word.as_str()) || mirrors.iter().any(|(name, _)| name == word);
            if !known {
                let names = table::SOURCES.iter().copied().chain(mirrors.iter().map(|(name, _)| name.as_str()));
                let names: Vec<&str> = names.collect();
                let reason = format!("there is no such source; there are: {}", names.join(", "));
                return Err(SettingsError::refused(order, word, reason));
            }
        }
        Ok(())
    }
}

fn read_one(
    sys: &Sys,
    def: &'static Def,
    from_file: &[(&'static str, Value, Origin)],
    flags: &[Flag],
) -> Result<Setting, SettingsError> {
    if let Some(flag) = flags.iter().rev().find(|flag| flag.key == def.key) {
        let origin = Origin::Flag(flag.name);
        let value = Value::parse(def.kind, &flag.value).map_err(|reason| SettingsError::Refused {
            key: def.key,
            value: shown(def.kind, &flag.value),
            origin: origin.clone(),
            reason,
        })?;
        return Ok(Setting { def, value, origin });
    }
    if sys.env().var_os(def.env).is_some() && sys.env().var(def.env).is_none() {
        let value = sys.env().var_os(def.env).unwrap_or_default().to_string_lossy().into_owned();
        let reason = "it is not valid Unicode".to_owned();
        return Err(SettingsError::Refused { key: def.key, value, origin: Origin::Env(def.env), reason });
    }
    if let Some(text) = sys.env().var(def.env) {
        let origin = Origin::Env(def.env);
        let value = Value::parse(def.kind, text).map_err(|reason| SettingsError::Refused {
            key: def.key,
            value: shown(def.kind, text),
            origin: origin.clone(),
            reason,
        })?;
        return Ok(Setting { def, value, origin });
    }
    if let Some((_, value, origin)) = from_file.iter().find(|(key, _, _)| *key == def.key) {
        return Ok(Setting { def, value: value.clone(), origin: origin.clone() });
    }
    let value = match def.key {
        "home" => Value::Text(home_folder(sys).and_then(|home| home.to_str().map(str::to_owned)).unwrap_or_default()),
        "system.home" if cfg!(unix) => Value::Text(SYSTEM_HOME.to_owned()),
        _ => Value::parse(def.kind, def.default).expect("the table's defaults are of their own kinds"),
    };
    Ok(Setting { def, value, origin: Origin::Default })
}

/// The folder that holds a user's configurations (XDG Base Directory Specification; `%APPDATA%` on Windows).
fn config_folder(sys: &Sys) -> Option<PathBuf> {
    let env = sys.env();
    if cfg!(windows) {
        return env.path_var("APPDATA");
    }
    env.path_var("XDG_CONFIG_HOME").or_else(|| Some(env.home()?.join(".config")))
}

/// Where goward keeps its store unless it is told otherwise.
fn home_folder(sys: &Sys) -> Option<PathBuf> {
    let env = sys.env();
    let data = if cfg!(windows) {
        env.path_var("LOCALAPPDATA")
    } else {
        env.path_var("XDG_DATA_HOME").or_else(|| Some(env.home()?.join(".local").join("share")))
    };
    data.map(|data| data.join("goward"))
}

/// A refused value as an error may show it.
fn shown(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Address => value::without_secrets(text),
        Kind::Map => text
            .split_whitespace()
            .map(|pair| match pair.split_once('=') {
                Some((name, address)) => format!("{name}={}", value::without_secrets(address)),
                None => value::without_secrets(pair),
            })
            .collect::<Vec<_>>()
            .join(" "),
        _ => text.to_owned(),
    }
}
