//! A request as the expressions see it: its values, made once for all policies.

use std::sync::Arc;

use sekisho_cel::{Nulls, Value};
use sekisho_manifest::Node;

use crate::asked::Asked;
use crate::fields::{kind_fields, map, names, resource_fields, user_fields};
use crate::request::Request;

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
        ("kind", kind_fields(&request.kind)),
        ("resource", resource_fields(&request.resource)),
        ("requestKind", kind_fields(&request.request_kind)),
        ("requestResource", resource_fields(&request.request_resource)),
        ("operation", Value::from(request.operation.as_str())),
        ("userInfo", user_fields(request)),
        ("object", of(request.object.as_ref())),
        ("oldObject", of(request.old_object.as_ref())),
        ("dryRun", Value::Bool(request.dry_run)),
        ("options", of(request.options.as_ref())),
    ];
    fields.extend(names(request, &request.namespace));
    map(fields)
}
