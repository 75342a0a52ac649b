//! `ValidatingAdmissionPolicy`: what it says of a request.

use std::sync::Arc;

use sekisho_cel::{Budget, Environment, Nulls, Type, Value};
use sekisho_manifest::{Node, Object};
use smol_str::{SmolStr, format_smolstr};

use super::binding::{Binding, parameters};
use super::conditions::{Met, conditions};
use super::decision::{Decision, Judgement, Reason};
use super::definition::{Compiler, Definition, Expression, Place};
use super::matching::{Matched, is_beyond};
use super::reader::{At, Reader, is_qualified_name};
use super::scope::{Access, Subject};
use super::view::{View, namespace_labels};
use crate::asked::Asked;
use crate::facts::Facts;
use crate::interest::Interest;
use crate::kinds::Kinds;
use crate::policy::{FailureClass, Policy};
use crate::verdict::{Enforcement, Outcome, RuleName, Verdict};

/// The most bytes of what a message expression gives.
const LONGEST_MESSAGE: usize = 5 * 1024;
/// The most bytes of an audit annotation; the rest is cut off.
const LONGEST_ANNOTATION: usize = 10 * 1024;
/// The most audit annotations of a policy, and the most bytes of the expression of each.
const ANNOTATIONS: usize = 20;
const LONGEST_ANNOTATION_EXPRESSION: usize = 5 * 1024;

/// A compiled `ValidatingAdmissionPolicy` with its bindings.
#[derive(Debug)]
pub struct ValidatingPolicy {
    definition: Definition,
    validations: Vec<Validation>,
    annotations: Vec<Annotation>,
    bindings: Vec<Binding>,
    kinds: Arc<Kinds>,
    /// Whether the message expressions can be left out where every validation holds: whatever they cost, the
    /// budget of the policy does not end with them.
    messages_are_cheap: bool,
}

#[derive(Debug)]
struct Validation {
    expression: Expression,
    message: SmolStr,
    message_expression: Option<Expression>,
    reason: Reason,
}

#[derive(Debug)]
struct Annotation {
    key: SmolStr,
    expression: Expression,
}

impl ValidatingPolicy {
    /// Reads a policy; none where something is wrong with it.
    pub(super) fn read(
        reader: &mut Reader<'_>,
        object: &Object,
        base: &Environment,
        kinds: &Arc<Kinds>,
    ) -> Option<Self> {
        let (definition, mut compiler) = Definition::read(reader, object, base)?;
        let spec = At::root(&object.root).get("spec");
        let validations = validations(reader, &spec.get("validations"), &mut compiler);
        let annotations = annotations(reader, &spec.get("auditAnnotations"), &definition.name, &mut compiler);
        let says = |key: &str| spec.get(key).node.is_some_and(|node| !node.items().is_empty());
        if !says("validations") && !says("auditAnnotations") {
            reader.refuse(&spec, "the policy says nothing: write `validations` or `auditAnnotations`");
        }
        let expressions = validations.iter().filter(|item| item.message_expression.is_some()).count();
        let evaluations = (expressions + definition.variables.len()) as u64;
        // Costs that are left after all validations hold are seldom below nine tenths.
        let messages_are_cheap = evaluations.saturating_mul(Budget::PER_CALL_COST) <= MOST_OF_BUDGET;
        let kinds = Arc::clone(kinds);
        Some(Self { definition, validations, annotations, bindings: Vec::new(), kinds, messages_are_cheap })
    }

    pub(super) fn bind(&mut self, binding: Binding) {
        self.bindings.push(binding);
    }

    pub(super) fn has_bindings(&self) -> bool {
        !self.bindings.is_empty()
    }

    /// The name of the policy.
    pub fn name(&self) -> &SmolStr {
        &self.definition.name
    }

