//! What modules have: their fields with the kinds of their values, and constants.

use super::{elf, pe};
use crate::value::Value;

/// A module that reads a format of programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Module {
    Elf,
    Pe,
}

/// A field, by its name.
pub(crate) type Member = (&'static str, Kind);

/// What a field holds.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A number, a text or a truth.
    Scalar,
    /// A function.
    Function,
    Structure(&'static [Member]),
    List(&'static Kind),
    /// By texts.
    Map(&'static Kind),
}

impl Module {
    /// The module of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "elf" => Self::Elf,
            "pe" => Self::Pe,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Elf => "elf",
            Self::Pe => "pe",
        }
    }

    /// Its fields and functions.
    pub(crate) fn members(self) -> &'static [Member] {
        match self {
            Self::Elf => elf::MEMBERS,
            Self::Pe => pe::MEMBERS,
        }
    }

    /// The constant of this name.
    pub(crate) fn constant(self, name: &str) -> Option<i64> {
        let constants = match self {
            Self::Elf => elf::CONSTANTS,
            Self::Pe => pe::CONSTANTS,
        };
        constants.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

impl Kind {
    /// What stands there where a file has nothing.
    pub(crate) fn empty(&self) -> Value {
        match self {
            Self::Scalar | Self::Function => Value::Undefined,
            Self::Structure(members) => Value::structure(members.iter().map(|(_, kind)| kind.empty())),
            Self::List(_) => Value::list(Vec::new()),
            Self::Map(_) => Value::map(Vec::new()),
        }
    }
}
