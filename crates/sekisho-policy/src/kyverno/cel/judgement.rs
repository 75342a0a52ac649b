//! What a policy makes of a request.

use sekisho_cel::Value;
use sekisho_kyverno::Settings;
use sekisho_kyverno::Value as PlainValue;
use sekisho_kyverno::rule::{RuleKind, RuleResult, Status};
use sekisho_manifest::{Node, Span, Value as NodeValue};
use smol_str::SmolStr;

use super::autogen::mapping;
use super::definition::{Body, CelPolicy, Variant};
use super::evaluation::{Evaluation, Given};
use super::exception::said;
use super::gate::Annotations;
use super::kind::PolicyKind;
use super::outside::Outside;
use super::subject::Subject;
use super::validating;
use super::{deleting, generating, mutating, templates};
use crate::admission::MatchResources;
use crate::asked::Asked;
use crate::group_version::GroupVersionKind;
use crate::kinds::Kinds;
use crate::request::Request;
use crate::views::Views;

/// What a policy may know beside the request.
#[derive(Clone, Copy)]
pub struct Surroundings<'s> {
    /// What was gathered.
    pub outside: &'s dyn Outside,
    /// The time and the seed of random texts.
    pub settings: &'s Settings,
}

/// What a policy makes of a request.
#[derive(Debug, Default)]
pub struct Judgement {
    /// What it says; none where it does not match.
    pub results: Vec<RuleResult>,
    /// The audit annotations.
    pub annotations: Vec<(SmolStr, String)>,
    /// The object as the policy leaves it; none where it does not change it.
    pub changed: Option<Node>,
}

impl Judgement {
    fn say(&mut self, result: RuleResult, annotations: Annotations) {
        self.results.push(result);
        self.annotations.extend(annotations);
    }
}

/// A variant of a policy at work on a request.
struct Work<'w> {
    policy: &'w CelPolicy,
    variant: &'w Variant,
    namespace: Option<&'w Node>,
    around: &'w Surroundings<'w>,
}

impl CelPolicy {
    /// What the policy makes of a request; empty where it is not for it.
    pub fn judge(&self, asked: &Asked<'_>, around: &Surroundings<'_>) -> Judgement {
        let mut judgement = Judgement::default();
        if self.plain || self.is_about_json(asked) {
            let Some(object) = asked.subject() else { return judgement };
            let subject = Subject::plain(object);
            for variant in &self.variants {
                let work = Work { policy: self, variant, namespace: None, around };
                if let Some((result, annotations)) = work.result(&subject) {
                    judgement.say(result, annotations);
                }
            }
            return judgement;
        }
        if self.is_namespaced() && asked.namespace != self.owner.namespace {
            return judgement;
        }
        let namespace = namespace(asked, around);
        let mut current: Option<Request> = None;
        for variant in &self.variants {
            let views = Views::default();
            let changed = current.as_ref().map(|request| Asked::new(request, &views));
            let asked = changed.as_ref().unwrap_or(asked);
            if !matches(variant, asked, namespace.as_ref()) {
                continue;
            }
            let work = Work { policy: self, variant, namespace: namespace.as_ref(), around };
            let subject = Subject::of(asked);
            match &variant.body {
                Body::Mutations(_) if variant.extracts => {
                    let message = "extraction mode: mutation for custom workload CRDs is not yet supported";
                    judgement.say(said("", RuleKind::Mutation, Status::Skip, message), Vec::new());
                }
                Body::Mutations(mutations) => {
                    let Some(object) = &asked.object else { continue };
                    let evaluation = work.evaluation(&subject);
                    let changed = mutating::change(&variant.gate, mutations, &evaluation, object, false);
                    judgement.say(changed.result, changed.annotations);
                    if let Some(object) = changed.object {
                        current = Some(Request { object: Some(object), ..asked.request().clone() });
                    }
                }
                _ if variant.extracts => work.extracted(asked, &mut judgement),
                _ => {
                    if let Some((result, annotations)) = work.result(&subject) {
                        judgement.say(result, annotations);
                    }
                }
            }
        }
        judgement.changed = current.and_then(|request| request.object);
        judgement
    }

