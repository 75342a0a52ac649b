//! Defaults and choices.

use super::arguments::{is_empty, value};
use super::function::{Family, Function};
use crate::value::{Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::variadic("default", &[Type::Any], Type::Any, |_, args| {
        Ok(args.get(1).filter(|given| !is_empty(given)).unwrap_or(value(args, 0)).clone())
    }),
    Function::new("empty", &[Type::Any], |_, args| Ok(is_empty(value(args, 0)).into())),
    Function::variadic("coalesce", &[], Type::Any, |_, args| {
        Ok(args.iter().find(|value| !is_empty(value)).cloned().unwrap_or(Value::NIL))
    }),
    Function::variadic("all", &[], Type::Any, |_, args| Ok((!args.iter().any(is_empty)).into())),
    Function::variadic("any", &[], Type::Any, |_, args| Ok((!args.iter().all(is_empty)).into())),
    Function::new("ternary", &[Type::Any, Type::Any, Type::Bool], |_, args| {
        let holds = value(args, 2).as_bool().unwrap_or(false);
        Ok(value(args, usize::from(!holds)).clone())
    }),
];
