//! Modules to the tree of rules and to groups of definitions.

use std::collections::HashMap;

use super::lower::{Lowering, ModuleScope, Surroundings};
use super::metadata::Metadata;
use super::safety::{Unsafe, pattern_vars, reorder, unsafe_errors};
use super::scope::{Occurrence, declared_names, pattern_names};
use super::settings::Settings;
use crate::error::{ErrorCode, RegoError};
use crate::ir::goal::{Goal, GoalKind, Node, Unification};
use crate::ir::group::{Clause, Definition, Group};
use crate::ir::resolved::Resolved;
use crate::ir::tree::{NodeId, RuleId, RuleKind, Tree};
use crate::ir::variables::Bound;
use crate::span::Span;
use crate::syntax::ast::{Expr, Module, Name, RegoVersion, Rule, Term, TermKind, dotted};

/// How many packages and rules there may be.
const MAX_PLACES: usize = 300_000;
/// How many names may lead to one.
const MAX_NAMES: usize = 256;

/// A rule on its way into its group.
struct Placed<'m> {
    module: usize,
    rule: &'m Rule,
    /// How much of the head's path belongs to the name.
    fixed: usize,
    kind: RuleKind,
    arity: usize,
}

pub(super) fn resolve(modules: &[Module], settings: &Settings, errors: &mut Vec<RegoError>) -> Resolved {
    let mut tree = Tree::default();
    let mut groups: Vec<Group> = Vec::new();
    let mut placed: Vec<Vec<Placed<'_>>> = Vec::new();
    for (place, module) in modules.iter().enumerate() {
        if module.package.len() > MAX_NAMES {
            let message = format!("the package has more than {MAX_NAMES} names");
            errors.push(RegoError::new(ErrorCode::Compile, message, module.package_span, &module.file));
            continue;
        }
        let package = tree.grow(module.package.iter());
        for rule in &module.rules {
            let (fixed, kind) = classify(rule);
            if fixed > MAX_NAMES || tree.len() > MAX_PLACES {
                let message = format!("the rule has more than {MAX_NAMES} names");
                if fixed > MAX_NAMES {
                    errors.push(RegoError::new(ErrorCode::Compile, message, rule.span, &module.file));
                }
                continue;
            }
            let names = std::iter::once(&rule.head.name)
                .chain(rule.head.path.iter().take(fixed).filter_map(Term::as_text));
            let node = grow(&mut tree, package, names);
            let arity = rule.head.parameters.as_ref().map_or(0, Vec::len);
            let id = if let Some(id) = tree.node(node).rule {
                id
            } else {
                let id = RuleId::try_from(groups.len()).unwrap_or(RuleId::MAX);
                tree.set_rule(node, id);
                groups.push(Group {
                    path: tree.path(node),
                    node,
                    kind,
                    arity,
                    definitions: Vec::new(),
                    default: None,
                    file: module.file.clone(),
                    span: rule.span,
                });
                placed.push(Vec::new());
                id
            };
            if let Some(list) = placed.get_mut(id as usize) {
                list.push(Placed { module: place, rule, fixed, kind, arity });
            }
        }
    }
    let mut resolved = Resolved { tree, groups };
    if resolved.tree.len() > MAX_PLACES {
        let message = format!("the modules name more than {MAX_PLACES} packages and rules; split them");
        errors.push(RegoError::new(ErrorCode::Compile, message, Span::default(), ""));
        return resolved;
    }
    conflicts(&resolved, &placed, modules, errors);
    let kinds: HashMap<&[Name], (RuleKind, usize)> =
        resolved.groups.iter().map(|group| (group.path.as_slice(), (group.kind, group.arity))).collect();
    let scopes = scopes(modules, settings.is_strict);
    for (module, scope) in modules.iter().zip(&scopes) {
        check_module(module, scope, settings, errors);
    }
    let metadata = Metadata::new(modules);
    let around = Surroundings {
        tree: &resolved.tree,
        kind: &|path| kinds.get(path).copied(),
        host: &settings.host,
        keeps_print: settings.keeps_print,
        is_strict: settings.is_strict,
        forbidden: &settings.forbidden,
        metadata: &metadata,
    };
    let mut used: Vec<std::collections::HashSet<Name>> =
        vec![std::collections::HashSet::default(); modules.len()];
    let mut definitions: Vec<(RuleId, bool, Definition)> = Vec::new();
    for (id, list) in placed.iter().enumerate() {
        for placed in list {
            let Some(scope) = scopes.get(placed.module) else { continue };
            let lowering = || Lowering::new(scope, &around);
            let definition = define(placed, lowering, &mut used, errors);
            let id = RuleId::try_from(id).unwrap_or(RuleId::MAX);
            definitions.push((id, placed.rule.is_default, definition));
        }
    }
    drop(kinds);
    for (id, is_default, definition) in definitions {
        let Some(group) = resolved.groups.get_mut(id as usize) else { continue };
        if is_default {
            group.default = Some(definition);
        } else {
            group.definitions.push(definition);
        }
    }
    if settings.is_strict {
        for (module, used) in modules.iter().zip(&used) {
            unused_imports(module, used, errors);
        }
    }
    resolved
}

