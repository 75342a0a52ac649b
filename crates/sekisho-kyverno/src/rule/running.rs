//! The rules of one policy at work on one request: what each is told, and what it has said.

use super::request::{Request, World};
use super::result::{RuleKind, RuleResult, Said, Status, joined};
use super::scope::Scope;
use crate::budget::{BudgetError, Meter};
use crate::jmespath::Surroundings;
use crate::matching::LabelSelector;
use crate::policy::{Body, Exception, FailureAction, Override, Policy, Rule};
use crate::scalar::wildcard;
use crate::value::Value;
use crate::variables::VariableError;

/// The rules of one policy at work on one request.
pub(super) struct Running<'r> {
    pub(super) policy: &'r Policy,
    pub(super) request: &'r Request,
    pub(super) world: &'r World<'r>,
    pub(super) meter: &'r Meter,
    pub(super) around: &'r Surroundings<'r>,
    /// The object as the rules before left it.
    pub(super) object: Option<Value>,
    /// The variables of the request, made when the first rule concerns it.
    pub(super) scope: Option<Scope<'r>>,
    pub(super) results: Vec<RuleResult>,
}

impl<'r> Running<'r> {
    /// Whether a rule concerns the request.
    pub(super) fn concerns(&self, rule: &Rule) -> Result<bool, BudgetError> {
        if rule.validates()
            && let Some(kinds) = &rule.copied_for
            && !kinds.contains(&self.request.kind.kind)
        {
            return Ok(false);
        }
        let Some(object) = self.object.as_ref().or(self.request.old_object.as_ref()) else {
            return Ok(false);
        };
        self.is_for(rule, self.request, object)
    }

    /// Whether a rule is for an object, by a request about it.
    pub(super) fn is_for(&self, rule: &Rule, request: &Request, object: &Value) -> Result<bool, BudgetError> {
        let kind = request.kind_for(&rule.matches, self.meter)?;
        let asked = request.asked(object, &kind);
        Ok(rule.matches.includes(&asked, self.meter)?
            && match &rule.excludes {
                Some(excludes) => !excludes.excludes(&asked, self.meter)?,
                None => true,
            })
    }

    /// A copy of the variables of the request.
    pub(super) fn scope(&mut self) -> Scope<'r> {
        let (request, object, around) = (self.request, self.object.as_ref(), self.around);
        let namespace = &self.policy.namespace;
        self.scope.get_or_insert_with(|| Scope::new(request, object, around, namespace)).clone()
    }

    /// Takes over an object that a rule changed.
    pub(super) fn replace_object(&mut self, object: Value) {
        if let Some(scope) = &mut self.scope {
            scope.set_object(&object);
        }
        self.object = Some(object);
    }

    /// The variables of a rule that concerns the request and whose preconditions are met; otherwise what there
    /// is to say was said.
    pub(super) fn enter(&mut self, rule: &Rule, kind: RuleKind) -> Result<Option<Scope<'r>>, VariableError> {
        if !self.concerns(rule)? {
            return Ok(None);
        }
        let mut scope = self.scope();
        scope.begin_rule(rule)?;
        scope.load(&rule.context);
        if let Some(conditions) = &rule.preconditions {
            match conditions.evaluate(scope.context()) {
                Err(error) => {
                    let message = format!("failed to evaluate preconditions: {error}");
                    self.say(rule, kind, Some(Said::error(message)));
                    return Ok(None);
                }
                Ok(held) if !held.holds => {
                    let message = joined(&["preconditions not met", &held.message], "; ");
                    self.say(rule, kind, Some(Said::skip(message)));
                    return Ok(None);
                }
                Ok(_) => {}
            }
        }
        Ok(Some(scope))
    }

    /// The exceptions that let the object off from a rule: their places in the world's list.
    pub(super) fn exceptions(
        &self,
        rule: &Rule,
        scope: &Scope<'_>,
    ) -> Result<Vec<&'r Exception>, BudgetError> {
        let mut found = Vec::new();
        if self.world.exceptions.is_empty() {
            return Ok(found);
        }
        let Some(object) = self.request.subject() else { return Ok(found) };
        let kind = self.request.kind_for(&rule.matches, self.meter)?;
        let asked = self.request.asked(object, &kind);
        let policy = if self.policy.namespace.is_empty() {
            self.policy.name.to_string()
        } else {
            format!("{}/{}", self.policy.namespace, self.policy.name)
        };
        for exception in self.world.exceptions {
            if !exception.names(&policy, &rule.name, self.meter)?
                || !exception.matches.excepts(&asked, self.meter)?
            {
                continue;
            }
            let holds = match &exception.conditions {
                // What cannot be evaluated lets nothing off.
                Some(conditions) => conditions.evaluate(scope.context()).is_ok_and(|held| held.holds),
                None => true,
            };
            if holds {
                found.push(*exception);
            }
        }
        Ok(found)
    }

    /// Notes what a rule says.
    pub(super) fn say(&mut self, rule: &Rule, kind: RuleKind, said: Option<Said>) {
        if let Some(result) = said.map(|said| self.result(rule, kind, said)) {
            self.results.push(result);
        }
    }

    pub(super) fn result(&self, rule: &Rule, kind: RuleKind, said: Said) -> RuleResult {
        let warns = said.status == Status::Fail && !self.policy.is_scored;
        RuleResult {
            rule: rule.name.clone(),
            kind,
            status: if warns { Status::Warn } else { said.status },
            message: said.message,
            path: said.path,
            action: self.action(rule),
            exceptions: said.exceptions,
            target: None,
            generated: Vec::new(),
            bereft: Vec::new(),
        }
    }

    /// What is to happen where a rule does not hold.
    pub(super) fn action(&self, rule: &Rule) -> FailureAction {
        if let Body::Validate(validate) = &rule.body {
            if let Some(action) = self.overridden(&validate.overrides) {
                return action;
            }
            if let Some(action) = validate.failure_action {
                return action;
            }
        }
        self.overridden(&self.policy.overrides).unwrap_or(self.policy.failure_action)
    }

    fn overridden(&self, overrides: &[Override]) -> Option<FailureAction> {
        if overrides.is_empty() {
            return None;
        }
        let namespace = self.request.namespace();
        let labels = self.request.labels_of_namespace();
        overrides
            .iter()
            .find(|each| {
                let selected =
                    |selector: &LabelSelector| selector.matches(labels, self.meter).unwrap_or(false);
                let named = each
                    .namespaces
                    .iter()
                    .any(|pattern| wildcard(pattern, namespace, self.meter).unwrap_or(false));
                match &each.selector {
                    Some(selector) => (each.namespaces.is_empty() || named) && selected(selector),
                    None => named,
                }
            })
            .map(|each| each.action)
    }
}

/// The names of exceptions.
pub(super) fn keys(exceptions: &[&Exception]) -> Vec<String> {
    exceptions.iter().map(|exception| exception.key()).collect()
}
