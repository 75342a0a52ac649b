//! The types of values, by Go's names.

use super::arguments::{kind_name, text, value};
use super::function::{Family, Function};
use crate::value::{Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family =
    &[
        Function::new("typeOf", &[Type::Any], |_, args| Ok(type_name(value(args, 0)).into())),
        Function::new("typeIs", NAME_AND_VALUE, |_, args| {
            Ok((text(args, 0) == type_name(value(args, 1)).as_str()).into())
        }),
        Function::new("typeIsLike", NAME_AND_VALUE, |_, args| {
            let name = type_name(value(args, 1));
            let pointed_to = name.strip_prefix('*').unwrap_or(&name);
            Ok((text(args, 0) == name.as_str() || text(args, 0) == pointed_to).into())
        }),
        Function::new("kindOf", &[Type::Any], |_, args| Ok(kind_name(value(args, 0)).into())),
        Function::new("kindIs", NAME_AND_VALUE, |_, args| {
            Ok((text(args, 0) == kind_name(value(args, 1))).into())
        }),
    ];

const NAME_AND_VALUE: &[Type] = &[Type::String, Type::Any];

fn type_name(value: &Value) -> String {
    value.type_of().map_or_else(|| "<nil>".to_owned(), |own| own.to_string())
}
