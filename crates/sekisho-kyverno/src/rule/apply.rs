//! A policy applied to a request: which of its rules concern it, in which order, and what they say.

use crate::budget::Meter;
use crate::jmespath::Surroundings;
use crate::matching::{Identity, Operation};
use crate::policy::{Body, Policy, Rule};
use crate::value::Value;
use crate::variables::VariableError;

use super::request::{Request, World};
use super::result::{RuleKind, RuleResult, Said, Status};
use super::running::{Running, keys};
use super::{generate as generation, mutate as mutation, validate as validation};

/// What the mutating rules of a policy made of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Mutated {
    /// The object; none where the request has none.
    pub object: Option<Value>,
    /// What the rules say.
    pub results: Vec<RuleResult>,
}

/// Everything that a policy says of a request: its object is mutated first, then validated; what would be
/// generated comes last.
pub fn apply(policy: &Policy, request: &Request, world: &World<'_>) -> Mutated {
    let mut mutated = mutate(policy, request, world);
    let request = Request { object: mutated.object.clone(), ..request.clone() };
    mutated.results.extend(validate(policy, &request, world));
    mutated.results.extend(generate(policy, &request, world));
    mutated
}

/// What the validating rules of a policy say.
pub fn validate(policy: &Policy, request: &Request, world: &World<'_>) -> Vec<RuleResult> {
    let mut results = Vec::new();
    let is_asked =
        |rule: &Rule| rule.validates() || (rule.verifies_images() && request.operation != Operation::Delete);
    run(policy, request, world, &mut results, |running, rule| {
        if !is_asked(rule) {
            return Ok(());
        }
        let kind = if rule.validates() { RuleKind::Validation } else { RuleKind::ImageVerification };
        let Some(mut entered) = running.enter(rule, kind)? else { return Ok(()) };
        let said = if let Body::Validate(validate) = &rule.body {
            validation::run(running, &mut entered, rule, validate)?
        } else {
            let exceptions = running.exceptions(rule, &entered)?;
            Some(if exceptions.is_empty() {
                Said::not_examined("signatures are verified where images can be looked up: at admission")
            } else {
                let keys = keys(&exceptions);
                let message = format!("rule is skipped due to policy exceptions{}", keys.join(", "));
                Said::skip(message).for_exceptions(keys)
            })
        };
        running.say(rule, kind, said);
        Ok(())
    });
    results
}

/// What the mutating rules of a policy make of the object of a request.
pub fn mutate(policy: &Policy, request: &Request, world: &World<'_>) -> Mutated {
    let mut results = Vec::new();
    let object = run(policy, request, world, &mut results, |running, rule| {
        let Body::Mutate(mutate) = &rule.body else { return Ok(()) };
        let Some(mut entered) = running.enter(rule, RuleKind::Mutation)? else { return Ok(()) };
        mutation::run(running, &mut entered, rule, mutate)
    });
    Mutated { object, results }
}

/// What the generating rules of a policy would make.
pub fn generate(policy: &Policy, request: &Request, world: &World<'_>) -> Vec<RuleResult> {
    let mut results = Vec::new();
    run(policy, request, world, &mut results, |running, rule| match &rule.body {
        Body::Generate(generate) => generation::run(running, rule, generate),
        _ => Ok(()),
    });
    results
}

/// Runs the rules of a policy one after the other; gives back the object as they leave it.
fn run(
    policy: &Policy,
    request: &Request,
    world: &World<'_>,
    results: &mut Vec<RuleResult>,
    mut step: impl FnMut(&mut Running<'_>, &Rule) -> Result<(), VariableError>,
) -> Option<Value> {
    if !concerns_namespace(policy, request) {
        return request.object.clone();
    }
    let meter = Meter::new(world.budget);
    let around = Surroundings::new(&meter, world.facts, world.settings).with_expressions(&policy.expressions);
    let mut running = Running {
        policy,
        request,
        world,
        meter: &meter,
        around: &around,
        object: request.object.clone(),
        scope: None,
        results: Vec::new(),
    };
    for rule in &policy.rules {
        let before = running.results.len();
        if let Err(error) = step(&mut running, rule) {
            running.say(rule, kind_of(rule), Some(Said::error(error.to_string())));
        }
        let new = running.results.get(before..).unwrap_or(&[]);
        let applies = |result: &RuleResult| matches!(result.status, Status::Pass | Status::Fail);
        if policy.applies_one && new.iter().any(applies) {
            break;
        }
    }
    results.append(&mut running.results);
    running.object
}

fn kind_of(rule: &Rule) -> RuleKind {
    match &rule.body {
        Body::Mutate(_) => RuleKind::Mutation,
        Body::Generate(_) => RuleKind::Generation,
        Body::VerifyImages(_) => RuleKind::ImageVerification,
        Body::Validate(_) | Body::Nothing => RuleKind::Validation,
    }
}

/// A `Policy` holds in its own namespace only.
fn concerns_namespace(policy: &Policy, request: &Request) -> bool {
    if !policy.is_namespaced {
        return true;
    }
    let namespace = if policy.namespace.is_empty() { "default" } else { policy.namespace.as_str() };
    [&request.object, &request.old_object]
        .into_iter()
        .flatten()
        .all(|object| Identity::of(object).namespace == namespace)
}
