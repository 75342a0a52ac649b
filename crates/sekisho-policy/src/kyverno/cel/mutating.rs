//! `MutatingPolicy`: how it changes objects.

use sekisho_cel::Type;
use sekisho_kyverno::rule::{RuleKind, RuleResult, Status};
use sekisho_manifest::Node;

use super::constraints::{constraints, of_any_operation};
use super::evaluation::Evaluation;
use super::exception::{self, said};
use super::expression::{Compiler, Expression};
use super::gate::{Annotations, Gate};
use crate::admission::{At, MatchResources, Reader, apply_configuration, apply_json_patch};
use crate::group_version::GroupVersionKind;

/// The mutations of a policy.
#[derive(Debug)]
pub(super) struct Mutations {
    steps: Vec<Step>,
    /// Which objects it changes besides the one that is asked about.
    pub(super) existing: Option<Box<Targets>>,
}

#[derive(Debug)]
enum Step {
    Configuration(Expression),
    JsonPatch(Expression),
}

/// The objects that a policy changes when something else happens.
#[derive(Debug)]
pub(super) struct Targets {
    pub(super) constraints: Option<MatchResources>,
    /// Gives the objects.
    pub(super) expression: Option<Expression>,
    conditions: Vec<Expression>,
}

/// The mutations of a spec.
pub(super) fn read(reader: &mut Reader<'_>, at: &At<'_>, compiler: &Compiler) -> Mutations {
    let mut steps = Vec::new();
    let kinds = [("ApplyConfiguration", false), ("JSONPatch", true)];
    for item in reader.items(&at.get("mutations")) {
        reader.mapping(&item);
        let Some(is_patch) = reader.choice(&item.get("patchType"), &kinds) else { continue };
        let (key, wanted) = if is_patch {
            ("jsonPatch", Type::list(Type::Struct("JSONPatch".into())))
        } else {
            ("applyConfiguration", Type::Struct("Object".into()))
        };
        let field = item.get(key);
        if !field.is_there() {
            continue;
        }
        let expression = compiler.compile(reader, &field.get("expression"), &[wanted]);
        steps.extend(expression.map(if is_patch { Step::JsonPatch } else { Step::Configuration }));
    }
    let enabled = at.node.and_then(|spec| spec.at(&["evaluation", "mutateExisting", "enabled"]));
    let existing = enabled.and_then(Node::as_bool).unwrap_or(false);
    Mutations { steps, existing: existing.then(|| Box::new(targets(reader, at, compiler))) }
}

fn targets(reader: &mut Reader<'_>, at: &At<'_>, compiler: &Compiler) -> Targets {
    let own = at.get("targetMatchConstraints");
    let has_rules =
        own.node.and_then(|node| node.get("resourceRules")).is_some_and(|rules| !rules.items().is_empty());
    let field = if has_rules { own.clone() } else { at.get("matchConstraints") };
    let matched = field.node.map(of_any_operation);
    let field = At { node: matched.as_ref(), ..field };
    let constraints = constraints(reader, &field);
    let field = own.get("expression");
    let expression = match reader.text(&field).as_str() {
        "" => None,
        _ => compiler.compile(reader, &field, &[Type::map(Type::String, Type::Dyn)]),
    };
    let conditions = compiler.conditions(reader, &at.get("targetMatchConditions"));
    Targets { constraints, expression, conditions }
}

/// How the policy leaves an object.
pub(super) struct Changed {
    pub(super) result: RuleResult,
    pub(super) annotations: Annotations,
    pub(super) object: Option<Node>,
}

/// Changes an object that the policy matches; one of the policy's targets where that is said.
pub(super) fn change(
    gate: &Gate,
    mutations: &Mutations,
    evaluation: &Evaluation<'_>,
    object: &Node,
    is_target: bool,
) -> Changed {
    let kind = RuleKind::Mutation;
    let leave = |result: RuleResult| Changed { result, annotations: Vec::new(), object: None };
    let failed = |why: String| {
        leave(said("evaluation", kind, Status::Error, format!("failed to evaluate policy: {why}")))
    };
    match exception::exempt(&gate.exceptions, evaluation) {
        Ok(matched) if matched.is_empty() => {}
        Ok(matched) => return leave(exception::result(&matched, kind)),
        Err(why) => return failed(why),
    }
    let conditions = match &mutations.existing {
        Some(targets) if is_target => &targets.conditions,
        _ => &gate.conditions,
    };
    match evaluation.all_hold(conditions) {
        Ok(true) => {}
        Ok(false) => return leave(said("", kind, Status::Skip, "skip")),
        Err(why) => return failed(why),
    }
    let mut current = object.clone();
    let version = GroupVersionKind::new(object.str("apiVersion"), object.str("kind"));
    for step in &mutations.steps {
        let changed = match step {
            Step::Configuration(expression) => evaluation
                .evaluate(expression)
                .and_then(|value| apply_configuration(&version, &value, &current)),
            Step::JsonPatch(expression) => {
                evaluation.evaluate(expression).and_then(|value| apply_json_patch(&value, &current))
            }
        };
        match changed {
            Ok(changed) => current = changed,
            Err(why) => return failed(why),
        }
        evaluation.set_object(&current);
    }
    match gate.published(evaluation) {
        Ok(annotations) => {
            Changed { result: said("", kind, Status::Pass, "success"), annotations, object: Some(current) }
        }
        Err(why) => failed(why),
    }
}