fn grow<'n>(tree: &mut Tree, package: NodeId, names: impl Iterator<Item = &'n Name>) -> NodeId {
    let mut path = tree.path(package);
    path.extend(names.cloned());
    tree.grow(path.iter())
}

/// How much of a head's path names the group, and what the group gives.
fn classify(rule: &Rule) -> (usize, RuleKind) {
    let head = &rule.head;
    let fixed = head.path.iter().take_while(|element| element.as_text().is_some()).count();
    let kind = if head.parameters.is_some() {
        RuleKind::Function
    } else if fixed < head.path.len() {
        RuleKind::Object
    } else if head.key.is_some() {
        RuleKind::Set
    } else {
        RuleKind::Complete
    };
    (fixed, kind)
}

/// What names mean in each module; those of rules hold in all modules of a package.
fn scopes(modules: &[Module], is_strict: bool) -> Vec<ModuleScope> {
    let mut exports: HashMap<&[Name], Vec<&Name>> = HashMap::new();
    for module in modules {
        let names = module.rules.iter().map(|rule| &rule.head.name);
        exports.entry(&module.package).or_default().extend(names);
    }
    modules.iter().map(|module| scope(module, &exports, is_strict)).collect()
}

/// What the names of rules and imports mean in a module.
fn scope(module: &Module, exports: &HashMap<&[Name], Vec<&Name>>, is_strict: bool) -> ModuleScope {
    let mut globals = HashMap::new();
    let data = Name::new_static("data");
    for name in exports.get(module.package.as_slice()).into_iter().flatten() {
        if !globals.contains_key(*name) {
            let path = std::iter::once(&data).chain(&module.package).chain([*name]);
            globals.insert((*name).clone(), path.cloned().collect());
        }
    }
    for import in &module.imports {
        if !import.path.first().is_some_and(|root| matches!(root.as_str(), "future" | "rego")) {
            globals.insert(import.name().clone(), import.path.clone());
        }
    }
    let refuses_deprecated = is_strict || module.version >= RegoVersion::V1;
    ModuleScope { file: module.file.clone(), refuses_deprecated, globals }
}

