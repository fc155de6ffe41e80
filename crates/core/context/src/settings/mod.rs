//! Settings: one table, four places, every value with its origin.
//!
//! A setting has a default, and may be set in `config.toml`, in the environment, or on the command
//! line; later ones win. The table in `table.rs` is the only place where settings are named:
//! reading, checking, `goward config` and the reference page all come from it.

mod def;
mod error;
mod file;
mod key;
mod table;
mod value;

use std::path::{Path, PathBuf};
use std::time::Duration;

use project::{PinFiles, PinKind};
use sys::Sys;

pub use def::{Def, Kind};
pub use error::SettingsError;
pub use key::{Count, Key, Map, Share, Switch, Text, Words};
pub use table::{TABLE, keys};
pub use value::Value;
pub use value::shown_text;
pub use value::without_secrets;

/// The administrator's store, unless a setting names another (Filesystem Hierarchy Standard 3.0, 3.13: `/opt` is for
/// add-on software).
const SYSTEM_HOME: &str = "/opt/goward";

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is the default.
    Default,
    /// It is in the configuration file, on this line.
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

/// The row of the table with this key.
///
/// # Errors
/// When there is none; the error names keys that look like it.
pub fn def_of(key: &str) -> Result<&'static Def, SettingsError> {
    TABLE.iter().find(|def| def.key == key).ok_or_else(|| {
        let nearest = diag::nearest(key, TABLE.iter().map(|def| def.key), 2);
        let nearest = TABLE.iter().map(|def| def.key).filter(|key| nearest.contains(key)).collect();
        SettingsError::Unknown { key: key.to_owned(), origin: Origin::Flag("KEY"), nearest }
    })
}

/// A value given on the command line.
#[derive(Debug, Clone)]
pub struct Flag {
    /// The setting.
    def: &'static Def,
    /// The flag, as it was typed.
    name: &'static str,
    /// The value, as text.
    value: String,
}

impl Flag {
    /// This setting with this value, given by the flag of this name.
    pub fn new<T>(key: Key<T>, name: &'static str, value: impl Into<String>) -> Flag {
        Flag { def: key.def(), name, value: value.into() }
    }
}

/// All settings.
#[derive(Debug, Clone)]
pub struct Settings {
    all: Vec<Setting>,
    file: Option<PathBuf>,
    place: Option<PathBuf>,
}

/// The configuration file as it is on disk.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// Its bytes; `None` if there is no file.
    pub bytes: Option<Vec<u8>>,
}

impl Settings {
    /// Reads all places. `config` is the file given on the command line; it must exist.
    ///
    /// # Errors
    /// When the file cannot be read, or a setting does not accept its value; the error names the place.
    pub fn read(sys: &Sys, config: Option<&Path>, flags: &[Flag]) -> Result<Settings, SettingsError> {
        let named = config.map(Path::to_owned).or_else(|| sys.env().path_var("GOWARD_CONFIG"));
        let must_be_there = named.is_some();
        let path = named.or_else(|| users_file(sys));
        let from_file = match &path {
            Some(path) => file::read(sys, path, must_be_there)?,
            None => Vec::new(),
        };
        let mut all = Vec::with_capacity(TABLE.len());
        for def in TABLE {
            all.push(read_one(sys, def, &from_file, flags)?);
        }
        let file = path.clone().filter(|_| !from_file.is_empty() || must_be_there);
        let settings = Settings { all, file, place: path };
        settings.check_words()?;
        settings.check_pin_files()?;
        Ok(settings)
    }

    /// The same settings with one of them given as on the command line.
    ///
    /// # Errors
    /// When the setting does not accept the value.
    pub fn with(mut self, flag: &Flag) -> Result<Settings, SettingsError> {
        for setting in self.all.iter_mut().filter(|setting| setting.def.key == flag.def.key) {
            let origin = Origin::Flag(flag.name);
            setting.value = Value::parse(setting.def.kind, &flag.value).map_err(|reason| SettingsError::Refused {
                key: flag.def.key,
                value: shown_text(setting.def, &flag.value),
                origin: origin.clone(),
                reason,
            })?;
            setting.origin = origin;
        }
        self.check_words()?;
        self.check_pin_files()?;
        Ok(self)
    }

    /// The configuration file: the one that was named, else the user's own, which may not exist yet.
    ///
    /// # Errors
    /// When there is no folder for it, or it cannot be read, or somebody else could have written it.
    pub fn config_file(&self, sys: &Sys) -> Result<ConfigFile, SettingsError> {
        let path = self.place.clone().ok_or(SettingsError::NoHome)?;
        let path = sys.env().folder().join(path);
        let bytes = file::bytes(sys, &path, false)?;
        Ok(ConfigFile { path, bytes })
    }

