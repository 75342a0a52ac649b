//! Values of expressions as JSON: what a patch puts into an object.

use std::sync::Arc;

use sekisho_manifest::{Entry, Mapping, Node, Span, Value as NodeValue};

use super::Value;
use super::map::whole;
use crate::error::Failure;
use crate::functions::convert::display;

impl Value {
    /// The value as JSON. Messages become objects of the fields that were given, points and spans of time and
    /// bytes the texts that `string` makes of them (bytes in base64), optionals their value.
    ///
    /// Fails for what has no form in JSON: types, values of libraries' types, optionals without a value, numbers that are none, and
    /// keys that are no texts.
    pub fn to_node(&self) -> Result<Node, Failure> {
        let value = match self {
            Self::Null => NodeValue::Null,
            Self::Optional(None) => return Err(Failure::NoValue),
            Self::Bool(value) => NodeValue::Bool(*value),
            Self::Int(value) => NodeValue::Int(*value),
            Self::UInt(value) => i64::try_from(*value).map_or(NodeValue::UInt(*value), NodeValue::Int),
            Self::Double(value) => match whole(*value) {
                Some(value) => NodeValue::Int(value),
                None if value.is_finite() => NodeValue::Float(*value),
                None => return Err(Failure::argument("a number of JSON is finite")),
            },
            Self::String(text) => NodeValue::String(text.clone()),
            Self::Bytes(bytes) => NodeValue::String(data_encoding::BASE64.encode(bytes).into()),
            Self::Timestamp(_) | Self::Duration(_) => NodeValue::String(display(self).into()),
            Self::List(list) => {
                let items: Result<Vec<Node>, Failure> = list.iter().map(|item| item.to_node()).collect();
                NodeValue::Sequence(Arc::new(items?))
            }
            Self::Map(map) => {
                let entry = |(key, value): (Self, Self)| match key {
                    Self::String(key) => Ok((key, value.to_node()?)),
                    other => Err(Failure::KeyType(other.type_name())),
                };
                mapping(map.iter().map(entry).collect::<Result<_, Failure>>()?)
            }
            Self::Struct(made) => {
                let field =
                    |(name, value): &(_, Self)| Ok((smol_str::SmolStr::clone(name), value.to_node()?));
                mapping(made.fields.iter().map(field).collect::<Result<_, Failure>>()?)
            }
            Self::Optional(Some(value)) => return value.to_node(),
            Self::Type(_) | Self::Opaque(_) => {
                return Err(Failure::Conversion { from: self.type_name(), to: "google.protobuf.Value" });
            }
        };
        Ok(Node { span: Span::default(), value })
    }
}

fn mapping(fields: Vec<(smol_str::SmolStr, Node)>) -> NodeValue {
    let entry = |(key, node)| Entry { key, key_span: Span::default(), node };
    NodeValue::Mapping(Arc::new(Mapping::new(fields.into_iter().map(entry).collect())))
}
