//! A request as expressions see it: its values, made once for all policies.

use std::sync::{Arc, Mutex, PoisonError};

use sekisho_cel::{EvaluationError, Nulls, Value};
use sekisho_manifest::{Entry, Mapping, Node, Operation, Span, Value as NodeValue};
use smol_str::SmolStr;

use super::definition::SharedKey;
use super::matching::{Matched, namespace_of};
use crate::facts::Facts;
use crate::fields::{kind_fields, map, names, resource_fields, user_fields};
use crate::group_version::{GroupVersionKind, GroupVersionResource};
use crate::request::Request;

/// The values of a request.
#[derive(Debug)]
pub(super) struct View {
    pub(super) object: Value,
    pub(super) old_object: Value,
    /// `request` for policies that match the resource as it was asked for.
    request: Value,
    /// What becomes of nulls in the objects.
    nulls: Nulls,
    /// What expressions that depend on the object alone have given, and what that cost.
    known: Mutex<Vec<(SharedKey, Evaluated)>>,
}

/// What an evaluation gave, and what it cost.
pub(super) type Evaluated = (Result<Value, EvaluationError>, u64);

/// The most values that are kept for other policies.
const SHARED: usize = 64;

impl View {
    /// As the API server sees it, which has decoded the objects.
    pub(super) fn new(request: &Request) -> Self {
        Self::with_nulls(request, Nulls::Absent)
    }

    /// As an engine sees it that takes objects as they are written.
    pub(super) fn with_nulls(request: &Request, nulls: Nulls) -> Self {
        Self {
            object: value(request.object.as_ref(), nulls),
            old_object: value(request.old_object.as_ref(), nulls),
            request: request_value(request, &request.kind, &request.resource),
            nulls,
            known: Mutex::default(),
        }
    }

    /// What an expression that depends on the object alone gives; worked out once for all policies.
    pub(super) fn shared(&self, key: &SharedKey, evaluate: impl FnOnce() -> Evaluated) -> Evaluated {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = |known: &(SharedKey, Evaluated)| (known.0 == *key).then(|| known.1.clone());
        if let Some(known) = lock().iter().find_map(found) {
            return known;
        }
        let fresh = evaluate();
        // What ran into the steps of one policy may well go further in another.
        let ended = matches!(&fresh.0, Err(error) if error.kind.is_limit());
        let mut known = lock();
        if !ended && known.len() < SHARED {
            known.push((key.clone(), fresh.clone()));
        }
        fresh
    }

    /// The object, in the version in which a policy looks at it.
    pub(super) fn object_as(&self, request: &Request, matched: &Matched) -> Value {
        self.converted(&self.object, request.object.as_ref(), request, matched)
    }

    /// The old object, in the version in which a policy looks at it.
    pub(super) fn old_object_as(&self, request: &Request, matched: &Matched) -> Value {
        self.converted(&self.old_object, request.old_object.as_ref(), request, matched)
    }

    /// An object under the version of another kind. The versions that count as equivalent differ in no field
    /// that both have, so the fields stay as they are.
    fn converted(&self, whole: &Value, node: Option<&Node>, request: &Request, matched: &Matched) -> Value {
        if matched.kind == request.kind {
            return whole.clone();
        }
        value(node.map(|node| in_version(node, &matched.kind)).as_ref(), self.nulls)
    }

    /// `request`, with the kind and resource that a policy matched.
    pub(super) fn request_as(&self, request: &Request, matched: &Matched) -> Value {
        if matched.kind == request.kind && matched.resource == request.resource {
            self.request.clone()
        } else {
            request_value(request, &matched.kind, &matched.resource)
        }
    }
}

fn value(node: Option<&Node>, nulls: Nulls) -> Value {
    node.map_or(Value::Null, |node| Value::from_node(node, nulls))
}

/// An object with the version of a kind written into it.
pub(super) fn in_version(node: &Node, kind: &GroupVersionKind) -> Node {
    let mut changed = node.clone();
    let api_version = changed.as_mapping_mut().and_then(|mapping| mapping.value_mut("apiVersion"));
    if let Some(node) = api_version {
        node.value = NodeValue::String(kind.api_version());
    }
    changed
}

/// The namespace of a request as a value; null for what lies in none. A namespace that the facts do not hold
/// exists all the same, or the API server would not have come this far: it has the label that every namespace
/// has.
pub(super) fn namespace_value(request: &Request, facts: &dyn Facts) -> Value {
    let name = &request.namespace;
    let itself = request.kind.group.is_empty() && request.kind.kind == "Namespace";
    if name.is_empty() || itself {
        return Value::Null;
    }
    value(Some(&namespace(name, facts)), Nulls::Absent)
}

fn namespace(name: &SmolStr, facts: &dyn Facts) -> Node {
    facts.namespace(name).unwrap_or_else(|| {
        let labels = mapping(vec![("kubernetes.io/metadata.name", text(name))]);
        mapping(vec![("metadata", mapping(vec![("name", text(name)), ("labels", labels)]))])
    })
}

/// The labels that a namespace selector looks at.
pub(super) fn namespace_labels(request: &Request, facts: &dyn Facts) -> Option<Node> {
    let creates = super::matching::is_about_namespace(request)
        && request.subresource.is_empty()
        && matches!(request.operation, Operation::Create | Operation::Update);
    let object = if creates { request.object.clone() } else { Some(namespace(namespace_of(request), facts)) };
    object?.at(&["metadata", "labels"]).cloned()
}

/// The value of `request`: what an `AdmissionRequest` has but for the objects.
fn request_value(request: &Request, kind: &GroupVersionKind, resource: &GroupVersionResource) -> Value {
    let mut fields = vec![
        ("kind", kind_fields(kind)),
        ("resource", resource_fields(resource)),
        ("requestKind", kind_fields(&request.request_kind)),
        ("requestResource", resource_fields(&request.request_resource)),
        ("operation", Value::from(request.operation.as_str())),
        ("userInfo", user_fields(request)),
        ("dryRun", Value::Bool(request.dry_run)),
        ("options", value(request.options.as_ref(), Nulls::Absent)),
    ];
    fields.extend(names(request, namespace_of(request)));
    map(fields)
}

fn text(text: &SmolStr) -> Node {
    Node { span: Span::default(), value: NodeValue::String(text.clone()) }
}

fn mapping(fields: Vec<(&'static str, Node)>) -> Node {
    let entry = |(key, node)| Entry { key: SmolStr::new_static(key), key_span: Span::default(), node };
    let value = NodeValue::Mapping(Arc::new(Mapping::new(fields.into_iter().map(entry).collect())));
    Node { span: Span::default(), value }
}