    /// Whether the policy is one that looks at its conditions alone where the object is of no kind.
    pub(super) fn is_about_json(&self, asked: &Request) -> bool {
        let is_of_kind =
            |object: &Node| !object.str("apiVersion").is_empty() && !object.str("kind").is_empty();
        self.kind == PolicyKind::Deleting && !asked.subject().is_some_and(is_of_kind)
    }

    /// How the policy changes other objects because of a request: a result for each that it matches, which
    /// holds the object as it leaves it.
    pub fn mutate_existing(
        &self,
        asked: &Asked<'_>,
        targets: &[Node],
        around: &Surroundings<'_>,
    ) -> Vec<RuleResult> {
        self.change_others(&mut self.variants.iter(), asked, targets, around)
    }

    /// The same where the request is one that the policy is for.
    pub(super) fn change_because_of(
        &self,
        asked: &Asked<'_>,
        targets: &[Node],
        around: &Surroundings<'_>,
    ) -> Vec<RuleResult> {
        if self.is_namespaced() && asked.namespace != self.owner.namespace {
            return Vec::new();
        }
        let namespace = namespace(asked, around);
        let subject = Subject::of(asked);
        let is_meant = |variant: &&Variant| {
            let work = Work { policy: self, variant, namespace: namespace.as_ref(), around };
            matches(variant, asked, namespace.as_ref())
                && work.evaluation(&subject).all_hold(&variant.gate.conditions) == Ok(true)
        };
        self.change_others(&mut self.variants.iter().filter(is_meant), asked, targets, around)
    }

    fn change_others(
        &self,
        variants: &mut dyn Iterator<Item = &Variant>,
        asked: &Asked<'_>,
        targets: &[Node],
        around: &Surroundings<'_>,
    ) -> Vec<RuleResult> {
        let kinds = Kinds::default();
        let mut results = Vec::new();
        for variant in variants {
            let Body::Mutations(mutations) = &variant.body else { continue };
            let Some(chosen) = &mutations.existing else { continue };
            let work = Work { policy: self, variant, namespace: None, around };
            let trigger = Subject::of(asked);
            let named = chosen.expression.as_ref().map(|expression| {
                let value = work.evaluation(&trigger).evaluate(expression);
                value.map(|value| names(&value)).unwrap_or_default()
            });
            for target in targets {
                let request = about(target, asked, &kinds);
                let is_chosen = named.as_ref().map_or_else(
                    || chosen.constraints.as_ref().is_some_and(|known| is_for(known, &request, None)),
                    |named| named.contains(&name(target)),
                );
                if !is_chosen {
                    continue;
                }
                let subject = Subject { request: trigger.request.clone(), ..Subject::plain(target) };
                let changed =
                    mutating::change(&variant.gate, mutations, &work.evaluation(&subject), target, true);
                let passes = changed.result.status == Status::Pass;
                let target = changed.object.filter(|_| passes).as_ref().map(PlainValue::from_node);
                results.push(RuleResult { target, ..changed.result });
            }
        }
        results
    }
}

/// The objects that an expression gives: one, or the items of a list; each by namespace and name.
fn names(value: &Value) -> Vec<(SmolStr, SmolStr)> {
    let Ok(node) = value.to_node() else { return Vec::new() };
    match node.get("items") {
        Some(items) => items.items().iter().map(name).collect(),
        None => vec![name(&node)],
    }
}

fn name(object: &Node) -> (SmolStr, SmolStr) {
    let text = |key: &str| SmolStr::new(object.at(&["metadata", key]).and_then(Node::as_str).unwrap_or(""));
    (text("namespace"), text("name"))
}

/// A request about an object that is there.
fn about(object: &Node, asked: &Request, kinds: &Kinds) -> Request {
    let kind = GroupVersionKind::new(object.str("apiVersion"), object.str("kind"));
    let resource = kinds.of(&kind).resource;
    let (namespace, name) = name(object);
    Request {
        request_kind: kind.clone(),
        request_resource: resource.clone(),
        kind,
        resource,
        subresource: SmolStr::default(),
        name,
        namespace,
        object: Some(object.clone()),
        old_object: None,
        ..asked.clone()
    }
}

