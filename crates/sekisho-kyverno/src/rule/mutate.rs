//! Rules that change objects.

use crate::matching::KindSelector;
use crate::patch::{Patch, PatchError, is_equal};
use crate::policy::{Mutate, MutateForeach, MutateWork, PatchSource, Rule, Target};
use crate::value::{Map, Value};
use crate::variables::VariableError;

use super::objects::ObjectQuery;
use super::result::joined;
use super::result::{RuleKind, Said};
use super::running::{Running, keys};
use super::scope::ELEMENT_STEPS;
use super::scope::Scope;

/// What became of an object.
enum Outcome {
    Changed(Value),
    /// Nothing had to be changed, and why.
    Same(String),
    Failed(String),
}

type Worked = Result<Outcome, VariableError>;

/// Applies a rule, and notes what it says.
pub(super) fn run(
    running: &mut Running<'_>,
    scope: &mut Scope<'_>,
    rule: &Rule,
    mutate: &Mutate,
) -> Result<(), VariableError> {
    let exceptions = running.exceptions(rule, scope)?;
    if !exceptions.is_empty() {
        let keys = keys(&exceptions);
        let message = format!("rule is skipped due to policy exceptions{}", keys.join(", "));
        running.say(rule, RuleKind::Mutation, Some(Said::skip(message).for_exceptions(keys)));
        return Ok(());
    }
    if !mutate.targets.is_empty() {
        return existing(running, scope, rule, mutate);
    }
    let Some(object) = running.object.clone() else { return Ok(()) };
    match work(&mutate.work, &object, scope, 0)? {
        Outcome::Changed(changed) => {
            let said = Said::pass(success(&changed));
            running.replace_object(changed);
            running.say(rule, RuleKind::Mutation, Some(said));
        }
        Outcome::Same(message) => running.say(rule, RuleKind::Mutation, Some(Said::skip(message))),
        Outcome::Failed(message) => running.say(rule, RuleKind::Mutation, Some(Said::error(message))),
    }
    Ok(())
}

/// Changes other objects than the one that the rule is asked about.
fn existing(
    running: &mut Running<'_>,
    scope: &Scope<'_>,
    rule: &Rule,
    mutate: &Mutate,
) -> Result<(), VariableError> {
    let mut errors = Vec::new();
    let mut found = Vec::new();
    for (index, target) in mutate.targets.iter().enumerate() {
        match objects(running, scope, target, index) {
            Ok(objects) => found.extend(objects.into_iter().map(|object| (target, object))),
            Err(message) => errors.push(message),
        }
    }
    if !errors.is_empty() {
        let said = Said::error(format!(": {}", errors.join("; ")));
        running.say(rule, RuleKind::Mutation, Some(said));
    }
    for (target, object) in found {
        running.meter.work(ELEMENT_STEPS)?;
        let mut scope = scope.clone();
        scope.set_target(&object);
        let said = one_target(&mut scope, target, &object, mutate)?;
        let (said, changed) = said;
        let mut result = running.result(rule, RuleKind::Mutation, said);
        result.target = changed;
        running.results.push(result);
    }
    Ok(())
}

fn one_target(
    scope: &mut Scope<'_>,
    target: &Target,
    object: &Value,
    mutate: &Mutate,
) -> Result<(Said, Option<Value>), VariableError> {
    scope.load(&target.context);
    if let Some(conditions) = &target.preconditions {
        match conditions.evaluate(scope.context()) {
            Err(error) => {
                return Ok((Said::error(format!("failed to evaluate preconditions: {error}")), None));
            }
            Ok(held) if !held.holds => {
                let message = joined(&["preconditions not met", &held.message], "; ");
                return Ok((Said::skip(message), None));
            }
            Ok(_) => {}
        }
    }
    Ok(match work(&mutate.work, object, scope, 0)? {
        Outcome::Changed(changed) => (Said::pass(success(&changed)), Some(changed)),
        Outcome::Same(message) => (Said::skip(message), None),
        Outcome::Failed(message) => (Said::error(message), None),
    })
}

/// The objects that a target names.
fn objects(
    running: &Running<'_>,
    scope: &Scope<'_>,
    target: &Target,
    index: usize,
) -> Result<Vec<Value>, String> {
    let named = scope
        .render(&target.selector)
        .map_err(|error| format!("failed to substitute variables in target[{index}]: {error}"))?;
    let text = |key: &str| named.get(key).and_then(Value::as_str).unwrap_or("");
    let kind = KindSelector::parse(&format!("{}/{}", text("apiVersion"), text("kind")));
    let policy = running.policy;
    let namespace = if policy.is_namespaced { policy.namespace.as_str() } else { text("namespace") };
    let query = ObjectQuery {
        group: if text("apiVersion").contains('/') { kind.group().into() } else { "".into() },
        version: kind.version().into(),
        kind: kind.kind().into(),
        namespace: namespace.into(),
        name: text("name").into(),
        selector: crate::policy::target_selector(&named),
    };
    running.world.objects.find(&query, running.meter).map_err(|error| error.to_string())
}

