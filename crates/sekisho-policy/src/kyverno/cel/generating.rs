//! `GeneratingPolicy`: the objects that it makes.

use sekisho_cel::Type;
use sekisho_kyverno::Value;
use sekisho_kyverno::rule::{RuleKind, RuleResult, Status};
use sekisho_manifest::Node;
use smol_str::SmolStr;

use super::evaluation::Evaluation;
use super::exception::{self, said};
use super::expression::{Compiler, Expression};
use super::gate::{Annotations, Gate};
use super::owner::Owner;
use super::template::{self, Template};
use crate::admission::{At, Reader};

/// What makes objects.
#[derive(Debug)]
pub(super) enum Generation {
    Expression(Expression),
    Template(Template),
}

/// The generations of a spec.
pub(super) fn read(reader: &mut Reader<'_>, at: &At<'_>, compiler: &Compiler) -> Vec<Generation> {
    let mut read = Vec::new();
    for item in reader.items(&at.get("generate")) {
        reader.mapping(&item);
        let (expression, template) = (item.get("expression"), item.get("template"));
        if expression.is_there() && template.is_there() {
            reader.refuse(&item, "only one of expression or template may be set");
        } else if template.is_there() {
            read.extend(template::read(reader, &template, compiler).map(Generation::Template));
        } else {
            let made = compiler.compile(reader, &expression, &[Type::Bool]);
            read.extend(made.map(Generation::Expression));
        }
    }
    read
}

/// What the policy makes of a request that it matches; none where its conditions do not hold.
pub(super) fn make(
    owner: &Owner,
    gate: &Gate,
    generations: &[Generation],
    evaluation: Evaluation<'_>,
) -> Option<(RuleResult, Annotations)> {
    let kind = RuleKind::Generation;
    let failed = |why: String| {
        let message = format!("failed to evaluate policy: {why}");
        Some((said(&owner.name, kind, Status::Error, message), Vec::new()))
    };
    match exception::exempt(&gate.exceptions, &evaluation) {
        Ok(matched) if matched.is_empty() => {}
        Ok(matched) => return Some((exception::result(&matched, kind), Vec::new())),
        Err(why) => return failed(why),
    }
    match evaluation.all_hold(&gate.conditions) {
        Ok(true) => {}
        Ok(false) => return None,
        Err(why) => return failed(why),
    }
    for generation in generations {
        if let Err(why) = apply(owner, generation, &evaluation) {
            return failed(why);
        }
    }
    let published = match gate.published(&evaluation) {
        Ok(published) => published,
        Err(why) => return failed(why),
    };
    let generated = evaluation.made().iter().map(Value::from_node).collect();
    let result = said(&owner.name, kind, Status::Pass, "policy evaluated successfully");
    Some((RuleResult { generated, ..result }, published))
}

fn apply(owner: &Owner, generation: &Generation, evaluation: &Evaluation<'_>) -> Result<(), String> {
    match generation {
        Generation::Expression(expression) => evaluation.evaluate(expression).map(drop),
        Generation::Template(template) => {
            let objects = template
                .fill(evaluation)
                .map_err(|why| format!("failed to render generation template: {why}"))?;
            let mut groups: Vec<(SmolStr, Vec<Node>)> = Vec::new();
            for object in objects {
                let namespace = home(owner, &object)?;
                match groups.iter_mut().find(|(known, _)| *known == namespace) {
                    Some((_, group)) => group.push(object),
                    None => groups.push((namespace, vec![object])),
                }
            }
            for (namespace, objects) in groups {
                let made = evaluation.make(&namespace, &objects);
                made.map_err(|why| format!("failed to generate resources: {why}"))?;
            }
            Ok(())
        }
    }
}

/// The namespace of an object of a template.
fn home(owner: &Owner, object: &Node) -> Result<SmolStr, String> {
    let own = object.at(&["metadata", "namespace"]).and_then(Node::as_str).unwrap_or("");
    if !owner.is_namespaced() || own == owner.namespace {
        return Ok(own.into());
    }
    if own.is_empty() {
        return Ok(owner.namespace.clone());
    }
    Err(format!(
        "cross-namespace generation denied: a policy in namespace \"{}\" cannot generate resources into namespace \
         \"{own}\"",
        owner.namespace
    ))
}
