//! YAML, as `sigs.k8s.io/yaml` writes and reads it: by way of JSON.

use std::sync::Arc;

use sekisho_manifest::{Budget as LoadBudget, Node, Segment, SourceId, Value as Json, YamlMark};
use smol_str::SmolStr;

use sekisho_go::base64::base64_encode;
use sekisho_go::characters::valid;

use super::json::EncodeError;
use super::json_reader::mismatch;
use super::{MAX_NESTING, host_text};
use crate::call::Call;
use crate::error::{BudgetError, CallError};
use crate::functions::arguments::{text, value};
use crate::functions::function::{Family, Function};
use crate::operation::format;
use crate::value::{Data, HostKind, List, Map, Origin, Text, TextBuilder, Type, Value, ValueKey};

/// The table of the family.
pub(in crate::functions) const FAMILY: Family = &[
    Function::new("toYaml", &[Type::Any], |call, args| match encode(call, value(args, 0)) {
        Ok(text) => Ok(text.into()),
        Err(EncodeError::Unsupported(_)) => Ok("".into()),
        Err(EncodeError::Budget(error)) => Err(error.into()),
    }),
    Function::new("mustToYaml", &[Type::Any], |call, args| match encode(call, value(args, 0)) {
        Ok(text) => Ok(text.into()),
        Err(EncodeError::Unsupported(message)) => Err(CallError::Message(message)),
        Err(EncodeError::Budget(error)) => Err(error.into()),
    }),
    Function::new("toYamlPretty", &[Type::Any], |call, args| {
        match to_json(call, value(args, 0), 0, Target::Yaml) {
            Ok(json) => {
                let mut text = sekisho_manifest::to_yaml_pretty(&json);
                if text.ends_with('\n') {
                    text.pop();
                }
                Ok(text.into())
            }
            Err(EncodeError::Unsupported(_)) => Ok("".into()),
            Err(EncodeError::Budget(error)) => Err(error.into()),
        }
    }),
    Function::new("fromYaml", &[Type::String], |call, args| {
        let read = decode(call, text(args, 0))?;
        let error = match read {
            Ok(value) => match value.data {
                Data::Map(_) => return Ok(value),
                Data::Nil => return Ok(Map::new().into()),
                data => while_decoding(&data, Type::MAP),
            },
            Err(message) => message,
        };
        let map = Map::new();
        map.set(SmolStr::new_static("Error"), error.into())?;
        Ok(map.into())
    }),
    Function::new("fromYamlArray", &[Type::String], |call, args| {
        let read = decode(call, text(args, 0))?;
        let error = match read {
            Ok(value) => match value.data {
                Data::List(_) => return Ok(value),
                Data::Nil => return Ok(List::new(Vec::new()).into()),
                data => while_decoding(&data, Type::LIST),
            },
            Err(message) => message,
        };
        Ok(List::new(vec![error.into()]).into())
    }),
];

fn while_decoding(data: &Data, into: Type) -> String {
    format!("error unmarshaling JSON: while decoding JSON: {}", mismatch(data, into))
}

/// A value as YAML, each line with the key that it came from.
fn encode(call: &mut Call<'_>, value: &Value) -> Result<Text, EncodeError> {
    let json = to_json(call, value, 0, Target::Json)?;
    let (mut text, marks) = sekisho_manifest::to_yaml_with_marks(&json);
    if text.ends_with('\n') {
        text.pop();
    }
    call.allocate(text.len())?;
    Ok(with_origins(value, &text, &marks))
}

/// Gives each entry of a YAML text the origin of its value.
fn with_origins(value: &Value, text: &str, marks: &[YamlMark]) -> Text {
    let mut out = TextBuilder::with_capacity(text.len());
    let mut path = vec![value.clone()];
    let mut origin = origin_of(value);
    let mut from = 0;
    for mark in marks {
        out.push_bytes(text.as_bytes().get(from..mark.start).unwrap_or_default(), &origin);
        from = mark.start;
        path.truncate(mark.depth + 1);
        let child = path.last().and_then(|parent| child(parent, &mark.segment)).unwrap_or_default();
        origin = origin_of(&child);
        path.push(child);
    }
    out.push_bytes(text.as_bytes().get(from..).unwrap_or_default(), &origin);
    out.finish()
}

fn child(parent: &Value, segment: &Segment) -> Option<Value> {
    match (&parent.data, segment) {
        (Data::Map(map), Segment::Key(key)) => map.get(key),
        (Data::List(list), Segment::Index(index)) => list.items().get(*index).cloned(),
        _ => None,
    }
}

fn origin_of(value: &Value) -> Origin {
    match (&value.data, &value.key) {
        (Data::Text(text), _) => Origin { is_literal: false, ..text.origin_at(0) },
        (_, Some(key)) => Origin::of_key(Arc::clone(key)),
        _ => Origin::default(),
    }
}

/// What a tree is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    /// JSON, which is then written as YAML: there are nil lists and maps, and fields have Go's names.
    Json,
    /// YAML at once: there are none, and fields have names in lower case.
    Yaml,
}

