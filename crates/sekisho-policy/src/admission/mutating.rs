//! `MutatingAdmissionPolicy`: how it changes the object of a request.

use std::sync::Arc;

use sekisho_cel::{Budget, Environment, Type, Value};
use sekisho_manifest::{Entry, Node, Object};
use smol_str::{SmolStr, format_smolstr};

use super::binding::{Binding, parameters};
use super::conditions::{Met, conditions};
use super::decision::{Reason, Refusal};
use super::definition::{Compiler, Definition, Expression, Place};
use super::matching::{Matched, is_beyond};
use super::reader::{At, Reader};
use super::scope::{Access, Subject};
use super::validating::subject;
use super::view::{View, in_version, namespace_labels};
use crate::asked::Asked;
use crate::facts::Facts;
use crate::group_version::GroupVersionKind;
use crate::interest::{Index, Interest};
use crate::kinds::Kinds;
use crate::patch::{self, JsonPatchError, Operation, Step};
use crate::policy::{FailureClass, Policy};
use crate::request::Request;
use crate::verdict::{Enforcement, Outcome, RuleName, Verdict};
use crate::views::Views;

/// A compiled `MutatingAdmissionPolicy` with its bindings.
#[derive(Debug)]
pub struct MutatingPolicy {
    definition: Definition,
    mutations: Vec<Mutation>,
    /// Whether it is asked again after others have changed the object.
    again: bool,
    bindings: Vec<Binding>,
    kinds: Arc<Kinds>,
}

#[derive(Debug)]
struct Mutation {
    how: How,
    expression: Expression,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    ApplyConfiguration,
    JsonPatch,
}

impl MutatingPolicy {
    /// Reads a policy; none where something is wrong with it.
    pub(super) fn read(
        reader: &mut Reader<'_>,
        object: &Object,
        base: &Environment,
        kinds: &Arc<Kinds>,
    ) -> Option<Self> {
        let (definition, mut compiler) = Definition::read(reader, object, base)?;
        let spec = At::root(&object.root).get("spec");
        let field = spec.get("reinvocationPolicy");
        let policies = [("Never", false), ("IfNeeded", true)];
        if !field.is_there() {
            reader.refuse(&field, "the field is missing: write `Never` or `IfNeeded`");
        }
        let again = reader.choice(&field, &policies).unwrap_or(false);
        let field = spec.get("mutations");
        let items = reader.items(&field);
        if items.is_empty() {
            reader.refuse(&field, "the policy changes nothing: write at least one mutation");
        }
        let mutations = items.iter().filter_map(|item| mutation(reader, item, &mut compiler)).collect();
        let kinds = Arc::clone(kinds);
        Some(Self { definition, mutations, again, bindings: Vec::new(), kinds })
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
}

fn mutation(reader: &mut Reader<'_>, at: &At<'_>, compiler: &mut Compiler) -> Option<Mutation> {
    reader.mapping(at);
    let kinds = [("ApplyConfiguration", How::ApplyConfiguration), ("JSONPatch", How::JsonPatch)];
    if !at.get("patchType").is_there() {
        reader
            .refuse(&at.get("patchType"), "the field is missing: write `ApplyConfiguration` or `JSONPatch`");
    }
    let how = reader.choice(&at.get("patchType"), &kinds)?;
    let (own, foreign) = match how {
        How::ApplyConfiguration => ("applyConfiguration", "jsonPatch"),
        How::JsonPatch => ("jsonPatch", "applyConfiguration"),
    };
    if at.get(foreign).is_there() {
        reader.refuse(&at.get(foreign), "another patch type is chosen: take the field out");
    }
    reader.needed_mapping(&at.get(own));
    let wanted = match how {
        How::ApplyConfiguration => Type::Struct("Object".into()),
        How::JsonPatch => Type::list(Type::Struct("JSONPatch".into())),
    };
    let expression = compiler.compile(reader, &at.get(own).get("expression"), Place::Mutation, &[wanted])?;
    Some(Mutation { how, expression })
}

/// Mutating policies, applied one after the other in the order of their names.
#[derive(Debug, Default)]
pub struct MutatingPolicies {
    policies: Vec<MutatingPolicy>,
    index: Index,
}

/// What mutating policies make of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mutated {
    /// The object as it was changed; none where it was not.
    pub object: Option<Node>,
    /// What every policy did that was asked.
    pub steps: Vec<MutationStep>,
}

/// What one policy did for one binding and one parameter object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutationStep {
    /// The policy.
    pub policy: SmolStr,
    /// The binding.
    pub binding: SmolStr,
    /// Whether it applied, failed or put the request aside.
    pub outcome: Outcome,
    /// Why it failed.
    pub message: String,
    /// Whether a failure refuses the request.
    pub denies: bool,
    /// What kind of refusal that is.
    pub reason: Reason,
}

