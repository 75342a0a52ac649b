//! The fields of a request that expressions of every language see alike.

use sekisho_cel::{Map, Value};
use smol_str::SmolStr;

use crate::group_version::{GroupVersionKind, GroupVersionResource};
use crate::request::Request;

/// The fields of `requestKind`.
pub(crate) fn kind_fields(kind: &GroupVersionKind) -> Value {
    map(vec![
        ("group", Value::String(kind.group.clone())),
        ("version", Value::String(kind.version.clone())),
        ("kind", Value::String(kind.kind.clone())),
    ])
}

/// The fields of `requestResource`.
pub(crate) fn resource_fields(resource: &GroupVersionResource) -> Value {
    map(vec![
        ("group", Value::String(resource.group.clone())),
        ("version", Value::String(resource.version.clone())),
        ("resource", Value::String(resource.resource.clone())),
    ])
}

/// The fields of `userInfo`.
pub(crate) fn user_fields(request: &Request) -> Value {
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
pub(crate) fn map(fields: Vec<(&'static str, Value)>) -> Value {
    let entries = fields.into_iter().map(|(name, value)| (Value::String(SmolStr::new_static(name)), value));
    Map::new(entries.collect()).map_or(Value::Null, Value::Map)
}

/// The texts of a request that name what it is about; what is empty is not there.
pub(crate) fn names<'r>(
    request: &'r Request,
    namespace: &'r SmolStr,
) -> impl Iterator<Item = (&'static str, Value)> {
    let texts = [
        ("subResource", &request.subresource),
        ("requestSubResource", &request.subresource),
        ("name", &request.name),
        ("namespace", namespace),
    ];
    let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
    texts.map(|(name, text)| (name, Value::String(text.clone())))
}
