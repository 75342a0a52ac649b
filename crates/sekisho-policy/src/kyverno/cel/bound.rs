//! The API server's own policies in Kyverno's own test files.

use std::rc::Rc;

use sekisho_kyverno::Value;
use sekisho_kyverno::rule::{RuleKind, RuleResult, Status};
use sekisho_kyverno::testing::Case;
use sekisho_manifest::{Entry, FieldPath, Mapping, Node, Object, Span};
use smol_str::SmolStr;

use super::exception::said;
use crate::admission::{self, LoadOptions};
use crate::kinds::Kinds;
use crate::policy::Policy;
use crate::request::{Request, User};
use crate::set::PolicySet;
use crate::snapshot::Snapshot;
use crate::verdict::{Outcome, Verdict};

/// What such policies are told of who asks where the test does not say.
const NOBODY: &str = "system:kyverno:background-scan";

/// A policy with its bindings; one that has none is applied as if one bound it.
#[derive(Debug)]
pub(super) struct Bound {
    policies: PolicySet,
    mutates: bool,
}

/// Whether a document is such a policy.
pub(super) fn is_policy(root: &Node) -> bool {
    root.str("apiVersion").starts_with("admissionregistration.k8s.io/")
        && matches!(root.str("kind"), "ValidatingAdmissionPolicy" | "MutatingAdmissionPolicy")
}

impl Bound {
    /// Of a policy, with the bindings to it among these documents.
    pub(super) fn compile(policy: &Node, documents: &[Node], kinds: &Kinds) -> Rc<Self> {
        let name = policy.at(&["metadata", "name"]).and_then(Node::as_str);
        let wanted = format!("{}Binding", policy.str("kind"));
        let binds = |root: &&Node| {
            root.str("kind") == wanted && root.at(&["spec", "policyName"]).and_then(Node::as_str) == name
        };
        let bindings = documents.iter().filter(binds).map(completed);
        let objects: Vec<Object> =
            std::iter::once(policy.clone()).chain(bindings).map(|root| object(&root)).collect();
        let options = LoadOptions { unbound: true, ..LoadOptions::default() };
        let loaded = admission::load(&objects, &[], kinds, options);
        let mut policies = PolicySet::new();
        if !loaded.mutating.is_empty() {
            policies.extend([Box::new(loaded.mutating) as Box<dyn Policy>]);
        }
        policies.extend(loaded.validating.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) }));
        Rc::new(Self { policies, mutates: policy.str("kind") == "MutatingAdmissionPolicy" })
    }

    /// What the policy says of a resource, and how it leaves it.
    pub(super) fn apply(&self, request: &Request, case: &Case<'_>) -> (Vec<RuleResult>, Option<Value>) {
        let request = Request { user: user(&request.user), ..request.clone() };
        let review = self.policies.review(&request, &facts(&request, case));
        let kind = if self.mutates { RuleKind::Mutation } else { RuleKind::Validation };
        // What one binding lets pass, another may refuse.
        let worst = review.verdicts.iter().max_by_key(|verdict| weight(verdict));
        let result = worst.map(|verdict| {
            let message = match (&*verdict.message, self.mutates) {
                ("", true) => "mutation is successfully applied",
                (message, _) => message,
            };
            said("", kind, status(verdict.outcome), message)
        });
        (result.into_iter().collect(), review.changed.as_ref().map(Value::from_node))
    }
}

/// A binding with what the API server demands of one and tests leave out.
fn completed(binding: &Node) -> Node {
    let mut binding = binding.clone();
    let text = |text: &str| Value::from(text).to_node();
    let put = |mapping: &mut Mapping, key: &'static str, node: Node| {
        if mapping.entry(key).is_none() {
            mapping.put(Entry { key: SmolStr::new_static(key), key_span: Span::default(), node });
        }
    };
    let validates = binding.str("kind").starts_with("Validating");
    let spec =
        binding.as_mapping_mut().and_then(|root| root.value_mut("spec")).and_then(Node::as_mapping_mut);
    if let Some(spec) = spec {
        if validates {
            put(spec, "validationActions", [Value::from("Deny")].into_iter().collect::<Value>().to_node());
        }
        if let Some(reference) = spec.value_mut("paramRef").and_then(Node::as_mapping_mut) {
            put(reference, "parameterNotFoundAction", text("Allow"));
        }
    }
    binding
}

fn weight(verdict: &Verdict) -> u8 {
    match verdict.outcome {
        Outcome::Skip => 0,
        Outcome::Pass => 1,
        Outcome::Warn | Outcome::Fail => 2,
        Outcome::Error => 3,
    }
}

fn status(outcome: Outcome) -> Status {
    match outcome {
        Outcome::Pass => Status::Pass,
        Outcome::Warn | Outcome::Fail => Status::Fail,
        Outcome::Error => Status::Error,
        Outcome::Skip => Status::Skip,
    }
}

fn user(given: &User) -> User {
    let or = |text: &SmolStr| if text.is_empty() { SmolStr::new_static(NOBODY) } else { text.clone() };
    let groups =
        if given.groups.is_empty() { vec![SmolStr::new_static(NOBODY)] } else { given.groups.clone() };
    User { name: or(&given.name), uid: or(&given.uid), groups, extra: given.extra.clone() }
}

/// The namespaces, the parameters and the objects of the test.
fn facts(request: &Request, case: &Case<'_>) -> Snapshot {
    let mut roots: Vec<Node> = case.namespaces.iter().map(Value::to_node).collect();
    let is_known = roots.iter().any(|root| {
        root.at(&["metadata", "name"]).and_then(Node::as_str) == Some(request.namespace.as_str())
    });
    if !is_known && !request.namespace.is_empty() {
        let name = |text: &str| (SmolStr::new_static("name"), Value::from(text));
        let metadata = [name(&request.namespace)].into_iter().collect::<sekisho_kyverno::Map>();
        let fields = [
            ("apiVersion", Value::from("v1")),
            ("kind", Value::from("Namespace")),
            ("metadata", Value::from(metadata)),
        ];
        let fields = fields.into_iter().map(|(key, value)| (SmolStr::new_static(key), value));
        roots.push(Value::from(fields.collect::<sekisho_kyverno::Map>()).to_node());
    }
    roots.extend(case.parameters.iter().map(Value::to_node));
    if case.facts.has_cluster() {
        roots.extend(case.facts.objects().iter().map(Value::to_node));
    }
    Snapshot::new(&roots.iter().map(object).collect::<Vec<_>>(), "default")
}

pub(super) fn object(root: &Node) -> Object {
    let text = |path: &[&str]| root.at(path).and_then(Node::as_str).map(SmolStr::new);
    Object {
        api_version: root.str("apiVersion").into(),
        kind: root.str("kind").into(),
        name: text(&["metadata", "name"]).unwrap_or_default(),
        namespace: text(&["metadata", "namespace"]),
        source: root.span.source,
        document: 0,
        within: FieldPath::root(),
        root: root.clone(),
    }
}
