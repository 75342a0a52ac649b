//! The cases of `conformance/cel-spec`: expressions of google/cel-spec and the values they have.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use sekisho_cel::{Bindings, Budget, Duration, Environment, Library, Map, Timestamp, Type, Value};
use sekisho_manifest::{Budget as LoadBudget, Format, Node, SourceId, Value as NodeValue, load};

use super::Outcome;

const LIBRARIES: &[Library] = &[
    Library::Optionals,
    Library::Strings,
    Library::StringReverse,
    Library::Math,
    Library::Lists,
    Library::Sets,
    Library::Encoders,
    Library::Bindings,
    Library::TwoVariables,
    Library::Regex,
    Library::Network,
    Library::NetworkMask,
];

pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let path = data.join("cases.jsonl");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let rows = load(SourceId::default(), &text, Format::Json, &LoadBudget::default());
    if let Some(error) = rows.errors.first() {
        bail!("`{}` has a row that is no JSON: {error}", path.display());
    }
    let cases = rows.documents.iter().map(|document| &document.root);
    // What is bound as a protocol buffer, and what needs declarations that the file lacks, cannot be asked.
    let askable = cases.filter(|case| !case.is_true("proto") && case.get("needs").is_none());
    let mut seen = std::collections::HashMap::new();
    let outcome = |case: &Node| {
        let name = format!("{}/{}/{}", case.str("file"), case.str("sec"), case.str("name"));
        let count: &mut u32 = seen.entry(name.clone()).or_default();
        *count += 1;
        let id = if *count > 1 { format!("{name}#{count}") } else { name };
        Outcome { id, miss: miss(case).map(|why| format!("{why}: {}", case.str("expr"))) }
    };
    Ok(askable.map(outcome).collect())
}

/// Why a case does not pass.
fn miss(case: &Node) -> Option<String> {
    let mut environment = Environment::new(LIBRARIES);
    let mut bindings = Bindings::new();
    for entry in case.get("binds").map_or(&[][..], Node::entries) {
        let Some(value) = value(&entry.node) else { return Some("binds an unknown value".into()) };
        environment = environment.with_variable(entry.key.clone(), declared(&value));
        bindings.bind(entry.key.clone(), value);
    }
    if case.is_true("disable_macros") {
        environment = environment.without_macros();
    }
    let source = case.str("expr");
    let compiled = if case.is_true("disable_check") {
        environment.compile_unchecked(source)
    } else {
        environment.compile(source)
    };
    let wants_error = case.is_true("error");
    let program = match compiled {
        Ok(program) => program,
        Err(_) if wants_error => return None,
        Err(error) => return Some(format!("does not compile: {error}")),
    };
    if case.is_true("check_only") {
        return None;
    }
    match program.evaluate(&bindings, &mut Budget::default()) {
        Err(_) if wants_error => None,
        Err(error) => Some(format!("fails: {error}")),
        Ok(found) if wants_error => Some(format!("wants an error, not {found:?}")),
        Ok(found) => {
            let wanted = case.get("want").and_then(value);
            let same = wanted.as_ref().is_some_and(|wanted| same(wanted, &found));
            (!same).then(|| format!("wants {wanted:?}, not {found:?}"))
        }
    }
}

fn declared(value: &Value) -> Type {
    match value {
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::UInt(_) => Type::UInt,
        Value::Double(_) => Type::Double,
        Value::String(_) => Type::String,
        Value::Bytes(_) => Type::Bytes,
        _ => Type::Dyn,
    }
}

/// A tagged value of the file.
pub(super) fn value(node: &Node) -> Option<Value> {
    let [entry] = node.entries() else { return None };
    let content = &entry.node;
    let text = content.as_str();
    Some(match entry.key.as_str() {
        "null" => Value::Null,
        "bool" => Value::Bool(content.as_bool()?),
        "int" => Value::Int(text?.parse().ok()?),
        "uint" => Value::UInt(text?.parse().ok()?),
        "double" => Value::Double(match &content.value {
            NodeValue::String(text) => text.parse().ok()?,
            NodeValue::Float(value) => *value,
            NodeValue::Int(value) => value.to_string().parse().ok()?,
            _ => return None,
        }),
        "string" => Value::string(text?),
        "bytes" => {
            let bytes = content.items().iter().map(|byte| u8::try_from(byte.as_i64()?).ok());
            Value::Bytes(Arc::from(bytes.collect::<Option<Vec<u8>>>()?))
        }
        "list" => Value::list(content.items().iter().map(value).collect::<Option<Vec<_>>>()?),
        "map" => {
            let pair = |pair: &Node| match pair.items() {
                [key, content] => Some((value(key)?, value(content)?)),
                _ => None,
            };
            Value::Map(Map::new(content.items().iter().map(pair).collect::<Option<Vec<_>>>()?)?)
        }
        "type" => Value::Type(text?.into()),
        "optional" if content.is_null() => Value::Optional(None),
        "optional" => Value::some(value(content)?),
        "duration" => Value::Duration(Duration::parse(text?)?),
        "timestamp" => Value::Timestamp(Timestamp::parse(text?)?),
        _ => return None,
    })
}

/// Whether two values are the same, of the same type; nothing is not nothing else.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::UInt(a), Value::UInt(b)) => a == b,
        (Value::Double(a), Value::Double(b)) => {
            (a.is_nan() && b.is_nan()) || a.partial_cmp(b).is_some_and(std::cmp::Ordering::is_eq)
        }
        (Value::String(a), Value::String(b)) | (Value::Type(a), Value::Type(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Duration(a), Value::Duration(b)) => a == b,
        (Value::Timestamp(a), Value::Timestamp(b)) => a == b,
        (Value::Optional(a), Value::Optional(b)) => match (a, b) {
            (Some(a), Some(b)) => same(a, b),
            (a, b) => a.is_none() && b.is_none(),
        },
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(&a, &b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(&key).is_some_and(|other| same(&value, &other)))
        }
        _ => false,
    }
}
