//! What is known on a walk over a document: where it is, what it has seen, and the mistakes that were found.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use super::super::call::Call;
use super::ast::{
    Definition, Field, Fragment, Literal, LiteralKind, Member, Operation, Position, QueryDocument,
    TypeReference, Variable,
};
use super::schema::{Checked, Schema};

/// What a field is by the schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldContext<'w> {
    pub(super) definition: Option<&'w Member>,
    /// The type whose field it is.
    pub(super) object: Option<&'w Definition>,
}

/// What is wanted where a value stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Expected<'w> {
    pub(super) kind: Option<&'w TypeReference>,
    pub(super) definition: Option<&'w Definition>,
    pub(super) has_default: bool,
}

/// A walk and what it found.
pub(super) struct Walk<'w, 'c, 'm> {
    pub(super) call: &'c mut Call<'m>,
    pub(super) schema: &'w Schema,
    pub(super) document: &'w QueryDocument,
    pub(super) fragments: HashMap<&'w str, &'w Fragment>,
    pub(super) operation: Option<&'w Operation>,
    /// What the fields are that the walk has come by.
    pub(super) fields: HashMap<*const Field, FieldContext<'w>>,
    pub(super) used_variables: HashSet<*const Variable>,
    pub(super) used_fragments: HashSet<&'w str>,
    pub(super) is_in_fragments: bool,
    pub(super) visited_for_cycles: HashSet<&'w str>,
    pub(super) seen_operations: HashSet<&'w str>,
    pub(super) seen_fragments: HashSet<&'w str>,
    pub(super) misplaced: HashSet<(&'w str, Position)>,
    pub(super) overlaps: Overlaps<'w>,
    pub(super) spread: HashSet<&'w str>,
    pub(super) depth: usize,
    pub(super) errors: String,
    error_count: usize,
}

/// How many mistakes are told.
const MAX_ERRORS: usize = 1_000;

/// Which fields and fragments have been compared.
#[derive(Debug, Default)]
pub(super) struct Overlaps<'w> {
    /// Pairs of fragments, both ways round, with whether they were found to exclude each other.
    pub(super) pairs: HashMap<(&'w str, &'w str), bool>,
    pub(super) fragments: HashSet<&'w str>,
    pub(super) depth: usize,
}

impl<'w, 'c, 'm> Walk<'w, 'c, 'm> {
    /// A walk that has found nothing so far.
    pub(super) fn new(call: &'c mut Call<'m>, schema: &'w Schema, document: &'w QueryDocument) -> Self {
        let mut fragments = HashMap::new();
        for fragment in &document.fragments {
            fragments.entry(fragment.name.as_str()).or_insert(fragment);
        }
        Self {
            call,
            schema,
            document,
            fragments,
            operation: None,
            fields: HashMap::new(),
            used_variables: HashSet::new(),
            used_fragments: HashSet::new(),
            is_in_fragments: false,
            visited_for_cycles: HashSet::new(),
            seen_operations: HashSet::new(),
            seen_fragments: HashSet::new(),
            misplaced: HashSet::new(),
            overlaps: Overlaps::default(),
            spread: HashSet::new(),
            depth: 0,
            errors: String::new(),
            error_count: 0,
        }
    }

    /// Notes a mistake.
    pub(super) fn add(&mut self, position: Position, message: impl AsRef<str>) {
        self.error_count = self.error_count.saturating_add(1);
        if self.error_count > MAX_ERRORS {
            return;
        }
        let message = message.as_ref();
        let _ = match position {
            Position { line: 0, .. } => writeln!(self.errors, "input: {message}"),
            Position { line, column } => writeln!(self.errors, "input:{line}:{column}: {message}"),
        };
    }

    pub(super) fn charge(&mut self, steps: usize) -> Checked<()> {
        Ok(self.call.charge(steps)?)
    }

    pub(super) fn fragment(&self, name: &str) -> Option<&'w Fragment> {
        self.fragments.get(name).copied()
    }

    /// The definition of the variable that a value is.
    pub(super) fn variable(&self, literal: &Literal) -> Option<&'w Variable> {
        let operation = self.operation.filter(|_| literal.kind == LiteralKind::Variable)?;
        operation.variables.iter().find(|variable| variable.name == literal.raw)
    }
}
