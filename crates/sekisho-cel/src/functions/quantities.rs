//! Amounts of resources.

use std::cmp::Ordering;

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::amount::Amount;
use crate::value::{Opaque, Value};

pub(crate) const TABLE: &[Line] = &[
    ("quantity", Global, "string_to_quantity", "string -> kubernetes.Quantity", quantity),
    ("isQuantity", Global, "is_quantity_string", "string -> bool", is_quantity),
    ("sign", Global, "quantity_sign", "kubernetes.Quantity -> int", sign),
    (
        "isGreaterThan",
        Member,
        "quantity_is_greater_than",
        "kubernetes.Quantity, kubernetes.Quantity -> bool",
        is_greater_than,
    ),
    (
        "isLessThan",
        Member,
        "quantity_is_less_than",
        "kubernetes.Quantity, kubernetes.Quantity -> bool",
        is_less_than,
    ),
    (
        "compareTo",
        Member,
        "quantity_compare_to",
        "kubernetes.Quantity, kubernetes.Quantity -> int",
        compare_to,
    ),
    ("asApproximateFloat", Member, "quantity_get_float", "kubernetes.Quantity -> double", as_float),
    ("asInteger", Member, "quantity_get_int", "kubernetes.Quantity -> int", as_integer),
    ("isInteger", Member, "quantity_is_integer", "kubernetes.Quantity -> bool", is_integer),
    ("add", Member, "quantity_add", "kubernetes.Quantity, kubernetes.Quantity -> kubernetes.Quantity", add),
    ("add", Member, "quantity_add_int", "kubernetes.Quantity, int -> kubernetes.Quantity", add),
    ("sub", Member, "quantity_sub", "kubernetes.Quantity, kubernetes.Quantity -> kubernetes.Quantity", sub),
    ("sub", Member, "quantity_sub_int", "kubernetes.Quantity, int -> kubernetes.Quantity", sub),
];

fn parse(values: &[Value]) -> Result<Result<Amount, Failure>, Failure> {
    let [Value::String(text)] = values else { return Err(Failure::NoSuchOverload) };
    Ok(Amount::parse(text).ok_or_else(|| {
        Failure::argument(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        )
    }))
}

fn one(values: &[Value]) -> Result<Amount, Failure> {
    match values {
        [Value::Opaque(Opaque::Quantity(quantity))] => Ok(*quantity),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn two(values: &[Value]) -> Result<(Amount, Amount), Failure> {
    match values {
        [Value::Opaque(Opaque::Quantity(a)), Value::Opaque(Opaque::Quantity(b))] => Ok((*a, *b)),
        [Value::Opaque(Opaque::Quantity(a)), Value::Int(b)] => Ok((*a, Amount::whole(*b))),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn value(amount: Option<Amount>) -> Given {
    Ok(Value::Opaque(Opaque::Quantity(amount.ok_or(Failure::Overflow("quantity"))?)))
}

fn quantity(_: &mut Meter, values: &[Value]) -> Given {
    value(Some(parse(values)??))
}

fn is_quantity(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(parse(values)?.is_ok()))
}

fn sign(_: &mut Meter, values: &[Value]) -> Given {
    let quantity = one(values)?.quantity;
    Ok(Value::Int(match (quantity.is_zero(), quantity.is_negative()) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => 1,
    }))
}

fn is_greater_than(_: &mut Meter, values: &[Value]) -> Given {
    two(values).map(|(a, b)| Value::Bool(a.quantity > b.quantity))
}

fn is_less_than(_: &mut Meter, values: &[Value]) -> Given {
    two(values).map(|(a, b)| Value::Bool(a.quantity < b.quantity))
}

fn compare_to(_: &mut Meter, values: &[Value]) -> Given {
    two(values).map(|(a, b)| {
        Value::Int(match a.quantity.cmp(&b.quantity) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        })
    })
}

fn as_float(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Double(one(values)?.approximate()))
}

fn as_integer(_: &mut Meter, values: &[Value]) -> Given {
    let whole = one(values)?.integer();
    whole.map(Value::Int).ok_or_else(|| Failure::argument("cannot convert value to integer"))
}

fn is_integer(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(one(values)?.integer().is_some()))
}

fn add(_: &mut Meter, values: &[Value]) -> Given {
    two(values).and_then(|(a, b)| value(a.combine(b, false)))
}

fn sub(_: &mut Meter, values: &[Value]) -> Given {
    two(values).and_then(|(a, b)| value(a.combine(b, true)))
}
