//! Which objects a cleanup policy removes.

use crate::budget::Meter;
use crate::jmespath::Surroundings;
use crate::policy::CleanupPolicy;
use crate::variables::VariableError;

use super::request::{Request, World};
use super::scope::Scope;

/// Whether a cleanup policy removes the object of a request when it runs.
pub fn removes(policy: &CleanupPolicy, request: &Request, world: &World<'_>) -> Result<bool, VariableError> {
    let meter = Meter::new(world.budget);
    let Some(object) = &request.object else { return Ok(false) };
    // Nobody asks for what a schedule does.
    let request = Request { user: None, ..request.clone() };
    let kind = request.kind_for(&policy.matches, &meter)?;
    let asked = request.asked(object, &kind);
    if !policy.namespace.is_empty() && asked.object.namespace != policy.namespace {
        return Ok(false);
    }
    if !policy.matches.excepts(&asked, &meter)? {
        return Ok(false);
    }
    if let Some(excludes) = &policy.excludes
        && excludes.excepts(&asked, &meter)?
    {
        return Ok(false);
    }
    let around = Surroundings::new(&meter, world.facts, world.settings);
    let mut scope = Scope::new(&request, Some(object), &around, &policy.namespace);
    // Conditions look at the object as the one that is to be removed.
    scope.set_target(object);
    scope.load(&policy.context);
    match &policy.conditions {
        Some(conditions) => conditions.evaluate(scope.context()).map(|held| held.holds),
        None => Ok(true),
    }
}
