//! The typed keys of settings.

use std::marker::PhantomData;

use super::def::{Def, Kind};

/// A setting's key, with the type of its value. Only the table makes keys, so code cannot read a setting that does not
/// exist, or as another type.
#[derive(Debug)]
pub struct Key<T> {
    index: usize,
    def: &'static Def,
    held: PhantomData<T>,
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Key<T> {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> Key<T> {
    /// The key of a row of the table.
    pub(super) const fn at(index: usize, def: &'static Def) -> Key<T> {
        Key { index, def, held: PhantomData }
    }

    /// The row in the table, counted from 0.
    pub(super) fn index(self) -> usize {
        self.index
    }

    /// Its row in the table.
    pub fn def(self) -> &'static Def {
        self.def
    }

    /// Its name in `config.toml`.
    pub fn name(self) -> &'static str {
        self.def.key
    }
}

/// A text, a version, a path, a program, an address or one of some words; it may be unset.
#[derive(Debug)]
pub enum Text {}
/// A whole number.
#[derive(Debug)]
pub enum Count {}
/// A number from 0 to 1.
#[derive(Debug)]
pub enum Share {}
/// On or off.
#[derive(Debug)]
pub enum Switch {}
/// A list of words.
#[derive(Debug)]
pub enum Words {}
/// Names with values.
#[derive(Debug)]
pub enum Map {}

/// The kinds of settings that a type of key is for.
pub(super) trait Holds {
    const HELD: Held;
}

/// The type of the value, as a value that can be compared at compile time.
#[derive(Clone, Copy)]
pub(super) enum Held {
    Text,
    Count,
    Share,
    Switch,
    Words,
    Map,
}

impl Held {
    /// Whether a setting of this kind has this type.
    pub(super) const fn of(self, kind: Kind) -> bool {
        match kind {
            Kind::Text | Kind::Release | Kind::Path | Kind::Program | Kind::Address | Kind::Choice(_) => {
                matches!(self, Held::Text)
            }
            Kind::Count(..) => matches!(self, Held::Count),
            Kind::Share => matches!(self, Held::Share),
            Kind::Switch => matches!(self, Held::Switch),
            Kind::Words => matches!(self, Held::Words),
            Kind::Map => matches!(self, Held::Map),
        }
    }
}

impl Holds for Text {
    const HELD: Held = Held::Text;
}
impl Holds for Count {
    const HELD: Held = Held::Count;
}
impl Holds for Share {
    const HELD: Held = Held::Share;
}
impl Holds for Switch {
    const HELD: Held = Held::Switch;
}
impl Holds for Words {
    const HELD: Held = Held::Words;
}
impl Holds for Map {
    const HELD: Held = Held::Map;
}
