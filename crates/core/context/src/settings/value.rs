//! The values of settings, and how text is parsed into them.

use std::fmt;

use super::Setting;
use super::def::{Def, Kind};

/// What a setting holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, a path, an address or a choice.
    Text(String),
    /// A number.
    Count(u64),
    /// A number from 0 to 1.
    Share(Share),
    /// On or off.
    Switch(bool),
    /// Words.
    Words(Vec<String>),
    /// Names with values.
    Map(Vec<(String, String)>),
}

/// A number from 0 to 1, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    millionths: u32,
}

impl Share {
    const WHOLE: f64 = 1_000_000.0;

    /// A decimal number as a share; `None` if it is not one from 0 to 1.
    fn parse(text: &str) -> Option<Share> {
        let number = text.parse::<f64>().ok().filter(|number| (0.0..=1.0).contains(number))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to a million")]
        Some(Share { millionths: (number * Share::WHOLE).round() as u32 })
    }

    /// It as a number.
    pub fn get(self) -> f64 {
        f64::from(self.millionths) / Share::WHOLE
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl Value {
    /// Reads text from the environment or the command line.
    ///
    /// # Errors
    /// What is expected instead, as a sentence.
    pub fn parse(kind: Kind, text: &str) -> Result<Value, String> {
        match kind {
            Kind::Count(..) => {
                let count = text.parse::<u64>().map_err(|_| "a whole number is expected".to_owned())?;
                Value::Count(count).checked(kind)
            }
            Kind::Share => Share::parse(text).map(Value::Share).ok_or_else(|| format!("{} is expected", kind.noun())),
            Kind::Switch => match text.to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => Ok(Value::Switch(true)),
                "0" | "false" | "no" | "off" => Ok(Value::Switch(false)),
                _ => Err("`true` or `false` is expected".to_owned()),
            },
            Kind::Words => {
                let words = text.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
                Ok(Value::Words(words))
            }
            Kind::Map => {
                let pairs = text
                    .split_whitespace()
                    .map(|pair| match pair.split_once('=') {
                        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
                        None => Err(format!("`{pair}` is not of the form name=value")),
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                Value::Map(pairs).checked(kind)
            }
            Kind::Text | Kind::Release | Kind::Path | Kind::Program | Kind::Address | Kind::Choice(_) => {
                Value::Text(text.to_owned()).checked(kind)
            }
        }
    }

    /// The value, if the setting accepts it.
    pub(super) fn checked(self, kind: Kind) -> Result<Value, String> {
        match (&self, kind) {
            (Value::Text(_), Kind::Text)
            | (Value::Share(_), Kind::Share)
            | (Value::Switch(_), Kind::Switch)
            | (Value::Words(_), Kind::Words) => Ok(self),
            (Value::Text(text), Kind::Release) => {
                if text.is_empty() || text.parse::<release::Version>().is_ok() {
                    Ok(self)
                } else {
                    Err("a version such as `1.21` is expected".to_owned())
                }
            }
            (Value::Text(text), Kind::Path) => {
                if text.is_empty() || std::path::Path::new(text).is_absolute() {
                    Ok(self)
                } else {
                    Err("an absolute path is expected".to_owned())
                }
            }
            (Value::Text(text), Kind::Program) => match text.split_whitespace().next() {
                Some(program) if !sys::Program::is_word(program) => Err(format!(
                    "`{program}` is a relative path, which is another program in every folder; an absolute path is expected, or a name to be found on PATH"
                )),
                _ => Ok(self),
            },
            (Value::Text(text), Kind::Address) => address(text).map(|()| self.clone()),
            (Value::Text(text), Kind::Choice(words)) => {
                if words.contains(&text.as_str()) {
                    Ok(self)
                } else {
                    Err(format!("one of {} is expected", words.join(", ")))
                }
            }
            (Value::Count(count), Kind::Count(least, most)) => {
                if (least..=most).contains(count) {
                    Ok(self)
                } else {
                    Err(format!("a number from {least} to {most} is expected"))
                }
            }
            (Value::Map(pairs), Kind::Map) => {
                for (name, value) in pairs {
                    let named =
                        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
                    if !named {
                        return Err(format!("`{name}` is no name: letters, digits, `-` and `_` are allowed"));
                    }
                    address(value).map_err(|reason| format!("`{name}`: {reason}"))?;
                }
                Ok(self)
            }
            (_, kind) => Err(format!("{} is expected", kind.noun())),
        }
    }
}

fn address(text: &str) -> Result<(), String> {
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(()),
        Ok(_) => Err("an address with http or https is expected".to_owned()),
        Err(error) => Err(format!("an address is expected ({error})")),
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Count(count) => write!(f, "{count}"),
            Value::Share(share) => write!(f, "{share}"),
            Value::Switch(on) => write!(f, "{on}"),
            Value::Words(words) => f.write_str(&words.join(",")),
            Value::Map(pairs) => {
                let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
                f.write_str(&pairs.join(" "))
            }
        }
    }
}

/// Settings that hold a command: its arguments may be credentials, so only the program's name is shown.
const COMMANDS: [&str; 2] = ["wheel.pip", "verify.hook"];

/// An address without its credentials; any other text as it is, unless it may hide some.
pub fn without_secrets(text: &str) -> String {
    match url::Url::parse(text) {
        Ok(url) if url.has_host() => fetch::redacted(&url),
        _ if text.contains("://") => diag::without_credentials(text),
        _ if text.contains('@') => "…".to_owned(),
        _ => text.to_owned(),
    }
}

/// A setting's value as printable text: a command without its arguments, an address without credentials.
pub fn shown_text(def: &Def, text: &str) -> String {
    match def.kind {
        _ if COMMANDS.contains(&def.key) => diag::program_of(text.split_whitespace()),
        // Names of sources and the like: an address in their place may lack a scheme.
        Kind::Address | Kind::Words => without_secrets(text),
        Kind::Map => {
            let pairs = text.split_whitespace().map(|pair| match pair.split_once('=') {
                Some((name, address)) => format!("{name}={}", without_secrets(address)),
                None => without_secrets(pair),
            });
            pairs.collect::<Vec<_>>().join(" ")
        }
        _ => diag::without_credentials(text),
    }
}

impl Setting {
    /// The value for printing: a command without its arguments, addresses without credentials.
    pub fn shown(&self) -> Value {
        match &self.value {
            Value::Text(text) => Value::Text(shown_text(self.def, text)),
            Value::Words(words) => Value::Words(words.iter().map(|word| shown_text(self.def, word)).collect()),
            Value::Map(pairs) => {
                Value::Map(pairs.iter().map(|(name, value)| (name.clone(), without_secrets(value))).collect())
            }
            other => other.clone(),
        }
    }
}