impl Mutated {
    /// How the API server refuses the request; none where it does not. The code is 403 whatever the reason, but
    /// for internal errors.
    pub fn refusal(&self) -> Option<Refusal> {
        let mut refusing = self.steps.iter().filter(|step| step.outcome == Outcome::Error && step.denies);
        if let Some(step) = refusing.clone().find(|step| step.reason == Reason::Internal) {
            let message = format!("Internal error occurred: {}", step.message);
            return Some(Refusal { message, reason: Reason::Internal, cause: step.message.clone() });
        }
        let step = refusing.next()?;
        let message = format!(
            "policy '{}' with binding '{}' denied request: {}",
            step.policy, step.binding, step.message
        );
        Some(Refusal { cause: message.clone(), message, reason: step.reason })
    }
}

/// A policy that is to be asked, for a binding and with a parameter object.
struct Invocation<'a> {
    policy: &'a MutatingPolicy,
    binding: &'a Binding,
    parameters: Option<Node>,
    matched: Matched,
}

impl MutatingPolicies {
    /// These policies.
    pub fn new(mut policies: Vec<MutatingPolicy>) -> Self {
        policies.sort_by(|a, b| a.name().cmp(b.name()));
        let mut index = Index::default();
        for policy in &policies {
            index.push(policy.definition.constraints.interest());
        }
        Self { policies, index }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Changes the object of a request: every policy once, then those again that ask for it, if any policy
    /// changed something.
    pub fn apply(&self, asked: &Asked<'_>, facts: &dyn Facts) -> Mutated {
        let mut mutated = Mutated::default();
        let again = self.pass(asked, facts, None, &mut mutated);
        let refused = mutated.steps.iter().any(|step| step.outcome == Outcome::Error && step.denies);
        if mutated.object.is_some() && !refused {
            let changed = Request { object: mutated.object.clone(), ..asked.request().clone() };
            let views = Views::default();
            self.pass(&Asked::new(&changed, &views), facts, Some(&again), &mut mutated);
        }
        mutated
    }

    /// Asks the policies once; in the second pass those alone that were asked before and want to be asked
    /// again. Gives the keys of those that do.
    fn pass(
        &self,
        asked: &Asked<'_>,
        facts: &dyn Facts,
        only: Option<&[SmolStr]>,
        mutated: &mut Mutated,
    ) -> Vec<SmolStr> {
        let mut invoked = Vec::new();
        let mut current = asked.object.clone();
        for invocation in self.invocations(asked, facts, mutated) {
            let key = invocation.key();
            let definition = &invocation.policy.definition;
            let request = Request { object: current.clone(), ..asked.request().clone() };
            let views = Views::default();
            let now = Asked::new(&request, &views);
            let view = now.view(View::new);
            let subject = subject(&now, facts, &view, &invocation.matched, invocation.parameters.as_ref());
            match conditions(definition, &subject) {
                Met::Yes => {}
                Met::No => {
                    mutated.steps.push(invocation.step(Outcome::Skip, String::new()));
                    continue;
                }
                Met::Unknown(why) => {
                    mutated.steps.push(invocation.step(Outcome::Error, why));
                    continue;
                }
            }
            if only.is_some_and(|only| !only.contains(&key)) {
                continue;
            }
            // What is deleted or connected to has no object to change.
            let Some(object) = &mut current else { continue };
            let failures = invocation.run(&request, facts, object);
            if failures.is_empty() {
                mutated.steps.push(invocation.step(Outcome::Pass, String::new()));
            }
            for failure in failures {
                let ends = matches!(failure, Failed::Internal(_));
                mutated.steps.push(invocation.failure(failure));
                if ends {
                    return Vec::new();
                }
            }
            if invocation.policy.again {
                invoked.push(key);
            }
        }
        if asked.object != current {
            mutated.object = current;
        }
        invoked
    }

    /// The policies that are for a request, as it came, with their bindings and parameter objects.
    fn invocations(
        &self,
        asked: &Asked<'_>,
        facts: &dyn Facts,
        mutated: &mut Mutated,
    ) -> Vec<Invocation<'_>> {
        let labels = || namespace_labels(asked, facts);
        let mut found = Vec::new();
        if is_beyond(&asked.resource) {
            return found;
        }
        let candidates = self.index.candidates(asked);
        for policy in candidates.into_iter().filter_map(|place| self.policies.get(place)) {
            let Some(matched) = policy.definition.constraints.matches(asked, &labels) else { continue };
            for binding in policy.bindings.iter().filter(|binding| binding.is_for(asked, &labels)) {
                let kind = policy.definition.parameter_kind.as_ref();
                match parameters(kind, binding, asked, facts, &policy.kinds) {
                    Ok(all) => found.extend(all.into_iter().map(|mut parameters| {
                        // The API server shows mutating policies the built-in kinds without their type.
                        let built_in = |kind: &GroupVersionKind| {
                            sekisho_manifest::api::is_namespaced(&kind.group, &kind.kind).is_some()
                        };
                        let mapping = parameters.as_mut().and_then(Node::as_mapping_mut);
                        if let Some(mapping) = mapping.filter(|_| kind.is_some_and(built_in)) {
                            mapping.remove("apiVersion");
                            mapping.remove("kind");
                        }
                        Invocation { policy, binding, parameters, matched: matched.clone() }
                    })),
                    Err(why) => {
                        let invocation =
                            Invocation { policy, binding, parameters: None, matched: matched.clone() };
                        let message = format!("failed to configure binding: {why}");
                        let step = invocation.step(Outcome::Error, message);
                        mutated.steps.push(MutationStep { reason: Reason::Forbidden, ..step });
                    }
                }
            }
        }
        found
    }
}