    /// What the policy says of a request; empty where it is not for it.
    pub fn judge(&self, asked: &Asked<'_>, facts: &dyn Facts) -> Judgement {
        let mut judgement = Judgement { policy: self.definition.name.clone(), ..Judgement::default() };
        if is_beyond(&asked.resource) {
            return judgement;
        }
        let labels = || namespace_labels(asked, facts);
        let Some(matched) = self.definition.constraints.matches(asked, &labels) else { return judgement };
        let view = asked.view(View::new);
        let mut annotations: Vec<(&SmolStr, Vec<String>)> = Vec::new();
        for binding in self.bindings.iter().filter(|binding| binding.is_for(asked, &labels)) {
            let kind = self.definition.parameter_kind.as_ref();
            match parameters(kind, binding, asked, facts, &self.kinds) {
                Ok(all) => {
                    for parameters in &all {
                        let subject = subject(asked, facts, &view, &matched, parameters.as_ref());
                        self.judge_subject(&subject, binding, &mut judgement.decisions, &mut annotations);
                    }
                }
                Err(why) => {
                    let message = format!("failed to configure binding: {why}");
                    let decision = self.failure(binding, None, message);
                    let actions = if self.definition.ignores_failures { Vec::new() } else { DENY.to_vec() };
                    judgement.decisions.push(Decision { actions, ..decision });
                }
            }
        }
        let published = annotations
            .into_iter()
            .map(|(key, values)| (format_smolstr!("{}/{key}", self.definition.name), values.join(", ")));
        judgement.audit_annotations = published.collect();
        judgement
    }

    /// A decision about something that went wrong.
    fn failure(&self, binding: &Binding, validation: Option<usize>, message: String) -> Decision {
        let actions = if self.definition.ignores_failures { Vec::new() } else { binding.actions.clone() };
        let binding = Some(binding.name.clone());
        Decision { binding, validation, outcome: Outcome::Error, message, reason: Reason::Invalid, actions }
    }

    pub(super) fn judge_subject<'a>(
        &'a self,
        subject: &Subject<'_>,
        binding: &Binding,
        decisions: &mut Vec<Decision>,
        annotations: &mut Vec<(&'a SmolStr, Vec<String>)>,
    ) {
        match conditions(&self.definition, subject) {
            Met::Yes => {}
            Met::No => {
                decisions.push(Decision {
                    binding: Some(binding.name.clone()),
                    validation: None,
                    outcome: Outcome::Skip,
                    message: String::new(),
                    reason: Reason::Invalid,
                    actions: Vec::new(),
                });
                return;
            }
            Met::Unknown(message) => return decisions.push(self.failure(binding, None, message)),
        }
        let made = self.validate(subject, binding);
        let start = decisions.len();
        match made {
            Ok(made) => decisions.extend(made),
            Err(message) => return decisions.push(self.failure(binding, None, message)),
        }
        if let Err(message) = self.annotate(subject, binding, decisions, annotations) {
            decisions.truncate(start);
            decisions.push(self.failure(binding, None, message));
        }
    }

    /// What every validation says; fails where the budget is used up.
    fn validate(&self, subject: &Subject<'_>, binding: &Binding) -> Result<Vec<Decision>, String> {
        let mut left = Budget::PER_POLICY_COST;
        let round = subject.round(&self.definition.variables, Access::Full);
        let mut results = Vec::with_capacity(self.validations.len());
        for validation in &self.validations {
            results.push(round.evaluate(&validation.expression, &mut left).map_err(|end| end.to_string())?);
        }
        let all_hold = results.iter().all(|result| matches!(result, Ok(Value::Bool(true))));
        let mut end = None;
        let messages = if all_hold && self.messages_are_cheap && left >= MOST_OF_BUDGET {
            Vec::new()
        } else {
            self.messages(subject, &mut left).unwrap_or_else(|why| {
                end = Some(why);
                Vec::new()
            })
        };
        let mut messages = messages.into_iter();
        let mut decisions = Vec::with_capacity(results.len());
        for (place, (validation, result)) in self.validations.iter().zip(results).enumerate() {
            let own_message = messages.next().flatten();
            let decision = match (result, &end) {
                (Err(message), _) => self.failure(binding, Some(place), message),
                (Ok(_), Some(why)) => {
                    self.failure(binding, Some(place), format!("failed messageExpression: {why}"))
                }
                (Ok(Value::Bool(true)), None) => Decision {
                    binding: Some(binding.name.clone()),
                    validation: Some(place),
                    outcome: Outcome::Pass,
                    message: String::new(),
                    reason: Reason::Invalid,
                    actions: Vec::new(),
                },
                (Ok(_), None) => Decision {
                    binding: Some(binding.name.clone()),
                    validation: Some(place),
                    outcome: Outcome::Fail,
                    message: validation.message(own_message),
                    reason: validation.reason,
                    actions: binding.actions.clone(),
                },
            };
            decisions.push(decision);
        }
        Ok(decisions)
    }

