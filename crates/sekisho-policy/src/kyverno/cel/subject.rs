//! A request as the expressions see it: its values, made once for all policies.

use std::sync::Arc;

use sekisho_cel::{Map, Nulls, Value};
use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::asked::Asked;
use crate::request::{GroupVersionKind, GroupVersionResource, Request};

/// The values of a request.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub(super) object: Value,
    pub(super) old_object: Value,
    pub(super) request: Value,
}

impl Subject {
    /// Of a request; made once.
    pub(super) fn of(asked: &Asked<'_>) -> Arc<Self> {
        asked.view(|request| Self {
            object: object(request.object.as_ref()),
            old_object: object(request.old_object.as_ref()),
            request: request_value(request),
        })
    }

    /// Of an object that nobody asks about: for policies of plain JSON.
    pub(super) fn plain(node: &Node) -> Self {
        let object = Value::from_node(node, Nulls::Kept);
        Self { object, old_object: Value::Null, request: Value::Null }
    }
}

/// An object; one that is not there has no fields.
fn object(node: Option<&Node>) -> Value {
    node.map_or_else(|| map(Vec::new()), |node| Value::from_node(node, Nulls::Kept))
}

/// The value of `request`, with what an `AdmissionRequest` has; what is empty is not there.
fn request_value(request: &Request) -> Value {
    let of = |node: Option<&Node>| node.map_or(Value::Null, |node| Value::from_node(node, Nulls::Kept));
    let mut fields = vec![
        ("uid", Value::String(request.uid.clone())),
        ("kind", kind(&request.kind)),
        ("resource", resource(&request.resource)),
        ("requestKind", kind(&request.request_kind)),
        ("requestResource", resource(&request.request_resource)),
        ("operation", Value::from(request.operation.as_str())),
        ("userInfo", user(request)),
        ("object", of(request.object.as_ref())),
        ("oldObject", of(request.old_object.as_ref())),
        ("dryRun", Value::Bool(request.dry_run)),
        ("options", of(request.options.as_ref())),
    ];
    let texts = [
        ("subResource", &request.subresource),
        ("requestSubResource", &request.subresource),
        ("name", &request.name),
        ("namespace", &request.namespace),
    ];
    let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
    fields.extend(texts.map(|(name, text)| (name, Value::String(text.clone()))));
    map(fields)
}

fn kind(kind: &GroupVersionKind) -> Value {
    map(vec![
        ("group", Value::String(kind.group.clone())),
        ("version", Value::String(kind.version.clone())),
        ("kind", Value::String(kind.kind.clone())),
    ])
}

fn resource(resource: &GroupVersionResource) -> Value {
    map(vec![
        ("group", Value::String(resource.group.clone())),
        ("version", Value::String(resource.version.clone())),
        ("resource", Value::String(resource.resource.clone())),
    ])
}

fn user(request: &Request) -> Value {
    let texts = |texts: &[SmolStr]| Value::list(texts.iter().cloned().map(Value::String).collect());
    let user = &request.user;
    let mut fields = Vec::new();
    if !user.name.is_empty() {
        fields.push(("username", Value::String(user.name.clone())));
    }
    if !user.uid.is_empty() {
        fields.push(("uid", Value::String(user.uid.clone())));
    }
    if !user.groups.is_empty() {
        fields.push(("groups", texts(&user.groups)));
    }
    if !user.extra.is_empty() {
        let extra = user.extra.iter().map(|(key, values)| (Value::String(key.clone()), texts(values)));
        fields.push(("extra", Map::new(extra.collect()).map_or(Value::Null, Value::Map)));
    }
    map(fields)
}

/// A map of these fields.
pub(super) fn map(fields: Vec<(&'static str, Value)>) -> Value {
    let entries = fields.into_iter().map(|(name, value)| (Value::String(SmolStr::new_static(name)), value));
    Map::new(entries.collect()).map_or(Value::Null, Value::Map)
}