/// Why a mutation was not made.
enum Failed {
    /// For a reason of its own; the policy says what becomes of that.
    Own(String),
    /// For one that ends the request.
    Internal(String),
}

impl Invocation<'_> {
    /// What tells it apart from others.
    fn key(&self) -> SmolStr {
        let name = |key: &str| {
            let field = self.parameters.as_ref().and_then(|node| node.at(&["metadata", key]));
            field.and_then(Node::as_str).unwrap_or("")
        };
        let (policy, binding) = (&self.policy.definition.name, &self.binding.name);
        format_smolstr!("{policy}/{binding}/{}/{}", name("namespace"), name("name"))
    }

    fn step(&self, outcome: Outcome, message: String) -> MutationStep {
        MutationStep {
            policy: self.policy.definition.name.clone(),
            binding: self.binding.name.clone(),
            outcome,
            message,
            denies: !self.policy.definition.ignores_failures,
            reason: Reason::Invalid,
        }
    }

    /// Applies the mutations in order; one that fails is left out. Gives why some failed.
    fn run(&self, request: &Request, facts: &dyn Facts, current: &mut Node) -> Vec<Failed> {
        let mut failures = Vec::new();
        for mutation in &self.policy.mutations {
            let request = Request { object: Some(current.clone()), ..request.clone() };
            let views = Views::default();
            let asked = Asked::new(&request, &views);
            let view = asked.view(View::new);
            let subject = subject(&asked, facts, &view, &self.matched, self.parameters.as_ref());
            match self.mutate(mutation, &subject, current) {
                Ok(changed) => *current = changed,
                Err(why) => failures.push(why),
            }
        }
        failures
    }

    fn failure(&self, failed: Failed) -> MutationStep {
        match failed {
            Failed::Own(why) => self.step(Outcome::Error, why),
            Failed::Internal(why) => {
                MutationStep { denies: true, reason: Reason::Internal, ..self.step(Outcome::Error, why) }
            }
        }
    }

    fn mutate(&self, mutation: &Mutation, subject: &Subject<'_>, object: &Node) -> Result<Node, Failed> {
        let mut left = Budget::PER_POLICY_COST;
        let round = subject.round(&self.policy.definition.variables, Access::Full);
        let value =
            round.evaluate(&mutation.expression, &mut left).map_err(|end| Failed::Own(end.to_string()))?;
        let value = value.map_err(Failed::Own)?;
        match mutation.how {
            How::ApplyConfiguration => {
                apply_configuration(&self.matched.kind, &value, object).map_err(Failed::Own)
            }
            How::JsonPatch => {
                let changed = apply_json_patch(&value, object).map_err(Failed::Own)?;
                // The API server reads what a patch made strictly, and ends where it cannot.
                let before = patch::unknown_fields(&self.matched.kind, object);
                let mut unknown = patch::unknown_fields(&self.matched.kind, &changed);
                unknown.retain(|field| !before.contains(field));
                if unknown.is_empty() {
                    return Ok(changed);
                }
                let fields: Vec<String> =
                    unknown.iter().map(|field| format!("unknown field \"{field}\"")).collect();
                Err(Failed::Internal(format!("strict decoding error: {}", fields.join(", "))))
            }
        }
    }
}

/// The object with the configuration that an `Object{…}` is laid over it.
pub(crate) fn apply_configuration(
    kind: &GroupVersionKind,
    value: &Value,
    object: &Node,
) -> Result<Node, String> {
    named_by_place(value, "Object")?;
    let mut configuration = value.to_node().map_err(|failure| failure.to_string())?;
    if let Some(mapping) = configuration.as_mapping_mut() {
        for key in ["apiVersion", "kind"] {
            if let Some(own) = object.entry(key) {
                let node = Node { span: sekisho_manifest::Span::default(), ..own.node.clone() };
                mapping.put(Entry { key: key.into(), key_span: own.key_span, node });
            }
        }
    }
    let configuration = in_version(&configuration, kind);
    let own = object.get("apiVersion").cloned();
    let changed = patch::merge_configuration(kind, &in_version(object, kind), &configuration);
    let mut changed = changed.map_err(|error| format!("error applying patch: {error}"))?;
    let version = changed.as_mapping_mut().and_then(|mapping| mapping.value_mut("apiVersion"));
    if let (Some(version), Some(own)) = (version, own) {
        *version = own;
    }
    Ok(changed)
}