/// Definitions that cannot stand beside each other.
fn conflicts(
    resolved: &Resolved,
    placed: &[Vec<Placed<'_>>],
    modules: &[Module],
    errors: &mut Vec<RegoError>,
) {
    let file = |placed: &Placed<'_>| modules.get(placed.module).map_or("", |module| module.file.as_str());
    for (group, list) in resolved.groups.iter().zip(placed) {
        let Some(first) = list.first() else { continue };
        let name = format!("data.{}", dotted(&group.path));
        let mut fail = |message: String| {
            errors.push(RegoError::new(ErrorCode::Type, message, first.rule.span, file(first)));
        };
        if list.iter().any(|other| other.kind != first.kind || other.arity != first.arity) {
            fail(format!("conflicting rules {name} found"));
        }
        let defaults: Vec<&Placed<'_>> = list.iter().filter(|placed| placed.rule.is_default).collect();
        if defaults.len() > 1 {
            let where_found: Vec<String> =
                defaults.iter().map(|placed| format!("{}:{}", file(placed), placed.rule.span.row)).collect();
            fail(format!("multiple default rules {name} found at {}", where_found.join(", ")));
        }
        let mut below: Vec<NodeId> =
            resolved.tree.node(group.node).children.iter().map(|(_, id)| *id).collect();
        let mut nested = Vec::new();
        while let Some(node) = below.pop() {
            below.extend(resolved.tree.node(node).children.iter().map(|(_, id)| *id));
            if let Some(other) = resolved.tree.node(node).rule.and_then(|id| resolved.groups.get(id as usize))
                && (group.kind != RuleKind::Object || other.kind == RuleKind::Function)
            {
                nested.push(format!("data.{}", dotted(&other.path)));
            }
        }
        nested.sort();
        if !nested.is_empty() {
            fail(format!("rule {name} conflicts with [{}]", nested.join(" ")));
        }
    }
    for module in modules {
        let Some(node) = resolved.tree.find(&module.package) else { continue };
        let Some(list) = resolved.tree.node(node).rule.and_then(|id| placed.get(id as usize)) else {
            continue;
        };
        if let Some(first) = list.first() {
            let message = format!("package {0} conflicts with rule {0}", dotted(&module.package));
            errors.push(RegoError::new(ErrorCode::Type, message, first.rule.span, file(first)));
        }
    }
}

/// What a module may not do in newer versions of the language, or where it is checked strictly.
fn check_module(module: &Module, scope: &ModuleScope, settings: &Settings, errors: &mut Vec<RegoError>) {
    if module.version < RegoVersion::V1 && !settings.is_strict {
        return;
    }
    let mut fail = |message: String, span: Span| {
        errors.push(RegoError::new(ErrorCode::Compile, message, span, &scope.file));
    };
    let mut seen: HashMap<&Name, &crate::syntax::ast::Import> = HashMap::new();
    for import in &module.imports {
        if let Some(first) = seen.insert(import.name(), import) {
            let alias = first.alias.as_ref().map_or(String::new(), |alias| format!(" as {alias}"));
            fail(format!("import must not shadow import {}{alias}", dotted(&first.path)), import.span);
        }
    }
    for rule in &module.rules {
        let name = &rule.head.name;
        if matches!(name.as_str(), "input" | "data") {
            fail(format!("rules must not shadow {name} (use a different rule name)"), rule.span);
        }
        for body in std::iter::once(&rule.body).chain(rule.branches.iter().map(|branch| &branch.body)) {
            for expr in body {
                let names = declared_names(std::slice::from_ref(expr));
                for root in ["input", "data"].into_iter().filter(|root| names.contains(*root)) {
                    let message = format!("variables must not shadow {root} (use a different variable name)");
                    fail(message, expr.span);
                }
            }
        }
    }
}

fn unused_imports(module: &Module, used: &std::collections::HashSet<Name>, errors: &mut Vec<RegoError>) {
    for import in &module.imports {
        let is_language = import.path.first().is_some_and(|root| matches!(root.as_str(), "future" | "rego"));
        if is_language || used.contains(import.name()) {
            continue;
        }
        let alias = import.alias.as_ref().map_or(String::new(), |alias| format!(" as {alias}"));
        let message = format!("import {}{alias} unused", dotted(&import.path));
        errors.push(RegoError::new(ErrorCode::Compile, message, import.span, &module.file));
    }
}

fn define<'c>(
    placed: &Placed<'c>,
    lowering: impl Fn() -> Lowering<'c>,
    used: &mut [std::collections::HashSet<Name>],
    errors: &mut Vec<RegoError>,
) -> Definition {
    let rule = placed.rule;
    let mut branches = vec![(rule.head.value.as_ref(), rule.body.as_slice(), rule.span)];
    branches.extend(
        rule.branches.iter().map(|branch| (branch.value.as_ref(), branch.body.as_slice(), branch.span)),
    );
    let branches = branches
        .into_iter()
        .map(|(value, body, span)| {
            let mut lowering = lowering();
            lowering.rule = Some((placed.module, rule));
            let clause = branch(&mut lowering, placed, value, body, span);
            errors.append(&mut lowering.errors);
            if let Some(used) = used.get_mut(placed.module) {
                used.extend(lowering.used);
            }
            clause
        })
        .collect();
    Definition { span: rule.span, module: placed.module, branches }
}

