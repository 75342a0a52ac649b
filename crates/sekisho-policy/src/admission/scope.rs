//! Evaluates the expressions of a policy over one request: variables when they are asked for, costs as the API
//! server counts them.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

use sekisho_cel::{
    Activation, Authorizer, Budget, Decision, EvaluationError, Failure, Opaque, Permissions, Question,
    ResourceCheck, Value,
};

use super::definition::{Expression, Variable};
use super::matching::{Matched, namespace_of};
use super::view::{View, namespace_value};
use crate::facts::Facts;
use crate::request::Request;

/// What the match conditions of a policy may cost together.
pub(super) const CONDITIONS_COST: u64 = 2_500_000;

/// A request as one policy looks at it, with one parameter object.
pub(super) struct Subject<'a> {
    pub(super) request: &'a Request,
    pub(super) facts: &'a dyn Facts,
    pub(super) object: Value,
    pub(super) old_object: Value,
    pub(super) request_value: Value,
    pub(super) parameters: Value,
    /// Where values are kept that other policies can use; none where the object is looked at in another version.
    shared: Option<&'a View>,
    namespace: OnceCell<Value>,
    authorizer: OnceCell<Authorizer>,
    /// Steps and bytes that evaluations of the policy may still take.
    work: Cell<(u64, u64)>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(
        request: &'a Request,
        facts: &'a dyn Facts,
        view: &'a View,
        matched: &Matched,
        parameters: Value,
    ) -> Self {
        let budget = Budget::default();
        Self {
            request,
            facts,
            object: view.object_as(request, matched),
            old_object: view.old_object_as(request, matched),
            request_value: view.request_as(request, matched),
            parameters,
            shared: (matched.kind == request.kind).then_some(view),
            namespace: OnceCell::new(),
            authorizer: OnceCell::new(),
            work: Cell::new((budget.work, budget.memory)),
        }
    }

    fn authorizer(&self) -> Authorizer {
        let make = || {
            let permissions = self.facts.permissions(&self.request.user);
            Authorizer::new(permissions.unwrap_or_else(|| Arc::new(NothingKnown)))
        };
        self.authorizer.get_or_init(make).clone()
    }

    /// The question about the resource that the request is about.
    fn request_resource(&self) -> Value {
        let request = self.request;
        let about = ResourceCheck {
            group: request.resource.group.clone(),
            resource: request.resource.resource.clone(),
            subresource: request.subresource.clone(),
            namespace: namespace_of(request).clone(),
            name: request.name.clone(),
            ..ResourceCheck::default()
        };
        Value::Opaque(Opaque::ResourceCheck(Arc::new((self.authorizer(), about))))
    }

    /// A new round of evaluations, in which every variable is worked out anew.
    pub(super) fn round<'s>(&'s self, variables: &'s [Variable], access: Access) -> Round<'s> {
        Round {
            subject: self,
            variables,
            access,
            known: RefCell::new(vec![None; variables.len()]),
            composed: Cell::new(0),
        }
    }
}

/// Which variables the expressions of a round see besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Everything.
    Full,
    /// The namespace is null.
    WithoutNamespace,
}

/// Nobody knows what users may do.
struct NothingKnown;

impl Permissions for NothingKnown {
    fn decide(&self, _question: &Question) -> Option<Decision> {
        None
    }
}

/// Expressions that are evaluated one after the other and share the values of their variables.
pub(super) struct Round<'a> {
    subject: &'a Subject<'a>,
    variables: &'a [Variable],
    access: Access,
    known: RefCell<Vec<Option<Result<Value, EvaluationError>>>>,
    /// What variables have cost since the last expression ended.
    composed: Cell<u64>,
}

/// The costs are used up; no further expression is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("validation failed due to running out of cost budget, no further validation rules will be run")]
pub(super) struct OutOfBudget;

impl Round<'_> {
    /// The value of an expression, or why it has none in the words of the API server. The costs are taken from
    /// `left`.
    pub(super) fn evaluate(
        &self,
        expression: &Expression,
        left: &mut u64,
    ) -> Result<Result<Value, String>, OutOfBudget> {
        if expression.eager {
            self.work_out_before(self.variables.len());
        }
        let (outcome, cost) = self.run(expression);
        for cost in [self.composed.take(), cost] {
            *left = left.checked_sub(cost).ok_or(OutOfBudget)?;
        }
        Ok(outcome.map_err(|error| format!("expression '{}' resulted in error: {error}", expression.text)))
    }

    /// Evaluates an expression and says what that cost.
    fn run(&self, expression: &Expression) -> (Result<Value, EvaluationError>, u64) {
        let (work, memory) = self.subject.work.get();
        // Half of what is left: what variables take on the way is taken from the other half.
        let granted = (work / 2, memory / 2);
        self.subject.work.set((work - granted.0, memory - granted.1));
        let mut budget = Budget { cost: Budget::PER_CALL_COST, work: granted.0, memory: granted.1 };
        let outcome = expression.program.evaluate(self, &mut budget);
        let (work, memory) = self.subject.work.get();
        self.subject.work.set((work + budget.work, memory + budget.memory));
        (outcome, Budget::PER_CALL_COST - budget.cost)
    }

    /// Works out every variable before the one at this place, in order.
    fn work_out_before(&self, place: usize) {
        for place in 0..place {
            self.value_of(place);
        }
    }

    fn value_of(&self, place: usize) -> Option<Result<Value, EvaluationError>> {
        if let Some(known) = self.known.borrow().get(place)? {
            return Some(known.clone());
        }
        let variable = self.variables.get(place)?;
        if variable.expression.eager {
            self.work_out_before(place);
        }
        let expression = &variable.expression;
        let (outcome, cost) = match (&expression.shared, self.subject.shared) {
            (Some(key), Some(view)) => view.shared(key, || self.run(expression)),
            _ => self.run(expression),
        };
        self.composed.set(self.composed.get().saturating_add(cost));
        let outcome = outcome.map_err(|error| {
            let message = format!("composited variable \"{}\" fails to evaluate: {error}", variable.name);
            EvaluationError { kind: Failure::Argument(message), span: error.span }
        });
        if let Some(known) = self.known.borrow_mut().get_mut(place) {
            *known = Some(outcome.clone());
        }
        Some(outcome)
    }
}

impl Activation for Round<'_> {
    fn variable(&self, name: &str) -> Option<Value> {
        let subject = self.subject;
        Some(match name {
            "object" => subject.object.clone(),
            "oldObject" => subject.old_object.clone(),
            "request" => subject.request_value.clone(),
            "params" => subject.parameters.clone(),
            "namespaceObject" if self.access == Access::WithoutNamespace => Value::Null,
            "namespaceObject" => {
                subject.namespace.get_or_init(|| namespace_value(subject.request, subject.facts)).clone()
            }
            "authorizer" => Value::Opaque(Opaque::Authorizer(subject.authorizer())),
            "authorizer.requestResource" => subject.request_resource(),
            _ => return None,
        })
    }

    fn field(&self, variable: &str, field: &str) -> Option<Result<Value, EvaluationError>> {
        if variable != "variables" {
            return None;
        }
        let place = self.variables.iter().position(|known| known.name == field)?;
        self.value_of(place)
    }
}
