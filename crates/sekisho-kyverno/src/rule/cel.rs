//! Rules whose demands are CEL expressions, as the API server evaluates those of its own admission policies.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use sekisho_cel::{
    Activation, Authorizer, Budget, Decision, EvaluationError, Failure, Map, Nulls, Opaque, Permissions,
    Program, Question, ResourceCheck, Value as CelValue,
};
use smol_str::SmolStr;

use crate::matching::Identity;
use crate::policy::{CelRule, Demand, Expression, Parameters, Rule};
use crate::value::{Map as ValueMap, Value};
use crate::variables::VariableError;

use super::objects::ObjectQuery;
use super::result::Said;
use super::running::Running;

/// How many variables may be worked out inside of each other.
const MAX_NESTED: u32 = 32;

/// Applies a rule.
pub(super) fn run(running: &Running<'_>, rule: &Rule, cel: &CelRule) -> Result<Option<Said>, VariableError> {
    let parameters = match &cel.parameters {
        None => vec![CelValue::Null],
        Some(parameters) => match found(running, parameters) {
            Ok(found) => found,
            Err(message) => {
                return Ok(Some(Said::error(format!("error in parameterized resource: {message}"))));
            }
        },
    };
    let seen = Seen::new(running);
    for parameter in parameters {
        running.meter.work(1)?;
        let evaluation = Evaluation {
            seen: &seen,
            cel,
            parameter,
            known: RefCell::new(vec![None; cel.variables.len()]),
            budget: Cell::new(Budget { cost: Budget::PER_POLICY_COST, ..Budget::default() }),
            nested: Cell::new(0),
        };
        match evaluation.conditions() {
            Ok(true) => {}
            Ok(false) => return Ok(Some(Said::skip("cel preconditions not met"))),
            Err(message) => return Ok(Some(Said::fail(message))),
        }
        for demand in &cel.demands {
            if let Err(message) = evaluation.demand(demand) {
                return Ok(Some(Said::fail(message)));
            }
        }
    }
    Ok(Some(Said::pass(format!("Validation rule '{}' passed.", rule.name))))
}

/// The parameter objects.
fn found(running: &Running<'_>, parameters: &Parameters) -> Result<Vec<CelValue>, String> {
    let namespace = if parameters.namespace.is_empty() {
        SmolStr::new(running.request.namespace())
    } else {
        parameters.namespace.clone()
    };
    let query = ObjectQuery {
        group: parameters.kind.group.clone(),
        version: parameters.kind.version.clone(),
        kind: parameters.kind.kind.clone(),
        namespace,
        name: parameters.name.clone(),
        selector: parameters.selector.clone(),
    };
    let found = running.world.objects.find(&query, running.meter).map_err(|error| error.to_string())?;
    if found.is_empty() && !parameters.allows_none {
        return Err("no params found".to_owned());
    }
    Ok(found.iter().map(value).collect())
}

/// The request as expressions see it.
struct Seen {
    object: CelValue,
    old_object: CelValue,
    request: CelValue,
    namespace: CelValue,
    resource: ResourceCheck,
}

impl Seen {
    fn new(running: &Running<'_>) -> Self {
        let request = running.request;
        let object = running.object.as_ref();
        let subject = object.or(request.old_object.as_ref());
        let identity = subject.map(Identity::of);
        let name = identity.map_or("", |identity| identity.name);
        let is_namespace = request.kind.kind == "Namespace" && request.kind.group.is_empty();
        let namespace = if is_namespace { "" } else { identity.map_or("", |identity| identity.namespace) };
        let namespace_object = if namespace.is_empty() {
            CelValue::Null
        } else {
            let mut metadata = ValueMap::default();
            metadata.insert("name", Value::from(namespace));
            if let Some(labels) = &request.namespace_labels {
                metadata.insert("labels", labels.clone());
            }
            let mut object = ValueMap::default();
            object.insert("metadata", Value::from(metadata));
            value(&Value::from(object))
        };
        let resource = ResourceCheck {
            group: request.kind.group.clone(),
            resource: request.resource.clone(),
            subresource: request.subresource.clone(),
            namespace: namespace.into(),
            name: name.into(),
            ..ResourceCheck::default()
        };
        Self {
            object: object.map_or(CelValue::Null, value),
            old_object: request.old_object.as_ref().map_or(CelValue::Null, value),
            request: request_value(running, name, namespace),
            namespace: namespace_object,
            resource,
        }
    }
}

fn value(value: &Value) -> CelValue {
    CelValue::from_node(&value.to_node(), Nulls::Kept)
}

/// `request`, as an admission request has it; what is empty is not there.
fn request_value(running: &Running<'_>, name: &str, namespace: &str) -> CelValue {
    let request = running.request;
    let kind = |last: &'static str, what: &str| {
        map(vec![
            ("group", CelValue::from(request.kind.group.as_str())),
            ("version", CelValue::from(request.kind.version.as_str())),
            (last, CelValue::from(what)),
        ])
    };
    let texts = |texts: &[SmolStr]| CelValue::list(texts.iter().cloned().map(CelValue::String).collect());
    let mut user = Vec::new();
    if let Some(known) = &request.user {
        user.push(("username", CelValue::String(known.name.clone())));
        user.push(("uid", CelValue::String(known.uid.clone())));
        user.push(("groups", texts(&known.groups)));
    }
    let mut fields = vec![
        ("kind", kind("kind", &request.kind.kind)),
        ("resource", kind("resource", &request.resource)),
        ("requestKind", kind("kind", &request.kind.kind)),
        ("requestResource", kind("resource", &request.resource)),
        ("operation", CelValue::from(request.operation.as_str())),
        ("userInfo", map(user)),
        ("dryRun", CelValue::Bool(false)),
    ];
    for (key, text) in [("name", name), ("namespace", namespace), ("subResource", &request.subresource)] {
        if !text.is_empty() {
            fields.push((key, CelValue::from(text)));
        }
    }
    map(fields)
}