    /// Checks bytes before they are written to the configuration file: goward has to be able to read them back.
    ///
    /// # Errors
    /// As for [`Settings::read`]: the bytes are no TOML, a setting is unknown or does not accept its value.
    pub fn check_config(sys: &Sys, path: &Path, bytes: &[u8]) -> Result<(), SettingsError> {
        let found = file::parse(path, bytes)?;
        let mut all = Vec::with_capacity(TABLE.len());
        for def in TABLE {
            all.push(match in_file(def, &found) {
                Some(setting) => setting,
                None => of_default(sys, def),
            });
        }
        let settings = Settings { all, file: None, place: None };
        settings.check_words()?;
        settings.check_pin_files()
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
    pub fn get<T>(&self, key: Key<T>) -> &Setting {
        // They are in the order of the table, which a key indexes.
        &self.all[key.index()]
    }

    /// A text, if one is set.
    pub fn text(&self, key: Key<Text>) -> Option<&str> {
        match &self.get(key).value {
            Value::Text(text) if !text.is_empty() => Some(text),
            Value::Text(_) => None,
            other => unreachable!("{} holds a text, not {other:?}", key.name()),
        }
    }

    /// A number.
    pub fn count(&self, key: Key<Count>) -> u64 {
        match self.get(key).value {
            Value::Count(count) => count,
            ref other => unreachable!("{} holds a number, not {other:?}", key.name()),
        }
    }

    /// A number of seconds.
    pub fn seconds(&self, key: Key<Count>) -> Duration {
        Duration::from_secs(self.count(key))
    }

    /// A number from 0 to 1.
    pub fn share(&self, key: Key<Share>) -> f64 {
        match self.get(key).value {
            Value::Share(share) => share.get(),
            ref other => unreachable!("{} holds a number from 0 to 1, not {other:?}", key.name()),
        }
    }

    /// A switch.
    pub fn is_on(&self, key: Key<Switch>) -> bool {
        self.get(key).value == Value::Switch(true)
    }

    /// A list of words.
    pub fn words(&self, key: Key<Words>) -> &[String] {
        match &self.get(key).value {
            Value::Words(words) => words,
            other => unreachable!("{} holds words, not {other:?}", key.name()),
        }
    }

    /// A list of names with their values.
    pub fn map(&self, key: Key<Map>) -> &[(String, String)] {
        match &self.get(key).value {
            Value::Map(map) => map,
            other => unreachable!("{} holds names with values, not {other:?}", key.name()),
        }
    }

    /// The files that pin, in their order.
    pub fn pin_files(&self) -> PinFiles {
        PinFiles::new(self.words(keys::PIN_FILES).iter().filter_map(|word| PinKind::of_word(word)))
    }

    fn check_pin_files(&self) -> Result<(), SettingsError> {
        for word in self.words(keys::PIN_FILES) {
            if PinKind::of_word(word).is_none() {
                let names = PinKind::ALL.map(PinKind::word).join(", ");
                let reason = format!("there is no such kind of file; there are: {names}");
                return Err(SettingsError::refused(self.get(keys::PIN_FILES), word, reason));
            }
        }
        Ok(())
    }

    /// Checks that every named source and witness exists, and that no mirror has the name of another source.
    fn check_words(&self) -> Result<(), SettingsError> {
        let mirrors = self.map(keys::MIRRORS);
        for (name, _) in mirrors {
            if table::SOURCES.contains(&name.as_str()) {
                let setting = self.get(keys::MIRRORS);
                let reason = format!("`{name}` is the name of another source");
                return Err(SettingsError::refused(setting, name, reason));
            }
        }
        let order = self.get(keys::SOURCES);
        for word in self.words(keys::SOURCES) {
            let known = table::SOURCES.contains(&word.as_str()) || mirrors.iter().any(|(name, _)| name == word);
            if !known {
                let names = table::SOURCES.iter().copied().chain(mirrors.iter().map(|(name, _)| name.as_str()));
                let names: Vec<&str> = names.collect();
                let reason = format!("there is no such source; there are: {}", names.join(", "));
                return Err(SettingsError::refused(order, word, reason));
            }
        }
        let required = self.get(keys::VERIFY_REQUIRE);
        for word in self.words(keys::VERIFY_REQUIRE) {
            if trust::WitnessKind::of(word).is_none() {
                let names: Vec<&str> = trust::WitnessKind::ALL.iter().map(|need| need.word()).collect();
                let reason = format!("there is no such witness; there are: {}", names.join(", "));
                return Err(SettingsError::refused(required, word, reason));
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
    if let Some(flag) = flags.iter().rev().find(|flag| flag.def.key == def.key) {
        let origin = Origin::Flag(flag.name);
        let value = Value::parse(def.kind, &flag.value).map_err(|reason| SettingsError::Refused {
            key: def.key,
            value: shown_text(def, &flag.value),
            origin: origin.clone(),
            reason,
        })?;
        return Ok(Setting { def, value, origin });
    }
    if sys.env().var_os(def.env).is_some() && sys.env().var(def.env).is_none() {
        let value = shown_text(def, &sys.env().var_os(def.env).unwrap_or_default().to_string_lossy());
        let reason = "it is not valid Unicode".to_owned();
        return Err(SettingsError::Refused { key: def.key, value, origin: Origin::Env(def.env), reason });
    }
    if let Some(text) = sys.env().var(def.env) {
        let origin = Origin::Env(def.env);
        let value = Value::parse(def.kind, text).map_err(|reason| SettingsError::Refused {
            key: def.key,
            value: shown_text(def, text),
            origin: origin.clone(),
            reason,
        })?;
        return Ok(Setting { def, value, origin });
    }
    Ok(in_file(def, from_file).unwrap_or_else(|| of_default(sys, def)))
}

/// A setting as the file has it.
fn in_file(def: &'static Def, from_file: &[(&'static str, Value, Origin)]) -> Option<Setting> {
    let (_, value, origin) = from_file.iter().find(|(key, _, _)| *key == def.key)?;
    Some(Setting { def, value: value.clone(), origin: origin.clone() })
}

fn of_default(sys: &Sys, def: &'static Def) -> Setting {
    let value = match def.key {
        "home" => Value::Text(home_folder(sys).and_then(|home| home.to_str().map(str::to_owned)).unwrap_or_default()),
        "system.home" if cfg!(unix) => Value::Text(SYSTEM_HOME.to_owned()),
        _ => Value::parse(def.kind, def.default).expect("the table's defaults are of their own kinds"),
    };
    Setting { def, value, origin: Origin::Default }
}

/// The folder that holds a user's configurations: that of XDG, on macOS too; `%APPDATA%` on Windows.
fn config_folder(sys: &Sys) -> Option<PathBuf> {
    let env = sys.env();
    if cfg!(windows) { env.path_var("APPDATA") } else { env.xdg_config_folder() }
}

/// The user's configuration file, whether or not it is there and whatever `GOWARD_CONFIG` says.
pub(crate) fn users_file(sys: &Sys) -> Option<PathBuf> {
    config_folder(sys).map(|folder| folder.join("goward").join("config.toml"))
}

/// Families of settings that affect which toolchain runs, or the environment of its programs. A shim knows none of
/// them, so if one is set goward decides every case; the shim looks for variables with these prefixes
/// (`crates/bins/shim/src/resolve.rs`).
const CHOOSING: [(&str, &str); 3] =
    [("resolve.", "GOWARD_RESOLVE_"), ("pin.", "GOWARD_PIN_"), ("isolate.", "GOWARD_ISOLATE_")];

/// Whether this file affects the choice, for a store in `home`; also true if the file cannot be used.
pub(crate) fn bears_on_choice(sys: &Sys, file: &Path, home: &Path) -> bool {
    let Ok(found) = file::read(sys, file, false) else { return true };
    found.iter().any(|(key, value, _)| {
        let def = TABLE.iter().find(|def| def.key == *key);
        let is_default =
            def.is_some_and(|def| Value::parse(def.kind, def.default).is_ok_and(|value_| value_ == *value));
        match *key {
            "home" => !is_default && *value != Value::Text(home.display().to_string()),
            // These alone: the others of their families do not affect the choice.
            "lock.required" | "lock.frozen" | "system.home" => !is_default,
            key => !is_default && CHOOSING.iter().any(|(family, _)| key.starts_with(family)),
        }
    })
}

/// The default folder of goward's store.
fn home_folder(sys: &Sys) -> Option<PathBuf> {
    let env = sys.env();
    let data = if cfg!(windows) { env.path_var("LOCALAPPDATA") } else { env.xdg_data_folder() };
    data.map(|data| data.join("goward"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_bears_on_the_choice_has_a_variable_that_the_shim_looks_for() {
        for def in TABLE {
            for (family, variable) in CHOOSING {
                assert_eq!(def.key.starts_with(family), def.env.starts_with(variable), "{}", def.key);
            }
        }
    }

    #[test]
    fn a_file_that_cannot_be_used_or_names_another_home_bears_on_the_choice() {
        let folder = tempfile::tempdir().unwrap();
        let (sys, file) = (Sys::real(), folder.path().join("config.toml"));
        let home = folder.path().join("home");
        let bears = |text: &str| {
            // Between single quotes TOML accepts a path of any system unchanged.
            let text = text.replace("HERE", &folder.path().display().to_string());
            sys.fs().replace(&file, text.as_bytes()).unwrap();
            bears_on_choice(&sys, &file, &home)
        };
        assert!(!bears(""));
        assert!(!bears(&format!("home = 'HERE{}home'\n[network]\ntries = 3\n", std::path::MAIN_SEPARATOR)));
        assert!(bears(&format!("home = 'HERE{}other'\n", std::path::MAIN_SEPARATOR)));
        assert!(bears("no = such\n"));
        sys.fs().remove_file(&file).unwrap();
        assert!(!bears_on_choice(&sys, &file, &home));
    }
}
