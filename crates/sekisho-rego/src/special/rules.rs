//! Rules and the forms of functions, made smaller clause by clause.

use super::fold::MOST_SPLITS;
use super::prune::prune;
use super::specializer::{Known, MOST_FORMS, Specializer, Unfit};
use crate::ir::goal::Node;
use crate::ir::group::{Clause, Definition, Group};
use crate::ir::tree::{RuleId, RuleKind};
use crate::syntax::ast::Name;
use crate::value::Value;

/// How deep rules may use each other.
const MOST_DEPTH: usize = 48;

impl Specializer<'_> {
    /// Makes a rule smaller.
    pub(super) fn settle(&mut self, rule: RuleId) -> Result<(), Unfit> {
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
    pub(super) fn form(&mut self, rule: RuleId, arguments: &[Node]) -> Result<RuleId, Unfit> {
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
        let splits = if may_split { MOST_SPLITS } else { 0 };
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
            prune(&mut clause);
            clauses.push(clause);
        }
        self.names = before;
        Ok(clauses)
    }
}

impl Definition {
    pub(super) fn without_branches(&self) -> Self {
        Self { span: self.span, module: self.module, branches: Vec::new() }
    }
}

impl Group {
    pub(super) fn without_definitions(&self) -> Self {
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
