//! The index in the structure of its JSON, bounded while it is parsed.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::limits::{INDEX_FILES_MAX, INDEX_RELEASES_MAX, INDEX_TEXT_BYTES_MAX};

/// The whole list.
pub(super) type RawIndex = AtMost<RawRelease, INDEX_RELEASES_MAX>;

/// One release. Unused fields are skipped, so that upstream may add some.
#[derive(Debug, Deserialize)]
pub(super) struct RawRelease {
    pub version: Text,
    /// The version determines it as well, and counts; only its type is checked.
    #[serde(rename = "stable")]
    pub _stable: bool,
    pub files: AtMost<RawFile, INDEX_FILES_MAX>,
}

/// One file.
#[derive(Debug, Deserialize)]
pub(super) struct RawFile {
    pub filename: Text,
    pub os: Text,
    pub arch: Text,
    pub version: Text,
    #[serde(default)]
    pub sha256: Option<Text>,
    #[serde(default)]
    pub size: Option<u64>,
    pub kind: Text,
}

/// A text of at most so many bytes.
#[derive(Debug)]
pub(super) struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        struct Bounded;
        impl Visitor<'_> for Bounded {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a text of at most {INDEX_TEXT_BYTES_MAX} bytes")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                if text.len() > INDEX_TEXT_BYTES_MAX {
                    return Err(E::invalid_length(text.len(), &self));
                }
                Ok(Text(text.to_owned()))
            }
        }
        deserializer.deserialize_str(Bounded)
    }
}

/// A list of at most so many items. The bound applies while parsing: otherwise a long list of small
/// items would take many times its own size in memory before it is counted.
#[derive(Debug)]
pub(super) struct AtMost<T, const MAX: usize>(pub Vec<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for AtMost<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bounded<T, const MAX: usize>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Bounded<T, MAX> {
            type Value = AtMost<T, MAX>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {MAX} items")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    if list.len() == MAX {
                        return Err(A::Error::invalid_length(MAX + 1, &self));
                    }
                    list.push(item);
                }
                Ok(AtMost(list))
            }
        }
        deserializer.deserialize_seq(Bounded(PhantomData))
    }
}
