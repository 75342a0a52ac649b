//! The functions of the template language itself, and Helm's own that call templates.

use super::{Family, Form, Function};
use crate::error::CallError;
use crate::operation::{compare, escape, format, index};
use crate::value::{Data, Text, Type, Value};

/// The functions of the language.
pub(super) const GO: Family = &[
    Function { name: "and", parameters: &[Type::Reflect], rest: Some(Type::Reflect), form: Form::And },
    Function { name: "or", parameters: &[Type::Reflect], rest: Some(Type::Reflect), form: Form::Or },
    Function::new("not", &[Type::Reflect], |_, args| Ok((!first(args).truth()).into())),
    Function::variadic("eq", &[Type::Reflect], Type::Reflect, |_, args| {
        let (one, others) = args.split_first().unwrap_or((&Value::ABSENT, &[]));
        Ok(compare::equal_any(one, others)?.into())
    }),
    Function::new("ne", TWO, |_, args| Ok((!compare::equal_any(first(args), rest(args))?).into())),
    Function::new("lt", TWO, |_, args| Ok(compare::less(first(args), second(args))?.into())),
    Function::new("le", TWO, |_, args| Ok(compare::less_or_equal(first(args), second(args))?.into())),
    Function::new("gt", TWO, |_, args| Ok((!compare::less_or_equal(first(args), second(args))?).into())),
    Function::new("ge", TWO, |_, args| Ok((!compare::less(first(args), second(args))?).into())),
    Function::new("len", &[Type::Reflect], |_, args| index::length(first(args))),
    Function::variadic("index", &[Type::Reflect], Type::Reflect, |_, args| {
        index::index(first(args), rest(args))
    }),
    Function { name: "call", parameters: &[Type::Reflect], rest: Some(Type::Reflect), form: Form::Call },
    Function::variadic("print", &[], Type::Any, |call, args| Ok(format::print(call, args)?.into())),
    Function::variadic("println", &[], Type::Any, |call, args| Ok(format::print_line(call, args)?.into())),
    Function::variadic("printf", &[Type::String], Type::Any, |call, args| {
        Ok(format::print_formatted(call, text(first(args)), rest(args))?.into())
    }),
    Function::variadic("html", &[], Type::Any, |call, args| Ok(escape::html(call, args)?.into())),
    Function::variadic("js", &[], Type::Any, |call, args| Ok(escape::js(call, args)?.into())),
    Function::variadic("urlquery", &[], Type::Any, |call, args| Ok(escape::url_query(call, args)?.into())),
    Function::variadic("slice", &[Type::Reflect], Type::Reflect, |_, args| {
        index::slice(first(args), rest(args))
    }),
];

/// The functions by which templates call each other and refuse.
pub(super) const FAMILY: Family = &[
    Function::new("include", &[Type::String, Type::Any], |call, args| {
        let name = text(first(args)).to_key();
        Ok(call.include(&name, second(args).clone())?.into())
    }),
    Function::new("tpl", &[Type::String, Type::Any], |call, args| {
        Ok(call.tpl(text(first(args)), second(args).clone())?.into())
    }),
    Function::new("fail", &[Type::String], |_, args| {
        Err(CallError::Refused(text(first(args)).to_str().into_owned()))
    }),
    Function::new("required", &[Type::String, Type::Any], |_, args| {
        let value = second(args);
        let missing = value.is_nil() || value.as_text().is_some_and(Text::is_empty);
        if missing {
            return Err(CallError::Refused(text(first(args)).to_str().into_owned()));
        }
        Ok(value.clone())
    }),
];

const TWO: &[Type] = &[Type::Reflect, Type::Reflect];

fn first(args: &[Value]) -> &Value {
    args.first().unwrap_or(&Value::ABSENT)
}

fn second(args: &[Value]) -> &Value {
    args.get(1).unwrap_or(&Value::ABSENT)
}

fn rest(args: &[Value]) -> &[Value] {
    args.get(1..).unwrap_or_default()
}

/// The text of an argument whose parameter is a string.
fn text(value: &Value) -> &Text {
    const EMPTY: &Text = &Text::EMPTY;
    match &value.data {
        Data::Text(text) => text,
        _ => EMPTY,
    }
}
