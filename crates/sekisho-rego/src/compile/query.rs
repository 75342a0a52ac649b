//! Queries in safe order.

use std::collections::HashMap;

use super::lower::{Lowering, ModuleScope, Surroundings};
use super::metadata::Metadata;
use super::safety::{reorder, unsafe_errors};
use super::scope::declared_names;
use super::settings::Settings;
use crate::error::RegoError;
use crate::functions;
use crate::ir::goal::{Callee, Goal, GoalKind, Node, Unification, Var};
use crate::ir::tree::{RuleKind, Tree};
use crate::ir::variables::Bound;
use crate::syntax::ast::{Expr, ExprKind, Name};

/// A query in safe order.
pub(crate) struct ResolvedQuery {
    pub(crate) goals: Vec<Goal>,
    /// The variables that the query names.
    pub(crate) names: Vec<(Name, Var)>,
    /// For each expression the variable that has its value; nothing where that is always true.
    pub(crate) values: Vec<Option<Var>>,
}

/// Resolves a query over modules.
pub(crate) fn resolve_query(
    body: &[Expr],
    imports: &[(Name, Vec<Name>)],
    kinds: &HashMap<Vec<Name>, (RuleKind, usize)>,
    tree: &Tree,
    settings: &Settings,
) -> Result<ResolvedQuery, Vec<RegoError>> {
    let module = ModuleScope { globals: imports.iter().cloned().collect(), ..ModuleScope::default() };
    let around = Surroundings {
        tree,
        kind: &|path| kinds.get(path).copied(),
        host: &settings.host,
        keeps_print: settings.keeps_print,
        is_strict: false,
        metadata: &Metadata::new(&[]),
        forbidden: &settings.forbidden,
    };
    let mut lowering = Lowering::new(&module, &around);
    let mut goals = Vec::new();
    let mut values = Vec::new();
    lowering.names.open(declared_names(body));
    for expr in body {
        let before = goals.len();
        lowering.body(std::slice::from_ref(expr), &mut goals);
        let is_value = matches!(&expr.kind, ExprKind::Term(_)) && !expr.negated && expr.with.is_empty();
        values.push(if is_value && goals.len() > before { capture(&mut lowering, &mut goals) } else { None });
    }
    let names = lowering.names.visible();
    let errors = std::mem::take(&mut lowering.errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut found = Vec::new();
    reorder(&mut goals, &mut Bound::new(), &mut found);
    let errors = unsafe_errors(found, &lowering.names.vars, "");
    if errors.is_empty() { Ok(ResolvedQuery { goals, names, values }) } else { Err(errors) }
}

/// Gives the value of the last condition to a variable instead of testing it.
fn capture(lowering: &mut Lowering<'_>, goals: &mut [Goal]) -> Option<Var> {
    let goal = goals.last_mut()?;
    let var = lowering.names.fresh("");
    match &mut goal.kind {
        GoalKind::Test(node) => {
            let right = std::mem::replace(node, Node::Var(var));
            goal.kind = GoalKind::Unify { left: Node::Var(var), right, how: Unification::Both };
            Some(var)
        }
        GoalKind::Call { output: output @ None, callee, .. } => {
            if let Callee::Builtin(builtin) = callee
                && builtin.relation
            {
                return None;
            }
            *output = Some(Node::Var(var));
            Some(var)
        }
        GoalKind::Unify { left, right, how: Unification::Test } => {
            let builtin = functions::lookup("equal")?;
            let arguments = vec![left.clone(), right.clone()];
            if arguments.iter().any(|node| matches!(node, Node::Ref(_) | Node::Comprehension(_))) {
                return None;
            }
            let callee = Callee::Builtin(builtin);
            goal.kind = GoalKind::Call { callee, arguments, output: Some(Node::Var(var)) };
            Some(var)
        }
        _ => None,
    }
}
