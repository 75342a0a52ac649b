//! The execution of one template: its variables, and where it is.

use smol_str::SmolStr;

use super::ast::{Spot, Template};
use super::parser::ROOT;
use crate::error::FailedAction;
use crate::value::{Data, Origin, Site, Value};

/// The execution of one template.
#[derive(Debug)]
pub(super) struct Frame<'t> {
    pub(super) template: &'t Template,
    /// What is being evaluated, for messages.
    pub(super) spot: Spot<'t>,
    pub(super) variables: Vec<(SmolStr, Held)>,
    /// The action of the rendered file that called this template.
    pub(super) through: Option<Site>,
    /// Whether the template is the rendered file itself.
    pub(super) is_root: bool,
    /// The action that is being evaluated.
    pub(super) action: usize,
}

impl<'t> Frame<'t> {
    pub(super) fn new(template: &'t Template, dot: Held) -> Self {
        Self {
            template,
            spot: Spot::Start,
            variables: vec![(ROOT, dot)],
            through: None,
            is_root: false,
            action: 0,
        }
    }

    pub(super) fn site(&self) -> Option<Site> {
        self.template.source.site(self.action)
    }

    /// What the frame is at, as the place of an error.
    pub(super) fn failed(&self) -> FailedAction {
        FailedAction {
            place: self.template.source.place(self.spot.offset()),
            executing: self.template.name.clone(),
            context: self.spot.to_string(),
        }
    }

    /// Where bytes come from that the current action prints.
    pub(super) fn origin(&self) -> Origin {
        let source = &self.template.source;
        let key = source.given.as_ref().and_then(|text| text.origin_at(self.action).key);
        Origin { site: self.site(), through: self.through, key, is_literal: false }
    }

    pub(super) fn variable(&self, name: &str) -> Option<&Held> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, held)| held)
    }

    pub(super) fn assign(&mut self, name: &str, value: Held) -> bool {
        match self.variables.iter_mut().rev().find(|(known, _)| known == name) {
            Some((_, held)) => {
                *held = value;
                true
            }
            None => false,
        }
    }

    /// Overwrites the variable so many places below the top.
    pub(super) fn set_top(&mut self, place: usize, value: Held) {
        let index = self.variables.len().checked_sub(place);
        if let Some((_, held)) = index.and_then(|index| self.variables.get_mut(index)) {
            *held = value;
        }
    }
}

/// A value where it is held: by a variable, as dot, between two steps.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) value: Value,
    /// Whether what holds it is of type `interface {}`, which some messages name.
    pub(super) is_boxed: bool,
}

impl Held {
    pub(super) const ABSENT: Self = Self { value: Value::ABSENT, is_boxed: false };

    /// A value of its own type.
    pub(super) fn plain(value: Value) -> Self {
        Self { value, is_boxed: false }
    }

    /// A value of type `interface {}`.
    pub(super) fn boxed(value: Value) -> Self {
        Self { value, is_boxed: true }
    }

    /// The value taken out of its interface: `nil` becomes no value at all.
    pub(super) fn unboxed(self) -> Self {
        match self.value.data {
            Data::Nil => Self::ABSENT,
            _ => Self::plain(self.value),
        }
    }
}
