//! The schemas of the built-in kinds as types of expressions.

use std::collections::BTreeMap;

use sekisho_cel::Type;
use smol_str::SmolStr;

use super::schema::{self, Type as Schema};
use crate::group_version::GroupVersionKind;

/// The fields of a type.
type Fields = Vec<(SmolStr, Type)>;

/// Fields whose values are texts in manifests, and bytes in expressions.
const BYTES: [(&str, &str); 2] = [("core/v1/Secret", "data"), ("core/v1/ConfigMap", "binaryData")];

/// The type of the objects of a kind by its name, and every type that it is made of; none where the kind is not
/// built in. What may be text or number, as quantities and points in time, is of any type.
pub(crate) fn declared_types(kind: &GroupVersionKind) -> Option<(SmolStr, BTreeMap<SmolStr, Fields>)> {
    let Schema::Named { name: root, .. } = schema::of_kind(kind) else { return None };
    let mut types = BTreeMap::new();
    let mut open = vec![root];
    while let Some(name) = open.pop() {
        let Some(fields) = schema::fields(name).filter(|_| !types.contains_key(name)) else { continue };
        let declared = fields.all().map(|(field, kind)| {
            let of_bytes = BYTES.contains(&(name, field));
            (SmolStr::new_static(field), if of_bytes { Type::Dyn } else { declared(kind, &mut open) })
        });
        let declared = declared.collect();
        types.insert(SmolStr::new_static(name), declared);
    }
    Some((root.into(), types))
}

fn declared(kind: &Schema, open: &mut Vec<&'static str>) -> Type {
    match kind {
        Schema::Number => Type::Int,
        Schema::Text => Type::String,
        Schema::Truth => Type::Bool,
        Schema::Scalar | Schema::Any | Schema::AnyAtomic => Type::Dyn,
        Schema::List { item, .. } => Type::list(declared(item, open)),
        Schema::Map { item, .. } => Type::map(Type::String, declared(item, open)),
        Schema::Named { name, .. } => match schema::fields(name) {
            Some(fields) if !fields.is_open() => {
                open.push(name);
                Type::Struct(SmolStr::new_static(name))
            }
            _ => Type::Dyn,
        },
    }
}
