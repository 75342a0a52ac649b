//! The functions that Kyverno adds to CEL, one library a file.
//!
//! Those that need the outside put a [`Question`] to whoever evaluates: a function itself asks nobody.

mod generator;
mod global_context;
mod gzip;
mod hash;
mod http;
mod image;
mod image_data;
mod json;
mod math;
mod random;
mod resource;
mod time;
mod transform;
mod user;
mod x509;
mod yaml;

use sekisho_cel::{Call, Environment, Extension, Failure, Foreign, Nulls, Type, Value};
use sekisho_manifest::{Budget, Format, Node, SourceId, load_one_as};
use smol_str::SmolStr;

use super::outside::{Answer, Question};

/// What a function gives.
type Given = Result<Value, Failure>;

/// Whose policy it is, since some functions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The cluster's: the expression says in which namespace objects are.
    Cluster,
    /// A namespace's: objects are in that of the policy.
    Namespace,
}

/// An environment with every library of Kyverno's.
pub(super) fn extend(environment: Environment, scope: Scope) -> Environment {
    let environment = resource::extend(environment, scope);
    let environment = generator::extend(environment, scope);
    let libraries = [
        global_context::extend,
        gzip::extend,
        hash::extend,
        http::extend,
        image::extend,
        image_data::extend,
        json::extend,
        math::extend,
        random::extend,
        time::extend,
        transform::extend,
        user::extend,
        x509::extend,
        yaml::extend,
    ];
    libraries.into_iter().fold(environment, |environment, extend| extend(environment))
}

/// The value of a variable that stands for a library and has nothing but functions.
#[derive(Debug)]
struct Context(&'static str);

impl Foreign for Context {
    fn type_name(&self) -> SmolStr {
        SmolStr::new_static(self.0)
    }

    fn is_equal(&self, other: &dyn Foreign) -> bool {
        self.type_name() == other.type_name()
    }
}

/// The variables that stand for libraries, with their types.
const CONTEXTS: [(&str, &str); 7] = [
    ("resource", resource::CONTEXT),
    ("generator", generator::CONTEXT),
    ("globalContext", global_context::CONTEXT),
    ("http", http::CONTEXT),
    ("image", image_data::CONTEXT),
    ("json", json::CONTEXT),
    ("yaml", yaml::CONTEXT),
];

/// The value of a variable that stands for a library.
pub(super) fn context(variable: &str) -> Option<Value> {
    let (_, kind) = CONTEXTS.into_iter().find(|(name, _)| *name == variable)?;
    Some(Value::foreign(Context(kind)))
}

/// An environment with a variable that stands for a library.
fn with_context(environment: Environment, kind: &'static str) -> Environment {
    let name = CONTEXTS.into_iter().find(|(_, known)| *known == kind).map_or(kind, |(name, _)| name);
    environment.with_foreign_type(kind).with_variable(name, Type::Struct(SmolStr::new_static(kind)))
}

/// A function that is called on a value, under several names.
fn members(
    environment: Environment,
    names: &[&'static str],
    signature: &str,
    code: fn(&mut Call<'_>) -> Given,
) -> Environment {
    let add = |environment: Environment, name: &&'static str| {
        environment.with_extension(Extension::member(*name, signature, code))
    };
    names.iter().fold(environment, add)
}

/// A function that is called by itself, under several names.
fn globals(
    environment: Environment,
    names: &[&'static str],
    signature: &str,
    code: fn(&mut Call<'_>) -> Given,
) -> Environment {
    let add = |environment: Environment, name: &&'static str| {
        environment.with_extension(Extension::global(*name, signature, code))
    };
    names.iter().fold(environment, add)
}

/// The text at a place of the arguments.
fn text(call: &Call<'_>, place: usize) -> Result<SmolStr, Failure> {
    match call.arguments().get(place) {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(Failure::NoSuchOverload),
    }
}

/// The value at a place of the arguments.
fn value(call: &Call<'_>, place: usize) -> Value {
    call.arguments().get(place).cloned().unwrap_or(Value::Null)
}

/// The value at a place of the arguments, as an object has it.
fn node(call: &mut Call<'_>, place: usize) -> Result<Node, Failure> {
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
fn texts(call: &Call<'_>, place: usize) -> Vec<(SmolStr, SmolStr)> {
    let Value::Map(map) = value(call, place) else { return Vec::new() };
    let pair = |(key, value): (Value, Value)| match (key, value) {
        (Value::String(key), Value::String(value)) => Some((key, value)),
        _ => None,
    };
    map.iter().filter_map(pair).collect()
}

/// The answer to a question.
fn ask(call: &mut Call<'_>, question: Question) -> Given {
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
fn read(call: &mut Call<'_>, text: &str, format: Format) -> Result<Node, String> {
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
fn failed(message: impl Into<String>) -> Failure {
    Failure::Argument(message.into())
}
