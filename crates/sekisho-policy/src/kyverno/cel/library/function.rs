//! How a library declares its functions, and what these read of their calls.

use std::fmt;

use sekisho_cel::{Call, Environment, Extension, Failure, Nulls, Type, Value};
use sekisho_manifest::{Budget, Format, Node, SourceId, load_one_as};
use smol_str::SmolStr;

use super::super::outside::{Answer, Question};

/// A variable that stands for a library.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    /// The name of the variable.
    pub(super) name: &'static str,
    /// Its type.
    pub(super) kind: &'static str,
}

/// An environment with a variable that stands for a library.
pub(super) fn with_context(environment: Environment, context: Context) -> Environment {
    let kind = Type::Struct(SmolStr::new_static(context.kind));
    environment.with_foreign_type(context.kind).with_variable(context.name, kind)
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)
    }
}

/// What a function gives.
pub(super) type Given = Result<Value, Failure>;

/// What a function does with a call.
type Code = fn(&mut Call<'_>) -> Given;

/// A function that is called on a value, under several names.
pub(super) fn members(
    environment: Environment,
    names: &[&'static str],
    signature: &str,
    code: Code,
) -> Environment {
    let made = names.iter().map(|name| Extension::member(*name, signature, code));
    made.fold(environment, Environment::with_extension)
}

/// A function that is called by itself, under several names.
pub(super) fn globals(
    environment: Environment,
    names: &[&'static str],
    signature: &str,
    code: Code,
) -> Environment {
    let made = names.iter().map(|name| Extension::global(*name, signature, code));
    made.fold(environment, Environment::with_extension)
}

/// The text at a place of the arguments.
pub(super) fn text(call: &Call<'_>, place: usize) -> Result<SmolStr, Failure> {
    match call.arguments().get(place) {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(Failure::NoSuchOverload),
    }
}

/// The value at a place of the arguments.
pub(super) fn value(call: &Call<'_>, place: usize) -> Value {
    call.arguments().get(place).cloned().unwrap_or(Value::Null)
}

/// The value at a place of the arguments, as an object has it.
pub(super) fn node(call: &mut Call<'_>, place: usize) -> Result<Node, Failure> {
    let node = value(call, place).to_node()?;
    call.work(size(&node))?;
    Ok(node)
}

/// How many values a tree has.
fn size(node: &Node) -> usize {
    let items = node.items().iter().map(size).sum::<usize>();
    let fields = node.entries().iter().map(|entry| size(&entry.node)).sum::<usize>();
    1_usize.saturating_add(items).saturating_add(fields)
}

/// The texts of a map of texts.
pub(super) fn texts(call: &Call<'_>, place: usize) -> Vec<(SmolStr, SmolStr)> {
    let Value::Map(map) = value(call, place) else { return Vec::new() };
    let pair = |(key, value): (Value, Value)| match (key, value) {
        (Value::String(key), Value::String(value)) => Some((key, value)),
        _ => None,
    };
    map.iter().filter_map(pair).collect()
}

/// The answer to a question.
pub(super) fn ask(call: &mut Call<'_>, question: Question) -> Given {
    call.work(100)?;
    let shown = question.to_string();
    match call.ask::<Answer>(&question) {
        Some(Ok(node)) => {
            call.work(size(&node))?;
            Ok(Value::from_node(&node, Nulls::Kept))
        }
        Some(Err(failure)) => Err(failure),
        None => Err(Failure::UnknownFact(shown)),
    }
}

/// A text of a format as a value.
pub(super) fn read(call: &mut Call<'_>, text: &str, format: Format) -> Result<Node, String> {
    call.work(text.len()).map_err(|failure| failure.to_string())?;
    call.memory(text.len().saturating_mul(4)).map_err(|failure| failure.to_string())?;
    let loaded = load_one_as(SourceId(0), text, format, &Budget::default());
    if let Some(error) = loaded.errors.first() {
        return Err(error.to_string());
    }
    let null = Node { span: sekisho_manifest::Span::default(), value: sekisho_manifest::Value::Null };
    Ok(loaded.documents.into_iter().next().map_or(null, |document| document.root))
}

/// A failure in words.
pub(super) fn failed(message: impl Into<String>) -> Failure {
    Failure::Argument(message.into())
}