/// The object after the operations of a list of `JSONPatch`; a `test` that fails leaves it as it is.
pub(crate) fn apply_json_patch(value: &Value, object: &Node) -> Result<Node, String> {
    let Value::List(items) = value else {
        return Err("type mismatch: JSONPatchType.expression should evaluate to array".to_owned());
    };
    let operations = items.iter().map(|item| operation(&item)).collect::<Result<Vec<_>, String>>()?;
    match patch::apply(object, &operations) {
        Ok(changed) => Ok(changed),
        Err(JsonPatchError::Test(_)) => Ok(object.clone()),
        Err(error) => Err(format!("JSON Patch: {error}")),
    }
}

fn operation(value: &Value) -> Result<Operation, String> {
    let Value::Struct(made) = value else {
        return Err(
            "type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch".to_owned()
        );
    };
    let text = |key: &str| match made.field(key) {
        Some(Value::String(text)) => text.clone(),
        _ => SmolStr::default(),
    };
    let given = match made.field("value") {
        None => None,
        Some(value) => {
            if let Value::Struct(own) = value {
                named_by_place(value, &own.name)?;
            }
            let node = value.to_node().map_err(|failure| {
                format!(
                    "JSONPath valueExpression evaluated to a type that could not marshal to JSON: {failure}"
                )
            })?;
            Some(node)
        }
    };
    let step = match text("op").as_str() {
        "add" => Step::Add(given),
        "remove" => Step::Remove,
        "replace" => Step::Replace(given),
        "move" => Step::Move(text("from")),
        "copy" => Step::Copy(text("from")),
        "test" => Step::Test(given),
        other => Step::Unknown(other.into()),
    };
    Ok(Operation { step, path: text("path") })
}

/// Whether every message is of the type that its place asks for: what stands in the field `spec` of `Object` is
/// an `Object.spec`.
fn named_by_place(value: &Value, name: &str) -> Result<(), String> {
    let mut errors = Vec::new();
    check_names(value, &mut name.to_owned(), &mut errors);
    if errors.is_empty() { Ok(()) } else { Err(format!("type mismatch: {}", errors.join("\n"))) }
}

fn check_names(value: &Value, name: &mut String, errors: &mut Vec<String>) {
    match value {
        Value::Struct(made) => {
            if made.name != name.as_str() {
                errors.push(format!(
                    "unexpected type name \"{}\", expected \"{name}\", which matches field name path from root \
                     Object type",
                    made.name
                ));
            }
            for (field, value) in &made.fields {
                let length = name.len();
                name.push('.');
                name.push_str(field);
                check_names(value, name, errors);
                name.truncate(length);
            }
        }
        Value::List(list) => list.iter().for_each(|item| check_names(&item, name, errors)),
        Value::Map(map) => map.iter().for_each(|(_, value)| check_names(&value, name, errors)),
        _ => {}
    }
}

impl Policy for MutatingPolicies {
    fn names(&self) -> Vec<RuleName> {
        let policies = self.policies.iter();
        policies
            .map(|policy| RuleName::of_policy("MutatingAdmissionPolicy", policy.definition.name.clone()))
            .collect()
    }

    fn interest(&self) -> Interest {
        let mut all = Interest { targets: Vec::new(), operations: Vec::new() };
        for policy in &self.policies {
            for target in policy.definition.constraints.interest().targets {
                if !all.targets.contains(&target) {
                    all.targets.push(target);
                }
            }
        }
        all
    }

    fn failure(&self) -> FailureClass {
        // They follow one another, so that one which must be asked takes the others along.
        let ignores = |policy: &MutatingPolicy| policy.definition.ignores_failures;
        if self.policies.iter().all(ignores) { FailureClass::Open } else { FailureClass::Closed }
    }

    fn changes(&self) -> bool {
        true
    }

    fn mutate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) -> Option<Node> {
        let mutated = self.apply(asked, facts);
        verdicts.extend(mutated.steps.into_iter().map(|step| Verdict {
            rule: RuleName {
                kind: SmolStr::new_static("MutatingAdmissionPolicy"),
                namespace: SmolStr::default(),
                policy: step.policy,
                rule: step.binding,
            },
            outcome: step.outcome,
            message: step.message,
            enforcement: if step.denies { vec![Enforcement::Deny] } else { Vec::new() },
            places: Vec::new(),
            audit_annotations: Vec::new(),
        }));
        mutated.object
    }
}
