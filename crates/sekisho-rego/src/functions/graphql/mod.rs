//! GraphQL: queries and schemas read, checked, and given as trees.
//!
//! Shapes and messages are those of the parser that OPA is built with.

mod ast;
mod definitions;
mod lexer;
mod objects;
mod overlap;
mod parser;
mod queries;
mod rules;
mod schema;
mod suggestions;
mod traversal;
mod trees;
mod values;
mod walk;

use self::ast::{Position, QueryDocument, SchemaDocument};
use self::parser::SyntaxError;
use self::schema::{Problem, Schema};
use super::arguments::{string, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::meter::MeterError;
use super::types::{OBJECT, STRING_OR_OBJECT, Type};
use crate::value::Value;

use Type::{Array, Boolean as B, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("graphql.is_valid", &[STRING_OR_OBJECT, STRING_OR_OBJECT], B, |call, args| {
        Ok(verified(call, args)?.is_some().into())
    }),
    Builtin::new(
        "graphql.parse",
        &[STRING_OR_OBJECT, STRING_OR_OBJECT],
        Array(&[OBJECT, OBJECT], None),
        |call, args| {
            let (query, schema) = parse_both(call, args).map_err(Trouble::into_error)?;
            Ok(Value::array(vec![query, schema]))
        },
    ),
    Builtin::new(
        "graphql.parse_and_verify",
        &[STRING_OR_OBJECT, STRING_OR_OBJECT],
        Array(&[B, OBJECT, OBJECT], None),
        |call, args| {
            let trees = verified(call, args)?;
            let is_valid = trees.is_some();
            let empty = || Value::object(Vec::new());
            let (query, schema) = trees.unwrap_or_else(|| (empty(), empty()));
            Ok(Value::array(vec![is_valid.into(), query, schema]))
        },
    ),
    Builtin::new("graphql.parse_query", &[S], OBJECT, |call, args| {
        string(args, 0)?;
        let document = read_query(call, args).map_err(Trouble::into_error)?;
        Ok(trees::of_query(&document))
    }),
    Builtin::new("graphql.parse_schema", &[S], OBJECT, |call, args| {
        string(args, 0)?;
        let document = read_schema(call, args, 0).map_err(Trouble::into_error)?;
        Ok(trees::of_schema(&document))
    }),
    Builtin::new("graphql.schema_is_valid", &[STRING_OR_OBJECT], B, |call, args| {
        let schema = read_schema(call, args, 0).and_then(|document| convert(call, document));
        Ok(Trouble::tolerate(schema)?.is_some().into())
    }),
];

/// Why there is no document: it has mistakes, or that could not be found out.
enum Trouble {
    Mistake(BuiltinError),
    Stopped(BuiltinError),
}

impl Trouble {
    fn mistake(message: impl Into<String>) -> Self {
        Self::Mistake(BuiltinError::failed(message))
    }

    fn into_error(self) -> BuiltinError {
        match self {
            Self::Mistake(error) | Self::Stopped(error) => error,
        }
    }

    /// Takes mistakes for nothing.
    fn tolerate<T>(result: Result<T, Self>) -> Result<Option<T>, BuiltinError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Self::Mistake(_)) => Ok(None),
            Err(Self::Stopped(error)) => Err(error),
        }
    }
}

impl From<SyntaxError> for Trouble {
    fn from(SyntaxError { message, position: Position { line, column } }: SyntaxError) -> Self {
        Self::mistake(placed(&format!("input:{line}:{column}: {message}")))
    }
}

/// The text of an error with its place after it.
fn placed(text: &str) -> String {
    let parts: Vec<&str> = text.splitn(4, ':').collect();
    if let [_, line, column, message] = parts.as_slice()
        && let (Ok(line), Ok(column)) = (line.parse::<u64>(), column.parse::<u64>())
    {
        let message = message.trim_start_matches(' ');
        let message = message.strip_suffix(".\n").unwrap_or(message);
        return format!("{message} in GraphQL string at location {line}:{column}");
    }
    format!("GraphQL parse error: {text}")
}

/// Takes what reading a text costs.
fn charge_source(call: &mut Call<'_>, source: &Value) -> Result<(), Trouble> {
    const BYTES_PER_BYTE: usize = 32;
    let length = match source {
        Value::String(text) => text.len(),
        _ => 0,
    };
    let taken = call
        .charge_text(length.saturating_mul(4))
        .and_then(|()| call.allocate(length.saturating_mul(BYTES_PER_BYTE)));
    taken.map_err(Trouble::Stopped)
}

/// Takes what reading a tree costs: it may be shared, and larger than it looks.
fn charge_tree(call: &mut Call<'_>, tree: &Value) -> Result<(), Trouble> {
    let most = call.bytes_left() / size_of::<Value>();
    if !tree.has_at_most(most) {
        return Err(Trouble::Stopped(MeterError::Bytes.into()));
    }
    Ok(())
}

fn read_query(call: &mut Call<'_>, args: &[Value]) -> Result<QueryDocument, Trouble> {
    let source = value(args, 0);
    charge_source(call, source)?;
    match source {
        Value::String(text) => Ok(queries::parse(text)?),
        Value::Object(_) => {
            charge_tree(call, source)?;
            objects::query(source).map_err(Trouble::mistake)
        }
        other => Err(Trouble::Mistake(BuiltinError::operand_type(0, other, &["string", "object"]))),
    }
}

fn read_schema(call: &mut Call<'_>, args: &[Value], index: usize) -> Result<SchemaDocument, Trouble> {
    let source = value(args, index);
    charge_source(call, source)?;
    match source {
        Value::String(text) => Ok(definitions::parse(text)?),
        Value::Object(_) => {
            charge_tree(call, source)?;
            objects::schema(source).map_err(Trouble::mistake)
        }
        // OPA counts operands from 0 here.
        other => Err(Trouble::Mistake(BuiltinError::operand_type(index, other, &["string", "object"]))),
    }
}

fn convert(call: &mut Call<'_>, document: SchemaDocument) -> Result<Schema, Trouble> {
    Schema::of(call, document).map_err(|problem| match problem {
        Problem::Invalid(message) => {
            Trouble::mistake(format!("Error in gqlparser SchemaDocument to Schema conversion: {message}"))
        }
        Problem::Stopped(error) => Trouble::Stopped(error),
    })
}

/// The trees of a query and a schema that it is valid for.
fn parse_both(call: &mut Call<'_>, args: &[Value]) -> Result<(Value, Value), Trouble> {
    let query = read_query(call, args)?;
    let schema = read_schema(call, args, 1)?;
    let schema_tree = trees::of_schema(&schema);
    let schema = convert(call, schema)?;
    traversal::validate(call, &schema, &query).map_err(|problem| match problem {
        Problem::Invalid(message) => Trouble::mistake(placed(&message)),
        Problem::Stopped(error) => Trouble::Stopped(error),
    })?;
    Ok((trees::of_query(&query), schema_tree))
}

fn verified(call: &mut Call<'_>, args: &[Value]) -> Result<Option<(Value, Value)>, BuiltinError> {
    Trouble::tolerate(parse_both(call, args))
}
