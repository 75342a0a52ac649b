//! Modules to groups of definitions in safe order.

pub(crate) mod group;
mod height;
mod hoist;
pub(crate) mod ir;
mod lower;
pub(crate) mod metadata;
mod modifiers;
mod modules;
mod recursion;
pub(crate) mod safety;
mod scope;
pub(crate) mod special;
pub(crate) mod tree;

use std::collections::HashMap;

use self::group::Group;
use self::ir::{Goal, Var};
use self::lower::{Lowering, ModuleScope, Surroundings};
use self::safety::{Bound, Unsafe, reorder};
use self::tree::{RuleKind, Tree};
use crate::error::{ErrorCode, RegoError};
use crate::syntax::ast::{Expr, ExprKind, Module, Name};

/// What is compiled, before it is planned.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) tree: Tree,
    pub(crate) groups: Vec<Group>,
}

/// What a compilation is told besides its modules.
#[derive(Debug, Default, Clone)]
pub(crate) struct Settings {
    pub(crate) is_strict: bool,
    pub(crate) keeps_print: bool,
    /// Functions of the host: their places and how many arguments they take.
    pub(crate) host: HashMap<String, (usize, usize)>,
    /// Built-in functions that may not be called.
    pub(crate) forbidden: Vec<String>,
}

/// Resolves and checks modules.
pub(crate) fn resolve(modules: &[Module], settings: &Settings) -> Result<Resolved, Vec<RegoError>> {
    let mut errors = Vec::new();
    let resolved = modules::resolve(modules, settings, &mut errors);
    if errors.is_empty() {
        recursion::check(&resolved, modules, &mut errors);
    }
    if errors.is_empty() { Ok(resolved) } else { Err(errors) }
}

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
        metadata: &metadata::Metadata::new(&[]),
        forbidden: &settings.forbidden,
    };
    let mut lowering = Lowering::new(&module, &around);
    let mut goals = Vec::new();
    let mut values = Vec::new();
    lowering.names.open(scope::declared_names(body));
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
    let errors = unsafe_errors(found, &lowering, "");
    if errors.is_empty() { Ok(ResolvedQuery { goals, names, values }) } else { Err(errors) }
}

/// Gives the value of the last condition to a variable instead of testing it.
fn capture(lowering: &mut Lowering<'_>, goals: &mut [Goal]) -> Option<Var> {
    use self::ir::{GoalKind, Node, Unification};
    let goal = goals.last_mut()?;
    let var = lowering.names.fresh("");
    match &mut goal.kind {
        GoalKind::Test(node) => {
            let right = std::mem::replace(node, Node::Var(var));
            goal.kind = GoalKind::Unify { left: Node::Var(var), right, how: Unification::Both };
            Some(var)
        }
        GoalKind::Call { output: output @ None, callee, .. } => {
            if let self::ir::Callee::Builtin(builtin) = callee
                && builtin.relation
            {
                return None;
            }
            *output = Some(Node::Var(var));
            Some(var)
        }
        GoalKind::Unify { left, right, how: Unification::Test } => {
            let builtin = crate::functions::lookup("equal")?;
            let arguments = vec![left.clone(), right.clone()];
            if arguments.iter().any(|node| matches!(node, Node::Ref(_) | Node::Comprehension(_))) {
                return None;
            }
            let callee = self::ir::Callee::Builtin(builtin);
            goal.kind = GoalKind::Call { callee, arguments, output: Some(Node::Var(var)) };
            Some(var)
        }
        _ => None,
    }
}

/// The errors of variables that nothing gives a value.
fn unsafe_errors(mut found: Vec<Unsafe>, lowering: &Lowering<'_>, file: &str) -> Vec<RegoError> {
    found.sort_by_key(|found| (found.span, found.var));
    found.dedup();
    let name = |var: Var| {
        lowering.names.vars.get(var as usize).map(|info| info.name.clone()).filter(|name| !name.is_empty())
    };
    let named: Vec<_> = found.iter().filter_map(|found| Some((name(found.var)?, found.span))).collect();
    let mut errors: Vec<RegoError> = named
        .into_iter()
        .map(|(name, span)| RegoError::new(ErrorCode::UnsafeVar, format!("var {name} is unsafe"), span, file))
        .collect();
    errors.dedup();
    if errors.is_empty()
        && let Some(first) = found.first()
    {
        errors.push(RegoError::new(ErrorCode::UnsafeVar, "expression is unsafe", first.span, file));
    }
    errors
}
