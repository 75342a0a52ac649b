//! Rules made smaller for evaluations in which parts of the input are always the same, such as the parameters of
//! one constraint: what these decide is decided once, and small functions stand where they were called.
//!
//! What a rule gives stays as it is. Where that is not certain nothing is made smaller: in modules that use `with`,
//! that print, or that follow a reference through the tree by keys which are known only at run time.

mod fold;
mod inline;
mod nodes;
mod prune;

use std::collections::{HashMap, HashSet};

use super::group::{Clause, Definition, Group};
use super::ir::{Node, Var};
use super::tree::{RuleId, RuleKind, Tree};
use crate::functions::Memory;
use crate::syntax::ast::Name;
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
/// How deep rules may use each other.
const MOST_DEPTH: usize = 48;
/// How many forms of functions for constant arguments are made.
const MOST_FORMS: usize = 256;

/// The groups that a rule needs, by their ids; those of functions for constant arguments come last.
pub(crate) fn specialize(
    groups: &[Group],
    tree: &Tree,
    given: &Given,
    rule: RuleId,
) -> Result<Vec<Option<Group>>, Unfit> {
    let mut specializer = Specializer {
        source: groups,
        tree,
        given,
        made: Vec::new(),
        forms: HashMap::new(),
        names: 0,
        left: MOST_GOALS,
        depth: 0,
        memory: Memory::new(),
    };
    specializer.made.resize_with(groups.len(), || None);
    specializer.settle(rule)?;
    let mut made = specializer.made;
    let needed = prune::needed(&made, tree, rule)?;
    for (place, group) in made.iter_mut().enumerate() {
        if !needed.contains(&place) {
            *group = None;
        }
    }
    Ok(made)
}

struct Specializer<'c> {
    source: &'c [Group],
    tree: &'c Tree,
    given: &'c Given,
    made: Vec<Option<Group>>,
    /// Functions for constant arguments.
    forms: HashMap<(RuleId, Vec<Option<Value>>), RuleId>,
    /// How many variables the clause at hand has.
    names: usize,
    left: usize,
    depth: usize,
    memory: Memory,
}

/// What is known at a place of a clause.
#[derive(Debug, Clone, Default)]
struct Known {
    /// Variables that are constants, or the same as others.
    nodes: HashMap<Var, Node>,
    /// Variables that are what stands under a path of the input.
    paths: HashMap<Var, Vec<Value>>,
    bound: HashSet<Var>,
}

