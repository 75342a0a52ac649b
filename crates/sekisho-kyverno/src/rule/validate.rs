//! Rules that say whether an object holds.

use crate::matching::{Operation, User};
use crate::operators::{Conditions, Held};
use crate::pattern::{Failure, Mismatch, Pattern};
use crate::policy::{Check, FailureAction, PatternSource, Rule, Validate, ValidateForeach};
use crate::value::Value;
use crate::variables::VariableError;

use super::request::Request;
use super::result::joined;
use super::result::{Said, Status};
use super::running::{Running, keys};
use super::scope::ELEMENT_STEPS;
use super::scope::Scope;
use super::{cel, pod_security};

/// What is said of an object that did not hold before it was changed either.
const EXISTING: &str = "skipping the rule evaluation as pre-existing violations are allowed";

type Answer = Result<Option<Said>, VariableError>;

/// Applies a rule; nothing where it has nothing to say.
pub(super) fn run(running: &Running<'_>, scope: &mut Scope<'_>, rule: &Rule, validate: &Validate) -> Answer {
    let exceptions = running.exceptions(rule, scope)?;
    let fails = |said: &Option<Said>| said.as_ref().is_some_and(|said| said.status == Status::Fail);
    if let Check::PodSecurity(security) = &validate.check {
        let said = pod_security::run(running, rule, security, &exceptions)?;
        if fails(&said) && forgives(running, validate) {
            let old = old_request(running.request);
            if let Some(object) = &old.object
                && running.is_for(rule, &old, object)?
                && fails(&pod_security::hold(running, rule, security, &exceptions, object)?)
            {
                return Ok(Some(Said::skip(EXISTING)));
            }
        }
        return Ok(said);
    }
    if !exceptions.is_empty() {
        let keys = keys(&exceptions);
        let message = format!("rule is skipped due to policy exceptions{}", keys.join(", "));
        return Ok(Some(Said::skip(message).for_exceptions(keys)));
    }
    match &validate.check {
        Check::Cel(cel) => return cel::run(running, rule, cel),
        Check::Manifests => {
            let message = "signatures of manifests are not verified: the rule needs the signature support";
            return Ok(Some(Said::not_examined(message)));
        }
        _ => {}
    }
    let validator = Validator { rule, validate, subject: running.object.as_ref() };
    let said = validator.check(&validate.check, scope, None, 0)?;
    if fails(&said) && forgives(running, validate) && fails(&before(running, rule, validate)?) {
        return Ok(Some(Said::skip(EXISTING)));
    }
    Ok(said)
}

/// Whether an object may be changed that did not hold before either.
fn forgives(running: &Running<'_>, validate: &Validate) -> bool {
    let request = running.request;
    let action = validate.failure_action.unwrap_or(running.policy.failure_action);
    action == FailureAction::Enforce
        && validate.allows_existing
        && request.operation == Operation::Update
        && request.object.is_some()
        && request.old_object.is_some()
}

/// What the rule says of the object as it was, as if that were made now by nobody who is known.
fn before(running: &Running<'_>, rule: &Rule, validate: &Validate) -> Answer {
    let old = old_request(running.request);
    let Some(object) = old.object.clone() else { return Ok(None) };
    let mut scope = Scope::new(&old, Some(&object), running.around, &running.policy.namespace);
    scope.begin_rule(rule)?;
    scope.load(&rule.context);
    if !running.is_for(rule, &old, &object)? {
        return Ok(None);
    }
    if let Some(conditions) = &rule.preconditions
        && !conditions.evaluate(scope.context())?.holds
    {
        return Ok(None);
    }
    let validator = Validator { rule, validate, subject: Some(&object) };
    validator.check(&validate.check, &mut scope, None, 0)
}

/// The making of the object as it was.
fn old_request(request: &Request) -> Request {
    let nobody = "kyverno:invalid".into();
    let user = User { name: nobody, ..User::default() };
    // What was given as the operation is that of the change.
    let variables =
        request.variables.iter().filter(|(path, _)| path != "request.operation").cloned().collect();
    Request {
        variables,
        object: request.old_object.clone(),
        old_object: None,
        operation: Operation::Create,
        user: Some(user),
        ..request.clone()
    }
}

/// A rule at work on an object.
struct Validator<'v> {
    rule: &'v Rule,
    validate: &'v Validate,
    /// The object; none when it is deleted.
    subject: Option<&'v Value>,
}