    /// What the message expressions give; fails where the budget is used up.
    fn messages(&self, subject: &Subject<'_>, left: &mut u64) -> Result<Vec<Option<String>>, String> {
        let round = subject.round(&self.definition.variables, Access::Full);
        let mut messages = Vec::with_capacity(self.validations.len());
        for validation in &self.validations {
            let message = match &validation.message_expression {
                None => None,
                Some(expression) => match round.evaluate(expression, left).map_err(|end| end.to_string())? {
                    Ok(Value::String(text)) => Some(text.trim().to_owned()),
                    _ => None,
                },
            };
            messages.push(message);
        }
        Ok(messages)
    }

    fn annotate<'a>(
        &'a self,
        subject: &Subject<'_>,
        binding: &Binding,
        decisions: &mut Vec<Decision>,
        annotations: &mut Vec<(&'a SmolStr, Vec<String>)>,
    ) -> Result<(), String> {
        if self.annotations.is_empty() {
            return Ok(());
        }
        let mut left = Budget::PER_POLICY_COST;
        let round = subject.round(&self.definition.variables, Access::Full);
        let mut published = Vec::new();
        let mut failures = Vec::new();
        for annotation in &self.annotations {
            let result = round.evaluate(&annotation.expression, &mut left).map_err(|end| end.to_string())?;
            match result {
                Ok(Value::String(text)) if !text.trim().is_empty() => {
                    published.push((&annotation.key, shortened(text.trim())));
                }
                Ok(_) => {}
                // Whatever the binding does, a failure here refuses the request.
                Err(message) => {
                    let actions = if self.definition.ignores_failures { Vec::new() } else { DENY.to_vec() };
                    failures.push(Decision { actions, ..self.failure(binding, None, message) });
                }
            }
        }
        decisions.extend(failures);
        for (key, value) in published {
            match annotations.iter_mut().find(|(known, _)| *known == key) {
                Some((_, values)) if values.contains(&value) => {}
                Some((_, values)) => values.push(value),
                None => annotations.push((key, vec![value])),
            }
        }
        Ok(())
    }
}

/// What configuration failures do, whatever the binding says.
const DENY: [Enforcement; 1] = [Enforcement::Deny];

/// Nine tenths of what a policy may cost.
const MOST_OF_BUDGET: u64 = Budget::PER_POLICY_COST / 10 * 9;

/// The request as a policy with one parameter object looks at it.
pub(super) fn subject<'a>(
    asked: &'a Asked<'_>,
    facts: &'a dyn Facts,
    view: &'a View,
    matched: &Matched,
    parameters: Option<&Node>,
) -> Subject<'a> {
    let parameters = parameters.map_or(Value::Null, |node| Value::from_node(node, Nulls::Absent));
    Subject::new(asked, facts, view, matched, parameters)
}

fn shortened(text: &str) -> String {
    text.get(..text.floor_char_boundary(LONGEST_ANNOTATION)).unwrap_or(text).to_owned()
}

impl Validation {
    /// Why the validation does not hold, with what its message expression gave.
    fn message(&self, own: Option<String>) -> String {
        let usable =
            |text: &String| !text.is_empty() && text.len() <= LONGEST_MESSAGE && !text.contains('\n');
        if let Some(own) = own.filter(usable) {
            return own;
        }
        match self.message.trim() {
            "" => format!("failed expression: {}", self.expression.text.trim()),
            message => message.to_owned(),
        }
    }
}