fn map(fields: Vec<(&'static str, CelValue)>) -> CelValue {
    let entries = fields.into_iter().map(|(key, value)| (CelValue::from(key), value)).collect();
    Map::new(entries).map_or(CelValue::Null, CelValue::Map)
}

/// Nobody knows what users may do.
struct NothingKnown;

impl Permissions for NothingKnown {
    fn decide(&self, _question: &Question) -> Option<Decision> {
        None
    }
}

/// The expressions of a rule at work on a request and a parameter object.
struct Evaluation<'e> {
    seen: &'e Seen,
    cel: &'e CelRule,
    parameter: CelValue,
    known: RefCell<Vec<Option<Result<CelValue, EvaluationError>>>>,
    budget: Cell<Budget>,
    nested: Cell<u32>,
}

impl Evaluation<'_> {
    /// Whether the conditions hold under which the rule is asked; one that does not hold outweighs those that
    /// fail.
    fn conditions(&self) -> Result<bool, String> {
        let mut failed = Vec::new();
        for condition in &self.cel.conditions {
            match self.evaluate(condition) {
                Ok(CelValue::Bool(true)) => {}
                Ok(_) => return Ok(false),
                Err(message) => failed.push(message),
            }
        }
        match failed.as_slice() {
            [] => Ok(true),
            [one] => Err(one.clone()),
            several => Err(format!("[{}]", several.join(", "))),
        }
    }

    fn demand(&self, demand: &Demand) -> Result<(), String> {
        match self.evaluate(&demand.expression)? {
            CelValue::Bool(true) => Ok(()),
            _ => Err(self.message(demand)),
        }
    }

    fn message(&self, demand: &Demand) -> String {
        if let Some(expression) = &demand.message_expression
            && let Ok(CelValue::String(message)) = self.evaluate(expression)
        {
            let message = message.trim();
            if !message.is_empty() && !message.contains('\n') {
                return message.to_owned();
            }
        }
        match demand.message.trim() {
            "" => format!("failed expression: {}", demand.expression.text.trim()),
            message => message.to_owned(),
        }
    }

    fn evaluate(&self, expression: &Expression) -> Result<CelValue, String> {
        let program = match &expression.program {
            Ok(program) => program,
            Err(error) => return Err(format!("compilation failed: {error}")),
        };
        let text = &expression.text;
        self.run(program).map_err(|error| format!("expression '{text}' resulted in error: {error}"))
    }

    fn run(&self, program: &Program) -> Result<CelValue, EvaluationError> {
        let before = self.budget.get();
        let granted = Budget { cost: before.cost.min(Budget::PER_CALL_COST), ..before };
        let mut left = granted;
        let outcome = program.evaluate(self, &mut left);
        // Variables that were worked out on the way have taken theirs already.
        let rest = self.budget.get();
        self.budget.set(Budget {
            cost: rest.cost.saturating_sub(granted.cost.saturating_sub(left.cost)),
            work: rest.work.saturating_sub(granted.work.saturating_sub(left.work)),
            memory: rest.memory.saturating_sub(granted.memory.saturating_sub(left.memory)),
        });
        outcome
    }

    fn variable_at(&self, place: usize) -> Option<Result<CelValue, EvaluationError>> {
        if let Some(known) = self.known.borrow().get(place)? {
            return Some(known.clone());
        }
        let (name, expression) = self.cel.variables.get(place)?;
        let failed = |message: String| EvaluationError {
            kind: Failure::Argument(format!("composited variable \"{name}\" fails to evaluate: {message}")),
            span: sekisho_cel::Span::default(),
        };
        let outcome = match &expression.program {
            Err(error) => Err(failed(format!("compilation failed: {error}"))),
            Ok(_) if self.nested.get() >= MAX_NESTED => {
                Err(failed("its variables lean on each other too deeply".to_owned()))
            }
            Ok(program) => {
                self.nested.set(self.nested.get().saturating_add(1));
                let outcome = self.run(program);
                self.nested.set(self.nested.get().saturating_sub(1));
                outcome.map_err(|error| failed(error.to_string()))
            }
        };
        if let Some(known) = self.known.borrow_mut().get_mut(place) {
            *known = Some(outcome.clone());
        }
        Some(outcome)
    }
}

impl Activation for Evaluation<'_> {
    fn variable(&self, name: &str) -> Option<CelValue> {
        let authorizer = || Authorizer::new(Arc::new(NothingKnown));
        Some(match name {
            "object" => self.seen.object.clone(),
            "oldObject" => self.seen.old_object.clone(),
            "request" => self.seen.request.clone(),
            "namespaceObject" => self.seen.namespace.clone(),
            "params" => self.parameter.clone(),
            "authorizer" => CelValue::Opaque(Opaque::Authorizer(authorizer())),
            "authorizer.requestResource" => {
                CelValue::Opaque(Opaque::ResourceCheck(Arc::new((authorizer(), self.seen.resource.clone()))))
            }
            _ => return None,
        })
    }

    fn field(&self, variable: &str, field: &str) -> Option<Result<CelValue, EvaluationError>> {
        if variable != "variables" {
            return None;
        }
        let place = self.cel.variables.iter().position(|(name, _)| name == field)?;
        self.variable_at(place)
    }
}