impl Validator<'_> {
    /// Applies what a rule or a loop of it demands; `element` is the element that a loop stands at, where
    /// patterns look at that.
    fn check(&self, check: &Check, scope: &mut Scope<'_>, element: Option<&Value>, nesting: usize) -> Answer {
        match check {
            Check::Deny(conditions) => Ok(Some(self.deny(conditions.as_ref(), scope))),
            Check::Pattern(source) => with_patterns(source, scope, |patterns, scope| {
                let Some(pattern) = patterns.first() else { return Ok(None) };
                self.against(element, |object| self.pattern(pattern, object, scope))
            }),
            Check::AnyPattern(source) => with_patterns(source, scope, |patterns, scope| {
                self.against(element, |object| self.any_pattern(patterns, object, scope))
            }),
            Check::Foreach(loops) => self.foreach(loops, scope, element, nesting),
            Check::PodSecurity(_) | Check::Cel(_) | Check::Manifests | Check::Nothing => Ok(None),
        }
    }

    /// Looks at the element of a loop, else at the object; at nothing where that is deleted.
    fn against(
        &self,
        element: Option<&Value>,
        look: impl FnOnce(&Value) -> Result<Said, VariableError>,
    ) -> Answer {
        match element.or(self.subject) {
            Some(object) => look(object).map(Some),
            None => Ok(None),
        }
    }

    fn deny(&self, conditions: Option<&Conditions>, scope: &Scope<'_>) -> Said {
        let held = match conditions {
            Some(conditions) => match conditions.evaluate(scope.context()) {
                Ok(held) => held,
                Err(error) => return Said::error(format!("failed to check deny conditions: {error}")),
            },
            None => Held { holds: true, message: String::new() },
        };
        if !held.holds {
            return Said::pass(format!("validation rule '{}' passed.", self.rule.name));
        }
        let own = self.validate.message.as_ref().map_or("", |message| message.text.as_str());
        if own.is_empty() && held.message.is_empty() {
            return Said::fail(format!("validation error: rule {} failed", self.rule.name));
        }
        Said::fail(match scope.render_text(&joined(&[own, &held.message], "; ")) {
            Err(_) => held.message,
            Ok(Value::String(text)) => text.to_string(),
            Ok(_) => {
                "the produced message didn't resolve to a string, check your policy definition.".to_owned()
            }
        })
    }

    fn pattern(&self, pattern: &Pattern, object: &Value, scope: &Scope<'_>) -> Result<Said, VariableError> {
        let name = &self.rule.name;
        match pattern.matches(object, scope.meter()) {
            Ok(()) => Ok(Said::pass(format!("validation rule '{name}' passed."))),
            Err(Failure::Budget(error)) => Err(error.into()),
            Err(Failure::Mismatch(mismatch)) if mismatch.skip => Ok(Said::skip(mismatch.message)),
            Err(Failure::Mismatch(mismatch)) if mismatch.path.is_empty() => {
                Ok(Said::error(self.failure(&mismatch, scope)))
            }
            Err(Failure::Mismatch(mismatch)) => {
                Ok(Said::fail(self.failure(&mismatch, scope)).at(&mismatch.path))
            }
        }
    }

    /// What is said of an object that does not match the pattern.
    fn failure(&self, mismatch: &Mismatch, scope: &Scope<'_>) -> String {
        let (name, path) = (&self.rule.name, &mismatch.path);
        let what = if path.is_empty() {
            format!("rule {name} execution error: {mismatch}")
        } else {
            format!("rule {name} failed at path {path}")
        };
        match self.message(scope) {
            None => format!("validation error: {what}"),
            Some(Err(_)) => format!(
                "validation error: variables substitution error in rule {name} execution error: {mismatch}"
            ),
            Some(Ok(message)) => format!("validation error: {message} {what}"),
        }
    }

    /// The rule's own message, with a full stop behind it.
    fn message(&self, scope: &Scope<'_>) -> Option<Result<String, VariableError>> {
        let message = self.validate.message.as_ref()?;
        Some(scope.render(&message.template).map(|value| {
            let mut text = match value {
                Value::String(text) => text.to_string(),
                other => other.to_plain(),
            };
            if !text.ends_with('.') {
                text.push('.');
            }
            text
        }))
    }

    fn any_pattern(
        &self,
        patterns: &[Pattern],
        object: &Value,
        scope: &Scope<'_>,
    ) -> Result<Said, VariableError> {
        let name = &self.rule.name;
        let (mut failed, mut skipped, mut first) = (Vec::new(), Vec::new(), String::new());
        for (index, pattern) in patterns.iter().enumerate() {
            match pattern.matches(object, scope.meter()) {
                Ok(()) => {
                    let message = format!("validation rule '{name}' anyPattern[{index}] passed.");
                    return Ok(Said::pass(message));
                }
                Err(Failure::Budget(error)) => return Err(error.into()),
                Err(Failure::Mismatch(mismatch)) if mismatch.skip => {
                    skipped.push(format!("rule {name}[{index}] skipped: {mismatch}"));
                }
                Err(Failure::Mismatch(mismatch)) if mismatch.path.is_empty() => {
                    failed.push(format!("rule {name}[{index}] failed: {mismatch}"));
                }
                Err(Failure::Mismatch(mismatch)) => {
                    failed.push(format!("rule {name}[{index}] failed at path {}", mismatch.path));
                    if first.is_empty() {
                        first = mismatch.path;
                    }
                }
            }
        }
        if failed.is_empty() {
            if skipped.is_empty() {
                let own = self.validate.message.as_ref().map_or("", |message| message.text.as_str());
                return Ok(Said::pass(own));
            }
            return Ok(Said::skip(skipped.join(" ")));
        }
        let failed = failed.join(" ");
        let said = match self.message(scope) {
            None => format!("validation error: {failed}"),
            Some(Err(_)) => format!(
                "validation error: variables substitution error in rule {name} execution error: {failed}"
            ),
            Some(Ok(message)) => format!("validation error: {message} {failed}"),
        };
        Ok(Said::fail(said).at(&first))
    }

    fn foreach(
        &self,
        loops: &[ValidateForeach],
        scope: &mut Scope<'_>,
        element: Option<&Value>,
        nesting: usize,
    ) -> Answer {
        let mut applied = 0usize;
        let mut unreadable = None;
        for each in loops {
            let elements = match scope.list(&each.list) {
                Ok(elements) => elements,
                Err(error) => {
                    if !error.to_string().contains("Unknown key") {
                        unreadable = Some(error);
                    }
                    continue;
                }
            };
            match self.elements(each, &elements, scope, element, nesting)? {
                Ok(count) => applied = applied.saturating_add(count),
                Err(said) => return Ok(Some(said)),
            }
        }
        if applied > 0 {
            return Ok(Some(Said::pass("rule passed")));
        }
        Ok(unreadable.map(|error| Said::error(format!("failed to evaluate list: {error}"))))
    }

    /// Applies a loop to elements: how many it applied to, or what it says of the first that does not hold.
    fn elements(
        &self,
        each: &ValidateForeach,
        elements: &[Value],
        scope: &mut Scope<'_>,
        above: Option<&Value>,
        nesting: usize,
    ) -> Result<Result<usize, Said>, VariableError> {
        let mut applied = 0usize;
        for (index, element) in elements.iter().enumerate() {
            if element.is_null() {
                continue;
            }
            scope.meter().work(ELEMENT_STEPS)?;
            let is_map = element.as_map().is_some();
            if each.element_scope == Some(true) && !is_map {
                let message = format!(
                    "failed to process foreach: cannot use elementScope=true foreach rules for elements that are not maps, expected type=map got type={}",
                    type_name(element)
                );
                return Ok(Err(Said::error(message)));
            }
            let scoped = each.element_scope.unwrap_or(is_map);
            let looked_at = if scoped { Some(element) } else { above };
            let mut inner = scope.clone();
            inner.set_element(element, index, nesting);
            let said = scope.meter().deeper(|| self.element(each, &mut inner, looked_at, nesting))?;
            let Some(said) = said else { continue };
            match said.status {
                Status::Pass => applied = applied.saturating_add(1),
                Status::Skip => {}
                Status::Error if said.message.contains("failed to evaluate preconditions") => {}
                _ => {
                    let message = format!("validation failure: {}", said.message);
                    return Ok(Err(Said { message, ..said }));
                }
            }
        }
        Ok(Ok(applied))
    }

    fn element(
        &self,
        each: &ValidateForeach,
        scope: &mut Scope<'_>,
        element: Option<&Value>,
        nesting: usize,
    ) -> Answer {
        scope.load(&each.context);
        if let Some(conditions) = &each.preconditions {
            match conditions.evaluate(scope.context()) {
                Err(error) => {
                    return Ok(Some(Said::error(format!("failed to evaluate preconditions: {error}"))));
                }
                Ok(held) if !held.holds => return Ok(Some(Said::skip("preconditions not met"))),
                Ok(_) => {}
            }
        }
        self.check(&each.check, scope, element, nesting.saturating_add(1))
    }
}

/// Runs something with patterns in which no variables are left.
fn with_patterns(
    source: &PatternSource,
    scope: &Scope<'_>,
    run: impl FnOnce(&[Pattern], &Scope<'_>) -> Answer,
) -> Answer {
    match source {
        PatternSource::Ready(patterns) => run(patterns, scope),
        PatternSource::One(template) => match scope.render(template) {
            Ok(value) => run(&[Pattern::new(&value)], scope),
            Err(error) => Ok(Some(substitution_failed(&error))),
        },
        PatternSource::Several(template) => match scope.render(template) {
            Ok(value) => {
                let patterns: Vec<Pattern> =
                    value.as_list().unwrap_or(&[]).iter().map(Pattern::new).collect();
                run(&patterns, scope)
            }
            Err(error) => Ok(Some(substitution_failed(&error))),
        },
    }
}

fn substitution_failed(error: &VariableError) -> Said {
    Said::error(format!("variable substitution failed: {error}"))
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    }
}