/// Applies a patch or loops to an object.
fn work(work: &MutateWork, object: &Value, scope: &mut Scope<'_>, nesting: usize) -> Worked {
    match work {
        MutateWork::Patch(source) => patch(source, object, scope, nesting > 0),
        MutateWork::Foreach(loops) => foreach(loops, object, scope, nesting),
        MutateWork::Nothing => Ok(Outcome::Failed("empty mutate rule".to_owned())),
    }
}

/// Applies a patch; `{{@}}` in it is found from the rule, or from the loop that holds the patch.
fn patch(source: &PatchSource, object: &Value, scope: &Scope<'_>, in_loop: bool) -> Worked {
    let rendered;
    let patch = match source {
        PatchSource::Ready(patch) => patch,
        PatchSource::Merge(template) | PatchSource::Json(template) => {
            let path = match (source, in_loop) {
                (PatchSource::Json(_), false) => "/mutate/patchesJson6902",
                (PatchSource::Json(_), true) => "/patchesJson6902",
                (_, false) => "/mutate/patchStrategicMerge",
                (_, true) => "/patchStrategicMerge",
            };
            let value = match scope.render_at(template, path) {
                Ok(value) => value,
                Err(error) => return Ok(Outcome::Failed(format!("variable substitution failed: {error}"))),
            };
            rendered = match (source, &value) {
                (PatchSource::Merge(_), _) => Patch::Merge(value),
                (_, Value::String(text)) => Patch::Json(text.to_string()),
                _ => return Ok(Outcome::Failed("empty mutate rule".to_owned())),
            };
            &rendered
        }
    };
    match patch.apply(object, scope.meter()) {
        Ok(changed) if is_equal(&changed, object) => Ok(Outcome::Same("no patches applied".to_owned())),
        Ok(changed) => Ok(Outcome::Changed(changed)),
        Err(PatchError::Budget(error)) => Err(error.into()),
        Err(error) => Ok(Outcome::Failed(format!("failed to patch resource: {error}"))),
    }
}

fn foreach(loops: &[MutateForeach], object: &Value, scope: &mut Scope<'_>, nesting: usize) -> Worked {
    let mut object = object.clone();
    let mut applied = 0usize;
    for each in loops {
        let elements = match scope.list(&each.list) {
            Ok(elements) => elements,
            Err(error) => {
                let message = format!("failed to evaluate list {}: {error}: {error}", each.list);
                return Ok(Outcome::Failed(message));
            }
        };
        match self::elements(each, elements, &object, scope, nesting)? {
            Outcome::Failed(message) => {
                return Ok(Outcome::Failed(format!("failed to mutate elements: {message}")));
            }
            Outcome::Same(_) => {}
            Outcome::Changed(changed) => {
                applied = applied.saturating_add(1);
                scope.set_object(&changed);
                object = changed;
            }
        }
    }
    if applied == 0 {
        return Ok(Outcome::Same("0 elements processed".to_owned()));
    }
    Ok(Outcome::Changed(object))
}

fn elements(
    each: &MutateForeach,
    mut elements: Vec<Value>,
    object: &Value,
    scope: &Scope<'_>,
    nesting: usize,
) -> Worked {
    let mut current = object.clone();
    let count = elements.len();
    if each.descending {
        elements.reverse();
    }
    for (place, element) in elements.iter().enumerate() {
        if element.is_null() {
            continue;
        }
        scope.meter().work(ELEMENT_STEPS)?;
        let index = if each.descending { count.saturating_sub(place).saturating_sub(1) } else { place };
        let mut inner = scope.clone();
        inner.set_element(element, index, nesting);
        inner.load(&each.context);
        if let Some(conditions) = &each.preconditions {
            match conditions.evaluate(inner.context()) {
                Err(error) => {
                    let message =
                        format!("failed to evaluate mutate.foreach[{index}].preconditions: {error}");
                    return Ok(Outcome::Failed(message));
                }
                Ok(held) if !held.holds => continue,
                Ok(_) => {}
            }
        }
        let meter = scope.meter();
        let worked = meter.deeper(|| work(&each.work, &current, &mut inner, nesting.saturating_add(1)))?;
        match worked {
            Outcome::Changed(changed) => current = changed,
            Outcome::Same(_) => {}
            Outcome::Failed(message) => return Ok(Outcome::Failed(message)),
        }
    }
    if is_equal(&current, object) {
        return Ok(Outcome::Same("no patches applied".to_owned()));
    }
    Ok(Outcome::Changed(current))
}

fn success(object: &Value) -> String {
    let empty = Value::from(Map::default());
    let metadata = object.get("metadata").unwrap_or(&empty);
    let text = |holder: &Value, key: &str| holder.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    let (kind, name) = (text(object, "kind"), text(metadata, "name"));
    match text(metadata, "namespace").as_str() {
        "" => format!("mutated {kind}/{name}"),
        namespace => format!("mutated {kind}/{name} in namespace {namespace}"),
    }
}
