//! What is known while rules are made smaller.

use std::collections::{HashMap, HashSet};

use crate::functions::Kept;
use crate::ir::goal::{Node, Var};
use crate::ir::group::{Clause, Group};
use crate::ir::tree::{RuleId, RuleKind, Tree};
use crate::value::Value;

/// What is known of the input of all evaluations.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    /// Fields with their values.
    pub(crate) fields: Vec<(Value, Value)>,
    /// Fields that are there, with any value.
    pub(crate) present: Vec<Value>,
}

/// Why rules stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unfit;

/// How many goals are looked at; far more than the rules of a policy have.
const MOST_GOALS: usize = 50_000;

/// How many forms of functions for constant arguments are made.
pub(super) const MOST_FORMS: usize = 256;

pub(super) struct Specializer<'c> {
    pub(super) source: &'c [Group],
    pub(super) tree: &'c Tree,
    pub(super) given: &'c Given,
    pub(super) made: Vec<Option<Group>>,
    /// Functions for constant arguments.
    pub(super) forms: HashMap<(RuleId, Vec<Option<Value>>), RuleId>,
    /// How many variables the clause at hand has.
    pub(super) names: usize,
    pub(super) left: usize,
    pub(super) depth: usize,
    pub(super) kept: Kept,
}

/// What is known at a place of a clause.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Variables that are constants, or the same as others.
    pub(super) nodes: HashMap<Var, Node>,
    /// Variables that are what stands under a path of the input.
    pub(super) paths: HashMap<Var, Vec<Value>>,
    pub(super) bound: HashSet<Var>,
}

impl<'c> Specializer<'c> {
    /// Rules of which none has been made smaller yet.
    pub(super) fn new(source: &'c [Group], tree: &'c Tree, given: &'c Given) -> Self {
        let mut made = Vec::new();
        made.resize_with(source.len(), || None);
        Self {
            source,
            tree,
            given,
            made,
            forms: HashMap::new(),
            names: 0,
            left: MOST_GOALS,
            depth: 0,
            kept: Kept::new(),
        }
    }

    /// Whether a rule or function that was made smaller gives nothing whatever the input.
    pub(super) fn is_never(&self, rule: RuleId) -> bool {
        let Some(Some(group)) = self.made.get(rule as usize) else { return false };
        matches!(group.kind, RuleKind::Complete | RuleKind::Function)
            && group.definitions.is_empty()
            && group.default.is_none()
    }

    /// The value that a rule gives whatever the input.
    pub(super) fn constant(&self, rule: RuleId) -> Option<Value> {
        let group = self.made.get(rule as usize)?.as_ref()?;
        if group.kind != RuleKind::Complete {
            return None;
        }
        let clauses: Vec<&Clause> =
            group.definitions.iter().flat_map(|definition| &definition.branches).collect();
        if clauses.is_empty() {
            return group
                .default
                .as_ref()?
                .branches
                .first()
                .filter(|clause| clause.always_holds())?
                .constant();
        }
        let value = clauses.iter().find(|clause| clause.always_holds())?.constant()?;
        clauses.iter().all(|clause| clause.constant().as_ref() == Some(&value)).then_some(value)
    }

    pub(super) fn spend(&mut self) -> Result<(), Unfit> {
        self.left = self.left.checked_sub(1).ok_or(Unfit)?;
        Ok(())
    }
}

impl Clause {
    /// Whether nothing is to be asked, and the parameters take everything.
    pub(super) fn always_holds(&self) -> bool {
        self.body.is_empty() && self.has_plain_parameters()
    }

    /// Whether the parameters are different variables.
    pub(super) fn has_plain_parameters(&self) -> bool {
        let mut seen = HashSet::new();
        self.parameters.iter().all(|parameter| matches!(parameter, Node::Var(var) if seen.insert(*var)))
    }

    /// Whether it has a value whatever the input.
    pub(super) fn always_gives(&self) -> bool {
        self.always_holds() && self.constant().is_some()
    }

    /// The value, where it is a constant.
    pub(super) fn constant(&self) -> Option<Value> {
        match &self.value {
            None => Some(Value::Bool(true)),
            Some(Node::Const(value)) => Some(value.clone()),
            Some(_) => None,
        }
    }
}