fn branch(
    lowering: &mut Lowering<'_>,
    placed: &Placed<'_>,
    value: Option<&Term>,
    body: &[Expr],
    span: Span,
) -> Clause {
    let head = &placed.rule.head;
    lowering.names.open(declared_names(body));
    let mut goals: Vec<Goal> = Vec::new();
    let parameters = parameters(lowering, head.parameters.as_deref().unwrap_or(&[]), &mut goals);
    lowering.body(body, &mut goals);
    let path: Vec<Node> =
        head.path.iter().skip(placed.fixed).map(|element| lowering.term(element, true, &mut goals)).collect();
    let key = head.key.as_ref().map(|key| lowering.term(key, true, &mut goals));
    let value = value.map(|value| lowering.term(value, true, &mut goals));
    lowering.close(body);
    let mut bound = Bound::new();
    for parameter in &parameters {
        pattern_vars(parameter, &mut |var| {
            bound.insert(var);
        });
    }
    if lowering.errors.is_empty() {
        let mut found = Vec::new();
        reorder(&mut goals, &mut bound, &mut found);
        for node in parameters.iter().chain(&path).chain(&key).chain(&value) {
            node.each_var(&mut |var| {
                if !bound.contains(&var) {
                    found.push(Unsafe { var, span: head.span });
                }
            });
        }
        let file = lowering.module.file.clone();
        let unsafe_errors = unsafe_errors(found, &lowering.names.vars, &file);
        lowering.errors.extend(unsafe_errors);
    }
    let names = std::mem::take(&mut lowering.names.vars).into_iter().map(|var| var.name).collect();
    Clause { span, names, parameters, body: goals, path, key, value }
}

/// The patterns of a function's parameters. What is no pattern is compared.
fn parameters(lowering: &mut Lowering<'_>, parameters: &[Term], goals: &mut Vec<Goal>) -> Vec<Node> {
    let mut names = std::collections::HashSet::new();
    for parameter in parameters {
        pattern_names(parameter, &mut names);
    }
    let mut names: Vec<Name> = names.into_iter().collect();
    names.sort();
    for name in &names {
        if matches!(name.as_str(), "input" | "data") {
            let message = format!("args must not shadow {name} (use a different variable name)");
            let span = parameters.first().map_or_else(Span::default, |parameter| parameter.span);
            lowering.fail(ErrorCode::Compile, message, span);
        }
        let _ = lowering.names.declare(name, Occurrence::Argument);
    }
    parameters
        .iter()
        .map(|parameter| {
            let node = lowering.term(parameter, false, goals);
            if matches!(parameter.kind, TermKind::Ref(..) | TermKind::Call(_)) {
                let var = lowering.names.fresh("");
                let how = Unification::Both;
                goals.push(Goal::new(
                    parameter.span,
                    GoalKind::Unify { left: Node::Var(var), right: node, how },
                ));
                return Node::Var(var);
            }
            node
        })
        .collect()
}