fn validations(reader: &mut Reader<'_>, at: &At<'_>, compiler: &mut Compiler) -> Vec<Validation> {
    let mut read = Vec::new();
    for item in reader.items(at) {
        reader.mapping(&item);
        let expression = compiler.compile(reader, &item.get("expression"), Place::Body, &[Type::Bool]);
        let field = item.get("messageExpression");
        let message_expression = match reader.text(&field).as_str() {
            "" => None,
            _ => compiler.compile(reader, &field, Place::Message, &[Type::String]),
        };
        let field = item.get("message");
        let message = reader.text(&field);
        if !message.is_empty() && message.trim().is_empty() {
            reader.refuse(&field, "the message is blank: write one or take the field out");
        }
        if message.trim().contains(['\n', '\r']) {
            reader.refuse(&field, "a message has one line: take the line breaks out");
        }
        let reason = reader.choice(&item.get("reason"), &Reason::ALL).unwrap_or_default();
        if let Some(expression) = expression {
            read.push(Validation { expression, message, message_expression, reason });
        }
    }
    read
}

fn annotations(
    reader: &mut Reader<'_>,
    at: &At<'_>,
    policy: &str,
    compiler: &mut Compiler,
) -> Vec<Annotation> {
    let items = reader.items(at);
    if items.len() > ANNOTATIONS {
        reader.refuse(at, format!("there are more than {ANNOTATIONS} annotations: take some out"));
    }
    let mut read: Vec<Annotation> = Vec::new();
    for item in items.iter().take(ANNOTATIONS) {
        reader.mapping(item);
        let key = reader.needed_text(&item.get("key"));
        if !key.is_empty() && !is_qualified_name(&format!("{policy}/{key}")) {
            reader.refuse(
                &item.get("key"),
                format!("`{key}` makes no key behind the policy's name: correct it"),
            );
        }
        if read.iter().any(|known| known.key == key) {
            reader.refuse(&item.get("key"), format!("`{key}` stands here twice: choose another key"));
        }
        let field = item.get("valueExpression");
        if reader.text(&field).trim().len() > LONGEST_ANNOTATION_EXPRESSION {
            reader.refuse(
                &field,
                format!("the expression is longer than {LONGEST_ANNOTATION_EXPRESSION} bytes"),
            );
            continue;
        }
        let wanted = [Type::String, Type::Null];
        if let Some(expression) = compiler.compile(reader, &field, Place::Body, &wanted) {
            read.push(Annotation { key, expression });
        }
    }
    read
}

impl Policy for ValidatingPolicy {
    fn names(&self) -> Vec<RuleName> {
        vec![RuleName::of_policy("ValidatingAdmissionPolicy", self.definition.name.clone())]
    }

    fn interest(&self) -> Interest {
        self.definition.constraints.interest()
    }

    fn failure(&self) -> FailureClass {
        if self.definition.ignores_failures { FailureClass::Open } else { FailureClass::Closed }
    }

    fn validate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) {
        let judgement = self.judge(asked, facts);
        let mut annotations = judgement.audit_annotations;
        for binding in &self.bindings {
            let own = judgement.decisions.iter().filter(|one| one.binding.as_ref() == Some(&binding.name));
            let mut own = own.peekable();
            if own.peek().is_none() && annotations.is_empty() {
                continue;
            }
            let mut verdict = |outcome: Outcome, message: String, enforcement: Vec<Enforcement>| {
                verdicts.push(Verdict {
                    rule: RuleName {
                        kind: SmolStr::new_static("ValidatingAdmissionPolicy"),
                        namespace: SmolStr::default(),
                        policy: self.definition.name.clone(),
                        rule: binding.name.clone(),
                    },
                    outcome,
                    message,
                    enforcement,
                    places: Vec::new(),
                    audit_annotations: std::mem::take(&mut annotations),
                });
            };
            let mut holds = true;
            for decision in own.filter(|decision| decision.outcome != Outcome::Pass) {
                holds = false;
                // What refuses nothing is a warning.
                let outcome = match decision.outcome {
                    Outcome::Fail if !decision.actions.contains(&Enforcement::Deny) => Outcome::Warn,
                    outcome => outcome,
                };
                verdict(outcome, decision.message.clone(), decision.actions.clone());
            }
            if holds {
                verdict(Outcome::Pass, String::new(), binding.actions.clone());
            }
        }
    }
}