impl Specializer<'_> {
    /// Makes a rule smaller.
    fn settle(&mut self, rule: RuleId) -> Result<(), Unfit> {
        if self.made.get(rule as usize).is_none_or(Option::is_some) {
            return Ok(());
        }
        let source = self.source.get(rule as usize).ok_or(Unfit)?;
        let group = self.group(source, &[])?;
        if let Some(place) = self.made.get_mut(rule as usize) {
            *place = Some(group);
        }
        Ok(())
    }

    /// The form of a function for arguments of which some are constants.
    fn form(&mut self, rule: RuleId, arguments: &[Node]) -> Result<RuleId, Unfit> {
        let constants: Vec<Option<Value>> = arguments
            .iter()
            .map(|argument| match argument {
                Node::Const(value) => Some(value.clone()),
                _ => None,
            })
            .collect();
        if constants.iter().all(Option::is_none) || self.forms.len() >= MOST_FORMS {
            self.settle(rule)?;
            return Ok(rule);
        }
        let key = (rule, constants);
        if let Some(known) = self.forms.get(&key) {
            return Ok(*known);
        }
        let source = self.source.get(rule as usize).ok_or(Unfit)?;
        let group = self.group(source, &key.1)?;
        let form = RuleId::try_from(self.made.len()).map_err(|_| Unfit)?;
        self.made.push(Some(group));
        self.forms.insert(key, form);
        Ok(form)
    }

    fn group(&mut self, source: &Group, constants: &[Option<Value>]) -> Result<Group, Unfit> {
        if self.depth >= MOST_DEPTH {
            return Err(Unfit);
        }
        if source.kind == RuleKind::Object && !self.tree.node(source.node).children.is_empty() {
            // Rules deeper in the tree are part of the document.
            return Err(Unfit);
        }
        self.depth += 1;
        let mut definitions = Vec::with_capacity(source.definitions.len());
        for definition in &source.definitions {
            if let [clause] = definition.branches.as_slice() {
                for clause in self.clause(clause, constants, true)? {
                    definitions.push(Definition { branches: vec![clause], ..definition.without_branches() });
                }
                continue;
            }
            let mut branches = Vec::with_capacity(definition.branches.len());
            for clause in &definition.branches {
                branches.extend(self.clause(clause, constants, false)?);
                if branches.last().is_some_and(Clause::always_gives) {
                    break;
                }
            }
            if !branches.is_empty() {
                definitions.push(Definition { branches, ..definition.without_branches() });
            }
        }
        let default = match &source.default {
            Some(default) => {
                let mut branches = Vec::with_capacity(1);
                for clause in &default.branches {
                    branches.extend(self.clause(clause, constants, false)?);
                }
                Some(Definition { branches, ..default.without_branches() })
            }
            None => None,
        };
        self.depth -= 1;
        Ok(Group { definitions, default, ..source.without_definitions() })
    }

    /// A clause as the clauses that give the same together. Unless it may be split there is one at most.
    fn clause(
        &mut self,
        source: &Clause,
        constants: &[Option<Value>],
        may_split: bool,
    ) -> Result<Vec<Clause>, Unfit> {
        let mut known = Known::default();
        for (place, parameter) in source.parameters.iter().enumerate() {
            let constant = constants.get(place).and_then(Option::as_ref);
            match (parameter, constant) {
                (Node::Var(var), Some(constant)) if !known.bound.contains(var) => {
                    known.nodes.insert(*var, Node::Const(constant.clone()));
                }
                (Node::Const(parameter), Some(constant)) if parameter != constant => return Ok(Vec::new()),
                _ => {}
            }
            parameter.each_var(&mut |var| _ = known.bound.insert(var));
        }
        let before = std::mem::replace(&mut self.names, source.names.len());
        let splits = if may_split { fold::MOST_SPLITS } else { 0 };
        let folded = self.body(source.body.clone().into(), known, splits)?;
        let mut clauses = Vec::with_capacity(folded.len());
        for (body, known) in folded {
            let Some(path) = self.nodes(&source.path, &known)? else { continue };
            let Some(key) = self.nodes(source.key.as_slice(), &known)? else { continue };
            let Some(value) = self.nodes(source.value.as_slice(), &known)? else { continue };
            let mut names = source.names.clone();
            names.resize(self.names, Name::default());
            let mut clause = Clause {
                span: source.span,
                names,
                parameters: source.parameters.clone(),
                body,
                path,
                key: key.into_iter().next(),
                value: value.into_iter().next(),
            };
            prune::prune(&mut clause);
            clauses.push(clause);
        }
        self.names = before;
        Ok(clauses)
    }

    /// Whether a rule or function that was made smaller gives nothing whatever the input.
    fn is_never(&self, rule: RuleId) -> bool {
        let Some(Some(group)) = self.made.get(rule as usize) else { return false };
        matches!(group.kind, RuleKind::Complete | RuleKind::Function)
            && group.definitions.is_empty()
            && group.default.is_none()
    }

    /// The value that a rule gives whatever the input.
    fn constant(&self, rule: RuleId) -> Option<Value> {
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

    fn spend(&mut self) -> Result<(), Unfit> {
        self.left = self.left.checked_sub(1).ok_or(Unfit)?;
        Ok(())
    }
}

impl Clause {
    /// Whether nothing is to be asked, and the parameters take everything.
    fn always_holds(&self) -> bool {
        self.body.is_empty() && self.has_plain_parameters()
    }

    /// Whether the parameters are different variables.
    fn has_plain_parameters(&self) -> bool {
        let mut seen = HashSet::new();
        self.parameters.iter().all(|parameter| matches!(parameter, Node::Var(var) if seen.insert(*var)))
    }

    /// Whether it has a value whatever the input.
    fn always_gives(&self) -> bool {
        self.always_holds() && self.constant().is_some()
    }

    /// The value, where it is a constant.
    fn constant(&self) -> Option<Value> {
        match &self.value {
            None => Some(Value::Bool(true)),
            Some(Node::Const(value)) => Some(value.clone()),
            Some(_) => None,
        }
    }
}

impl Definition {
    fn without_branches(&self) -> Self {
        Self { span: self.span, module: self.module, branches: Vec::new() }
    }
}

impl Group {
    fn without_definitions(&self) -> Self {
        Self {
            path: self.path.clone(),
            node: self.node,
            kind: self.kind,
            arity: self.arity,
            definitions: Vec::new(),
            default: None,
            file: self.file.clone(),
            span: self.span,
        }
    }
}