fn matches(variant: &Variant, asked: &Request, namespace: Option<&Node>) -> bool {
    variant.constraints.as_ref().is_some_and(|constraints| is_for(constraints, asked, namespace))
}

fn is_for(constraints: &MatchResources, asked: &Request, namespace: Option<&Node>) -> bool {
    constraints.matches(asked, &|| labels(asked, namespace)).is_some()
}

impl Work<'_> {
    fn evaluation<'a>(&'a self, subject: &'a Subject) -> Evaluation<'a> {
        Evaluation::new(Given {
            subject,
            namespace: self.namespace,
            outside: self.around.outside,
            settings: self.around.settings,
            own_namespace: &self.policy.owner.namespace,
            variables: &self.variant.variables,
        })
    }

    /// What the policy says of a request; none where it says nothing.
    fn result(&self, subject: &Subject) -> Option<(RuleResult, Annotations)> {
        let evaluation = self.evaluation(subject);
        match &self.variant.body {
            Body::Validations(validations) => {
                let ignores = self.policy.ignores_failures;
                Some(validating::judge(&self.variant.gate, validations, &evaluation, ignores))
            }
            Body::Generations(generations) => {
                generating::make(&self.policy.owner, &self.variant.gate, generations, evaluation.that_makes())
            }
            Body::Deletion => {
                Some((deleting::judge(&self.policy.owner.name, &self.variant.gate, &evaluation), Vec::new()))
            }
            Body::Mutations(_) => None,
        }
    }

    /// Judges the Pods of all templates in the object; the first that does not hold decides.
    fn extracted(&self, asked: &Asked<'_>, judgement: &mut Judgement) {
        let requests = templates::requests(asked);
        if requests.is_empty() {
            let message = format!(
                "error: extraction mode: no pod template found in {}/{}",
                asked.kind.api_version(),
                asked.kind.kind
            );
            judgement.say(said("", RuleKind::Validation, Status::Error, message), Vec::new());
            return;
        }
        let (mut held, mut exempt, mut skipped) = (None, None, None);
        for (path, request) in &requests {
            let views = Views::default();
            let subject = Subject::of(&Asked::new(request, &views));
            let Some((mut result, annotations)) = self.result(&subject) else { continue };
            match result.status {
                Status::Fail | Status::Error => {
                    if !result.message.is_empty() {
                        result.message = format!("{} (pod template at {path})", result.message);
                    }
                    return judgement.say(result, annotations);
                }
                _ if !result.exceptions.is_empty() => exempt = exempt.or(Some((result, annotations))),
                Status::Skip => skipped = Some((result, annotations)),
                _ => held = Some((result, annotations)),
            }
        }
        if let Some((result, annotations)) = held.or(exempt).or(skipped) {
            judgement.say(result, annotations);
        }
    }
}

/// The namespace of a request, as far as it is known; a namespace lies in itself.
fn namespace(asked: &Asked<'_>, around: &Surroundings<'_>) -> Option<Node> {
    (!asked.namespace.is_empty()).then(|| around.outside.namespace(&asked.namespace)).flatten()
}

/// The labels that a namespace selector looks at.
fn labels(asked: &Request, namespace: Option<&Node>) -> Option<Node> {
    let is_namespace = asked.resource.resource == "namespaces" && asked.subresource.is_empty();
    if is_namespace && asked.object.is_some() {
        return asked.object.as_ref()?.at(&["metadata", "labels"]).cloned();
    }
    if let Some(namespace) = namespace {
        return namespace.at(&["metadata", "labels"]).cloned();
    }
    let node = Node { span: Span::default(), value: NodeValue::String(asked.namespace.clone()) };
    Some(mapping(Span::default(), vec![("kubernetes.io/metadata.name", node)]))
}
