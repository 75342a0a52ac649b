//! Modules that read formats of programs: what they know of a file, each part of it read when a rule first asks.

mod certificate;
mod der;
mod elf;
mod pe;
mod reader;
mod schema;
mod tlsh;

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use regex::bytes::Regex;

use crate::value::Value;
pub(crate) use schema::{Kind, Member, Module};

/// The most rows of one table of a file: of larger ones, so many are there.
pub(crate) const MOST_ROWS: usize = 400_000;

/// What is given to a function of a module.
#[derive(Debug)]
pub(crate) enum Given<'g> {
    Value(Value),
    Regex(&'g Regex),
}

impl Given<'_> {
    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Value(value) => value.integer(),
            Self::Regex(_) => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&[u8]> {
        match self {
            Self::Value(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// What a function of a module says, and how many steps that took.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) value: Value,
    pub(crate) steps: u64,
}

impl Answer {
    /// An answer that took no search.
    pub(crate) fn of(value: Value) -> Self {
        Self { value, steps: 1 }
    }
}

/// What modules know of one file.
#[derive(Debug)]
pub(crate) struct Modules<'b> {
    bytes: &'b [u8],
    elf: OnceCell<Option<elf::Elf<'b>>>,
    pe: OnceCell<Option<pe::Pe<'b>>>,
    fields: RefCell<HashMap<(Module, usize), Value>>,
}

impl<'b> Modules<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, elf: OnceCell::new(), pe: OnceCell::new(), fields: RefCell::default() }
    }

    fn elf(&self) -> Option<&elf::Elf<'b>> {
        self.elf.get_or_init(|| elf::Elf::read(self.bytes)).as_ref()
    }

    fn pe(&self) -> Option<&pe::Pe<'b>> {
        self.pe.get_or_init(|| pe::Pe::read(self.bytes)).as_ref()
    }

    /// A field of a module, by its place in the module's schema.
    pub(crate) fn field(&self, module: Module, place: usize) -> Value {
        if let Some(value) = self.fields.borrow().get(&(module, place)) {
            return value.clone();
        }
        let Some((name, kind)) = module.members().get(place) else { return Value::Undefined };
        let value = match module {
            Module::Elf => self.elf().map(|elf| elf.field(name)),
            Module::Pe if *name == "is_pe" => Some(self.pe().is_some().into()),
            Module::Pe => self.pe().map(|pe| pe.field(name)),
        };
        let value = value.unwrap_or_else(|| kind.empty());
        self.fields.borrow_mut().insert((module, place), value.clone());
        value
    }

    /// What a function of a module says; `receiver` is what it belongs to, where that is not the module.
    pub(crate) fn call(
        &self,
        module: Module,
        name: &str,
        receiver: Option<&Value>,
        given: &[Given<'_>],
    ) -> Answer {
        let answer = match module {
            Module::Elf => self.elf().map(|elf| elf.call(name)),
            Module::Pe => self.pe().map(|pe| pe.call(name, receiver, given)),
        };
        answer.unwrap_or_else(|| Answer::of(Value::Undefined))
    }
}