/// A value as a tree.
fn to_json(
    call: &mut Call<'_>,
    value: &Value,
    depth: usize,
    target: Target,
) -> Result<serde_json::Value, EncodeError> {
    use serde_json::Value as Tree;
    if depth > MAX_NESTING {
        return Err(BudgetError::Nesting { limit: MAX_NESTING }.into());
    }
    call.allocate(size_of::<Tree>())?;
    call.charge(1)?;
    let mut items = |items: &[Value]| {
        items.iter().map(|item| to_json(call, item, depth + 1, target)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match &value.data {
        Data::Absent | Data::Nil => Tree::Null,
        Data::Bool(value) => Tree::Bool(*value),
        Data::Int(value, _) => Tree::from(*value),
        Data::Uint(value, _) => Tree::from(*value),
        Data::Float(value) => Tree::Number(serde_json::Number::from_f64(*value).ok_or_else(|| {
            let shown = format::show(&(*value).into());
            EncodeError::Unsupported(format!("error marshaling into JSON: json: unsupported value: {shown}"))
        })?),
        Data::Text(text) => {
            call.allocate(text.len())?;
            Tree::String(readable(valid(text.as_bytes()))?)
        }
        Data::Bytes(bytes) => Tree::String(base64_encode(bytes)),
        Data::List(list) if list.is_nil() && target == Target::Json => Tree::Null,
        Data::List(list) => Tree::Array(items(list.items())?),
        Data::Map(map) if map.is_nil() && target == Target::Json => Tree::Null,
        Data::Map(map) => entries(call, map.snapshot(), depth, target)?,
        Data::Host(host) => match (host_text(value), host.kind()) {
            (Some(text), _) => Tree::String(text),
            (None, HostKind::List) => {
                let values: Vec<_> = host.entries().into_iter().map(|(_, item)| item).collect();
                Tree::Array(items(&values)?)
            }
            (None, HostKind::Struct) if target == Target::Yaml => {
                let fields = host.entries().into_iter();
                let fields = fields.map(|(name, item)| (name.to_lowercase().into(), item));
                entries(call, fields.collect(), depth, target)?
            }
            (None, _) => entries(call, host.entries(), depth, target)?,
        },
    })
}

fn entries(
    call: &mut Call<'_>,
    entries: Vec<(SmolStr, Value)>,
    depth: usize,
    target: Target,
) -> Result<serde_json::Value, EncodeError> {
    let mut object = serde_json::Map::new();
    for (key, item) in entries {
        call.allocate(key.len())?;
        object.insert(readable(key.to_string())?, to_json(call, &item, depth + 1, target)?);
    }
    Ok(serde_json::Value::Object(object))
}

/// A text as it comes back when it is written as JSON and that read as YAML, where it can be read. JSON does
/// not escape these characters: of them YAML refuses most, and takes one for the end of a line.
fn readable(text: String) -> Result<String, EncodeError> {
    const NEXT_LINE: char = '\u{85}';
    let is_refused =
        |character| matches!(character, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(is_refused) {
        return Err(EncodeError::Unsupported("yaml: control characters are not allowed".to_owned()));
    }
    if !text.contains(NEXT_LINE) {
        return Ok(text);
    }
    let mut folded = String::with_capacity(text.len());
    let mut empty_lines = 0;
    for (index, line) in text.split(NEXT_LINE).enumerate() {
        let line = if index > 0 { line.trim_start_matches(' ') } else { line };
        if index > 0 && line.is_empty() {
            empty_lines += 1;
        } else {
            fold(&mut folded, index, &mut empty_lines);
            folded.push_str(line);
        }
    }
    if empty_lines > 0 {
        fold(&mut folded, empty_lines, &mut (empty_lines - 1));
    }
    Ok(folded)
}

/// Ends the last line: by a space, or by as many line ends as there were empty lines behind it.
fn fold(folded: &mut String, index: usize, empty_lines: &mut usize) {
    folded.truncate(folded.trim_end_matches(' ').len());
    match std::mem::take(empty_lines) {
        0 if index == 0 => {}
        0 => folded.push(' '),
        count => folded.extend(std::iter::repeat_n('\n', count)),
    }
}

/// Reads the first document of a text; in error, the message.
fn decode(call: &mut Call<'_>, text: &Text) -> Result<Result<Value, String>, BudgetError> {
    call.charge(text.len() as u64 / 4)?;
    let written = text.to_str();
    let loaded = sekisho_manifest::load_one(SourceId::default(), &written, &LoadBudget::default());
    if let Some(error) = loaded.errors.first() {
        return Ok(Err(format!("error converting YAML to JSON: yaml: {error}")));
    }
    match loaded.documents.first() {
        Some(document) => Ok(Ok(from_node(call, &document.root, text)?)),
        None => Ok(Ok(Value::NIL)),
    }
}

/// A tree as a value, each part with the origin of the text that it was read from.
fn from_node(call: &mut Call<'_>, node: &Node, text: &Text) -> Result<Value, BudgetError> {
    call.allocate(size_of::<Value>())?;
    let origin = text.origin_at(usize::try_from(node.span.start).unwrap_or(usize::MAX));
    #[expect(clippy::cast_precision_loss, reason = "Go's decoder of JSON loses the same digits")]
    let data = match &node.value {
        Json::Null => Data::Nil,
        Json::Bool(value) => Data::Bool(*value),
        Json::Int(value) => Data::Float(*value as f64),
        Json::UInt(value) => Data::Float(*value as f64),
        Json::Float(value) => Data::Float(*value),
        Json::String(read) => {
            call.allocate(read.len())?;
            let mut kept = TextBuilder::with_capacity(read.len());
            kept.push_bytes(read.as_bytes(), &Origin { is_literal: false, ..origin });
            return Ok(kept.finish().into());
        }
        Json::Sequence(items) => {
            let items = items.iter().map(|item| from_node(call, item, text));
            Data::List(List::new(items.collect::<Result<_, _>>()?))
        }
        Json::Mapping(mapping) => {
            call.allocate(Map::footprint(mapping.entries().len()))?;
            let map = Map::new();
            for entry in mapping.entries() {
                call.allocate(entry.key.len())?;
                // The map is no nil one.
                let _ = map.set(entry.key.clone(), from_node(call, &entry.node, text)?);
            }
            Data::Map(map)
        }
    };
    let key: Option<Arc<ValueKey>> = origin.key;
    Ok(Value { data, key })
}
