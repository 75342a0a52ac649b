//! What an environment declares: functions with their overloads, and messages with their fields.

use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use super::Type;
use crate::budget::Meter;
use crate::call::{ExtensionCost, HostCode};
use crate::error::Failure;
use crate::value::Value;

/// What a function does with its arguments, the target first.
pub(crate) type Implementation = fn(&mut Meter, &[Value]) -> Result<Value, Failure>;

/// How a function is carried out.
#[derive(Clone)]
pub(crate) enum Code {
    /// By a function of a library of this crate.
    Native(Implementation),
    /// By a function of a layer above.
    Host { code: HostCode, cost: ExtensionCost },
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native(_) => "Native",
            Self::Host { .. } => "Host",
        })
    }
}

/// How a function is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `f(a, b)`
    Global,
    /// `a.f(b)`
    Member,
}

/// A line of a library's table: function, form, name of the overload, signature (`list(A), A -> int`), code.
pub(crate) type Line = (&'static str, Form, &'static str, &'static str, Implementation);

#[derive(Debug, Clone)]
pub(crate) struct Overload {
    pub(crate) id: SmolStr,
    pub(crate) form: Form,
    pub(crate) parameters: Vec<Type>,
    pub(crate) result: Type,
    pub(crate) code: Code,
}

#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: SmolStr,
    pub(crate) overloads: Vec<Arc<Overload>>,
}

impl Overload {
    pub(crate) fn read(line: &Line) -> Self {
        let (_, form, id, signature, code) = *line;
        Self::new(SmolStr::new_static(id), form, signature, Code::Native(code))
    }

    pub(crate) fn new(id: SmolStr, form: Form, signature: &str, code: Code) -> Self {
        let (parameters, result) = signature.split_once("->").unwrap_or(("", signature));
        let mut rest = parameters.trim();
        let mut read = Vec::new();
        while !rest.is_empty() {
            let (kind, behind) = read_type(rest);
            read.push(kind);
            rest = behind.trim_start().trim_start_matches(',').trim_start();
        }
        Self { id, form, parameters: read, result: read_type(result.trim()).0, code }
    }

    /// Whether the overload is for these values.
    pub(crate) fn admits(&self, values: &[Value]) -> bool {
        self.parameters.len() == values.len()
            && self.parameters.iter().zip(values).all(|(kind, value)| kind.admits(value))
    }
}

/// Reads a type of a table, and what stands behind it.
fn read_type(text: &str) -> (Type, &str) {
    let end = text.find(['(', ')', ',', ' ']).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    let mut parts = Vec::new();
    if let Some(inner) = rest.strip_prefix('(') {
        rest = inner;
        loop {
            let (part, behind) = read_type(rest.trim_start());
            parts.push(part);
            let Some(more) = behind.trim_start().strip_prefix(',') else {
                rest = behind.trim_start().strip_prefix(')').unwrap_or("");
                break;
            };
            rest = more;
        }
    }
    let mut parts = parts.into_iter();
    let mut part = || parts.next().unwrap_or(Type::Dyn);
    let kind = match name {
        "dyn" => Type::Dyn,
        "null" => Type::Null,
        "bool" => Type::Bool,
        "int" => Type::Int,
        "uint" => Type::UInt,
        "double" => Type::Double,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "timestamp" => Type::Timestamp,
        "duration" => Type::Duration,
        "list" => Type::list(part()),
        "optional" => Type::optional(part()),
        "type" => Type::TypeOf(Arc::new(part())),
        "map" => {
            let key = part();
            Type::map(key, part())
        }
        opaque if opaque.starts_with("net.") => Type::Opaque(opaque.into()),
        message if message.contains('.') => Type::Struct(message.into()),
        parameter => Type::Parameter(parameter.into()),
    };
    (kind, rest)
}

/// A message type that an environment declares.
#[derive(Debug, Clone, Default)]
pub struct StructType {
    /// The fields and their types.
    pub fields: Vec<(SmolStr, Type)>,
    /// Whether it also takes fields that are not listed, of any type.
    pub open: bool,
}

impl StructType {
    /// The type of a field; none where there is no such field.
    pub fn field(&self, name: &str) -> Option<Type> {
        let declared = self.fields.iter().find(|(known, _)| known == name).map(|(_, kind)| kind.clone());
        declared.or_else(|| self.open.then_some(Type::Dyn))
    }
}
